"""The worked numbers of phases and proration, each through the command line from CSV files.

A line reads: its id, first and last day of service, bill date, amount.
"""

from pathlib import Path

import pytest

from tests.builders import changed, only
from tests.schedules import billed, company_of, run_night, schedule

ROLL_OUT = "ends=MILESTONE, milestone_name=Roll-out, completion_date={}"


def test_12500_in_advance_of_a_milestone_phase_then_1500_a_month_in_arrears(
    tmp_path: Path,
) -> None:
    company = company_of(
        schedule(
            "S-1", "start_date=2026-01-15",
            phases=[ROLL_OUT.format("2026-03-10"), "ends=DURATION, duration_months=12"],
            charges=["charge_type=ONE_TIME, amount=12500.00, phase_number=1",
                     "amount=1500.00, billing_timing=IN_ARREARS, phase_number=2"],
        )
    )  # fmt: skip
    night = run_night(tmp_path, company, "2027-12-31")
    assert night.status == 0
    assert billed(night) == [
        ("S-1:10:FEE", "2026-01-15", "2026-03-09", "2026-01-15", "12500.00"),
        ("S-1:20:2026-03-10", "2026-03-10", "2026-04-09", "2026-04-10", "1500.00"),
        ("S-1:20:2026-04-10", "2026-04-10", "2026-05-09", "2026-05-10", "1500.00"),
        ("S-1:20:2026-05-10", "2026-05-10", "2026-06-09", "2026-06-10", "1500.00"),
        ("S-1:20:2026-06-10", "2026-06-10", "2026-07-09", "2026-07-10", "1500.00"),
        ("S-1:20:2026-07-10", "2026-07-10", "2026-08-09", "2026-08-10", "1500.00"),
        ("S-1:20:2026-08-10", "2026-08-10", "2026-09-09", "2026-09-10", "1500.00"),
        ("S-1:20:2026-09-10", "2026-09-10", "2026-10-09", "2026-10-10", "1500.00"),
        ("S-1:20:2026-10-10", "2026-10-10", "2026-11-09", "2026-11-10", "1500.00"),
        ("S-1:20:2026-11-10", "2026-11-10", "2026-12-09", "2026-12-10", "1500.00"),
        ("S-1:20:2026-12-10", "2026-12-10", "2027-01-09", "2027-01-10", "1500.00"),
        ("S-1:20:2027-01-10", "2027-01-10", "2027-02-09", "2027-02-10", "1500.00"),
        ("S-1:20:2027-02-10", "2027-02-10", "2027-03-09", "2027-03-10", "1500.00"),
    ]


def test_600_a_month_from_16_january_until_15_april(tmp_path: Path) -> None:
    company = schedule(
        "S-1", "start_date=2026-01-16, end_date=2026-04-15, billing_day=1",
        charges=["amount=600.00"],
    )  # fmt: skip
    night = run_night(tmp_path, company_of(company), "2026-04-30")
    assert billed(night) == [
        ("S-1:10:2026-01-16", "2026-01-16", "2026-01-31", "2026-01-16", "309.68"),
        ("S-1:10:2026-02-01", "2026-02-01", "2026-02-28", "2026-02-01", "600.00"),
        ("S-1:10:2026-03-01", "2026-03-01", "2026-03-31", "2026-03-01", "600.00"),
        ("S-1:10:2026-04-01", "2026-04-01", "2026-04-15", "2026-04-01", "300.00"),
    ]
    reasons = night.lines["reason"].tolist()
    assert reasons[0] == "600.00 × 16/31 days = 309.68"
    assert reasons[1] == "600.00 for a whole period of 28 days"


def test_500_for_half_a_period_less_10_percent(tmp_path: Path) -> None:
    company = schedule(
        "S-1", "start_date=2026-06-16, billing_day=1",
        charges=["amount=500.00, price_adjustment_percent=-10"],
    )  # fmt: skip
    night = run_night(tmp_path, company_of(company), "2026-06-30")
    assert billed(night) == [
        ("S-1:10:2026-06-16", "2026-06-16", "2026-06-30", "2026-06-16", "225.00")
    ]


def test_a_second_phase_from_20_may_that_continues_a_quarter_from_1_april(tmp_path: Path) -> None:
    company = schedule(
        "S-1", "start_date=2026-04-01",
        phases=["ends=DATE, end_date=2026-05-19", "ends=NEVER, billing_anchor=CONTINUE"],
        charges=["amount=910.00, billing_frequency=QUARTERLY, phase_number=2"],
    )  # fmt: skip
    night = run_night(tmp_path, company_of(company), "2026-05-31")
    assert billed(night) == [
        ("S-1:10:2026-05-20", "2026-05-20", "2026-06-30", "2026-05-20", "420.00")
    ]


def test_a_year_of_2399_95_from_12_may_2012_with_billing_day_1(tmp_path: Path) -> None:
    company = schedule(
        "S-1", "start_date=2012-05-12, billing_day=1",
        charges=["amount=2399.95, billing_frequency=ANNUAL"],
    )  # fmt: skip
    night = run_night(tmp_path, company_of(company), "2012-12-31")
    assert billed(night) == [
        ("S-1:10:2012-05-12", "2012-05-12", "2013-04-30", "2012-05-12", "2327.62")
    ]


def test_monthly_from_31_january_2026(tmp_path: Path) -> None:
    company = schedule("S-1", "start_date=2026-01-31", charges=["amount=100.00"])
    night = run_night(tmp_path, company_of(company), "2026-05-15")
    assert [line[1] for line in billed(night)] == [
        "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30",
    ]  # fmt: skip
    assert set(night.lines["amount"]) == {"100.00"}


YEAR_IN_ADVANCE = company_of(
    schedule(
        "S-1", "start_date=2026-01-01",
        phases=["ends=MILESTONE", "ends=NEVER"],
        charges=["amount=12000.00, billing_frequency=ANNUAL, phase_number=1"],
    )
)  # fmt: skip


@pytest.mark.parametrize("row", ["73 of 365 days", "then corrected to 146 days"])
def test_12000_a_year_in_advance_completed_after(row: str, tmp_path: Path) -> None:
    first = run_night(tmp_path, YEAR_IN_ADVANCE, "2026-01-01")
    assert billed(first) == [
        ("S-1:10:2026-01-01", "2026-01-01", "2026-12-31", "2026-01-01", "12000.00")
    ]
    completed = changed(YEAR_IN_ADVANCE, "phases 2: completion_date=2026-03-15")
    night = run_night(tmp_path, only(completed, "phases"), "2026-03-31")
    assert night.status == 0
    assert billed(night) == [
        ("S-1:10:2026-01-01#1", "2026-01-01", "2026-03-14", "2026-03-15", "-9600.00")
    ]
    assert night.lines["corrects_bill_line_id"].tolist() == ["S-1:10:2026-01-01"]
    if row == "73 of 365 days":
        return
    corrected = changed(YEAR_IN_ADVANCE, "phases 2: completion_date=2026-05-27")
    night = run_night(tmp_path, only(corrected, "phases"), "2026-06-30")
    assert [code for code in night.findings["code"] if code != "HLD-01"] == ["PHA-05"]
    assert [line[-1] for line in billed(night)] == ["2400.00"]
    assert night.lines["bill_line_id"].tolist() == ["S-1:10:2026-01-01#2"]
