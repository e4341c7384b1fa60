"""What the rows of an interface file hold: the declaration of its columns, read and checked."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from importlib.resources.abc import Traversable
from typing import Any

from pipeline.export.row_sources import ROW_SOURCES, RowSource
from pipeline.settings import Settings

ALWAYS = "value"
FIELD, SETTING, TEXT = "field", "setting", "text"
SIZE_ENTRIES = ("size", "too_long")


class TargetError(ValueError):
    """A target's declaration, or a text that does not fit it; the message says where and what."""


@dataclass(frozen=True)
class Source:
    """Where a text comes from: a field of the row, a setting of the site, or itself."""

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
class RowForm:
    """One kind of row: which rows of a run it shows, its layout and the columns that are filled.

    `rows` is one of `ROW_SOURCES`, `settings` a section of billing.toml or blank. `separator` is
    what a text must not hold, because nothing in the file would quote it; blank: texts are quoted.
    """

    rows: str
    settings: str
    date_format: str
    separator: str
    layout: tuple[str, ...]
    columns: dict[str, TargetColumn]


@dataclass(frozen=True)
class FormReader:
    """Reads the forms of one declaration; `place` names it in messages."""

    folder: Traversable
    place: str
    settings: str
    date_format: str
    separator: str = ""

    def read(self, rows: str, layout_name: str, declared: Any) -> RowForm:
        """The form of these columns, which are in the layout's file beside the declaration."""
        if rows not in ROW_SOURCES:
            raise TargetError(
                f"{self.place}: {rows} are no rows of a run; known are {', '.join(ROW_SOURCES)}"
            )
        if not isinstance(declared, dict):
            raise TargetError(f"{self.place}: columns must be a table")
        layout = _read_layout(self.folder, self.place, layout_name)
        settings = _setting_names(self.place, self.settings)
        columns = {
            name: _column(f"{self.place}: {name}", name, entries, ROW_SOURCES[rows], settings)
            for name, entries in declared.items()
        }
        for name in columns:
            if name not in layout:
                raise TargetError(f"{self.place}: {name} is no column of {layout_name}; correct it")
        return RowForm(rows, self.settings, self.date_format, self.separator, layout, columns)


def _read_layout(folder: Traversable, place: str, layout_name: str) -> tuple[str, ...]:
    layout = folder / layout_name
    if not layout.is_file():
        raise TargetError(f"{place}: layout: there is no {layout_name} beside it")
    names = tuple(layout.read_text("utf-8").split())
    if len(set(names)) != len(names) or not names:
        raise TargetError(f"{layout_name}: must name every column once, one a line")
    return names


def _setting_names(place: str, section: str) -> frozenset[str]:
    if not section:
        return frozenset()
    owner = getattr(Settings(), section, None)
    if owner is None or not hasattr(owner, "__dataclass_fields__"):
        raise TargetError(f"{place}: settings: [{section}] is no section of billing.toml")
    return frozenset(entry.name for entry in fields(owner))


def _column(
    place: str, name: str, entries: Any, source: RowSource, settings: Collection[str]
) -> TargetColumn:
    if not isinstance(entries, dict):
        raise TargetError(f'{place}: write it as {{ value = "field:…" }}')
    allowed = (ALWAYS, *SIZE_ENTRIES, *source.cases)
    unknown = sorted(set(entries) - set(allowed))
    if unknown:
        raise TargetError(f"{place}: {unknown[0]} is not one of {', '.join(allowed)}")
    given = {case: entries[case] for case in entries if case not in SIZE_ENTRIES}
    if not given or (ALWAYS in given and len(given) > 1):
        raise TargetError(f"{place}: give either `value` or one value by case")
    size, too_long = entries.get("size"), entries.get("too_long", "refuse")
    if size is not None and (type(size) is not int or size < 1):
        raise TargetError(f"{place}: size must be a whole number of characters")
    if too_long not in ("refuse", "cut") or (too_long == "cut" and size is None):
        raise TargetError(f'{place}: too_long is "refuse" or, with a size, "cut"')
    known = {FIELD: source.fields, SETTING: settings}
    choices = tuple((case, _sources(place, given[case], known)) for case in given)
    return TargetColumn(name, choices, size, too_long == "cut")


def _sources(place: str, given: Any, known: dict[str, Collection[str]]) -> tuple[Source, ...]:
    sources = []
    for entry in given if isinstance(given, list) else [given]:
        kind, colon, name = str(entry).partition(":")
        if not colon or kind not in (FIELD, SETTING, TEXT):
            raise TargetError(f"{place}: {entry!r} must begin with field:, setting: or text:")
        if kind in known and name not in known[kind]:
            names = ", ".join(sorted(known[kind])) or "none: name the section in [file] settings"
            raise TargetError(f"{place}: {name} is no {kind}; known are {names}")
        sources.append(Source(kind, name))
    if not sources:
        raise TargetError(f"{place}: an empty list fills nothing; leave the column out")
    return tuple(sources)
