"""Adjusted lines (ACT-05): what a line comes to in all, in place of what its contract says."""

import numpy as np
import pandas as pd

from pipeline.frames import look_up, match, sum_groups

LINE_KEY = ["subscription_number", "charge_number", "what"]


def adjust_lines(plan: pd.DataFrame, adjustments: pd.DataFrame) -> pd.DataFrame:
    """The plan with adjusted amounts.

    Adds is_adjusted (bool), own_minor (int64: without the adjustment), adjustment_minor (int64: the
    adjusted amount less the line's own) and adjusted_because (text). 3,000.00 that is adjusted to
    2,500.00 has an adjustment of -500.00; the other lines of the charge stay as they are, so the
    charge comes to 500.00 less.
    """
    at = match(plan, adjustments, LINE_KEY)
    own = plan["amount_minor"].to_numpy(np.int64)
    adjusted = look_up(adjustments["adjusted_amount_minor"], at).fillna(0).to_numpy(np.int64)
    amount = np.where(at >= 0, adjusted, own)
    return plan.assign(
        amount_minor=amount,
        own_minor=own,
        adjustment_minor=amount - own,
        is_adjusted=at >= 0,
        adjusted_because=look_up(adjustments["reason"], at, plan.index).fillna(""),
    )


def without_adjustments(standing: pd.DataFrame) -> pd.DataFrame:
    """What is posted (`difference.posted_by_line`) as the contract alone would have it: an adjustment
    of one milestone leaves the shares of the others as they are."""
    return standing.assign(amount_minor=standing["amount_minor"] - standing["adjustment_minor"])


def adjusted_by_charge(plan: pd.DataFrame, count: int) -> np.ndarray:
    """What adjustments change of each charge's price, over all of its plan (int64)."""
    return sum_groups(
        plan["adjustment_minor"].to_numpy(np.int64), plan["charge_at"].to_numpy(np.int64), count
    )
