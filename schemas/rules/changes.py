"""MIL-04, CHG-01, CHG-02: what was billed from stands; an end may move.

Each view holds, beside a column, the stored value as `stored_…`, missing where nothing is stored.
"""

from collections.abc import Callable

import pandas as pd

from schemas.rules import differs, rule

CORRECTIONS, MILESTONES, STATUSES = (
    f"README, How amounts come about, {part}" for part in ("Corrections", "Milestones", "Statuses")
)
NOT_BILLED_BY_STATUS = ("DRAFT", "PENDING_APPROVAL", "CANCELED")


def _changed(
    column: str, billed: str, about: str = "What was billed from is changed."
) -> Callable[[pd.DataFrame], pd.Series]:
    def changed(frame: pd.DataFrame) -> pd.Series:
        return frame[billed] & differs(frame[column], frame[f"stored_{column}"])

    changed.__doc__ = about
    changed.__name__ = f"{billed.replace('posted', 'billed')}_{column}_changed"
    return changed


MILESTONE_STANDS = {
    "percent_millionths": "percent",
    "amount_minor": "amount",
    "completion_date": "completion_date",
    "expected_completion_date": "expected_completion_date",
}
for _column, _heading in MILESTONE_STANDS.items():
    rule(
        "MIL-04", view="milestones", column=_heading, source=MILESTONES,
        message=f"milestone {{sequence}} of charge {{charge_number}} has been billed: its {_heading} "
                f"can't change from '{{stored_{_column}}}' to '{{{_column}}}'; upload it as it was",
    )(_changed(_column, "billed"))  # fmt: skip

CHARGE_STANDS = {
    "amount_minor": "amount",
    "charge_type": "charge_type",
    "billing_frequency": "billing_frequency",
    "billing_timing": "billing_timing",
    "phase_number": "phase_number",
    "line_number": "line_number",
    "template_code": "template_code",
    "milestone_billing_on": "milestone_billing",
    "price_adjustment_percent_millionths": "price_adjustment_percent",
}
for _column, _heading in CHARGE_STANDS.items():
    rule(
        "CHG-01", view="charges", column=_heading, source=CORRECTIONS,
        message=f"charge {{charge_number}} has been billed: its {_heading} can't change from "
                f"'{{stored_{_column}}}' to '{{{_column}}}'; upload it as it was, and put the "
                "difference on a charge of its own",
    )(_changed(_column, "posted"))  # fmt: skip

for _column in ("currency", "customer_number", "business_unit", "start_date", "billing_day"):
    rule(
        "CHG-01", view="subscriptions", column=_column,
        source=CORRECTIONS,
        message=f"subscription {{subscription_number}} has been billed: its {_column} can't change "
                f"from '{{stored_{_column}}}' to '{{{_column}}}'; upload it as it was, and make a "
                "new subscription for what is to come",
    )(_changed(_column, "posted"))  # fmt: skip

for _column in ("currency", "business_unit"):
    rule(
        "CHG-01", view="subscriptions", column=_column,
        source=CORRECTIONS,
        message=f"revenue of subscription {{subscription_number}} has been recognised: its {_column} "
                f"can't change from '{{stored_{_column}}}' to '{{{_column}}}'; upload it as it was, "
                "and make a new subscription for what is to come",
    )(_changed(_column, "recognised_only", "What was recognised from is changed."))  # fmt: skip

for _column in ("start_date", "product_code"):
    rule(
        "CHG-01", view="subscription_lines", column=_column,
        source=CORRECTIONS,
        message=f"line {{line_number}} has been billed: its {_column} can't change from "
                f"'{{stored_{_column}}}' to '{{{_column}}}'; upload it as it was, and add a new line",
    )(_changed(_column, "posted"))  # fmt: skip

for _view, _what in (("subscriptions", "subscription {subscription_number}"),
                     ("subscription_lines", "line {line_number}")):  # fmt: skip
    rule(
        "CHG-02", view=_view, column="end_date", severity="warning",
        source=CORRECTIONS,
        message=f"{_what} has been billed and its end_date moves from '{{stored_end_date}}' to "
                "'{end_date}': credits or further lines may follow",
    )(_changed("end_date", "posted", "The end of what was billed moves."))  # fmt: skip


@rule("CHG-07", view="charges", column="template_code", source=MILESTONES,
      message="charge {charge_number} has its own copy of template {stored_template_code}: it can't "
              "take another; change its milestones instead, and leave the template_code as it "
              "was")  # fmt: skip
def another_template(charges: pd.DataFrame) -> pd.Series:
    """Another template, or none, for a charge that has taken its copy and was not billed yet."""
    return (
        charges["stored_template_code"].notna()
        & ~charges["posted"]
        & differs(charges["template_code"], charges["stored_template_code"])
    )


@rule("CHG-01", view="charges", column="milestone_revenue",
      source=CORRECTIONS,
      message="charge {charge_number} has been billed at an adjusted price, on which milestones have a "
              "say: its milestones can't be switched on or off; upload it as it was")  # fmt: skip
def billed_price_changed(charges: pd.DataFrame) -> pd.Series:
    """Milestones switched on or off, which would change the price that was billed."""
    adjusted = charges["price_adjustment_percent_millionths"].fillna(0) != 0
    moved = differs(charges["price_is_fixed"], charges["stored_price_is_fixed"])
    return charges["posted"] & adjusted.astype(bool) & moved


@rule("CHG-08", view="subscriptions", column="currency",
      message="the stored amounts of subscription {subscription_number} are in {stored_currency}, which "
              "has other decimals than {currency}: make a new subscription for {currency}")  # fmt: skip
def currency_of_other_decimals(subscriptions: pd.DataFrame) -> pd.Series:
    """A currency with other decimals than the one in which stored amounts were given."""
    return subscriptions["has_stored_charges"] & subscriptions["decimals_change"]


@rule("STA-01", view="subscriptions", column="status", source=STATUSES,
      message="subscription {subscription_number} has been billed: it can't go back to {status}; "
              "use ON_HOLD to withhold it, or give it an end_date")  # fmt: skip
def billed_subscription_withdrawn(subscriptions: pd.DataFrame) -> pd.Series:
    """A status that bills nothing, on a subscription that has posted lines."""
    return subscriptions["posted"] & subscriptions["status"].isin(NOT_BILLED_BY_STATUS)


@rule("STA-01", view="subscription_lines", column="status", source=STATUSES,
      message="line {line_number} has been billed: it can't go back to {status}; use ON_HOLD to "
              "withhold it, or give it an end_date")  # fmt: skip
def billed_line_withdrawn(lines: pd.DataFrame) -> pd.Series:
    """A status that bills nothing, on a line that has posted bill lines."""
    return lines["posted"] & lines["status"].isin(NOT_BILLED_BY_STATUS)
