"""On which day a line is due, and the day that the accounts take it on."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline.settings import Settings
from tests.bill.contracts import (
    ARREARS,
    LATER,
    accepted,
    fee,
    lines_of,
    planned,
    said,
    with_line,
    with_subscription,
)  # fmt: skip
from tests.builders import (
    bill,
    day,
)  # fmt: skip

DAY = "2026-03-10"


FEES = [
    # why, the company, the last night without a line, the line's day
    ("in advance, on the first day", fee("S-0"), "2025-12-31", "2026-01-01"),
    ("said so", fee("S-1", billing_timing="IN_ADVANCE"), "2025-12-31", "2026-01-01"),
    ("the line's own start", with_line(fee("S-2"), start_date="2026-02-15"), "2026-02-14",
     "2026-02-15"),
    ("in arrears, the day after the last", fee("S-3", **ARREARS), "2026-12-31", "2027-01-01"),
    ("the line's own end", with_line(fee("S-4", **ARREARS), end_date="2026-02-28"), "2026-02-28",
     "2026-03-01"),
    ("a line of one day", with_line(fee("S-5", **ARREARS), start_date="2026-02-28",
                                    end_date="2026-02-28"), "2026-02-28", "2026-03-01"),
    ("no end, in advance", with_subscription(fee("S-6"), end_date="", evergreen="Y"),
     "2025-12-31", "2026-01-01"),
    ("no end, in arrears", with_subscription(fee("S-7", **ARREARS), end_date="", evergreen="Y"),
     "2999-12-31", None),
    ("a milestone, on its day", planned("S-8", "100.00", f"100% {DAY}"), "2026-03-09", DAY),
    ("whatever that day is", planned("S-9", "100.00", "100% 2019-05-05"), "2019-05-04",
     "2019-05-05"),
    ("after the end, too", planned("S-10", "100.00", "100% 2031-05-05"), "2031-05-04",
     "2031-05-05"),
    ("an open milestone, never", planned("S-11", "100.00", "100%"), "2999-12-31", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def fees(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    return accepted(tmp_path_factory.mktemp("fees"), [company for _, company, _, _ in FEES])


@pytest.mark.parametrize(("number", "case"), list(enumerate(FEES)), ids=[row[0] for row in FEES])
def test_a_line_is_due_on_its_day_and_not_before(
    number: int, case: tuple, fees: dict[str, pd.DataFrame]
) -> None:
    _, _, before, on = case
    assert said(bill(fees, before), f"S-{number}") == []
    if on:
        lines = lines_of(bill(fees, on), f"S-{number}")
        assert lines["bill_date"].tolist() == [pd.Timestamp(on)]
        assert lines_of(bill(fees, "2999-12-31"), f"S-{number}")["bill_date"].tolist() == [
            pd.Timestamp(on)
        ]


def test_twelve_monthly_and_four_quarterly_milestones(tmp_path: Path) -> None:
    monthly = [f"2026-{month:02}-15" for month in range(1, 13)]
    days = [*monthly, "2027-03-31", "2027-06-30", "2027-09-30", "2027-12-31"]
    plan = ", ".join(f"6.25% {on}" for on in days)
    contracts = accepted(tmp_path, [planned("S-1", "1000.01", plan)])
    lines = lines_of(bill(contracts, "2028-01-01"), "S-1")
    assert lines["bill_date"].astype("str").tolist() == days
    assert lines["amount_minor"].sum() == 100_001
    assert len(lines_of(bill(contracts, "2026-12-31"), "S-1")) == 12


def test_service_days_are_the_lines(fees: dict[str, pd.DataFrame]) -> None:
    lines = lines_of(bill(fees, "2999-12-31"), "S-4")
    assert lines[["service_start", "service_end"]].to_numpy().tolist() == [
        [pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-28")]
    ]
    assert lines_of(bill(fees, LATER), "S-8")["service_start"].isna().all()


@pytest.mark.parametrize(
    ("first_open_day", "accounting_date"),
    [(None, DAY), ("2026-03-01", DAY), (DAY, DAY), ("2026-04-01", "2026-04-01")],
)
def test_a_line_of_a_closed_period_takes_the_first_open_day(
    first_open_day: str | None, accounting_date: str, fees: dict[str, pd.DataFrame]
) -> None:
    settings = Settings(first_open_day=day(first_open_day) if first_open_day else None)
    lines = lines_of(bill(fees, LATER, settings=settings), "S-8")
    assert lines["bill_date"].tolist() == [pd.Timestamp(DAY)], "the bill date itself stays"
    assert lines["accounting_date"].tolist() == [pd.Timestamp(accounting_date)]
