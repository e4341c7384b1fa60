"""What a command says: every figure right, every line told, findings with their address."""

import json

import pandas as pd
import pytest

from pipeline.findings import ERROR, INFO, WARNING, no_findings
from pipeline.screen import (
    as_json,
    finding_words,
    findings_count,
    history_account,
    history_words,
    upload_words,
)  # fmt: skip


def findings(*rows: tuple) -> pd.DataFrame:
    """Findings of code, severity, file, sheet, row, column, value, message."""
    blank = no_findings()
    return pd.DataFrame(rows, columns=blank.columns).astype(blank.dtypes) if rows else blank


def finding(code: str, severity: str, row: int = 2) -> tuple:
    """A finding in a sheet."""
    return (code, severity, "book.xlsx", "milestones", row, "percent", "x", "mend it")


def test_errors_come_first() -> None:
    told = finding_words(
        findings(
            finding("A", INFO), finding("B", ERROR), finding("C", WARNING), finding("D", ERROR)
        )
    )
    assert [line.split()[1] for line in told] == ["B", "D", "C", "A"]
    assert told[0] == "  error   B  book.xlsx, milestones, row 2, percent: mend it"


@pytest.mark.parametrize(("count", "last"), [(20, "A19"), (21, "… and 1 more"), (0, "")])
def test_only_the_first_are_shown(count: int, last: str) -> None:
    told = finding_words(findings(*(finding(f"A{number}", ERROR) for number in range(count))))
    assert len(told) == min(count, 20) + (count > 20)
    assert not told or last in told[-1]


def test_a_finding_without_a_place() -> None:
    told = finding_words(findings(("A", ERROR, "", "", 0, "", "", "mend it")))
    assert told == ["  error   A  upload: mend it"]


def test_counts() -> None:
    found = findings(finding("A", ERROR), finding("A", ERROR), finding("B", INFO))
    assert findings_count(found) == {ERROR: 2, WARNING: 0, INFO: 1}
    assert findings_count(no_findings()) == {ERROR: 0, WARNING: 0, INFO: 0}


def test_no_upload() -> None:
    files = pd.DataFrame({"rows_read": [], "rows_refused": []})
    assert upload_words(files, no_findings()) == ["  rows      no upload", "  findings  none"]


def test_history_of_nothing() -> None:
    totals = pd.DataFrame(
        {"run_number": [], "currency": [], "lines": [], "amount_minor": []}
    ).astype({"currency": "str", "amount_minor": "int64"})
    assert history_account([], totals, totals, totals) == []
    assert history_words([]) == "no run yet"


def test_json_keeps_letters_and_figures() -> None:
    assert json.loads(as_json({"unit": "Größe", "amount": "9999999999999.99"})) == {
        "unit": "Größe", "amount": "9999999999999.99",
    }  # fmt: skip
    assert "Größe" in as_json({"unit": "Größe"})
