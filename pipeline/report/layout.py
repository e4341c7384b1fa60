"""What a detail sheet of the accountants' workbook is: its columns, its rows, what it leaves out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

TEXT, WRAPPED, COUNT = "text", "wrapped", "count"
MONEY, PERCENT, DATE, MONTH = "money", "percent", "date", "month"

NARROWEST, WIDEST = 10, 40
WIDE = 84
"""For sentences: most then take one line."""

DETAILS_FOLDER = "details/"
IN_A_FILE_BESIDE = "all of them are in {file}"
"""Of a sheet whose rows no other file of the run holds: where it is cut, one is written."""


@dataclass(frozen=True)
class DetailColumn:
    """A column of a detail sheet: which column of the frame it shows, under what heading, how.

    Where it `is_optional`, it is left out if no row has anything in it; `is_summed` says whether
    the amounts of all rows together mean something.
    """

    name: str
    heading: str
    kind: str = TEXT
    widest: int = WIDEST
    is_optional: bool = False
    is_summed: bool = True


@dataclass(frozen=True)
class DetailSheet:
    """A detail sheet: its tab, its Excel table, and where all rows are if it can't show them.

    `source` is the frame of the record that it shows. It `has_legend` where a line above the
    headings explains it, `totals_below` where the totals of several currencies stand below the
    table, and `is_optional` where it is left out if there is no row; `frozen` columns stay when
    it is scrolled.
    """

    tab: str
    table: str
    source: str
    holds: str
    whole: str
    columns: tuple[DetailColumn, ...]
    totals_below: bool = False
    has_legend: bool = False
    is_optional: bool = False
    frozen: int = 1

    @property
    def file(self) -> str:
        """Below the run's folder, the file with all rows, where the sheet is cut and has one.

        >>> DetailSheet("To recognise", "ToRecognise", "", "", IN_A_FILE_BESIDE, ()).file
        'details/to_recognise.csv'
        """
        if self.whole != IN_A_FILE_BESIDE:
            return ""
        return f"{DETAILS_FOLDER}{self.tab.lower().replace(' ', '_').replace('-', '_')}.csv"

    @property
    def amounts(self) -> tuple[DetailColumn, ...]:
        """The columns of money."""
        return tuple(column for column in self.columns if column.kind == MONEY)

    def heading(self, name: str) -> str:
        """The heading of the frame's column."""
        return next(column.heading for column in self.columns if column.name == name)


@dataclass(frozen=True)
class ReportSheet:
    """A sheet that adds up the rows of a detail sheet, before which it stands."""

    tab: str
    holds: str
    detail: DetailSheet


@dataclass(frozen=True)
class Detail:
    """A detail sheet with the rows that it shows, and the number of rows there are.

    `all_rows` are those, where they are at hand.
    """

    sheet: DetailSheet
    rows: pd.DataFrame
    count: int
    all_rows: pd.DataFrame | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the sheet shows fewer rows than there are."""
        return len(self.rows) < self.count

    @property
    def heading_row(self) -> int:
        """Where the headings stand, the first row is 0: below what is left out, and the legend."""
        return self.is_cut + self.sheet.has_legend

    @property
    def notice(self) -> str:
        """What a cut sheet says about the rest, or ""."""
        if not self.is_cut:
            return ""
        return (
            f"{self.sheet.tab}: the first {len(self.rows):,} of {self.count:,} rows; "
            f"{self.sheet.whole.format(file=self.sheet.file)}."
        )

    @property
    def source_note(self) -> str:
        """What stands over totals of the sheet, elsewhere."""
        if self.is_cut:
            return f"Stored values over all {self.count:,} rows: the sheet shows only the first."
        return f"Live totals of the sheet {self.sheet.tab}; currencies are never added up."


class Details:
    """The detail sheets of one workbook, in the order of their tabs, each found by its sheet."""

    def __init__(self, listed: Iterable[Detail]) -> None:
        self._by_table = {detail.sheet.table: detail for detail in listed}

    def __getitem__(self, sheet: DetailSheet) -> Detail:
        return self._by_table[sheet.table]

    def __contains__(self, sheet: DetailSheet) -> bool:
        return sheet.table in self._by_table

    def get(self, sheet: DetailSheet) -> Detail | None:
        """The sheet, None where the workbook has no such one."""
        return self._by_table.get(sheet.table)

    def __iter__(self) -> Iterator[Detail]:
        return iter(self._by_table.values())
