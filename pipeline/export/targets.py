"""Interface targets: which files there are and what fills them, read from `schemas/targets/`.

A target is one TOML file and a list of column names for each kind of row that it holds; nothing
here knows any of them by name. The TOML says in its own head how it is written.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pipeline.export.row_forms import FormReader, RowForm, TargetError
from pipeline.export.row_sources import BILL_LINES, REVENUE_LINES

ARCHIVE_ENTRIES = ("archive", "member", "layout", "settings", "date_format")
ARCHIVE_CONTROLS = ("business_unit", "currency", "amount")
RECORD_FILE_ENTRIES = ("path", "separator", "settings", "date_format")
RECORD_ENTRIES = ("rows", "layout", "columns")
SEPARATORS = "|;,\t^~"


@dataclass(frozen=True)
class Target:
    """Bill lines in zips, one per business unit.

    `archive` is the zip's path with {} for the business unit, `member` the file inside it.
    `control` names the written business unit, currency and amount.
    """

    name: str
    archive: str
    member: str
    form: RowForm
    control: dict[str, str]


@dataclass(frozen=True)
class RecordFile:
    """One file of several kinds of rows, each told from the others by what it begins with.

    `records` stand in the file's order. `total` is the column in which the totals of the revenue
    lines are written: it is added up again.
    """

    name: str
    path: str
    separator: str
    records: tuple[RowForm, ...]
    total: str


@cache
def shipped_targets() -> tuple[Target, ...]:
    """All targets of `schemas/targets/` that are zips of bill lines, by name.

    >>> [target.name for target in shipped_targets()]
    ['oracle-autoinvoice']
    """
    return tuple(
        read_target(folder, name) for folder, name in _shipped() if not _has_records(folder, name)
    )


@cache
def shipped_record_files() -> tuple[RecordFile, ...]:
    """All targets of `schemas/targets/` that are files of records, by name.

    >>> [(file.name, file.path) for file in shipped_record_files()]
    [('oracle-revenue-management', 'revenue/RevenueBasisData.txt')]
    """
    return tuple(
        read_record_file(folder, name) for folder, name in _shipped() if _has_records(folder, name)
    )


def read_target(folder: Traversable, file_name: str) -> Target:
    """The zips of bill lines that a TOML file declares, checked."""
    declared = _read_toml(folder, file_name)
    _check_entries(file_name, "", declared, ("file", "control", "columns"))
    about, control = declared["file"], declared["control"]
    _check_texts(file_name, "[file] ", about, ARCHIVE_ENTRIES)
    _check_texts(file_name, "[control] ", control, ARCHIVE_CONTROLS)
    if about["archive"].count("{}") != 1:
        raise TargetError(f"{file_name}: [file] archive: write {{}} once, for the business unit")
    reader = FormReader(folder, file_name, about["settings"], about["date_format"])
    form = reader.read(BILL_LINES, about["layout"], declared["columns"])
    for name in control.values():
        _check_filled(file_name, name, form)
    return Target(_name_of(file_name), about["archive"], about["member"], form, control)


def read_record_file(folder: Traversable, file_name: str) -> RecordFile:
    """The file of records that a TOML file declares, checked."""
    declared = _read_toml(folder, file_name)
    _check_entries(file_name, "", declared, ("file", "control", "record"))
    about, control = declared["file"], declared["control"]
    _check_texts(file_name, "[file] ", about, RECORD_FILE_ENTRIES)
    _check_texts(file_name, "[control] ", control, (REVENUE_LINES,))
    if len(about["separator"]) != 1 or about["separator"] not in SEPARATORS:
        raise TargetError(f"{file_name}: [file] separator: give one of {' '.join(SEPARATORS)!r}")
    records = _read_records(folder, file_name, about, declared["record"])
    lines = [form for form in records if form.rows == REVENUE_LINES]
    if len(lines) != 1:
        raise TargetError(f"{file_name}: one [[record]] must have the rows {REVENUE_LINES}")
    total = control[REVENUE_LINES]
    _check_filled(file_name, total, lines[0])
    return RecordFile(_name_of(file_name), about["path"], about["separator"], records, total)


def _read_records(
    folder: Traversable, file_name: str, about: dict[str, str], declared: Any
) -> tuple[RowForm, ...]:
    if not isinstance(declared, list):
        raise TargetError(f"{file_name}: write [[record]], once for each kind of row")
    records = []
    for number, record in enumerate(declared, 1):
        place = f"{file_name}: [[record]] {number}"
        _check_entries(place, "", record, RECORD_ENTRIES)
        reader = FormReader(
            folder, place, about["settings"], about["date_format"], about["separator"]
        )
        records.append(reader.read(str(record["rows"]), str(record["layout"]), record["columns"]))
    return tuple(records)


def _shipped() -> Iterator[tuple[Traversable, str]]:
    folder = files("schemas") / "targets"
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml")):
        yield folder, name


def _has_records(folder: Traversable, file_name: str) -> bool:
    return "record" in _read_toml(folder, file_name)


def _name_of(file_name: str) -> str:
    return file_name.removesuffix(".toml")


def _read_toml(folder: Traversable, file_name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / file_name).read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise TargetError(f"{file_name}: is not TOML: {fault}") from fault


def _check_entries(place: str, section: str, given: Any, expected: tuple[str, ...]) -> None:
    if not isinstance(given, dict) or set(given) != set(expected):
        raise TargetError(f"{place}: {section}must have exactly: {', '.join(expected)}")


def _check_texts(place: str, section: str, given: Any, expected: tuple[str, ...]) -> None:
    _check_entries(place, section, given, expected)
    for entry, value in given.items():
        if not isinstance(value, str):
            raise TargetError(f"{place}: {section}{entry} must be a text, in quotes")


def _check_filled(file_name: str, name: str, form: RowForm) -> None:
    if name not in form.columns:
        raise TargetError(f"{file_name}: [control] {name} is not filled; declare the column")
