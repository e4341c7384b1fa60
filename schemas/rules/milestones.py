"""MIL-01 and its kin: what the milestones of one charge must add up to."""

import pandas as pd

from schemas.rules import rule

HOW_IT_WORKS = "Overview of Billing Using Milestones, How it Works"
HUNDRED_PERCENT = 100_000_000


@rule("MIL-01", view="plans", column="milestone_billing", source=HOW_IT_WORKS,
      message="charge {charge_number} has BILLING milestones switched on, but no milestone: give "
              "milestones that total 100 percent, or switch them off")  # fmt: skip
def no_billing_milestone(plans: pd.DataFrame) -> pd.Series:
    """Billing milestones switched on for a charge that has none."""
    return (plans["milestones"] == 0) & (plans["event_type"] == "BILLING")


@rule("MIL-01", view="plans", column="milestone_revenue", source=HOW_IT_WORKS,
      message="charge {charge_number} has REVENUE milestones switched on, but no milestone: give "
              "milestones that total 100 percent, or switch them off")  # fmt: skip
def no_revenue_milestone(plans: pd.DataFrame) -> pd.Series:
    """Revenue milestones switched on for a charge that has none."""
    return (plans["milestones"] == 0) & (plans["event_type"] == "REVENUE")


@rule("MIL-01", view="plans", column="percent", source=HOW_IT_WORKS,
      message="the {event_type} milestones of charge {charge_number} mix percents and amounts: "
              "give every one a percent, or every one an amount")  # fmt: skip
def percents_and_amounts(plans: pd.DataFrame) -> pd.Series:
    """A plan in which some milestones have a percent and some an amount."""
    return (plans["percents"] > 0) & (plans["amounts"] > 0)


@rule("MIL-01", view="plans", column="percent", source=HOW_IT_WORKS,
      message="{remainders} {event_type} milestones of charge {charge_number} have neither percent "
              "nor amount: at most one may take the rest")  # fmt: skip
def more_than_one_remainder(plans: pd.DataFrame) -> pd.Series:
    """More than one milestone that takes the rest."""
    return plans["remainders"] > 1


@rule("MIL-01", view="plans", column="percent", source=HOW_IT_WORKS,
      message="the {event_type} milestones of charge {charge_number} total {total_percent_millionths} "
              "percent, not 100: correct the percents (30 for 30 %, not 0.3)")  # fmt: skip
def percents_not_hundred(plans: pd.DataFrame) -> pd.Series:
    """Percents that do not total 100, or that exceed it where one milestone takes the rest."""
    off = plans["total_percent_millionths"] != HUNDRED_PERCENT
    over = plans["total_percent_millionths"] > HUNDRED_PERCENT
    only_percents = (plans["percents"] > 0) & (plans["amounts"] == 0)
    return only_percents & (over | (off & (plans["remainders"] == 0)))


@rule("MIL-01", view="plans", column="amount", source=HOW_IT_WORKS,
      message="the {event_type} milestones of charge {charge_number} total {total_amount_minor}, but "
              "the charge is {charge_amount_minor}: correct the amounts, or leave one milestone's "
              "blank to take the rest")  # fmt: skip
def amounts_not_charge(plans: pd.DataFrame) -> pd.Series:
    """Fixed amounts that do not total the charge's amount, or exceed it where one takes the rest."""
    off = plans["total_amount_minor"] != plans["charge_amount_minor"]
    over = plans["total_amount_minor"].abs() > plans["charge_amount_minor"].abs()
    only_amounts = (plans["amounts"] > 0) & (plans["percents"] == 0)
    return only_amounts & (over | (off & (plans["remainders"] == 0)))


@rule("MIL-01", view="plans", column="percent", source="README, How amounts come about, Milestones",
      message="{left_minor} of charge {charge_number} is not billed yet, but the milestones that are "
              "not billed can't share it: give them shares that total it")  # fmt: skip
def rest_not_shared(plans: pd.DataFrame) -> pd.Series:
    """What is posted stands: milestones that are not billed must total what is left, to the cent."""
    bills = (plans["event_type"] == "BILLING") & (
        plans["left_minor"] != plans["charge_amount_minor"]
    )
    nobody = (plans["open_milestones"] == 0) & (plans["left_minor"] != 0)
    fixed = (plans["amounts"] > 0) & (plans["percents"] == 0)
    off = (plans["open_remainders"] == 0) & (plans["open_amount_minor"] != plans["left_minor"])
    over = plans["open_amount_minor"].abs() > plans["left_minor"].abs()
    return bills & (nobody | (fixed & (off | over)))


@rule("MIL-05", view="milestones", column="percent",
      message="milestone {sequence} has a percent and an amount: leave one of them blank")  # fmt: skip
def percent_and_amount(milestones: pd.DataFrame) -> pd.Series:
    """A milestone with both a percent and an amount."""
    return milestones["percent_millionths"].notna() & milestones["amount_minor"].notna()


@rule("MIL-06", view="milestones", column="amount",
      message="milestone {sequence} has the amount {amount_minor}: it must lie between 0 and the "
              "charge's {charge_amount_minor}")  # fmt: skip
def amount_outside_charge(milestones: pd.DataFrame) -> pd.Series:
    """A milestone's amount of the other sign than its charge's, or larger."""
    amount = milestones["amount_minor"].fillna(0).astype("int64")
    charge = milestones["charge_amount_minor"].fillna(0).astype("int64")
    priced = milestones["charge_known"] & milestones["charge_amount_minor"].notna()
    return priced & (((amount < 0) != (charge < 0)) & (amount != 0)
                                         | (amount.abs() > charge.abs()))  # fmt: skip


@rule("MIL-07", view="milestones", column="event_type",
      message="charge {charge_number} has neither a template nor the flag for {event_type} "
              "milestones: set milestone_billing or milestone_revenue to Y on the charge, or "
              "remove the milestone")  # fmt: skip
def milestone_without_flag(milestones: pd.DataFrame) -> pd.Series:
    """A milestone on a charge that says nothing of milestones: it would be billed in one sum."""
    return (
        milestones["charge_known"]
        & milestones["in_plan"]
        & milestones["kind_is_sure"]
        & ~milestones["switched_on"]
        & milestones["flag_not_given"]
    )


@rule("MIL-08", view="milestones", column="event_type", severity="warning",
      source="Overview of Billing Using Milestones, Tips and Considerations, 'If you're importing …'",
      message="{event_type} milestones are switched off on charge {charge_number}: this one has no "
              "effect until the charge's flag is Y")  # fmt: skip
def milestone_switched_off(milestones: pd.DataFrame) -> pd.Series:
    """A milestone of a kind that the charge's flag, or its template, switches off."""
    return (
        milestones["charge_known"]
        & milestones["in_plan"]
        & milestones["kind_is_sure"]
        & ~milestones["switched_on"]
        & ~milestones["flag_not_given"]
    )
