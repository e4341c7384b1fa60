"""The accountants' workbook: Summary, Checks, reports, and the detail as real Excel tables."""

import datetime
import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from xlsxwriter import Workbook

from pipeline.record import RunRecord
from pipeline.report.billing_sheets import SCHEDULE
from pipeline.report.blocks import BlockSheet
from pipeline.report.checks import checks_of
from pipeline.report.checks_sheet import write_checks
from pipeline.report.detail_files import write_detail_files
from pipeline.report.details import details_of, sheets_in_order
from pipeline.report.forecast_sheet import write_forecast
from pipeline.report.forecast_sheets import FORECAST
from pipeline.report.formats import Formats
from pipeline.report.invoice_sheets import INVOICE_LINES, INVOICES, write_invoice_sheet
from pipeline.report.layout import Detail, Details, ReportSheet
from pipeline.report.paper import set_up_page
from pipeline.report.revenue_sheets import DEFERRED, ROLL_FORWARD, TO_RECOGNISE, WATERFALL
from pipeline.report.roll_forward_sheet import blocks_of, write_roll_forward
from pipeline.report.schedule_sheet import write_schedule
from pipeline.report.summary import TITLE, write_flags, write_summary
from pipeline.report.tables import write_detail
from pipeline.report.to_recognise_sheet import write_to_recognise
from pipeline.report.waterfall import flows_of
from pipeline.report.waterfall_sheet import write_waterfall

TEXT_STAYS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
TITLED = ("Summary", "Checks", ROLL_FORWARD.tab, WATERFALL.tab, FORECAST.tab)
"""Sheets that begin with a title of their own."""
MOST_CHARTS = 3
"""On a sheet: each takes a currency."""


def write_workbook(record: RunRecord, controls: pd.DataFrame, path: Path) -> None:
    """Write workbook.xlsx to `path`: the same record gives the same bytes.

    `controls` are the totals of the exported files, as they were written: file (`bill_lines.csv`,
    or below `ar/`, …), business_unit, currency, rows (int64) and amount_minor (int64). Where a sheet
    can't show all its rows and no other file of the run has them, a CSV file below `details/` does.
    """
    details = details_of(record)
    with _without_collection(), Workbook(str(path), TEXT_STAYS_TEXT) as workbook:
        workbook.set_properties(_properties(record))
        formats = Formats(workbook)
        summary = _add_sheet(workbook, "Summary", record)
        checks_sheet = _add_sheet(workbook, "Checks", record)
        closings: dict[str, str] = {}
        for entry in sheets_in_order(details):
            if isinstance(entry, ReportSheet):
                worksheet = _add_sheet(workbook, entry.tab, record)
                closings |= _write_report(workbook, worksheet, entry, record, details, formats)
            else:
                worksheet = _add_sheet(workbook, entry.sheet.tab, record)
                _write_detail(worksheet, entry, record.as_of, details, formats)
        places = write_summary(summary, record, details, formats)
        checks = checks_of(record, details, controls, places, closings)
        write_checks(checks_sheet, checks, formats)
        write_flags(summary, places, checks, formats)
        sheets = workbook.worksheets()
    for worksheet in sheets:
        worksheet.refuse_unwritten()
    write_detail_files(details, record, path.parent)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Without looking for garbage among the cells: there is none, and it takes a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _write_detail(
    worksheet: BlockSheet, detail: Detail, as_of: datetime.date, details: Details, formats: Formats
) -> None:
    """A table of rows; some have more beside it."""
    by_table = {SCHEDULE.table: write_schedule, TO_RECOGNISE.table: write_to_recognise}
    if write := by_table.get(detail.sheet.table):
        write(worksheet, detail, as_of, formats)
    elif detail.sheet.table in (INVOICES.table, INVOICE_LINES.table):
        write_invoice_sheet(worksheet, detail, details, formats)
    else:
        write_detail(worksheet, detail, formats)


def _write_report(
    workbook: Workbook, worksheet: BlockSheet, report: ReportSheet, record: RunRecord,
    details: Details, formats: Formats,
) -> dict[str, str]:  # fmt: skip
    """A report with its charts; the cells of the last closing balances, where it has some."""
    if report is ROLL_FORWARD:
        blocks = blocks_of(record.roll_forward, record.as_of)
        charted = charted_currencies(record, [block.currency for block in blocks])
        return write_roll_forward(workbook, worksheet, details[DEFERRED], blocks, charted, formats)
    if report is FORECAST:
        charted = charted_currencies(record, record.forecast["currency"].unique().tolist())
        write_forecast(workbook, worksheet, record.forecast, charted, formats)
        return {}
    flows = flows_of(record)
    charted = charted_currencies(record, [flow.currency for flow in flows])
    write_waterfall(workbook, worksheet, details, flows, charted, record.as_of, formats)
    return {}


def charted_currencies(record: RunRecord, shown: Sequence[str]) -> list[str]:
    """Of the currencies shown, those with the most contracts: they get a chart."""
    contracts = record.positions["currency"].value_counts()
    return sorted(shown, key=lambda code: (-contracts.get(code, 0), code))[:MOST_CHARTS]


def _properties(record: RunRecord) -> dict[str, object]:
    """Document properties without a clock: made at midnight of the as-of date."""
    return {
        "title": f"{TITLE} {record.run_id}",
        "company": "",
        "created": datetime.datetime.combine(record.as_of, datetime.time()),
    }


def _add_sheet(workbook: Workbook, tab: str, record: RunRecord) -> BlockSheet:
    """A sheet that prints with what it is and of which run."""
    worksheet = workbook.add_worksheet(tab, BlockSheet)
    worksheet.hide_gridlines(2 if tab in TITLED else 1)
    title, about = f"{TITLE} {record.run_id}: {tab}", f"As of {record.as_of.isoformat()}"
    set_up_page(worksheet, title, about, header=tab not in TITLED)
    return worksheet
