"""The kinds of rows that a target can write: what each has to show, its cases, and its rows."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.export import ledger_text, revenue_rows
from pipeline.export.cases import BILL_LINE_CASES, METHOD_CASES, Case
from pipeline.frames import look_up, match
from pipeline.record import RunRecord
from schemas.cells import arrow_texts
from schemas.outputs import JournalLines, RevenueEvents

OF_RUN = frozenset(["run_id", "as_of"])
OF_CONTRACT = frozenset(["customer_name", "product_code"])
OF_DOCUMENT = frozenset(["document_number", "document_line"])
DUE_DATE = "due_date"
TERMS = r"^\s*(?i:net\s+)?(?P<days>[0-9]{1,3})(?i:\s*days?)?(?i:\s*net)?\s*$"
"""Payment terms that are a number of days: `30 Net`, `Net 30`, `30 days`, `30`."""


@dataclass(frozen=True)
class RowSource:
    """Fields that can be named, how one becomes text (rows, field, date format), cases, the column of
    whole minor units that is totalled (blank: its rows carry no amount), and the columns in which rows
    agree that are never parted by a file's end (`splits.py`)."""

    fields: frozenset[str]
    text_of: Callable[[pd.DataFrame, str, str], arrow.Array]
    cases: dict[str, Case] = field(default_factory=dict)
    amount: str = ""
    together: tuple[str, ...] = ()


BILL_LINES, REVENUE_LINES = "bill_lines", "revenue_lines"
OF_PRODUCT_LINE = tuple(revenue_rows.DOCUMENT_KEY)
ROW_SOURCES: dict[str, RowSource] = {
    BILL_LINES: RowSource(
        ledger_text.field_names() | OF_RUN | OF_CONTRACT | OF_DOCUMENT | {DUE_DATE},
        ledger_text.text_of_field, BILL_LINE_CASES, "amount_minor",
    ),
    "revenue_documents": RowSource(
        revenue_rows.document_fields() | OF_RUN, revenue_rows.text_of_revenue_field,
        together=OF_PRODUCT_LINE,
    ),
    REVENUE_LINES: RowSource(
        revenue_rows.line_fields() | OF_RUN, revenue_rows.text_of_revenue_field, METHOD_CASES,
        "total_minor", OF_PRODUCT_LINE,
    ),
    "satisfaction_events": RowSource(
        revenue_rows.event_fields() | OF_RUN, revenue_rows.text_of_revenue_field, METHOD_CASES,
        together=OF_PRODUCT_LINE,
    ),
    "revenue_events": RowSource(
        revenue_rows.shown_of(RevenueEvents) | OF_RUN, ledger_text.text_of_field, METHOD_CASES,
        "amount_minor", OF_PRODUCT_LINE,
    ),
    "journal": RowSource(
        revenue_rows.shown_of(JournalLines) | OF_RUN | OF_DOCUMENT, ledger_text.text_of_field, {},
        "debit_minor", ("entry_id",),
    ),
}  # fmt: skip


def rows_of(record: RunRecord, rows: str, fields: Collection[str]) -> pd.DataFrame:
    """The rows of a kind, with those of the fields that are worked out, and only those."""
    if rows == BILL_LINES:
        found = _with_more(record, record.lines_for_receivables, fields)
    elif rows in ("revenue_events", "journal"):
        found = record.revenue_events if rows == "revenue_events" else record.journal
    else:
        found = revenue_rows.REVENUE_ROWS[rows](record)
    if "run_id" in fields:
        found = found.assign(run_id=record.run_id).astype({"run_id": "str"})
    if "as_of" in fields:
        found = found.assign(as_of=pd.Timestamp(record.as_of).as_unit("s"))
    return found


def _with_more(record: RunRecord, lines: pd.DataFrame, fields: Collection[str]) -> pd.DataFrame:
    if DUE_DATE in fields:
        lines = lines.assign(due_date=due_dates(lines, record.settings.receivables.payment_terms))
    if "customer_name" in fields:
        at = match(lines, record.positions, ["subscription_number"])
        lines = lines.assign(customer_name=_named(record.positions["customer_name"], at, lines))
    if "product_code" in fields:
        at = match(lines, record.products, ["subscription_number", "charge_number"])
        lines = lines.assign(product_code=_named(record.products["product_code"], at, lines))
    return lines


def _named(texts: pd.Series, at: np.ndarray, lines: pd.DataFrame) -> pd.Series:
    return look_up(texts, at, lines.index).fillna("").astype("str")


def due_dates(lines: pd.DataFrame, site_terms: str) -> pd.Series:
    """The bill date and the days of the payment terms (datetime64[s]); missing where the terms are
    no number of days.

    >>> lines = pd.DataFrame({"payment_terms": ["", "Net 10", "10 EOM"], "bill_date": "2026-03-31"})
    >>> due_dates(lines.astype({"bill_date": "datetime64[s]"}), "30 Net").astype("str").tolist()
    ['2026-04-30', '2026-04-10', nan]
    """
    given = compute.dictionary_encode(
        compute.fill_null(arrow_texts(lines["payment_terms"].astype("str")), "")
    )
    terms = compute.if_else(compute.equal(given.dictionary, ""), site_terms, given.dictionary)
    days = compute.struct_field(compute.extract_regex(terms, TERMS), "days").cast(arrow.int64())
    added = days.take(given.indices).to_pandas().astype("Int64").set_axis(lines.index)
    known = added.notna()
    due = lines["bill_date"] + pd.to_timedelta(added.fillna(0).astype("int64"), unit="D").astype(
        "timedelta64[s]"
    )
    return due.where(known).astype("datetime64[s]")
