"""The detail sheets about what Receivables answers: lines that it rejected, and those that wait."""

import pandas as pd

from pipeline.record import RunRecord
from pipeline.report.layout import (
    COUNT,
    DATE,
    IN_A_FILE_BESIDE,
    MONEY,
    WRAPPED,
    Detail,
    DetailColumn,
    DetailSheet,
)
from schemas.outputs import AGES, RejectedLines, SentTotals, UnansweredLines

R, S, U = RejectedLines, SentTotals, UnansweredLines
UNANSWERED_STATE = "UNANSWERED"
AGE_COLUMNS = tuple(
    DetailColumn(f"age_{place}_minor", age.capitalize(), MONEY) for place, age in enumerate(AGES)
)
"""The columns of a line's amount by its age, in days since the bill date."""

REJECTED = DetailSheet(
    tab="Rejected",
    table="Rejected",
    source="rejected",
    holds="lines that Receivables rejected: sent again tonight, or waiting, and why",
    whole=IN_A_FILE_BESIDE,
    columns=(
        DetailColumn(R.bill_line_id, "Bill line"),
        DetailColumn(R.business_unit, "Business unit"),
        DetailColumn(R.customer_number, "Customer"),
        DetailColumn(R.subscription_number, "Subscription"),
        DetailColumn(R.bill_date, "Bill date", DATE),
        DetailColumn(R.currency, "Currency"),
        DetailColumn(R.amount_minor, "Amount", MONEY),
        DetailColumn(R.state, "State"),
        DetailColumn(R.waits_because, "Waits because", WRAPPED, is_optional=True),
        DetailColumn(R.message, "What Receivables said", WRAPPED),
    ),
    totals_below=True,
    is_optional=True,
)

UNANSWERED = DetailSheet(
    tab="Unanswered",
    table="Unanswered",
    source="unanswered",
    holds="lines that are sent and not confirmed yet, the oldest first, by days since their bill date",
    whole="the Summary has the totals of all of them",
    columns=(
        DetailColumn(U.bill_line_id, "Bill line"),
        DetailColumn(U.business_unit, "Business unit"),
        DetailColumn(U.customer_number, "Customer"),
        DetailColumn(U.subscription_number, "Subscription"),
        DetailColumn(U.run_id, "Sent by run"),
        DetailColumn(U.bill_date, "Bill date", DATE),
        DetailColumn(U.days, "Days", COUNT),
        DetailColumn(U.currency, "Currency"),
        DetailColumn(U.amount_minor, "Amount", MONEY),
        *AGE_COLUMNS,
    ),
    totals_below=True,
)


def unanswered_detail(record: RunRecord, most: int) -> Detail:
    """The first unanswered lines, each with its amount once more in the column of its age."""
    rows = record.unanswered.head(most)
    amount = rows[U.amount_minor].astype("Int64")
    ages = zip(AGE_COLUMNS, AGES, strict=True)
    aged = rows.assign(**{column.name: amount.where(rows[U.age] == age) for column, age in ages})
    return Detail(UNANSWERED, aged, unanswered_count(record.sent_totals))


def unanswered_count(totals: pd.DataFrame) -> int:
    """How many lines are sent and unanswered, shown or not."""
    return int(totals.loc[totals[S.state] == UNANSWERED_STATE, S.lines].sum())
