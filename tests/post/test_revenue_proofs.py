"""The proofs of revenue: each broken once by a minor unit, and the refusal of a whole night."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import pipeline.tonight
from pipeline.books import Books, keep_books
from pipeline.cli import main
from pipeline.post.proofs import broken_proofs, broken_revenue_proofs
from pipeline.recognise import Revenue, compute_revenue
from pipeline.settings import Settings
from schemas.outputs import OutputTable, RevenueEvents, RevenueLines, dtypes_of
from tests.builders import bill, contracts_of, little_company, write_inbox

Night = tuple[Any, Revenue, Books]
AS_OF = datetime.date(2026, 3, 31)


def nothing(model: type[OutputTable]) -> pd.DataFrame:
    """A ledger table of nights that posted nothing."""
    return pd.DataFrame(columns=list(dtypes_of(model))).astype(dtypes_of(model))


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The little company's night: fees of 10,000.00 and of 500.00 recognised at once."""
    contracts = contracts_of(tmp_path_factory.mktemp("night"), little_company())
    bills = bill(contracts, AS_OF.isoformat())
    revenue = compute_revenue(
        bills, nothing(RevenueEvents), nothing(RevenueLines), AS_OF, Settings()
    )
    months = pd.DataFrame(
        {"subscription_number": [], "accounting_date": [], "billed_minor": [],
         "recognised_minor": []}
    ).astype({"subscription_number": "str", "accounting_date": "datetime64[s]",
              "billed_minor": "int64", "recognised_minor": "int64"})  # fmt: skip
    return bills, revenue, keep_books("R-1", AS_OF, bills, revenue, months, Settings())


def test_a_sound_night(night: Night) -> None:
    assert len(night[1].events) == 2
    assert broken_proofs(*night) == []


@pytest.mark.parametrize(
    "column",
    ["allocated_minor", "recognised_before_minor", "recognised_tonight_minor", "remaining_minor"],
)
def test_a_minor_unit_astray(night: Night, column: str) -> None:
    _, revenue, books = night
    wrong = revenue.balances.assign(**{column: revenue.balances[column] + [1, 0]})
    broken = broken_revenue_proofs(replace(revenue, balances=wrong), books.positions)
    assert broken[0] == (
        "the allocated revenue of charge S-1:10 is not what is recognised and what remains"
    )


def test_an_allocation_that_is_not_the_price(night: Night) -> None:
    _, revenue, books = night
    wrong = revenue.balances.assign(total_minor=revenue.balances["total_minor"] - [0, 1])
    assert broken_revenue_proofs(replace(revenue, balances=wrong), books.positions) == [
        "the allocated revenue of contract S-2 is not its price"
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda events: events.iloc[1:], "the events of charge S-1:10"),
        (lambda events: events.assign(amount_minor=events["amount_minor"] - [0, 1]),
         "the events of charge S-2:10"),
        (lambda events: events.assign(charge_number=["10", "99"]), "the events of charge S-2:10"),
    ],
    ids=["missing", "another amount", "another charge"],
)  # fmt: skip
def test_events_that_are_not_the_charge(
    night: Night, change: Callable[[pd.DataFrame], pd.DataFrame], told: str
) -> None:
    _, revenue, books = night
    changed = replace(revenue, events=change(revenue.events))
    assert broken_revenue_proofs(changed, books.positions)[0].startswith(told)


@pytest.mark.parametrize("column", ["liability_minor", "asset_minor", "billed_minor"])
def test_a_position_that_is_not_the_difference(night: Night, column: str) -> None:
    _, revenue, books = night
    wrong = books.positions.assign(**{column: books.positions[column] + [0, 1]})
    assert broken_revenue_proofs(revenue, wrong) == [
        "contract S-2 shows another liability or asset than it has"
    ]


def test_a_journal_that_is_not_the_ledger(night: Night) -> None:
    bills, revenue, books = night
    assert broken_proofs(bills, revenue, replace(books, journal=books.journal.iloc[:-1]))


@pytest.mark.usefixtures("computed_here")
def test_a_failing_proof_refuses_the_night(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 4, a sentence, no run, no file: recognition is made to lose a minor unit.
    (test_proofs.py has both databases refuse a night.)"""

    def astray(*given: Any) -> Revenue:
        revenue = compute(*given)
        lost = revenue.balances["remaining_minor"] + 1
        return replace(revenue, balances=revenue.balances.assign(remaining_minor=lost))

    compute = pipeline.tonight.compute_revenue
    monkeypatch.setattr(pipeline.tonight, "compute_revenue", astray)
    inbox = write_inbox(tmp_path / "inbox", little_company())
    given = ["run", str(inbox), "--as-of", "2026-03-31", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, [*given, "--store", sqlite_url])
    assert done.exit_code == 4
    assert done.stderr.startswith("milestone-billing: a proof fails, so nothing is posted: ")
    assert not (tmp_path / "out").exists()
    monkeypatch.undo()
    assert CliRunner().invoke(main, ["history", "--store", sqlite_url]).stdout == "no run yet\n"
    assert CliRunner().invoke(main, [*given, "--store", sqlite_url, "--dry-run"]).exit_code == 0
