"""A forecast's rows as a CSV file that people open: guarded, whole or not there at all."""

from pathlib import Path

import pandas as pd

from pipeline.aside import written_aside
from pipeline.export.csv_files import field_for_people
from pipeline.export.csv_text import csv_bytes, header_line, row_chunks
from pipeline.export.ledger_text import text_of_days, text_of_field

FORECAST_COLUMNS = (
    "event_type", "row_id", "subscription_number", "charge_number", "what", "kind", "date",
    "accounting_date", "month", "currency", "amount", "days_late", "on_hold", "business_unit",
    "reason",
)  # fmt: skip
MONTH = "%Y-%m"


class ForecastFileError(Exception):
    """The file can't be written; the message says why and what to do."""


def write_forecast(rows: pd.DataFrame, path: Path) -> None:
    """Write the rows (schemas.forecasts.ForecastRows); a file there before is replaced."""
    try:
        with written_aside(path) as aside, aside.open("wb") as file:
            file.write(header_line(FORECAST_COLUMNS))
            for chunk in row_chunks(rows):
                file.write(
                    csv_bytes([_column(chunk, name) for name in FORECAST_COLUMNS], len(chunk))
                )
    except OSError as fault:
        raise ForecastFileError(
            f"{path}: can't be written: {fault.strerror}; free space, allow writing, or name another"
        ) from fault


def _column(rows: pd.DataFrame, name: str):
    if name == "month":
        return text_of_days(rows[name], MONTH)
    if name == "days_late":
        return text_of_field(rows.assign(days_late=rows[name].astype("str").fillna("")), name, "")
    return field_for_people(rows, name)
