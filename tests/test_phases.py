"""phases.cases, phase by phase; the order of phases; the states that are told of them."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

from pipeline.phases import phase_order, phase_terms
from pipeline.settings import HANDOVERS
from tests.builders import Company, bill, contracts_of
from tests.schedules import company_of, empty_ledger, schedule

CASES_FILE = Path(__file__).with_name("phases.cases")
GIVEN_IN = {"DATE": "end_date", "DURATION": "duration_months", "MILESTONE": "completion_date"}
SUBSCRIPTION_OF_CASE = "P-{:03d}"


@dataclass(frozen=True)
class Phase:
    """A phase as it is given, and its term and anchor as they come out."""

    ends: str
    given: str
    anchor: str
    term: str
    periods: str


@dataclass(frozen=True)
class Case:
    """A subscription and its phases, in order."""

    start: str
    end: str
    billing_day: str
    handover: str
    why: str
    phases: list[Phase] = field(default_factory=list)

    def schedule(self, number: int) -> Company:
        """The case as rows, with a charge that lives in its first phase."""
        return schedule(
            SUBSCRIPTION_OF_CASE.format(number),
            f"start_date={self.start}, end_date={self.end}, billing_day={self.billing_day}",
            phases=[
                f"ends={one.ends}, billing_anchor={one.anchor}"
                + (f", {GIVEN_IN[one.ends]}={one.given}" if one.ends in GIVEN_IN else "")
                for one in self.phases
            ],
            charges=["amount=1.00, phase_number=1"],
        )


def read_cases(text: str) -> list[Case]:
    """The cases of the file, in order."""
    cases: list[Case] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.removeprefix("=").split("|")]
        if line.startswith("="):
            cases[-1].phases.append(Phase(*cells))
        elif line and not line.startswith("#"):
            cases.append(Case(*cells))
    return cases


CASES = read_cases(CASES_FILE.read_text("utf-8"))


@pytest.fixture(scope="module")
def terms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The terms of all cases' phases, by handover."""
    schedules = [case.schedule(number) for number, case in enumerate(CASES)]
    contracts = contracts_of(tmp_path_factory.mktemp("phases"), company_of(*schedules))
    return {
        handover: phase_terms(contracts["phases"], contracts["subscriptions"], handover)
        for handover in HANDOVERS
    }


def said(phase: pd.Series) -> tuple[str, str]:
    """A phase's term and the anchor of its periods, in the words of the file."""
    if pd.isna(phase["starts_on"]):
        return "waits", ""
    if phase["ends_before"] <= phase["starts_on"]:
        return "empty", ""
    last = phase["ends_before"] - pd.Timedelta(days=1)
    end = "-" if pd.isna(last) else f"{last:%Y-%m-%d}"
    years, months = divmod(phase["anchor_month"], 12)
    anchor = f"{1970 + years}-{months + 1:02d} day {phase['anchor_day']}"
    return f"{phase['starts_on']:%Y-%m-%d} to {end}", anchor


@pytest.mark.parametrize(
    ("number", "case"),
    list(enumerate(CASES)),
    ids=[f"{case.start} {case.handover} {case.why}" for case in CASES],
)
def test_a_case_comes_out(number: int, case: Case, terms: dict[str, pd.DataFrame]) -> None:
    phases = terms[case.handover]
    own = phases[phases["subscription_number"] == SUBSCRIPTION_OF_CASE.format(number)]
    assert [said(row) for _, row in own.iterrows()] == [
        (phase.term, phase.periods) for phase in case.phases
    ]


@pytest.mark.parametrize("handover", HANDOVERS)
def test_phases_follow_one_another(handover: str, terms: dict[str, pd.DataFrame]) -> None:
    phases = terms[handover]
    assert (phases["ordinal"] == phases.groupby("subscription_number").cumcount()).all()
    later = phases[phases["ordinal"] > 0]
    before = phases.loc[later["follows"]]
    assert (before["subscription_number"].to_numpy() == later["subscription_number"]).all()
    assert (
        before["ends_before"]
        .reset_index(drop=True)
        .equals(later["starts_on"].rename("ends_before").reset_index(drop=True))
    )
    assert (phases.loc[phases["ordinal"] == 0, "follows"] == -1).all()


def test_two_comes_before_ten(tmp_path: Path) -> None:
    company = schedule(
        "S-1", "start_date=2026-01-01",
        phases=[f"phase_number={number}, ends=DURATION, duration_months=1"
                for number in ("10", "2", "9", "1", "A")],
        charges=["amount=1.00, phase_number=10"],
    )  # fmt: skip
    contracts = contracts_of(tmp_path, company_of(company))
    phases = phase_terms(contracts["phases"], contracts["subscriptions"], "on_completion")
    assert phases["phase_number"].tolist() == ["1", "2", "9", "10", "A"]
    assert phases["starts_on"].dt.month.tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("numbers", "in_order"),
    [
        (["10", "2", "1"], ["1", "2", "10"]),
        (["2", "10", "2A"], ["2", "10", "2A"]),
        (["P-2", "P-1"], ["P-1", "P-2"]),
    ],
)
def test_phase_order(numbers: list[str], in_order: list[str]) -> None:
    given = pd.Series(numbers, dtype="str")
    assert given[phase_order(given).sort_values().index].tolist() == in_order


def test_nothing_comes_of_no_phases(tmp_path: Path) -> None:
    company = schedule("S-1", "start_date=2026-01-01", charges=["amount=1.00"])
    contracts = contracts_of(tmp_path, company_of(company))
    phases = phase_terms(contracts["phases"], contracts["subscriptions"], "on_completion")
    assert phases.empty
    assert phases["starts_on"].dtype == phases["ends_before"].dtype == "datetime64[s]"


PILOT = [
    "phase_name=Pilot, ends=MILESTONE, milestone_name=Roll-out, completion_date={}",
    "phase_name=Year 1, ends=DURATION, duration_months=12",
    "phase_name=After, ends=NEVER",
]


@pytest.mark.parametrize(
    ("completed", "as_of", "states"),
    [
        ("", "2026-02-01", ["RUNNING Roll-out", "WAITING Roll-out", "WAITING Roll-out"]),
        ("", "2026-01-14", ["SCHEDULED Roll-out", "WAITING Roll-out", "WAITING Roll-out"]),
        ("2026-03-10", "2026-03-09", ["RUNNING", "SCHEDULED", "SCHEDULED"]),
        ("2026-03-10", "2026-03-10", ["ENDED", "RUNNING", "SCHEDULED"]),
        ("2026-03-10", "2027-03-09", ["ENDED", "RUNNING", "SCHEDULED"]),
        ("2026-03-10", "2027-03-10", ["ENDED", "ENDED", "RUNNING"]),
    ],
)
def test_states_of_a_pilot(completed: str, as_of: str, states: list[str], tmp_path: Path) -> None:
    company = schedule(
        "S-1", "start_date=2026-01-15", phases=[one.format(completed) for one in PILOT],
        charges=["amount=12500.00, charge_type=ONE_TIME, phase_number=1"],
    )  # fmt: skip
    phases = bill(contracts_of(tmp_path, company_of(company)), as_of, empty_ledger()).phases
    assert (phases["state"] + " " + phases["waits_for"]).str.strip().tolist() == states
    billed = 1250000 if as_of >= "2026-01-15" else 0
    assert phases["billed_minor"].tolist() == [billed, 0, 0]


def test_a_phase_that_was_never_completed_ends_with_its_subscription(tmp_path: Path) -> None:
    company = schedule(
        "S-1", "start_date=2026-01-01, end_date=2026-06-30", phases=["ends=MILESTONE"],
        charges=["amount=100.00, phase_number=1"],
    )  # fmt: skip
    phases = bill(contracts_of(tmp_path, company_of(company)), "2026-12-31", empty_ledger()).phases
    assert phases["last_day"].tolist() == [pd.Timestamp("2026-06-30")]
    assert phases["state"].tolist() == ["ENDED"]
