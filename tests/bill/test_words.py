"""Price adjustments, and the words of a line."""

from pathlib import Path

import pytest

from pipeline.bill import Bills
from tests.bill.contracts import (
    LATER,
    accepted,
    charge,
    fee,
    ids,
    lines_of,
    milestones,
    planned,
    subscription,
    with_subscription,
)  # fmt: skip
from tests.builders import (
    bill,
    joined,
)  # fmt: skip

DAY = "2026-03-10"


AT_START = "at its start on 2026-01-01"
ADJUSTMENTS = [
    # amount, percent, minor units, reason
    ("500.00", "-10", 45_000, f"one-time charge of 500.00 {AT_START}, adjusted by -10 % = 450.00"),
    ("500.00", "10", 55_000, f"one-time charge of 500.00 {AT_START}, adjusted by 10 % = 550.00"),
    ("0.05", "-50", 3, f"one-time charge of 0.05 {AT_START}, adjusted by -50 % = 0.03"),
    ("-0.05", "-50", -3, f"one-time charge of -0.05 {AT_START}, adjusted by -50 % = -0.03"),
    ("1.00", "33.333333", 133,
     f"one-time charge of 1.00 {AT_START}, adjusted by 33.333333 % = 1.33"),
    ("1.00", "1000", 1100, f"one-time charge of 1.00 {AT_START}, adjusted by 1000 % = 11.00"),
    ("1.00", "0", 100, f"one-time charge of 1.00 {AT_START}"),
    ("1.00", "", 100, f"one-time charge of 1.00 {AT_START}"),
    ("1.00", "-100", None, ""),
]  # fmt: skip


@pytest.fixture(scope="module")
def adjusted(tmp_path_factory: pytest.TempPathFactory) -> Bills:
    companies = [
        fee(f"S-{n}", amount, price_adjustment_percent=percent)
        for n, (amount, percent, _, _) in enumerate(ADJUSTMENTS)
    ]
    return bill(accepted(tmp_path_factory.mktemp("adjusted"), companies), LATER)


@pytest.mark.parametrize(("number", "case"), list(enumerate(ADJUSTMENTS)), ids=ids(ADJUSTMENTS))
def test_a_price_adjustment_is_rounded_once(number: int, case: tuple, adjusted: Bills) -> None:
    _, _, minor, reason = case
    lines = lines_of(adjusted, f"S-{number}")
    assert lines["amount_minor"].tolist() == ([] if minor is None else [minor])
    assert lines["reason"].tolist() == ([] if minor is None else [reason])


NO_EFFECT = [
    ("billing milestones", {"milestone_billing": "Y"}, f"100% {DAY}", "BILLING"),
    ("revenue milestones only", {"milestone_revenue": "Y"}, "100%", "REVENUE"),
    ("a template with billing switched off", {"template_code": "T-1", "milestone_billing": "N"},
     "100%", "REVENUE"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "cells", "plan", "event_type"), NO_EFFECT)
def test_a_price_adjustment_has_no_effect_on_a_charge_with_milestones(
    why: str, cells: dict[str, str], plan: str, event_type: str, tmp_path: Path
) -> None:
    flags = {"milestone_revenue": "Y"} if event_type == "REVENUE" else {}
    company = joined(
        subscription("S-1"),
        charge("S-1", "100.00", price_adjustment_percent="-10", **flags | cells),
        milestones("S-1", plan, event_type=event_type),
    )
    bills = bill(accepted(tmp_path, [company]), LATER)
    assert lines_of(bills, "S-1")["amount_minor"].tolist() == [10_000], why


SENTENCES = [
    # amount, plan, the reason of the first line
    ("10000.00", f"30% {DAY}, 70%", "30 % of 10,000.00 = 3,000.00"),
    ("10000.00", f"33.333333% {DAY}, rest",
     "33.333333 % of 10,000.00 = 3,333.3333, rounded down to 3,333.33 so that the parts total "
     "10,000.00"),
    ("145.05", f"30% {DAY}, 70%",
     "30 % of 145.05 = 43.515, rounded up to 43.52 so that the parts total 145.05"),
    ("5.47", f"33.34%, 33.33% {DAY}, 33.33%",
     "33.33 % of 5.47 = 1.823151, rounded down to 1.82 so that the parts total 5.47"),
    ("-145.05", f"30% {DAY}, 70%",
     "30 % of -145.05 = -43.515, rounded away from zero to -43.52 so that the parts total -145.05"),
    ("-0.01", f"50% {DAY}, 50%",
     "50 % of -0.01 = -0.005, rounded away from zero to -0.01 so that the parts total -0.01"),
    ("-10000.00", f"30% {DAY}, 70%", "30 % of -10,000.00 = -3,000.00"),
    ("10000.00", f"rest {DAY}, 70%", "what the other milestones leave of 10,000.00 = 3,000.00"),
    ("10000.00", f"rest {DAY}, =7000.00",
     "what the other milestones leave of 10,000.00 = 3,000.00"),
    ("10000.00", f"=3000.00 {DAY}, rest", "fixed amount 3,000.00 of 10,000.00"),
]  # fmt: skip


@pytest.fixture(scope="module")
def worded(tmp_path_factory: pytest.TempPathFactory) -> Bills:
    companies = [planned(f"S-{n}", amount, plan) for n, (amount, plan, _) in enumerate(SENTENCES)]
    long = [
        planned("L-1", "1.00", f"100% {DAY}", description="x" * 240),
        planned("L-2", "1.00", f"100% {DAY}", description="x" * 232),
        planned("L-3", "1.00", f"100% {DAY}"),
        planned("L-4", "1.00", f"=0.40 {DAY}, =0.60"),
        fee("L-5", "1.00", description="Setting up"),
    ]
    return bill(accepted(tmp_path_factory.mktemp("words"), [*companies, *long]), LATER)


@pytest.mark.parametrize(("number", "case"), list(enumerate(SENTENCES)), ids=ids(SENTENCES))
def test_reasons(number: int, case: tuple, worded: Bills) -> None:
    assert lines_of(worded, f"S-{number}")["reason"].tolist() == [case[2]]


def test_the_reason_of_a_fixed_amount_does_not_call_the_price_the_fixed_amount(
    worded: Bills,
) -> None:
    (reason,) = lines_of(worded, "L-4")["reason"]
    assert "fixed amount of 1.00" not in reason


def test_descriptions(worded: Bills) -> None:
    descriptions = {
        name: lines_of(worded, name)["description"].item() for name in ("L-1", "L-2", "L-3", "L-5")
    }
    assert descriptions == {
        "L-1": "x" * 240,
        "L-2": "x" * 232 + " - Build",
        "L-3": "Implementation - Build",
        "L-5": "Setting up",
    }


def test_a_line_carries_what_its_subscription_says(tmp_path: Path) -> None:
    company = with_subscription(
        planned("S-1", "1.000", f"100% {DAY}", "BHD", tax_code="VAT"),
        business_unit="West", payment_terms="60 Net", purchase_order="PO-1", customer_number="K-2",
    )  # fmt: skip
    line = bill(accepted(tmp_path, [company]), LATER).lines.iloc[0]
    names = ["bill_line_id", "line_number", "charge_number", "what", "kind", "currency",
             "amount_minor", "business_unit", "payment_terms", "purchase_order", "customer_number",
             "bill_to_account", "bill_to_site", "tax_code", "corrects_bill_line_id"]  # fmt: skip
    assert line[names].tolist() == [
        "S-1:10:M1", "1", "10", "M1", "MILESTONE", "BHD", 1000, "West", "60 Net", "PO-1", "K-2",
        "1002", "2002", "VAT", "",
    ]  # fmt: skip
