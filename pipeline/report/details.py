"""Which sheets the accountants' workbook has, in their order, and what rows each of them shows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from pipeline.export import expected_invoices
from pipeline.record import RunRecord
from pipeline.report.answer_sheets import REJECTED, UNANSWERED, unanswered_detail
from pipeline.report.billing_sheets import (
    BILL_LINES,
    FINDINGS,
    MILESTONES,
    PLAN_CHANGES,
    SCHEDULE,
    WITHHELD,
)
from pipeline.report.forecast_sheets import FORECAST, LATE_MILESTONES
from pipeline.report.invoice_sheets import INVOICE_LINES, INVOICES
from pipeline.report.layout import Detail, Details, DetailSheet, ReportSheet
from pipeline.report.revenue_sheets import (
    CONTRACTS,
    DEFERRED,
    JOURNAL,
    REVENUE,
    REVENUE_EVENTS,
    ROLL_FORWARD,
    TO_RECOGNISE,
    WATERFALL,
)
from pipeline.report.to_come import COLUMNS_TO_RECOGNISE, to_recognise

ORDER: tuple[DetailSheet | ReportSheet, ...] = (
    ROLL_FORWARD, DEFERRED, WATERFALL, TO_RECOGNISE, FORECAST, LATE_MILESTONES, CONTRACTS,
    INVOICES, INVOICE_LINES, BILL_LINES, REVENUE_EVENTS, REVENUE, JOURNAL, MILESTONES,
    PLAN_CHANGES, SCHEDULE, WITHHELD, REJECTED, UNANSWERED, FINDINGS,
)  # fmt: skip
"""The sheets after Summary and Checks; the Schedule is there where a subscription has phases,
Late milestones where any is late, Invoices where a target's ledger groups lines."""

MOST_CELLS = 3_500_000
"""Of all detail sheets together: each takes about 120 octets while the workbook is written."""


def details_of(record: RunRecord) -> Details:
    """The rows that each detail sheet shows: the first `workbook_rows` of them, or fewer where the
    workbook would take too much memory."""
    invoiced = expected_invoices(record)
    frames = {
        sheet.table: getattr(record, sheet.source)
        for sheet in ORDER
        if isinstance(sheet, DetailSheet) and sheet.source
    } | {INVOICES.table: invoiced.invoices, INVOICE_LINES.table: invoiced.lines}
    sheets = [sheet for sheet in ORDER if isinstance(sheet, DetailSheet)]
    sizes = [
        (len(frames[sheet.table]), len(sheet.columns)) for sheet in sheets if sheet != TO_RECOGNISE
    ] + [(len(record.revenue_balances), COLUMNS_TO_RECOGNISE)]
    most = rows_that_fit(sizes, record.settings.workbook_rows, MOST_CELLS)
    own = {
        TO_RECOGNISE.table: to_recognise(record, most),
        UNANSWERED.table: unanswered_detail(record, most),
    }
    listed = [own.get(sheet.table) or _first(sheet, frames[sheet.table], most) for sheet in sheets]
    return Details(detail for detail in listed if detail.count or not detail.sheet.is_optional)


def rows_that_fit(sizes: Sequence[tuple[int, int]], most: int, cells: int) -> int:
    """How many rows a sheet can show so that all of them together have so many cells at most.

    `sizes` are the rows and columns of each sheet. Ten rows of a hundred columns, and a long sheet
    of ten columns, in 3,000 cells:

    >>> rows_that_fit([(10, 100), (5_000, 10)], most=1_000, cells=3_000)
    200
    >>> rows_that_fit([(10, 100), (5_000, 10)], most=50, cells=3_000)
    50
    """
    fewest = 1
    while fewest < most:
        tried = (fewest + most + 1) // 2
        if sum(min(rows, tried) * columns for rows, columns in sizes) <= cells:
            fewest = tried
        else:
            most = tried - 1
    return fewest


def sheets_in_order(details: Details) -> Iterator[Detail | ReportSheet]:
    """The sheets that this workbook has, after Summary and Checks."""
    for sheet in ORDER:
        if isinstance(sheet, ReportSheet):
            yield sheet
        elif sheet in details:
            yield details[sheet]


def _first(sheet: DetailSheet, frame: pd.DataFrame, most: int) -> Detail:
    """The first rows, in the columns that are needed for any row there is."""
    columns = tuple(
        column
        for column in sheet.columns
        if not column.is_optional or frame[column.name].replace("", None).notna().any()
    )
    return Detail(replace(sheet, columns=columns), frame.head(most), len(frame), frame)
