"""Allocation: what each charge's revenue line comes to (REV-01). Pure."""

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.frames import code_groups, joined_keys, sum_groups
from pipeline.phases import phase_order
from pipeline.recognise.straight_line import Terms

MILESTONE, STRAIGHT_LINE, POINT_IN_TIME = "MILESTONE", "STRAIGHT_LINE", "POINT_IN_TIME"


def revenue_lines_due(charges: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """Every charge with its method, its total and its allocated revenue.

    `charges` are `bill.charges.billable_charges`. Adds method, total_minor (int64: what its bill
    lines come to; 0 while it does not bill), is_shared (bool: its revenue is a share of the
    contract's), contract_minor, contract_weight (int64: what is shared, by what weight in all),
    weight_minor (int64: its standalone selling price) and allocated_minor (int64).

    The contract's fixed price is shared by standalone selling price, where there are any: one-time
    charges, and recurring ones over a known term; an evergreen subscription is not allocated.
    100.00 at prices of 50 / 25 / 75 alone is 33.33 / 16.67 / 50.00.
    """
    bills = charges["bills"].to_numpy(bool)
    never = (charges["never_begins"] & ~charges["milestone_billing_on"]).to_numpy(bool)
    adjusted = charges["adjusted_minor"].to_numpy(np.int64)
    totals = np.where(bills & ~never, terms.totals + adjusted, 0)
    selling = charges["standalone_selling_price_minor"]
    weights = selling.fillna(0).to_numpy(np.int64)
    known_term = (charges["live_before"] > charges["live_from"]).to_numpy(bool)
    fixed = ~terms.recurs | known_term
    pooled = bills & ~never & fixed & ~charges["evergreen"].to_numpy(bool)
    groups, count = code_groups(joined_keys(charges, ["subscription_number"]))
    weight_of = sum_groups(np.where(pooled, weights, 0), groups, count)
    shared = pooled & selling.notna().to_numpy(bool) & (weight_of > 0)[groups]
    at = np.flatnonzero(shared)
    contract = sum_groups(totals[at], groups[at], count)
    order = phase_order(charges["charge_number"]).rank(method="first").to_numpy(np.int64)
    allocated = totals.copy()
    allocated[at] = money.split(contract, weights[at], groups[at], order[at])
    return charges.assign(
        method=_methods(charges), total_minor=totals, is_shared=shared,
        contract_minor=contract[groups], contract_weight=weight_of[groups], weight_minor=weights,
        allocated_minor=allocated,
    )  # fmt: skip


def _methods(charges: pd.DataFrame) -> np.ndarray:
    """The method that is given; else by revenue milestones where they are on, over time where the
    charge recurs or its revenue is periodic, and otherwise at once (DESIGN 6)."""
    over_time = (charges["charge_type"] == "RECURRING") | (charges["periodic_revenue"] == "Y")
    standard = np.select(
        [charges["milestone_revenue_on"].to_numpy(bool), over_time.to_numpy(bool)],
        [MILESTONE, STRAIGHT_LINE], POINT_IN_TIME,
    )  # fmt: skip
    given = charges["revenue_method"]
    return np.where(given.notna(), given.fillna("").to_numpy(object), standard.astype(object))
