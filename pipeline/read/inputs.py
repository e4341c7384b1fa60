"""What the read stage gives: the uploaded rows as text, each with its address."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.findings import no_findings

FILE_TYPES = {"file": "str", "sha256": "str", "bytes": "int64", "rows_read": "int64"}


@dataclass(frozen=True)
class Sheet:
    """The rows of one table in one CSV file or worksheet, as uploaded.

    `cells` has one `str` column per uploaded column, named "0", "1", …; outer spaces are cut and a
    blank cell is missing (NaN). Blank rows are left out, so `rows` (int32, as a person counts: the
    first row of a sheet is 1) says where each row stood. `headings` are the headings as typed,
    `columns` the heading of the table's model that each column stands for, None where it is
    unknown or ours (`errors`).
    """

    table: str
    file: str
    sheet: str
    heading_row: int
    headings: tuple[str, ...]
    columns: tuple[str | None, ...]
    cells: pd.DataFrame
    rows: np.ndarray


@dataclass(frozen=True)
class Inputs:
    """Tonight's upload.

    `files` has one row per file of the inbox, read or not: file (path below the inbox), sha256,
    bytes (int64), rows_read (int64). `findings` are those of reading: files, sheets and columns.
    """

    sheets: tuple[Sheet, ...]
    files: pd.DataFrame
    findings: pd.DataFrame

    @staticmethod
    def of_nothing() -> "Inputs":
        """No upload."""
        files = pd.DataFrame({name: [] for name in FILE_TYPES}).astype(FILE_TYPES)
        return Inputs((), files, no_findings())
