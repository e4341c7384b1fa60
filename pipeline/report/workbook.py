"""The accountants' workbook: Summary, Checks, and the detail as real Excel tables."""

import datetime
from pathlib import Path

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from pipeline.record import RunRecord
from pipeline.report.checks import checks_of, overall
from pipeline.report.checks_sheet import write_checks
from pipeline.report.formats import Formats
from pipeline.report.layout import details_of
from pipeline.report.paper import set_up_page
from pipeline.report.schedule_sheet import write_schedule
from pipeline.report.summary import TITLE, write_flag, write_summary
from pipeline.report.tables import write_detail

TEXT_STAYS_TEXT = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
TITLED = ("Summary", "Checks")
"""Sheets that begin with a title of their own."""


def write_workbook(record: RunRecord, controls: pd.DataFrame, path: Path) -> None:
    """Write workbook.xlsx to `path`: the same record gives the same bytes.

    `controls` are the totals of the exported files, as they were written: file (`bill_lines.csv`
    or below `ar/`), business_unit, currency, rows (int64) and amount_minor (int64).
    """
    details = details_of(record)
    with Workbook(str(path), TEXT_STAYS_TEXT) as workbook:
        workbook.set_properties(_properties(record))
        formats = Formats(workbook)
        summary = _add_sheet(workbook, "Summary", record)
        checks_sheet = _add_sheet(workbook, "Checks", record)
        for detail in details:
            worksheet = _add_sheet(workbook, detail.sheet.tab, record)
            if detail is details.schedule:
                write_schedule(worksheet, detail, record.as_of, formats)
            else:
                write_detail(worksheet, detail, formats)
        places = write_summary(summary, record, details, formats)
        checks = checks_of(record, details, controls, places)
        write_checks(checks_sheet, checks, formats)
        write_flag(summary, places, overall(checks), formats)


def _properties(record: RunRecord) -> dict[str, object]:
    """Document properties without a clock: made at midnight of the as-of date."""
    return {
        "title": f"{TITLE} {record.run_id}",
        "company": "",
        "created": datetime.datetime.combine(record.as_of, datetime.time()),
    }


def _add_sheet(workbook: Workbook, tab: str, record: RunRecord) -> Worksheet:
    """A sheet that prints with what it is and of which run."""
    worksheet = workbook.add_worksheet(tab)
    worksheet.hide_gridlines(2 if tab in TITLED else 1)
    title, about = f"{TITLE} {record.run_id}: {tab}", f"As of {record.as_of.isoformat()}"
    set_up_page(worksheet, title, about, header=tab not in TITLED)
    return worksheet
