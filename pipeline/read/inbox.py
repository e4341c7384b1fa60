"""The public verb of the read stage: every file of an inbox, read or named in a finding."""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import pandas as pd
from python_calamine import CalamineError

from pipeline.findings import ERROR, WARNING, join_findings, one_finding
from pipeline.read import limits
from pipeline.read.delimited import read_delimited
from pipeline.read.faults import InboxError, UnreadableError
from pipeline.read.inputs import FILE_TYPES, Inputs
from pipeline.read.naming import BY_NAME, Naming
from pipeline.read.sheets import Reading
from pipeline.read.workbook import read_workbook
from schemas import TABLES

SUFFIXES = (".csv", ".xlsx")
MACRO_SUFFIXES = (".xlsm", ".xltm", ".xlam")
LOCK_FILE = "~$"
"""Begins the name of the file that Excel keeps beside an open workbook."""

UNSEEN = ("Cc", "Cf", "Zl", "Zp", "Co", "Cs", "Cn")
"""Kinds of characters that could make a file's name look like another, or move the cursor."""

LOADER_FAULTS = (CalamineError, RecursionError, OverflowError, UnicodeError, LookupError)
PANIC = "PanicException"

Progress = Callable[[int, int, int], None]
"""Is told how many parts are done, of how many, and the rows so far."""


@dataclass(frozen=True)
class FileReading:
    """A file of the inbox, and what reading it came to."""

    file: str
    sha256: str
    bytes: int
    reading: Reading


def read_inputs(inbox: Path, naming: Naming = BY_NAME, told: Progress | None = None) -> Inputs:
    """All sheets of an inbox, which is a folder or a single file.

    Nothing is skipped in silence: what is not read has a finding by name. Raises InboxError where
    there is no such inbox. `told` hears after each file how far the reading is.
    """
    paths = list_files(inbox)
    strays = [path for path in paths if not _is_candidate(path)]
    read = _read_files([path for path in paths if _is_candidate(path)], naming, told)
    findings = [_stray_finding(path) for path in strays]
    findings += [finding for file in read for finding in file.reading.findings]
    if not read:
        findings.append(
            one_finding(
                "FIL-04", WARNING,
                f"there is nothing to read in {printable(inbox.name)}: "
                "no file in it ends in .csv or .xlsx; put tonight's files there",
            )
        )  # fmt: skip
    return Inputs(
        sheets=tuple(sheet for file in read for sheet in file.reading.sheets),
        files=_files_frame(read),
        findings=join_findings(findings),
    )


def _read_files(paths: list[Path], naming: Naming, told: Progress | None) -> list[FileReading]:
    read: list[FileReading] = []
    rows = 0
    for path in paths:
        if told:
            told(len(read), len(paths), rows)
        read.append(read_file(path, naming))
        rows += sum(len(sheet.cells) for sheet in read[-1].reading.sheets)
    return read


def list_files(inbox: Path) -> list[Path]:
    """What stands directly in the inbox, sorted by name; a single file is an inbox of its own."""
    try:
        if not inbox.is_dir():
            inbox.stat()
            return [inbox]
        return sorted(inbox.iterdir(), key=lambda path: path.name)
    except OSError as fault:
        raise InboxError(
            f"{printable(str(inbox))} can't be read: {fault.strerror}; "
            "name a folder with tonight's files, or one .csv or .xlsx file"
        ) from fault


def printable(name: str) -> str:
    r"""A file's name as text, whatever bytes it is made of, with what can't be seen spelt out.

    >>> print(printable("east\u202evsc.csv"))
    east\u202evsc.csv
    """
    text = os.fsencode(name).decode("utf-8", "replace")
    unseen = [c for c in dict.fromkeys(text) if unicodedata.category(c) in UNSEEN]
    return text.translate({ord(c): c.encode("unicode_escape").decode() for c in unseen})


def _is_candidate(path: Path) -> bool:
    return (
        path.suffix.lower() in SUFFIXES
        and not path.name.startswith(LOCK_FILE)
        and stat.S_ISREG(_mode(path))
    )


def _mode(path: Path) -> int:
    """The kind of a file; what can't be asked counts as a plain file: opening it will tell."""
    try:
        return path.stat().st_mode
    except OSError:
        return stat.S_IFREG


def _stray_finding(path: Path) -> pd.DataFrame:
    name = printable(path.name)
    if path.name.startswith(LOCK_FILE):
        message = (
            f"{name} shows that the workbook {name.removeprefix(LOCK_FILE)} is open in Excel: "
            "save and close it before the night; if it is closed, delete this file"
        )
    elif stat.S_ISDIR(_mode(path)):
        message = f"{name} is a folder and is not read; put its files into the inbox itself"
    elif path.suffix.lower() in MACRO_SUFFIXES:
        message = (
            f"{name} is a workbook with macros and is not read; save it as .xlsx, without macros"
        )
    elif path.suffix.lower() in SUFFIXES:
        message = f"{name} is a device or a pipe and is not read; put a plain file into the inbox"
    else:
        message = f"{name} is not read: its name does not end in .csv or .xlsx; save it as one"
    return one_finding("FIL-02", WARNING, message, file=name)


def read_file(path: Path, naming: Naming = BY_NAME) -> FileReading:
    """One .csv or .xlsx file; what is wrong with it becomes the finding FIL-01."""
    file = printable(path.name)
    sha256, size = "", 0
    try:
        with path.open("rb") as handle:
            size = os.fstat(handle.fileno()).st_size
            if size > limits.FILE_BYTES:
                raise UnreadableError(
                    f"the file has {size >> 20} MB, more than the {limits.FILE_BYTES >> 20} MB that "
                    "are read; split it"
                )
            sha256 = hashlib.file_digest(handle, "sha256").hexdigest()
            handle.seek(0)
            data = handle.read()
        with refusing_what_breaks(data):
            reading = _read_bytes(data, path, file, naming)
    except UnreadableError as fault:
        reading = Reading(findings=[one_finding("FIL-01", ERROR, str(fault), file=file)])
    except OSError as fault:
        message = f"the file can't be opened: {fault.strerror}; see to it that it can be read"
        reading = Reading(findings=[one_finding("FIL-01", ERROR, message, file=file)])
    return FileReading(file, sha256, size, reading)


@dataclass(frozen=True)
class refusing_what_breaks:  # noqa: N801 (read as a sentence: with refusing_what_breaks(data))
    """What the loaders raise on a file that nobody foresaw refuses that file, and not the night.

    A panic of the workbooks' loader is no Exception, and can be known by its name only.
    """

    data: bytes

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, _kind: object, fault: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if isinstance(fault, UnreadableError):
            return
        if isinstance(fault, MemoryError):
            raise UnreadableError(
                f"reading the file takes more memory than there is ({len(self.data) >> 20} MB are "
                "packed in it); split it"
            ) from fault
        if isinstance(fault, LOADER_FAULTS) or type(fault).__name__ == PANIC:
            raise UnreadableError(
                f"the file can't be understood ({type(fault).__name__}: {str(fault)[:200]}); save it "
                "again from a spreadsheet, and report it if it is refused again"
            ) from fault


def _read_bytes(data: bytes, path: Path, file: str, naming: Naming) -> Reading:
    if path.suffix.lower() == ".xlsx":
        return read_workbook(data, file, naming)
    table = naming.table_of_file(path.stem)
    if table is not None:
        return read_delimited(data, table, file)
    message = (
        f"{file} is not read: its name does not begin with that of a table; "
        f"rename it to begin with one of {', '.join(TABLES)}"
    )
    return Reading(findings=[one_finding("FIL-02", WARNING, message, file=file)])


def _files_frame(read: list[FileReading]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "file": [file.file for file in read],
            "sha256": [file.sha256 for file in read],
            "bytes": [file.bytes for file in read],
            "rows_read": [sum(len(sheet.rows) for sheet in file.reading.sheets) for file in read],
        }
    ).astype(FILE_TYPES)
