"""On which night a contract is looked at again, case by case."""

import datetime
from pathlib import Path

import pytest

from pipeline.agenda import days_to_look
from pipeline.settings import MONTH_END, Settings
from tests.builders import joined, references
from tests.recognise.revenue_nights import Ledger, accepted
from tests.schedules import schedule

AT_ONCE = "revenue_method=POINT_IN_TIME"
CASES = [
    ("a month in arrears recognises on its last day", "2026-02-09",
     ("start_date=2026-01-11", f"amount=600, billing_timing=IN_ARREARS, {AT_ONCE}"), "2026-02-10"),
    ("and is billed on the day after", "2026-02-10",
     ("start_date=2026-01-11", f"amount=600, billing_timing=IN_ARREARS, {AT_ONCE}"), "2026-02-11"),
    ("a month in advance", "2026-02-11",
     ("start_date=2026-01-11", f"amount=600, {AT_ONCE}"), "2026-03-10"),
    ("a straight line posts every night", "2026-02-11",
     ("start_date=2026-01-11", "amount=600"), "2026-02-12"),
    ("a contract that is yet to begin", "2026-01-10",
     ("start_date=2026-03-11", "amount=600"), "2026-03-11"),
    ("a fee in arrears recognises on the last day", "2026-02-11",
     ("start_date=2026-01-11, end_date=2026-04-10",
      f"amount=600, charge_type=ONE_TIME, billing_timing=IN_ARREARS, {AT_ONCE}"), "2026-04-10"),
    ("and is billed on the day after that", "2026-04-10",
     ("start_date=2026-01-11, end_date=2026-04-10",
      f"amount=600, charge_type=ONE_TIME, billing_timing=IN_ARREARS, {AT_ONCE}"), "2026-04-11"),
    ("all is posted and at its end", "2026-04-11",
     ("start_date=2026-01-11, end_date=2026-04-10",
      f"amount=600, charge_type=ONE_TIME, {AT_ONCE}"), None),
    ("what a hold keeps back waits every night", "2026-02-11",
     ("start_date=2026-01-11, status=ON_HOLD", f"amount=600, {AT_ONCE}"), "2026-02-11"),
]  # fmt: skip


def look_on(folder: Path, night: str, words: tuple[str, str], settings: Settings) -> str | None:
    """The day after a night that looked at a contract of one charge."""
    terms, charge = words
    contracts = accepted(folder, joined(references(), schedule("S-1", terms, charges=[charge])))
    books = Ledger(folder, settings)
    revenue = books.night_of(night, contracts)
    day = datetime.date.fromisoformat(night)
    [found] = days_to_look(contracts, books.bills, revenue, day, settings)["look_on"].dt.strftime(
        "%Y-%m-%d"
    )
    return found if isinstance(found, str) else None


@pytest.mark.parametrize(
    ("night", "words", "expected"), [pytest.param(*rest, id=why) for why, *rest in CASES]
)
def test_days_to_look(tmp_path: Path, night: str, words: tuple[str, str], expected: str) -> None:
    assert look_on(tmp_path, night, words, Settings()) == expected


@pytest.mark.parametrize(
    ("night", "expected"), [("2026-02-11", "2026-02-28"), ("2026-02-28", "2026-03-10")]
)
def test_a_straight_line_by_the_month(tmp_path: Path, night: str, expected: str) -> None:
    """It posts at the month's end; the day before its next period is looked at as well."""
    words = ("start_date=2026-01-11", "amount=600")
    settings = Settings(straight_line_posting=MONTH_END)
    assert look_on(tmp_path, night, words, settings) == expected
