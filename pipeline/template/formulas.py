"""Formulas of the conditional formats: what is missing, what stands twice, what does not total 100.

All are about the row of the first cell of their range, row 2; the columns of a table are A, B, …
in the order of its model. Ranges end somewhere, so that a spreadsheet stays quick.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

import schemas
from schemas import cells

FIRST_ROW = 2
ELSEWHERE = "elsewhere_"
"""Begins the names of the columns of `Lists` that hold the percentages of plans not on the sheet."""

HUNDRED_PERCENT = 100_000_000


@dataclass(frozen=True)
class SheetColumns:
    """The columns of a table's sheet, and the last row that its formats reach."""

    columns: tuple[schemas.Column, ...]
    last_row: int

    def letter(self, column: schemas.Column) -> str:
        """A, B, …"""
        return get_column_letter(self.columns.index(column) + 1)

    def cells_of(self, columns: Sequence[schemas.Column]) -> str:
        """Their ranges, as a format takes them: `A2:A2001 C2:C2001`."""
        letters = map(self.letter, columns)
        return " ".join(f"{one}{FIRST_ROW}:{one}{self.last_row}" for one in letters)

    def cell(self, column: schemas.Column) -> str:
        """The column's cell in the row: `$A2`."""
        return f"${self.letter(column)}{FIRST_ROW}"

    def whole(self, column: schemas.Column) -> str:
        """The whole column: `$A$2:$A$2001`."""
        letter = self.letter(column)
        return f"${letter}${FIRST_ROW}:${letter}${self.last_row}"

    def same(self, columns: Sequence[schemas.Column]) -> str:
        """Criteria for rows with the same values in these columns."""
        return ",".join(f"{self.whole(one)},{self.cell(one)}" for one in columns)


def begun(sheet: SheetColumns) -> str:
    """True where the row has any value."""
    last = get_column_letter(len(sheet.columns))
    return f"COUNTA($A{FIRST_ROW}:${last}{FIRST_ROW})>0"


def missing(sheet: SheetColumns, first: schemas.Column) -> str:
    """A required cell of a begun row is blank; `first` is the first column of the range."""
    return f"AND(LEN(TRIM({sheet.letter(first)}{FIRST_ROW}))=0,{begun(sheet)})"


def twice(sheet: SheetColumns, keys: Sequence[schemas.Column]) -> str:
    """The row's key stands in another row too."""
    filled = ",".join(f'{sheet.cell(one)}<>""' for one in keys)
    return f"AND({filled},COUNTIFS({sheet.same(keys)})>1)"


def not_hundred(
    sheet: SheetColumns, share: schemas.Column, plan: Sequence[schemas.Column], *, elsewhere: bool
) -> str:
    """Every row of the plan has a percentage, and with those that are elsewhere they don't total 100."""
    same = sheet.same(plan)
    total = f"SUMIFS({sheet.whole(share)},{same})"
    if elsewhere:
        beside = ",".join(
            f"{ELSEWHERE}{place},{sheet.cell(one)}" for place, one in enumerate(plan, 1)
        )
        total += f"+SUMIFS({ELSEWHERE}percent,{beside})"
    return (
        f'AND({sheet.cell(share)}<>"",COUNTIFS({same},{sheet.whole(share)},"")=0,'
        f"ABS({total}-100)>0.0000001)"
    )


def plan_of(
    columns: Sequence[schemas.Column],
) -> tuple[schemas.Column, list[schemas.Column]] | None:
    """The column of a table whose values total 100, and the columns that say of which rows: the key
    but its last column. None where the table has no shares.

    >>> share, plan = plan_of(schemas.uploaded_columns(schemas.TABLES["milestones"]))
    >>> share.heading, [column.heading for column in plan]
    ('percent', ['subscription_number', 'charge_number', 'event_type'])
    """
    shares = [
        one for one in columns if one.kind == cells.PERCENT and one.bounds == (0, HUNDRED_PERCENT)
    ]
    keys = [one for one in columns if one.key]
    return (shares[0], keys[:-1]) if shares else None
