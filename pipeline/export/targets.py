"""Interface targets: which columns a file has and what fills them, read from `schemas/targets/`.

A target is one TOML file and a list of column names; nothing here knows any of them by name.
The TOML says in its own head how it is written.
"""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from pipeline.export.cases import CASES
from pipeline.export.ledger_text import field_names
from pipeline.settings import Settings

ALWAYS = "value"
FIELD, SETTING, TEXT = "field", "setting", "text"
FILE_ENTRIES = ("archive", "member", "layout", "settings", "date_format")
CONTROL_ENTRIES = ("business_unit", "currency", "amount")
COLUMN_ENTRIES = (ALWAYS, "size", "too_long", *CASES)


class TargetError(ValueError):
    """A target's declaration, or a text that does not fit it; the message says where and what."""


@dataclass(frozen=True)
class Source:
    """Where a text comes from: a field of the line, a setting of the site, or itself."""

    kind: str
    name: str


@dataclass(frozen=True)
class TargetColumn:
    """One column: per case its sources, of which the first that is not blank counts."""

    name: str
    choices: tuple[tuple[str, tuple[Source, ...]], ...]
    size: int | None
    cut: bool


@dataclass(frozen=True)
class Target:
    """One interface file: its names, its layout and the columns that are filled.

    `archive` is the zip's path with {} for the business unit, `member` the file inside it.
    `control` names the written business unit, currency and amount.
    """

    name: str
    archive: str
    member: str
    settings: str
    date_format: str
    layout: tuple[str, ...]
    columns: dict[str, TargetColumn]
    control: dict[str, str]


@cache
def shipped_targets() -> tuple[Target, ...]:
    """All targets of `schemas/targets/`, by name.

    >>> [target.name for target in shipped_targets()]
    ['oracle-autoinvoice']
    """
    folder = files("schemas") / "targets"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(read_target(folder, name) for name in names)


def read_target(folder: Traversable, file_name: str) -> Target:
    """The target that a TOML file declares, checked."""
    declared = _read_toml(folder, file_name)
    _check_entries(file_name, "", declared, ("file", "control", "columns"))
    about, control = declared["file"], declared["control"]
    _check_entries(file_name, "[file] ", about, FILE_ENTRIES)
    _check_entries(file_name, "[control] ", control, CONTROL_ENTRIES)
    if about["archive"].count("{}") != 1:
        raise TargetError(f"{file_name}: [file] archive: write {{}} once, for the business unit")
    layout = _read_layout(folder, file_name, about["layout"])
    settings = _setting_names(file_name, about["settings"])
    columns = {
        name: _column(f"{file_name}: {name}", name, entries, settings)
        for name, entries in declared["columns"].items()
    }
    for name in [*columns, *control.values()]:
        if name not in layout:
            raise TargetError(f"{file_name}: {name} is no column of {about['layout']}; correct it")
    for name in control.values():
        if name not in columns:
            raise TargetError(f"{file_name}: [control] {name} is not filled; declare the column")
    return Target(
        name=file_name.removesuffix(".toml"), layout=layout, columns=columns, control=control,
        **{entry: about[entry] for entry in FILE_ENTRIES if entry != "layout"},
    )  # fmt: skip


def _read_toml(folder: Traversable, file_name: str) -> dict[str, Any]:
    try:
        return tomllib.loads((folder / file_name).read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise TargetError(f"{file_name}: is not TOML: {fault}") from fault


def _check_entries(file_name: str, place: str, given: Any, expected: tuple[str, ...]) -> None:
    if not isinstance(given, dict) or set(given) != set(expected):
        raise TargetError(f"{file_name}: {place}must have exactly: {', '.join(expected)}")


def _read_layout(folder: Traversable, file_name: str, layout_name: str) -> tuple[str, ...]:
    layout = folder / layout_name
    if not layout.is_file():
        raise TargetError(f"{file_name}: [file] layout: there is no {layout_name} beside it")
    names = tuple(layout.read_text("utf-8").split())
    if len(set(names)) != len(names) or not names:
        raise TargetError(f"{layout_name}: must name every column once, one a line")
    return names


def _setting_names(file_name: str, section: str) -> set[str]:
    owner = getattr(Settings(), section, None)
    if owner is None or not hasattr(owner, "__dataclass_fields__"):
        raise TargetError(
            f"{file_name}: [file] settings: [{section}] is no section of billing.toml"
        )
    return {entry.name for entry in fields(owner)}


def _column(place: str, name: str, entries: Any, settings: set[str]) -> TargetColumn:
    if not isinstance(entries, dict):
        raise TargetError(f'{place}: write it as {{ value = "field:…" }}')
    unknown = sorted(set(entries) - set(COLUMN_ENTRIES))
    if unknown:
        raise TargetError(f"{place}: {unknown[0]} is not one of {', '.join(COLUMN_ENTRIES)}")
    given = {case: entries[case] for case in entries if case == ALWAYS or case in CASES}
    if not given or (ALWAYS in given and len(given) > 1):
        raise TargetError(f"{place}: give either `value` or one value by case")
    size, too_long = entries.get("size"), entries.get("too_long", "refuse")
    if size is not None and (type(size) is not int or size < 1):
        raise TargetError(f"{place}: size must be a whole number of characters")
    if too_long not in ("refuse", "cut") or (too_long == "cut" and size is None):
        raise TargetError(f'{place}: too_long is "refuse" or, with a size, "cut"')
    choices = tuple((case, _sources(place, given[case], settings)) for case in given)
    return TargetColumn(name, choices, size, too_long == "cut")


def _sources(place: str, given: Any, settings: set[str]) -> tuple[Source, ...]:
    known = {FIELD: field_names(), SETTING: settings}
    sources = []
    for entry in given if isinstance(given, list) else [given]:
        kind, colon, name = str(entry).partition(":")
        if not colon or kind not in (FIELD, SETTING, TEXT):
            raise TargetError(f"{place}: {entry!r} must begin with field:, setting: or text:")
        if kind in known and name not in known[kind]:
            raise TargetError(
                f"{place}: {name} is no {kind}; known are {', '.join(sorted(known[kind]))}"
            )
        sources.append(Source(kind, name))
    if not sources:
        raise TargetError(f"{place}: an empty list fills nothing; leave the column out")
    return tuple(sources)
