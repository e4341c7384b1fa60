"""Charges with all that a bill line takes from their subscription, line, product and customer."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.frames import look_up, match

READ_FROM_CONTRACTS = {
    "customers": ("customer_number", "customer_name", "bill_to_account", "bill_to_site"),
    "products": ("product_code", "description"),
    "subscriptions": (
        "subscription_number", "customer_number", "business_unit", "currency", "start_date",
        "end_date", "status", "payment_terms", "purchase_order",
    ),
    "subscription_lines": (
        "subscription_number", "line_number", "product_code", "status", "start_date", "end_date",
    ),
    "charges": (
        "subscription_number", "charge_number", "line_number", "charge_type", "amount_minor",
        "description", "billing_timing", "phase_number", "milestone_billing", "milestone_revenue",
        "price_adjustment_percent_millionths", "tax_code", "template_billing", "template_revenue",
    ),
    "milestones": (
        "subscription_number", "charge_number", "event_type", "sequence", "milestone_name",
        "percent_millionths", "amount_minor", "expected_completion_date", "completion_date",
    ),
}  # fmt: skip
"""The columns of the contracts that billing reads; the rest stays in the store."""

BILLS_NOTHING = ("DRAFT", "PENDING_APPROVAL", "CANCELED")
HOLD = "ON_HOLD"


def billable_charges(contracts: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Every charge, beside it what its bill lines need.

    Adds to the charge's columns: price_minor (int64: the amount, after the price adjustment unless
    milestones bill it, TPL-06), milestone_billing_on, milestone_revenue_on (bool, TPL-05), currency,
    exponent (int64), live_from, live_until (datetime64[s], inclusive; missing: no end), bills (bool),
    held (bool), held_by (text), customer_number, customer_name, business_unit, payment_terms,
    purchase_order, bill_to_account, bill_to_site, product_description.
    """
    charges = contracts["charges"].reset_index(drop=True)
    subscriptions, lines = contracts["subscriptions"], contracts["subscription_lines"]
    subscription_at = match(charges, subscriptions, ["subscription_number"])
    line_at = match(charges, lines, ["subscription_number", "line_number"])

    def of_subscription(name: str) -> pd.Series:
        return look_up(subscriptions[name], subscription_at)

    def of_line(name: str) -> pd.Series:
        return look_up(lines[name], line_at)

    def of(table: str, key: str, value: pd.Series, names: list[str]) -> dict[str, pd.Series]:
        at = match(pd.DataFrame({key: value}), contracts[table], [key])
        return {name: look_up(contracts[table][name], at) for name in names}

    status, line_status = of_subscription("status"), of_line("status")
    product = of("products", "product_code", of_line("product_code"), ["description"])
    by_milestones = charges["milestone_billing"].fillna(charges["template_billing"]) == "Y"
    revenue_by_milestones = charges["milestone_revenue"].fillna(charges["template_revenue"]) == "Y"
    currency = of_subscription("currency")
    return charges.assign(
        milestone_billing_on=by_milestones.astype(bool),
        milestone_revenue_on=revenue_by_milestones.astype(bool),
        price_minor=_price(charges, by_milestones),
        currency=currency,
        exponent=money.exponents_of(currency),
        live_from=of_line("start_date").fillna(of_subscription("start_date")),
        live_until=of_line("end_date").fillna(of_subscription("end_date")),
        bills=~(status.isin(BILLS_NOTHING) | line_status.isin(BILLS_NOTHING)),
        held=(status == HOLD) | (line_status == HOLD),
        held_by=_held_by(charges, status == HOLD, line_status == HOLD),
        business_unit=of_subscription("business_unit"),
        payment_terms=of_subscription("payment_terms"),
        purchase_order=of_subscription("purchase_order"),
        product_description=product["description"],
        customer_number=of_subscription("customer_number"),
        **of(
            "customers", "customer_number", of_subscription("customer_number"),
            ["customer_name", "bill_to_account", "bill_to_site"],
        ),
    )  # fmt: skip


def _price(charges: pd.DataFrame, by_milestones: pd.Series) -> np.ndarray:
    """The amount a charge comes to in all. 500.00 with -10 % is 450.00, rounded once."""
    amount = charges["amount_minor"].to_numpy(np.int64)
    percent = charges["price_adjustment_percent_millionths"].fillna(0).to_numpy(np.int64)
    return np.where(by_milestones, amount, money.adjust_by_percent(amount, percent))


def _held_by(charges: pd.DataFrame, subscription: pd.Series, line: pd.Series) -> pd.Series:
    by_line = ("line " + charges["line_number"] + " is ON_HOLD").where(line, "")
    by_subscription = "subscription " + charges["subscription_number"] + " is ON_HOLD"
    return by_subscription.where(subscription, by_line)
