"""Straight-line revenue: each accounting month's part, by day and by even months."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline.settings import BY_DAY, MONTH_END, STRAIGHT_LINES, Settings
from tests.builders import Company, contracts_of
from tests.recognise.revenue_nights import Ledger, said
from tests.schedules import company_of, only_of, schedule

OVER_TIME = "charge_type=ONE_TIME, revenue_method=STRAIGHT_LINE"
EVEN = [10000] * 11


def fee(number: int, amount: str, first: str, last: str, **terms: str) -> Company:
    """A fee recognised over the days from the first to the last."""
    said_terms = ", ".join(f"{name}={text}" for name, text in terms.items())
    return schedule(
        f"S-{number}", f"start_date={first}, end_date={last}, {said_terms}".rstrip(", "),
        charges=[f"{OVER_TIME}, amount={amount}"],
    )  # fmt: skip


CASES = [
    # why, the company, the months by day, the months by even months; in minor units
    ("a year from 1 January", fee(0, "1200.00", "2026-01-01", "2026-12-31"),
     [10192, 9205, 10192, 9863, 10192, 9863, 10192, 10191, 9863, 10192, 9863, 10192], [10000] * 12),
    ("a year from 16 January", fee(1, "1200.00", "2026-01-16", "2027-01-15"),
     [5260, 9206, 10192, 9863, 10191, 9863, 10192, 10192, 9863, 10192, 9863, 10191, 4932],
     [5161, *EVEN, 4839]),
    ("a leap year, a unit a day", fee(2, "366.00", "2028-01-01", "2028-12-31"),
     [3100, 2900, 3100, 3000, 3100, 3000, 3100, 3100, 3000, 3100, 3000, 3100], [3050] * 12),
    ("a February", fee(3, "28.00", "2026-02-01", "2026-02-28"), [2800], [2800]),
    ("a day", fee(4, "0.01", "2026-02-28", "2026-02-28"), [1], [1]),
    ("a quarter of a recurring charge", schedule(
        "S-5", "start_date=2026-04-01, end_date=2026-06-30",
        charges=["amount=910.00, billing_frequency=QUARTERLY"]),
     [30000, 31000, 30000], [30333, 30334, 30333]),
    ("months that are cut at both ends", schedule(
        "S-6", "start_date=2026-01-16, end_date=2026-04-15, billing_day=1",
        charges=["amount=600.00"]),
     [30968, 60000, 60000, 30000], [30968, 60000, 60000, 30000]),
    ("periods from the 16th", schedule(
        "S-7", "start_date=2026-01-16, end_date=2026-03-15", charges=["amount=310.00"]),
     [16000, 29393, 16607], [15211, 30969, 15820]),
    ("a discount", fee(8, "-100.01", "2026-01-01", "2026-03-31"),
     [-3445, -3111, -3445], [-3334, -3333, -3334]),
    ("yen", fee(9, "100", "2026-01-01", "2026-03-31", currency="JPY"), [34, 32, 34], [33, 34, 33]),
    ("a phase that was completed", schedule(
        "S-10", "start_date=2026-01-01", phases=["ends=MILESTONE, completion_date=2026-03-15",
                                                 "ends=NEVER"],
        charges=["amount=12000.00, billing_frequency=ANNUAL, phase_number=1"]),
     [101918, 92055, 46027], None),
    ("fifteen digits", fee(11, "9999999999999.99", "2026-01-01", "2026-12-31"),
     [84931506849315, 76712328767123, 84931506849315, 82191780821918, 84931506849315,
      82191780821918, 84931506849315, 84931506849315, 82191780821917, 84931506849315,
      82191780821918, 84931506849315], None),
    ("a phase of no day, once", schedule(
        "S-12", "start_date=2026-01-15", phases=["ends=MILESTONE, completion_date=2026-01-15",
                                                 "ends=NEVER"],
        charges=[f"{OVER_TIME}, amount=100.00, phase_number=1"]), [10000], [10000]),
]  # fmt: skip
"""Of 1,200.00 a year, January is 31/365 = 101.92, and up to the end of February 59/365 = 193.97."""


DAILY = fee(20, "610.00", "2026-03-01", "2026-04-30")
DAYS_46 = fee(21, "610.00", "2026-03-01", "2026-04-15")
EVERGREEN = schedule("S-22", "start_date=2026-01-01", charges=["amount=100.00"])
CENTURY = fee(23, "9999999999999.99", "2026-01-01", "2125-12-31")


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    companies = [*(case[1] for case in CASES), DAILY, DAYS_46, EVERGREEN, CENTURY]
    return contracts_of(tmp_path_factory.mktemp("straight"), company_of(*companies))


@pytest.mark.parametrize("spread", STRAIGHT_LINES)
def test_months(spread: str, contracts: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, Settings(straight_line=spread))
    revenue = ledger.night_of("2028-12-31", contracts)
    wrong = {}
    for number, (why, _, by_day, even) in enumerate(CASES):
        months = [minor for _, _, _, minor in said(revenue, f"S-{number}")]
        expected = by_day if spread == BY_DAY else even
        if expected is not None and months != expected:
            wrong[why] = months
    assert not wrong


def test_the_parts_of_a_month_are_numbered(
    contracts: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    """10.00 a day: nights of the 1st, the 10th, the 10th again, and the month after."""
    ledger, daily = Ledger(tmp_path), only_of(contracts, "S-20")
    assert said(ledger.night_of("2026-03-01", daily), "S-20") == [
        ("10:R2026-03", "2026-03-01", "2026-03-01", 1000)
    ]
    assert said(ledger.night_of("2026-03-10", daily), "S-20") == [
        ("10:R2026-03#1", "2026-03-10", "2026-03-10", 9000)
    ]
    assert said(ledger.night_of("2026-03-10", daily), "S-20") == []
    assert said(ledger.night_of("2026-05-15", daily), "S-20") == [
        ("10:R2026-03#2", "2026-03-31", "2026-03-31", 21000),
        ("10:R2026-04", "2026-04-30", "2026-04-30", 30000),
    ]


def test_whole_months_only(contracts: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """610.00 over 46 days: March is 31/46 = 411.09; April is closed with its month."""
    ledger = Ledger(tmp_path, Settings(straight_line_posting=MONTH_END))
    fees = only_of(contracts, "S-21")
    assert said(ledger.night_of("2026-03-30", fees), "S-21") == []
    march = said(ledger.night_of("2026-03-31", fees), "S-21")
    assert march == [("10:R2026-03", "2026-03-31", "2026-03-31", 41109)]
    assert said(ledger.night_of("2026-04-15", fees), "S-21") == []
    assert ledger.revenue.to_come["amount_minor"].tolist() == [19891]
    assert said(ledger.night_of("2026-04-30", fees), "S-21") == [
        ("10:R2026-04", "2026-04-15", "2026-04-15", 19891)
    ]


def test_evergreen_is_earned_up_to_the_night_and_allocated_as_periods_begin(
    contracts: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    ledger, evergreen = Ledger(tmp_path), only_of(contracts, "S-22")
    before = ledger.night_of("2025-12-31", evergreen)
    assert before.lines.empty
    assert before.balances["allocated_minor"].tolist() == [0]
    revenue = ledger.night_of("2026-02-10", evergreen)
    assert [minor for _, _, _, minor in said(revenue, "S-22")] == [10000, 3571]
    assert revenue.balances["allocated_minor"].tolist() == [20000]
    assert revenue.to_come["amount_minor"].tolist() == [6429]
    assert [str(day)[:10] for day in revenue.to_come["month"]] == ["2026-02-01"]
    later = ledger.night_of("2026-03-31", evergreen)
    assert later.lines[["revision", "allocated_minor"]].to_numpy().tolist() == [[1, 30000]]
    assert [minor for _, _, _, minor in said(later, "S-22")] == [6429, 10000]


def test_an_open_phase_is_earned_up_to_the_night(tmp_path: Path) -> None:
    """12,000.00 a year; completed on 15 March it comes to 73 of 365 days, 2,400.00."""
    ledger = Ledger(tmp_path)

    def company(completed: str) -> Company:
        return schedule(
            "S-1", "start_date=2026-01-01",
            phases=[f"ends=MILESTONE, completion_date={completed}", "ends=NEVER"],
            charges=["amount=12000.00, billing_frequency=ANNUAL, phase_number=1",
                     "amount=310.00, phase_number=2"],
        )  # fmt: skip

    january = ledger.night("2026-01-31", company(""))
    assert said(january, "S-1") == [("10:R2026-01", "2026-01-31", "2026-01-31", 101918)]
    assert january.balances["allocated_minor"].tolist() == [1200000, 0]
    march = ledger.night("2026-03-31", company("2026-03-15"))
    assert said(march, "S-1") == [
        ("10:R2026-02", "2026-02-28", "2026-02-28", 92055),
        ("10:R2026-03", "2026-03-14", "2026-03-14", 46027),
        ("20:R2026-03", "2026-03-31", "2026-03-31", 17000),  # 17 of 31 days from 15 March
    ]
    assert march.balances["allocated_minor"].tolist() == [240000, 31000]


def test_a_hundred_years(contracts: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """They have 36,524 days from 2026, for 2100 is no leap year."""
    ledger, century = Ledger(tmp_path), only_of(contracts, "S-23")
    revenue = ledger.night_of("2026-01-01", century)
    assert [minor for _, _, _, minor in said(revenue, "S-23")] == [27379257475]
    assert len(revenue.to_come) == 1200
    last = ledger.night_of("2125-12-31", century)
    assert last.to_come.empty
    assert ledger.events["amount_minor"].sum() == 999_999_999_999_999
