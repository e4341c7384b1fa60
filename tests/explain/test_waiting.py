"""What is not posted yet: why, and what it waits for. One night of many contracts, each in another
state; what happens later happens to a copy of its store."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from pipeline.explain import UnknownIdError
from pipeline.explain.kept import keep
from pipeline.explain.waiting import event_waiting, line_waiting, stand_now
from pipeline.store import reading
from tests.builders import Company, contract, day, joined, references, rows_of
from tests.desk import NIGHT
from tests.explain.little import Desk, acted, completed
from tests.schedules import schedule

Explained = Callable[[str], dict[str, Any]]
STATUSES = ("DRAFT", "PENDING_APPROVAL", "CANCELED")
REVENUE = rows_of(
    "subscription_number | charge_number | event_type | sequence | milestone_name | percent "
    "| completion_date",
    "SHARED | 10 | REVENUE | 1 | Kick-off | 40 | 2026-03-10",
    "SHARED | 10 | REVENUE | 2 | Go live  | 60 |",
)
YEAR = "start_date=2026-01-01, end_date=2026-12-31"


def pilot(number: str, milestone: str) -> Company:
    """A pilot with a fee in arrears, until its milestone; then 620.00 a month."""
    return schedule(
        number, "start_date=2026-01-15",
        phases=[f"ends=MILESTONE, {milestone}", "ends=NEVER"],
        charges=["phase_number=1, charge_type=ONE_TIME, amount=500.00, "
                 "billing_timing=IN_ARREARS", "phase_number=2, amount=620.00"],
    )  # fmt: skip


def company() -> Company:
    """Contracts like the little company's S-1, in many states, and some schedules."""
    third = "subscription_number=S-1, charge_number=10, milestone_name=Build, completion_date=2026-03-01"
    return joined(
        references(),
        contract("OPEN", "milestones 3: expected_completion_date=2026-05-31"),
        contract("TO-COME", "milestones 3: completion_date=2026-06-30"),
        contract("TONIGHT", "milestones 3: completion_date=2026-03-31"),
        contract("HELD", "subscriptions 2: status=ON_HOLD"),
        *(contract(status, f"subscriptions 2: status={status}") for status in STATUSES),
        contract("NOTHING", f"milestones 4: {third}, event_type=BILLING, sequence=3, percent=0"),
        contract("OFF", "charges 2: milestone_revenue=N",
                 f"milestones 4: {third}, event_type=REVENUE, sequence=1, percent=100"),
        contract("SHARED", "charges 2: milestone_revenue=Y"), {"milestones": REVENUE},
        pilot("PILOT", "expected_completion_date=2026-05-01"),
        pilot("DATED", "completion_date=2026-05-01"),
        schedule("MONTHS", YEAR, charges=["amount=310.00"]),
        schedule("POINTS", YEAR, charges=["amount=310.00, revenue_method=POINT_IN_TIME"]),
        contract("LATER"), contract("SINCE"), contract("AGAIN"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """After the night; only looked at."""
    desk = Desk(tmp_path_factory.mktemp("waiting"))
    assert desk.bill(company(), NIGHT).record.run_id == f"{NIGHT}-1"
    return desk


@pytest.fixture(scope="module")
def explained(desk: Desk) -> Explained:
    """What is known of an id, asked for once."""
    return cache(desk.explain)


def told(account: dict[str, Any]) -> tuple[str, str | None, str | None, str]:
    """State, amount, date and sentence of what is not posted."""
    assert account["run"] is None
    assert account["files"] == []
    return account["state"], account["amount"], account["date"], account["sentence"]


def test_an_open_milestone(explained: Explained) -> None:
    account = explained("OPEN:10:M2")
    assert told(account) == ("OPEN", "7000.00", None, "70 % of 10,000.00 = 7,000.00")
    assert account["because"] == (
        "milestone 2 'Go live' is open: it waits for a completion_date in milestones "
        "(expected on 2026-05-31)"
    )
    assert account["rules"][0]["code"] == "MIL-02"
    assert account["contract"]["as_of"] == NIGHT
    assert {value["element"] for value in account["values"]} >= {
        "billing milestone 2 of charge 10", "charge 10", "subscription OPEN", "customer K-1",
    }  # fmt: skip


def test_a_milestone_to_come(explained: Explained) -> None:
    account = explained("TO-COME:10:M2")
    assert told(account)[:3] == ("SCHEDULED", "7000.00", "2026-06-30")
    assert account["because"] == (
        "its completion date is 2026-06-30: the first run as of that day or later posts it"
    )


def test_a_milestone_whose_turn_is_tonight_is_not_waiting(explained: Explained) -> None:
    assert explained("TONIGHT:10:M2")["run"]["run_id"] == f"{NIGHT}-1"


def test_a_held_line(explained: Explained) -> None:
    account = explained("HELD:10:M1")
    assert told(account)[:3] == ("WITHHELD", "3000.00", "2026-03-10")
    assert account["because"] == ("it is due, but subscription HELD is ON_HOLD: a release bills it")
    assert account["rules"][-1]["code"] == "ACT-04"
    assert explained("HELD:10:M2")["because"].endswith(
        "; besides, subscription HELD is ON_HOLD: a release bills what waits"
    )


@pytest.mark.parametrize("status", STATUSES)
def test_a_contract_that_bills_nothing(explained: Explained, status: str) -> None:
    account = explained(f"{status}:10:M1")
    assert account["state"] == "NOT_BILLED"
    assert account["because"] == f"subscription {status} is {status}, and bills nothing"


def test_a_milestone_of_nothing_is_dropped(explained: Explained) -> None:
    assert explained("NOTHING:10:M3")["because"] == (
        "a milestone of 0 percent is dropped from the plan"
    )


def test_a_milestone_that_is_switched_off(explained: Explained) -> None:
    with pytest.raises(UnknownIdError, match="the nearest: "):
        explained("OFF:10:R1")


def test_a_phase_that_waits_for_its_milestone(explained: Explained) -> None:
    waits = "waits for the milestone 'Success': give its phase a completion_date"
    fee, period = explained("PILOT:10:FEE"), explained("PILOT:20:2026-05-01")
    assert told(fee)[:3] == ("OPEN", "500.00", None)
    assert fee["because"] == f"phase 1 (Phase 1) {waits}"
    assert told(period)[:2] == ("NOT_BILLED", None)
    assert period["because"] == f"phase 2 (Phase 2) {waits}"
    assert told(explained("PILOT:10:RFEE"))[0] == "OPEN"
    assert [one["because"] for one in explained("PILOT")["waits"]][-2:] == [
        "phase 1 (Phase 1) waits for the milestone 'Success'",
        "phase 2 (Phase 2) waits for the milestone 'Success'",
    ]


def test_a_phase_that_ends_on_a_day_to_come(explained: Explained) -> None:
    assert told(explained("DATED:10:FEE"))[:3] == ("SCHEDULED", "500.00", "2026-05-01")
    assert told(explained("DATED:20:2026-05-01")) == (
        "SCHEDULED", "620.00", "2026-05-01", "620.00 for a whole period of 31 days",
    )  # fmt: skip
    assert told(explained("DATED:10:RFEE"))[:3] == ("SCHEDULED", "500.00", "2026-05-01")
    with pytest.raises(UnknownIdError):
        explained("DATED:20:2026-05-02")


def test_revenue_to_come(explained: Explained) -> None:
    assert told(explained("MONTHS:10:R2026-05"))[:3] == ("SCHEDULED", "310.00", "2026-05-31")
    assert told(explained("POINTS:10:R2026-05-01"))[:3] == ("SCHEDULED", "310.00", "2026-05-01")


@pytest.mark.parametrize(
    ("number", "known", "unknown"),
    [("MONTHS", ["R2026-05", "2026-05-01"],
      ["R2027-05", "R2026-05-01", "RFEE", "R1", "FEE", "M1", "RC2026-05-01"]),
     ("POINTS", ["R2026-05-01"], ["R2026-05"])],
)  # fmt: skip
def test_nothing_waits_that_the_contract_does_not_call_for(
    desk: Desk, number: str, known: list[str], unknown: list[str]
) -> None:
    with reading(desk.store, "test") as connection:
        kept = keep(connection, number)
    standing = stand_now(kept, day(NIGHT))

    def waiting(what: str) -> object:
        find = event_waiting if what.startswith("R") else line_waiting
        return find(kept, standing, "10", what, 0)

    assert all(waiting(what) for what in known)
    assert [what for what in unknown if waiting(what)] == []


def test_an_open_revenue_milestone(explained: Explained) -> None:
    account = explained("SHARED:10:R2")
    assert told(account) == ("OPEN", "6000.00", None, "60 % of 10,000.00 = 6,000.00")
    assert account["kind"] == "MILESTONE"
    assert account["rules"][0]["code"] == "REV-01"
    assert explained("SHARED:10:R1")["run"] is not None


@pytest.fixture(scope="module")
def later(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What is known after each of these: LATER is held on a night, and released on the next, on which
    AGAIN's milestone is reopened; and SINCE's is reached after that."""
    later = desk.copy(tmp_path_factory.mktemp("later"))
    held = acted("LATER | | HOLD | 2026-04-01 | | | | | dispute")
    later.bill(held | completed(2, "2026-04-01", "LATER"), "2026-04-01")
    accounts = {"held": later.explain("LATER:10:M2")}
    later.bill(
        acted("LATER | | RELEASE | 2026-04-05",
              "AGAIN | | REOPEN_MILESTONE | 2026-04-08 | 10 | 1 | | | not yet"), "2026-04-10",
    )  # fmt: skip
    later.upload(completed(2, "2026-03-20", "SINCE"))
    return accounts | {
        "released": later.explain("LATER:10:M2"), "since": later.explain("SINCE:10:M2"),
        "credit": later.explain("AGAIN:10:M1#1"), "story": later.explain("AGAIN"),
    }  # fmt: skip


def test_a_line_held_by_an_action(later: dict[str, dict[str, Any]]) -> None:
    account = later["held"]
    assert account["state"] == "WITHHELD"
    (action,) = account["contract"]["actions"]
    assert (action["action"], action["reason"], action["file"], action["row"]) == (
        "HOLD", "dispute", "actions.csv", 2,
    )  # fmt: skip
    assert account["contract"]["subscription"]["status"] == "ON_HOLD"
    assert later["released"]["run"]["run_id"] == "2026-04-10-1"


def test_a_line_that_has_come_due_since(later: dict[str, dict[str, Any]]) -> None:
    """It was uploaded after the last run."""
    assert told(later["since"]) == (
        "DUE", "7000.00", "2026-03-20", "70 % of 10,000.00 = 7,000.00",
    )  # fmt: skip
    assert later["since"]["because"] == "it has come due, and the next run posts it"


def test_a_reopened_milestone_waits_again(later: dict[str, dict[str, Any]]) -> None:
    """Its line was posted and taken back; the credit is explained, and the story says both."""
    credit, story = later["credit"], later["story"]
    assert credit["amount"] == "-3000.00"
    assert [one["net"] for one in credit["corrections"]] == ["3000.00", "0.00"]
    assert credit["contract"]["actions"][0]["reason"] == "not yet"
    says = [entry["says"] for chapter in story["story"] for entry in chapter["entries"]]
    assert any("REOPEN_MILESTONE" in one and "takes effect" in one for one in says)
    assert story["stands"]["billed"] == "0.00"
