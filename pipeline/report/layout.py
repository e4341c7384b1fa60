"""What stands on the detail sheets of the accountants' workbook: columns, headings, kinds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.record import RunRecord
from schemas.outputs import BillLines, MilestoneStates, PhaseStates, Withheld

TEXT, WRAPPED, COUNT = "text", "wrapped", "count"
MONEY, PERCENT, DATE = "money", "percent", "date"

NARROWEST, WIDEST = 10, 40
WIDE = 84
"""For sentences: most then take one line."""


@dataclass(frozen=True)
class DetailColumn:
    """A column of a detail sheet: which column of the frame it shows, under what heading, how.

    Where it is `optional`, it is left out if no row has anything in it.
    """

    name: str
    heading: str
    kind: str = TEXT
    widest: int = WIDEST
    optional: bool = False


@dataclass(frozen=True)
class DetailSheet:
    """A detail sheet: its tab, its Excel table, and where all rows are if it can't show them.

    `has_total` says whether the amounts of all rows together mean something, `has_legend` whether
    a line above the headings explains the sheet; `frozen` columns stay when it is scrolled.
    """

    tab: str
    table: str
    holds: str
    whole: str
    columns: tuple[DetailColumn, ...]
    has_total: bool = True
    has_legend: bool = False
    frozen: int = 1

    @property
    def amount(self) -> DetailColumn | None:
        """The column of money, where the sheet has one."""
        return next((column for column in self.columns if column.kind == MONEY), None)


@dataclass(frozen=True)
class Detail:
    """A detail sheet with the rows that it shows and the number of rows there are."""

    sheet: DetailSheet
    rows: pd.DataFrame
    count: int

    @property
    def is_cut(self) -> bool:
        """Whether the sheet shows fewer rows than there are."""
        return len(self.rows) < self.count

    @property
    def heading_row(self) -> int:
        """Where the headings stand, the first row is 0: below what is left out, and the legend."""
        return self.is_cut + self.sheet.has_legend

    @property
    def notice(self) -> str:
        """What a cut sheet says about the rest, or ""."""
        if not self.is_cut:
            return ""
        return (
            f"{self.sheet.tab}: the first {len(self.rows):,} of {self.count:,} rows; "
            f"{self.sheet.whole}."
        )


B, W, M, P = BillLines, Withheld, MilestoneStates, PhaseStates

BILL_LINES = DetailSheet(
    tab="Bill lines",
    table="BillLines",
    holds="every line billed tonight, credits negative",
    whole="all of them are in bill_lines.csv",
    columns=(
        DetailColumn(B.bill_line_id, "Bill line"),
        DetailColumn(B.corrects_bill_line_id, "Corrects"),
        DetailColumn(B.business_unit, "Business unit"),
        DetailColumn(B.customer_number, "Customer"),
        DetailColumn(B.subscription_number, "Subscription"),
        DetailColumn(B.line_number, "Line"),
        DetailColumn(B.charge_number, "Charge"),
        DetailColumn(B.kind, "Kind"),
        DetailColumn(B.phase_number, "Phase", optional=True),
        DetailColumn(B.service_start, "Service from", DATE, optional=True),
        DetailColumn(B.service_end, "Service to", DATE, optional=True),
        DetailColumn(B.bill_date, "Bill date", DATE),
        DetailColumn(B.accounting_date, "Accounting date", DATE),
        DetailColumn(B.currency, "Currency"),
        DetailColumn(B.amount_minor, "Amount", MONEY),
        DetailColumn(B.reason, "How it came about", WRAPPED),
        DetailColumn(B.description, "Description", WRAPPED),
    ),
)

MILESTONES = DetailSheet(
    tab="Milestones",
    table="Milestones",
    holds="every milestone as it stands after tonight",
    whole="the rest is not shown (workbook_rows in the settings shows more)",
    columns=(
        DetailColumn(M.subscription_number, "Subscription"),
        DetailColumn(M.customer_number, "Customer"),
        DetailColumn(M.customer_name, "Customer name", WRAPPED),
        DetailColumn(M.business_unit, "Business unit"),
        DetailColumn(M.charge_number, "Charge"),
        DetailColumn(M.event_type, "Type"),
        DetailColumn(M.sequence, "Sequence", COUNT),
        DetailColumn(M.milestone_name, "Milestone", WRAPPED),
        DetailColumn(M.state, "State"),
        DetailColumn(M.percent_millionths, "Percent", PERCENT),
        DetailColumn(M.currency, "Currency"),
        DetailColumn(M.amount_minor, "Share", MONEY),
        DetailColumn(M.expected_completion_date, "Expected", DATE),
        DetailColumn(M.completion_date, "Completed", DATE),
        DetailColumn(M.bill_line_id, "Billed by"),
    ),
    has_total=False,  # shares of billing and of revenue stand below each other
)

SCHEDULE = DetailSheet(
    tab="Schedule",
    table="Schedule",
    holds="every phase on a time line: its state, what it billed, what it waits for",
    whole="the rest is not shown (workbook_rows in the settings shows more)",
    columns=(
        DetailColumn(P.subscription_number, "Subscription"),
        DetailColumn(P.phase_number, "Phase"),
        DetailColumn(P.phase_name, "Name", WRAPPED, widest=24),
        DetailColumn(P.ends, "Ends"),
        DetailColumn(P.starts_on, "Starts on", DATE),
        DetailColumn(P.last_day, "Last day", DATE),
        DetailColumn(P.state, "State"),
        DetailColumn(P.completion_date, "Completed", DATE),
        DetailColumn(P.expected_completion_date, "Expected", DATE),
        DetailColumn(P.waits_for, "Waits for", WRAPPED, widest=24),
        DetailColumn(P.currency, "Currency"),
        DetailColumn(P.billed_minor, "Billed", MONEY),
    ),
    has_legend=True,
    frozen=3,
)

WITHHELD = DetailSheet(
    tab="Withheld",
    table="Withheld",
    holds="lines that are due but wait, and why",
    whole="the rest is not shown (workbook_rows in the settings shows more)",
    columns=(
        DetailColumn(W.bill_line_id, "Bill line"),
        DetailColumn(W.business_unit, "Business unit"),
        DetailColumn(W.customer_number, "Customer"),
        DetailColumn(W.subscription_number, "Subscription"),
        DetailColumn(W.line_number, "Line"),
        DetailColumn(W.charge_number, "Charge"),
        DetailColumn(W.kind, "Kind"),
        DetailColumn(W.bill_date, "Bill date", DATE),
        DetailColumn(W.currency, "Currency"),
        DetailColumn(W.amount_minor, "Amount", MONEY),
        DetailColumn(W.withheld_because, "Withheld because", WRAPPED),
        DetailColumn(W.reason, "How it came about", WRAPPED),
    ),
)

FINDINGS = DetailSheet(
    tab="Findings",
    table="Findings",
    holds="what is wrong or noteworthy in the input, and what to do",
    whole="all of them are in findings.csv",
    columns=(
        DetailColumn("severity", "Severity"),
        DetailColumn("code", "Code"),
        DetailColumn("file", "File", WRAPPED),
        DetailColumn("sheet", "Sheet"),
        DetailColumn("row", "Row", COUNT),
        DetailColumn("column", "Column"),
        DetailColumn("value", "Value", WRAPPED),
        DetailColumn("message", "Message", WRAPPED, widest=WIDE),
    ),
)


@dataclass(frozen=True)
class Details:
    """The detail sheets of one workbook; there is a schedule where a subscription has phases."""

    bill_lines: Detail
    milestones: Detail
    schedule: Detail | None
    withheld: Detail
    findings: Detail

    def __iter__(self) -> Iterator[Detail]:
        """The details in the order of their sheets."""
        sheets = (self.bill_lines, self.milestones, self.schedule, self.withheld, self.findings)
        return (detail for detail in sheets if detail is not None)


def details_of(record: RunRecord) -> Details:
    """The rows that each detail sheet shows: the first `workbook_rows` of them."""
    most = record.settings.workbook_rows
    return Details(
        bill_lines=_first(BILL_LINES, record.bill_lines, most),
        milestones=_first(MILESTONES, record.milestones, most),
        schedule=_first(SCHEDULE, record.phases, most) if len(record.phases) else None,
        withheld=_first(WITHHELD, record.withheld, most),
        findings=_first(FINDINGS, record.findings, most),
    )


def _first(sheet: DetailSheet, frame: pd.DataFrame, most: int) -> Detail:
    """The first rows, in the columns that are needed for any row there is."""
    columns = tuple(
        column
        for column in sheet.columns
        if not column.optional or frame[column.name].replace("", None).notna().any()
    )
    return Detail(replace(sheet, columns=columns), frame.head(most), len(frame))
