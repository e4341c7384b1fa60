"""The workbook goes round: made, filled in by LibreOffice, loaded, corrected where refused, loaded."""

import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.utils import get_column_letter

from pipeline import cli
from tests.builders import Company, changed, joined, little_company, rows_of

NIGHT = "2026-04-30"
FAULTS = (
    "charges 2: milestone_billing=Y, amount=10000.005",  # finer than a cent
    "milestones 2: milestone_name=Kickoff",  # not in the lookup
    "milestones 3: percent=69.99, completion_date=03/04/2026",  # not 100; ambiguous
    "subscriptions 3: currency=USX",  # of the bystander
)


def command(folder: Path, *arguments: str) -> Result:
    """A command with a store of the folder's."""
    more = ["--store", f"sqlite:///{folder / 'store.db'}"]
    return CliRunner().invoke(cli.main, [*arguments, *more])


def loaded(folder: Path, path: Path, out: str) -> tuple[int, dict]:
    """`import` of a workbook: its exit status and what it says."""
    result = command(
        folder, "import", str(path), "--out", str(folder / out), "--quiet", "--json"
    )  # fmt: skip
    return result.exit_code, json.loads(result.stdout)


def keys_for(path: Path, company: Company) -> dict[tuple[str, str], str]:
    """What a person types who copies the company into the workbook, row by row; a text that must stay
    one, such as 03/04/2026, is typed with the apostrophe of spreadsheets."""
    book = openpyxl.load_workbook(path)
    keys = {}
    for table, rows in company.items():
        headings = headings_of(book, table)
        for number, row in enumerate(rows, 2):
            for heading, text in row.items():
                if text:
                    letter = get_column_letter(headings.index(heading) + 1)
                    keys[table, f"{letter}{number}"] = f"'{text}" if "/" in text else text
    return keys


def found(folder: Path, out: str) -> list[str]:
    """The codes of findings.csv."""
    lines = (folder / out / "findings.csv").read_text("utf-8").splitlines()[1:]
    return [line.split(",")[0] for line in lines]


@pytest.fixture
def company() -> Company:
    """The little company, one of whose numbers has leading zeros."""
    return joined(
        little_company(),
        {"customers": rows_of(
            "customer_number | customer_name | bill_to_account | bill_to_site",
            "007             | Zero          | 0010            | 0020",
        )},
    )  # fmt: skip


def test_made_filled_loaded_corrected_loaded(tmp_path: Path, type_into, company: Company) -> None:
    blank = tmp_path / "blank.xlsx"
    assert command(tmp_path, "template", str(blank)).exit_code == 0
    upload = type_into(blank, keys_for(blank, changed(company, *FAULTS)))

    status, said = loaded(tmp_path, upload, "first")
    rows = sum(map(len, company.values()))
    assert (status, said["rows_read"], said["rows_refused"]) == (3, rows, 8)
    codes = found(tmp_path, "first")
    assert set(codes) == {"VAL-05", "VAL-07", "TPL-09", "MIL-01", "REF-08", "HLD-01"}, codes

    rejected = tmp_path / "first/rejections.xlsx"
    book = openpyxl.load_workbook(rejected)
    assert book["milestones"]["A1"].value == "errors"
    corrections, coloured = right_cells(book, company)
    # a plan's total is told at its first milestone; which of them is wrong, nobody can know
    plan = {("milestones", f"{percent_letter(book)}{row}") for row in (2, 3)}
    assert set(corrections) - plan == coloured - plan
    assert coloured & plan and len(coloured) == 5
    corrected = type_into(rejected, corrections)
    assert loaded(tmp_path, corrected, "second") == (0, {
        "rows_read": 8, "rows_accepted": 8, "rows_refused": 0,
        "findings": {"error": 0, "warning": 0, "info": 0}, "folder": str(tmp_path / "second"),
    })  # fmt: skip

    to_date = tmp_path / "open.xlsx"
    made = command(tmp_path, "template", str(to_date), "--for", "milestones", "--json")
    assert json.loads(made.stdout)["open_milestones"] == 1
    dated = type_into(to_date, {("milestones", "K2"): "2026-04-17"})
    with zipfile.ZipFile(to_date) as parts:
        assert not [name for name in parts.namelist() if "vba" in name.lower()]
    assert loaded(tmp_path, dated, "third")[0] == 0
    night = command(tmp_path, "bill", "--as-of", NIGHT, "--json", "--quiet")
    assert json.loads(night.stdout)["billed"] == [
        {"business_unit": "East", "currency": "USD", "lines": 3, "amount": "10500.00"}
    ]


def right_cells(
    book: openpyxl.Workbook, company: Company
) -> tuple[dict[tuple[str, str], str], set[tuple[str, str]]]:
    """What is to be typed where a cell says something else than the company, and the coloured cells,
    each of which has a comment on its column."""
    right, coloured = {}, set()
    for table, rows in company.items():
        for line in book[table].iter_rows(min_row=2) if table in book.sheetnames else ():
            cells = dict(zip(headings_of(book, table), line, strict=True))
            keys = [name for name in ("subscription_number", "sequence") if name in cells]
            row = next(one for one in rows if all(one[key] == cells[key].value for key in keys))
            for heading, cell in cells.items():
                if heading in row and not says(cell.value, row[heading]):
                    right[table, cell.coordinate] = row[heading]
                if cell.fill.fgColor.rgb == "00FFC7CE":
                    assert cell.comment.text.startswith(heading)
                    coloured.add((table, cell.coordinate))
    return right, coloured


def says(value: str | None, text: str) -> bool:
    """Whether a cell says what the text does; a spreadsheet keeps of 500.00 the number."""
    return (value or "") == text or (bool(value) and text[-3:] == ".00" and text[:-3] == value)


def headings_of(book: openpyxl.Workbook, table: str) -> list[str]:
    """The headings of a sheet, without the mark of a must."""
    return [str(cell.value).rstrip("*") for cell in book[table][1]]


def percent_letter(book: openpyxl.Workbook) -> str:
    """The column of the milestones' percents."""
    return get_column_letter(headings_of(book, "milestones").index("percent") + 1)
