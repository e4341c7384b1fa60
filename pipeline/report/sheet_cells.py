"""Cells and sheets that openpyxl writes row by row, so that a large workbook needs little memory."""

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from pipeline.report.cells import shown_texts
from pipeline.report.paper import A4
from pipeline.report.wrapping import LINE_HEIGHT, MOST_LINES

AUTHOR = "Milestone Billing"
TEXT_FORMAT = "@"
FACE = "Calibri"
EXCEL_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

Look = Mapping[str, Any]


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

    def counting(self, number: Any) -> "TextCell":
        """The cell itself, with a number or a day."""
        self._value = number  # type: ignore[misc]
        self.data_type = "d" if isinstance(number, datetime.date) else "n"  # type: ignore[misc]
        return self

    def __repr__(self) -> str:
        # Asked for by openpyxl on every write: the inherited one takes as long as the writing.
        return "TextCell"


def cell_texts(values: pd.Series) -> list[str | None]:
    """A column as openpyxl may write it, blanks as None.

    Excel reads `_x0041_` as an A, so such a text is escaped to stay what it is.

    >>> cell_texts(pd.Series(["=1+1", None, "_x0041_"], dtype="str"))
    ['=1+1', None, '_x005F_x0041_']
    """
    texts = [text or None for text in shown_texts(values)]
    return [EXCEL_ESCAPE.sub("_x005F_", text) if text and "_x" in text else text for text in texts]


def texts_of(texts: Iterable[str]) -> list[str | None]:
    """Some texts as openpyxl may write them."""
    return cell_texts(pd.Series(list(texts), dtype="str"))


def new_sheet(workbook: Workbook, name: str, title: str) -> WriteOnlyWorksheet:
    """A sheet that prints landscape, one page wide, with a title and page numbers."""
    worksheet = workbook.create_sheet(name)
    worksheet.page_setup.orientation = "landscape"
    worksheet.page_setup.paperSize = A4
    worksheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.7, bottom=0.7)
    head, foot = worksheet.HeaderFooter.oddHeader, worksheet.HeaderFooter.oddFooter
    head.left.text, head.left.size = title, 14
    foot.left.text, foot.right.text = title, "Page &P of &N"
    worksheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    worksheet.page_setup.fitToHeight = 0
    return worksheet


def styled(worksheet: WriteOnlyWorksheet, looks: Mapping[str, Look]) -> dict[str, TextCell]:
    """One cell per look, of this worksheet."""
    cells = {}
    for name, look in looks.items():
        cell = TextCell(worksheet, row=1, column=1)
        for attribute, value in look.items():
            setattr(cell, attribute, value)
        cells[name] = cell
    return cells


def filled(cell: TextCell, texts: Sequence[str | None]) -> Iterator[TextCell]:
    """The same cell with each text in turn; a text that looks like a formula stays a text."""
    for text in texts:
        yield cell.holding(text)


def append(
    worksheet: WriteOnlyWorksheet, number: int, cells: Iterator[TextCell | None], lines: int
) -> None:
    """A row, as high as its wrapped text needs: not every program finds that out by itself."""
    if lines > 1:
        worksheet.row_dimensions[number].height = LINE_HEIGHT * min(lines, MOST_LINES)
    worksheet.append(cells)
    if lines > 1:
        del worksheet.row_dimensions[number]  # written, and not needed in memory


def set_columns(
    worksheet: WriteOnlyWorksheet, widths: Sequence[int], formats: Sequence[str] = ()
) -> None:
    """Widths, and the format (text, unless given) of the cells that are still to be filled in."""
    for at, width in enumerate(widths):
        dimension = worksheet.column_dimensions[get_column_letter(at + 1)]
        dimension.width = width
        dimension.number_format = formats[at] if formats else TEXT_FORMAT
