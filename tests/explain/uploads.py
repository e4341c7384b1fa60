"""Uploaded and written files, opened as a person opens them: by file, sheet, row and heading."""

import csv
import datetime
import zipfile
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

Rows = list[list[Any]]


@cache
def rows_of(path: Path, sheet: str = "") -> Rows:
    """All rows of a CSV file or of a sheet, the first in place 0, hidden ones and titles too."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    book = load_workbook(path, data_only=True)
    return [list(row) for row in book[sheet].iter_rows(values_only=True)]


def cell_at(path: Path, sheet: str, row: int, heading: str) -> str:
    """The text of a cell: row as a person counts, the column by what stands above it."""
    rows = rows_of(path, sheet)
    columns = {
        place for above in rows[: row - 1] for place, cell in enumerate(above) if cell == heading
    }
    assert len(columns) == 1, (path, sheet, heading, columns)
    return plain(rows[row - 1][columns.pop()])


def plain(cell: Any) -> str:
    """A cell as the program would write it."""
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    return str(cell)


def same(cell: str, value: str) -> bool:
    """Whether a cell says a value: numbers by what they come to, `40 %` is 40.

    >>> same("40.0", "40"), same("30%", "30"), same("0010", "10")
    (True, True, False)
    """
    if cell == value:
        return True
    if len(cell) > 1 and cell[0] == "0" and cell[1].isdigit():
        return False
    try:
        return Decimal(cell.rstrip(" %")) == Decimal(value)
    except InvalidOperation:
        return False


def zip_rows(path: Path, member: str) -> Rows:
    """The lines of an interface file in its zip."""
    with zipfile.ZipFile(path) as archive:
        return list(csv.reader(archive.read(member).decode().splitlines()))
