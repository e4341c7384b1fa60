"""The detail sheets about billing: what was billed, what is planned, what waits, what was found."""

from pipeline.report.layout import (
    COUNT,
    DATE,
    IN_A_FILE_BESIDE,
    MONEY,
    PERCENT,
    WIDE,
    WRAPPED,
    DetailColumn,
    DetailSheet,
)
from schemas.outputs import BillLines, MilestoneStates, PhaseStates, PlanChanges, Withheld

B, W, M, P, C = BillLines, Withheld, MilestoneStates, PhaseStates, PlanChanges

BILL_LINES = DetailSheet(
    tab="Bill lines",
    totals_below=True,
    table="BillLines",
    source="bill_lines",
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
        DetailColumn(B.phase_number, "Phase", is_optional=True),
        DetailColumn(B.service_start, "Service from", DATE, is_optional=True),
        DetailColumn(B.service_end, "Service to", DATE, is_optional=True),
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
    source="milestones",
    holds="every milestone as it stands after tonight",
    whole=IN_A_FILE_BESIDE,
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
        # shares of billing and of revenue stand below each other: no total
        DetailColumn(M.amount_minor, "Share", MONEY, is_summed=False),
        DetailColumn(M.line_minor, "Comes to", MONEY, is_summed=False),
        DetailColumn(M.bills, "Bills"),
        DetailColumn(M.expected_completion_date, "Expected", DATE),
        DetailColumn(M.completion_date, "Completed", DATE),
        DetailColumn(M.bill_line_id, "Billed by"),
    ),
)

PLAN_CHANGES = DetailSheet(
    tab="Plan changes",
    table="PlanChanges",
    source="plan_changes",
    holds="plans that tonight's upload changed, before and after; what is billed stands",
    whole=IN_A_FILE_BESIDE,
    columns=(
        DetailColumn(C.subscription_number, "Subscription"),
        DetailColumn(C.charge_number, "Charge"),
        DetailColumn(C.event_type, "Type"),
        DetailColumn(C.sequence, "Sequence", COUNT),
        DetailColumn(C.milestone_name, "Milestone", WRAPPED),
        DetailColumn(C.is_billed, "Billed"),
        DetailColumn(C.percent_before_millionths, "Percent before", PERCENT),
        DetailColumn(C.percent_after_millionths, "Percent after", PERCENT),
        DetailColumn(C.currency, "Currency"),
        DetailColumn(C.share_before_minor, "Share before", MONEY, is_summed=False),
        DetailColumn(C.share_after_minor, "Share after", MONEY, is_summed=False),
    ),
    is_optional=True,
)

SCHEDULE = DetailSheet(
    tab="Schedule",
    table="Schedule",
    source="phases",
    holds="every phase on a time line: its state, what it billed, what it waits for",
    whole=IN_A_FILE_BESIDE,
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
    is_optional=True,
)

WITHHELD = DetailSheet(
    tab="Withheld",
    totals_below=True,
    table="Withheld",
    source="withheld",
    holds="lines that are due but wait, and why",
    whole=IN_A_FILE_BESIDE,
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
    source="findings",
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
