"""Workbooks: what each kind of cell reads as, and what must never become a silent blank."""

import datetime
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from pipeline.read import Inputs, limits, package, read_inputs
from pipeline.read.cell_marks import find_marks
from pipeline.read.faults import UnreadableError
from pipeline.read.workbook import read_workbook

HEADINGS = ["lookup_type", "code", "meaning"]
DAY, MOMENT, CLOCK, PERCENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss", "0.00%"


def write(path: Path, cells: list[tuple[Any, str]], **options: Any) -> Path:
    """A lookups sheet by XlsxWriter: each value, in its format, is one row's `meaning`."""
    book = xlsxwriter.Workbook(path, options)
    sheet = book.add_worksheet("lookups")
    sheet.write_row(0, 0, HEADINGS)
    for row, (value, form) in enumerate(cells, 1):
        sheet.write_row(row, 0, ["MILESTONE_NAME", f"{row}"])
        sheet.write(row, 2, value, book.add_format({"num_format": form}) if form else None)
    book.close()
    return path


def write_plain(path: Path, rows: list[list[Any]], title: str = "lookups") -> Path:
    book = Workbook()
    book.active.title = title
    for row in [HEADINGS, *rows]:
        book.active.append(row)
    book.save(path)
    return path


def rewrite(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with one of its parts changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def meanings(inputs: Inputs) -> list[str]:
    (sheet,) = inputs.sheets
    return sheet.cells["2"].fillna("").tolist()


def found(inputs: Inputs, *columns: str) -> list[list[Any]]:
    return inputs.findings[list(columns)].to_numpy().tolist()


CASES = [
    ("  kept\u00a0", "", "kept"),
    ("007", "", "007"),
    (7, "", "7"),
    (-7.0, "0.00", "-7"),
    (19.99, "", "19.99"),
    (1e-07, "", "0.0000001"),
    (123456789012345, "", "123456789012345"),
    (True, "", "TRUE"),
    (False, "", "FALSE"),
    (0.3, PERCENT, "30%"),
    (33.34 / 100, PERCENT, "33.34%"),
    (-0.1, "0%", "-10%"),
    (0.3, '0.0"%"', "0.3"),
    ("0.3", PERCENT, "0.3"),
    (datetime.date(2026, 3, 31), DAY, "2026-03-31"),
    (datetime.datetime(2026, 3, 31), MOMENT, "2026-03-31"),
    (datetime.datetime(2026, 3, 31, 14, 30), DAY, "2026-03-31 14:30:00"),
    (datetime.date(1904, 2, 29), DAY, "1904-02-29"),
    (datetime.time(9, 30), CLOCK, "09:30:00"),
    (datetime.timedelta(hours=30), "[h]:mm:ss", "1 day, 6:00:00"),
    (46112, "", "46112"),
    ("#N/A", "", "#N/A"),
    ("_x0041_ &amp; <b>", "", "_x0041_ &amp; <b>"),
]


@pytest.mark.parametrize("date_1904", [False, True], ids=["1900", "1904"])
def test_cells_as_text(tmp_path: Path, date_1904: bool) -> None:
    cells = [(value, form) for value, form, _ in CASES]
    inputs = read_inputs(write(tmp_path / "a.xlsx", cells, date_1904=date_1904))
    assert meanings(inputs) == [text for _, _, text in CASES]
    assert inputs.findings.empty


def test_early_dates_follow_the_1900_system(tmp_path: Path) -> None:
    cells: list[tuple[Any, str]] = [(1, DAY), (59, DAY), (61, DAY)]
    assert meanings(read_inputs(write(tmp_path / "a.xlsx", cells))) == [
        "1900-01-01", "1900-02-28", "1900-03-01",
    ]  # fmt: skip


def test_cells_by_openpyxl(tmp_path: Path) -> None:
    rich = CellRichText("a", TextBlock(InlineFont(b=True), "b"), " c ")
    rows = [["A", "1", rich], ["A", "2", datetime.date(2026, 3, 31)], ["A", "3", "two\nlines"]]
    inputs = read_inputs(write_plain(tmp_path / "a.xlsx", rows))
    assert meanings(inputs) == ["ab c", "2026-03-31", "two\nlines"]


def test_numbers_are_read_with_all_their_digits(tmp_path: Path) -> None:
    """0.1 + 0.2 as Excel stores it: nothing is rounded here."""
    path = write_plain(tmp_path / "a.xlsx", [["A", "1", 0.3]])
    part = "xl/worksheets/sheet1.xml"
    rewrite(path, part, lambda xml: xml.replace(b"<v>0.3<", b"<v>0.30000000000000004<"))
    assert meanings(read_inputs(path)) == ["0.30000000000000004"]


def test_stored_values_of_formulas_are_read(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("lookups")
    sheet.write_row(0, 0, HEADINGS)
    for row, value in enumerate([2.5, "text", True], 1):
        sheet.write_row(row, 0, ["A", "B"])
        sheet.write_formula(row, 2, "=1+1", None, value)
    book.close()
    path = rewrite(
        tmp_path / "a.xlsx", "xl/workbook.xml", lambda xml: xml.replace(b' fullCalcOnLoad="1"', b"")
    )
    inputs = read_inputs(path)
    assert meanings(inputs) == ["2.5", "text", "TRUE"]
    assert inputs.findings.empty


def test_values_that_only_a_program_stored_are_a_warning(tmp_path: Path) -> None:
    inputs = read_inputs(write(tmp_path / "a.xlsx", [("=1+1", "")]))
    assert meanings(inputs) == ["0"]
    assert found(inputs, "code", "severity") == [["FIL-09", "warning"]]


def test_a_formula_without_its_value_is_an_error(tmp_path: Path) -> None:
    rows = [["A", "1", "=1+1"], ["A", "2", "x"], ["=1", None, None]]
    inputs = read_inputs(write_plain(tmp_path / "a.xlsx", rows))
    assert meanings(inputs) == ["#FORMULA?", "x", ""]
    assert inputs.sheets[0].cells["0"].tolist() == ["A", "A", "#FORMULA?"]
    assert inputs.sheets[0].rows.tolist() == [2, 3, 4]
    assert found(inputs, "code", "severity", "sheet", "row", "column", "value") == [
        ["FIL-06", "error", "lookups", 2, "meaning", "#FORMULA?"],
        ["FIL-06", "error", "lookups", 4, "lookup_type", "#FORMULA?"],
    ]
    assert inputs.findings["message"][0].startswith("cell C2 holds a formula without its value;")


def test_a_formula_in_an_unknown_column_does_not_matter(tmp_path: Path) -> None:
    inputs = read_inputs(write_plain(tmp_path / "a.xlsx", [["A", "1", "x", "=1+1"]]))
    assert found(inputs, "code") == [["COL-01"]]


def test_the_empty_text_is_a_stored_value(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "a.xlsx", [["A", "1", '=""']])
    rewrite(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'<c r="C2"><f>', b'<c r="C2" t="str"><f>'),
    )
    assert meanings(read_inputs(path)) == [""]


def test_error_values_are_errors(tmp_path: Path) -> None:
    rows = [["A", "1", "#N/A"], ["A", "2", "#REF!"], ["A", "3", "#DIV/0!"]]
    inputs = read_inputs(write_plain(tmp_path / "a.xlsx", rows))
    assert meanings(inputs) == ["#N/A", "#REF!", "#DIV/0!"]
    assert found(inputs, "code", "severity", "row", "column") == [
        ["FIL-07", "error", row, "meaning"] for row in (2, 3, 4)
    ]


def test_numbers_too_long_for_a_spreadsheet_are_errors(tmp_path: Path) -> None:
    rows = [["A", 9007199254740993, "x"], ["A", "9007199254740993", "x"], ["A", 10**15 - 1, "x"]]
    inputs = read_inputs(write_plain(tmp_path / "a.xlsx", rows))
    assert inputs.sheets[0].cells["1"].tolist() == [
        "9007199254740992", "9007199254740993", "999999999999999",
    ]  # fmt: skip
    assert found(inputs, "code", "severity", "row") == [["FIL-08", "error", 2]]


def test_sheets_by_name(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "Lookups"
    rows = {"lookups~2": HEADINGS, "Sheet9": ["x"], "phase": ["x"], "Instructions": ["read me"],
            "Lists": ["x"], "refusals": ["x"], "errors by code": ["x"]}  # fmt: skip
    for title, row in rows.items():
        book.create_sheet(title).append(row)
    book.create_sheet("Sheet10")
    book.create_chartsheet("chart")
    book.active.append(HEADINGS)
    book.active.append(["A", "B", "C"])
    book["lookups~2"].append(["A", "B", "C"])
    book["lookups~2"].sheet_state = "veryHidden"
    book["Lookups"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    inputs = read_inputs(tmp_path / "a.xlsx")
    assert [(sheet.table, sheet.sheet) for sheet in inputs.sheets] == [
        ("lookups", "Lookups"), ("lookups", "lookups~2"),
    ]  # fmt: skip
    assert inputs.files["rows_read"].tolist() == [2]
    assert found(inputs, "code", "severity", "sheet") == [
        ["FIL-03", "warning", "Sheet9"], ["FIL-03", "warning", "phase"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "no .xlsx workbook", id="empty"),
        pytest.param(b"lookup_type,code\n", "no .xlsx workbook", id="CSV"),
        pytest.param(package.OLD_FORMAT + b"x" * 600, "password", id="encrypted"),
        pytest.param(b"PK\x03\x04" + b"x" * 600, "damaged", id="broken"),
    ],
)
def test_no_workbook(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    inputs = read_inputs(tmp_path / "a.xlsx")
    assert found(inputs, "code", "severity") == [["FIL-01", "error"]]
    assert says in inputs.findings["message"][0]


def test_another_zip_is_no_workbook(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    assert found(read_inputs(tmp_path / "a.xlsx"), "code") == [["FIL-01"]]


def test_entities_are_refused(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "a.xlsx", [])
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>'
    rewrite(path, "xl/workbook.xml", lambda xml: bomb + xml)
    assert "entities" in read_inputs(path).findings["message"][0]


def test_what_unpacks_to_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_plain(tmp_path / "a.xlsx", [])
    monkeypatch.setattr(limits, "UNPACKED_BYTES", 1000)
    assert "unpacks to" in read_inputs(path).findings["message"][0]


@pytest.mark.parametrize("declared", [True, False])
def test_cells_too_far_apart_are_refused(tmp_path: Path, declared: bool) -> None:
    book = Workbook()
    book.active.title = "lookups"
    book.active.append(HEADINGS)
    book.active["XFD1048576"] = "stray"
    book.save(tmp_path / "a.xlsx")
    if not declared:
        rewrite(
            tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml",
            lambda xml: xml.replace(b'<dimension ref="A1:XFD1048576" />', b'<dimension ref="A1"/>'),
        )  # fmt: skip
    inputs = read_inputs(tmp_path / "a.xlsx")
    assert not inputs.sheets
    assert "too far apart" in inputs.findings["message"][0]


def test_far_formats_without_values_do_no_harm(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("lookups")
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, ["A", "B", "C"])
    sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
    book.close()
    inputs = read_inputs(tmp_path / "a.xlsx")
    assert meanings(inputs) == ["C"]
    assert inputs.findings.empty


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PREFIXED = f"""<?xml version="1.0" encoding="utf-8"?>
<x:worksheet xmlns:x="{MAIN}"><x:sheetData>
<x:row r="1"><x:c r="A1" t="str"><x:v>lookup_type</x:v></x:c>
<x:c r="B1" t="str"><x:v>code</x:v></x:c></x:row>
<x:row r="2"><x:c r="A2" t='e'><x:v>#N/A</x:v></x:c><x:c r="B2"><x:f>A1</x:f></x:c></x:row>
<x:row r="3"><x:c r="A3" t="str"><x:v>A</x:v></x:c>
<x:c r="B3"><x:f>A1</x:f><x:v>3</x:v></x:c></x:row>
</x:sheetData></x:worksheet>""".encode()


def test_prefixed_tags(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "a.xlsx", [])
    rewrite(path, "xl/worksheets/sheet1.xml", lambda _: PREFIXED)
    inputs = read_inputs(path)
    assert inputs.sheets[0].cells.to_numpy().tolist() == [["#N/A", "#FORMULA?"], ["A", "3"]]
    assert found(inputs, "code", "row") == [["FIL-06", 2], ["FIL-07", 2]]


@settings(max_examples=100, deadline=None)
@given(size=st.integers(1, 400))
def test_marks_do_not_depend_on_how_the_xml_is_cut(size: int) -> None:
    root = 200  # the root element stands in the first chunk
    starts = range(root, len(PREFIXED), size)
    chunks = [PREFIXED[:root], *[PREFIXED[start : start + size] for start in starts]]
    marks = find_marks(chunks, frozenset())
    assert marks.errors == {(1, 0): "#N/A"}
    assert marks.uncalculated == [(1, 1)]
    assert marks.has_formulas


def test_cells_without_address(tmp_path: Path) -> None:
    path = write_plain(tmp_path / "a.xlsx", [["A", "1", "=1+1"]])
    rewrite(path, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b' r="C2"', b""))
    inputs = read_inputs(path)
    assert not inputs.sheets
    assert "where its cells stand" in inputs.findings["message"][0]


def small_workbook() -> dict[str, bytes]:
    """The parts of a workbook with a bit of everything."""
    target = io.BytesIO()
    book = Workbook()
    book.active.title = "lookups"
    book.active.append(HEADINGS)
    book.active.append(["A", 1.5, "=1+1"])
    book.active.append(["A", datetime.date(2026, 3, 31), "#N/A"])
    book.active.merge_cells("A3:A4")
    book.save(target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


PARTS = small_workbook()


@example("xl/worksheets/sheet1.xml", PARTS["xl/worksheets/sheet1.xml"].index(b"#N/A"), 0, b"\x80")
@example(  # an encoding of its own making
    "xl/_rels/workbook.xml.rels", 0, 0, b'<?xml version="1.0" encoding="U-8"?>'
)
@settings(max_examples=200, deadline=None)
@given(
    part=st.sampled_from(sorted(PARTS)),
    place=st.integers(0, 1000),
    cut=st.integers(0, 40),
    put=st.one_of(st.binary(max_size=3), st.sampled_from([b"-1", b"99999999999", b"XFE1", b">"])),
)
def test_damaged_parts_give_a_reason(part: str, place: int, cut: int, put: bytes) -> None:
    content = PARTS[part]
    at = place % len(content)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, whole in PARTS.items():
            damaged = content[:at] + put + content[at + cut :]
            archive.writestr(name, damaged if name == part else whole)
    try:
        read_workbook(target.getvalue(), "a.xlsx")
    except UnreadableError as fault:
        assert ";" in str(fault)


def test_libreoffice_from_csv(tmp_path: Path, soffice: Callable[..., Path]) -> None:
    csv = tmp_path / "lookups.csv"
    csv.write_text("lookup_type,code,meaning\nMILESTONE_NAME,007,1.5\n\n A,2026-03-31,TRUE\n")
    path = soffice(csv, "xlsx")
    inputs = read_inputs(path)
    (sheet,) = inputs.sheets
    assert sheet.cells.to_numpy().tolist() == [
        ["MILESTONE_NAME", "7", "1.5"], ["A", "2026-03-31", "TRUE"],
    ]  # fmt: skip
    assert sheet.rows.tolist() == [2, 4]
    assert inputs.findings.empty


def test_libreoffice_stores_the_values(tmp_path: Path, soffice: Callable[..., Path]) -> None:
    rows = [["A", "1", "=1+1"], ["A", "2", "=NA()"], ["A", "3", '=""'], ["A", "4", '="x"']]
    before = write_plain(tmp_path / "a.xlsx", rows)
    assert found(read_inputs(before), "code") == [["FIL-06"]] * 4
    inputs = read_inputs(soffice(before, "xlsx"))
    assert meanings(inputs) == ["2", "#N/A", "", "x"]
    assert found(inputs, "code", "row") == [["FIL-07", 3]]


@pytest.mark.parametrize("date_1904", [False, True], ids=["1900", "1904"])
def test_libreoffice_saves_the_same_cells(
    tmp_path: Path, soffice: Callable[..., Path], date_1904: bool
) -> None:
    cells = [(value, form) for value, form, _ in CASES]
    path = soffice(write(tmp_path / "a.xlsx", cells, date_1904=date_1904), "xlsx")
    assert meanings(read_inputs(path)) == [text for _, _, text in CASES]
