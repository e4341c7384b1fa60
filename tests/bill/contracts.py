"""Contracts for billing cases: one subscription per case, all of them accepted in one upload."""

from pathlib import Path

import pandas as pd

from pipeline.bill import Bills
from tests.builders import Company, changed, contracts_of, joined, references

LATER = "2026-12-30"
"""A night by which every milestone of a plan is complete."""

ARREARS = {"billing_timing": "IN_ARREARS"}


def subscription(
    name: str, *, currency: str = "USD", line: dict[str, str] | None = None, **cells: str
) -> Company:
    """A subscription of one line, from 1 January to 31 December 2026, without charges."""
    return {
        "subscriptions": [
            {"subscription_number": name, "customer_number": "K-1", "business_unit": "East",
             "currency": currency, "start_date": "2026-01-01", "end_date": "2026-12-31",
             "evergreen": "", "status": "ACTIVE", "payment_terms": "", "purchase_order": ""}
            | cells
        ],
        "subscription_lines": [
            {"subscription_number": name, "line_number": "1", "product_code": "SUB", "status": "",
             "start_date": "", "end_date": ""} | (line or {})
        ],
    }  # fmt: skip


def charge(name: str, amount: str, number: str = "10", **cells: str) -> Company:
    """A one-time charge."""
    return {"charges": [
        {"subscription_number": name, "charge_number": number, "line_number": "1",
         "charge_type": "ONE_TIME", "amount": amount, "description": "", "billing_timing": "",
         "template_code": "", "milestone_billing": "", "milestone_revenue": "",
         "price_adjustment_percent": "", "tax_code": ""} | cells
    ]}  # fmt: skip


def milestones(name: str, plan: str, number: str = "10", event_type: str = "BILLING") -> Company:
    """Milestones as `30% 2026-03-10, =45.00, rest`: a share, and the day it was reached.

    The first is number 1, and so on; `5: 30%` gives one another number.
    """
    rows = []
    for place, said in enumerate(plan.split(","), 1):
        sequence, _, words = said.rpartition(":")
        share, *completed = words.split()
        rows.append({
            "subscription_number": name, "charge_number": number, "event_type": event_type,
            "sequence": sequence.strip() or str(place), "milestone_name": "Build",
            "percent": share.removesuffix("%") if share.endswith("%") else "",
            "amount": share.removeprefix("=") if share.startswith("=") else "",
            "completion_date": completed[0] if completed else "",
        })  # fmt: skip
    return {"milestones": rows}


def planned(name: str, amount: str, plan: str, currency: str = "USD", **cells: str) -> Company:
    """A subscription with one charge that is billed by this plan."""
    return joined(
        subscription(name, currency=currency),
        charge(name, amount, milestone_billing="Y", **cells),
        milestones(name, plan),
    )


def accepted(folder: Path, companies: list[Company]) -> dict[str, pd.DataFrame]:
    """The contracts of all these subscriptions."""
    return contracts_of(folder, joined(references(), *companies))


def lines_of(bills: Bills, name: str) -> pd.DataFrame:
    """One subscription's lines, by charge, milestone and revision."""
    lines = bills.lines[bills.lines["subscription_number"] == name]
    number = pd.to_numeric(lines["what"].str.removeprefix("M"), errors="coerce").fillna(0)
    return (
        lines.assign(number=number)
        .sort_values(["charge_number", "number", "revision"], ignore_index=True)
        .drop(columns="number")
    )


def said(bills: Bills, name: str) -> list[tuple[str, str, int]]:
    """One subscription's lines as (id without the subscription, bill date, minor units)."""
    lines = lines_of(bills, name)
    return [
        (line.bill_line_id.removeprefix(f"{name}:"), str(line.bill_date)[:10], line.amount_minor)
        for line in lines.itertuples()
    ]


def ids(cases: list[tuple]) -> list[str]:
    """Names for the cases of a table."""
    return [" ".join(map(str, case[:3])) for case in cases]


def fee(name: str, amount: str = "500.00", **cells: str) -> Company:
    """A subscription that is billed in one sum."""
    return joined(subscription(name), charge(name, amount, **cells))


def with_line(company: Company, **cells: str) -> Company:
    """The subscription with cells of its line changed."""
    return changed(company, *(f"subscription_lines 2: {name}={text}"
                              for name, text in cells.items()))  # fmt: skip


def with_subscription(company: Company, **cells: str) -> Company:
    """The subscription with cells of its own row changed."""
    return changed(company, *(f"subscriptions 2: {name}={text}" for name, text in cells.items()))
