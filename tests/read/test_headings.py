"""Headings: where they stand, which are unknown, missing or given twice."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from pipeline.read import Inputs, read_inputs

HEADINGS = ["lookup_type", "code", "meaning", "enabled"]
ROW = ["MILESTONE_NAME", "Go live", "x", "Y"]


def read(tmp_path: Path, rows: list[list[Any]], merged: tuple[str, ...] = ()) -> Inputs:
    book = Workbook()
    book.active.title = "lookups"
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            book.active.cell(number, place, value)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(tmp_path / "a.xlsx")
    return read_inputs(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("rows", "merged", "heading_row", "kept"),
    [
        pytest.param([HEADINGS, ROW], (), 1, [2], id="first row"),
        pytest.param([["Lookups"], [], HEADINGS, ROW], (), 3, [4], id="title"),
        pytest.param([["Code"], HEADINGS, ROW], (), 2, [3], id="title like a heading"),
        pytest.param([["Lookups"], HEADINGS, ROW], ("A1:D1",), 2, [3], id="merged title"),
        pytest.param([[*HEADINGS, None], ROW], ("D1:E1",), 1, [2], id="merged over columns"),
        pytest.param(
            [HEADINGS, [], ROW], ("A1:A2", "B1:B2", "C1:C2", "D1:D2"), 1, [3], id="over rows"
        ),
        pytest.param(
            [["lookup_type", "code", "What"], [None, None, "meaning", "enabled"], ROW],
            ("A1:A2", "B1:B2", "C1:D1"), 2, [3], id="two-storeyed",
        ),
        pytest.param([HEADINGS, [], [" ", None], ROW, ["\u00a0"]], (), 1, [4], id="blank rows"),
        pytest.param([[]] * 29 + [HEADINGS, ROW], (), 30, [31], id="thirtieth row"),
        pytest.param([["", *HEADINGS], ["", *ROW]], (), 1, [2], id="begins in column B"),
        pytest.param([HEADINGS, ROW, HEADINGS, ROW], (), 1, [2, 4], id="headings again"),
    ],
)  # fmt: skip
def test_heading_row(
    tmp_path: Path,
    rows: list[list[Any]],
    merged: tuple[str, ...],
    heading_row: int,
    kept: list[int],
) -> None:
    inputs = read(tmp_path, rows, merged)
    (sheet,) = inputs.sheets
    assert sheet.heading_row == heading_row
    assert sheet.rows.tolist() == kept
    assert [column for column in sheet.columns if column] == HEADINGS
    assert set(inputs.findings["severity"]) <= {"info"}


def test_headings_too_far_down_are_not_found(tmp_path: Path) -> None:
    inputs = read(tmp_path, [["x"]] * 30 + [HEADINGS, ROW])
    assert inputs.findings[["code", "severity"]].to_numpy().tolist() == [["COL-04", "error"]]
    assert "lookup_type, code" in inputs.findings["message"][0]
    assert not inputs.sheets


def test_no_key_column_means_no_headings(tmp_path: Path) -> None:
    inputs = read(tmp_path, [["meaning", "enabled"], ["x", "Y"]])
    assert inputs.findings["code"].tolist() == ["COL-04"]


def test_unknown_and_missing_columns(tmp_path: Path) -> None:
    inputs = read(
        tmp_path,
        [["Cod", "", "lookup_type", None, "errors", "ENABLD*"], ["a", "b", "c", None, "e"]],
    )
    (sheet,) = inputs.sheets
    assert sheet.columns == (None, None, "lookup_type", None, None, None)
    assert sheet.headings == ("Cod", "", "lookup_type", "", "errors", "ENABLD*")
    found = inputs.findings[["code", "severity", "row", "column"]].to_numpy().tolist()
    assert found == [
        ["COL-01", "warning", 1, "B"],
        ["COL-01", "warning", 1, "Cod"],
        ["COL-01", "warning", 1, "ENABLD*"],
        ["COL-02", "warning", 1, "code"],
    ]
    assert "rename it to enabled" in inputs.findings["message"][2]


@pytest.mark.parametrize("second", ["code", "Code *", " C O D E "])
def test_a_heading_twice_refuses_the_sheet(tmp_path: Path, second: str) -> None:
    inputs = read(tmp_path, [["lookup_type", "code", second], ["a", "b", "c"]])
    assert not inputs.sheets
    assert inputs.findings[["code", "severity", "column"]].to_numpy().tolist() == [
        ["COL-03", "error", second.strip()]
    ]
    assert inputs.files["rows_read"].tolist() == [0]


def test_unknown_headings_may_repeat(tmp_path: Path) -> None:
    inputs = read(tmp_path, [[*HEADINGS, "note", "note"], [*ROW, "x", "y"]])
    assert len(inputs.sheets) == 1
    assert inputs.findings["code"].tolist() == ["COL-01", "COL-01"]


def test_data_above_the_headings_is_a_warning(tmp_path: Path) -> None:
    inputs = read(tmp_path, [["Lookups", "of 2026"], ROW, HEADINGS, ROW])
    assert inputs.sheets[0].rows.tolist() == [4]
    found = inputs.findings[["code", "severity", "row"]].to_numpy().tolist()
    assert found == [["COL-06", "warning", 1]]


def test_a_title_above_the_headings_is_none(tmp_path: Path) -> None:
    inputs = read(tmp_path, [["Lookups", None, None], [], HEADINGS, ROW])
    assert inputs.findings.empty
