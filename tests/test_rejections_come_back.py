"""A night with many kinds of faults: its counts agree everywhere, and what it refused comes back."""

import csv
import json
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from pipeline import cli
from tests.builders import changed, little_company, write_inbox

NIGHT = "2026-03-31"
MARKED = "00FFC7CE"
FAULTS = (
    "customers 4: customer_number=K-3, customer_name=Cobb, bill_to_account=-1, bill_to_site=2003",
    "products 3: sales_product_type=Subscription",
    "products 5: product_code=SPARE, description=Twice, sales_product_type=COVERAGE",
    "template_milestones 3: percent=seventy",
    "charges 2: amount=10000.005",
    "milestones 2: completion_date=03/04/2026, milestone_name=Kickoff",
    "milestones 3: percent=69.99",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """CSV files and a workbook, whose night has been run into `out`."""
    folder = tmp_path_factory.mktemp("night")
    company = changed(little_company(), *FAULTS)
    inbox = write_inbox(folder / "inbox", {k: v for k, v in company.items() if k != "milestones"})
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Milestones"
    headings = list(company["milestones"][0])
    sheet.append(["Plans of the little company"])
    sheet.append([name.replace("_", " ").title() + "*" * (name[-1] == "r") for name in headings])
    for row in company["milestones"]:
        sheet.append([row[name] or None for name in headings])
    book.create_sheet("Notes").append(["a sheet of their own"])
    book.create_sheet("charges~2").append(["no", "heading", "known"])
    book.save(inbox / "plans.xlsx")
    (inbox / "broken.xlsx").write_bytes(b"PK, but no workbook")
    (inbox / "read me.txt").write_text("not read")
    return folder


def command(folder: Path, *arguments: str) -> tuple[int, dict]:
    """A command with the folder's store: its exit status and what it says."""
    store = ["--store", f"sqlite:///{folder / 'store.db'}", "--json"]
    result = CliRunner().invoke(cli.main, [*arguments, *store, "--quiet"])
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture(scope="module")
def said(folder: Path) -> dict:
    """What the night said."""
    arguments = ["run", str(folder / "inbox"), "--as-of", NIGHT, "--out", str(folder / "out")]
    status, account = command(folder, *arguments)
    assert status == 3
    return account


@pytest.fixture(scope="module")
def findings(said: dict) -> list[dict[str, str]]:
    """The rows of findings.csv."""
    with (Path(said["folder"]) / "findings.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rejections(said: dict) -> openpyxl.Workbook:
    """The rejections workbook."""
    return openpyxl.load_workbook(Path(said["folder"]) / "rejections.xlsx")


def corrections_of(book: openpyxl.Workbook) -> dict[str, list]:
    """The sheets to correct, with the rows below their headings."""
    ours = ("errors_by_code", "refusals")
    return {
        sheet.title: list(sheet.iter_rows(min_row=2)) for sheet in book if sheet.title not in ours
    }


def test_the_faults_are_of_many_kinds(findings: list[dict[str, str]]) -> None:
    codes = {row["code"] for row in findings if row["severity"] == "error"}
    assert codes >= {"FIL-01", "COL-04", "KEY-01", "VAL-02", "VAL-03", "VAL-04", "VAL-05", "VAL-07"}
    assert codes >= {"TPL-09", "MIL-01"}


def test_counts_agree_everywhere(
    said: dict, findings: list[dict[str, str]], rejections: openpyxl.Workbook
) -> None:
    manifest = json.loads((Path(said["folder"]) / "manifest.json").read_text("utf-8"))
    severities = Counter(row["severity"] for row in findings)
    assert said["findings"] == dict(severities) == manifest["counts"]["findings"]

    refusing = [row for row in findings if row["severity"] == "error" or row["code"] == "HLD-01"]
    codes = Counter(row["code"] for row in refusing)
    by_code = list(rejections["errors_by_code"].iter_rows(min_row=2, values_only=True))
    assert {code: count for code, count, _, _ in by_code} == codes
    listed = list(rejections["refusals"].iter_rows(values_only=True))
    heads = next(at for at, row in enumerate(listed) if row[0] == "file" and row[1] == "sheet")
    assert Counter(row[5] for row in listed[heads + 1 :]) == codes

    # rows: a table's row has an error of its own, or is held back; a sheet without rows has neither
    of_rows = {(r["file"], r["sheet"], r["row"]) for r in refusing if r["row"]}
    by_file = Counter(file for file, _, _ in of_rows)
    refused = said["rows_refused"]
    assert len(of_rows) == refused == manifest["counts"]["refused_rows"]
    assert sum(map(len, corrections_of(rejections).values())) == refused
    inputs = {one["file"]: one["rows_refused"] for one in manifest["inputs"]}
    assert {file: count for file, count in inputs.items() if count} == dict(by_file)
    told = {row[0]: row[1] for row in listed[1 : heads - 1] if row[0]}
    assert told == dict(by_file)
    assert sum(inputs.values()) == refused
    workbook = openpyxl.load_workbook(Path(said["folder"]) / "workbook.xlsx", read_only=True)
    shown = [set(row) & set(codes) for row in workbook["Findings"].iter_rows(values_only=True)]
    assert Counter(code for found in shown for code in found) == codes


def test_every_fault_of_a_cell_is_coloured_with_a_comment(
    findings: list[dict[str, str]], rejections: openpyxl.Workbook
) -> None:
    columns = Counter(
        row["column"] for row in findings if row["severity"] == "error" and row["row"]
    )
    marked = Counter(
        cell.comment.text.partition(":")[0]
        for rows in corrections_of(rejections).values()
        for row in rows
        for cell in row
        if cell.fill.fgColor.rgb == MARKED
    )
    assert marked == columns


def test_corrected_in_place_it_loads(
    folder: Path, said: dict, rejections: openpyxl.Workbook
) -> None:
    """Errors stay where they are: nobody deletes a column or a sheet."""
    right = {
        "-1": "1003", "Subscription": "SUBSCRIPTION", "seventy": "70", "10000.005": "10000.00",
        "03/04/2026": "2026-03-10", "Kickoff": "Kick-off", "69.99": "70", "COVERAGE": "SUBSCRIPTION",
        "Twice": "Training",
    }  # fmt: skip
    for rows in corrections_of(rejections).values():
        for row in rows:
            for cell in row[1:]:
                cell.value = right.get(cell.value, cell.value)
    rejections.save(folder / "rejections.xlsx")
    status, again = command(
        folder, "import", str(folder / "rejections.xlsx"), "--out", str(folder / "again")
    )
    assert (status, again["findings"]["error"], again["findings"]["warning"]) == (0, 0, 0)
    assert (again["rows_read"], again["rows_refused"]) == (said["rows_refused"], 0)
