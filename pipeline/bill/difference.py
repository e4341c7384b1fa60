"""Tonight's difference: what is due by tonight, less what is posted, line by line."""

import numpy as np
import pandas as pd

from pipeline.bill.plan import ON_CHARGE
from pipeline.frames import code_groups, joined_keys, look_up, match, sum_groups

LINE_KEY = [*ON_CHARGE, "what"]
ADJUSTMENT = "ADJUSTMENT"
ONE_DAY = pd.Timedelta(days=1)


def posted_by_line(posted: pd.DataFrame) -> pd.DataFrame:
    """The ledger by line: LINE_KEY, kind, service_start, service_end (of the first posting),
    amount_minor, adjustment_minor (net of corrections), revision (the last), all int64. A line that
    was taken back stands with 0."""
    columns = [*LINE_KEY, "kind", "service_start", "service_end"]
    if posted.empty:
        return posted[[*columns, "amount_minor", "adjustment_minor", "revision"]]
    groups, count = code_groups(joined_keys(posted, LINE_KEY))
    last = np.zeros(count, np.int64)
    np.maximum.at(last, groups, posted["revision"].to_numpy(np.int64))
    first = posted[posted["revision"] == 0].reset_index(drop=True)
    of_first, _ = code_groups(joined_keys(first, LINE_KEY))
    at = match(first, posted, LINE_KEY)
    assert len(first) == count == len(np.unique(of_first)), "every line begins with revision 0"
    net = {
        name: sum_groups(posted[name].to_numpy(np.int64), groups, count)[groups[at]]
        for name in ("amount_minor", "adjustment_minor")
    }
    return first[columns].assign(**net, revision=last[groups[at]])


def difference(
    due: pd.DataFrame, standing: pd.DataFrame, charges: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """The lines that bring the ledger to what is due.

    `due` are due lines of the plan, `standing` is `posted_by_line`. Adds to the plan's columns:
    due_minor, billed_minor (int64: what stood before), amount_minor (their difference), revision
    (int64: 0 for a line's first posting), and the bill date of a correction.
    """
    at = match(due, standing, LINE_KEY)
    billed = look_up(standing["amount_minor"], at).fillna(0).to_numpy(np.int64)
    revision = look_up(standing["revision"], at).fillna(-1).to_numpy(np.int64) + 1
    adjusted = look_up(standing["adjustment_minor"], at).fillna(0).to_numpy(np.int64)
    adjustment = due["adjustment_minor"].to_numpy(np.int64) - adjusted
    taken_back = (billed == 0) & (adjusted == 0)
    again = (revision > 0) & ~taken_back  # a line that is due again has its own kind and date again
    due_now = due.assign(
        due_minor=due["amount_minor"], billed_minor=billed, revision=revision,
        amount_minor=due["amount_minor"].to_numpy(np.int64) - billed,
        adjustment_minor=adjustment,
        kind=due["kind"].where(~(again & (adjustment != 0)), ADJUSTMENT),
        bill_date=_dates(due, billed, as_of).where(~(again & (adjustment != 0)), as_of),
    )  # fmt: skip
    vanished = _vanished(due, standing, charges, as_of)
    together = pd.concat([due_now, vanished], ignore_index=True) if len(vanished) else due_now
    return together[together["amount_minor"] != 0].reset_index(drop=True)


def _dates(due: pd.DataFrame, billed: np.ndarray, as_of: pd.Timestamp) -> pd.Series:
    """A line is dated by the plan; the correction of a billed period by the day it was cut short, or
    tonight where it was not, or that day is still to come."""
    corrects = (billed != 0) & (due["kind"] == "RECURRING")
    cut_on = (due["service_end"] + ONE_DAY).where(due["ends_early"], as_of)
    return due["bill_date"].where(~corrects, cut_on.where(cut_on <= as_of, as_of))


def _vanished(
    due: pd.DataFrame, standing: pd.DataFrame, charges: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Posted lines that are no longer due, as the credits that take them back: dated by the day on
    which the charge ended before the line's service, else tonight."""
    gone = standing[(match(standing, due, LINE_KEY) < 0) & (standing["amount_minor"] != 0)]
    charge_at = match(gone, charges, ON_CHARGE)
    ended = look_up(charges["live_before"], charge_at, gone.index)
    ended_before = (
        (ended <= gone["service_start"]) & (ended <= as_of) & (gone["kind"] == "RECURRING")
    )
    return gone.assign(
        charge_at=charge_at, milestone_at=-1, ends_early=False, days_served=0, days_in_period=0,
        bill_date=ended.where(ended_before, as_of), due_minor=0,
        billed_minor=gone["amount_minor"], amount_minor=-gone["amount_minor"],
        adjustment_minor=-gone["adjustment_minor"], is_adjusted=False, adjusted_because="", own_minor=0,
        revision=gone["revision"] + 1,
    )  # fmt: skip
