"""Statuses, holds and corrections: what is billed, withheld, credited."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline.bill import Bills
from schemas.inputs import STATUSES
from tests.bill.contracts import (
    ARREARS,
    LATER,
    accepted,
    charge,
    fee,
    planned,
    said,
    with_line,
    with_subscription,
)  # fmt: skip
from tests.builders import (
    bill,
    contracts_of,
    joined,
    nothing_posted,
    posted_after,
    references,
)  # fmt: skip

DAY = "2026-03-10"


BILLS_NOTHING = ("DRAFT", "PENDING_APPROVAL", "CANCELED")
STATES = [(on_subscription, on_line) for on_subscription in STATUSES for on_line in ("", *STATUSES)]


def outcome(on_subscription: str, on_line: str) -> str:
    """What becomes of a complete milestone (DESIGN 6, status)."""
    if on_subscription in BILLS_NOTHING or on_line in BILLS_NOTHING:
        return "nothing"
    return "withheld" if "ON_HOLD" in (on_subscription, on_line) else "billed"


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Bills:
    companies = [
        with_line(with_subscription(planned(f"S-{n}", "100.00", f"30% {DAY}, 70%"),
                                    status=on_subscription), status=on_line)
        for n, (on_subscription, on_line) in enumerate(STATES)
    ]  # fmt: skip
    return bill(accepted(tmp_path_factory.mktemp("states"), companies), LATER)


@pytest.mark.parametrize(("number", "state"), list(enumerate(STATES)),
                         ids=[f"{one} / {two or 'blank'}" for one, two in STATES])  # fmt: skip
def test_statuses(number: int, state: tuple[str, str], states: Bills) -> None:
    expected = outcome(*state)
    name = f"S-{number}"
    held = states.withheld[states.withheld["subscription_number"] == name]
    assert said(states, name) == ([("10:M1", DAY, 3000)] if expected == "billed" else [])
    assert held["amount_minor"].tolist() == ([3000] if expected == "withheld" else [])
    charge_row = states.charges[states.charges["subscription_number"] == name].iloc[0]
    unbilled = {"billed": 7000, "withheld": 7000, "nothing": 10_000}[expected]
    assert charge_row["unbilled_minor"] == unbilled
    state_of = states.milestones[states.milestones["subscription_number"] == name]["state"].tolist()
    assert state_of == ["BILLED" if expected == "billed" else "COMPLETE", "OPEN"]


def test_a_hold_withholds_the_difference_and_a_release_bills_it(tmp_path: Path) -> None:
    plan = f"30% {DAY}, 70% 2026-04-10"
    active = planned("S-1", "100.00", plan)
    on_hold = with_subscription(active, status="ON_HOLD")
    contracts = accepted(tmp_path / "active", [active])
    held = accepted(tmp_path / "held", [on_hold])
    first = bill(contracts, "2026-03-31")
    posted = posted_after(nothing_posted(), first)
    while_held = bill(held, "2026-04-30", posted)
    assert said(while_held, "S-1") == []
    waiting = while_held.withheld.iloc[0]
    assert (waiting["bill_line_id"], waiting["amount_minor"]) == ("S-1:10:M2", 7000)
    assert waiting["withheld_because"] == "subscription S-1 is ON_HOLD"
    assert while_held.milestones["state"].tolist() == ["INTERFACED", "COMPLETE"]
    released = bill(contracts, "2026-05-31", posted)
    assert said(released, "S-1") == [("10:M2", "2026-04-10", 7000)]


def test_a_held_line_withholds_its_own_charges_only(tmp_path: Path) -> None:
    company = joined(
        planned("S-1", "100.00", f"100% {DAY}"),
        {"subscription_lines": [{"subscription_number": "S-1", "line_number": "2",
                                 "product_code": "SUB", "status": "ON_HOLD"}]},
        charge("S-1", "5.00", "20", line_number="2"),
    )  # fmt: skip
    bills = bill(accepted(tmp_path, [company]), LATER)
    assert said(bills, "S-1") == [("10:M1", DAY, 10_000)]
    assert bills.withheld["bill_line_id"].tolist() == ["S-1:20:FEE"]
    assert bills.withheld["withheld_because"].tolist() == ["line 2 is ON_HOLD"]


def test_a_hold_withholds_credits_too(tmp_path: Path) -> None:
    first = bill(arrears_until(tmp_path / "1", "2026-03-31"), "2026-04-30")
    later = arrears_until(tmp_path / "2", "2026-06-30", status="ON_HOLD")
    held = bill(later, "2026-05-15", posted_after(nothing_posted(), first))
    assert said(held, "S-1") == []
    assert held.withheld[["bill_line_id", "amount_minor"]].to_numpy().tolist() == [
        ["S-1:10:FEE#1", -50_000]
    ]


def arrears_until(folder: Path, last_day: str, **cells: str) -> dict[str, pd.DataFrame]:
    """500.00 in arrears of a line that ends on that day."""
    company = with_line(with_subscription(fee("S-1", **ARREARS), **cells), end_date=last_day)
    return accepted(folder, [company])


def test_a_line_that_is_no_longer_due_is_credited_and_comes_back(tmp_path: Path) -> None:
    """500.00 billed on 1 April; the end moves to 30 June; 500.00 back, and again on 1 July."""
    contracts = arrears_until(tmp_path / "march", "2026-03-31")
    moved = arrears_until(tmp_path / "june", "2026-06-30")
    first = bill(contracts, "2026-04-30")
    assert said(first, "S-1") == [("10:FEE", "2026-04-01", 50_000)]
    posted = posted_after(nothing_posted(), first)
    second = bill(moved, "2026-05-15", posted)
    assert said(second, "S-1") == [("10:FEE#1", "2026-05-15", -50_000)]
    line = second.lines.iloc[0]
    assert line["corrects_bill_line_id"] == "S-1:10:FEE"
    assert line["revision"] == 1
    assert line["description"].startswith("Credit: ")
    assert line["reason"] == ("no longer due; billed before 500.00; the difference is -500.00")
    posted = posted_after(posted, second)
    assert said(bill(moved, "2026-05-16", posted), "S-1") == []
    third = bill(moved, "2026-07-01", posted)
    assert said(third, "S-1") == [("10:FEE#2", "2026-07-01", 50_000)]
    assert third.lines.iloc[0]["corrects_bill_line_id"] == "S-1:10:FEE"
    posted = posted_after(posted, third)
    assert said(bill(moved, "2026-07-02", posted), "S-1") == []
    assert posted["amount_minor"].sum() == 50_000


def test_an_earlier_end_after_the_posting_changes_no_amount(tmp_path: Path) -> None:
    first = bill(arrears_until(tmp_path / "1", "2026-03-31"), "2026-04-30")
    posted = posted_after(nothing_posted(), first)
    earlier = arrears_until(tmp_path / "2", "2026-02-28")
    assert said(bill(earlier, "2026-05-15", posted), "S-1") == []


def test_the_state_of_a_milestone_is_derived(tmp_path: Path) -> None:
    plan = f"10% {DAY}, 20% 2026-03-31, 30% 2026-04-01, 40%"
    contracts = accepted(tmp_path, [planned("S-1", "100.00", plan)])
    first = bill(contracts, "2026-03-31")
    assert first.milestones["state"].tolist() == ["BILLED", "BILLED", "SCHEDULED", "OPEN"]
    posted = posted_after(nothing_posted(), first)
    second = bill(contracts, "2026-04-01", posted)
    assert second.milestones["state"].tolist() == ["INTERFACED", "INTERFACED", "BILLED", "OPEN"]
    assert second.milestones["amount_minor"].tolist() == [1000, 2000, 3000, 4000]
    unsent = bill(contracts, "2026-03-31", posted.assign(sent=False))
    assert unsent.milestones["state"].tolist() == ["BILLED", "BILLED", "SCHEDULED", "OPEN"]


def test_nothing_to_bill_is_no_lines(tmp_path: Path) -> None:
    bills = bill(contracts_of(tmp_path, references()), LATER)
    assert (len(bills.lines), len(bills.withheld), len(bills.charges)) == (0, 0, 0)


def test_the_credit_of_a_period_says_what_is_still_served(tmp_path: Path) -> None:
    """280.00 for February; the line ends on the 19th; 90.00 back for nine days of 28. A customer must
    not read the days that he had as those that come back."""

    def until(folder: str, last_day: str) -> dict[str, pd.DataFrame]:
        company = fee("S-1", "280.00", description="Support", charge_type="RECURRING",
                      billing_frequency="MONTHLY")  # fmt: skip
        return accepted(tmp_path / folder, [with_line(company, end_date=last_day)])

    first = bill(until("whole", "2026-02-28"), "2026-02-01")
    posted = posted_after(nothing_posted(), first)
    second = bill(until("cut", "2026-02-19"), "2026-02-28", posted)
    assert first.lines["description"].tolist()[-1] == "Support (2026-02-01 to 2026-02-28)"
    assert said(second, "S-1") == [("10:2026-02-01#1", "2026-02-20", -9_000)]
    [description] = second.lines["description"]
    assert description == "Credit: Support (now served 2026-02-01 to 2026-02-19)"
