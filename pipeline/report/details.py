"""Which sheets the accountants' workbook has, in their order, and what rows each of them shows."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

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
from pipeline.report.to_come import to_recognise

ORDER: tuple[DetailSheet | ReportSheet, ...] = (
    ROLL_FORWARD, DEFERRED, WATERFALL, TO_RECOGNISE, FORECAST, LATE_MILESTONES, CONTRACTS,
    BILL_LINES, REVENUE_EVENTS, REVENUE, JOURNAL, MILESTONES, PLAN_CHANGES, SCHEDULE,
    WITHHELD,
    REJECTED, UNANSWERED, FINDINGS,
)  # fmt: skip
"""The sheets after Summary and Checks; the Schedule is there where a subscription has phases,
Late milestones where any is late."""


def details_of(record: RunRecord) -> Details:
    """The rows that each detail sheet shows: the first `workbook_rows` of them."""
    most = record.settings.workbook_rows
    sheets = [sheet for sheet in ORDER if isinstance(sheet, DetailSheet)]
    own = {
        TO_RECOGNISE.table: to_recognise(record, most),
        UNANSWERED.table: unanswered_detail(record),
    }
    listed = [
        own.get(sheet.table) or _first(sheet, getattr(record, sheet.source), most)
        for sheet in sheets
    ]
    return Details(detail for detail in listed if detail.count or not detail.sheet.is_optional)


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
    return Detail(replace(sheet, columns=columns), frame.head(most), len(frame))
