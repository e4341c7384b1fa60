"""From a grid of cells to a sheet of its table: headings, blank rows, row numbers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.findings import ERROR, INFO, WARNING, no_findings, one_finding
from pipeline.read import limits
from pipeline.read.faults import UnreadableError
from pipeline.read.inputs import Sheet
from pipeline.read.naming import (
    OUR_COLUMNS,
    heading_key,
    key_headings,
    match_headings,
    required_headings,
    similar_heading,
)
from pipeline.read.texts import filled_rows, frame_of, trim, trim_texts

SEARCHED_ROWS = 30
"""How far down the headings are looked for."""


@dataclass(frozen=True)
class Grid:
    """The cells of one CSV file or worksheet from its heading row on.

    `columns` hold the rows below the headings as large strings, one array per heading, none left
    out: the first stands in row `heading_row` + 1. `first_column` is 0 where the grid begins at A.
    `above` are the texts of the rows right above the headings.
    """

    table: str
    file: str
    sheet: str
    heading_row: int
    headings: Sequence[str]
    columns: Sequence[arrow.Array]
    first_column: int = 0
    above: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class Reading:
    """What reading a file, or a part of one, came to."""

    sheets: tuple[Sheet, ...] = ()
    findings: list[pd.DataFrame] = field(default_factory=list)


def heading_place(head: Sequence[Sequence[str]], table: str) -> int | None:
    """Which of the first rows holds the headings: the first of those with the most known ones.

    >>> heading_place([["Milestones"], [], ["Code", "Lookup type"], ["A", "B"]], "lookups")
    2
    """
    known = [len(set(match_headings(row, table)) - {None}) for row in head[:SEARCHED_ROWS]]
    best = max(known, default=0)
    return known.index(best) if best else None


def no_headings(table: str, file: str, sheet: str) -> pd.DataFrame:
    """The finding on a sheet without a usable heading row."""
    needed = required_headings(table) or key_headings(table)[:1]
    return one_finding(
        "COL-04", ERROR,
        f"no headings of {table} are found in the first {SEARCHED_ROWS} rows, so none of its rows "
        f"is read; give it a row with the headings {', '.join(needed)}",
        file=file, sheet=sheet,
    )  # fmt: skip


def refuse_width(headings: Sequence[str]) -> None:
    """Raises UnreadableError where there are more columns than are looked at one by one."""
    if len(headings) > limits.HEADINGS:
        raise UnreadableError(
            f"the sheet is {len(headings)} columns wide, and at most {limits.HEADINGS} are read; "
            "delete those that are not needed, blank ones too"
        )


def build_sheet(grid: Grid) -> Reading:
    """The grid as a sheet, with the findings on its headings; no sheet where they are unusable."""
    headings = trim_texts(grid.headings)
    columns = match_headings(headings, grid.table)
    if not set(columns) & set(key_headings(grid.table)):
        return Reading(findings=[no_headings(grid.table, grid.file, grid.sheet)])
    twice = _repeated_headings(grid, headings, columns)
    if twice:
        return Reading(findings=twice)
    cells = [trim(column) for column in grid.columns]
    filled = filled_rows(cells, len(cells[0]))
    again = _heading_rows(cells, headings)
    kept = filled & ~again
    sheet = Sheet(
        table=grid.table,
        file=grid.file,
        sheet=grid.sheet,
        heading_row=grid.heading_row,
        headings=headings,
        columns=columns,
        cells=frame_of(cells, kept),
        rows=(np.flatnonzero(kept) + grid.heading_row + 1).astype(np.int32),
    )
    has_values = [column.null_count < len(column) for column in cells]
    return Reading(
        (sheet,),
        [
            *_unknown_columns(grid, headings, columns, has_values),
            *_missing_columns(grid, columns),
            *_rows_above(grid, columns),
            *_odd_rows(grid, sheet, np.flatnonzero(again) + grid.heading_row + 1),
        ],
    )


def column_letters(place: int) -> str:
    """The letters by which a spreadsheet names a column.

    >>> [column_letters(place) for place in (0, 25, 26, 16383)]
    ['A', 'Z', 'AA', 'XFD']
    """
    letters = ""
    rest = place + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _repeated_headings(
    grid: Grid, headings: tuple[str, ...], columns: tuple[str | None, ...]
) -> list[pd.DataFrame]:
    times = Counter(column for column in columns if column is not None)
    seconds = [
        place
        for place, column in enumerate(columns)
        if column is not None and times[column] > 1 and column in columns[:place]
    ]
    return [
        one_finding(
            "COL-03", ERROR,
            f"column {column_letters(grid.first_column + place)} has the heading {headings[place]} "
            "a second time, so none of the sheet's rows is read; delete or rename one of the two",
            file=grid.file, sheet=grid.sheet, row=grid.heading_row, column=headings[place],
        )
        for place in seconds
    ]  # fmt: skip


def _unknown_columns(
    grid: Grid,
    headings: tuple[str, ...],
    columns: tuple[str | None, ...],
    has_values: Sequence[bool],
) -> list[pd.DataFrame]:
    found = []
    for place, (heading, column) in enumerate(zip(headings, columns, strict=True)):
        letters = column_letters(grid.first_column + place)
        if column is not None or heading_key(heading) in OUR_COLUMNS:
            continue
        if heading:
            near = similar_heading(heading, grid.table)
            advice = f"rename it to {near}" if near else "rename or delete it"
            message = (
                f"column {letters}, {heading}, is not a column of {grid.table} and is not read; "
                f"{advice} if its values matter, else leave it"
            )
        elif has_values[place]:
            message = (
                f"column {letters} has values but no heading and is not read; "
                "give it a heading if its values matter, else delete it"
            )
        else:
            continue
        found.append(
            one_finding(
                "COL-01", WARNING, message, file=grid.file, sheet=grid.sheet,
                row=grid.heading_row, column=heading or letters, value=heading,
            )
        )  # fmt: skip
    return found


def _missing_columns(grid: Grid, columns: tuple[str | None, ...]) -> list[pd.DataFrame]:
    return [
        one_finding(
            "COL-02", WARNING,
            f"the required column {heading} of {grid.table} is missing; add it and fill it in",
            file=grid.file, sheet=grid.sheet, row=grid.heading_row, column=heading,
        )
        for heading in required_headings(grid.table)
        if heading not in columns
    ]  # fmt: skip


def _rows_above(grid: Grid, columns: tuple[str | None, ...]) -> list[pd.DataFrame]:
    """A warning where what stands above the headings is too full for a title.

    A sheet that was sorted together with its headings has rows above them.
    """
    full = max(2, len(set(columns) - {None}) / 2)
    first = grid.heading_row - len(grid.above)
    rows = [
        row
        for row, texts in enumerate(grid.above, first)
        if sum(map(bool, texts)) >= full and not any(match_headings(texts, grid.table))
    ]
    if not rows:
        return []
    return [
        one_finding(
            "COL-06", WARNING,
            f"{len(rows)} of the rows above the headings look like data, first row {rows[0]}, and "
            "are not read; move them below the headings if they are",
            file=grid.file, sheet=grid.sheet, row=rows[0],
        )
    ]  # fmt: skip


def _heading_rows(cells: Sequence[arrow.Array], headings: tuple[str, ...]) -> np.ndarray:
    """True for rows that hold the headings once more, as tables pasted one below another do."""
    same = np.ones(len(cells[0]), dtype=bool)
    for column, heading in zip(cells, headings, strict=True):
        if heading:
            equal = compute.fill_null(
                compute.equal(column, arrow.scalar(heading, column.type)), False
            )
            same &= equal.to_numpy(zero_copy_only=False)
            if not same.any():
                break
    return same


def _odd_rows(grid: Grid, sheet: Sheet, again: np.ndarray) -> list[pd.DataFrame]:
    found = [no_findings()]
    if len(again):
        found.append(
            one_finding(
                "COL-05", INFO,
                f"the headings stand once more in {len(again)} of the rows below them, first in "
                f"row {again[0]}; these rows are left out, nothing needs to be done",
                file=grid.file, sheet=grid.sheet, row=int(again[0]),
            )
        )  # fmt: skip
    if not len(sheet.rows):
        found.append(
            one_finding(
                "FIL-05", INFO,
                f"{grid.table} has headings but no rows; add rows if some were expected",
                file=grid.file, sheet=grid.sheet, row=grid.heading_row,
            )
        )  # fmt: skip
    return found
