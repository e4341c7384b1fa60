"""Events at points in time: revenue milestones, fees, and periods recognised at once. Pure.

The plan holds every event that a charge's revenue falls into, reached or not: charge_at, what,
satisfaction_date (missing: not known), is_due (bool), percent_millionths (Int64) and amount_minor
(int64). The amounts of a charge total its allocated revenue exactly: each is what the events up to
it come to, less what those before it do, in the order of their days.
"""

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.bill.recurring import recurring_lines
from pipeline.recognise.allocation import MILESTONE, POINT_IN_TIME

ONE_DAY = pd.Timedelta(days=1)
COLUMNS = ["charge_at", "what", "satisfaction_date", "is_due", "percent_millionths", "amount_minor"]


def planned_events(charges: pd.DataFrame, shares: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """The plan of all charges that are not recognised over time.

    `charges` are `allocation.revenue_lines_due`, `shares` the revenue milestones. Of 10,000.00 at
    20 / 30 / 50 percent, the second recognises 3,000.00 when it completes first.
    """
    parts = pd.concat(
        [_milestones(charges, shares, day), _fees(charges), _periods(charges, day)],
        ignore_index=True,
    )
    ordered = parts.sort_values(
        ["charge_at", "satisfaction_date", "order"], na_position="last", ignore_index=True
    )
    at = ordered["charge_at"].to_numpy(np.int64)
    bills = charges["bills"].to_numpy(bool)[at]
    allocated = charges["allocated_minor"].to_numpy(np.int64)[at]
    percents = _split_in_order(np.full(len(ordered), money.HUNDRED_PERCENT), ordered)
    by_percent = ordered["has_percent"].to_numpy(bool)
    return ordered.assign(
        is_due=bills & (allocated != 0) & ordered["is_reached"].to_numpy(bool)
        & (ordered["satisfaction_date"] <= day).to_numpy(bool),
        percent_millionths=pd.Series(pd.array(percents, dtype="Int64")).where(by_percent),
        amount_minor=_split_in_order(allocated, ordered),
    )[COLUMNS]  # fmt: skip


def _split_in_order(totals: np.ndarray, ordered: pd.DataFrame) -> np.ndarray:
    """Each row's part of its charge's total: what is reached with it, less what was without it."""
    at = ordered["charge_at"].to_numpy(np.int64)
    part, whole = ordered["part"].to_numpy(np.int64), ordered["whole"].to_numpy(np.int64)
    first = np.flatnonzero(np.r_[True, at[1:] != at[:-1]]) if len(at) else np.zeros(0, np.int64)
    lengths = np.diff(np.r_[first, len(at)])
    running = np.cumsum(part)
    up_to = running - np.repeat(running[first] - part[first], lengths)
    reached = money.fraction(totals, up_to, whole)
    before = money.fraction(totals, up_to - part, whole)
    return reached - before


def _milestones(charges: pd.DataFrame, shares: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Revenue milestones, by percent or by amount; one that is not reached has the day on which it
    is expected, if that is still to come."""
    at = shares["charge_at"].to_numpy(np.int64)
    taken = shares[(charges["method"] == MILESTONE).to_numpy(bool)[at]]
    at = taken["charge_at"].to_numpy(np.int64)
    price = charges["price_minor"].to_numpy(np.int64)[at]
    fixed = np.bincount(at[taken["amount_minor"].notna().to_numpy()], minlength=len(charges)) > 0
    by_amount = fixed[at] & (price != 0)
    sign = np.where(by_amount & (price < 0), -1, 1)
    count = np.bincount(at, minlength=len(charges))[at]
    weight = np.where(fixed[at], 1, taken["weight_millionths"].to_numpy(np.int64))
    expected = taken["expected_completion_date"]
    return pd.DataFrame(
        {
            "charge_at": at,
            "what": "R" + taken["sequence"].astype("str"),
            "order": taken["sequence"].to_numpy(np.int64),
            "satisfaction_date": taken["completion_date"].fillna(expected.where(expected > day)),
            "is_reached": taken["completion_date"].notna().to_numpy(bool),
            "has_percent": True,
            "part": np.where(by_amount, taken["share_minor"].to_numpy(np.int64) * sign, weight),
            "whole": np.where(
                by_amount, price * sign, np.where(fixed[at], count, money.HUNDRED_PERCENT)
            ),
        }
    )


def _fees(charges: pd.DataFrame) -> pd.DataFrame:
    """One-time charges at once: at their start, in arrears at their end (DESIGN 6).

    The end is the last day, 31 March; of a phase that ends on a milestone, the day it is reached.
    """
    one_sum = (charges["charge_type"] == "ONE_TIME") & (charges["method"] == POINT_IN_TIME)
    at = np.flatnonzero(one_sum)
    fees = charges.iloc[at]
    last_day = (fees["live_before"] - ONE_DAY).where(fees["completed_on"].isna())
    ends = (
        fees["completed_on"]
        .fillna(last_day)
        .where(fees["live_from"].notna() & ~fees["awaits_milestone"])
    )
    in_arrears = fees["billing_timing"] == "IN_ARREARS"
    return _points(at, "RFEE", fees["live_from"].where(~in_arrears, ends), whole=1, part=1)


def _periods(charges: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Recurring charges at once: each period on its first day, in arrears on its last.

    Each weighs its part of what the contract says; an adjustment is in the total that they share.
    """
    recurs = (charges["charge_type"] == "RECURRING") & (charges["method"] == POINT_IN_TIME)
    places = np.flatnonzero(recurs)
    lines = recurring_lines(charges.iloc[places], day, whole_terms=True)
    own = lines["charge_at"].to_numpy(np.int64)
    at = places[own]
    in_arrears = (charges["billing_timing"] == "IN_ARREARS").to_numpy(bool)[at]
    adjusted = charges["adjusted_minor"].to_numpy(np.int64)
    total = (charges["total_minor"].to_numpy(np.int64) - adjusted)[at]
    sign = np.where(total < 0, -1, 1)
    count = np.bincount(own, minlength=len(places))[own]
    return _points(
        at, "R" + lines["what"],
        lines["service_start"].where(~in_arrears, lines["service_end"]),
        part=np.where(total == 0, 1, lines["amount_minor"].to_numpy(np.int64) * sign),
        whole=np.where(total == 0, count, total * sign), has_percent=False,
    )  # fmt: skip


def _points(
    at: np.ndarray, what: pd.Series | str, days: pd.Series, *,
    part: np.ndarray | int, whole: np.ndarray | int, has_percent: bool = True,
) -> pd.DataFrame:  # fmt: skip
    points = pd.DataFrame({"charge_at": at, "satisfaction_date": days.to_numpy("datetime64[s]")})
    return points.assign(
        what=what if isinstance(what, str) else what.to_numpy(),
        order=0, is_reached=True, has_percent=has_percent, part=part, whole=whole,
    )  # fmt: skip
