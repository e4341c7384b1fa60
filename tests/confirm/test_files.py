"""Answers as CSV, as workbooks that openpyxl saved, and as folders of both; odd sheets and headings."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook

from pipeline.cli import main
from pipeline.confirm import Judged
from pipeline.read import read_inputs
from tests.confirm.conftest import FIRST_ANSWERS, Stages, file_of, judge
from tests.desk import Desk

ATTRIBUTES = [f"INTERFACE_LINE_ATTRIBUTE{number}" for number in (1, 2, 3, 4)]
BY_ID: list[list[Any]] = [
    ["bill_line_id", "transaction_number", "transaction_date", "message"],
    ["S-1:10:M1", None, None, "Invalid site"],
    ["S-2:10:FEE", 10045, datetime.datetime(2026, 4, 1), None],
]
BY_PARTS: list[list[Any]] = [
    [*ATTRIBUTES, "transaction_number", "transaction_date", "message"],
    ["S-1", 10, "M1", 0, None, None, "Invalid site"],
    ["S-2", "10", "FEE", "0", "10045", "2026-04-01", None],
]


def save(path: Path, **sheets: list[list[Any]]) -> Path:
    """A workbook with these rows in its sheets."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def kept(judged: Judged) -> list[tuple]:
    """The answers, but for where they came from."""
    return [
        (row.bill_line_id, row.answer, row.transaction_number, str(row.transaction_date)[:10])
        for row in judged.answers.fillna({"transaction_number": ""}).itertuples()
    ]


EXPECTED = [
    ("S-1:10:M1", "REJECTED", "", "NaT"),
    ("S-2:10:FEE", "INVOICED", "10045", "2026-04-01"),
]


@pytest.mark.parametrize("rows", [BY_ID, BY_PARTS], ids=["by id", "by parts"])
@pytest.mark.parametrize("title", ["Sheet1", "AutoInvoice 7", "confirmations", "milestones"])
def test_a_workbook(stages: Stages, tmp_path: Path, rows: list[list[Any]], title: str) -> None:
    """Whatever its sheet is called, that of a table too."""
    judged = judge(save(tmp_path / "a.xlsx", **{title: rows}), stages.sent)
    assert kept(judged) == EXPECTED
    assert judged.findings.empty
    assert judged.answers["sheet"].tolist() == [title, title]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_file(stages: Stages, tmp_path: Path, mark: bytes, delimiter: str) -> None:
    path = tmp_path / "report of 1 April.csv"
    path.write_bytes(mark + FIRST_ANSWERS.replace(",", delimiter).encode())
    judged = judge(path, stages.sent)
    assert kept(judged) == EXPECTED
    assert judged.findings.empty


def test_a_folder(stages: Stages, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("bill_line_id,message\nS-1:10:M1,Invalid site\n", "utf-8")
    save(tmp_path / "b.xlsx", Sheet1=[BY_ID[0], BY_ID[2]])
    judged = judge(tmp_path, stages.sent)
    assert kept(judged) == EXPECTED
    assert judged.files["rows_accepted"].tolist() == [1, 1]


def test_a_title_above_and_columns_beside(stages: Stages, tmp_path: Path) -> None:
    rows = [["AutoInvoice Execution Report"], [], *([*row, "more"] for row in BY_ID)]
    judged = judge(save(tmp_path / "a.xlsx", Report=rows), stages.sent)
    assert kept(judged) == EXPECTED
    assert judged.findings[["code", "severity", "column"]].to_numpy().tolist() == [
        ["COL-01", "warning", "more"]
    ]
    assert judged.answers["row"].tolist() == [4, 5]


def test_a_sheet_without_answers_beside_one_with(stages: Stages, tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", Cover=[["Printed by", "AR"]], Lines=BY_ID, Empty=[])
    judged = judge(path, stages.sent)
    assert kept(judged) == EXPECTED
    assert judged.findings[["code", "severity", "sheet"]].to_numpy().tolist() == [
        ["COL-04", "warning", "Cover"]
    ]


@pytest.mark.parametrize(
    "heading", [["Line", "Number"], ["answer", "message"], ["INTERFACE_LINE_ATTRIBUTE5", "message"]]
)
def test_no_line_is_named(stages: Stages, tmp_path: Path, heading: list[str]) -> None:
    """A file that is read by nobody is an error, not a clean nothing."""
    judged = judge(save(tmp_path / "a.xlsx", Lines=[heading, ["S-1", "x"]]), stages.sent)
    assert judged.findings[["code", "severity"]].to_numpy().tolist() == [["COL-04", "error"]]
    assert "bill_line_id" in judged.findings["message"].iloc[0]


def test_a_key_that_is_given_twice(stages: Stages, tmp_path: Path) -> None:
    rows = [["subscription_number", *ATTRIBUTES, "message"], ["S-1", "S-1", "10", "M1", "0", "x"]]
    judged = judge(save(tmp_path / "a.xlsx", Lines=rows), stages.sent)
    assert judged.findings["code"].tolist() == ["COL-03"]
    assert judged.answers.empty


def test_our_own_bill_lines_with_two_columns_added(
    stages: Stages, first_night: Desk, tmp_path: Path
) -> None:
    """Who fills in bill_lines.csv by hand is told what is not read, and understood."""
    lines = next(first_night.out.glob("*/bill_lines.csv")).read_text("utf-8")
    head, first, *_ = lines.splitlines()
    path = tmp_path / "bill_lines.csv"
    path.write_text(f"{head},transaction_number\n{first},77\n", "utf-8")
    judged = judge(path, stages.sent)
    assert kept(judged) == [("S-1:10:M1", "INVOICED", "77", "NaT")]
    assert set(judged.findings["code"]) == {"COL-01"}
    assert set(judged.findings["severity"]) == {"warning"}


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xlsx", b"no workbook", "FIL-01"),
        ("a.csv", b"", "FIL-01"),
        ("a.csv", b"bill_line_id,message\n\xff\xfe\xfd", "FIL-01"),
        ("a.csv", b"bill_line_id,message\n", "FIL-05"),
        ("a.pdf", b"%PDF", "FIL-02"),
    ],
)
def test_files_that_can_not_be_read(
    stages: Stages, tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    (tmp_path / name).write_bytes(data)
    judged = judge(tmp_path / name, stages.sent)
    assert code in judged.findings["code"].tolist()
    assert judged.answers.empty


def test_in_an_inbox_answers_are_no_table(tmp_path: Path) -> None:
    save(tmp_path / "a.xlsx", confirmations=BY_ID)
    (tmp_path / "confirmations.csv").write_text(FIRST_ANSWERS, "utf-8")
    inputs = read_inputs(tmp_path)
    assert inputs.sheets == ()
    assert inputs.findings["code"].tolist() == ["FIL-03", "FIL-02"]


# The command


def invoke(*arguments: object) -> Result:
    """The command, which ends without a trace."""
    done = CliRunner().invoke(main, ["confirm", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    return done


@pytest.fixture
def store(stages: Stages, tmp_path: Path) -> str:
    """A copy of the store after the first night."""
    path = tmp_path / "store.db"
    path.write_bytes(file_of(stages.sent).read_bytes())
    return f"sqlite:///{path}"


def test_refused_rows_are_corrected_in_place(stages: Stages, store: str, tmp_path: Path) -> None:
    wrong = [*BY_PARTS[:2], ["S-2", "10", "FEES", "0", "10045", "2026-04-01", None]]
    first, out = save(tmp_path / "a.xlsx", Lines=wrong), tmp_path / "out"
    done = invoke(first, "--store", store, "--out", out)
    assert done.exit_code == 3
    assert "0 invoiced, 1 rejected" in done.stdout
    book = load_workbook(out / "rejections.xlsx")
    sheet = book["confirmations"]
    headings = [cell.value for cell in sheet[1]]
    what = sheet.cell(2, headings.index("INTERFACE_LINE_ATTRIBUTE3") + 1)
    assert (sheet.max_row, what.value) == (2, "FEES")
    assert "there is no bill line S-2:10:FEES" in sheet.cell(2, headings.index("errors") + 1).value
    what.value = "FEE"
    book.save(tmp_path / "corrected.xlsx")
    done = invoke(tmp_path / "corrected.xlsx", "--store", store, "--out", out)
    assert (done.exit_code, "1 invoiced, 0 rejected" in done.stdout) == (0, True)
    assert not (out / "rejections.xlsx").exists()
    assert (out / "findings.csv").read_text("utf-8").count("\n") == 1


@pytest.mark.parametrize("given", ["no.csv", "no-folder/"])
def test_no_such_file(store: str, tmp_path: Path, given: str) -> None:
    done = invoke(tmp_path / given, "--store", store, "--out", tmp_path / "out")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1


def test_no_store_yet(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FIRST_ANSWERS, "utf-8")
    done = invoke(tmp_path / "a.csv", "--store", f"sqlite:///{tmp_path / 'no.db'}")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no store" in done.stderr
    assert not (tmp_path / "no.db").exists()


def test_json(store: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(FIRST_ANSWERS, "utf-8")
    arguments = (tmp_path / "a.csv", "--store", store, "--out", tmp_path / "out", "--json")
    done = invoke(*arguments, "--quiet")
    assert '"invoiced": 1' in done.stdout and '"told_before": 0' in done.stdout
    assert '"told_before": 2' in invoke(*arguments).stdout
