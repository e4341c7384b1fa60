"""A night that fails a proof posts nothing: each proof broken once, and just not broken."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import pipeline.tonight
from pipeline.bill import Bills
from pipeline.cli import main
from pipeline.post.proofs import broken_bill_proofs
from tests.builders import bill, contracts_of, little_company, write_inbox


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The little company's."""
    return contracts_of(tmp_path_factory.mktemp("contracts"), little_company())


@pytest.fixture(scope="module")
def bills(contracts: dict[str, pd.DataFrame]) -> Bills:
    """Their night: 3,000.00 of S-1, and S-2's 500.00."""
    return bill(contracts, "2026-03-31")


def test_a_sound_night(bills: Bills) -> None:
    assert broken_bill_proofs(bills) == []


def test_a_night_without_lines(contracts: dict[str, pd.DataFrame]) -> None:
    assert broken_bill_proofs(bill(contracts, "2025-12-31")) == []


@pytest.mark.parametrize(
    "column",
    ["price_minor", "billed_before_minor", "withheld_minor", "unbilled_minor"],
)
@pytest.mark.parametrize("step", [1, -1])
def test_a_minor_unit_astray(bills: Bills, column: str, step: int) -> None:
    wrong = bills.charges[column] + [step, 0]
    broken = broken_bill_proofs(replace(bills, charges=bills.charges.assign(**{column: wrong})))
    assert broken == ["the price of charge S-1:10 is not the sum of its parts"]


def changed_lines(bills: Bills, change: Callable[[pd.DataFrame], pd.DataFrame]) -> list[str]:
    """The proofs that fail when the lines are changed."""
    return broken_bill_proofs(replace(bills, lines=change(bills.lines)))


def test_a_line_that_is_missing(bills: Bills) -> None:
    assert changed_lines(bills, lambda lines: lines.iloc[1:]) == [
        "the lines of charge S-1:10 are not what it bills tonight"
    ]


def test_a_line_of_another_amount(bills: Bills) -> None:
    def less(lines: pd.DataFrame) -> pd.DataFrame:
        return lines.assign(amount_minor=lines["amount_minor"] - [0, 1])

    assert changed_lines(bills, less) == [
        "the lines of charge S-2:10 are not what it bills tonight"
    ]


def test_amounts_that_cancel_out(bills: Bills) -> None:
    """The night's total is right; the charges are not."""

    def swapped(lines: pd.DataFrame) -> pd.DataFrame:
        return lines.assign(amount_minor=lines["amount_minor"] + [5, -5])

    assert len(changed_lines(bills, swapped)) == 2


def test_a_line_of_a_charge_that_is_not_there(bills: Bills) -> None:
    def strange(lines: pd.DataFrame) -> pd.DataFrame:
        return lines.assign(charge_number=["10", "99"])

    assert changed_lines(bills, strange) == [
        "the lines of charge S-2:10 are not what it bills tonight",
        "the lines of charge S-2:99 are not what it bills tonight",
    ]


def test_a_line_of_nothing(bills: Bills) -> None:
    empty = bills.lines.iloc[[0]].assign(bill_line_id="S-1:10:M9", what="M9", amount_minor=0)

    def more(lines: pd.DataFrame) -> pd.DataFrame:
        return pd.concat([lines, empty], ignore_index=True)

    assert changed_lines(bills, more) == ["line S-1:10:M9 has no amount"]


@pytest.mark.usefixtures("computed_here")
def test_a_failing_proof_refuses_the_night(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 4, a sentence, no run, no file: billing is made to lose a minor unit."""

    def astray(*given: Any) -> Bills:
        bills = compute(*given)
        lost = bills.charges["unbilled_minor"] + 1
        return replace(bills, charges=bills.charges.assign(unbilled_minor=lost))

    compute = pipeline.tonight.compute_bills
    monkeypatch.setattr(pipeline.tonight, "compute_bills", astray)
    inbox = write_inbox(tmp_path / "inbox", little_company())
    given = ["run", str(inbox), "--as-of", "2026-03-31", "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, [*given, "--store", store_url])
    assert done.exit_code == 4
    assert done.stdout == ""
    assert done.stderr.startswith("milestone-billing: a proof fails, so nothing is posted: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()
    assert CliRunner().invoke(main, ["history", "--store", store_url]).stdout == "no run yet\n"
    monkeypatch.undo()
    assert CliRunner().invoke(main, [*given, "--store", store_url, "--dry-run"]).exit_code == 0
