"""What was refused, as lists: rows by file, errors by code, and one row per error.

They are the findings themselves, those that refuse or hold back a row: so the workbook, findings.csv
and the screen count the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.findings import ERROR
from pipeline.record import RefusedSheet

COLUMNS = ["file", "sheet", "row", "column", "value", "code", "message"]
HELD_BACK = "HLD-01"
FURNITURE = 5
"""Rows of the sheet for its headings, blanks between, and a notice."""


@dataclass(frozen=True)
class Refusals:
    """What the sheets `errors_by_code` and `refusals` say.

    files   file, rows_refused (int64), by file
    codes   code, findings (int64), rows (int64: how many rows have one), message (of the first), by code
    errors  COLUMNS, row int64 (0: none), in the order of findings.csv
    notice  what a list that is too long for a sheet says about its rest, or ""
    """

    files: pd.DataFrame
    codes: pd.DataFrame
    errors: pd.DataFrame
    notice: str


def refusals_of(
    refused: Sequence[RefusedSheet], findings: pd.DataFrame, most_rows: int
) -> Refusals:
    """The lists of all errors, the longest cut so that its sheet has at most `most_rows` rows."""
    counts = pd.DataFrame(
        {
            "file": [sheet.file for sheet in refused],
            "rows_refused": [len(sheet.cells) for sheet in refused],
        }
    ).astype({"file": "str", "rows_refused": "int64"})
    files = counts.groupby("file")["rows_refused"].sum().reset_index()
    telling = findings["severity"].eq(ERROR) | findings["code"].eq(HELD_BACK)
    errors = findings.loc[telling, COLUMNS].reset_index(drop=True)
    room = most_rows - len(files) - FURNITURE
    notice = (
        f"the first {room:,} of {len(errors):,} errors; all of them are in findings.csv"
        if len(errors) > room
        else ""
    )
    return Refusals(files, _by_code(errors), errors.head(room), notice)


def _by_code(errors: pd.DataFrame) -> pd.DataFrame:
    """How often each code was found, and in how many rows."""
    places = errors[errors["row"] > 0].drop_duplicates(["code", "file", "sheet", "row"])
    rows = places.groupby("code").size()
    counted = errors.groupby("code").agg(findings=("code", "size"), message=("message", "first"))
    return (
        counted.assign(rows=rows.reindex(counted.index).fillna(0).astype("int64"))
        .reset_index()
        .astype({"code": "str", "message": "str"})[["code", "findings", "rows", "message"]]
    )
