"""Phase terms: from when to when each phase of a subscription runs (PHA-01 to PHA-04). Pure."""

import numpy as np
import pandas as pd

from pipeline import periods
from pipeline.frames import days_of, look_up, match
from pipeline.settings import DAY_AFTER
from schemas.cells import LONGEST_IDENTIFIER

ONE_DAY = np.timedelta64(1, "D")


def phase_order(numbers: pd.Series) -> pd.Series:
    """Phase numbers as texts that sort as people count: 2 comes before 10.

    >>> phase_order(pd.Series(["10", "2", "B"])).str.lstrip("0").tolist()
    ['10', '2', 'B']
    """
    return numbers.str.zfill(LONGEST_IDENTIFIER).where(numbers.str.isdigit(), numbers)


def phase_terms(phases: pd.DataFrame, subscriptions: pd.DataFrame, handover: str) -> pd.DataFrame:
    """The phases in order, each with its term and its billing anchor.

    Adds: ordinal (int64, 0 for a subscription's first), starts_on (datetime64[s], missing while an
    earlier phase waits for its milestone), ends_before (missing: no end, or none yet), ends_by (the
    same, or else the subscription's end), follows (the place of the phase before, -1), anchor_month,
    anchor_day (int64, see `periods`).

    A pilot from 15 January that ends on a milestone completed on 10 March serves until 9 March, and
    the next phase starts on 10 March; with the handover "day_after", it serves that day too.
    """
    ordered = _in_order(phases)
    at = match(ordered, subscriptions, ["subscription_number"])
    first_day = days_of(look_up(subscriptions["start_date"], at))
    last_day = days_of(look_up(subscriptions["end_date"], at))
    billing_day = look_up(subscriptions["billing_day"], at).fillna(0).to_numpy(np.int64)
    ordinal = ordered["ordinal"].to_numpy()
    cap = last_day + ONE_DAY
    starts = np.where(ordinal == 0, first_day, periods.NEVER)
    ends = np.full(len(ordered), periods.NEVER)
    month, day = first_anchor(starts, billing_day)
    resets = _resets(ordered)
    for depth in range(int(ordinal.max(initial=-1)) + 1):
        here = np.flatnonzero(ordinal == depth)
        if depth:
            before = here - 1
            starts[here] = ends[before]
            month[here], day[here] = month[before], day[before]
        anew = here[resets[here] & ~np.isnat(starts[here])]
        month[anew], day[anew] = periods.month_of(starts[anew]), periods.day_of_month(starts[anew])
        ends[here] = _ends(ordered.iloc[here], starts[here], cap[here], handover)
    return ordered.assign(
        starts_on=starts.astype("datetime64[s]"), ends_before=ends.astype("datetime64[s]"),
        ends_by=np.where(np.isnat(ends), cap, ends).astype("datetime64[s]"),
        follows=np.where(ordinal > 0, np.arange(len(ordered)) - 1, -1),
        anchor_month=month, anchor_day=day,
    )  # fmt: skip


def _in_order(phases: pd.DataFrame) -> pd.DataFrame:
    """Sorted by subscription and as people count the phases; ordinal counts them from 0."""
    ordered = (
        phases.assign(order=phase_order(phases["phase_number"]))
        .sort_values(["subscription_number", "order"], ignore_index=True)
        .drop(columns="order")
    )
    counted = ordered.groupby("subscription_number", sort=False).cumcount()
    return ordered.assign(ordinal=counted.astype("int64"))


def first_anchor(starts: np.ndarray, billing_day: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The billing day in the month of the start; without one, the start itself (DESIGN 6)."""
    safe = np.where(np.isnat(starts), np.datetime64("1970-01-01", "D"), starts)
    return periods.month_of(safe), np.where(
        billing_day > 0, billing_day, periods.day_of_month(safe)
    )


def _resets(ordered: pd.DataFrame) -> np.ndarray:
    """Blank means RESET after a milestone phase, whose date is arbitrary, and CONTINUE otherwise."""
    after_milestone = (ordered["ends"].shift() == "MILESTONE") & (ordered["ordinal"] > 0)
    anchor = ordered["billing_anchor"]
    return ((anchor == "RESET") | (anchor.isna() & after_milestone)).to_numpy(bool)


def _ends(phases: pd.DataFrame, starts: np.ndarray, cap: np.ndarray, handover: str) -> np.ndarray:
    """The day before which each phase ends; the subscription's end caps it."""
    kind = phases["ends"].to_numpy(object)
    completed = days_of(phases["completion_date"])
    months = phases["duration_months"].fillna(0).to_numpy(np.int64)
    handed_over = completed + (ONE_DAY if handover == DAY_AFTER else np.timedelta64(0, "D"))
    ends = np.select(
        [kind == "DATE", kind == "DURATION", kind == "MILESTONE"],
        [days_of(phases["end_date"]) + ONE_DAY, periods.add_months(starts, months), handed_over],
        periods.NEVER,
    )
    capped = np.where(np.isnat(ends) | (cap < ends), cap, ends)
    waiting = (kind == "MILESTONE") & np.isnat(completed)
    return np.where(np.isnat(starts) | waiting, periods.NEVER, capped)
