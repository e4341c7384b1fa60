"""Milestone shares: what each billing milestone comes to (MIL-02), what is posted standing fixed."""

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.frames import look_up, match, sum_groups

ON_CHARGE = ["subscription_number", "charge_number"]
SWITCHES = {"BILLING": "milestone_billing_on", "REVENUE": "milestone_revenue_on"}
BY_PERCENT, BY_AMOUNT, BY_REST, BY_WHAT_IS_LEFT = "percent", "amount", "rest", "left"


def shares_of_both(
    charges: pd.DataFrame, milestones: pd.DataFrame, standing: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The shares of the billing milestones, and those of the revenue milestones.

    `standing` is what is posted of the bill lines, without adjustments; it fixes no share of revenue.
    """
    return (
        milestone_shares(charges, milestones, standing, "BILLING"),
        milestone_shares(charges, milestones, standing.head(0), "REVENUE"),
    )


def milestone_what(milestones: pd.DataFrame) -> pd.Series:
    """M and the number of a billing milestone, R and that of a revenue milestone."""
    letter = pd.Series("M", milestones.index, dtype="str").where(
        milestones["event_type"] == "BILLING", "R"
    )
    return letter + milestones["sequence"].astype("str")


def milestone_shares(
    charges: pd.DataFrame, milestones: pd.DataFrame, posted: pd.DataFrame, event_type: str
) -> pd.DataFrame:
    """Each milestone of that type in the plan of a charge whose milestones are on, with its share.

    `posted` holds net posted amounts by subscription_number, charge_number, what. Adds to the
    milestone's columns: charge_at (int64, place in `charges`), what, share_minor (int64),
    shared_by (how the share came about), weight_millionths (int64), and left_minor, left_millionths
    (int64): what was left to share, and the weight of all that share it.

    5.47 at 33.34 / 33.33 / 33.33 percent is 1.83 + 1.82 + 1.82. If the first is posted and the
    others change to 50 / 16.66 percent, they share the 3.64 that is left.
    """
    plan = _plan(charges, milestones, event_type)
    groups = plan["charge_at"].to_numpy()
    prices = charges["price_minor"].to_numpy(np.int64)
    by_percent = _is_by_percent(plan, len(charges))
    weights = _weights(plan, len(charges))
    order = plan["sequence"].to_numpy(np.int64)
    standing = _standing(plan, posted)
    is_posted = standing != 0
    fixed = _fixed_amounts(plan, prices, standing)
    shares = np.where(by_percent, money.split(prices, weights, groups, order), fixed)
    moved = np.bincount(groups[is_posted & (standing != shares)], minlength=len(charges)) > 0
    left_to_share = moved[groups] & by_percent
    open_weights = np.where(is_posted, 0, weights)
    left = prices - sum_groups(standing, groups, len(charges))
    if left_to_share.any():
        shares = np.where(left_to_share, money.split(left, open_weights, groups, order), shares)
    shares = np.where(is_posted & left_to_share, standing, shares)
    return plan.assign(
        share_minor=shares,
        shared_by=_shared_by(plan, left_to_share & ~is_posted),
        weight_millionths=weights,
        left_minor=left[groups],
        left_millionths=sum_groups(open_weights, groups, len(charges))[groups],
    )


def _plan(charges: pd.DataFrame, milestones: pd.DataFrame, event_type: str) -> pd.DataFrame:
    """The milestones that count: of a type that the charge has on, and not of 0 percent."""
    percent = milestones["percent_millionths"]
    counts = (milestones["event_type"] == event_type) & ~(percent == 0).fillna(False).astype(bool)
    plan = milestones[counts]
    at = match(plan, charges, ON_CHARGE)
    on = np.append(charges[SWITCHES[event_type]].to_numpy(bool), False)[at]
    return plan[on].assign(
        charge_at=at[on], what="M" + plan.loc[on, "sequence"].astype("str")
    ).reset_index(drop=True)  # fmt: skip


def _is_by_percent(plan: pd.DataFrame, count: int) -> np.ndarray:
    """True for milestones of charges whose plan has no fixed amount."""
    groups = plan["charge_at"].to_numpy()
    fixed = np.bincount(groups[plan["amount_minor"].notna().to_numpy()], minlength=count)
    return fixed[groups] == 0


def _weights(plan: pd.DataFrame, count: int) -> np.ndarray:
    """Percents; the milestone that takes the rest weighs what is missing from 100."""
    groups = plan["charge_at"].to_numpy()
    percent = plan["percent_millionths"].fillna(0).to_numpy(np.int64)
    rest = money.HUNDRED_PERCENT - sum_groups(percent, groups, count)
    return np.where(_takes_rest(plan), np.maximum(rest[groups], 0), percent)


def _fixed_amounts(plan: pd.DataFrame, prices: np.ndarray, standing: np.ndarray) -> np.ndarray:
    """Fixed amounts; the milestone that takes the rest gets what they leave of the price. What is
    posted stands."""
    groups = plan["charge_at"].to_numpy()
    amount = plan["amount_minor"].fillna(0).to_numpy(np.int64)
    amount = np.where(standing != 0, standing, amount)
    rest = prices - sum_groups(amount, groups, len(prices))
    return np.where(_takes_rest(plan) & (standing == 0), rest[groups], amount)


def _takes_rest(plan: pd.DataFrame) -> np.ndarray:
    return (plan["percent_millionths"].isna() & plan["amount_minor"].isna()).to_numpy(bool)


def _standing(plan: pd.DataFrame, posted: pd.DataFrame) -> np.ndarray:
    """What is posted of each milestone, net of corrections; 0 where nothing is."""
    at = match(plan, posted, [*ON_CHARGE, "what"])
    return look_up(posted["amount_minor"], at).fillna(0).to_numpy(np.int64)


def _shared_by(plan: pd.DataFrame, left: np.ndarray) -> np.ndarray:
    fixed = plan["amount_minor"].notna().to_numpy(bool)
    by = np.where(fixed, BY_AMOUNT, np.where(_takes_rest(plan), BY_REST, BY_PERCENT))
    return np.where(left, BY_WHAT_IS_LEFT, by)
