"""Recurring lines: a line per billing period that a charge lives in, prorated where it is cut."""

import numpy as np
import pandas as pd

from pipeline import money, periods
from pipeline.frames import days_of

ON_CHARGE = ["subscription_number", "charge_number"]
ONE_DAY = np.timedelta64(1, "D")


def recurring_lines(
    charges: pd.DataFrame, as_of: pd.Timestamp, *, whole_terms: bool = False
) -> pd.DataFrame:
    """The lines of every recurring charge whose bill date lies on or before a day.

    With `whole_terms`, all lines of a term that has an end, and those of periods begun of any other.

    A charge lives from live_from until live_before (missing: no end, or none yet); its periods are
    those of its anchor. The amount is the price for the days served of the whole period's days
    (DESIGN 6), then the price adjustment, rounded once.

    600.00 a month, billing day 1, from 16 January: 309.68 for 16 of 31 days.
    """
    recurs = ((charges["charge_type"] == "RECURRING") & charges["live_from"].notna()).to_numpy(bool)
    at = np.flatnonzero(recurs)
    live = charges.iloc[at]
    day = np.datetime64(as_of.date(), "D")
    starts, before = days_of(live["live_from"]), days_of(live["live_before"])
    in_arrears = (live["billing_timing"] == "IN_ARREARS").to_numpy(bool)
    step = live["billing_frequency"].map(periods.MONTHS).to_numpy(np.int64)
    anchor = live["anchor_month"].to_numpy(np.int64), live["anchor_day"].to_numpy(np.int64)
    first = periods.period_holding(starts, *anchor, step)
    goes_on = np.isnat(before) | ((before > day + ONE_DAY) & (not whole_terms))
    last_day = np.where(goes_on, day + ONE_DAY, before) - ONE_DAY
    last = periods.period_holding(np.maximum(last_day, starts), *anchor, step)
    counts = np.where(last_day < starts, 0, last - first + 1)
    of = np.repeat(np.arange(len(at)), counts)
    number = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + first[of]
    period_from = periods.period_start(number, anchor[0][of], anchor[1][of], step[of])
    period_before = periods.period_start(number + 1, anchor[0][of], anchor[1][of], step[of])
    served_from = np.maximum(period_from, starts[of])
    cut = ~np.isnat(before[of]) & (before[of] < period_before)
    served_before = np.where(cut, before[of], period_before)
    bill_date = np.where(in_arrears[of], served_before, served_from)
    due = (bill_date <= day) | whole_terms
    return _lines(
        charges, at[of][due],
        served_from[due], served_before[due], bill_date[due],
        (period_before - period_from).astype(np.int64)[due], cut[due],
    )  # fmt: skip


def _lines(
    charges: pd.DataFrame, at: np.ndarray, served_from: np.ndarray, served_before: np.ndarray,
    bill_date: np.ndarray, days_in_period: np.ndarray, cut: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """The lines in the plan's columns; beside them days_served, days_in_period (int64)."""
    days = (served_before - served_from).astype(np.int64)
    adjustment = charges["price_adjustment_percent_millionths"].fillna(0).to_numpy(np.int64)
    amount = charges["amount_minor"].to_numpy(np.int64)[at]
    taken = charges.iloc[at][ON_CHARGE].reset_index(drop=True)
    return taken.assign(
        what=np.datetime_as_string(served_from, unit="D"),
        kind="RECURRING",
        charge_at=at,
        milestone_at=-1,
        service_start=served_from.astype("datetime64[s]"),
        service_end=(served_before - ONE_DAY).astype("datetime64[s]"),
        bill_date=bill_date.astype("datetime64[s]"),
        ends_early=cut,
        days_served=days,
        days_in_period=days_in_period,
        amount_minor=money.prorate(amount, days, days_in_period, adjustment[at]),
    )
