"""The words of revenue, each sentence once, as an accountant reads them."""

import datetime
from pathlib import Path

import pytest

from pipeline.settings import Settings
from tests.bill.contracts import charge, milestones, subscription
from tests.builders import Company, joined
from tests.recognise.revenue_nights import Ledger
from tests.schedules import schedule


def planned(name: str, amount: str, plan: str) -> Company:
    return joined(
        subscription(name), charge(name, amount, milestone_revenue="Y"),
        milestones(name, plan, event_type="REVENUE"),
    )  # fmt: skip


def spread(name: str, amount: str) -> Company:
    return joined(subscription(name), charge(name, amount, revenue_method="STRAIGHT_LINE"))


BEFORE = [
    planned("A", "10000.00", "30% 2026-02-10, 70%"),
    planned("B", "0.05", "50% 2026-02-10, 50% 2026-02-11"),
    joined(subscription("C"), charge("C", "500.00")),
    spread("D", "1200.00"),
    planned("E", "10000.00", "30% 2026-02-10, 70%"),
    planned("F", "0.01", "50% 2026-02-10, 50% 2026-02-11"),
    schedule("G", "start_date=2026-02-01, end_date=2026-02-28",
             charges=["amount=10.00, revenue_method=POINT_IN_TIME, standalone_selling_price=50",
                      "amount=90.00, charge_type=ONE_TIME, standalone_selling_price=150"]),
    planned("H", "30.00", "=10.00 2026-02-10, rest"),
    spread("I", "-1200.00"),
    joined(subscription("J", purchase_order="PO-1", customer_number="K-2", business_unit="West",
                        line={"start_date": "2026-02-01", "end_date": "2026-03-31"}),
           charge("J", "10.00", description="Setting up", standalone_selling_price="12.50"),
           charge("J", "10.00", "20", standalone_selling_price="12.50")),
]  # fmt: skip
AFTER = [
    planned("A", "10000.00", "30%, 70% 2026-03-05"),
    planned("B", "0.05", "50% 2026-02-10, 50% 2026-02-11"),
    joined(subscription("C"), charge("C", "600.00")),
    spread("D", "2400.00"),
    planned("E", "12000.00", "30% 2026-02-10, 70%"),
    planned("F", "100.00", "50% 2026-02-10, 50% 2026-02-11"),
    *BEFORE[6:],
]
SENTENCES = [
    # the first night, then the second
    ("A:10:R1", "30 % of 10,000.00 on 2026-02-10 = 3,000.00"),
    ("B:10:R1", "50 % of 0.05 on 2026-02-10 = 0.03"),
    ("B:10:R2", "50 % of 0.05 on 2026-02-11 = 0.02, so that all that is complete comes to its "
     "percentage"),
    ("C:10:RFEE", "100 % of 500.00 on 2026-01-01 = 500.00"),
    ("D:10:R2026-01", "2026-01-01 to 2026-01-31: 101.92 of 1,200.00 is earned by then, less 0.00 "
     "before = 101.92"),
    ("G:10:R2026-02-01", "25.00 on 2026-02-01, at once"),
    ("H:10:R1", "33.333333 % of 30.00 on 2026-02-10 = 10.00"),
    ("I:10:R2026-02", "2026-02-01 to 2026-02-28: -193.97 of -1,200.00 is earned by then, "
     "less -101.92 before = -92.05"),
    ("A:10:R1#1", "no longer recognised on 2026-02-10; recognised before 3,000.00; the difference "
     "is -3,000.00"),
    ("C:10:RFEE#1", "now 600.00 of 600.00; recognised before 500.00; the difference is 100.00"),
    ("D:10:RC2026-03-31", "the days recognised so far now come to 387.95 of 2,400.00; recognised "
     "before 193.97; the difference is 193.98"),
    ("D:10:R2026-03", "2026-03-01 to 2026-03-31: 591.78 of 2,400.00 is earned by then, "
     "less 387.95 before = 203.83"),
    ("E:10:R1#1", "now 3,600.00 of 12,000.00; recognised before 3,000.00; the difference is "
     "600.00"),
    ("F:10:R2#1", "now 50.00 of 100.00; recognised before 0.00; the difference is 50.00"),
]  # fmt: skip
LINES = [
    ("A:10", "the charge's own total, 10,000.00"),
    ("G:10", "50.00 of 200.00 of the standalone selling prices, of the contract's 100.00 = 25.00"),
    ("G:20", "150.00 of 200.00 of the standalone selling prices, of the contract's 100.00 = 75.00"),
    ("I:10", "the charge's own total, -1,200.00"),
]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    nights = Ledger(tmp_path_factory.mktemp("words"))
    nights.night("2026-02-28", *BEFORE)
    nights.night("2026-03-31", *AFTER)
    return nights


@pytest.mark.parametrize(("event", "sentence"), SENTENCES, ids=[event for event, _ in SENTENCES])
def test_reasons(event: str, sentence: str, ledger: Ledger) -> None:
    of = ledger.events[ledger.events["event_id"] == event]
    assert of["reason"].tolist() == [sentence]


@pytest.mark.parametrize(("line", "sentence"), LINES)
def test_reasons_of_lines(line: str, sentence: str, ledger: Ledger) -> None:
    of = ledger.stated[ledger.stated["revenue_line_id"] == line]
    assert of["reason"].tolist() == [sentence]


def test_a_line_is_said_again_only_where_something_changed(ledger: Ledger) -> None:
    said = ledger.stated.groupby("revenue_line_id")["allocated_minor"].agg(list).to_dict()
    assert said == {
        "A:10": [1000000], "B:10": [5], "C:10": [50000, 60000], "D:10": [120000, 240000],
        "E:10": [1000000, 1200000], "F:10": [1, 10000], "G:10": [2500], "G:20": [7500],
        "H:10": [3000], "I:10": [-120000], "J:10": [1000], "J:20": [1000],
    }  # fmt: skip
    revisions = ledger.stated.groupby("revenue_line_id")["revision"].agg(list)
    assert revisions["C:10"] == [0, 1]
    events = ledger.events.set_index("event_id")["line_revision"]
    assert (events["C:10:RFEE"], events["C:10:RFEE#1"], events["A:10:R1#1"]) == (0, 1, 0)


def test_a_closed_period_is_told(tmp_path: Path) -> None:
    """What belongs to January or February is posted on 1 March, and says so; its own day stays."""
    nights = Ledger(tmp_path, Settings(first_open_day=datetime.date(2026, 3, 1)))
    nights.night("2026-03-10", *BEFORE)
    ours = nights.events["subscription_number"].isin(["A", "D"])
    events = nights.events[ours].set_index("event_id")
    told = "; belongs to a closed period: posted on the first open day, 2026-03-01"
    assert {name: str(day)[:10] for name, day in events["accounting_date"].items()} == {
        "A:10:R1": "2026-03-01", "D:10:R2026-01": "2026-03-01", "D:10:R2026-02": "2026-03-01",
        "D:10:R2026-03": "2026-03-10",
    }  # fmt: skip
    assert str(events["satisfaction_date"]["A:10:R1"])[:10] == "2026-02-10"
    assert events["reason"]["A:10:R1"] == "30 % of 10,000.00 on 2026-02-10 = 3,000.00" + told
    assert [name for name, text in events["reason"].items() if text.endswith(told)] == [
        "A:10:R1", "D:10:R2026-01", "D:10:R2026-02",
    ]  # fmt: skip


def test_what_a_revenue_line_carries(ledger: Ledger) -> None:
    first, second = ledger.stated[ledger.stated["subscription_number"] == "J"].itertuples()
    assert (first.revenue_line_id, first.line_number, first.product_code) == ("J:10", "1", "SUB")
    assert (str(first.starts_on)[:10], str(first.ends_on)[:10]) == ("2026-02-01", "2026-03-31")
    assert str(first.document_date)[:10] == "2026-01-01"
    assert (first.total_minor, first.standalone_selling_price_minor, first.allocated_minor) == (
        1000, 1250, 1000,
    )  # fmt: skip
    assert (first.business_unit, first.customer_number, first.bill_to_account, first.bill_to_site,
            first.purchase_order) == ("West", "K-2", "1002", "2002", "PO-1")  # fmt: skip
    assert (first.description, second.description) == ("Setting up", "Implementation")
