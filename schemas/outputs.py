"""The frames that the stages hand on and the files that come out: one pandera model each.

Money is int64 minor units of `currency`, days are datetime64[s], texts are blank ("") where there
is nothing to say, and days are NaT.
"""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

Text = Series[str]
Money = Series[pd.Int64Dtype]
Amount = Series[int]
Day = Series[np.datetime64]

KINDS = ("MILESTONE", "RECURRING", "ONE_TIME", "ADJUSTMENT")
MILESTONE_STATES = ("OPEN", "SCHEDULED", "COMPLETE", "BILLED", "INTERFACED")
PHASE_STATES = ("ENDED", "RUNNING", "SCHEDULED", "WAITING")


class OutputTable(pa.DataFrameModel):
    """What all frames that are handed on share: no other columns, in this order."""

    class Config:
        strict = True
        ordered = True


class BillLines(OutputTable):
    """Ledger rows: what was billed, self-sufficient, so that a file can be written from it again."""

    bill_line_id: Text = pa.Field(unique=True, description="subscription:charge:what[#revision]")
    corrects_bill_line_id: Text = pa.Field(description="the line that this one corrects, or blank")
    subscription_number: Text
    line_number: Text
    charge_number: Text
    kind: Text = pa.Field(isin=KINDS)
    what: Text = pa.Field(
        description="M and the milestone's sequence, the period's first day, or FEE"
    )
    revision: Amount = pa.Field(ge=0)
    phase_number: Text
    service_start: Day = pa.Field(nullable=True)
    service_end: Day = pa.Field(nullable=True, description="inclusive")
    bill_date: Day
    accounting_date: Day
    currency: Text
    amount_minor: Amount = pa.Field(description="minor units of the currency; negative: a credit")
    customer_number: Text
    business_unit: Text
    reason: Text = pa.Field(description="how the amount came about, in words")
    description: Text = pa.Field(description="what the invoice line says, at most 240 characters")
    bill_to_account: Text
    bill_to_site: Text
    payment_terms: Text = pa.Field(description="blank: the site's default")
    purchase_order: Text
    tax_code: Text


class Withheld(OutputTable):
    """Lines that are due but not posted, because the subscription or the line is on hold."""

    bill_line_id: Text
    subscription_number: Text
    line_number: Text
    charge_number: Text
    kind: Text = pa.Field(isin=KINDS)
    what: Text
    bill_date: Day
    currency: Text
    amount_minor: Amount
    customer_number: Text
    business_unit: Text
    reason: Text
    withheld_because: Text


class MilestoneStates(OutputTable):
    """Every milestone of every contract, as it stands after the run."""

    subscription_number: Text
    customer_number: Text
    customer_name: Text
    business_unit: Text
    charge_number: Text
    event_type: Text
    sequence: Amount
    milestone_name: Text
    percent_millionths: Money = pa.Field(
        nullable=True, description="blank: a fixed amount or the rest"
    )
    currency: Text
    amount_minor: Amount = pa.Field(description="its share of the charge's amount")
    expected_completion_date: Day = pa.Field(nullable=True)
    completion_date: Day = pa.Field(nullable=True)
    state: Text = pa.Field(isin=MILESTONE_STATES)
    bill_line_id: Text


class PhaseStates(OutputTable):
    """Every phase of every contract, as it stands after the run."""

    subscription_number: Text
    phase_number: Text
    phase_name: Text
    ends: Text
    starts_on: Day = pa.Field(nullable=True)
    last_day: Day = pa.Field(nullable=True)
    state: Text = pa.Field(isin=PHASE_STATES)
    milestone_name: Text = pa.Field(description="what ends it, if a milestone does")
    expected_completion_date: Day = pa.Field(nullable=True)
    completion_date: Day = pa.Field(nullable=True)
    waits_for: Text = pa.Field(
        description="the open milestone that it, or a phase before, waits for"
    )
    currency: Text
    billed_minor: Amount = pa.Field(description="by its charges, net of credits")


def dtypes_of(model: type[OutputTable]) -> dict[str, str]:
    """The model's columns in order, each with its dtype in a frame.

    >>> dtypes_of(Withheld)["bill_date"]
    'datetime64[s]'
    """
    declared = {name: str(one.dtype) for name, one in model.to_schema().columns.items()}
    # pandera names the text type by its storage, and every unit of time nanoseconds
    kinds = {"string[pyarrow]": "str", "datetime64[ns]": "datetime64[s]"}
    return {name: kinds.get(dtype, dtype) for name, dtype in declared.items()}
