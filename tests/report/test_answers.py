"""The sheets Unanswered and Rejected: what they show, what they come to, and their checks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from pipeline.record import RunRecord
from pipeline.sent import SentBefore, sent_with_tonight
from pipeline.settings import Settings
from schemas.outputs import BillLines, RejectedLines, nothing_of
from tests.report.conftest import bill_line, build_record, controls_of, output_frame


class Tonight:
    """As much of a night's bills as is sent."""

    def __init__(self, lines: pd.DataFrame, resent: pd.DataFrame) -> None:
        self.lines, self.resent = lines, resent


AGAIN = [
    bill_line(91, 700_00, "Vision Operations", "USD", bill_date="2026-01-15",
              bill_line_id="S-00091:0001:M1"),
    bill_line(92, 3_000, "Vision Japan", "JPY", bill_date="2026-02-20",
              bill_line_id="S-00092:0001:M1"),
]  # fmt: skip
WAITS = bill_line(93, 55_00, "Vision Operations", "USD", bill_line_id="S-00093:0001:M1")


def rejected_of(line: dict[str, Any], because: str = "") -> dict[str, Any]:
    """A rejected line, sent again or waiting."""
    names = list(RejectedLines.to_schema().columns)
    told = {
        "message": "=Invalid site", "state": "WAITS" if because else "SENT AGAIN",
        "waits_because": because,
    }  # fmt: skip
    return {name: line.get(name) for name in names} | told


def before_tonight() -> SentBefore:
    """Earlier runs sent 10 lines: 6 invoiced, 3 rejected (the last of them waits), 1 unanswered."""
    unit, currency = "Vision Operations", "USD"
    old = bill_line(94, 12_00, unit, currency, bill_date="2025-12-01",
                    bill_line_id="S-00094:0001:M1")  # fmt: skip
    answers = pd.DataFrame(
        [
            [unit, currency, "INVOICED", "2026-01-01", 6, 600_00],
            [unit, currency, "REJECTED", "2026-01-15", 2, 755_00],
            ["Vision Japan", "JPY", "REJECTED", "2026-02-20", 1, 3_000],
            [unit, currency, "UNANSWERED", "2025-12-01", 1, 12_00],
        ],
        columns=["business_unit", "currency", "state", "bill_date", "lines", "amount_minor"],
    ).astype({"bill_date": "datetime64[s]"})
    sent = answers.groupby(["business_unit", "currency"])[["lines", "amount_minor"]].sum()
    unanswered = output_frame(BillLines, [old]).assign(run_id="2025-12-31-1")
    return SentBefore(sent.reset_index(), answers, unanswered)


def record_with_answers(rows: int = 10_000) -> RunRecord:
    """Tonight's six lines, two that are sent again, and one that waits."""
    settings = Settings(workbook_rows=rows)
    plain = build_record()
    resent = output_frame(BillLines, AGAIN)
    sent = sent_with_tonight(
        before_tonight(), Tonight(plain.bill_lines, resent), "2026-03-31-1", plain.as_of, rows  # type: ignore[arg-type]
    )  # fmt: skip
    return build_record(
        settings=settings, resent=resent, unanswered=sent.unanswered, sent_totals=sent.totals,
        rejected=output_frame(
            RejectedLines,
            [*map(rejected_of, AGAIN), rejected_of(WAITS, "subscription S-00093 is ON_HOLD")],
        ),
    )  # fmt: skip


@pytest.fixture
def record() -> RunRecord:
    """The record of the tests."""
    return record_with_answers()


def controls(record: RunRecord) -> pd.DataFrame:
    """What the files come to; the archives have the lines that are sent again too."""
    of_lines = controls_of(record)
    plain = of_lines[~of_lines["file"].str.startswith("ar/")]
    whole = controls_of(build_record(record.lines_for_receivables))
    archives = whole[whole["file"].str.startswith("ar/")]
    return pd.concat([plain, archives], ignore_index=True)


def rows_of(sheet: Any, first: int = 2) -> list[list]:
    """The values of a sheet's rows."""
    return [list(row) for row in sheet.iter_rows(min_row=first, values_only=True)]


def checked(book: Any) -> dict[tuple, list]:
    """The rows of the Checks by what, where, business unit and currency: the other values."""
    return {tuple(row[:4]): row[4:] for row in rows_of(book["Checks"], 6)}


Write = Callable[..., Path]


def test_unanswered(write: Write, record: RunRecord) -> None:
    book = openpyxl.load_workbook(write(record, controls(record)), data_only=True)
    heads, *rows = rows_of(book["Unanswered"], 1)
    assert heads == [
        "Bill line", "Business unit", "Customer", "Subscription", "Sent by run", "Bill date", "Days",
        "Currency", "Amount", "Current", "1-30", "31-60", "61-90", "Over 90",
    ]  # fmt: skip
    shown = [[row[0], row[4], row[6], *row[8:]] for row in rows[:4]]
    assert shown[:3] == [
        ["S-00094:0001:M1", "2025-12-31-1", 120, 12, None, None, None, None, 12],
        ["S-00091:0001:M1", "2026-03-31-1", 75, 700, None, None, None, 700, None],
        ["S-00092:0001:M1", "2026-03-31-1", 39, 3000, None, None, 3000, None, None],
    ]
    assert shown[3][3] == shown[3][4], "tonight's are current"
    assert sum(row[0] is not None and row[0].startswith("S-") for row in rows) == 9


def test_rejected(write: Write, record: RunRecord) -> None:
    book = openpyxl.load_workbook(write(record, controls(record)), data_only=True)
    rows = rows_of(book["Rejected"])[:3]
    assert [[row[0], row[6], row[7], row[8], row[9]] for row in rows] == [
        ["S-00091:0001:M1", 700, "SENT AGAIN", None, "=Invalid site"],
        ["S-00092:0001:M1", 3000, "SENT AGAIN", None, "=Invalid site"],
        ["S-00093:0001:M1", 55, "WAITS", "subscription S-00093 is ON_HOLD", "=Invalid site"],
    ]


def test_nothing_rejected_and_nothing_sent(write: Write) -> None:
    book = openpyxl.load_workbook(write(build_record()), data_only=True)
    assert "Rejected" not in book.sheetnames
    assert book["Unanswered"].tables["Unanswered"].ref == "A1:N2"
    assert rows_of(book["Unanswered"]) == []
    texts = [row[0] for row in book["Summary"].iter_rows(values_only=True)]
    assert "0 lines: none waits for an answer" in texts


def test_checks(write: Write, record: RunRecord) -> None:
    book = openpyxl.load_workbook(write(record, controls(record)), data_only=True)
    checks = checked(book)
    lines = "Sent less answered = unanswered, lines"
    usd, jpy = ("Vision Operations", "USD"), ("Vision Japan", "JPY")
    assert checks[lines, "Unanswered", *usd][:2] == [5, 5]
    assert checks[lines, "Unanswered", *jpy][:2] == [3, 3]
    archive = "ar/ArAutoinvoiceImport-Vision Operations.zip"
    assert checks["Ledger = file, lines", archive, *usd][:2] == [4, 4]
    assert checks["Ledger = file, lines", "bill_lines.csv", *usd][:2] == [3, 3]
    assert {values[3] for values in checks.values()} == {"OK"}


def test_a_line_that_is_missing_in_the_file_shows(write: Write, record: RunRecord) -> None:
    """As if what is sent again had been left out of the zip."""
    book = openpyxl.load_workbook(write(record, controls_of(record)), data_only=True)
    assert book["Checks"]["B3"].value == "ERROR"
    wrong = [key for key, values in checked(book).items() if values[3] != "OK"]
    assert {key[1][:3] for key in wrong} == {"ar/"}


def test_summary(write: Write, record: RunRecord) -> None:
    book = openpyxl.load_workbook(write(record, controls(record)), data_only=True)
    rows = rows_of(book["Summary"], 1)
    at = [row[0] for row in rows].index(
        "Sent to Receivables and unanswered, by days since the bill date"
    )
    assert rows[at + 2] == [
        "Currency", "Lines", "Current", "1-30", "31-60", "61-90", "Over 90", "Total",
    ]  # fmt: skip
    by_currency = {row[0]: row[1:] for row in rows[at + 3 : at + 5]}
    assert by_currency["JPY"][0] == 3 and by_currency["JPY"][3] == 3000
    assert by_currency["USD"][4:6] == [700, 12]
    assert rows[at + 5][0] == "3 rejected lines: 2 sent again tonight, 1 on hold: see Rejected"


@pytest.mark.parametrize("rows", [10_000, 2])
def test_recalculated(write: Write, calc: Callable[[Path, str], Path], rows: int) -> None:
    """LibreOffice comes to the same, where the sheets show all rows and where they are cut."""
    record = record_with_answers(rows)
    path = write(record, controls(record))
    stored = openpyxl.load_workbook(path, data_only=True)
    again = openpyxl.load_workbook(calc(path, "xlsx"), data_only=True)
    for tab in ("Summary", "Checks", "Unanswered", "Rejected"):
        for one, other in zip(stored[tab], again[tab], strict=False):
            for cell, computed in zip(one, other, strict=False):
                if isinstance(cell.value, int | float):
                    assert computed.value == pytest.approx(cell.value, abs=1e-9), (tab, cell)
    assert again["Checks"]["B3"].value == stored["Checks"]["B3"].value == "OK"
    if rows == 2:
        assert stored["Unanswered"]["A1"].value.startswith("Unanswered: the first 2 of 9 rows; ")


def test_no_line_was_ever_sent() -> None:
    empty = nothing_of(BillLines)
    nothing = SentBefore(
        empty[["business_unit", "currency", "amount_minor"]].assign(lines=0),
        empty[["business_unit", "currency", "bill_date", "amount_minor"]].assign(lines=0, state=""),
        empty.assign(run_id=""),
    )
    sent = sent_with_tonight(nothing, Tonight(empty, empty), "r", build_record().as_of, 10)  # type: ignore[arg-type]
    assert sent.unanswered.empty and sent.totals.empty
