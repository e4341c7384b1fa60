"""What is not posted yet: why, and what it waits for."""

from pathlib import Path

import pytest

from pipeline.explain import UnknownIdError
from tests.builders import Company, changed, import_company, little_company, rows_of
from tests.explain.little import Desk, acted, completed
from tests.schedules import company_of, schedule


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str) -> Desk:
    return Desk(tmp_path, sqlite_url)


def told(desk: Desk, name: str) -> tuple[str, str | None, str | None, str]:
    """State, amount, date and sentence of an id that is not posted."""
    account = desk.explain(name)
    assert account["run"] is None
    assert account["files"] == []
    return account["state"], account["amount"], account["date"], account["sentence"]


def because(desk: Desk, name: str) -> str:
    """Why an id is not posted."""
    return str(desk.explain(name)["because"])


def test_an_open_milestone(desk: Desk) -> None:
    company = changed(little_company(), "milestones 3: expected_completion_date=2026-05-31")
    desk.night(company, "2026-03-31")
    sentence = "70 % of 10,000.00 = 7,000.00"
    assert told(desk, "S-1:10:M2") == ("OPEN", "7000.00", None, sentence)
    assert because(desk, "S-1:10:M2") == (
        "milestone 2 'Go live' is open: it waits for a completion_date in milestones "
        "(expected on 2026-05-31)"
    )
    account = desk.explain("S-1:10:M2")
    assert account["rules"][0]["code"] == "MIL-02"
    assert account["contract"]["as_of"] == "2026-03-31"
    assert {value["element"] for value in account["values"]} >= {
        "billing milestone 2 of charge 10", "charge 10", "subscription S-1", "customer K-1",
    }  # fmt: skip


def test_a_milestone_to_come(desk: Desk) -> None:
    desk.night(changed(little_company(), "milestones 3: completion_date=2026-06-30"), "2026-03-31")
    assert told(desk, "S-1:10:M2")[:3] == ("SCHEDULED", "7000.00", "2026-06-30")
    assert because(desk, "S-1:10:M2") == (
        "its completion date is 2026-06-30: the first run as of that day or later posts it"
    )


def test_a_milestone_whose_turn_is_tonight_is_not_waiting(desk: Desk) -> None:
    desk.night(changed(little_company(), "milestones 3: completion_date=2026-03-31"), "2026-03-31")
    assert desk.explain("S-1:10:M2")["run"]["run_id"] == "2026-03-31-1"


def test_a_held_line(desk: Desk) -> None:
    desk.night(changed(little_company(), "subscriptions 2: status=ON_HOLD"), "2026-03-31")
    assert told(desk, "S-1:10:M1")[:3] == ("WITHHELD", "3000.00", "2026-03-10")
    assert because(desk, "S-1:10:M1") == (
        "it is due, but subscription S-1 is ON_HOLD: a release bills it"
    )
    assert desk.explain("S-1:10:M1")["rules"][-1]["code"] == "ACT-04"
    assert because(desk, "S-1:10:M2").endswith(
        "; besides, subscription S-1 is ON_HOLD: a release bills what waits"
    )


def test_a_line_held_by_an_action(desk: Desk) -> None:
    desk.night(little_company(), "2026-03-31")
    desk.night(acted("S-1 | | HOLD | 2026-04-01 | | | | | dispute") | completed(2, "2026-04-01"),
               "2026-04-01")  # fmt: skip
    account = desk.explain("S-1:10:M2")
    assert account["state"] == "WITHHELD"
    (action,) = account["contract"]["actions"]
    assert (action["action"], action["reason"], action["file"], action["row"]) == (
        "HOLD", "dispute", "actions.csv", 2,
    )  # fmt: skip
    assert account["contract"]["subscription"]["status"] == "ON_HOLD"
    desk.night(acted("S-1 | | RELEASE | 2026-04-05"), "2026-04-05")
    assert desk.explain("S-1:10:M2")["run"]["run_id"] == "2026-04-05-1"


@pytest.mark.parametrize("status", ["DRAFT", "PENDING_APPROVAL", "CANCELED"])
def test_a_contract_that_bills_nothing(desk: Desk, status: str) -> None:
    desk.night(changed(little_company(), f"subscriptions 2: status={status}"), "2026-03-31")
    assert desk.explain("S-1:10:M1")["state"] == "NOT_BILLED"
    assert because(desk, "S-1:10:M1") == f"subscription S-1 is {status}, and bills nothing"


def test_a_line_that_has_come_due_since(desk: Desk) -> None:
    """It was uploaded after the last run."""
    desk.night(little_company(), "2026-03-31")
    import_company(desk.folder / "late", completed(2, "2026-03-20"), desk.store)
    assert told(desk, "S-1:10:M2") == (
        "DUE", "7000.00", "2026-03-20", "70 % of 10,000.00 = 7,000.00",
    )  # fmt: skip
    assert because(desk, "S-1:10:M2") == "it has come due, and the next run posts it"


def test_a_milestone_of_nothing_is_dropped(desk: Desk) -> None:
    company = changed(
        little_company(),
        "milestones 4: subscription_number=S-1, charge_number=10, event_type=BILLING, sequence=3, "
        "milestone_name=Build, percent=0, completion_date=2026-03-01",
    )
    desk.night(company, "2026-03-31")
    assert because(desk, "S-1:10:M3") == "a milestone of 0 percent is dropped from the plan"


def test_a_milestone_that_is_switched_off(desk: Desk) -> None:
    company = changed(
        little_company(),
        "charges 2: milestone_revenue=N",
        "milestones 4: subscription_number=S-1, charge_number=10, event_type=REVENUE, sequence=1, "
        "milestone_name=Build, percent=100, completion_date=2026-03-01",
    )
    desk.night(company, "2026-03-31")
    with pytest.raises(UnknownIdError, match="the nearest: "):
        desk.explain("S-1:10:R1")


def pilot(**phase: str) -> Company:
    """A pilot with a fee in arrears, until its milestone; then 620.00 a month."""
    first = ", ".join(["ends=MILESTONE", *(f"{name}={text}" for name, text in phase.items())])
    return company_of(
        schedule(
            "S-1", "start_date=2026-01-15",
            phases=[first, "ends=NEVER"],
            charges=["phase_number=1, charge_type=ONE_TIME, amount=500.00, "
                     "billing_timing=IN_ARREARS", "phase_number=2, amount=620.00"],
        )
    )  # fmt: skip


def test_a_phase_that_waits_for_its_milestone(desk: Desk) -> None:
    desk.night(pilot(expected_completion_date="2026-05-01"), "2026-03-31")
    assert told(desk, "S-1:10:FEE")[:3] == ("OPEN", "500.00", None)
    waits = "waits for the milestone 'Success': give its phase a completion_date"
    assert because(desk, "S-1:10:FEE") == f"phase 1 (Phase 1) {waits}"
    assert told(desk, "S-1:20:2026-05-01")[:2] == ("NOT_BILLED", None)
    assert because(desk, "S-1:20:2026-05-01") == f"phase 2 (Phase 2) {waits}"
    assert told(desk, "S-1:10:RFEE")[0] == "OPEN"
    waiting = desk.explain("S-1")["waits"]
    assert [one["because"] for one in waiting][-2:] == [
        "phase 1 (Phase 1) waits for the milestone 'Success'",
        "phase 2 (Phase 2) waits for the milestone 'Success'",
    ]


def test_a_phase_that_ends_on_a_day_to_come(desk: Desk) -> None:
    desk.night(pilot(completion_date="2026-05-01"), "2026-03-31")
    assert told(desk, "S-1:10:FEE")[:3] == ("SCHEDULED", "500.00", "2026-05-01")
    assert told(desk, "S-1:20:2026-05-01") == (
        "SCHEDULED", "620.00", "2026-05-01", "620.00 for a whole period of 31 days",
    )  # fmt: skip
    assert told(desk, "S-1:10:RFEE")[:3] == ("SCHEDULED", "500.00", "2026-05-01")
    with pytest.raises(UnknownIdError):
        desk.explain("S-1:20:2026-05-02")


def test_revenue_to_come(desk: Desk) -> None:
    company = company_of(
        schedule("S-1", "start_date=2026-01-01, end_date=2026-12-31", charges=["amount=310.00"]),
        schedule("S-2", "start_date=2026-01-01, end_date=2026-12-31",
                 charges=["amount=310.00, revenue_method=POINT_IN_TIME"]),
    )  # fmt: skip
    desk.night(company, "2026-03-31")
    assert told(desk, "S-1:10:R2026-05")[:3] == ("SCHEDULED", "310.00", "2026-05-31")
    assert told(desk, "S-2:10:R2026-05-01")[:3] == ("SCHEDULED", "310.00", "2026-05-01")
    for unknown in ("S-1:10:R2027-05", "S-1:10:R2026-05-01", "S-2:10:R2026-05", "S-1:10:RFEE",
                    "S-1:10:R1", "S-1:10:FEE", "S-1:10:M1", "S-1:10:RC2026-05-01"):  # fmt: skip
        with pytest.raises(UnknownIdError):
            desk.explain(unknown)


def test_an_open_revenue_milestone(desk: Desk) -> None:
    revenue = rows_of(
        "subscription_number | charge_number | event_type | sequence | milestone_name | percent "
        "| completion_date",
        "S-1 | 10 | REVENUE | 1 | Kick-off | 40 | 2026-03-10",
        "S-1 | 10 | REVENUE | 2 | Go live  | 60 |",
    )
    company = changed(little_company(), "charges 2: milestone_revenue=Y")
    company["milestones"] += revenue
    desk.night(company, "2026-03-31")
    assert told(desk, "S-1:10:R2") == (
        "OPEN", "6000.00", None, "60 % of 10,000.00 = 6,000.00",
    )  # fmt: skip
    account = desk.explain("S-1:10:R2")
    assert account["kind"] == "MILESTONE"
    assert account["rules"][0]["code"] == "REV-01"
    assert desk.explain("S-1:10:R1")["run"] is not None


def test_a_reopened_milestone_waits_again(desk: Desk) -> None:
    """Its line was posted and taken back; the credit is explained, and the story says both."""
    desk.night(little_company(), "2026-03-31")
    desk.night(acted("S-1 | | REOPEN_MILESTONE | 2026-04-08 | 10 | 1 | | | not yet"), "2026-04-10")
    credit = desk.explain("S-1:10:M1#1")
    assert credit["amount"] == "-3000.00"
    assert [one["net"] for one in credit["corrections"]] == ["3000.00", "0.00"]
    assert credit["contract"]["actions"][0]["reason"] == "not yet"
    story = desk.explain("S-1")
    says = [entry["says"] for chapter in story["story"] for entry in chapter["entries"]]
    assert any("REOPEN_MILESTONE" in one and "takes effect" in one for one in says)
    assert story["stands"]["billed"] == "0.00"
