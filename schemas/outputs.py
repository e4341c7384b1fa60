"""The frames that the stages hand on and the files that come out: one pandera model each.

Money is int64 minor units of `currency`, days are datetime64[s], texts are blank ("") where there
is nothing to say, and days are NaT.
"""

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from schemas.inputs import REVENUE_METHODS

Text = Series[str]
Money = Series[pd.Int64Dtype]
Amount = Series[int]
Day = Series[np.datetime64]

KINDS = ("MILESTONE", "RECURRING", "ONE_TIME", "ADJUSTMENT")
MILESTONE_STATES = (
    "OPEN", "SCHEDULED", "COMPLETE", "BILLED", "INTERFACED", "INVOICED", "REJECTED",
)  # fmt: skip
REJECTED_STATES = ("SENT AGAIN", "WAITS")
SENT_STATES = ("SENT", "INVOICED", "REJECTED", "UNANSWERED")
AGES = ("current", "1-30", "31-60", "61-90", "over 90")
"""Days since the bill date; current: none have passed."""
PHASE_STATES = ("ENDED", "RUNNING", "SCHEDULED", "WAITING")
RECEIVABLE, LIABILITY, ASSET, REVENUE = ACCOUNT_ROLES = (
    "receivable", "contract_liability", "contract_asset", "revenue",
)  # fmt: skip


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
    adjustment_minor: Amount = pa.Field(description="what of the amount is an adjustment (ACT-05)")
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


class RejectedLines(OutputTable):
    """Lines that Receivables rejected: sent again tonight, or waiting because of a hold."""

    bill_line_id: Text = pa.Field(unique=True)
    business_unit: Text
    customer_number: Text
    subscription_number: Text
    bill_date: Day
    currency: Text
    amount_minor: Amount
    message: Text = pa.Field(description="why, as Receivables said it")
    state: Text = pa.Field(isin=REJECTED_STATES)
    waits_because: Text = pa.Field(description="blank where it is sent again")


class UnansweredLines(OutputTable):
    """Lines whose files went out, tonight's included, and of which Receivables has not told yet."""

    bill_line_id: Text = pa.Field(unique=True)
    run_id: Text = pa.Field(description="the run whose files sent it last")
    business_unit: Text
    customer_number: Text
    subscription_number: Text
    bill_date: Day
    days: Amount = pa.Field(description="from its bill date to tonight")
    age: Text = pa.Field(isin=AGES)
    currency: Text
    amount_minor: Amount


class SentTotals(OutputTable):
    """What was sent, tonight included, and what became of it; of UNANSWERED, by age."""

    business_unit: Text
    currency: Text
    state: Text = pa.Field(isin=SENT_STATES)
    age: Text = pa.Field(isin=("", *AGES))
    lines: Amount
    amount_minor: Amount


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
    line_minor: Amount = pa.Field(
        description="what its bill line comes to: the share, or what that was adjusted to"
    )
    bills: Text = pa.Field(
        isin=("Y", "N"),
        description="N: its contract or line is a draft, not approved, or cancelled",
    )
    expected_completion_date: Day = pa.Field(nullable=True)
    completion_date: Day = pa.Field(nullable=True)
    state: Text = pa.Field(isin=MILESTONE_STATES)
    bill_line_id: Text


class PlanChanges(OutputTable):
    """Plans that tonight's upload changed: every milestone of theirs, before and after (MIL-04)."""

    subscription_number: Text
    charge_number: Text
    event_type: Text
    sequence: Amount
    milestone_name: Text
    currency: Text
    percent_before_millionths: Money = pa.Field(nullable=True)
    percent_after_millionths: Money = pa.Field(nullable=True)
    share_before_minor: Money = pa.Field(nullable=True, description="blank: the milestone is new")
    share_after_minor: Money = pa.Field(
        nullable=True, description="blank: the milestone is dropped"
    )
    is_billed: Text = pa.Field(description="Y: its line is posted, so it stands")


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


class RevenueLines(OutputTable):
    """Ledger rows: the revenue line of each charge (REV-01), again whenever its amounts change."""

    revenue_line_id: Text = pa.Field(description="subscription:charge")
    revision: Amount = pa.Field(ge=0, description="0 for the first, one more with each change")
    subscription_number: Text
    line_number: Text
    charge_number: Text
    product_code: Text
    method: Text = pa.Field(isin=REVENUE_METHODS)
    starts_on: Day = pa.Field(nullable=True, description="first day served; blank: not known yet")
    ends_on: Day = pa.Field(nullable=True, description="last day served; blank: no end, or not yet")
    currency: Text
    total_minor: Amount = pa.Field(description="what the charge's bill lines come to in all")
    standalone_selling_price_minor: Money = pa.Field(nullable=True)
    allocated_minor: Amount = pa.Field(description="its part of the contract's revenue")
    document_date: Day = pa.Field(description="the subscription's first day")
    business_unit: Text
    customer_number: Text
    bill_to_account: Text
    bill_to_site: Text
    purchase_order: Text
    description: Text = pa.Field(description="the charge's words, or its product's")
    reason: Text = pa.Field(description="how the allocated amount came about, in words")


class RevenueEvents(OutputTable):
    """Ledger rows: satisfaction events, each of which recognises a part of a revenue line."""

    event_id: Text = pa.Field(unique=True, description="subscription:charge:what[#revision]")
    revenue_line_id: Text = pa.Field(description="subscription:charge")
    line_revision: Amount = pa.Field(
        ge=0, description="which revision of the revenue line it is of"
    )
    subscription_number: Text
    line_number: Text
    charge_number: Text
    product_code: Text
    method: Text = pa.Field(isin=REVENUE_METHODS)
    what: Text = pa.Field(
        description="R and the milestone's sequence, the month, the period's first day, or FEE"
    )
    revision: Amount = pa.Field(ge=0)
    satisfaction_date: Day
    accounting_date: Day
    percent_millionths: Money = pa.Field(
        nullable=True, description="of the allocated amount; blank where it is spread over time"
    )
    currency: Text
    amount_minor: Amount = pa.Field(description="negative: a reversal")
    allocated_minor: Amount
    business_unit: Text
    reason: Text = pa.Field(description="how the amount came about, in words")


class JournalLines(OutputTable):
    """The general ledger's side of tonight: each entry's lines stand together and balance."""

    entry_id: Text = pa.Field(description="the run's id and the entry's number in it")
    date: Day = pa.Field(description="the accounting date")
    account: Text
    debit_minor: Money = pa.Field(nullable=True, gt=0)
    credit_minor: Money = pa.Field(nullable=True, gt=0)
    currency: Text
    subscription_number: Text
    bill_line_id: Text = pa.Field(description="what is booked: a bill line, else blank")
    event_id: Text = pa.Field(description="what is booked: a satisfaction event, else blank")
    business_unit: Text
    role: Text = pa.Field(isin=ACCOUNT_ROLES)
    narrative: Text = pa.Field(description="what happened, in words")


class ChargeProducts(OutputTable):
    """What every charge of every contract is for."""

    subscription_number: Text
    charge_number: Text
    product_code: Text


class RevenueBalances(OutputTable):
    """Per charge: its allocated revenue, recognised before, tonight, and still to come."""

    subscription_number: Text
    charge_number: Text
    customer_number: Text
    business_unit: Text
    method: Text = pa.Field(isin=REVENUE_METHODS)
    currency: Text
    total_minor: Amount = pa.Field(description="what its bill lines come to in all")
    allocated_minor: Amount
    recognised_before_minor: Amount
    recognised_tonight_minor: Amount
    remaining_minor: Amount


class RevenueToCome(OutputTable):
    """Per charge and month: revenue that is allocated and not yet recognised."""

    subscription_number: Text
    charge_number: Text
    business_unit: Text
    currency: Text
    month: Day = pa.Field(nullable=True, description="its first day; blank: no date is known")
    amount_minor: Amount


class ContractPositions(OutputTable):
    """Per contract, after the run: liability less asset is what was billed less recognised."""

    subscription_number: Text
    customer_number: Text
    customer_name: Text
    business_unit: Text
    currency: Text
    billed_minor: Amount = pa.Field(description="posted to date, tonight included")
    recognised_minor: Amount = pa.Field(description="posted to date, tonight included")
    liability_minor: Amount = pa.Field(ge=0)
    asset_minor: Amount = pa.Field(ge=0)
    allocated_minor: Amount
    remaining_minor: Amount = pa.Field(description="the remaining performance obligation")
    within_a_year_minor: Amount = pa.Field(description="of it, in the 12 months from tomorrow's")
    later_minor: Amount = pa.Field(description="of it, after those")
    undated_minor: Amount = pa.Field(description="of it, without a date yet")


class RollForward(OutputTable):
    """Per contract and month in which it moved: opening + billed - recognised = closing."""

    currency: Text
    month: Day = pa.Field(description="its first day, by accounting date")
    subscription_number: Text
    customer_number: Text
    business_unit: Text
    opening_minor: Amount
    billed_minor: Amount
    recognised_minor: Amount
    closing_minor: Amount


def dtypes_of(model: type[OutputTable]) -> dict[str, str]:
    """The model's columns in order, each with its dtype in a frame.

    >>> dtypes_of(Withheld)["bill_date"]
    'datetime64[s]'
    """
    declared = {name: str(one.dtype) for name, one in model.to_schema().columns.items()}
    # pandera names the text type by its storage, and every unit of time nanoseconds
    kinds = {"string[pyarrow]": "str", "datetime64[ns]": "datetime64[s]"}
    return {name: kinds.get(dtype, dtype) for name, dtype in declared.items()}


def nothing_of(model: type[OutputTable]) -> pd.DataFrame:
    """The model's frame without a row.

    >>> nothing_of(Withheld)["amount_minor"].dtype
    dtype('int64')
    """
    return pd.DataFrame({name: [] for name in dtypes_of(model)}).astype(dtypes_of(model))
