"""What Revenue Management is told of a run: documents, their lines, and satisfaction events.

A document is a product line of a subscription, a document line is a charge's revenue line, and a
satisfaction event says how much of a line is satisfied on a day. Lines that are satisfied over a
period have no events: their first and last day say everything.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.export.ledger_text import text_of_field
from pipeline.money import HUNDRED_PERCENT, as_text, fraction
from pipeline.record import RunRecord
from schemas.outputs import OutputTable, RevenueEvents, RevenueLines

DOCUMENT_KEY = ["subscription_number", "line_number"]
DOCUMENT_FIELDS = (
    *DOCUMENT_KEY, "document_date", "currency", "business_unit", "customer_number",
    "bill_to_account", "bill_to_site", "purchase_order",
)  # fmt: skip
OVER_TIME, AT_ONCE = "STRAIGHT_LINE", "POINT_IN_TIME"

SATISFIED_PLACES = 12
"""Decimals of a satisfied quantity: a twelfth of a billion is then still right to the cent."""
WHOLE = 10**SATISFIED_PLACES
DERIVED = {"satisfied_quantity": SATISFIED_PLACES, "satisfied_percent": SATISFIED_PLACES - 2}
"""How `satisfied` can be shown, and with how many decimals: 250000000000 is 0.25, or 25 percent."""


def document_fields() -> frozenset[str]:
    """Everything that a file can show of a document."""
    return frozenset(DOCUMENT_FIELDS)


def line_fields() -> frozenset[str]:
    """Everything that a file can show of a revenue line; amounts go without their `_minor`.

    >>> sorted(line_fields() & {"total", "total_minor", "version", "satisfied_percent"})
    ['total', 'version']
    """
    return shown_of(RevenueLines) | {"version"}


def event_fields() -> frozenset[str]:
    """Everything that a file can show of a satisfaction event.

    `percent` is the event's own and may be blank; `satisfied_percent` is what to send.

    >>> sorted(event_fields() & {"amount", "percent_millionths", "percent", "satisfied_percent"})
    ['amount', 'percent', 'satisfied_percent']
    """
    return shown_of(RevenueEvents) | {"line_version", *DERIVED}


def text_of_revenue_field(rows: pd.DataFrame, name: str, date_format: str) -> arrow.Array:
    """One field of all rows as large strings; what is missing is blank."""
    if name in DERIVED:
        places = np.full(len(rows), DERIVED[name])
        return compute.replace_substring_regex(as_text(rows["satisfied"], places), r"\.?0+$", "")
    return text_of_field(rows, name, date_format)


def revenue_documents(record: RunRecord) -> pd.DataFrame:
    """DOCUMENT_FIELDS, one row per product line with a revenue line of this run."""
    documents = record.revenue_lines.drop_duplicates(DOCUMENT_KEY, keep="last")
    return documents.sort_values(DOCUMENT_KEY, ignore_index=True)[list(DOCUMENT_FIELDS)]


def revenue_lines(record: RunRecord) -> pd.DataFrame:
    """RevenueLines and `version`, the revision counted from 1."""
    return record.revenue_lines.assign(version=record.revenue_lines["revision"] + 1)


def satisfaction_events(record: RunRecord) -> pd.DataFrame:
    """RevenueEvents that satisfy something, `line_version`, and `satisfied`: the part of the line, in 10
    to the -12th; negative takes it back.

    An event of 0 percent corrects an amount, which Revenue Management does of itself.
    """
    measured = record.revenue_events.loc[record.revenue_events["method"].ne(OVER_TIME)]
    satisfied = _satisfied(measured)
    return measured.assign(line_version=measured["line_revision"] + 1, satisfied=satisfied).loc[
        satisfied != 0
    ]


def _satisfied(events: pd.DataFrame) -> np.ndarray:
    """The part of its line that each event satisfies, of `WHOLE`.

    It is the event's percentage. The periods of a recurring charge have none: each satisfies its
    share of the allocated amount, so that all of them satisfy the line once, not once a period.
    """
    percent = events["percent_millionths"]
    stated = percent.fillna(0).to_numpy(np.int64) * (WHOLE // HUNDRED_PERCENT)
    is_period = (percent.isna() & events["method"].eq(AT_ONCE)).to_numpy(bool)
    amount, allocated = (
        events[name].to_numpy(np.int64) for name in ("amount_minor", "allocated_minor")
    )
    sign, size = np.sign(allocated), np.abs(allocated)
    # no event can satisfy more than the whole line, nor any of a line that has come to nothing
    share = sign * fraction(np.array(WHOLE), np.clip(amount, -size, size), np.maximum(size, 1))
    return np.where(is_period, share, stated)


REVENUE_ROWS: dict[str, Callable[[RunRecord], pd.DataFrame]] = {
    "revenue_documents": revenue_documents,
    "revenue_lines": revenue_lines,
    "satisfaction_events": satisfaction_events,
}
"""The rows of each kind that a run has news of, by the name that a target gives them."""


def shown_of(model: type[OutputTable]) -> frozenset[str]:
    """A table's columns as fields: amounts and percentages go without their unit."""
    columns = model.to_schema().columns
    return frozenset(name.removesuffix("_minor").removesuffix("_millionths") for name in columns)
