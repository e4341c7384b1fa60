"""REV-02 to REV-06: how a charge's revenue is allocated and recognised."""

import pandas as pd

from schemas.rules import rule

METHODS = "README, Revenue"
ALLOCATION = "README, Revenue"


@rule("REV-02", view="charges", column="standalone_selling_price", source=ALLOCATION,
      message="charge {charge_number} has no standalone_selling_price, but another charge of "
              "subscription {subscription_number} has one: give one to every charge, or to "
              "none")  # fmt: skip
def some_selling_prices_missing(charges: pd.DataFrame) -> pd.Series:
    """A charge without a standalone selling price beside one that has it."""
    return charges["standalone_selling_price_minor"].isna() & charges["beside_selling_price"]


@rule("REV-03", view="charges", column="standalone_selling_price", source=ALLOCATION,
      message="the standalone_selling_price {standalone_selling_price_minor} is negative: it is a "
              "weight; give 0 or more")  # fmt: skip
def negative_selling_price(charges: pd.DataFrame) -> pd.Series:
    """A standalone selling price below zero."""
    return (charges["standalone_selling_price_minor"] < 0).fillna(False).astype(bool)


@rule("REV-04", view="charges", column="revenue_method", source=METHODS,
      message="revenue_method is MILESTONE, but charge {charge_number} has no revenue milestones: "
              "set milestone_revenue to Y and give them, or choose STRAIGHT_LINE or "
              "POINT_IN_TIME")  # fmt: skip
def milestone_method_without_milestones(charges: pd.DataFrame) -> pd.Series:
    """A charge that is recognised by milestones and has none of revenue."""
    return (charges["revenue_method"] == "MILESTONE") & ~charges["milestone_revenue_on"]


@rule("REV-05", view="charges", column="revenue_method", source=METHODS, severity="warning",
      message="charge {charge_number} has revenue milestones, but revenue_method is "
              "{revenue_method}: they recognise nothing; leave revenue_method blank if they "
              "should")  # fmt: skip
def milestones_without_milestone_method(charges: pd.DataFrame) -> pd.Series:
    """Revenue milestones on a charge that is recognised in another way."""
    other = charges["revenue_method"].notna() & (charges["revenue_method"] != "MILESTONE")
    return other & charges["milestone_revenue_on"]


@rule("REV-06", view="charges", column="revenue_method", source=METHODS, severity="warning",
      message="charge {charge_number} is recognised over the term of its line, which has no end: "
              "nothing is recognised until the line gets an end_date")  # fmt: skip
def straight_line_without_end(charges: pd.DataFrame) -> pd.Series:
    """A one-time charge that is recognised over time on a line without end."""
    periodic = charges["revenue_method"].isna() & (charges["periodic_revenue"] == "Y")
    return (
        (charges["charge_type"] == "ONE_TIME")
        & ((charges["revenue_method"] == "STRAIGHT_LINE") | periodic)
        & charges["line_known"]
        & charges["phase_number"].isna()
        & charges["live_until"].isna()
    )
