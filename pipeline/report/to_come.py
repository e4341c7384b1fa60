"""Revenue still to come, by the months of the next year: per charge, and in all."""

import datetime
from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.frames import match
from pipeline.record import RunRecord
from pipeline.report.layout import MONEY, Detail, DetailColumn
from pipeline.report.revenue_sheets import CHARGE_COLUMNS, TO_RECOGNISE
from schemas.outputs import RevenueBalances as R
from schemas.outputs import RevenueToCome as T

MONTHS = 12
LATER, UNDATED = MONTHS, MONTHS + 1
BUCKETS = tuple(f"bucket_{place}_minor" for place in range(MONTHS + 2))
"""The columns of a charge's revenue to come: 12 months from tomorrow's, later, without a date."""
TOTAL = "to_come_minor"
COLUMNS_TO_RECOGNISE = len(CHARGE_COLUMNS) + len(BUCKETS) + 1


def bucket_headings(as_of: datetime.date) -> list[str]:
    """What stands over the buckets.

    >>> bucket_headings(datetime.date(2026, 3, 30))[::6]
    ['Mar-26', 'Sep-26', 'Thereafter']
    """
    first = first_month(as_of)
    days = np.arange(first, first + MONTHS).astype("datetime64[D]").tolist()
    return [*(day.strftime("%b-%y") for day in days), "Thereafter", "No date yet"]


def buckets_of(months: pd.Series, as_of: datetime.date) -> np.ndarray:
    """The bucket of each month: 0 is tomorrow's, and whatever was expected before it.

    >>> days = pd.Series(["2026-01-01", "2026-04-01", "2027-03-01", None], dtype="datetime64[s]")
    >>> buckets_of(days, datetime.date(2026, 3, 30)).tolist()
    [0, 1, 12, 13]
    >>> buckets_of(days, datetime.date(2026, 3, 31)).tolist()
    [0, 0, 11, 13]
    """
    ahead = months.to_numpy("datetime64[M]").astype(np.int64) - first_month(as_of).astype(int)
    return np.where(months.isna(), UNDATED, np.clip(ahead, 0, LATER))


def first_month(as_of: datetime.date) -> np.datetime64:
    """The month of tomorrow, in which revenue comes first: on a month's last night, the next.

    >>> first_month(datetime.date(2026, 3, 30)), first_month(datetime.date(2026, 3, 31))
    (np.datetime64('2026-03'), np.datetime64('2026-04'))
    """
    return (np.datetime64(as_of, "D") + 1).astype("datetime64[M]")


def to_recognise(record: RunRecord, most: int) -> Detail:
    """The charges with revenue still to come, of which the first `most` are shown.

    A bucket in which nothing comes is blank.
    """
    balances, to_come = record.revenue_balances, record.revenue_to_come
    at = match(to_come, balances, [R.subscription_number, R.charge_number])
    amounts = to_come[T.amount_minor].to_numpy(np.int64)
    counts = (at >= 0) & (amounts != 0)
    open_charges = np.union1d(at[counts], np.flatnonzero(balances[R.remaining_minor] != 0))
    shown = open_charges[:most]
    place = np.searchsorted(shown, at)
    counts &= np.isin(at, shown)
    table = np.zeros((len(shown), len(BUCKETS)), np.int64)
    cells = (place[counts], buckets_of(to_come[T.month], record.as_of)[counts])
    np.add.at(table, cells, amounts[counts])
    months = pd.DataFrame(table, columns=list(BUCKETS), dtype="Int64")
    charges = balances.iloc[shown].reset_index(drop=True)
    before, tonight = charges[R.recognised_before_minor], charges[R.recognised_tonight_minor]
    rows = pd.concat(
        [charges.assign(recognised_minor=before + tonight), months.mask(months == 0)], axis=1
    ).assign(**{TOTAL: table.sum(axis=1)})
    columns = (*CHARGE_COLUMNS, *_columns_to_come(record.as_of))
    return Detail(replace(TO_RECOGNISE, columns=columns), rows, len(open_charges))


def _columns_to_come(as_of: datetime.date) -> list[DetailColumn]:
    headings = zip(BUCKETS, bucket_headings(as_of), strict=True)
    columns = [DetailColumn(name, heading, MONEY) for name, heading in headings]
    return [*columns, DetailColumn(TOTAL, "Total to come", MONEY)]
