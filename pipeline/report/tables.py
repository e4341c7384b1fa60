"""A detail sheet: one real Excel table, written column by column."""

from typing import Any

import numpy as np
import pandas as pd
from xlsxwriter.worksheet import Worksheet

from pipeline import money
from pipeline.report.cells import (
    counts,
    day_numbers,
    major_unit,
    major_units,
    shares,
    shown_texts,
)
from pipeline.report.formats import Formats
from pipeline.report.layout import (
    COUNT,
    DATE,
    MONEY,
    NARROWEST,
    PERCENT,
    TEXT,
    WIDEST,
    WRAPPED,
    Detail,
    DetailColumn,
)

TABLE_STYLE = "Table Style Light 1"
DATE_WIDTH, PERCENT_WIDTH, ROOM = 13, 13, 3
LINE_HEIGHT, MOST_LINES = 15, 27
LETTERS_A_LINE = WIDEST - 3
"""Of a wrapped text: a line breaks at a blank, so it is seldom full."""
ROOM_FOR_FILTER = 4


def write_detail(worksheet: Worksheet, detail: Detail, formats: Formats) -> None:
    """The sheet's table: headings in the first row, or in the second, below what is left out."""
    heading_row = 0
    if detail.is_cut:
        worksheet.write_string(0, 0, detail.notice, formats["notice"])
        heading_row = 1
    for at, column in enumerate(detail.sheet.columns):
        _write_column(worksheet, detail, column, (heading_row + 1, at), formats)
    _set_heights(worksheet, detail, heading_row)
    total = _single_currency_total(detail)
    last_row = heading_row + max(len(detail.rows), 1) + (total is not None)
    worksheet.add_table(
        heading_row,
        0,
        last_row,
        len(detail.sheet.columns) - 1,
        {
            "name": detail.sheet.table,
            "style": TABLE_STYLE,
            "total_row": total is not None,
            "columns": [
                _heading(column, at, total, formats)
                for at, column in enumerate(detail.sheet.columns)
            ],
        },
    )
    worksheet.freeze_panes(heading_row + 1, 1)
    worksheet.repeat_rows(0, heading_row)


def _write_column(
    worksheet: Worksheet,
    detail: Detail,
    column: DetailColumn,
    corner: tuple[int, int],
    formats: Formats,
) -> None:
    """The cells of one column below `corner`; the column's format serves all its cells."""
    row, at = corner
    values = detail.rows[column.name]
    if column.kind in (TEXT, WRAPPED):
        texts = shown_texts(values)
        longest = max(map(len, texts), default=0) + ROOM
        look = formats["wrapped" if longest > WIDEST else "text"]
        worksheet.set_column(at, at, _width(column, longest), look)
        worksheet.write_column(row, at, texts)
    elif column.kind == DATE:
        worksheet.set_column(at, at, _width(column, DATE_WIDTH), formats["date"])
        worksheet.write_column(row, at, day_numbers(values))
    elif column.kind == COUNT:
        worksheet.set_column(at, at, _width(column, 0), formats["count"])
        worksheet.write_column(row, at, counts(values))
    elif column.kind == PERCENT:
        worksheet.set_column(at, at, _width(column, PERCENT_WIDTH), formats["percent"])
        worksheet.write_column(row, at, shares(values))
    else:
        _write_money(worksheet, detail.rows, column, corner, formats)


def _set_heights(worksheet: Worksheet, detail: Detail, heading_row: int) -> None:
    """Rows as high as their wrapped texts need: not every program finds that out by itself."""
    worksheet.set_row(heading_row, 2 * LINE_HEIGHT)
    lines = np.ones(len(detail.rows), np.int64)
    for column in detail.sheet.columns:
        if column.kind in (TEXT, WRAPPED):
            texts = detail.rows[column.name].astype("str").fillna("")
            letters = texts.str.len().to_numpy(np.int64)
            breaks = texts.str.count("\n").to_numpy(np.int64)
            lines = np.maximum(lines, -(-letters // LETTERS_A_LINE) + breaks)
    for place in np.flatnonzero(lines > 1).tolist():
        height = LINE_HEIGHT * min(int(lines[place]), MOST_LINES)
        worksheet.set_row(heading_row + 1 + place, height)


def _write_money(
    worksheet: Worksheet,
    rows: pd.DataFrame,
    column: DetailColumn,
    corner: tuple[int, int],
    formats: Formats,
) -> None:
    """Amounts, each with the decimals of its currency; the commonest come from the column."""
    row, at = corner
    places = money.exponents_of(rows["currency"])
    amounts = major_units(rows[column.name], places)
    kinds, counts = np.unique(places, return_counts=True)
    commonest = int(kinds[counts.argmax()]) if len(kinds) else 2
    worksheet.set_column(
        at, at, _width(column, _money_width(rows[column.name])), formats.money(commonest)
    )
    if len(kinds) <= 1:
        worksheet.write_column(row, at, amounts)
        return
    looks = {int(kind): formats.money(int(kind)) for kind in kinds}
    write = worksheet.write_number
    for offset, (amount, kind) in enumerate(zip(amounts, places.tolist(), strict=True)):
        write(row + offset, at, amount, looks[kind])


def _money_width(minor: pd.Series) -> int:
    """Characters of the longest amount with its separators, brackets and room for a total."""
    digits = len(str(max(int(minor.abs().sum()) if len(minor) else 0, 100)))
    return digits + digits // 3 + 4


def _width(column: DetailColumn, wanted: int) -> int:
    words = max(map(len, column.heading.split()))
    return min(max(wanted, words + ROOM_FOR_FILTER, NARROWEST), WIDEST)


def _heading(
    column: DetailColumn, at: int, total: tuple[float, int] | None, formats: Formats
) -> dict[str, Any]:
    """The table's settings for one column; `total` is the sheet's total with its decimals."""
    right = column.kind in (MONEY, COUNT, PERCENT)
    heading: dict[str, Any] = {
        "header": column.heading,
        "header_format": formats["heading_filter" if right else "heading"],
    }
    if total is not None and at == 0:
        heading |= {"total_string": "Total"}
    if total is not None and column.kind == MONEY:
        amount, places = total
        heading |= {
            "total_function": "sum",
            "total_value": amount,
            "format": formats.money(places),
        }
    return heading


def _single_currency_total(detail: Detail) -> tuple[float, int] | None:
    """The total of the sheet's amounts with its decimals, where it means something.

    It means nothing over several currencies, over the first rows only, or over no row.
    """
    column = detail.sheet.amount
    if column is None or not detail.sheet.has_total or detail.is_cut:
        return None
    if detail.rows["currency"].nunique() != 1:
        return None
    places = int(money.exponents_of(detail.rows["currency"].head(1))[0])
    amount = major_unit(money.total(detail.rows[column.name]), places)
    return None if isinstance(amount, str) else (amount, places)
