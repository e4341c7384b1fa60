"""Plans before and after an upload changed them: unbilled milestones share what is left (MIL-04)."""

import numpy as np
import pandas as pd

from pipeline.bill.adjusted import without_adjustments
from pipeline.bill.difference import posted_by_line
from pipeline.bill.shares import shares_of_both
from pipeline.frames import look_up, match
from schemas.outputs import PlanChanges, dtypes_of, nothing_of

ON_CHARGE = ["subscription_number", "charge_number"]
ON_MILESTONE = [*ON_CHARGE, "event_type", "sequence"]
ON_PLAN = [*ON_CHARGE, "event_type"]


def plan_changes(
    terms: pd.DataFrame, milestones: pd.DataFrame, replaced: pd.DataFrame, added: pd.DataFrame,
    posted: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    """Every milestone of the plans that were changed, with its share before and after.

    `milestones` are the contracts' as they stand; `replaced` the versions that the upload replaced,
    `added` the keys (ON_MILESTONE) that are new in plans that were there before; `terms` and `posted`
    are those of billing. Dates that alone have changed change no plan.
    """
    at = match(replaced, milestones, ON_MILESTONE)
    shares_changed = np.zeros(len(replaced), bool)
    for name in ("percent_millionths", "amount_minor"):
        now = look_up(milestones[name], at, replaced.index)
        same = (now == replaced[name]).fillna(False) | (now.isna() & replaced[name].isna())
        shares_changed |= ~same.to_numpy(bool)
    changed = pd.concat([replaced.loc[shares_changed, ON_PLAN], added[ON_PLAN]]).drop_duplicates()
    if changed.empty:
        return nothing_of(PlanChanges)
    after = milestones[match(milestones, changed, ON_PLAN) >= 0].reset_index(drop=True)
    was = after[
        (match(after, replaced, ON_MILESTONE) < 0) & (match(after, added, ON_MILESTONE) < 0)
    ]
    old = replaced[match(replaced, changed, ON_PLAN) >= 0]
    before = pd.concat([was, old.reindex(columns=after.columns)], ignore_index=True)
    return _side_by_side(terms, _shares(terms, before, posted), _shares(terms, after, posted))


def _shares(terms: pd.DataFrame, milestones: pd.DataFrame, posted: pd.DataFrame) -> pd.DataFrame:
    standing = without_adjustments(posted_by_line(posted))
    billing, revenue = shares_of_both(terms, milestones, standing)
    billed = match(billing, standing[standing["amount_minor"] != 0], [*ON_CHARGE, "what"]) >= 0
    return pd.concat(
        [billing.assign(is_billed=np.where(billed, "Y", "N")), revenue.assign(is_billed="N")],
        ignore_index=True,
    )


def _side_by_side(terms: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    every = pd.concat([after, before], ignore_index=True).drop_duplicates(ON_MILESTONE)
    every = every.reset_index(drop=True)
    old, new = match(every, before, ON_MILESTONE), match(every, after, ON_MILESTONE)
    dtypes = dtypes_of(PlanChanges)
    complete = every.assign(
        currency=terms["currency"].to_numpy()[every["charge_at"].to_numpy()],
        percent_before_millionths=look_up(before["percent_millionths"], old),
        percent_after_millionths=look_up(after["percent_millionths"], new),
        share_before_minor=look_up(before["share_minor"], old),
        share_after_minor=look_up(after["share_minor"], new),
    )
    return complete[list(dtypes)].astype(dtypes).sort_values(ON_MILESTONE, ignore_index=True)
