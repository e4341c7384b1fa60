"""The list of refusals: one row per error, and how many rows of each file were refused."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.record import RefusedSheet

COLUMNS = ["file", "sheet", "row", "heading", "message"]
FURNITURE = 5
"""Rows of the sheet for its headings, blanks between, and a notice."""


@dataclass(frozen=True)
class Refusals:
    """What the sheet `refusals` says.

    files   file, rows_refused (int64), by file
    errors  file, sheet, row (int64), heading (blank where a row as a whole is at fault), message
    notice  what a list that is too long for a sheet says about its rest, or ""
    """

    files: pd.DataFrame
    errors: pd.DataFrame
    notice: str


def refusals_sheet(refused: Sequence[RefusedSheet], most_rows: int) -> Refusals:
    """The list of all errors, cut so that the sheet has at most `most_rows` rows."""
    counts = pd.DataFrame(
        {
            "file": [sheet.file for sheet in refused],
            "rows_refused": [len(sheet.cells) for sheet in refused],
        }
    ).astype({"file": "str", "rows_refused": "int64"})
    files = counts.groupby("file")["rows_refused"].sum().reset_index()
    lists = [_errors_of(sheet) for sheet in refused if len(sheet.cells)]
    errors = (
        pd.concat(lists, ignore_index=True) if lists else pd.DataFrame(columns=COLUMNS, dtype="str")
    )
    room = most_rows - len(files) - FURNITURE
    if len(errors) <= room:
        return Refusals(files, errors, "")
    notice = f"the first {room:,} of {len(errors):,} errors; all of them are in findings.csv"
    return Refusals(files, errors.head(room), notice)


def _errors_of(sheet: RefusedSheet) -> pd.DataFrame:
    """One row per line of the rows' errors, the heading that a line begins with apart from it.

    `completion_date: not a date` about a row with the faulty heading completion_date becomes the
    heading and `not a date`; any other line stays whole.
    """
    rows = pd.DataFrame(
        {
            "row": sheet.row_numbers.to_numpy(),
            "line": sheet.errors.astype("str").fillna("").str.split("\n").to_numpy(),
            "heading": sheet.faulty.astype("str").fillna("").str.split("\n").to_numpy(),
        }
    )
    faulty = rows[["row", "heading"]].explode("heading").drop_duplicates()
    lines = rows[["row", "line"]].explode("line", ignore_index=True)
    said = lines["line"].astype("str").str.extract(r"^(?P<heading>[^:]+): (?P<message>.*)$")
    named = lines.assign(heading=said["heading"], message=said["message"]).merge(
        faulty.assign(is_faulty=True), on=["row", "heading"], how="left", validate="many_to_one"
    )
    apart = named["is_faulty"].notna()
    return named.assign(
        file=sheet.file,
        sheet=sheet.sheet,
        heading=named["heading"].where(apart, ""),
        message=named["message"].where(apart, named["line"]),
    )[COLUMNS]
