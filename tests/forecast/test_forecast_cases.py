"""Forecasts by hand: which day each open milestone counts as reached on, and what follows from it."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline.forecast import Forecast, Posted, forecast
from pipeline.settings import DAY_AFTER, Settings
from tests.builders import (
    Company,
    changed,
    contract,
    contracts_of,
    day,
    joined,
    little_company,
    references,
)
from tests.forecast.truth import Ledger
from tests.schedules import company_of, schedule

NIGHT = "2026-03-31"
GO_LIVE = "milestones 3: expected_completion_date="
PILOT = "ends=MILESTONE, expected_completion_date={}"


def foretell(
    folder: Path, company: Company, until: str = "2026-12-31", chosen: Settings | None = None
) -> Forecast:
    """The forecast of a company whose night has just been posted."""
    contracts, rules = contracts_of(folder, company), chosen or Settings()
    ledger = Ledger.empty()
    ledger.night(contracts, day(NIGHT), rules)
    posted = Posted(ledger.lines.assign(sent=True), ledger.events)
    return forecast(contracts, posted, day(NIGHT), day(until), rules, is_posted=True)


def bills(told: Forecast, subscription: str = "S-1") -> list[str]:
    """`10:M2 2026-04-01 7000.00 late 16 held`, a line each."""
    rows = told.rows
    own = rows[(rows["event_type"] == "BILLING") & (rows["subscription_number"] == subscription)]
    return [
        f"{row.row_id.split(':', 1)[1]} {row.date:%Y-%m-%d} {row.amount_minor / 100:.2f}"
        + ("" if pd.isna(row.days_late) else f" late {row.days_late}")
        + (" held" if row.on_hold else "")
        for row in own.itertuples()
    ]


CASES = [
    # the expected date, what the second milestone bills, and why it is awaited
    ("2026-03-15", "10:M2 2026-04-01 7000.00 late 16", [("2", 16, "")]),
    ("2026-03-30", "10:M2 2026-04-01 7000.00 late 1", [("2", 1, "")]),
    ("2026-03-31", "10:M2 2026-04-01 7000.00", []),
    ("2026-04-01", "10:M2 2026-04-01 7000.00", []),
    ("2026-06-30", "10:M2 2026-06-30 7000.00", []),
    ("2026-12-31", "10:M2 2026-12-31 7000.00", []),
    ("2027-01-01", "", []),
    ("", "", [("2", 0, "no expected date")]),
]
STATUSES = ("DRAFT", "PENDING_APPROVAL", "CANCELED")


@pytest.fixture(scope="module")
def told_of_all(tmp_path_factory: pytest.TempPathFactory) -> Forecast:
    """One forecast of a contract for each case, and some more."""
    scheduled = "milestones 3: completion_date=2026-05-05, expected_completion_date=2026-01-01"
    return foretell(
        tmp_path_factory.mktemp("all"),
        joined(
            references(),
            *(contract(f"S-{place}", GO_LIVE + case[0]) for place, case in enumerate(CASES)),
            contract("SCHEDULED", scheduled),
            *(contract(status, GO_LIVE + "2026-03-01", f"subscriptions 2: status={status}")
              for status in STATUSES),
        ),
    )  # fmt: skip


def awaited_of(told: Forecast, subscription: str) -> pd.DataFrame:
    """A contract's open milestones that are late or have no day."""
    return told.awaited[told.awaited["subscription_number"] == subscription]


@pytest.mark.parametrize(("place", "case"), list(enumerate(CASES)), ids=[case[0] for case in CASES])
def test_when_a_milestone_counts_as_reached(
    told_of_all: Forecast, place: int, case: tuple[str, str, list[tuple]]
) -> None:
    _, line, awaited = case
    assert bills(told_of_all, f"S-{place}") == ([line] if line else [])
    own = awaited_of(told_of_all, f"S-{place}")
    shown = own[["number", "days_late", "why"]]
    assert list(shown.itertuples(index=False, name=None)) == awaited
    assert (own["amount_minor"] == 700_000).all()


def test_a_scheduled_milestone_has_its_own_day(told_of_all: Forecast) -> None:
    assert bills(told_of_all, "SCHEDULED") == ["10:M2 2026-05-05 7000.00"]
    assert awaited_of(told_of_all, "SCHEDULED").empty


@pytest.mark.parametrize("status", STATUSES)
def test_a_contract_that_does_not_bill_has_no_late_milestones(
    told_of_all: Forecast, status: str
) -> None:
    assert bills(told_of_all, status) == []
    assert awaited_of(told_of_all, status).empty


def test_what_is_on_hold_stands_apart(tmp_path: Path) -> None:
    company = changed(little_company(), GO_LIVE + "2026-05-20", "subscriptions 2: status=ON_HOLD")
    told = foretell(tmp_path, company, "2026-05-31")
    assert bills(told) == ["10:M1 2026-03-10 3000.00 held", "10:M2 2026-05-20 7000.00 held"]
    months = told.months.set_index(told.months["month"].dt.strftime("%Y-%m"))
    assert months["on_hold_minor"].to_dict() == {"2026-04": 300_000, "2026-05": 700_000}
    assert (months["to_bill_minor"] == 0).all()


def test_a_hold_to_come_keeps_back_what_comes_after_it(tmp_path: Path) -> None:
    actions = "action=HOLD, effective_date=2026-05-15"
    company = joined(
        company_of(schedule("S-1", "start_date=2026-01-10", charges=["amount=100.00"])),
        {"actions": [{"subscription_number": "S-1", **dict(a.split("=") for a in actions.split(", "))}]},
    )  # fmt: skip
    told = foretell(tmp_path, company, "2026-06-30")
    assert bills(told) == [
        "10:2026-04-10 2026-04-10 100.00", "10:2026-05-10 2026-05-10 100.00",
        "10:2026-06-10 2026-06-10 100.00 held",
    ]  # fmt: skip


def test_a_phase_ends_when_its_milestone_is_expected(tmp_path: Path) -> None:
    """The running period is billed whole, and credited when the milestone is reached."""
    company = company_of(schedule(
        "S-1", "start_date=2026-01-15, billing_day=15",
        phases=[PILOT.format("2026-05-01"), "ends=NEVER"],
        charges=["amount=310.00, phase_number=1", "amount=500.00, phase_number=2"],
    ))  # fmt: skip
    told = foretell(tmp_path, company, "2026-05-31")
    assert bills(told) == [
        "10:2026-04-15 2026-04-15 310.00",
        "10:2026-04-15#1 2026-05-01 -144.67",  # 16 of 30 days are billed, 14 are not
        "20:2026-05-01 2026-05-01 500.00",
    ]


def test_phases_are_completed_one_after_the_other(tmp_path: Path) -> None:
    """The second was expected before the first is: it is reached on the day on which it begins."""
    company = company_of(schedule(
        "S-1", "start_date=2026-01-01",
        phases=[PILOT.format("2026-04-20"), PILOT.format("2026-02-01"), "ends=NEVER"],
        charges=["amount=900.00, charge_type=ONE_TIME, phase_number=2",
                 "amount=700.00, charge_type=ONE_TIME, phase_number=3"],
    ))  # fmt: skip
    told = foretell(tmp_path, company, "2026-06-30")
    assert bills(told) == ["10:FEE 2026-04-20 900.00", "20:FEE 2026-04-20 700.00 late 58"]
    told = foretell(tmp_path / "after", company, "2026-06-30", Settings(phase_handover=DAY_AFTER))
    assert bills(told) == ["10:FEE 2026-04-21 900.00", "20:FEE 2026-04-22 700.00 late 58"]


def test_what_waits_behind_a_milestone_without_a_date_is_not_counted(tmp_path: Path) -> None:
    company = company_of(schedule(
        "S-1", "start_date=2026-01-01",
        phases=["ends=MILESTONE", PILOT.format("2026-06-01"), "ends=NEVER"],
        charges=["amount=900.00, charge_type=ONE_TIME, phase_number=2",
                 "amount=700.00, charge_type=ONE_TIME, billing_timing=IN_ARREARS, phase_number=2"],
    ))  # fmt: skip
    told = foretell(tmp_path, company)
    assert bills(told) == []
    shown = told.awaited[["number", "why", "amount_minor"]]
    assert list(shown.itertuples(index=False, name=None)) == [
        ("1", "no expected date", 90_000), ("2", "waits for a milestone before it", 70_000),
    ]  # fmt: skip


def test_a_phase_expected_after_the_contract_ends_is_not_counted(tmp_path: Path) -> None:
    company = company_of(schedule(
        "S-1", "start_date=2026-01-01, end_date=2026-06-30",
        phases=[PILOT.format("2026-07-01")], charges=["amount=31.00, phase_number=1"],
    ))  # fmt: skip
    told = foretell(tmp_path, company)
    assert told.awaited["why"].tolist() == ["expected after the subscription ends"]
    assert bills(told)[-1] == "10:2026-06-01 2026-06-01 31.00"


def test_closed_periods_move_what_is_dated_in_them(tmp_path: Path) -> None:
    company = changed(little_company(), GO_LIVE + "2026-04-10")
    told = foretell(tmp_path, company, chosen=Settings(first_open_day=day("2026-06-01")))
    assert bills(told) == ["10:M2 2026-04-10 7000.00"]
    billed = told.months[told.months["to_bill_minor"] != 0]
    assert billed["month"].dt.strftime("%Y-%m").tolist() == ["2026-06"]


def test_every_month_stands_in_the_table(tmp_path: Path) -> None:
    told = foretell(tmp_path, changed(little_company(), GO_LIVE + "2026-06-30"), "2027-02-15")
    assert told.months["month"].dt.strftime("%Y-%m").tolist() == [
        *(f"2026-{month:02d}" for month in range(4, 13)), "2027-01", "2027-02",
    ]  # fmt: skip


def test_the_references_alone(tmp_path: Path) -> None:
    told = foretell(tmp_path, references())
    assert told.rows.empty and told.awaited.empty
