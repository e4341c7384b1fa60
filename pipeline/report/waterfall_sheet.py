"""The Waterfall sheet: revenue by month, recognised and to come, a block and a chart per currency."""

import datetime
from collections.abc import Iterator, Sequence

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline.report.cells import places_of
from pipeline.report.charts import (
    EARLIER_COLOUR,
    HEIGHT_IN_ROWS,
    LATER_COLOUR,
    ChartPlace,
    Series,
    insert_chart,
)
from pipeline.report.formats import Formats
from pipeline.report.layout import Detail, Details
from pipeline.report.live import LiveTable, Where, live_table, of_month
from pipeline.report.page import Page
from pipeline.report.report_page import finish_report, start_report
from pipeline.report.revenue_sheets import DEFERRED, TO_RECOGNISE
from pipeline.report.to_come import bucket_headings, first_month
from pipeline.report.waterfall import BACK, SPAN, Flow

HEADINGS = ("Month", "Currency", "Recognised", "To come", "Total")
WIDTHS = (15, 10, 20, 20, 20, 3)
CHART_COLUMN = len(WIDTHS)
WORDS = ("Earlier", "Later", "No date yet")
SERIES = (Series(2, EARLIER_COLOUR), Series(3, LATER_COLOUR))


def write_waterfall(
    workbook: Workbook,
    worksheet: Worksheet,
    details: Details,
    flows: Sequence[Flow],
    charted: Sequence[str],
    as_of: datetime.date,
    formats: Formats,
) -> None:
    """The whole sheet, with charts of the `charted` currencies."""
    page = start_report(worksheet, formats, "Revenue waterfall", HEADINGS, WIDTHS)
    sources = (details[DEFERRED], details[TO_RECOGNISE])
    for note in _notes(sources, flows, charted):
        page.line(note, "note")
    if not flows:
        page.row += 1
        page.line("0 months: nothing was recognised yet, and nothing is to come", "plain")
    for flow in flows:
        lives = [
            live_table(source) if flow.is_numeric and not source.is_cut else None
            for source in sources
        ]
        top = _write_flow(page, flow, as_of, lives)
        if flow.currency in charted and flow.is_numeric:
            first = top + 2  # below the headings and what came earlier
            place = ChartPlace(top, first, first + SPAN - 1, (top, CHART_COLUMN))
            title = f"Revenue by month, {flow.currency}"
            insert_chart(workbook, worksheet, place, title, SERIES, stacked=True)
            page.row = max(page.row, top + HEIGHT_IN_ROWS)
    finish_report(page, CHART_COLUMN)


def _notes(
    sources: Sequence[Detail], flows: Sequence[Flow], charted: Sequence[str]
) -> Iterator[str]:
    cut = [source.sheet.tab for source in sources if source.is_cut]
    live = [source.sheet.tab for source in sources if not source.is_cut]
    if cut:
        yield f"Stored values over all rows: {' and '.join(cut)} show only the first."
    if live:
        yield f"Live totals of {' and '.join(live)}; currencies are never added up."
    yield (
        "Recognised by accounting date; to come by the month in which it is expected: what was "
        "expected before tomorrow stands in tomorrow's month."
    )
    if flows:
        more = len(charted) < len(flows)
        which = f" of {', '.join(charted)}, the currencies with the most contracts," if more else ""
        yield f"The charts{which} show the months; what is earlier, later or undated is in the table."


def _write_flow(
    page: Page, flow: Flow, as_of: datetime.date, lives: Sequence[LiveTable | None]
) -> int:
    """A currency's table; the row of its headings."""
    page.section(flow.currency)
    top = page.row
    page.headings(HEADINGS, right=range(2, len(HEADINGS)))
    first = first_month(as_of) - BACK
    days = np.arange(first, first + SPAN).astype("datetime64[D]").tolist()
    to_come = (None,) * (BACK + 1) + flow.to_come
    recognised = (flow.earlier, *flow.recognised, flow.after, None)
    labels = (WORDS[0], *days, *WORDS[1:])
    places = places_of(flow.currency)
    months = f"$A${top + 3}", f"$A${top + 2 + SPAN}"
    wheres = [
        of_month(months[0], "<"),
        *(of_month(f"$A${top + 3 + at}") for at in range(SPAN)),
        of_month(months[1], ">"),
    ]
    headings = bucket_headings(as_of)
    for at, (label, before, after) in enumerate(zip(labels, recognised, to_come, strict=True)):
        _write_label(page, label, flow.currency)
        currency, row = Where("Currency", page.cell(1)), page.row + 1
        if before is not None:
            formula = (
                lives[0].amount("Recognised", places, wheres[at], currency) if lives[0] else ""
            )
            page.money(2, before, places, formula)
        if after is not None:
            heading = headings[at - BACK - 1]
            formula = lives[1].amount(heading, places, currency) if lives[1] else ""
            page.money(3, after, places, formula)
        added = f"=ROUND(SUM(C{row}:D{row}),{places})" if flow.is_numeric else ""
        page.money(4, (before or 0) + (after or 0), places, added)
        page.row += 1
    _write_total(page, flow, top, places)
    return top


def _write_label(page: Page, label: datetime.date | str, currency: str) -> None:
    if isinstance(label, str):
        page.text(0, label, "text")
    else:
        page.month(0, label)
    page.text(1, currency, "text")


def _write_total(page: Page, flow: Flow, top: int, places: int) -> None:
    page.text(0, "Total", "total")
    page.text(1, flow.currency, "total")
    recognised = flow.earlier + sum(flow.recognised) + flow.after
    to_come = sum(flow.to_come)
    for at, minor in enumerate((recognised, to_come, recognised + to_come), start=2):
        name = xl_col_to_name(at)
        formula = f"=ROUND(SUM({name}{top + 2}:{name}{page.row}),{places})"
        page.money(at, minor, places, formula if flow.is_numeric else "", is_total=True)
    page.row += 1
