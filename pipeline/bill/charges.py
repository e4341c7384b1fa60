"""Charges with all that a bill line takes from their subscription, line, product and customer."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.frames import days_of, look_up, match
from pipeline.life import BILLS_NOTHING
from pipeline.phases import first_anchor

READ_FROM_CONTRACTS = {
    "customers": ("customer_number", "customer_name", "bill_to_account", "bill_to_site"),
    "products": ("product_code", "description"),
    "subscriptions": (
        "subscription_number", "customer_number", "business_unit", "currency", "start_date",
        "end_date", "evergreen", "status", "billing_day", "payment_terms", "purchase_order",
    ),
    "subscription_lines": (
        "subscription_number", "line_number", "product_code", "status", "start_date", "end_date",
    ),
    "phases": (
        "subscription_number", "phase_number", "phase_name", "ends", "end_date", "duration_months",
        "milestone_name", "expected_completion_date", "completion_date", "billing_anchor",
    ),
    "charges": (
        "subscription_number", "charge_number", "line_number", "charge_type", "amount_minor",
        "description", "billing_frequency", "billing_timing", "phase_number", "periodic_revenue",
        "template_code", "milestone_billing", "milestone_revenue", "standalone_selling_price_minor",
        "revenue_method", "price_adjustment_percent_millionths", "tax_code", "template_billing",
        "template_revenue",
    ),
    "milestones": (
        "subscription_number", "charge_number", "event_type", "sequence", "milestone_name",
        "percent_millionths", "amount_minor", "expected_completion_date", "completion_date",
    ),
    "adjustments": (
        "subscription_number", "charge_number", "what", "adjusted_amount_minor", "reason",
    ),
    "actions": (
        "subscription_number", "line_number", "action", "effective_date", "charge_number",
        "sequence", "new_line_number", "reason", "concerns",
    ),
}  # fmt: skip
"""The columns of the contracts that billing reads; the rest stays in the store."""

HOLD = "ON_HOLD"


def billable_charges(contracts: Mapping[str, pd.DataFrame], phases: pd.DataFrame) -> pd.DataFrame:
    """Every charge, beside it what its bill lines need; `phases` are `phases.phase_terms`.

    Adds to the charge's columns: price_minor (int64: the amount, after the price adjustment unless
    milestones bill it, TPL-06), milestone_billing_on, milestone_revenue_on (bool, TPL-05), currency,
    exponent (int64), live_from, live_before (datetime64[s]; missing: not yet, no end), anchor_month,
    anchor_day (int64, see `periods`), bills (bool),
    held (bool), held_by (text), customer_number, customer_name, business_unit, payment_terms,
    purchase_order, bill_to_account, bill_to_site, product_code, product_description, evergreen
    (bool), subscription_start, completed_on (datetime64[s]: its phase's milestone), never_begins (bool:
    its term starts after its end).
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
    product_code = of_line("product_code")
    product = of("products", "product_code", product_code, ["description"])
    by_milestones = charges["milestone_billing"].fillna(charges["template_billing"]) == "Y"
    revenue_by_milestones = charges["milestone_revenue"].fillna(charges["template_revenue"]) == "Y"
    currency = of_subscription("currency")
    return charges.assign(
        milestone_billing_on=by_milestones.astype(bool),
        milestone_revenue_on=revenue_by_milestones.astype(bool),
        price_minor=_price(charges, by_milestones | revenue_by_milestones),
        currency=currency,
        exponent=money.exponents_of(currency),
        **charge_terms(charges, subscriptions, lines, phases),
        bills=~(status.isin(BILLS_NOTHING) | line_status.isin(BILLS_NOTHING)),
        held=(status == HOLD) | (line_status == HOLD),
        held_by=_held_by(charges, status == HOLD, line_status == HOLD),
        business_unit=of_subscription("business_unit"),
        payment_terms=of_subscription("payment_terms"),
        purchase_order=of_subscription("purchase_order"),
        product_code=product_code,
        product_description=product["description"],
        evergreen=(of_subscription("evergreen") == "Y").astype(bool),
        subscription_start=of_subscription("start_date"),
        customer_number=of_subscription("customer_number"),
        **of(
            "customers", "customer_number", of_subscription("customer_number"),
            ["customer_name", "bill_to_account", "bill_to_site"],
        ),
    )  # fmt: skip


def charge_terms(
    charges: pd.DataFrame, subscriptions: pd.DataFrame, lines: pd.DataFrame, phases: pd.DataFrame
) -> dict[str, pd.Series]:
    """From when to when each charge lives, and where its billing periods are anchored (DESIGN 6).

    A charge with a phase lives in that phase, any other from its line's start to its end, by default
    the subscription's; the ends of the line and of the subscription cap both. live_from,
    live_before (datetime64[s]), anchor_month, anchor_day (int64); awaits_milestone (bool): its phase
    ends on a milestone that has not been reached; completed_on (datetime64[s]): when it was;
    never_begins (bool): its term would start after its end.
    """
    of = match(charges, subscriptions, ["subscription_number"])
    on = match(charges, lines, ["subscription_number", "line_number"])
    within = match(charges, phases, ["subscription_number", "phase_number"])
    in_phase = charges["phase_number"].notna()
    line_start = look_up(lines["start_date"], on)
    starts = line_start.fillna(look_up(subscriptions["start_date"], of))
    begins = look_up(phases["starts_on"], within)
    late = line_start.notna() & begins.notna() & (line_start > begins)
    starts = begins.where(~late, line_start).where(in_phase, starts)
    line_end = _first_of(look_up(lines["end_date"], on), look_up(subscriptions["end_date"], of))
    cap = line_end + pd.Timedelta(days=1)
    ends = look_up(phases["ends_before"], within).where(in_phase)
    before = ends.where(ends.notna() & ~(ends > cap), cap)
    billing_day = look_up(subscriptions["billing_day"], of).fillna(0).to_numpy(np.int64)
    month, day = first_anchor(days_of(starts), billing_day)
    begins_in_time = ~(starts >= cap)
    on_milestone = phases["ends"] == "MILESTONE"
    unmet = on_milestone & phases["completion_date"].isna()
    return {
        "awaits_milestone": look_up(unmet, within).fillna(False).astype(bool),
        "completed_on": look_up(phases["completion_date"].where(on_milestone), within),
        "never_begins": ~begins_in_time,
        "live_from": starts.where(begins_in_time),
        "live_before": before,
        "anchor_month": look_up(phases["anchor_month"], within)
        .fillna(pd.Series(month))
        .astype("int64"),
        "anchor_day": look_up(phases["anchor_day"], within).fillna(pd.Series(day)).astype("int64"),
    }


def _first_of(line_end: pd.Series, subscription_end: pd.Series) -> pd.Series:
    """The earlier of two ends: a CLOSE of the subscription ends lines with a later end of their own."""
    own_first = subscription_end.isna() | (line_end <= subscription_end)
    return line_end.where(own_first, subscription_end)


def _price(charges: pd.DataFrame, by_milestones: pd.Series) -> np.ndarray:
    """The amount a charge comes to in all. 500.00 with -10 % is 450.00, rounded once; a charge with a
    template or milestones keeps its amount (TPL-06)."""
    fixed = by_milestones | charges["template_code"].notna()
    amount = charges["amount_minor"].to_numpy(np.int64)
    percent = charges["price_adjustment_percent_millionths"].fillna(0).to_numpy(np.int64)
    return np.where(fixed, amount, money.adjust_by_percent(amount, percent))


def _held_by(charges: pd.DataFrame, subscription: pd.Series, line: pd.Series) -> pd.Series:
    by_line = ("line " + charges["line_number"] + " is ON_HOLD").where(line, "")
    by_subscription = "subscription " + charges["subscription_number"] + " is ON_HOLD"
    return by_subscription.where(subscription, by_line)
