"""CSV files beside the workbook: all rows of a sheet that shows only the first, where no other file
of the run holds them."""

from pathlib import Path

import pandas as pd

from pipeline.export.csv_files import field_for_people
from pipeline.export.csv_text import Column, csv_bytes, header_line, row_chunks
from pipeline.export.ledger_text import MONEY_UNIT, PERCENT_UNIT
from pipeline.record import RunRecord
from pipeline.report.layout import Detail, Details
from pipeline.report.revenue_sheets import TO_RECOGNISE
from pipeline.report.to_come import to_recognise


def write_detail_files(details: Details, record: RunRecord, folder: Path) -> None:
    """Write a file for each sheet that is cut and has one; an ordinary night has none."""
    for detail in details:
        rows = _all_rows(detail, record) if detail.is_cut and detail.sheet.file else None
        if rows is not None:
            path = folder / detail.sheet.file
            path.parent.mkdir(exist_ok=True)
            _write_rows(rows, detail, path)


def _all_rows(detail: Detail, record: RunRecord) -> pd.DataFrame | None:
    """The rows as the sheet has them, in its order."""
    if detail.sheet.table == TO_RECOGNISE.table:
        return to_recognise(record, detail.count).rows
    return detail.all_rows


def _write_rows(rows: pd.DataFrame, detail: Detail, path: Path) -> None:
    """The sheet's columns under its headings, some rows at a time."""
    with path.open("wb") as file:
        file.write(header_line([column.heading for column in detail.sheet.columns]))
        for chunk in row_chunks(rows):
            columns = [_column(chunk, column.name) for column in detail.sheet.columns]
            file.write(csv_bytes(columns, len(chunk)))


def _column(rows: pd.DataFrame, name: str) -> Column:
    """A column as text: plain decimals, ISO dates, no live formulas."""
    return field_for_people(rows, name.removesuffix(MONEY_UNIT).removesuffix(PERCENT_UNIT))
