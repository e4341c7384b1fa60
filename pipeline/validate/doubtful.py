"""What can't be judged because a cell that it depends on is itself at fault. That cell has been told;
what a rule would say of the rest could be wrong. Pure."""

from collections.abc import Mapping

import pandas as pd

from pipeline.frames import match
from pipeline.life import ON_SUBSCRIPTION
from pipeline.validate.faults import NO_VALUE
from pipeline.validate.parse import Parsed
from pipeline.validate.views import ON_CHARGE

SAYS_THE_PLAN = {
    "charges": ("template_code", "milestone_billing", "milestone_revenue"),
    "milestones": ("event_type", "sequence", "percent", "amount"),
}
"""By table: the headings on which it depends what a plan totals."""

SAYS_THE_PRICE = {"charges": ("amount",)}
"""What a plan of percentages alone does not depend on."""

SAYS_WHOSE_IT_IS = {"charges": ("charge_number",), "milestones": ("charge_number",)}

SAYS_THE_TERMS = {
    "subscriptions": ("start_date",),
    "phases": ("phase_number", "ends", "end_date", "duration_months", "completion_date"),
}
"""By table: the headings on which it depends when a phase begins."""

FAULTY = (*NO_VALUE, "VAL-01")


def without_doubtful_plans(
    plans: pd.DataFrame, cells: pd.DataFrame, parsed: Mapping[str, Parsed]
) -> pd.DataFrame:
    """The plans of which every cell could be read; `cells` are the faults of single cells.

    A row that does not say of which charge it is makes every plan of its contract doubtful.
    """
    of_one = _rows_at(cells, parsed, SAYS_THE_PLAN, ON_CHARGE)
    of_price = _rows_at(cells, parsed, SAYS_THE_PRICE, ON_CHARGE)
    of_any = _rows_at(cells, parsed, SAYS_WHOSE_IT_IS, ON_SUBSCRIPTION)
    if of_one.empty and of_price.empty and of_any.empty:
        return plans
    in_doubt = (match(plans, of_one, ON_CHARGE) >= 0) | (match(plans, of_any, ON_SUBSCRIPTION) >= 0)
    priced = (plans["percents"] < plans["milestones"]).to_numpy(bool)
    return plans[~in_doubt & ~(priced & (match(plans, of_price, ON_CHARGE) >= 0))]


def without_doubtful_terms(
    phases: pd.DataFrame, cells: pd.DataFrame, parsed: Mapping[str, Parsed]
) -> pd.DataFrame:
    """The phases, those of a contract without starts_on, and none of them waiting, where it can't be
    told when its phases begin."""
    rows = _rows_at(cells, parsed, SAYS_THE_TERMS, ON_SUBSCRIPTION)
    if rows.empty:
        return phases
    known = match(phases, rows, ON_SUBSCRIPTION) < 0
    return phases.assign(starts_on=phases["starts_on"].where(known), waits=phases["waits"] & known)


def _rows_at(
    cells: pd.DataFrame,
    parsed: Mapping[str, Parsed],
    headings: Mapping[str, tuple[str, ...]],
    keys: list[str],
) -> pd.DataFrame:
    """The keys of the uploaded rows with a fault in one of these cells."""
    found = [pd.DataFrame({name: [] for name in keys}, dtype="str")]
    faulty = cells[cells["code"].isin(FAULTY)]
    for table, named in headings.items():
        here = faulty[(faulty["table"] == table) & faulty["column"].isin(named)]
        if len(here):
            rows = parsed[table].rows
            found.append(rows.loc[match(rows, here, ["source", "row"]) >= 0, keys])
    return pd.concat(found, ignore_index=True)
