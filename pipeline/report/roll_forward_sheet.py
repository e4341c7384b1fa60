"""The Roll-forward sheet: deferred revenue, month by month, a block and a chart per currency."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from pipeline import money
from pipeline.report.cells import places_of
from pipeline.report.charts import (
    EARLIER_COLOUR,
    HEIGHT_IN_ROWS,
    LATER_COLOUR,
    LINE,
    LINE_COLOUR,
    ChartPlace,
    Series,
    insert_chart,
)
from pipeline.report.formats import Formats
from pipeline.report.layout import Detail
from pipeline.report.live import LiveTable, Where, live_table, of_month
from pipeline.report.page import Page
from pipeline.report.report_page import finish_report, start_report
from pipeline.report.revenue_sheets import DEFERRED
from pipeline.report.totals import exact_sums
from schemas.outputs import RollForward as D

HEADINGS = ("Month", "Currency", "Opening", "Billed", "Recognised", "Closing")
WIDTHS = (12, 10, 20, 20, 20, 20, 3)
CHART_COLUMN = len(WIDTHS)
MOST_MONTHS_CHARTED = 36
SERIES = (Series(3, LATER_COLOUR), Series(4, EARLIER_COLOUR), Series(5, LINE_COLOUR, LINE))


@dataclass(frozen=True)
class Block:
    """The months of one currency, without a gap, and what was billed and recognised in each.

    Amounts are minor units, which may be more than an int64 holds.
    """

    currency: str
    months: tuple[datetime.date, ...]
    billed: tuple[int, ...]
    recognised: tuple[int, ...]

    @property
    def closing(self) -> list[int]:
        """What is deferred at each month's end; less than nothing: a contract asset."""
        moved = (bill - earn for bill, earn in zip(self.billed, self.recognised, strict=True))
        return list(accumulate(moved))

    @property
    def opening(self) -> list[int]:
        """What was deferred before each month."""
        return [0, *self.closing[:-1]]

    @property
    def is_numeric(self) -> bool:
        """Whether cells can hold all its amounts as numbers."""
        amounts = (*self.billed, *self.recognised, *self.closing)
        return all(abs(minor) < 10**money.MOST_DIGITS for minor in amounts)


def blocks_of(roll_forward: pd.DataFrame, as_of: datetime.date) -> list[Block]:
    """A block for each currency: from its first month to tonight's, or to a later one that moved.

    >>> moved = pd.DataFrame({"month": pd.Series(["2026-01-01"], dtype="datetime64[s]"),
    ...                       "currency": "USD", "billed_minor": 900, "recognised_minor": 300})
    >>> block, = blocks_of(moved, datetime.date(2026, 3, 31))
    >>> len(block.months), block.opening, block.closing
    (3, [0, 600, 600], [600, 600, 600])
    """
    months = roll_forward[D.month].to_numpy("datetime64[M]").astype(np.int64)
    sums = exact_sums(
        roll_forward.assign(month=months),
        [D.currency, D.month],
        [D.billed_minor, D.recognised_minor],
    )
    tonight = int(np.datetime64(as_of, "M").astype(np.int64))
    blocks = []
    for currency in sorted({currency for currency, _ in sums}):
        moved = [month for code, month in sums if code == currency]
        shown = range(min(moved), max(*moved, tonight) + 1)
        amounts = [sums.get((currency, month), (0, 0)) for month in shown]
        days = np.array(shown).astype("datetime64[M]").astype("datetime64[D]").tolist()
        billed, recognised = zip(*amounts, strict=True)
        blocks.append(Block(currency, tuple(days), billed, recognised))
    return blocks


def write_roll_forward(
    workbook: Workbook,
    worksheet: Worksheet,
    detail: Detail,
    blocks: Sequence[Block],
    charted: Sequence[str],
    formats: Formats,
) -> dict[str, str]:
    """The whole sheet, with charts of the `charted` currencies.

    The cell of each currency's last closing balance, where it is a number, for the Checks.
    """
    page = start_report(worksheet, formats, "Roll-forward of deferred revenue", HEADINGS, WIDTHS)
    page.line(_source_note(detail), "note")
    page.line(
        "By accounting date. In brackets: recognised before it was billed, a contract asset.",
        "note",
    )
    if not blocks:
        page.row += 1
        page.line("0 months: nothing was billed or recognised yet", "plain")
    elif len(charted) < len(blocks):
        named = ", ".join(charted)
        page.line(f"Charts: {named}, the currencies with the most contracts.", "note")
    live = None if detail.is_cut else live_table(detail)
    closings = {}
    for block in blocks:
        top = _write_block(page, block, live if block.is_numeric else None)
        if block.is_numeric:
            closings[block.currency] = f"'{worksheet.get_name()}'!$F${page.row}"
        if block.currency in charted and block.is_numeric:
            first = max(top + 1, page.row - MOST_MONTHS_CHARTED)
            place = ChartPlace(top, first, page.row - 1, (top, CHART_COLUMN))
            title = f"Billed, recognised and deferred by month, {block.currency}"
            insert_chart(workbook, worksheet, place, title, SERIES)
            page.row = max(page.row, top + HEIGHT_IN_ROWS)
    finish_report(page, CHART_COLUMN)
    return closings


def _source_note(detail: Detail) -> str:
    if detail.is_cut:
        return (
            f"Billed and Recognised are stored values over all {detail.count:,} rows: the sheet "
            f"{DEFERRED.tab} shows only the first."
        )
    return (
        f"Opening + Billed - Recognised = Closing; live totals of the sheet {DEFERRED.tab}. "
        "Currencies are never added up."
    )


def _write_block(page: Page, block: Block, live: LiveTable | None) -> int:
    """The months of a currency; the row of its headings."""
    page.section(block.currency)
    top = page.row
    page.headings(HEADINGS, right=range(2, len(HEADINGS)))
    places = places_of(block.currency)
    amounts = zip(block.opening, block.billed, block.recognised, block.closing, strict=True)
    for month, (opening, billed, recognised, closing) in zip(block.months, amounts, strict=True):
        page.month(0, month)
        page.text(1, block.currency, "text")
        where = (of_month(page.cell(0)), Where("Currency", page.cell(1)))
        sums = [live.amount(name, places, *where) if live else "" for name in HEADINGS[3:5]]
        row = page.row + 1
        is_first = row == top + 2
        page.money(2, opening, places, "" if is_first or not block.is_numeric else f"=F{row - 1}")
        page.money(3, billed, places, sums[0])
        page.money(4, recognised, places, sums[1])
        worked_out = f"=ROUND(C{row}+D{row}-E{row},{places})" if block.is_numeric else ""
        page.money(5, closing, places, worked_out)
        page.row += 1
    return top
