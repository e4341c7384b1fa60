"""Charges of phases: a contract, its nights in order, and every line that each night posts.

A night says what was reported by then: `completed=` is the completion date of phase 1, blank takes
it back. Lines read `charge#revision first to last day of service on bill date: amount`.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

from pipeline.settings import Settings
from tests.builders import Company, contracts_of
from tests.schedules import (
    Contracts,
    bill_on,
    company_of,
    empty_ledger,
    only_of,
    schedule,
    told,
)

FEE = "charge_type=ONE_TIME"
YEAR = ["ends=MILESTONE", "ends=NEVER"]


@dataclass(frozen=True)
class Story:
    """A contract, the nights with what was reported by then, and each night's lines by hand."""

    why: str
    contract: Company
    nights: dict[str, list[str]]
    completed: dict[str, str] = field(default_factory=dict)
    handover: str = "on_completion"


def contract(
    terms: str, *charges: str, phases: list[str], line: str = "", number: str = "S-1"
) -> Company:
    """A schedule, as the stories write it."""
    return schedule(number, terms, phases=phases, charges=charges, line=line)


PILOT = contract(
    "start_date=2026-01-15",
    f"{FEE}, amount=12500.00, phase_number=1",
    "amount=1500.00, billing_timing=IN_ARREARS, phase_number=2",
    phases=["ends=MILESTONE", "ends=DURATION, duration_months=12"],
)
ANNUAL = contract(
    "start_date=2026-01-01",
    "amount=12000.00, billing_frequency=ANNUAL, phase_number=1",
    phases=YEAR,
)
MONTHLY = contract(
    "start_date=2026-01-01, billing_day=1",
    "amount=280.00, phase_number=1", "amount=310.00, phase_number=2",
    phases=YEAR,
)  # fmt: skip
SUCCESS_FEE = contract(
    "start_date=2026-01-15",
    f"{FEE}, amount=900.00, billing_timing=IN_ARREARS, phase_number=1",
    f"{FEE}, amount=70.00, phase_number=2",
    phases=YEAR,
)

COMPLETED = [
    Story(
        "the pilot is billed up front; an open milestone holds up all that follows", PILOT,
        {"2026-01-14": [],
         "2026-01-15": ["10 2026-01-15 to - on 2026-01-15: 12500.00"],
         "2027-12-31": []},
    ),
    Story(
        "completed: a month in arrears from then on", PILOT,
        {"2026-03-09": ["10 2026-01-15 to - on 2026-01-15: 12500.00"],
         "2026-04-09": [],
         "2026-04-10": ["20 2026-03-10 to 2026-04-09 on 2026-04-10: 1500.00"],
         "2026-05-31": ["20 2026-04-10 to 2026-05-09 on 2026-05-10: 1500.00"]},
        {"2026-03-10": "2026-03-10"},
    ),
    Story(
        "completed in the past: all that has come due since, each month with its own days", PILOT,
        {"2026-05-31": ["10 2026-01-15 to - on 2026-01-15: 12500.00"],
         "2026-06-01": ["20 2026-03-10 to 2026-04-09 on 2026-04-10: 1500.00",
                        "20 2026-04-10 to 2026-05-09 on 2026-05-10: 1500.00"]},
        {"2026-06-01": "2026-03-10"},
    ),
    Story(
        "the day after: the pilot has the completion date, the year begins on the next", PILOT,
        {"2026-04-10": ["10 2026-01-15 to 2026-03-10 on 2026-01-15: 12500.00"],
         "2026-04-11": ["20 2026-03-11 to 2026-04-10 on 2026-04-11: 1500.00"]},
        {"2026-04-10": "2026-03-10"}, handover="day_after",
    ),
    Story(
        "a fee in arrears waits for the milestone; one in advance of the next phase too", SUCCESS_FEE,
        {"2026-03-09": [],
         "2026-03-10": ["10 2026-01-15 to 2026-03-09 on 2026-03-10: 900.00",
                        "20 2026-03-10 to - on 2026-03-10: 70.00"]},
        {"2026-03-10": "2026-03-10"},
    ),
    Story(
        "fees, the day after: a day later", SUCCESS_FEE,
        {"2026-03-10": [],
         "2026-03-11": ["10 2026-01-15 to 2026-03-10 on 2026-03-11: 900.00",
                        "20 2026-03-11 to - on 2026-03-11: 70.00"]},
        {"2026-03-10": "2026-03-10"}, handover="day_after",
    ),
    Story(
        "a completion to come is an end like any other: nothing until then", SUCCESS_FEE,
        {"2026-02-01": [],
         "2026-03-09": [],
         "2026-03-10": ["10 2026-01-15 to 2026-03-09 on 2026-03-10: 900.00",
                        "20 2026-03-10 to - on 2026-03-10: 70.00"]},
        {"2026-02-01": "2026-03-10"},
    ),
]  # fmt: skip

CUT_SHORT = [
    Story(
        "a year in advance, completed after 73 of 365 days, then 146, then 36, then not at all",
        ANNUAL,
        {"2026-01-01": ["10 2026-01-01 to 2026-12-31 on 2026-01-01: 12000.00"],
         "2026-03-31": ["10#1 2026-01-01 to 2026-03-14 on 2026-03-15: -9600.00"],
         "2026-06-30": ["10#2 2026-01-01 to 2026-05-26 on 2026-05-27: 2400.00"],
         "2026-07-31": ["10#3 2026-01-01 to 2026-02-05 on 2026-02-06: -3616.44"],
         "2026-08-31": ["10#4 2026-01-01 to 2026-12-31 on 2026-08-31: 10816.44"]},
        {"2026-03-31": "2026-03-15", "2026-06-30": "2026-05-27", "2026-07-31": "2026-02-06",
         "2026-08-31": ""},
    ),
    Story(
        "a completion that is known before the period begins: billed up to it", MONTHLY,
        {"2026-03-31": ["10 2026-01-01 to 2026-01-31 on 2026-01-01: 280.00",
                        "10 2026-02-01 to 2026-02-28 on 2026-02-01: 280.00",
                        "10 2026-03-01 to 2026-03-31 on 2026-03-01: 280.00"],
         "2026-04-01": ["10 2026-04-01 to 2026-04-15 on 2026-04-01: 140.00"],
         "2026-04-15": [],
         "2026-04-16": ["20 2026-04-16 to 2026-05-15 on 2026-04-16: 310.00"]},
        {"2026-03-31": "2026-04-16"},
    ),
    Story(
        "one that is known only after: a credit, dated the night, for the day is to come", MONTHLY,
        {"2026-04-01": ["10 2026-01-01 to 2026-01-31 on 2026-01-01: 280.00",
                        "10 2026-02-01 to 2026-02-28 on 2026-02-01: 280.00",
                        "10 2026-03-01 to 2026-03-31 on 2026-03-01: 280.00",
                        "10 2026-04-01 to 2026-04-30 on 2026-04-01: 280.00"],
         "2026-04-05": ["10#1 2026-04-01 to 2026-04-15 on 2026-04-05: -140.00"],
         "2026-04-16": ["20 2026-04-16 to 2026-05-15 on 2026-04-16: 310.00"]},
        {"2026-04-05": "2026-04-16"},
    ),
    Story(
        "completed in February, told in March: half of it back, all of March, and the next phase's",
        MONTHLY,
        {"2026-03-01": ["10 2026-01-01 to 2026-01-31 on 2026-01-01: 280.00",
                        "10 2026-02-01 to 2026-02-28 on 2026-02-01: 280.00",
                        "10 2026-03-01 to 2026-03-31 on 2026-03-01: 280.00"],
         "2026-03-31": ["10#1 2026-02-01 to 2026-02-14 on 2026-02-15: -140.00",
                        "10#1 2026-03-01 to 2026-03-31 on 2026-02-15: -280.00",
                        "20 2026-02-15 to 2026-03-14 on 2026-02-15: 310.00",
                        "20 2026-03-15 to 2026-04-14 on 2026-03-15: 310.00"]},
        {"2026-03-31": "2026-02-15"},
    ),
    Story(
        "near miss: completed on a period's first day, nothing is cut", MONTHLY,
        {"2026-02-28": ["10 2026-01-01 to 2026-01-31 on 2026-01-01: 280.00",
                        "10 2026-02-01 to 2026-02-28 on 2026-02-01: 280.00"],
         "2026-03-01": ["20 2026-03-01 to 2026-03-31 on 2026-03-01: 310.00"]},
        {"2026-03-01": "2026-03-01"},
    ),
    Story(
        "completed on the phase's first day: not a day of it was served", MONTHLY,
        {"2026-01-01": ["10 2026-01-01 to 2026-01-31 on 2026-01-01: 280.00"],
         "2026-01-02": ["10#1 2026-01-01 to 2026-01-31 on 2026-01-01: -280.00",
                        "20 2026-01-01 to 2026-01-31 on 2026-01-01: 310.00"]},
        {"2026-01-02": "2026-01-01"},
    ),
    Story(
        "taken back, and completed later: all lines of the next phase are credited and billed anew",
        contract("start_date=2026-01-01, billing_day=1",
                 "amount=300.00, billing_timing=IN_ARREARS, phase_number=1",
                 "amount=310.00, phase_number=2", phases=YEAR),
        {"2026-03-16": ["10 2026-01-01 to 2026-01-31 on 2026-02-01: 300.00",
                        "10 2026-02-01 to 2026-02-28 on 2026-03-01: 300.00",
                        "10 2026-03-01 to 2026-03-15 on 2026-03-16: 145.16",
                        "20 2026-03-16 to 2026-04-15 on 2026-03-16: 310.00"],
         "2026-03-20": ["10#1 2026-03-01 to 2026-03-15 on 2026-03-20: -145.16",
                        "20#1 2026-03-16 to 2026-04-15 on 2026-03-20: -310.00"],
         "2026-04-01": ["10#2 2026-03-01 to 2026-03-31 on 2026-04-01: 300.00"],
         "2026-04-10": ["10 2026-04-01 to 2026-04-09 on 2026-04-10: 90.00",
                        "20 2026-04-10 to 2026-05-09 on 2026-04-10: 310.00"]},
        {"2026-03-16": "2026-03-16", "2026-03-20": "", "2026-04-10": "2026-04-10"},
    ),
    Story(
        "CONTINUE: the next phase fills the rest of the period, 17 of 31 days",
        contract("start_date=2026-01-01, billing_day=1", "amount=280.00, phase_number=1",
                 "amount=620.00, phase_number=2",
                 phases=["ends=MILESTONE", "ends=NEVER, billing_anchor=CONTINUE"]),
        {"2026-02-28": ["10 2026-01-01 to 2026-01-31 on 2026-01-01: 280.00",
                        "10 2026-02-01 to 2026-02-28 on 2026-02-01: 280.00"],
         "2026-03-15": ["10 2026-03-01 to 2026-03-14 on 2026-03-01: 126.45",
                        "20 2026-03-15 to 2026-03-31 on 2026-03-15: 340.00"],
         "2026-04-01": ["20 2026-04-01 to 2026-04-30 on 2026-04-01: 620.00"]},
        {"2026-03-15": "2026-03-15"},
    ),
]  # fmt: skip

TERMS = [
    Story(
        "a charge without a phase lives as long as its line, beside the phases",
        contract("start_date=2026-01-01, end_date=2026-03-15, billing_day=1", "amount=310.00",
                 phases=["ends=MILESTONE"], line="start_date=2026-02-01"),
        {"2026-12-31": ["10 2026-02-01 to 2026-02-28 on 2026-02-01: 310.00",
                        "10 2026-03-01 to 2026-03-15 on 2026-03-01: 150.00"]},
    ),
    Story(
        "the end of its line caps a charge of a phase",
        contract("start_date=2026-01-01, end_date=2026-12-31, billing_day=1",
                 "amount=310.00, phase_number=1", phases=["ends=NEVER"],
                 line="end_date=2026-01-10"),
        {"2026-12-31": ["10 2026-01-01 to 2026-01-10 on 2026-01-01: 100.00"]},
    ),
    Story(
        "a phase that begins after its charge's line has ended bills nothing",
        contract("start_date=2026-01-01, end_date=2026-12-31, billing_day=1",
                 f"{FEE}, amount=55.00, phase_number=2", "amount=310.00, phase_number=2",
                 f"{FEE}, amount=66.00, billing_timing=IN_ARREARS, phase_number=2",
                 phases=["ends=DATE, end_date=2026-02-28", "ends=NEVER"],
                 line="end_date=2026-02-28"),
        {"2027-12-31": []},
    ),
    Story(
        "near miss: a day of the line is left",
        contract("start_date=2026-01-01, end_date=2026-12-31, billing_day=1",
                 f"{FEE}, amount=55.00, phase_number=2", "amount=310.00, phase_number=2",
                 f"{FEE}, amount=66.00, billing_timing=IN_ARREARS, phase_number=2",
                 phases=["ends=DATE, end_date=2026-02-28", "ends=NEVER"],
                 line="end_date=2026-03-01"),
        {"2027-12-31": ["10 2026-03-01 to 2026-03-01 on 2026-03-01: 55.00",
                        "20 2026-03-01 to 2026-03-01 on 2026-03-01: 10.00",
                        "30 2026-03-01 to 2026-03-01 on 2026-03-02: 66.00"]},
    ),
    Story(
        "the subscription's end caps the phase that is left open",
        contract("start_date=2026-01-01, end_date=2026-02-14, billing_day=1",
                 "amount=280.00, phase_number=1", "amount=310.00, phase_number=2", phases=YEAR),
        {"2026-12-31": ["10 2026-01-01 to 2026-01-31 on 2026-01-01: 280.00",
                        "10 2026-02-01 to 2026-02-14 on 2026-02-01: 140.00"]},
    ),
    Story(
        "fees of a phase that ends on a date, and of one that lasts some months",
        contract("start_date=2026-01-01",
                 f"{FEE}, amount=1.00, phase_number=1",
                 f"{FEE}, amount=2.00, billing_timing=IN_ARREARS, phase_number=1",
                 f"{FEE}, amount=3.00, phase_number=2, price_adjustment_percent=-50",
                 f"{FEE}, amount=4.00, billing_timing=IN_ARREARS, phase_number=2",
                 phases=["ends=DATE, end_date=2026-01-20", "ends=DURATION, duration_months=1"]),
        {"2026-01-20": ["10 2026-01-01 to 2026-01-20 on 2026-01-01: 1.00"],
         "2026-01-21": ["20 2026-01-01 to 2026-01-20 on 2026-01-21: 2.00",
                        "30 2026-01-21 to 2026-02-20 on 2026-01-21: 1.50"],
         "2026-02-20": [],
         "2026-02-21": ["40 2026-01-21 to 2026-02-20 on 2026-02-21: 4.00"]},
    ),
    Story(
        "a quarter that runs on from 1 April: 42 of its 91 days in the second phase",
        contract("start_date=2026-04-01", "amount=910.00, billing_frequency=QUARTERLY, "
                 "phase_number=1", "amount=910.00, billing_frequency=QUARTERLY, phase_number=2",
                 phases=["ends=DATE, end_date=2026-05-19", "ends=NEVER, billing_anchor=CONTINUE"]),
        {"2026-05-20": ["10 2026-04-01 to 2026-05-19 on 2026-04-01: 490.00",
                        "20 2026-05-20 to 2026-06-30 on 2026-05-20: 420.00"]},
    ),
    Story(
        "near miss: after a RESET the second phase's quarter is its own, and whole",
        contract("start_date=2026-04-01", "amount=910.00, billing_frequency=QUARTERLY, "
                 "phase_number=1", "amount=910.00, billing_frequency=QUARTERLY, phase_number=2",
                 phases=["ends=DATE, end_date=2026-05-19", "ends=NEVER, billing_anchor=RESET"]),
        {"2026-05-20": ["10 2026-04-01 to 2026-05-19 on 2026-04-01: 490.00",
                        "20 2026-05-20 to 2026-08-19 on 2026-05-20: 910.00"]},
    ),
]  # fmt: skip

STORIES = [*COMPLETED, *CUT_SHORT, *TERMS]


def reported(contracts: Contracts, completed: str) -> Contracts:
    """The contracts with this completion date of phase 1; blank: none."""
    phases = contracts["phases"]
    day = pd.Timestamp(completed) if completed else pd.NaT
    dates = phases["completion_date"].where(phases["phase_number"] != "1", day)
    return contracts | {"phases": phases.assign(completion_date=dates.astype("datetime64[s]"))}


@pytest.fixture(scope="module")
def contracts_of_all(tmp_path_factory: pytest.TempPathFactory) -> Contracts:
    """The contracts of all stories, accepted from one inbox; a story's number is its place."""
    numbered = [
        {
            table: [row | {"subscription_number": f"S-{place}"} for row in rows]
            for table, rows in story.contract.items()
        }
        for place, story in enumerate(STORIES)
    ]
    return contracts_of(tmp_path_factory.mktemp("stories"), company_of(*numbered))


@pytest.mark.parametrize(
    ("place", "story"), list(enumerate(STORIES)), ids=[story.why for story in STORIES]
)
def test_a_story_comes_out(place: int, story: Story, contracts_of_all: Contracts) -> None:
    settings = Settings(phase_handover=story.handover)
    number = f"S-{place}"
    contracts = only_of(contracts_of_all, number)
    ledger = empty_ledger()
    for night in sorted({*story.nights, *story.completed}):
        if night in story.completed:
            contracts = reported(contracts, story.completed[night])
        lines, ledger = bill_on(contracts, night, ledger, settings)
        assert told(lines, number) == story.nights.get(night, []), night
    again, _ = bill_on(contracts, night, ledger, settings)
    assert again.empty


def test_a_correction_names_the_line_that_it_corrects_and_says_how_it_came_about(
    tmp_path: Path,
) -> None:
    contracts = contracts_of(tmp_path, company_of(ANNUAL))
    _, ledger = bill_on(contracts, "2026-01-01")
    lines, ledger = bill_on(reported(contracts, "2026-03-15"), "2026-03-31", ledger)
    credit = lines.iloc[0]
    assert credit["bill_line_id"] == "S-1:10:2026-01-01#1"
    assert credit["corrects_bill_line_id"] == "S-1:10:2026-01-01"
    assert credit["phase_number"] == "1"
    assert credit["reason"] == (
        "now due: 12,000.00 × 73/365 days = 2,400.00; billed before 12,000.00; "
        "the difference is -9,600.00"
    )
    lines, _ = bill_on(reported(contracts, "2026-01-01"), "2026-03-31", ledger)
    assert lines["bill_line_id"].tolist() == ["S-1:10:2026-01-01#2"]
    assert lines["reason"].str.startswith("no longer due").all()


@pytest.mark.parametrize("held", ["subscription", "line"])
def test_a_hold_withholds_lines_and_credits_alike(held: str, tmp_path: Path) -> None:
    contracts = contracts_of(tmp_path, company_of(MONTHLY))
    _, ledger = bill_on(contracts, "2026-01-31")
    table = "subscriptions" if held == "subscription" else "subscription_lines"
    on_hold = contracts | {table: contracts[table].assign(status="ON_HOLD")}
    lines, ledger = bill_on(reported(on_hold, "2026-01-15"), "2026-02-28", ledger)
    assert lines.empty
    lines, _ = bill_on(reported(contracts, "2026-01-15"), "2026-03-14", ledger)
    assert told(lines) == [
        "10#1 2026-01-01 to 2026-01-14 on 2026-01-15: -153.55",
        "20 2026-01-15 to 2026-02-14 on 2026-01-15: 310.00",
        "20 2026-02-15 to 2026-03-14 on 2026-02-15: 310.00",
    ]


@pytest.mark.parametrize("status", ["DRAFT", "PENDING_APPROVAL", "CANCELED"])
def test_what_is_not_active_bills_nothing(status: str, tmp_path: Path) -> None:
    company = contract(
        f"start_date=2026-01-01, status={status}", "amount=280.00, phase_number=1", phases=YEAR
    )
    lines, _ = bill_on(contracts_of(tmp_path, company_of(company)), "2026-12-31")
    assert lines.empty


def test_a_success_fee_is_not_billed_without_success(tmp_path: Path) -> None:
    company = contract(
        "start_date=2026-01-01, end_date=2026-02-28",
        f"{FEE}, amount=900.00, billing_timing=IN_ARREARS, phase_number=1",
        phases=["ends=MILESTONE"],
    )
    lines, _ = bill_on(contracts_of(tmp_path, company_of(company)), "2026-12-31")
    assert told(lines) == []


def test_service_never_ends_before_it_starts(tmp_path: Path) -> None:
    company = contract(
        "start_date=2026-01-15",
        f"{FEE}, amount=1.00, phase_number=1",
        f"{FEE}, amount=2.00, billing_timing=IN_ARREARS, phase_number=1",
        phases=["ends=MILESTONE, completion_date=2026-01-15", "ends=NEVER"],
    )
    lines, _ = bill_on(contracts_of(tmp_path, company_of(company)), "2026-01-31")
    assert lines["amount_minor"].tolist() == [100, 200]
    assert lines["bill_date"].eq(pd.Timestamp("2026-01-15")).all()
    assert not (lines["service_end"] < lines["service_start"]).any()
