"""The frames of a forecast: every row to come, its months, and the milestones that are awaited.

Money is int64 minor units of `currency`, days are datetime64[s], texts are blank ("") where there
is nothing to say.
"""

import pandera.pandas as pa

from schemas.outputs import Amount, Day, Money, OutputTable, Text

BILLING, REVENUE, PHASE = AWAITED_TYPES = ("BILLING", "REVENUE", "PHASE")
LINE_KINDS = ("MILESTONE", "ONE_TIME", "RECURRING")
MADE_BY = (*LINE_KINDS, "STRAIGHT_LINE", "POINT_IN_TIME")


class ForecastRows(OutputTable):
    """Bill lines and satisfaction events to come, as the nights will post them."""

    event_type: Text = pa.Field(isin=(BILLING, REVENUE))
    row_id: Text = pa.Field(description="the bill line's, or the event's")
    subscription_number: Text
    charge_number: Text
    what: Text
    kind: Text = pa.Field(isin=MADE_BY, description="of an event: how its revenue is recognised")
    date: Day = pa.Field(description="the bill date, or the satisfaction date")
    accounting_date: Day
    month: Day = pa.Field(description="of the accounting date, but none before the first night's")
    currency: Text
    amount_minor: Amount
    days_late: Money = pa.Field(nullable=True, description="of what it waits for; blank: not late")
    on_hold: Text = pa.Field(description="why it will not be posted; blank: it will")
    business_unit: Text
    reason: Text


class ForecastMonths(OutputTable):
    """What each month will bill and recognise, by currency; months without anything too."""

    currency: Text
    month: Day
    milestones_minor: Amount = pa.Field(description="to bill, as are the next two")
    one_time_minor: Amount
    recurring_minor: Amount
    to_bill_minor: Amount = pa.Field(description="the three together")
    late_minor: Amount = pa.Field(description="of it, what waits for late milestones")
    on_hold_minor: Amount = pa.Field(description="due by then, but withheld; not in to_bill")
    to_recognise_minor: Amount


class AwaitedMilestones(OutputTable):
    """Open milestones that are late, or that nobody can put a date to."""

    subscription_number: Text
    customer_number: Text
    customer_name: Text
    business_unit: Text
    charge_number: Text = pa.Field(description="blank: the milestone of a phase")
    event_type: Text = pa.Field(isin=AWAITED_TYPES)
    number: Text = pa.Field(description="the milestone's sequence, or the phase's number")
    milestone_name: Text
    expected_completion_date: Day = pa.Field(nullable=True)
    days_late: Amount = pa.Field(ge=0)
    currency: Text
    amount_minor: Amount = pa.Field(description="what reaching it bills, or recognises")
    why: Text = pa.Field(description="why it is not counted; blank: it is")
