"""TPL-01 to TPL-10: milestone templates, and the charges that may have one."""

import pandas as pd

from schemas.rules import rule

TIPS = "Overview of Billing Using Milestones, Tips and Considerations"


@rule("TPL-01", view="charges", column="template_code", source=f"{TIPS}, bullets 1 and 2",
      message="charge {charge_number} has a template or milestones, but its product "
              "{product_code} is of sales product type {sales_product_type}: only SUBSCRIPTION "
              "products may; remove them or choose another product")  # fmt: skip
def milestones_on_coverage(charges: pd.DataFrame) -> pd.Series:
    """A template or milestones on a charge of a product that is not of type SUBSCRIPTION."""
    return (
        charges["has_milestones"]
        & charges["sales_product_type"].notna()
        & (charges["sales_product_type"] != "SUBSCRIPTION")
    )


@rule("TPL-01", view="products", column="sales_product_type", source=f"{TIPS}, bullets 1 and 2",
      message="product {product_code} can't become COVERAGE: stored charges of it have a template "
              "or milestones; leave it SUBSCRIPTION and make a new product")  # fmt: skip
def coverage_under_milestones(products: pd.DataFrame) -> pd.Series:
    """A product that is made COVERAGE while stored charges of it have milestones."""
    return (products["sales_product_type"] == "COVERAGE") & products["used_with_milestones"]


@rule("TPL-02", view="charges", column="charge_type", source=f"{TIPS}, bullet 1",
      message="charge {charge_number} has a template or milestones, but is {charge_type}: only a "
              "ONE_TIME charge may; remove them or make the charge ONE_TIME")  # fmt: skip
def milestones_on_recurring(charges: pd.DataFrame) -> pd.Series:
    """A template or milestones on a charge that is not ONE_TIME."""
    return (
        charges["has_milestones"]
        & charges["charge_type"].notna()
        & (charges["charge_type"] != "ONE_TIME")
    )


@rule("TPL-03", view="charges", column="template_code",
      source=f"{TIPS}, 'Evergreen subscriptions can't have …'",
      message="charge {charge_number} has a template or milestones, but subscription "
              "{subscription_number} is evergreen: give the subscription an end instead, or "
              "remove them")  # fmt: skip
def milestones_on_evergreen(charges: pd.DataFrame) -> pd.Series:
    """A template or milestones on a charge of an evergreen subscription."""
    return charges["has_milestones"] & (charges["evergreen"] == "Y")


@rule("TPL-04", view="charges", column="periodic_billing",
      source=f"{TIPS}, 'If periodic recognition of revenue or periodic billing is enabled …'",
      message="charge {charge_number} has a template or milestones and periodic billing: set "
              "periodic_billing to N, or remove them")  # fmt: skip
def milestones_with_periodic_billing(charges: pd.DataFrame) -> pd.Series:
    """A template or milestones where periodic billing is enabled on the charge."""
    return charges["has_milestones"] & (charges["periodic_billing"] == "Y")


@rule("TPL-04", view="charges", column="periodic_revenue",
      source=f"{TIPS}, 'If periodic recognition of revenue or periodic billing is enabled …'",
      message="charge {charge_number} has a template or milestones and periodic revenue: set "
              "periodic_revenue to N, or remove them")  # fmt: skip
def milestones_with_periodic_revenue(charges: pd.DataFrame) -> pd.Series:
    """A template or milestones where periodic revenue is enabled on the charge."""
    return charges["has_milestones"] & (charges["periodic_revenue"] == "Y")


@rule("TPL-06", view="charges", column="price_adjustment_percent", severity="warning",
      source=f"{TIPS}, 'Pricing terms don't have any impact …'",
      message="the price adjustment of {price_adjustment_percent_millionths} percent has no effect "
              "on charge {charge_number}, which has a template or milestones: put it into the "
              "amount")  # fmt: skip
def adjustment_without_effect(charges: pd.DataFrame) -> pd.Series:
    """A price adjustment on a charge with a template or milestones."""
    adjustment = charges["price_adjustment_percent_millionths"].fillna(0)
    return charges["price_is_fixed"] & (adjustment != 0).astype(bool)


@rule("TPL-07", view="charges", column="charge_number", severity="warning",
      source=f"{TIPS}, 'It's recommended that …'",
      message="charge {charge_number} has a template or milestones and shares subscription "
              "{subscription_number} with other charges: a subscription of its own is recommended, "
              "because an amendment does not copy it")  # fmt: skip
def milestones_beside_other_charges(charges: pd.DataFrame) -> pd.Series:
    """A charge with milestones on a subscription that also holds charges without."""
    return charges["has_milestones"] & charges["beside_other_charges"]


@rule("TPL-09", view="template_milestones", column="milestone_name",
      source="Setup Overview, 'Define milestone names and Milestones sources in two lookup types'",
      message="milestone name {milestone_name} is not an enabled MILESTONE_NAME: add it to the "
              "lookups table, or use one that stands there")  # fmt: skip
def template_name_not_in_lookup(template_milestones: pd.DataFrame) -> pd.Series:
    """A template milestone's new name that the lookup doesn't hold, or holds disabled."""
    given = template_milestones["milestone_name"].notna() & template_milestones["name_is_new"]
    return given & ~template_milestones["name_known"]


@rule("TPL-09", view="template_milestones", column="milestone_source",
      source="Setup Overview, 'Define milestone names and Milestones sources in two lookup types'",
      message="milestone source {milestone_source} is not an enabled MILESTONE_SOURCE: add it to "
              "the lookups table, or use one that stands there")  # fmt: skip
def template_source_not_in_lookup(template_milestones: pd.DataFrame) -> pd.Series:
    """A template milestone's new source that the lookup doesn't hold, or holds disabled."""
    given = template_milestones["milestone_source"].notna() & template_milestones["source_is_new"]
    return given & ~template_milestones["source_known"]


@rule("TPL-09", view="milestones", column="milestone_name",
      source="Setup Overview, 'Define milestone names and Milestones sources in two lookup types'",
      message="milestone name {milestone_name} is not an enabled MILESTONE_NAME: add it to the "
              "lookups table, or use one that stands there")  # fmt: skip
def name_not_in_lookup(milestones: pd.DataFrame) -> pd.Series:
    """A new or changed milestone name that the lookup doesn't hold, or holds disabled."""
    return (
        milestones["milestone_name"].notna() & milestones["name_is_new"] & ~milestones["name_known"]
    )


@rule("TPL-09", view="milestones", column="milestone_source",
      source="Setup Overview, 'Define milestone names and Milestones sources in two lookup types'",
      message="milestone source {milestone_source} is not an enabled MILESTONE_SOURCE: add it to "
              "the lookups table, or use one that stands there")  # fmt: skip
def source_not_in_lookup(milestones: pd.DataFrame) -> pd.Series:
    """A new or changed milestone source that the lookup doesn't hold, or holds disabled."""
    return (
        milestones["milestone_source"].notna()
        & milestones["source_is_new"]
        & ~milestones["source_known"]
    )


@rule("TPL-10", view="template_plans", column="percent", severity="warning",
      source=f"{TIPS}, 'Milestones can be imported and assigned …'",
      message="the {event_type} milestones of template {template_code} total "
              "{total_percent_millionths} percent: each charge that takes a copy must bring the rest "
              "itself")  # fmt: skip
def template_not_whole(plans: pd.DataFrame) -> pd.Series:
    """A template's milestones that do not total 100 percent: legal, and worth a look."""
    return plans["total_percent_millionths"] != 100_000_000
