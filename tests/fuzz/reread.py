"""A second reader of the mutated files, that shares nothing with the program's: csv and openpyxl."""

import csv
import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import openpyxl

from pipeline.read import Sheet

Rows = dict[int, list[Any]]
"""The cells of each row that is not blank, by the row's number as a person counts."""

ESCAPE = re.compile("_x[0-9A-Fa-f]{4}_")
"""How a workbook spells what XML can't hold: Excel reads the character, openpyxl what stands there."""

CANNOT = (
    ValueError, LookupError, TypeError, AttributeError, OverflowError, SyntaxError,
    AssertionError, zipfile.BadZipFile, OSError, NotImplementedError, EOFError,
)  # fmt: skip
"""What openpyxl raises on a workbook that it can't read."""


def reread_csv(data: bytes, sheet: Sheet) -> Rows | None:
    """The rows below the headings; None where no delimiter gives the headings that were found."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = data.decode(encoding)
    for delimiter in ",;\t":
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        head = records[sheet.heading_row - 1] if len(records) >= sheet.heading_row else []
        if [cell.strip() for cell in head] == list(sheet.headings):
            return _filled(records, sheet.heading_row, len(head))
    return None


def _filled(records: Sequence[Sequence[Any]], heading_row: int, width: int) -> Rows:
    return {
        number: list(record[:width])
        for number, record in enumerate(records, 1)
        if number > heading_row and any(str(cell).strip() for cell in record[:width])
    }


def reread_workbook(data: bytes) -> dict[str, list[list[Any]]] | None:
    """Every worksheet's rows from A1 on, blanks as ""; None where openpyxl can't read them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        return {
            sheet.title: [
                ["" if cell is None else cell for cell in row]
                for row in sheet.iter_rows(min_row=1, min_col=1, values_only=True)
            ]
            for sheet in book.worksheets
        }
    except CANNOT:
        return None


def reread_sheet(rows: list[list[Any]], sheet: Sheet) -> Rows | None:
    """The rows below the headings, from the column on in which the headings begin."""
    if len(rows) < sheet.heading_row:
        return None
    head = [str(cell).strip() for cell in rows[sheet.heading_row - 1]]
    named = [place for place, heading in enumerate(sheet.headings) if heading]
    for left in range(len(head)):
        if all(head[left + p : left + p + 1] == [sheet.headings[p]] for p in named):
            cut = [row[left:] for row in rows]
            return _filled(cut, sheet.heading_row, len(sheet.headings))
    return None


BEYOND = "#VALUE!"
"""What openpyxl makes of a day beyond its calendar, where the file holds a number."""


def same(theirs: Any, ours: str) -> bool:
    """Whether the program's text says what the cell holds.

    >>> [same(*pair) for pair in ((3.0, "3"), (0.3, "30%"), ("a ", "a"), (True, "TRUE"), (3, "4"))]
    [True, True, True, True, False]
    """
    if isinstance(theirs, bool):
        return ours == str(theirs).upper()
    if isinstance(theirs, int | float):
        return _same_number(theirs, ours)
    if isinstance(theirs, datetime.datetime):
        return ours in (str(theirs), str(theirs).removesuffix(" 00:00:00"))
    if isinstance(theirs, datetime.date | datetime.time):
        return ours.startswith(str(theirs))
    if isinstance(theirs, datetime.timedelta):
        return True  # a duration has no text of its own
    if theirs == BEYOND and ours.strip().isdecimal():
        return True
    return str(theirs).strip() == ours.strip() or ESCAPE.search(str(theirs)) is not None


def _same_number(theirs: float, ours: str) -> bool:
    number = Decimal(repr(theirs))
    if not number.is_finite():
        return ours.lower().lstrip("-") in ("inf", "nan")
    try:
        said = Decimal(ours.removesuffix("%"))
    except ArithmeticError:
        return False
    if ours.endswith("%"):
        return abs(said / 100 - number) <= abs(number) / 10**14
    return said == number or abs(said - number) <= abs(number) / 10**14
