"""The sheets about what is to come: twelve months by currency, and the milestones that are late."""

from pipeline.report.layout import (
    COUNT,
    DATE,
    IN_A_FILE_BESIDE,
    MONEY,
    WRAPPED,
    DetailColumn,
    DetailSheet,
    ReportSheet,
)
from schemas.forecasts import AwaitedMilestones

A = AwaitedMilestones

LATE_MILESTONES = DetailSheet(
    tab="Late milestones",
    table="LateMilestones",
    source="late_milestones",
    holds="open milestones past their expected date, and what reaching them bills or recognises",
    whole=IN_A_FILE_BESIDE,
    columns=(
        DetailColumn(A.subscription_number, "Subscription"),
        DetailColumn(A.customer_number, "Customer"),
        DetailColumn(A.customer_name, "Customer name", WRAPPED),
        DetailColumn(A.business_unit, "Business unit"),
        DetailColumn(A.charge_number, "Charge", is_optional=True),
        DetailColumn(A.event_type, "Type"),
        DetailColumn(A.number, "Number"),
        DetailColumn(A.milestone_name, "Milestone", WRAPPED),
        DetailColumn(A.expected_completion_date, "Expected", DATE),
        DetailColumn(A.days_late, "Days late", COUNT),
        DetailColumn(A.currency, "Currency"),
        # what it bills and what it recognises stand below each other: no total
        DetailColumn(A.amount_minor, "Amount", MONEY, is_summed=False),
        DetailColumn(A.why, "Not in the forecast", WRAPPED, is_optional=True),
    ),
    is_optional=True,
)

FORECAST = ReportSheet(
    tab="Forecast",
    holds="what the next twelve months will bill and recognise, if milestones are reached in time",
    detail=LATE_MILESTONES,
)
