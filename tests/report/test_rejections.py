"""The rejections workbook, read back by openpyxl and by the reader's own library."""

import zipfile

import openpyxl
import pytest
from python_calamine import load_workbook

from pipeline.findings import join_findings, no_findings, one_finding
from pipeline.read import read_inputs
from pipeline.record import NOTHING_TO_CORRECT
from pipeline.report import rejection_sheets, write_rejections
from pipeline.report.refusals import refusals_of
from pipeline.report.rejections import correction_sheets

HEADINGS = ("Subscription Number", "charge_number", "percent", "", "comment")
ROWS = [
    ["S-00001", "0001", "33.33", None, "=1+1"],
    ["S-00001", None, "66.67", "mine", " inner\nbreak"],
]
ERRORS = [
    "percent: total 99 percent, not 100; raise one",
    "charge_number: is blank; fill it in\npercent: total 99 percent, not 100; raise one",
]
FAULTY = ["percent", "charge_number\npercent"]
MARKED = "00FFC7CE"


def findings_of(refused):
    """The findings that the rows' errors tell: `heading: message`, or the message alone."""
    found = [no_findings()]
    for sheet in refused:
        for row, errors in zip(sheet.row_numbers, sheet.errors, strict=True):
            for line in errors.split("\n"):
                heading, colon, message = line.partition(": ")
                said = (heading, message) if colon else ("", line)
                found.append(
                    one_finding(
                        "MIL-01" if heading == "percent" else "VAL-01", "error", said[1],
                        file=sheet.file, sheet=sheet.sheet, row=int(row), column=said[0], value="v",
                    )
                )  # fmt: skip
    return join_findings(found)


@pytest.fixture
def write(tmp_path):
    """Writes refused sheets and gives the path."""

    def written(*refused, name="rejections.xlsx"):
        path = tmp_path / name
        write_rejections(refused, findings_of(refused), path)
        return path

    return written


@pytest.fixture
def refused(refused_of):
    return refused_of(ROWS, HEADINGS, ERRORS, FAULTY)


class TestLayout:
    def test_as_uploaded_with_errors_first(self, write, refused):
        sheet = openpyxl.load_workbook(write(refused))["milestones"]
        values = list(sheet.iter_rows(values_only=True))
        assert values[0] == ("errors", *(heading or None for heading in HEADINGS))
        assert values[1] == (ERRORS[0], *ROWS[0])
        assert values[2] == (ERRORS[1], *ROWS[1])
        assert sheet.freeze_panes == "A2"
        assert sheet.column_dimensions["A"].width == 60

    def test_what_is_only_held_back_is_grey(self, write, refused_of):
        held_back = f"held back with subscription S-00001: {NOTHING_TO_CORRECT}"
        refused = refused_of(ROWS, HEADINGS, [ERRORS[0], held_back], ["percent", ""])
        sheet = openpyxl.load_workbook(write(refused))["milestones"]
        assert [sheet.cell(row, 1).font.color.rgb for row in (2, 3)] == ["009C0006", "007F7F7F"]

    def test_it_prints_with_title_and_page_numbers(self, write, refused):
        for sheet in openpyxl.load_workbook(write(refused)).worksheets:
            title = f"Milestone Billing, rows to correct: {sheet.title}"
            if sheet.title == "errors_by_code":
                title = "Milestone Billing, errors by code"
            assert sheet.oddHeader.left.text == sheet.oddFooter.left.text == title
            assert sheet.oddFooter.right.text == "Page &P of &N"
            assert sheet.page_setup.paperSize == 9
            assert sheet.page_setup.orientation == "landscape"
            assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        book = openpyxl.load_workbook(write(refused))
        assert book["milestones"].print_title_rows == "$1:$1"
        assert book["refusals"].print_title_rows == "$4:$4"

    def test_no_cell_touches_its_neighbour(self, write, refused):
        for sheet in openpyxl.load_workbook(write(refused)).worksheets:
            filled = [cell for row in sheet for cell in row if cell.value is not None]
            assert {(cell.alignment.horizontal, cell.alignment.indent) for cell in filled} == {
                ("left", 1)
            }

    def test_cells_are_texts(self, write, refused):
        sheet = openpyxl.load_workbook(write(refused))["milestones"]
        cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value]
        assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
        assert sheet["F2"].value == "=1+1"

    def test_faulty_cells_are_marked_also_where_blank(self, write, refused):
        sheet = openpyxl.load_workbook(write(refused))["milestones"]
        marked = {
            cell.coordinate for row in sheet for cell in row if cell.fill.fgColor.rgb == MARKED
        }
        assert marked == {"D2", "C3", "D3"}
        assert sheet["C3"].value is None
        assert sheet["C3"].comment.text == "charge_number: is blank; fill it in"
        assert sheet["E2"].value is None

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("#N/A", "#N/A"),
            ("2026-03-31", "2026-03-31"),
            ("=A1", "=A1"),
            ("007", "007"),
            ("NA", "NA"),
            (" leading", " leading"),
            ("_x0041_", "_x0041_"),
            ("bell\x07", "bell\\x07"),
        ],
    )
    def test_the_reader_reads_what_was_typed(self, write, refused_of, text, shown):
        sheet = refused_of([[text, "1"]], ("a", "b"), ["wrong"], [""])
        read = load_workbook(str(write(sheet))).get_sheet_by_name("milestones").to_python()
        assert read == [["errors", "a", "b"], ["wrong", shown, "1"]]

    def test_it_is_the_next_upload(self, write, refused, refused_of):
        other = refused_of([["S-1"]], ("subscription_number",), ["wrong"], [""], file="b.xlsx")
        inputs = read_inputs(write(refused, other))
        assert [sheet.table for sheet in inputs.sheets] == ["milestones", "milestones"]
        first = inputs.sheets[0]
        place = [str(at) for at, heading in enumerate(first.headings) if heading in HEADINGS[:3]]
        assert first.cells[place].fillna("").to_numpy().tolist() == [
            [cell or "" for cell in row[:3]] for row in ROWS
        ]
        assert not (inputs.findings["severity"] == "error").any()
        assert not inputs.findings["sheet"].eq("refusals").any()

    def test_comments_are_limited(self, write, refused_of, monkeypatch):
        """To 2,000, of which openpyxl needs long; here to fewer."""
        assert rejection_sheets.MOST_COMMENTS == 2_000
        monkeypatch.setattr(rejection_sheets, "MOST_COMMENTS", 20)
        rows = [["x"] for _ in range(25)]
        sheet = refused_of(rows, ("percent",), ["percent: wrong"] * 25, ["percent"] * 25)
        book = openpyxl.load_workbook(write(sheet))
        comments = sum(row[1].comment is not None for row in book["milestones"].iter_rows())
        assert comments == 20


class TestSheets:
    def test_equal_headings_share_a_sheet(self, write, refused, refused_of):
        other = refused_of(ROWS[:1], HEADINGS, ["wrong"], [""], file="b.xlsx")
        book = openpyxl.load_workbook(write(refused, other))
        assert book.sheetnames == ["milestones", "errors_by_code", "refusals"]
        assert book["milestones"].max_row == 4

    def test_other_headings_get_a_sheet_of_their_own(self, write, refused, refused_of):
        other = refused_of([["S-1"]], ("subscription_number",), ["wrong"], [""], file="b.xlsx")
        charges = refused_of([["S-1"]], ("subscription_number",), ["x"], [""], table="charges")
        book = openpyxl.load_workbook(write(refused, other, charges))
        assert book.sheetnames == [
            "milestones",
            "milestones~2",
            "charges",
            "errors_by_code",
            "refusals",
        ]

    def test_more_rows_than_a_sheet_holds(self, refused_of):
        sheet = refused_of([["x"]] * 5, ("a",), list("12345"), [""] * 5)
        parts = list(correction_sheets([sheet], most=2))
        assert [part.name for part in parts] == ["milestones", "milestones~2", "milestones~3"]
        assert [part.errors.tolist() for part in parts] == [["1", "2"], ["3", "4"], ["5"]]

    def test_an_uploaded_rejections_workbook_does_not_grow(self, write, refused_of):
        sheet = refused_of([["old", "x"]], ("Errors ", "a"), ["new"], [""])
        values = openpyxl.load_workbook(write(sheet))["milestones"].iter_rows(values_only=True)
        assert list(values) == [("errors", "a"), ("new", "x")]

    def test_no_refusal_at_all(self, write):
        assert openpyxl.load_workbook(write()).sheetnames == ["errors_by_code", "refusals"]


class TestRefusals:
    def test_one_row_per_error_and_a_count_by_file(self, write, refused):
        sheet = openpyxl.load_workbook(write(refused))["refusals"]
        said = "total 99 percent, not 100; raise one"
        at = ("milestones.xlsx", "milestones")
        assert [row[:7] for row in sheet.iter_rows(values_only=True)] == [
            ("file", "rows refused", None, None, None, None, None),
            ("milestones.xlsx", 2, None, None, None, None, None),
            (None,) * 7,
            ("file", "sheet", "row", "column", "value", "code", "message"),
            (*at, 2, "percent", "v", "MIL-01", said),
            (*at, 3, "percent", "v", "MIL-01", said),
            (*at, 3, "charge_number", "v", "VAL-01", "is blank; fill it in"),
        ]

    def test_errors_by_code(self, write, refused):
        sheet = openpyxl.load_workbook(write(refused))["errors_by_code"]
        assert list(sheet.iter_rows(values_only=True)) == [
            ("code", "findings", "rows", "the first one says"),
            ("MIL-01", 2, 2, "total 99 percent, not 100; raise one"),
            ("VAL-01", 1, 1, "is blank; fill it in"),
        ]

    def test_what_refuses_no_row_is_not_listed(self, refused):
        warned = one_finding("TPL-07", "warning", "a separate subscription is recommended")
        held = one_finding("HLD-01", "info", "held back", file="a.csv", row=3)
        refusals = refusals_of([refused], join_findings([warned, held]), 100)
        assert refusals.errors["code"].tolist() == refusals.codes["code"].tolist() == ["HLD-01"]

    def test_a_list_that_is_too_long_says_where_the_rest_is(self, refused_of):
        sheet = refused_of([["x"]] * 50, ("a",), ["wrong"] * 50, [""] * 50)
        refusals = refusals_of([sheet], findings_of([sheet]), 20)
        assert len(refusals.errors) == 14
        assert refusals.notice == "the first 14 of 50 errors; all of them are in findings.csv"
        assert refusals.codes["findings"].tolist() == [50]


class TestBytes:
    def test_two_writes_are_equal(self, write, refused):
        first = write(refused, name="a.xlsx").read_bytes()
        assert first == write(refused, name="b.xlsx").read_bytes()

    def test_no_clock_inside(self, write, refused):
        with zipfile.ZipFile(write(refused)) as parts:
            assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            properties = parts.read("docProps/core.xml").decode()
        assert properties.count("1980-01-01T00:00:00Z") == 2

    def test_libreoffice_opens_it(self, write, refused, calc):
        sheet = openpyxl.load_workbook(calc(write(refused), "xlsx"))["milestones"]
        assert [sheet["D2"].value, sheet["D3"].value, sheet["F2"].value] == [
            "33.33",
            "66.67",
            "=1+1",
        ]
