"""A forecast's rows as a CSV file that people open: guarded, whole or not there at all."""

import os
from pathlib import Path

import pandas as pd

from pipeline.export.csv_files import ISO_DATE
from pipeline.export.csv_text import csv_bytes, guard_text, header_line, row_chunks
from pipeline.export.ledger_text import is_text_field, text_of_days, text_of_field

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
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with aside.open("wb") as file:
            file.write(header_line(FORECAST_COLUMNS))
            for chunk in row_chunks(rows):
                file.write(
                    csv_bytes([_column(chunk, name) for name in FORECAST_COLUMNS], len(chunk))
                )
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except OSError as fault:
        raise ForecastFileError(
            f"{path}: can't be written: {fault.strerror}; free space, allow writing, or name another"
        ) from fault
    finally:
        aside.unlink(missing_ok=True)


def _column(rows: pd.DataFrame, name: str):
    if name == "month":
        return text_of_days(rows[name], MONTH)
    if name == "days_late":
        return text_of_field(rows.assign(days_late=rows[name].astype("str").fillna("")), name, "")
    texts = text_of_field(rows, name, ISO_DATE)
    return guard_text(texts) if is_text_field(rows, name) else texts
