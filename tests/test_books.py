"""The books: positions by contract, and their roll-forward by month."""

import datetime
from pathlib import Path

import pandas as pd
import pytest

from pipeline.journal import broken_journal_proofs
from pipeline.settings import Settings
from tests.bill.contracts import ARREARS, charge, fee, milestones, subscription
from tests.builders import Company, joined
from tests.recognise.revenue_nights import Ledger
from tests.schedules import plain

PLAN = joined(
    subscription("M"), charge("M", "1000.00", milestone_billing="Y", milestone_revenue="Y"),
    milestones("M", "40% 2026-01-10, 60% 2026-05-10"),
    milestones("M", "70% 2026-02-10, 30% 2026-05-20", event_type="REVENUE"),
)  # fmt: skip
SPREAD = fee("S", "365.00", revenue_method="STRAIGHT_LINE")
LATE = fee("Z", "365.00", revenue_method="STRAIGHT_LINE", **ARREARS)
CREDIT = fee("C", "-365.00", revenue_method="STRAIGHT_LINE")
LONG = joined(
    subscription("Y", end_date="2027-03-31"),
    charge("Y", "455.00", revenue_method="STRAIGHT_LINE"),
    charge("Y", "10.00", "20", milestone_revenue="Y"),
    milestones("Y", "100%", "20", event_type="REVENUE"),
)  # fmt: skip
COMPANIES: list[Company] = [PLAN, SPREAD, LATE, CREDIT, LONG]
NIGHTS = ["2026-01-31", "2026-02-28", "2026-03-31", "2026-05-15", "2026-06-30"]

POSITIONS = [
    # night, contract, billed, recognised, liability, asset, remaining: in a year, later, undated
    ("2026-01-31", "M", "400.00", "0.00", "400.00", "0.00", "1000.00", "0.00", "0.00"),
    ("2026-02-28", "M", "400.00", "700.00", "0.00", "300.00", "300.00", "0.00", "0.00"),
    ("2026-05-15", "M", "1000.00", "700.00", "300.00", "0.00", "300.00", "0.00", "0.00"),
    ("2026-06-30", "M", "1000.00", "1000.00", "0.00", "0.00", "0.00", "0.00", "0.00"),
    ("2026-02-28", "S", "365.00", "59.00", "306.00", "0.00", "306.00", "0.00", "0.00"),
    ("2026-02-28", "Z", "0.00", "59.00", "0.00", "59.00", "306.00", "0.00", "0.00"),
    # a year from the last night of March 2026 ends with March 2027
    ("2026-03-31", "Y", "465.00", "90.00", "375.00", "0.00", "365.00", "0.00", "10.00"),
    ("2026-02-28", "C", "-365.00", "-59.00", "0.00", "306.00", "-306.00", "0.00", "0.00"),
]
ROLL_FORWARD = [
    # contract, month, opening, billed, recognised, closing
    ("M", "2026-01", "0.00", "400.00", "0.00", "400.00"),
    ("M", "2026-02", "400.00", "0.00", "700.00", "-300.00"),
    ("M", "2026-05", "-300.00", "600.00", "300.00", "0.00"),
    ("S", "2026-01", "0.00", "365.00", "31.00", "334.00"),
    ("S", "2026-02", "334.00", "0.00", "28.00", "306.00"),
    ("Z", "2026-01", "0.00", "0.00", "31.00", "-31.00"),
]


@pytest.fixture(scope="module")
def ledgers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ledger]:
    """The ledger as it stands after each of the nights."""
    folder, after = tmp_path_factory.mktemp("books"), {}
    ledger = Ledger(folder)
    for night in NIGHTS:
        revenue = ledger.night(night, *COMPANIES)
        assert not broken_journal_proofs(
            ledger.books.journal, ledger.bills.lines, revenue.events, ledger.books.net_before
        )
        after[night] = Ledger(folder, lines=ledger.lines, events=ledger.events)
        after[night].books = ledger.books
    return after


@pytest.mark.parametrize("row", POSITIONS, ids=[f"{row[1]} {row[0]}" for row in POSITIONS])
def test_positions(row: tuple, ledgers: dict[str, Ledger]) -> None:
    night, contract, *amounts = row
    positions = ledgers[night].books.positions.set_index("subscription_number").loc[contract]
    names = ["billed_minor", "recognised_minor", "liability_minor", "asset_minor",
             "within_a_year_minor", "later_minor", "undated_minor"]  # fmt: skip
    assert [plain(positions[name]) for name in names] == amounts


@pytest.mark.parametrize("row", ROLL_FORWARD, ids=[f"{row[0]} {row[1]}" for row in ROLL_FORWARD])
def test_roll_forward(row: tuple, ledgers: dict[str, Ledger]) -> None:
    contract, month, *amounts = row
    rolled = ledgers[NIGHTS[-1]].books.roll_forward
    of = rolled[(rolled["subscription_number"] == contract)
                & (rolled["month"] == pd.Timestamp(f"{month}-01"))].iloc[0]  # fmt: skip
    names = ["opening_minor", "billed_minor", "recognised_minor", "closing_minor"]
    assert [plain(of[name]) for name in names] == amounts


@pytest.mark.parametrize("night", NIGHTS)
def test_the_books_tie(night: str, ledgers: dict[str, Ledger]) -> None:
    assert_the_books_tie(ledgers[night])


def assert_the_books_tie(ledger: Ledger) -> None:
    """liability - asset = billed - recognised; each month opens as the last closed, and the last
    closing is the position."""
    positions = ledger.books.positions.set_index("subscription_number")
    net = positions["billed_minor"] - positions["recognised_minor"]
    assert (positions["liability_minor"] - positions["asset_minor"] == net).all()
    assert ((positions["liability_minor"] == 0) | (positions["asset_minor"] == 0)).all()
    for name, frame in (("billed_minor", ledger.lines), ("recognised_minor", ledger.events)):
        posted = frame.groupby("subscription_number")["amount_minor"].sum()
        assert (positions[name] == posted.reindex(positions.index, fill_value=0)).all()
    terms = ["within_a_year_minor", "later_minor", "undated_minor"]
    assert (positions["remaining_minor"] == positions[terms].sum(axis=1)).all()
    rolled = ledger.books.roll_forward.sort_values(["subscription_number", "month"])
    change = rolled["billed_minor"] - rolled["recognised_minor"]
    assert (rolled["opening_minor"] + change == rolled["closing_minor"]).all()
    opens = rolled.groupby("subscription_number")["closing_minor"].shift(fill_value=0)
    assert (rolled["opening_minor"] == opens).all()
    last = rolled.groupby("subscription_number")["closing_minor"].last()
    assert (last.reindex(net.index, fill_value=0) == net).all()


def test_closed_months_are_not_restated(tmp_path: Path) -> None:
    """What belongs to a closed month stands in the month of the first open day."""
    ledger = Ledger(tmp_path, Settings(first_open_day=datetime.date(2026, 3, 1)))
    ledger.night("2026-03-31", *COMPANIES)
    rolled = ledger.books.roll_forward
    (row,) = rolled[rolled["subscription_number"] == "S"].itertuples()
    assert (str(row.month)[:7], row.billed_minor, row.recognised_minor) == ("2026-03", 36500, 9000)
