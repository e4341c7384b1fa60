"""The Summary's block on what waits, and why: on hold, rejected, scheduled, open."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from pipeline.record import RunRecord
from pipeline.report.answer_sheets import REJECTED
from pipeline.report.billing_sheets import MILESTONES, WITHHELD
from pipeline.report.cells import places_of
from pipeline.report.layout import Details, DetailSheet
from pipeline.report.live import Where, live_table, of_group
from pipeline.report.page import Page
from pipeline.report.totals import totals_by_group
from schemas.outputs import REJECTED_STATES
from schemas.outputs import MilestoneStates as M
from schemas.outputs import RejectedLines as R

HEADINGS = ("Why it waits", "", "Business unit", "Currency", "Number", "Amount", "Listed on")
UNIT, CURRENCY, NUMBER, AMOUNT, LISTED = range(2, 7)
NOTE = (
    "Amounts are what will be billed; drafts and cancelled contracts are left out; currencies are never "
    "added up."
)
IN_BILLING = (Where("Type", '"BILLING"'), Where("Bills", '"Y"'))
OPEN = Where("State", '"OPEN"')


@dataclass(frozen=True)
class Reason:
    """Why something waits, the rows that do, and which of the sheet's rows they are."""

    why: str
    rows: pd.DataFrame
    sheet: DetailSheet
    where: tuple[Where, ...] = ()
    amount: str = "amount_minor"


def write_waiting(page: Page, details: Details, record: RunRecord, as_of_cell: str) -> None:
    """A row for each reason, business unit and currency, live where the sheets show all rows;
    `as_of_cell` holds the night."""
    page.section_of_contracts("What waits, and why", NOTE)
    reasons = [reason for reason in reasons_of(record, as_of_cell) if len(reason.rows)]
    if not reasons:
        page.line("0 lines: nothing waits", "plain")
        return
    page.headings(HEADINGS, right=(NUMBER, AMOUNT))
    for reason in reasons:
        detail = details[reason.sheet]
        live = None if detail.is_cut else live_table(detail)
        for (unit, currency), total in totals_by_group(reason.rows, reason.amount).items():
            places = places_of(currency)
            page.text(0, reason.why, "plain")
            page.text(UNIT, unit)
            page.text(CURRENCY, currency)
            where = (*of_group(page.cell(UNIT), page.cell(CURRENCY)), *reason.where)
            heading = detail.sheet.heading(reason.amount)
            page.count(NUMBER, total.lines, live.count(*where) if live else "")
            page.money(
                AMOUNT, total.net, places, live.amount(heading, places, *where) if live else ""
            )
            page.link(LISTED, detail.sheet.tab, detail.sheet.tab)
            page.row += 1


def reasons_of(record: RunRecord, as_of_cell: str) -> Iterator[Reason]:
    """Everything that may wait, the most urgent first; each row in one of them only."""
    yield Reason("On hold: due, but withheld", record.withheld, WITHHELD)
    waits = REJECTED_STATES[1]
    yield Reason(
        "Rejected by Receivables, and on hold", record.rejected[record.rejected[R.state] == waits],
        REJECTED, (Where("State", f'"{waits}"'),),
    )  # fmt: skip
    milestones = record.milestones
    planned = milestones[(milestones[M.event_type] == "BILLING") & (milestones[M.bills] == "Y")]
    is_open = planned[M.state] == "OPEN"
    expected = planned[M.expected_completion_date]
    is_late = expected < pd.Timestamp(record.as_of)
    kinds = (
        ("Open and late: expected before tonight", is_open & is_late,
         (OPEN, _expected("<", as_of_cell), _expected(">", "0"))),
        ("Scheduled: completed on a day to come", planned[M.state] == "SCHEDULED",
         (Where("State", '"SCHEDULED"'),)),
        ("Open: expected tonight or later", is_open & expected.notna() & ~is_late,
         (OPEN, _expected(">=", as_of_cell))),
        ("Open: without an expected date", is_open & expected.isna(),
         (OPEN, Where("Expected", '""'))),
    )  # fmt: skip
    for why, mask, where in kinds:
        yield Reason(why, planned[mask], MILESTONES, (*IN_BILLING, *where), M.line_minor)


def _expected(compare: str, cell: str) -> Where:
    return Where("Expected", cell, compare, is_number=True)
