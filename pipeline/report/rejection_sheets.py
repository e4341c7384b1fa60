"""The sheets of the rejections workbook that are corrected, row by row."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

from pipeline.record import NOTHING_TO_CORRECT
from pipeline.report.refusal_sheets import ERROR_TEXT, HEADING, LEFT, NOTE_TEXT, TEXT
from pipeline.report.sheet_cells import (
    AUTHOR,
    TEXT_FORMAT,
    TextCell,
    append,
    cell_texts,
    filled,
    new_sheet,
    set_columns,
    styled,
    texts_of,
)
from pipeline.report.wrapping import lines_needed

ERRORS = "errors"
ERRORS_WIDTH, NARROWEST, WIDEST = 60, 10, 40
MOST_COMMENTS = 2_000
LOOKS = {
    "text": TEXT,
    "errors": ERROR_TEXT,
    "note": NOTE_TEXT,
    "faulty": {
        "number_format": TEXT_FORMAT,
        "alignment": LEFT,
        "fill": PatternFill("solid", fgColor="FFC7CE"),
    },
    "heading": HEADING,
}


@dataclass(frozen=True)
class CorrectionSheet:
    """Refused rows under the headings that they were uploaded with.

    `cells` has a `str` column per heading, blanks missing; `errors` and `faulty` (headings, one
    per line) are by row. `columns` are the headings of the table's model that these stand for.
    """

    name: str
    headings: tuple[str, ...]
    columns: tuple[str | None, ...]
    cells: pd.DataFrame
    errors: pd.Series
    faulty: pd.Series


def plain_heading(heading: str) -> str:
    """A heading as the reader compares it: without case, spaces, underscores and stars.

    >>> plain_heading("Completion Date *")
    'completiondate'
    """
    return re.sub(r"[\s_*]", "", heading).casefold()


class RejectionsWriter:
    """The workbook under way."""

    def __init__(self) -> None:
        self.workbook = Workbook(write_only=True)
        self._comments_left = MOST_COMMENTS

    def write_corrections(self, sheet: CorrectionSheet) -> None:
        """One sheet: errors first, then the uploaded columns, the faulty cells marked."""
        columns = [cell_texts(sheet.cells[name]) for name in sheet.cells]
        title = f"{AUTHOR}, rows to correct: {sheet.name}"
        worksheet = new_sheet(self.workbook, sheet.name, title)
        looks = styled(worksheet, LOOKS)
        worksheet.freeze_panes = "A2"
        worksheet.print_title_rows = "1:1"
        worksheet.auto_filter.ref = (
            f"A1:{get_column_letter(len(columns) + 1)}{len(sheet.cells) + 1}"
        )
        set_columns(worksheet, [ERRORS_WIDTH, *map(_width, sheet.headings, columns)])
        worksheet.append(filled(looks["heading"], [ERRORS, *texts_of(sheet.headings)]))
        names = _names_of(sheet)
        marks = _marks_of(sheet, names)
        errors = cell_texts(sheet.errors)
        lines = lines_needed([error or "" for error in errors], ERRORS_WIDTH)
        rows = zip(lines, errors, sheet.faulty.tolist(), *columns, strict=True)
        for number, (high, error, faulty, *values) in enumerate(rows, start=2):
            cells = self._row(looks, error, marks[faulty], names, values)
            append(worksheet, number, cells, high)

    def _row(
        self,
        looks: dict[str, TextCell],
        error: str | None,
        marks: frozenset[int],
        names: list[set[str]],
        values: list[str | None],
    ) -> Iterator[TextCell | None]:
        """The cells of one row. A look's cell is written before the next one is asked for, so one
        cell per look serves all rows.
        """
        text_cell = looks["text"]
        is_held_back = (error or "").endswith(NOTHING_TO_CORRECT)
        yield looks["note" if is_held_back else "errors"].holding(error)
        for at, value in enumerate(values):
            if at in marks:
                yield self._faulty(looks["faulty"], error, names[at]).holding(value)
            elif value is None:
                yield None
            else:
                yield text_cell.holding(value)

    def _faulty(self, cell: TextCell, error: str | None, names: set[str]) -> TextCell:
        """The cell with what is wrong in a comment, while there are few enough of them."""
        said = _about(error, names) if self._comments_left else ""
        self._comments_left -= bool(said)
        cell.comment = Comment(said, AUTHOR, width=320, height=90) if said else None
        return cell


def _width(heading: str, texts: list[str | None]) -> int:
    longest = max((len(text) for text in texts if text), default=0)
    return min(max(longest + 2, len(heading) + 4, NARROWEST), WIDEST)


def _names_of(sheet: CorrectionSheet) -> list[set[str]]:
    """By what names each column can be at fault: its own heading, and the model's."""
    both = zip(sheet.headings, sheet.columns, strict=True)
    return [{plain_heading(name) for name in pair if name} for pair in both]


def _marks_of(sheet: CorrectionSheet, names: list[set[str]]) -> dict[str, frozenset[int]]:
    """For each text of faulty headings that occurs: the places of these columns."""
    return {
        text: frozenset(
            place
            for place, known in enumerate(names)
            if known & {plain_heading(name) for name in text.split("\n") if name}
        )
        for text in sheet.faulty.unique()
    }


def _about(error: str | None, names: set[str]) -> str:
    """The lines of a row's errors that are about the column of these names."""
    lines = (error or "").split("\n")
    return "\n".join(line for line in lines if plain_heading(line.partition(":")[0]) in names)
