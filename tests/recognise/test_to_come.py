"""What is still to be recognised, by month, and what has no day yet."""

from pathlib import Path

import pandas as pd
import pytest

from tests.bill.contracts import ARREARS, charge, fee, milestones, subscription
from tests.builders import Company, changed, joined
from tests.recognise.revenue_nights import Ledger
from tests.schedules import plain, schedule


def planned(name: str, plan: str, *changes: str) -> Company:
    """A subscription of 2026 with one charge of 100.00, recognised by this plan."""
    return changed(
        joined(subscription(name), charge(name, "100.00", milestone_revenue="Y"),
               milestones(name, plan, event_type="REVENUE")), *changes)  # fmt: skip


CASES = [
    # why, the company, what is to come after the night of 31 March
    ("milestones: scheduled, expected, overdue, and without a day",
     planned("S-0", "10% 2026-05-05, 20%, 30%, 40%",
             "milestones 3: expected_completion_date=2026-05-20",
             "milestones 4: expected_completion_date=2026-03-31"),
     ["2026-05 30.00", "- 70.00"]),
    ("an expected day does not put a milestone before one that is complete",
     planned("S-1", "33.333333%, 33.333333% 2026-03-10, 33.333334%",
             "milestones 2: expected_completion_date=2026-04-01"),
     ["2026-04 33.34", "- 33.33"]),
    ("a fee in arrears", fee("S-2", "5.00", **ARREARS), ["2026-12 5.00"]),
    ("a fee that was recognised", fee("S-3", "5.00"), []),
    ("the days that are left", schedule(
        "S-4", "start_date=2026-03-01, end_date=2026-05-15",
        charges=["charge_type=ONE_TIME, amount=76.00, revenue_method=STRAIGHT_LINE"]),
     ["2026-04 30.00", "2026-05 15.00"]),
    ("a phase that waits", schedule(
        "S-5", "start_date=2026-03-01", phases=["ends=MILESTONE", "ends=NEVER"],
        charges=["charge_type=ONE_TIME, amount=76.00, phase_number=2",
                 "amount=10.00, phase_number=2"]), ["- 76.00"]),
    ("over an open phase, which has no length yet", schedule(
        "S-6", "start_date=2026-03-01", phases=["ends=MILESTONE", "ends=NEVER"],
        charges=["charge_type=ONE_TIME, amount=76.00, phase_number=1, "
                 "revenue_method=STRAIGHT_LINE"]), ["- 76.00"]),
    ("periods at once", schedule(
        "S-7", "start_date=2026-03-16, end_date=2026-05-15",
        charges=["amount=10.00, revenue_method=POINT_IN_TIME, billing_timing=IN_ARREARS"]),
     ["2026-04 10.00", "2026-05 10.00"]),
    ("a draft", changed(fee("S-8", "5.00", **ARREARS), "subscriptions 2: status=DRAFT"), []),
]  # fmt: skip


def test_to_come(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    revenue = ledger.night("2026-03-31", *(company for _, company, _ in CASES))
    wrong = {}
    for number, (why, _, expected) in enumerate(CASES):
        own = revenue.to_come[revenue.to_come["subscription_number"] == f"S-{number}"]
        told = [
            f"{'-' if pd.isna(row.month) else format(row.month, '%Y-%m')} {plain(row.amount_minor)}"
            for row in own.itertuples()
        ]
        if told != expected:
            wrong[why] = told
    assert not wrong


@pytest.mark.parametrize("company", [{}, subscription("S-1")], ids=["nothing", "no charges"])
def test_nothing_to_recognise(company: Company, tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    revenue = ledger.night("2026-03-31", company)
    frames = [revenue.lines, revenue.events, revenue.balances, revenue.to_come,
              ledger.books.journal, ledger.books.positions, ledger.books.roll_forward]  # fmt: skip
    assert all(frame.empty for frame in frames)
