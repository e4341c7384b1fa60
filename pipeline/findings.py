"""Findings: what is wrong or noteworthy in the input, one row each, with its address.

A findings frame has the columns of `COLUMNS`: code, severity (error, warning or info), file,
sheet (blank for a CSV file), row (as a person counts, 1 is the first; 0 where there is none),
column (the heading), value (as it was given), message (what is wrong and what to do).
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

import pandas as pd

COLUMNS = ["code", "severity", "file", "sheet", "row", "column", "value", "message"]
ERROR, WARNING, INFO = "error", "warning", "info"


@cache
def no_findings() -> pd.DataFrame:
    """A findings frame without a row."""
    return pd.DataFrame({name: [] for name in COLUMNS}).astype(
        {name: "int64" if name == "row" else "str" for name in COLUMNS}
    )


def one_finding(
    code: str, severity: str, message: str, *,
    file: str = "", sheet: str = "", row: int = 0, column: str = "", value: str = "",
) -> pd.DataFrame:  # fmt: skip
    """A findings frame of one row.

    >>> one_finding("FIL-01", "error", "not a workbook", file="a.xlsx")["message"].tolist()
    ['not a workbook']
    """
    given: dict[str, Any] = {
        "code": code, "severity": severity, "file": file, "sheet": sheet,
        "row": row, "column": column, "value": value, "message": message,
    }  # fmt: skip
    return tidy_findings(pd.DataFrame([given]))


def tidy_findings(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the findings' columns in order and in their types, blanks for what is missing."""
    tidy = frame.reindex(columns=COLUMNS)
    texts = [name for name in COLUMNS if name != "row"]
    return (
        tidy.assign(row=tidy["row"].fillna(0))
        .astype({"row": "int64", **dict.fromkeys(texts, "str")})
        .fillna(dict.fromkeys(texts, ""))
    )


def join_findings(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All findings in one frame, sorted by address and code: the same input, the same order."""
    kept = [frame for frame in frames if len(frame)]
    if not kept:
        return no_findings()
    return (
        pd.concat(kept, ignore_index=True)
        .sort_values(["file", "sheet", "row", "code", "column", "value", "message"], kind="stable")
        .reset_index(drop=True)
    )
