"""A detail sheet: one real Excel table, written column by column."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from xlsxwriter.format import Format

from pipeline import money
from pipeline.report.blocks import BlockColumn, BlockSheet
from pipeline.report.cells import (
    counts,
    day_numbers,
    major_units,
    shares,
    shown_texts,
)
from pipeline.report.formats import Formats
from pipeline.report.layout import (
    COUNT,
    DATE,
    MONEY,
    MONTH,
    NARROWEST,
    PERCENT,
    TEXT,
    WRAPPED,
    Detail,
    DetailColumn,
)
from pipeline.report.table_totals import (
    Totals,
    single_currency_totals,
    write_totals,
    write_totals_below,
)
from pipeline.report.wrapping import LINE_HEIGHT, MOST_LINES, lines_needed

TABLE_STYLE = "Table Style Light 1"
DATE_WIDTH, PERCENT_WIDTH, ROOM = 13, 13, 3
ROOM_FOR_FILTER = 4


@dataclass(frozen=True)
class Shown:
    """A column as its sheet shows it: its cells' values, their looks (`which` of them each has; None:
    the column's), and the column's own look and width."""

    values: list[Any]
    look: Format
    width: int
    looks: Sequence[Format] = ()
    which: np.ndarray | None = None


def write_detail(
    worksheet: BlockSheet, detail: Detail, formats: Formats, written_over: Collection[str] = ()
) -> None:
    """The sheet's table below what is said about it. Single cells can be written over those of the
    columns `written_over` only."""
    heading_row = detail.heading_row
    columns = detail.sheet.columns
    if detail.is_cut:
        worksheet.write_string(0, 0, detail.notice, formats["notice"])
    shown = [_shown(detail, column, formats) for column in columns]
    for at, column in enumerate(shown):
        worksheet.set_column(at, at, column.width, column.look)
    single = [column.name in written_over for column in columns]
    _write_cells(worksheet, heading_row + 1, shown, single)
    _set_heights(worksheet, detail, shown)
    totals = single_currency_totals(detail)
    last_row = heading_row + max(len(detail.rows), 1) + bool(totals)
    worksheet.add_table(
        heading_row,
        0,
        last_row,
        len(columns) - 1,
        {
            "name": detail.sheet.table,
            "style": TABLE_STYLE,
            "total_row": bool(totals),
            "columns": [_heading(column, at, totals, formats) for at, column in enumerate(columns)],
        },
    )
    if totals:
        write_totals(worksheet, last_row, detail, totals, formats)
    elif detail.sheet.totals_below and not detail.is_cut:
        write_totals_below(worksheet, last_row + 2, detail, formats)
    worksheet.freeze_panes(heading_row + 1, detail.sheet.frozen)
    worksheet.repeat_rows(0, heading_row)


def _shown(detail: Detail, column: DetailColumn, formats: Formats) -> Shown:
    """The column's values in the form that cells hold, and how they look."""
    values = detail.rows[column.name]
    if column.kind == MONEY:
        return _shown_money(detail.rows, column, formats)
    if column.kind in (TEXT, WRAPPED):
        texts = shown_texts(values)
        wanted = max(map(len, texts), default=0) + ROOM
        look = "wrapped" if wanted > column.widest else "text"
        return Shown(texts, formats[look], _width(column, wanted))
    if column.kind in (DATE, MONTH):
        look = "date" if column.kind == DATE else "month"
        return Shown(day_numbers(values), formats[look], _width(column, DATE_WIDTH))
    if column.kind == COUNT:
        return Shown(counts(values), formats["count"], _width(column, 0))
    return Shown(shares(values), formats["percent"], _width(column, PERCENT_WIDTH))


def _shown_money(rows: pd.DataFrame, column: DetailColumn, formats: Formats) -> Shown:
    """Amounts, each with the decimals of its currency; the commonest come from the column."""
    places = money.exponents_of(rows["currency"])
    kinds, which, counts = np.unique(places, return_inverse=True, return_counts=True)
    commonest = int(kinds[counts.argmax()]) if len(kinds) else 2
    return Shown(
        major_units(rows[column.name], places),
        formats.money(commonest),
        _width(column, _money_width(rows[column.name])),
        [formats.money(int(kind)) for kind in kinds],
        which,
    )


def _write_cells(
    worksheet: BlockSheet, row: int, shown: Sequence[Shown], single: Sequence[bool]
) -> None:
    """The cells from `row` on: of the columns that are `single` one by one, else in blocks."""
    for is_single, numbered in groupby(enumerate(shown), lambda entry: single[entry[0]]):
        side_by_side = list(numbered)
        if is_single:
            for at, column in side_by_side:
                worksheet.write_column(row, at, column.values)
        elif len(side_by_side[0][1].values):
            cells = [_cells(worksheet, column) for _, column in side_by_side]
            worksheet.write_block(row, side_by_side[0][0], cells)


def _cells(worksheet: BlockSheet, column: Shown) -> BlockColumn:
    if isinstance(column.values[0], str):
        return worksheet.text_cells(column.values, column.look)
    return worksheet.number_cells(column.values, column.looks or [column.look], column.which)


def _set_heights(worksheet: BlockSheet, detail: Detail, shown: Sequence[Shown]) -> None:
    """Rows as high as their wrapped texts need: not every program finds that out by itself."""
    headings = [
        lines_needed([column.heading], one.width - ROOM_FOR_FILTER)[0]
        for column, one in zip(detail.sheet.columns, shown, strict=True)
    ]
    worksheet.set_row(detail.heading_row, min(max(2, *headings), 3) * LINE_HEIGHT)
    lines = np.ones(len(detail.rows), np.int64)
    for column, one in zip(detail.sheet.columns, shown, strict=True):
        if column.kind in (TEXT, WRAPPED):
            lines = np.maximum(lines, np.array(lines_needed(one.values, one.width), np.int64))
    for place in np.flatnonzero(lines > 1).tolist():
        height = LINE_HEIGHT * min(int(lines[place]), MOST_LINES)
        worksheet.set_row(detail.heading_row + 1 + place, height)


def _money_width(minor: pd.Series) -> int:
    """Characters of the longest amount with its separators, brackets and room for a total."""
    digits = len(str(max(money.total(minor.abs().fillna(0)), 100)))
    return digits + digits // 3 + 4


def _width(column: DetailColumn, wanted: int) -> int:
    words = max(map(len, column.heading.split()))
    return min(max(wanted, words + ROOM_FOR_FILTER, NARROWEST), column.widest)


def _heading(column: DetailColumn, at: int, totals: Totals, formats: Formats) -> dict[str, Any]:
    """The table's settings for one column."""
    right = column.kind in (MONEY, COUNT, PERCENT)
    heading: dict[str, Any] = {
        "header": column.heading,
        "header_format": formats["heading_filter" if right else "heading"],
    }
    if totals and at == 0:
        heading |= {"total_string": "Total"}
    if column.name in totals:
        amount, places = totals[column.name]
        heading |= {
            "total_function": "sum",
            "total_value": amount,
            "format": formats.money(places),
        }
    return heading
