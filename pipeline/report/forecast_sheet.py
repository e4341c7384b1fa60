"""The Forecast sheet: twelve months to bill and to recognise, a block and a chart per currency."""

from collections.abc import Sequence

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline import money
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
from pipeline.report.page import Page
from pipeline.report.paper import page_breaks
from schemas.forecasts import ForecastMonths as F

SHOWN = {
    F.milestones_minor: "Milestones", F.one_time_minor: "One-time", F.recurring_minor: "Recurring",
    F.to_bill_minor: "To bill", F.late_minor: "Of it late", F.on_hold_minor: "On hold",
    F.to_recognise_minor: "To recognise",
}  # fmt: skip
HEADINGS = ("Month", "Currency", *SHOWN.values())
FIRST = 2
"""The column of the first amount; "To bill" adds up those before it."""
TO_BILL, TO_RECOGNISE = (HEADINGS.index(name) for name in ("To bill", "To recognise"))
WIDTHS = (12, 10, *(16 for _ in SHOWN), 3)
CHART_COLUMN = len(WIDTHS)
ROWS_A_PAGE = 54
SERIES = (Series(TO_BILL, EARLIER_COLOUR), Series(TO_RECOGNISE, LATER_COLOUR))
NOTES = (
    "If every open milestone is reached on its expected date, and the late ones on the day after the "
    "night; one without an expected date, and what waits behind it, is not counted.",
    "By the month in whose books it will stand; currencies are never added up. On hold: due by then, "
    "but withheld, and not in To bill.",
)


def write_forecast(
    workbook: Workbook,
    worksheet: Worksheet,
    forecast: pd.DataFrame,
    charted: Sequence[str],
    formats: Formats,
) -> None:
    """The whole sheet, with charts of the `charted` currencies."""
    for at, width in enumerate(WIDTHS):
        worksheet.set_column(at, at, width)
    page = Page(worksheet, formats, len(HEADINGS))
    page.line("Forecast: the next twelve months", "title")
    for note in NOTES:
        page.line(note, "note")
    if forecast.empty:
        page.row += 1
        page.line("0 months: nothing is to come", "plain")
    for currency in forecast["currency"].unique():
        months = forecast[forecast["currency"] == currency]
        top = _write_months(page, str(currency), months)
        if currency in charted and _is_numeric(months):
            place = ChartPlace(top, top + 1, top + len(months), (top, CHART_COLUMN))
            insert_chart(workbook, worksheet, place, f"To come by month, {currency}", SERIES)
            page.row = max(page.row, top + HEIGHT_IN_ROWS)
    worksheet.set_h_pagebreaks(page_breaks(page.blocks, page.row, ROWS_A_PAGE))


def _write_months(page: Page, currency: str, months: pd.DataFrame) -> int:
    """A currency's table; the row of its headings."""
    page.section(currency)
    top, places, numeric = page.row, places_of(currency), _is_numeric(months)
    page.headings(HEADINGS, right=range(FIRST, len(HEADINGS)))
    amounts = zip(*(months[name].tolist() for name in SHOWN), strict=True)
    left, right = xl_col_to_name(FIRST), xl_col_to_name(TO_BILL - 1)
    for month, row in zip(months["month"], amounts, strict=True):
        page.month(0, month.date())
        page.text(1, currency, "text")
        for at, minor in enumerate(row, start=FIRST):
            live = f"=ROUND(SUM({left}{page.row + 1}:{right}{page.row + 1}),{places})"
            page.money(at, minor, places, live if at == TO_BILL and numeric else "")
        page.row += 1
    page.text(0, "Total", "total")
    page.text(1, currency, "total")
    for at, name in enumerate(SHOWN, start=FIRST):
        column = xl_col_to_name(at)
        live = f"=ROUND(SUM({column}{top + 2}:{column}{page.row}),{places})"
        page.money(at, money.total(months[name]), places, live if numeric else "", is_total=True)
    page.row += 1
    return top


def _is_numeric(months: pd.DataFrame) -> bool:
    """Whether cells can hold all amounts, and their totals, as numbers."""
    return all(money.total(months[name].abs()) < 10**money.MOST_DIGITS for name in SHOWN)
