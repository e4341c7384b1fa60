"""What stands on the detail sheets of the accountants' workbook: columns, headings, kinds."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from pipeline.record import RunRecord
from schemas.outputs import BillLines, MilestoneStates, Withheld

TEXT, WRAPPED, COUNT = "text", "wrapped", "count"
MONEY, PERCENT, DATE = "money", "percent", "date"

NARROWEST, WIDEST = 10, 40


@dataclass(frozen=True)
class DetailColumn:
    """A column of a detail sheet: which column of the frame it shows, under what heading, how."""

    name: str
    heading: str
    kind: str = TEXT


@dataclass(frozen=True)
class DetailSheet:
    """A detail sheet: its tab, its Excel table, and where all rows are if it can't show them.

    `has_total` says whether the amounts of all rows together mean something.
    """

    tab: str
    table: str
    holds: str
    whole: str
    columns: tuple[DetailColumn, ...]
    has_total: bool = True

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
    def notice(self) -> str:
        """What a cut sheet says about the rest, or ""."""
        if not self.is_cut:
            return ""
        return (
            f"{self.sheet.tab}: the first {len(self.rows):,} of {self.count:,} rows; "
            f"{self.sheet.whole}."
        )


B, W, M = BillLines, Withheld, MilestoneStates

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
        DetailColumn(B.phase_number, "Phase"),
        DetailColumn(B.service_start, "Service from", DATE),
        DetailColumn(B.service_end, "Service to", DATE),
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
        DetailColumn("message", "Message", WRAPPED),
    ),
)


@dataclass(frozen=True)
class Details:
    """The four detail sheets of one workbook."""

    bill_lines: Detail
    milestones: Detail
    withheld: Detail
    findings: Detail

    def __iter__(self) -> Iterator[Detail]:
        """The details in the order of their sheets."""
        return iter((self.bill_lines, self.milestones, self.withheld, self.findings))


def details_of(record: RunRecord) -> Details:
    """The rows that each detail sheet shows: the first `workbook_rows` of them."""

    def first(sheet: DetailSheet, frame: pd.DataFrame) -> Detail:
        return Detail(sheet, frame.head(record.settings.workbook_rows), len(frame))

    return Details(
        bill_lines=first(BILL_LINES, record.bill_lines),
        milestones=first(MILESTONES, record.milestones),
        withheld=first(WITHHELD, record.withheld),
        findings=first(FINDINGS, record.findings),
    )
