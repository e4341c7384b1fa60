"""The frames of the invoices that Receivables is expected to make of a run's lines.

Money is int64 minor units of `currency`, days are datetime64[s], texts are blank ("") where there
is nothing to say.
"""

import pandera.pandas as pa

from schemas.outputs import Amount, Day, OutputTable, Text


class ExpectedInvoices(OutputTable):
    """One row per transaction: what the file that is sent groups into one invoice or credit memo."""

    invoice: Text = pa.Field(unique=True, description="our own number within the run")
    business_unit: Text
    customer_number: Text
    account: Text = pa.Field(description="the bill-to account, as the file names it; so the rest")
    site: Text
    transaction_type: Text
    currency: Text
    transaction_date: Day = pa.Field(nullable=True)
    terms: Text = pa.Field(description="blank: none, as of a credit memo")
    due_date: Day = pa.Field(nullable=True, description="blank: the terms are no number of days")
    lines: Amount = pa.Field(ge=1)
    amount_minor: Amount = pa.Field(description="negative: a credit memo")


class ExpectedInvoiceLines(OutputTable):
    """One row per line that is sent, those of an invoice together."""

    invoice: Text
    bill_line_id: Text = pa.Field(unique=True)
    business_unit: Text
    subscription_number: Text
    bill_date: Day
    currency: Text
    amount_minor: Amount
    description: Text
