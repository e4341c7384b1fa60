"""The kinds of rows that a target can write: what each has to show, and its cases."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import pyarrow as arrow

from pipeline.export import ledger_text, revenue_rows
from pipeline.export.cases import BILL_LINE_CASES, METHOD_CASES, Case


@dataclass(frozen=True)
class RowSource:
    """Fields that can be named, how one becomes text (rows, field, date format), and cases."""

    fields: frozenset[str]
    text_of: Callable[[pd.DataFrame, str, str], arrow.Array]
    cases: dict[str, Case]


BILL_LINES, REVENUE_LINES = "bill_lines", "revenue_lines"
ROW_SOURCES: dict[str, RowSource] = {
    BILL_LINES: RowSource(ledger_text.field_names(), ledger_text.text_of_field, BILL_LINE_CASES),
    "revenue_documents": RowSource(
        revenue_rows.document_fields(), revenue_rows.text_of_revenue_field, {}
    ),
    REVENUE_LINES: RowSource(
        revenue_rows.line_fields(), revenue_rows.text_of_revenue_field, METHOD_CASES
    ),
    "satisfaction_events": RowSource(
        revenue_rows.event_fields(), revenue_rows.text_of_revenue_field, METHOD_CASES
    ),
}
