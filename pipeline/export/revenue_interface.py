"""The file for Revenue Management: what a run has news of, in rows of several kinds."""

from pathlib import Path

import pandas as pd
import pyarrow as arrow

from pipeline.export.controls import control_of_chunk, ledger_controls
from pipeline.export.csv_text import row_chunks
from pipeline.export.render import render_columns
from pipeline.export.revenue_rows import revenue_rows, text_of_revenue_field
from pipeline.export.row_sources import REVENUE_LINES
from pipeline.export.separated_text import separated_bytes
from pipeline.export.targets import RecordFile, shipped_record_files
from pipeline.record import RunRecord
from pipeline.settings import Settings


def write_revenue_interface(record: RunRecord, folder: Path) -> list[arrow.Table]:
    """Write the files of records; a run without news for a file leaves it out.

    Returns the control totals of the written revenue lines, chunk by chunk.
    """
    rows = revenue_rows(record)
    controls: list[arrow.Table] = []
    for file in shipped_record_files():
        controls += write_record_file(rows, file, record.settings, folder)
    return controls


def expected_revenue_controls(record: RunRecord) -> list[pd.DataFrame]:
    """What the files of `write_revenue_interface` must come to, in the columns of `join_controls`.

    Nothing is expected of a file with satisfaction events only: Revenue Management works out their
    amounts itself.
    """
    return [
        ledger_controls(record.revenue_lines, file.path, "total_minor")
        for file in shipped_record_files()
    ]


def write_record_file(
    rows: dict[str, pd.DataFrame], file: RecordFile, settings: Settings, folder: Path
) -> list[arrow.Table]:
    """Write one file of these rows, by kind; returns the control totals of its chunks."""
    controls: list[arrow.Table] = []
    if not any(len(rows[form.rows]) for form in file.records):
        return controls
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as written:
        for form in file.records:
            for chunk in row_chunks(rows[form.rows]):
                columns = render_columns(chunk, form, settings)
                written.write(separated_bytes(list(columns.values()), len(chunk), file.separator))
                if form.rows == REVENUE_LINES:
                    controls.append(_control(chunk, file, columns[file.total]))
    return controls


def _control(lines: pd.DataFrame, file: RecordFile, totals: arrow.Array) -> arrow.Table:
    """Business unit and currency stand in the documents' rows, and are taken from the lines."""
    business_units, currencies = (
        text_of_revenue_field(lines, name, "") for name in ("business_unit", "currency")
    )
    return control_of_chunk(file.path, business_units, currencies, totals)
