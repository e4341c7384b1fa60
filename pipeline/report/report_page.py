"""A report: blocks of months below each other, with charts to the right of them."""

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from pipeline.report.charts import WIDTH_IN_COLUMNS
from pipeline.report.formats import Formats
from pipeline.report.page import Page
from pipeline.report.paper import page_breaks

ROWS_A_PAGE = 54
"""Charts make a report wider than the Summary, so that more rows of it go on a page."""


def start_report(
    worksheet: Worksheet,
    formats: Formats,
    title: str,
    headings: Sequence[str],
    widths: Sequence[float],
) -> Page:
    """The page below its title."""
    for at, width in enumerate(widths):
        worksheet.set_column(at, at, width)
    page = Page(worksheet, formats, len(headings))
    page.line(title, "title")
    return page


def finish_report(page: Page, chart_column: int) -> None:
    """What is printed, and where pages end: charts are never cut."""
    page.worksheet.print_area(0, 0, page.row, chart_column + WIDTH_IN_COLUMNS - 1)
    page.worksheet.set_h_pagebreaks(page_breaks(page.blocks, page.row, ROWS_A_PAGE))
