"""The CSV files that people open: a header row, ISO dates, plain decimals, no live formulas."""

from pathlib import Path

import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.export.controls import control_of_chunk
from pipeline.export.csv_text import Column, csv_bytes, guard_text, header_line, row_chunks
from pipeline.export.ledger_text import is_text_field, text_of_field
from pipeline.findings import COLUMNS as FINDING_COLUMNS
from schemas.cells import arrow_texts

ISO_DATE = "%Y-%m-%d"
NUMBER = r"^[+-]?[0-9]+(?:\.[0-9]+)?$"
BILL_LINES = "bill_lines.csv"
FINDINGS = "findings.csv"
BILL_LINE_COLUMNS = (
    "bill_line_id", "corrects_bill_line_id", "subscription_number", "line_number", "charge_number",
    "kind", "what", "phase_number", "service_start", "service_end", "bill_date", "accounting_date",
    "currency", "amount", "customer_number", "business_unit", "reason",
)  # fmt: skip


def write_bill_lines(bill_lines: pd.DataFrame, folder: Path) -> list[arrow.Table]:
    """Write bill_lines.csv; returns the control totals of its chunks."""
    controls = []
    with (folder / BILL_LINES).open("wb") as file:
        file.write(header_line(BILL_LINE_COLUMNS))
        for chunk in row_chunks(bill_lines):
            texts = {name: text_of_field(chunk, name, ISO_DATE) for name in BILL_LINE_COLUMNS}
            controls.append(
                control_of_chunk(
                    BILL_LINES, texts["business_unit"], texts["currency"], texts["amount"]
                )
            )
            columns = [
                guard_text(text) if is_text_field(name) else text for name, text in texts.items()
            ]
            file.write(csv_bytes(columns, len(chunk)))
    return controls


def write_findings(findings: pd.DataFrame, folder: Path) -> None:
    """Write findings.csv; a finding without a row has a blank there, not a 0."""
    with (folder / FINDINGS).open("wb") as file:
        file.write(header_line(FINDING_COLUMNS))
        for chunk in row_chunks(findings):
            columns = [_finding_column(chunk[name]) for name in FINDING_COLUMNS]
            file.write(csv_bytes(columns, len(chunk)))


def _finding_column(values: pd.Series) -> Column:
    if values.name != "row":
        texts = compute.fill_null(arrow_texts(values), "")
        # a number is no formula, and a reader looks for it as it was typed
        return compute.if_else(
            compute.match_substring_regex(texts, NUMBER), texts, guard_text(texts)
        )
    numbers = arrow.array(values.to_numpy())
    return compute.if_else(compute.equal(numbers, 0), "", numbers.cast(arrow.large_string()))
