"""recurring.cases, line by line: what each recurring charge comes to by its night."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline import money
from tests.builders import contracts_of
from tests.schedules import Contracts, bill_on, company_of, only_of, schedule

CASES_FILE = Path(__file__).with_name("recurring.cases")
TIMINGS = {"advance": "IN_ADVANCE", "arrears": "IN_ARREARS"}
SUBSCRIPTION_OF_CASE = "R-{:03d}"


@dataclass(frozen=True)
class Case:
    """A charge's terms, and below them its lines: `2026-01-01 to 2026-01-31 on 2026-01-01: 1.00`."""

    start: str
    end: str
    billing_day: str
    every: str
    timing: str
    price: str
    adjustment: str
    as_of: str
    why: str
    lines: list[str] = field(default_factory=list)


def read_cases(text: str) -> list[Case]:
    """The cases of the file, in order."""
    cases: list[Case] = []
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if not line.startswith("= "):
            cases.append(Case(*(cell.strip() for cell in line.split("|"))))
        elif line != "= nothing":
            cases[-1].lines.append(line.removeprefix("= "))
    return cases


CASES = read_cases(CASES_FILE.read_text("utf-8"))


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Contracts:
    """All cases in one inbox, each with a subscription of its own."""
    schedules = [
        schedule(
            SUBSCRIPTION_OF_CASE.format(number),
            f"currency={case.price.split()[0]}, start_date={case.start}, end_date={case.end}, "
            f"billing_day={case.billing_day}",
            charges=[
                f"amount={case.price.split()[1]}, billing_frequency={case.every}, "
                f"billing_timing={TIMINGS[case.timing]}, price_adjustment_percent={case.adjustment}"
            ],
        )
        for number, case in enumerate(CASES)
    ]
    return contracts_of(tmp_path_factory.mktemp("recurring"), company_of(*schedules))


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(CASES)), ids=[f"{case.start} {case.why}" for case in CASES]
)
def test_a_case_comes_out(number: int, case: Case, contracts: Contracts) -> None:
    subscription = SUBSCRIPTION_OF_CASE.format(number)
    lines, _ = bill_on(only_of(contracts, subscription), case.as_of)
    assert lines["line_number"].eq("1").all()
    assert lines["kind"].eq("RECURRING").all()
    exponents = money.exponents_of(lines["currency"])
    amounts = money.as_text(lines["amount_minor"], exponents).to_pylist()
    assert [
        f"{row.service_start:%Y-%m-%d} to {row.service_end:%Y-%m-%d} "
        f"on {row.bill_date:%Y-%m-%d}: {amount}"
        for row, amount in zip(lines.itertuples(), amounts, strict=True)
    ] == case.lines
    first_days = [line.split()[0] for line in case.lines]
    assert lines["bill_line_id"].tolist() == [f"{subscription}:10:{day}" for day in first_days]


def test_there_are_near_misses() -> None:
    assert len(CASES) >= 60
    assert sum("near miss" in case.why or "day before" in case.why for case in CASES) >= 15
