"""The CSV files that people open: a header row, ISO dates, plain decimals, no live formulas."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.export.controls import control_of_chunk, refuse_unbalanced
from pipeline.export.csv_text import Column, csv_bytes, guard_text, header_line, row_chunks
from pipeline.export.ledger_text import is_text_field, text_of_field
from pipeline.findings import COLUMNS as FINDING_COLUMNS
from schemas.cells import arrow_texts

ISO_DATE = "%Y-%m-%d"
NUMBER = r"^[+-]?[0-9]+(?:\.[0-9]+)?$"
BILL_LINES = "bill_lines.csv"
REVENUE_EVENTS = "revenue_events.csv"
JOURNAL = "journal.csv"
FINDINGS = "findings.csv"
BILL_LINE_COLUMNS = (
    "bill_line_id", "corrects_bill_line_id", "subscription_number", "line_number", "charge_number",
    "kind", "what", "phase_number", "service_start", "service_end", "bill_date", "accounting_date",
    "currency", "amount", "customer_number", "business_unit", "reason",
)  # fmt: skip
REVENUE_EVENT_COLUMNS = (
    "revenue_line_id", "event_id", "subscription_number", "charge_number", "method",
    "satisfaction_date", "accounting_date", "percent", "currency", "amount", "allocated_amount",
)  # fmt: skip
JOURNAL_COLUMNS = (
    "entry_id", "date", "account", "debit", "credit", "currency", "subscription_number",
    "bill_line_id", "event_id", "narrative",
)  # fmt: skip
FIELDS = {"allocated_amount": "allocated"}
"""The field that a column shows, where it has another name."""


def write_bill_lines(bill_lines: pd.DataFrame, folder: Path) -> list[arrow.Table]:
    """Write bill_lines.csv; returns the control totals of its chunks."""
    (amounts,) = _write_rows(bill_lines, folder / BILL_LINES, BILL_LINE_COLUMNS, ["amount"])
    return amounts


def write_revenue_events(events: pd.DataFrame, folder: Path) -> list[arrow.Table]:
    """Write revenue_events.csv; returns the control totals of its chunks."""
    (amounts,) = _write_rows(events, folder / REVENUE_EVENTS, REVENUE_EVENT_COLUMNS, ["amount"])
    return amounts


def write_journal(journal: pd.DataFrame, folder: Path) -> list[arrow.Table]:
    """Write journal.csv; returns the control totals of its debits, which its credits equal."""
    debits, credits = _write_rows(journal, folder / JOURNAL, JOURNAL_COLUMNS, ["debit", "credit"])
    refuse_unbalanced(debits, credits)
    return debits


def write_findings(findings: pd.DataFrame, folder: Path) -> None:
    """Write findings.csv; a finding without a row has a blank there, not a 0."""
    with (folder / FINDINGS).open("wb") as file:
        file.write(header_line(FINDING_COLUMNS))
        for chunk in row_chunks(findings):
            columns = [_finding_column(chunk[name]) for name in FINDING_COLUMNS]
            file.write(csv_bytes(columns, len(chunk)))


def _write_rows(
    rows: pd.DataFrame, path: Path, columns: Sequence[str], totals: Sequence[str]
) -> list[list[arrow.Table]]:
    """Write ledger rows; for each of the columns `totals`, the control totals of the chunks."""
    controls: list[list[arrow.Table]] = [[] for _ in totals]
    with path.open("wb") as file:
        file.write(header_line(columns))
        for chunk in row_chunks(rows):
            fields = {name: FIELDS.get(name, name) for name in columns}
            texts = {name: text_of_field(chunk, fields[name], ISO_DATE) for name in columns}
            business_unit = text_of_field(chunk, "business_unit", ISO_DATE)
            for chunks, name in zip(controls, totals, strict=True):
                chunks.append(
                    control_of_chunk(path.name, business_unit, texts["currency"], texts[name])
                )
            written = [_guarded(chunk, fields[name], text) for name, text in texts.items()]
            file.write(csv_bytes(written, len(chunk)))
    return controls


def field_for_people(rows: pd.DataFrame, name: str) -> Column:
    """A field of the rows as such a file has it."""
    return _guarded(rows, name, text_of_field(rows, name, ISO_DATE))


def _guarded(rows: pd.DataFrame, name: str, texts: Column) -> Column:
    return guard_text(texts) if is_text_field(rows, name) else texts


def _finding_column(values: pd.Series) -> Column:
    if values.name != "row":
        texts = compute.fill_null(arrow_texts(values), "")
        # a number is no formula, and a reader looks for it as it was typed
        return compute.if_else(
            compute.match_substring_regex(texts, NUMBER), texts, guard_text(texts)
        )
    numbers = arrow.array(values.to_numpy())
    return compute.if_else(compute.equal(numbers, 0), "", numbers.cast(arrow.large_string()))
