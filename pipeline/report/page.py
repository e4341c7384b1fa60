"""A sheet that is read from top to bottom: titles, facts and small tables below each other."""

import datetime
from collections.abc import Collection, Sequence

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.report.cells import day_number, major_unit, shown_text
from pipeline.report.formats import Formats
from pipeline.report.wrapping import LINE_HEIGHT


class Page:
    """A worksheet with the row where the next thing goes; `width` columns have the bar of headings.

    `of_these` stands behind the title of what is told of contracts, where it is not of all of them.
    """

    def __init__(
        self, worksheet: Worksheet, formats: Formats, width: int = 8, of_these: str = ""
    ) -> None:
        self.worksheet = worksheet
        self.formats = formats
        self.width = width
        self.of_these = of_these
        self.row = 0
        self.blocks = [0]
        """Rows at which something begins that belongs together."""

    def line(self, text: str, look: str) -> None:
        """One text, then the next row."""
        self.worksheet.write_string(self.row, 0, shown_text(text), self.formats[look])
        self.row += 1

    def fact(self, label: str, text: str) -> None:
        """A label with its text beside it."""
        self.text(0, label, "label")
        self.text(1, text, "plain")
        self.row += 1

    def section(self, title: str, note: str = "") -> None:
        """A heading over a block, with what to know about it."""
        self.row += 1
        self.blocks.append(self.row)
        self.line(title, "section")
        if note:
            self.line(note, "note")

    def section_of_contracts(self, title: str, note: str = "") -> None:
        """The same over what is told of the contracts that the run looked at."""
        self.section(title + self.of_these, note)

    def headings(self, texts: Sequence[str], *, right: Collection[int], lines: int = 1) -> None:
        """The heading row of a block, so many lines high; those of numbers stand on the right."""
        if lines > 1:
            self.worksheet.set_row(self.row, lines * LINE_HEIGHT)
        for at in range(self.width):
            look = "heading_right" if at in right else "heading"
            text = texts[at] if at < len(texts) else ""
            self.worksheet.write(self.row, at, text, self.formats[look])
        self.row += 1

    def text(self, at: int, text: str, look: str = "wrapped") -> None:
        """A text in the running row."""
        self.worksheet.write_string(self.row, at, shown_text(text), self.formats[look])

    def count(self, at: int, number: int, formula: str = "") -> None:
        """A whole number in the running row, live where there is a formula."""
        if formula:
            self.worksheet.write_formula(self.row, at, formula, self.formats["count"], number)
        else:
            self.worksheet.write_number(self.row, at, number, self.formats["count"])

    def day(self, at: int, number: float | None) -> None:
        """A day (cells.day_number) in the running row, where there is one."""
        if number is not None:
            self.worksheet.write_number(self.row, at, number, self.formats["date"])

    def month(self, at: int, month: datetime.date) -> None:
        """A month in the running row, by its first day."""
        self.worksheet.write_number(self.row, at, day_number(month), self.formats["month"])

    def link(self, at: int, tab: str, text: str, cell: str = "A1") -> None:
        """A link to a sheet in the running row."""
        target = f"internal:'{tab}'!{cell}"
        self.worksheet.write_url(self.row, at, target, self.formats["link"], string=text)

    def money(
        self, at: int, minor: int, places: int, formula: str = "", *, is_total: bool = False
    ) -> None:
        """An amount in the running row; as text where it has more digits than a number keeps."""
        value = major_unit(minor, places)
        look = self.formats.total(places) if is_total else self.formats.money(places)
        if isinstance(value, str):
            self.worksheet.write_string(self.row, at, value, look)
        elif formula:
            self.worksheet.write_formula(self.row, at, formula, look, value)
        else:
            self.worksheet.write_number(self.row, at, value, look)

    def cell(self, at: int) -> str:
        """The address of a cell in the running row, such as $A$12."""
        return xl_rowcol_to_cell(self.row, at, row_abs=True, col_abs=True)
