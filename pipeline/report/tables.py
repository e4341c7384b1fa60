"""A detail sheet: one real Excel table, written column by column."""

from typing import Any

import numpy as np
import pandas as pd
from xlsxwriter.worksheet import Worksheet

from pipeline import money
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


def write_detail(worksheet: Worksheet, detail: Detail, formats: Formats) -> None:
    """The sheet's table below what is said about it."""
    heading_row = detail.heading_row
    columns = detail.sheet.columns
    if detail.is_cut:
        worksheet.write_string(0, 0, detail.notice, formats["notice"])
    widths = [
        _write_column(worksheet, detail, column, (heading_row + 1, at), formats)
        for at, column in enumerate(columns)
    ]
    _set_heights(worksheet, detail, widths)
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


def _write_column(
    worksheet: Worksheet,
    detail: Detail,
    column: DetailColumn,
    corner: tuple[int, int],
    formats: Formats,
) -> int:
    """The cells of one column below `corner`, whose format serves all its cells; its width."""
    row, at = corner
    values = detail.rows[column.name]
    if column.kind == MONEY:
        return _write_money(worksheet, detail.rows, column, corner, formats)
    if column.kind in (TEXT, WRAPPED):
        texts = shown_texts(values)
        wanted = max(map(len, texts), default=0) + ROOM
        look = "wrapped" if wanted > column.widest else "text"
        worksheet.write_column(row, at, texts)
    elif column.kind in (DATE, MONTH):
        wanted, look = DATE_WIDTH, "date" if column.kind == DATE else "month"
        worksheet.write_column(row, at, day_numbers(values))
    elif column.kind == COUNT:
        wanted, look = 0, "count"
        worksheet.write_column(row, at, counts(values))
    else:
        wanted, look = PERCENT_WIDTH, "percent"
        worksheet.write_column(row, at, shares(values))
    width = _width(column, wanted)
    worksheet.set_column(at, at, width, formats[look])
    return width


def _set_heights(worksheet: Worksheet, detail: Detail, widths: list[int]) -> None:
    """Rows as high as their wrapped texts need: not every program finds that out by itself."""
    headings = [
        lines_needed([column.heading], width - ROOM_FOR_FILTER)[0]
        for column, width in zip(detail.sheet.columns, widths, strict=True)
    ]
    worksheet.set_row(detail.heading_row, min(max(2, *headings), 3) * LINE_HEIGHT)
    lines = np.ones(len(detail.rows), np.int64)
    for column, width in zip(detail.sheet.columns, widths, strict=True):
        if column.kind in (TEXT, WRAPPED):
            texts = shown_texts(detail.rows[column.name])
            lines = np.maximum(lines, np.array(lines_needed(texts, width), np.int64))
    for place in np.flatnonzero(lines > 1).tolist():
        height = LINE_HEIGHT * min(int(lines[place]), MOST_LINES)
        worksheet.set_row(detail.heading_row + 1 + place, height)


def _write_money(
    worksheet: Worksheet,
    rows: pd.DataFrame,
    column: DetailColumn,
    corner: tuple[int, int],
    formats: Formats,
) -> int:
    """Amounts, each with the decimals of its currency; the commonest come from the column.

    The width of the column.
    """
    row, at = corner
    places = money.exponents_of(rows["currency"])
    amounts = major_units(rows[column.name], places)
    kinds, counts = np.unique(places, return_counts=True)
    commonest = int(kinds[counts.argmax()]) if len(kinds) else 2
    width = _width(column, _money_width(rows[column.name]))
    worksheet.set_column(at, at, width, formats.money(commonest))
    if len(kinds) <= 1:
        worksheet.write_column(row, at, amounts)
        return width
    looks = {int(kind): formats.money(int(kind)) for kind in kinds}
    write = worksheet.write_number
    for offset, (amount, kind) in enumerate(zip(amounts, places.tolist(), strict=True)):
        if amount is not None:
            write(row + offset, at, amount, looks[kind])
    return width


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
