"""Tonight's difference: what is due by tonight, less what is posted, line by line."""

import numpy as np
import pandas as pd

from pipeline.bill.plan import ON_CHARGE
from pipeline.frames import code_groups, joined_keys, look_up, match, sum_groups

LINE_KEY = [*ON_CHARGE, "what"]


def posted_by_line(posted: pd.DataFrame) -> pd.DataFrame:
    """The ledger by line: LINE_KEY, kind, amount_minor (net of corrections), revision (the last),
    all int64. A line that was taken back stands with 0."""
    if posted.empty:
        return posted[[*LINE_KEY, "kind", "amount_minor", "revision"]]
    groups, count = code_groups(joined_keys(posted, LINE_KEY))
    last = np.zeros(count, np.int64)
    np.maximum.at(last, groups, posted["revision"].to_numpy(np.int64))
    first = posted[~posted[LINE_KEY].duplicated()]
    return first[[*LINE_KEY, "kind"]].assign(
        amount_minor=sum_groups(posted["amount_minor"].to_numpy(np.int64), groups, count),
        revision=last,
    ).reset_index(drop=True)  # fmt: skip


def difference(
    due: pd.DataFrame, standing: pd.DataFrame, charges: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """The lines that bring the ledger to what is due.

    `due` are due lines of the plan, `standing` is `posted_by_line`. Adds to the plan's columns:
    due_minor, billed_minor (int64: what stood before), amount_minor (their difference), revision
    (int64: 0 for a line's first posting), and bill_date: of a line that is no longer due, tonight.
    """
    at = match(due, standing, LINE_KEY)
    billed = look_up(standing["amount_minor"], at).fillna(0).to_numpy(np.int64)
    revision = look_up(standing["revision"], at).fillna(-1).to_numpy(np.int64) + 1
    due_now = due.assign(
        due_minor=due["amount_minor"], billed_minor=billed, revision=revision,
        amount_minor=due["amount_minor"].to_numpy(np.int64) - billed,
    )  # fmt: skip
    vanished = _vanished(due, standing, charges, as_of)
    together = pd.concat([due_now, vanished], ignore_index=True) if len(vanished) else due_now
    return together[together["amount_minor"] != 0].reset_index(drop=True)


def _vanished(
    due: pd.DataFrame, standing: pd.DataFrame, charges: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Posted lines that are no longer due, as the credits that take them back."""
    gone = standing[(match(standing, due, LINE_KEY) < 0) & (standing["amount_minor"] != 0)]
    day = pd.Series(as_of, gone.index, dtype="datetime64[s]")
    none = pd.Series(pd.NaT, gone.index, dtype="datetime64[s]")
    return gone.assign(
        charge_at=match(gone, charges, ON_CHARGE), milestone_at=-1, service_start=none,
        service_end=none, bill_date=day, due_minor=0, billed_minor=gone["amount_minor"],
        amount_minor=-gone["amount_minor"], revision=gone["revision"] + 1,
    )  # fmt: skip
