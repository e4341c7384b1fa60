"""References between tables: what a row names must exist."""

import pandas as pd

from schemas.rules import rule


@rule("REF-01", view="subscriptions", column="customer_number",
      message="customer {customer_number} is unknown: add it to the customers table, or correct "
              "the number")  # fmt: skip
def customer_unknown(subscriptions: pd.DataFrame) -> pd.Series:
    """The subscription's customer is neither stored nor accepted in this upload."""
    return subscriptions["customer_number"].notna() & ~subscriptions["customer_known"]


@rule("REF-02", view="subscription_lines", column="product_code",
      message="product {product_code} is unknown: add it to the products table, or correct the "
              "code")  # fmt: skip
def product_unknown(lines: pd.DataFrame) -> pd.Series:
    """The line's product is neither stored nor accepted in this upload."""
    return lines["product_code"].notna() & ~lines["product_known"]


@rule("REF-03", view="subscription_lines", column="subscription_number",
      message="subscription {subscription_number} is unknown: add it to the subscriptions table, "
              "or correct the number")  # fmt: skip
def subscription_of_line_unknown(lines: pd.DataFrame) -> pd.Series:
    """The line's subscription is neither stored nor in this upload."""
    return ~lines["subscription_known"]


@rule("REF-03", view="charges", column="subscription_number",
      message="subscription {subscription_number} is unknown: add it to the subscriptions table, "
              "or correct the number")  # fmt: skip
def subscription_of_charge_unknown(charges: pd.DataFrame) -> pd.Series:
    """The charge's subscription is neither stored nor in this upload."""
    return ~charges["subscription_known"]


@rule("REF-03", view="milestones", column="subscription_number",
      message="subscription {subscription_number} is unknown: add it to the subscriptions table, "
              "or correct the number")  # fmt: skip
def subscription_of_milestone_unknown(milestones: pd.DataFrame) -> pd.Series:
    """The milestone's subscription is neither stored nor in this upload."""
    return ~milestones["subscription_known"]


@rule("REF-03", view="phases", column="subscription_number",
      message="subscription {subscription_number} is unknown: add it to the subscriptions table, "
              "or correct the number")  # fmt: skip
def subscription_of_phase_unknown(phases: pd.DataFrame) -> pd.Series:
    """The phase's subscription is neither stored nor in this upload."""
    return ~phases["subscription_known"]


@rule("REF-09", view="charges", column="phase_number",
      message="phase {phase_number} is unknown on subscription {subscription_number}: add it to the "
              "phases table, or correct the number")  # fmt: skip
def phase_unknown(charges: pd.DataFrame) -> pd.Series:
    """The charge's phase is neither stored nor in this upload."""
    return charges["phase_number"].notna() & charges["subscription_known"] & ~charges["phase_known"]


@rule("REF-04", view="charges", column="line_number",
      message="line {line_number} is unknown on subscription {subscription_number}: add it to the "
              "subscription_lines table, or correct the number")  # fmt: skip
def line_unknown(charges: pd.DataFrame) -> pd.Series:
    """The charge's line is neither stored nor in this upload."""
    return charges["line_number"].notna() & charges["subscription_known"] & ~charges["line_known"]


@rule("REF-05", view="milestones", column="charge_number",
      message="charge {charge_number} is unknown on subscription {subscription_number}: add it to "
              "the charges table, or correct the number")  # fmt: skip
def charge_unknown(milestones: pd.DataFrame) -> pd.Series:
    """The milestone's charge is neither stored nor in this upload."""
    return milestones["subscription_known"] & ~milestones["charge_known"]


@rule("REF-06", view="charges", column="template_code",
      message="template {template_code} is unknown: add it to the templates table, correct the "
              "code, or leave it out and set milestone_billing and milestone_revenue")  # fmt: skip
def template_of_charge_unknown(charges: pd.DataFrame) -> pd.Series:
    """The charge's template is neither stored nor accepted in this upload."""
    return charges["template_code"].notna() & ~charges["template_known"]


@rule("REF-07", view="template_milestones", column="template_code",
      message="template {template_code} is unknown: add it to the templates table, or correct the "
              "code")  # fmt: skip
def template_of_row_unknown(template_milestones: pd.DataFrame) -> pd.Series:
    """The template milestone's template is neither stored nor in this upload."""
    return ~template_milestones["template_known"]


@rule("REF-08", view="subscriptions", column="currency",
      message="currency {currency} is not an ISO 4217 code with minor units: write a code such as "
              "USD, EUR or JPY, in upper case")  # fmt: skip
def currency_unknown(subscriptions: pd.DataFrame) -> pd.Series:
    """The currency is not in ISO 4217, or has no minor unit (gold, test codes)."""
    return subscriptions["currency"].notna() & ~subscriptions["currency_known"]
