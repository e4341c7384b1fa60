"""The sheets of the rejections workbook, row by row, so that a large one needs little memory."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from pipeline.report.cells import shown_texts
from pipeline.report.paper import A4
from pipeline.report.refusals import COLUMNS, Refusals
from pipeline.report.wrapping import LINE_HEIGHT, MOST_LINES, lines_needed

ERRORS = "errors"
ERRORS_WIDTH, NARROWEST, WIDEST = 60, 10, 40
MOST_COMMENTS = 2_000
AUTHOR = "Milestone Billing"
TEXT_FORMAT = "@"
FACE = "Calibri"
REFUSAL_WIDTHS = (WIDEST, 22, 12, 28, 90)
EXCEL_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

LOOKS = {
    "text": {
        "number_format": TEXT_FORMAT,
        "alignment": Alignment(vertical="top", horizontal="left", indent=1),
    },
    "errors": {
        "number_format": TEXT_FORMAT,
        "alignment": Alignment(vertical="top", horizontal="left", indent=1, wrap_text=True),
        "font": Font(name=FACE, size=11, color="9C0006"),
    },
    "faulty": {
        "number_format": TEXT_FORMAT,
        "alignment": Alignment(vertical="top", horizontal="left", indent=1),
        "fill": PatternFill("solid", fgColor="FFC7CE"),
    },
    "heading": {
        "number_format": TEXT_FORMAT,
        "alignment": Alignment(vertical="center", horizontal="left", indent=1),
        "font": Font(name=FACE, size=11, bold=True, color="FFFFFF"),
        "fill": PatternFill("solid", fgColor="1F3864"),
    },
    "number": {
        "number_format": "#,##0",
        "alignment": Alignment(vertical="top", horizontal="left", indent=1),
    },
}


@dataclass(frozen=True)
class CorrectionSheet:
    """Refused rows under the headings that they were uploaded with.

    `cells` has a `str` column per heading, blanks missing; `errors` and `faulty` (headings, one
    per line) are by row.
    """

    name: str
    headings: tuple[str, ...]
    cells: pd.DataFrame
    errors: pd.Series
    faulty: pd.Series


def plain_heading(heading: str) -> str:
    """A heading as the reader compares it: without case, spaces, underscores and stars.

    >>> plain_heading("Completion Date *")
    'completiondate'
    """
    return re.sub(r"[\s_*]", "", heading).casefold()


class TextCell(Cell):
    """A cell that holds a text as it is: not a formula, an error value or a number.

    openpyxl guesses what a text means each time that one is put into a cell; this one is told, and
    so is quicker too. The text must be one of `cell_texts`.
    """

    __slots__ = ()

    def holding(self, text: str | None) -> "TextCell":
        """The cell itself, with another text."""
        self._value = text  # type: ignore[misc]
        self.data_type = "s"  # type: ignore[misc]
        return self

    def __repr__(self) -> str:
        # Asked for by openpyxl on every write: the inherited one takes as long as the writing.
        return "TextCell"


class RejectionsWriter:
    """The workbook under way."""

    def __init__(self) -> None:
        self.workbook = Workbook(write_only=True)
        self._comments_left = MOST_COMMENTS

    def write_corrections(self, sheet: CorrectionSheet) -> None:
        """One sheet: errors first, then the uploaded columns, the faulty cells marked."""
        columns = [cell_texts(sheet.cells[name]) for name in sheet.cells]
        worksheet = _new_sheet(self.workbook, sheet.name)
        styled = _styled(worksheet)
        worksheet.freeze_panes = "A2"
        worksheet.print_title_rows = "1:1"
        worksheet.auto_filter.ref = (
            f"A1:{get_column_letter(len(columns) + 1)}{len(sheet.cells) + 1}"
        )
        widths = [ERRORS_WIDTH, *map(_width, sheet.headings, columns)]
        _set_columns(worksheet, widths)
        worksheet.append(_filled(styled["heading"], [ERRORS, *_one_by_one(sheet.headings)]))
        marks = _marks_of(sheet)
        errors = cell_texts(sheet.errors)
        lines = lines_needed([error or "" for error in errors], ERRORS_WIDTH)
        rows = zip(lines, errors, sheet.faulty.tolist(), *columns, strict=True)
        for number, (high, error, faulty, *values) in enumerate(rows, start=2):
            cells = self._row(styled, error, marks[faulty], sheet.headings, values)
            _append(worksheet, number, cells, high)

    def write_refusals(self, refusals: Refusals) -> None:
        """The last sheet: rows refused by file, then one row per error."""
        worksheet = _new_sheet(self.workbook, "refusals")
        styled = _styled(worksheet)
        _set_columns(worksheet, list(REFUSAL_WIDTHS))
        worksheet.append(_filled(styled["heading"], ["file", "rows refused"]))
        files = zip(cell_texts(refusals.files["file"]), refusals.files["rows_refused"], strict=True)
        for file, count in files:
            worksheet.append((*_filled(styled["text"], [file]), _number(styled, int(count))))
        worksheet.append([])
        if refusals.notice:
            worksheet.append(_filled(styled["errors"], [refusals.notice]))
        worksheet.append(_filled(styled["heading"], COLUMNS))
        above = len(refusals.files) + 3 + bool(refusals.notice)
        worksheet.print_title_rows = f"{above}:{above}"
        names = ("file", "sheet", "heading", "message")
        texts = [cell_texts(refusals.errors[name]) for name in names]
        lines = lines_needed([text or "" for text in texts[-1]], REFUSAL_WIDTHS[-1])
        rows = zip(lines, refusals.errors["row"].tolist(), *texts, strict=True)
        for at, (high, row, file, name, heading, message) in enumerate(rows, start=above + 1):
            _append(worksheet, at, _refusal(styled, file, name, row, heading, message), high)

    def _row(
        self,
        styled: dict[str, TextCell],
        error: str | None,
        marks: frozenset[int],
        headings: tuple[str, ...],
        values: list[str | None],
    ) -> Iterator[TextCell | None]:
        """The cells of one row. A look's cell is written before the next one is asked for, so one
        cell per look serves all rows.
        """
        text_cell = styled["text"]
        yield styled["errors"].holding(error)
        for at, value in enumerate(values):
            if at in marks:
                yield self._faulty(styled["faulty"], error, headings[at]).holding(value)
            elif value is None:
                yield None
            else:
                yield text_cell.holding(value)

    def _faulty(self, cell: TextCell, error: str | None, heading: str) -> TextCell:
        """The cell with what is wrong in a comment, while there are few enough of them."""
        said = _about(error, heading) if self._comments_left else ""
        self._comments_left -= bool(said)
        cell.comment = Comment(said, AUTHOR, width=320, height=90) if said else None
        return cell


def cell_texts(values: pd.Series) -> list[str | None]:
    """A column as openpyxl may write it, blanks as None.

    Excel reads `_x0041_` as an A, so such a text is escaped to stay what it is.

    >>> cell_texts(pd.Series(["=1+1", None, "_x0041_"], dtype="str"))
    ['=1+1', None, '_x005F_x0041_']
    """
    texts = [text or None for text in shown_texts(values)]
    return [EXCEL_ESCAPE.sub("_x005F_", text) if text and "_x" in text else text for text in texts]


def _one_by_one(texts: tuple[str, ...]) -> list[str | None]:
    return cell_texts(pd.Series(list(texts), dtype="str"))


def _new_sheet(workbook: Workbook, name: str) -> WriteOnlyWorksheet:
    """A sheet that prints landscape, one page wide, with a title and page numbers."""
    worksheet = workbook.create_sheet(name)
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.paperSize = A4
    worksheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    title = f"{AUTHOR}, rows to correct: {name}"
    head, foot = worksheet.HeaderFooter.oddHeader, worksheet.HeaderFooter.oddFooter
    head.left.text, head.left.size = title, 14
    foot.left.text, foot.right.text = title, "Page &P of &N"
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    worksheet.page_setup.fitToHeight = 0
    return worksheet


def _append(
    worksheet: WriteOnlyWorksheet, number: int, cells: Iterator[TextCell | None], lines: int
) -> None:
    """A row, as high as its wrapped text needs: not every program finds that out by itself."""
    if lines > 1:
        worksheet.row_dimensions[number].height = LINE_HEIGHT * min(lines, MOST_LINES)
    worksheet.append(cells)
    if lines > 1:
        del worksheet.row_dimensions[number]  # written, and not needed in memory


def _styled(worksheet: WriteOnlyWorksheet) -> dict[str, TextCell]:
    """One cell per look, of this worksheet."""
    cells = {}
    for name, look in LOOKS.items():
        cell = TextCell(worksheet, row=1, column=1)
        for attribute, value in look.items():
            setattr(cell, attribute, value)
        cells[name] = cell
    return cells


def _filled(cell: TextCell, texts: list[str | None] | list[str]) -> Iterator[TextCell]:
    """The same cell with each text in turn; a text that looks like a formula stays a text."""
    for text in texts:
        yield cell.holding(text)


def _number(styled: dict[str, TextCell], number: int) -> TextCell:
    cell = styled["number"]
    cell.value = number
    return cell


def _refusal(
    styled: dict[str, TextCell],
    file: str | None,
    sheet: str | None,
    row: int,
    heading: str | None,
    message: str | None,
) -> Iterator[TextCell]:
    yield from _filled(styled["text"], [file, sheet])
    yield _number(styled, row)
    yield from _filled(styled["text"], [heading])
    yield from _filled(styled["errors"], [message])


def _set_columns(worksheet: WriteOnlyWorksheet, widths: list[int]) -> None:
    """Widths, and text format for the cells that are still to be filled in."""
    for at, width in enumerate(widths, start=1):
        dimension = worksheet.column_dimensions[get_column_letter(at)]
        dimension.width = width
        dimension.number_format = TEXT_FORMAT


def _width(heading: str, texts: list[str | None]) -> int:
    longest = max((len(text) for text in texts if text), default=0)
    return min(max(longest + 2, len(heading) + 4, NARROWEST), WIDEST)


def _marks_of(sheet: CorrectionSheet) -> dict[str, frozenset[int]]:
    """For each text of faulty headings that occurs: the places of these columns."""
    places: dict[str, list[int]] = {}
    for place, heading in enumerate(sheet.headings):
        places.setdefault(plain_heading(heading), []).append(place)
    return {
        text: frozenset(
            place
            for name in text.split("\n")
            if name
            for place in places.get(plain_heading(name), ())
        )
        for text in sheet.faulty.unique()
    }


def _about(error: str | None, heading: str) -> str:
    """The lines of a row's errors that are about this heading."""
    wanted = plain_heading(heading)
    lines = (error or "").split("\n")
    about = [line for line in lines if plain_heading(line.partition(":")[0]) == wanted]
    return "\n".join(about)
