"""The detail sheets about revenue: what is deferred, what was recognised, what is to come."""

from pipeline.report.layout import (
    DATE,
    IN_A_FILE_BESIDE,
    MONEY,
    MONTH,
    PERCENT,
    WIDE,
    WRAPPED,
    DetailColumn,
    DetailSheet,
    ReportSheet,
)
from schemas.outputs import (
    ContractPositions,
    JournalLines,
    RevenueBalances,
    RevenueEvents,
    RollForward,
)

D, C, E, R, J = RollForward, ContractPositions, RevenueEvents, RevenueBalances, JournalLines

DEFERRED = DetailSheet(
    tab="Deferred",
    table="Deferred",
    source="roll_forward",
    holds="the detail of the roll-forward: a row per contract and month in which it moved",
    whole=IN_A_FILE_BESIDE,
    columns=(
        DetailColumn(D.currency, "Currency"),
        DetailColumn(D.month, "Month", MONTH),
        DetailColumn(D.subscription_number, "Subscription"),
        DetailColumn(D.customer_number, "Customer"),
        DetailColumn(D.business_unit, "Business unit"),
        DetailColumn(D.opening_minor, "Opening", MONEY, is_summed=False),
        DetailColumn(D.billed_minor, "Billed", MONEY),
        DetailColumn(D.recognised_minor, "Recognised", MONEY),
        DetailColumn(D.closing_minor, "Closing", MONEY, is_summed=False),
    ),
    frozen=3,
)

CHARGE_COLUMNS = (
    DetailColumn(R.subscription_number, "Subscription"),
    DetailColumn(R.charge_number, "Charge"),
    DetailColumn(R.business_unit, "Business unit"),
    DetailColumn(R.method, "Method"),
    DetailColumn(R.currency, "Currency"),
    DetailColumn(R.allocated_minor, "Allocated", MONEY),
    DetailColumn("recognised_minor", "Recognised to date", MONEY),
)

TO_RECOGNISE = DetailSheet(
    tab="To recognise",
    table="ToRecognise",
    source="revenue_to_come",
    holds="every charge with revenue still to come: 12 months, thereafter, and without a date",
    whole=IN_A_FILE_BESIDE,
    columns=CHARGE_COLUMNS,  # and those of the months, which depend on the night
    totals_below=True,
    has_legend=True,
    frozen=2,
)

CONTRACTS = DetailSheet(
    tab="Contracts",
    table="Contracts",
    source="positions",
    holds="every contract's liability or asset, and its remaining performance obligation",
    whole=IN_A_FILE_BESIDE,
    columns=(
        DetailColumn(C.subscription_number, "Subscription"),
        DetailColumn(C.customer_number, "Customer"),
        DetailColumn(C.customer_name, "Customer name", WRAPPED),
        DetailColumn(C.business_unit, "Business unit"),
        DetailColumn(C.currency, "Currency"),
        DetailColumn(C.billed_minor, "Billed", MONEY),
        DetailColumn(C.recognised_minor, "Recognised", MONEY),
        DetailColumn(C.liability_minor, "Contract liability", MONEY),
        DetailColumn(C.asset_minor, "Contract asset", MONEY),
        DetailColumn(C.allocated_minor, "Allocated", MONEY),
        DetailColumn(C.remaining_minor, "Remaining performance obligation", MONEY),
        DetailColumn(C.within_a_year_minor, "Within a year", MONEY),
        DetailColumn(C.later_minor, "Later", MONEY),
        DetailColumn(C.undated_minor, "No date yet", MONEY),
    ),
    totals_below=True,
)

REVENUE_EVENTS = DetailSheet(
    tab="Revenue events",
    totals_below=True,
    table="RevenueEvents",
    source="revenue_events",
    holds="every satisfaction event recognised tonight, reversals negative",
    whole="all of them are in revenue_events.csv",
    columns=(
        DetailColumn(E.event_id, "Event"),
        DetailColumn(E.business_unit, "Business unit"),
        DetailColumn(E.subscription_number, "Subscription"),
        DetailColumn(E.line_number, "Line"),
        DetailColumn(E.charge_number, "Charge"),
        DetailColumn(E.product_code, "Product"),
        DetailColumn(E.method, "Method"),
        DetailColumn(E.satisfaction_date, "Satisfied on", DATE),
        DetailColumn(E.accounting_date, "Accounting date", DATE),
        DetailColumn(E.percent_millionths, "Percent", PERCENT, is_optional=True),
        DetailColumn(E.currency, "Currency"),
        DetailColumn(E.amount_minor, "Amount", MONEY),
        # of its charge, so that it stands again with the charge's next event
        DetailColumn(E.allocated_minor, "Allocated", MONEY, is_summed=False),
        DetailColumn(E.reason, "How it came about", WRAPPED),
    ),
)

REVENUE = DetailSheet(
    tab="Revenue",
    table="Revenue",
    source="revenue_balances",
    holds="every charge's allocated revenue: recognised before, tonight, and remaining",
    whole=IN_A_FILE_BESIDE,
    columns=(
        DetailColumn(R.subscription_number, "Subscription"),
        DetailColumn(R.charge_number, "Charge"),
        DetailColumn(R.customer_number, "Customer"),
        DetailColumn(R.business_unit, "Business unit"),
        DetailColumn(R.method, "Method"),
        DetailColumn(R.currency, "Currency"),
        DetailColumn(R.total_minor, "Total of its bill lines", MONEY),
        DetailColumn(R.allocated_minor, "Allocated", MONEY),
        DetailColumn(R.recognised_before_minor, "Recognised before", MONEY),
        DetailColumn(R.recognised_tonight_minor, "Recognised tonight", MONEY),
        DetailColumn(R.remaining_minor, "Remaining", MONEY),
    ),
    totals_below=True,
    frozen=2,
)

JOURNAL = DetailSheet(
    tab="Journal",
    table="Journal",
    source="journal",
    holds="tonight's entries for the general ledger: debits and credits, each entry in balance",
    whole="all of them are in journal.csv",
    columns=(
        DetailColumn(J.entry_id, "Entry"),
        DetailColumn(J.date, "Date", DATE),
        DetailColumn(J.account, "Account", WRAPPED),
        DetailColumn(J.debit_minor, "Debit", MONEY),
        DetailColumn(J.credit_minor, "Credit", MONEY),
        DetailColumn(J.currency, "Currency"),
        DetailColumn(J.role, "Role"),
        DetailColumn(J.business_unit, "Business unit"),
        DetailColumn(J.subscription_number, "Subscription"),
        DetailColumn(J.bill_line_id, "Bill line"),
        DetailColumn(J.event_id, "Event"),
        DetailColumn(J.narrative, "Narrative", WRAPPED, widest=WIDE),
    ),
    totals_below=True,
)

ROLL_FORWARD = ReportSheet(
    tab="Roll-forward",
    holds="deferred revenue by month and currency: opening + billed - recognised = closing",
    detail=DEFERRED,
)

WATERFALL = ReportSheet(
    tab="Waterfall",
    holds="revenue by month and currency: recognised so far, and to come",
    detail=TO_RECOGNISE,
)
