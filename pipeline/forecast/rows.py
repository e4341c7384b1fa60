"""Rows to come, and what they come to by month and currency. Pure."""

import datetime
from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.closed_periods import accounting_dates
from pipeline.forecast.replay import Night
from pipeline.frames import code_groups, joined_keys, look_up, match, sum_groups
from pipeline.settings import Settings
from schemas.forecasts import BILLING, REVENUE, ForecastMonths, ForecastRows
from schemas.outputs import dtypes_of

ROW_KEY = ["subscription_number", "charge_number", "what"]
BILLED_AS = {"MILESTONE": "milestones_minor", "ONE_TIME": "one_time_minor",
             "RECURRING": "recurring_minor"}  # fmt: skip


def posted_rows(nights: Sequence[Night], settings: Settings) -> list[pd.DataFrame]:
    """What the nights post, and what is on hold after the last of them."""
    return [
        *(_lines(night.bills.lines) for night in nights),
        *(_withheld(night.bills.withheld, settings) for night in nights[-1:]),
        *(_events(night.revenue.events) for night in nights),
    ]


def rows_to_come(
    parts: Sequence[pd.DataFrame], late: pd.DataFrame, first: datetime.date, *, in_order: bool
) -> pd.DataFrame:
    """The parts in one frame (schemas.forecasts.ForecastRows).

    `late` has ROW_KEY and days_late of what waits for a late milestone; `first` is the first night.
    """
    rows = pd.concat([part for part in parts if len(part)] or [*parts[:1]], ignore_index=True)
    dtypes = dtypes_of(ForecastRows)
    starts = np.datetime64(first, "M")
    months = np.maximum(rows["accounting_date"].to_numpy("datetime64[M]"), starts)
    complete = rows.assign(
        month=months.astype("datetime64[s]"),
        days_late=look_up(late["days_late"], match(rows, late, ROW_KEY), rows.index),
    )[list(dtypes)].astype(dtypes)
    if not in_order:
        return complete
    return complete.sort_values(["event_type", "date", "row_id"], ignore_index=True)


def _lines(lines: pd.DataFrame) -> pd.DataFrame:
    return lines.assign(
        event_type=BILLING, row_id=lines["bill_line_id"], kind=own_kind(lines["what"]),
        date=lines["bill_date"], on_hold="",
    )  # fmt: skip


def _withheld(lines: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    return lines.assign(
        event_type=BILLING, row_id=lines["bill_line_id"], kind=own_kind(lines["what"]),
        date=lines["bill_date"], on_hold=lines["withheld_because"],
        accounting_date=accounting_dates(lines["bill_date"], settings.first_open_day),
    )  # fmt: skip


def _events(events: pd.DataFrame) -> pd.DataFrame:
    return events.assign(
        event_type=REVENUE, row_id=events["event_id"], kind=events["method"],
        date=events["satisfaction_date"], on_hold="",
    )  # fmt: skip


def own_kind(what: pd.Series) -> pd.Series:
    """What a line is for by itself, whether it corrects or adjusts another or not.

    >>> own_kind(pd.Series(["M1", "FEE", "2026-03-01"])).tolist()
    ['MILESTONE', 'ONE_TIME', 'RECURRING']
    """
    kinds = np.select([what.str.startswith("M"), what == "FEE"], ["MILESTONE", "ONE_TIME"],
                      "RECURRING")  # fmt: skip
    return pd.Series(kinds, what.index, dtype="str")


def months_to_come(rows: pd.DataFrame, first: datetime.date, until: datetime.date) -> pd.DataFrame:
    """The rows by currency and month (schemas.forecasts.ForecastMonths), every month there."""
    months = np.arange(np.datetime64(first, "M"), np.datetime64(until, "M") + 1)
    currency, count = code_groups(joined_keys(rows, ["currency"]))
    names = rows["currency"].drop_duplicates().to_numpy(object)
    # what a closed period puts after the last month stands in it
    ahead = (rows["month"].to_numpy("datetime64[M]") - months[0]).astype(np.int64)
    at = currency * len(months) + np.minimum(ahead, len(months) - 1)
    amounts = rows["amount_minor"].to_numpy(np.int64)
    bills = ((rows["event_type"] == BILLING) & (rows["on_hold"] == "")).to_numpy(bool)
    late = bills & rows["days_late"].notna().to_numpy(bool)

    def summed(mask: np.ndarray) -> np.ndarray:
        return sum_groups(amounts[mask], at[mask], count * len(months))

    billed = {
        name: summed(bills & (rows["kind"] == kind).to_numpy(bool))
        for kind, name in BILLED_AS.items()
    }
    dtypes = dtypes_of(ForecastMonths)
    return (
        pd.DataFrame({"currency": np.repeat(names, len(months)),
                      "month": np.tile(months.astype("datetime64[s]"), count)})
        .assign(
            **billed, to_bill_minor=summed(bills), late_minor=summed(late),
            on_hold_minor=summed((rows["on_hold"] != "").to_numpy(bool)),
            to_recognise_minor=summed((rows["event_type"] == REVENUE).to_numpy(bool)),
        )[list(dtypes)]
        .astype(dtypes).sort_values(["currency", "month"], ignore_index=True)
    )  # fmt: skip
