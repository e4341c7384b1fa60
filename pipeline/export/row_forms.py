"""What the rows of an interface file hold: the declaration of its columns, read and checked."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from pipeline.export.row_sources import ROW_SOURCES, RowSource
from pipeline.settings import Settings

ALWAYS = "value"
FIELD, SETTING, TEXT, LOOKUP = "field", "setting", "text", "lookup"
MINUS, POSITIVE, BRACKETS = NEGATIVES = ("minus", "positive", "brackets")
OPTIONS = ("size", "too_long", "required", "date_format", "decimals", "decimal_mark", "negative")
CONTROLS = ("amount", "business_unit", "currency")
SHOWN_OF_INVOICE = ("account", "site", "type", "date", "terms")
MOST_DECIMALS = 6

Refuse = Callable[[str, str], "TargetFileError"]
"""Makes the error of a column (its name, what is wrong) that names the file and the line."""


class TargetError(ValueError):
    """What a target can't write; the message says what and what to do."""


class TargetFileError(TargetError):
    """A target's declaration can't be used; the message names its file and line."""


@dataclass(frozen=True)
class Source:
    """Where a text comes from: a field of the row, a setting of the site, a look-up, or itself."""

    kind: str
    name: str
    date_format: str = ""


@dataclass(frozen=True)
class AmountForm:
    """How a plain decimal is written.

    `decimals` is a fixed number of places, or the currency's own (None); `negative` is a minus, no
    sign at all, or brackets.
    """

    decimals: int | None = None
    mark: str = "."
    negative: str = MINUS


PLAIN = AmountForm()


@dataclass(frozen=True)
class TargetColumn:
    """One column: per case its sources, of which the first that is not blank counts."""

    name: str
    choices: tuple[tuple[str, tuple[Source, ...]], ...]
    size: int | None = None
    cut: bool = False
    required: bool = False
    amount: AmountForm = PLAIN


@dataclass(frozen=True)
class InvoiceForm:
    """Which columns make lines one invoice of the ledger that reads the file, and the columns that
    name its account, site, type, date and terms."""

    group_by: tuple[str, ...]
    shown: Mapping[str, str]

    @property
    def date(self) -> str:
        """The column of the invoice's date."""
        return self.shown["date"]


@dataclass(frozen=True)
class RowForm:
    """One kind of row: which rows of a run it shows, its layout and the columns that are filled.

    `rows` is one of `ROW_SOURCES`, `settings` a section of billing.toml or blank, `values` the
    settings of the target's own, `lookups` the field and the texts of each look-up. `separator` is
    what a text must not hold, because nothing in the file would quote it; blank: texts are quoted.
    `control` names the written amount, and the business unit and the currency where they are written;
    `invoices` says how the ledger groups the rows, where that is known.
    """

    rows: str
    settings: str
    separator: str
    layout: tuple[str, ...]
    columns: dict[str, TargetColumn]
    values: Mapping[str, str] = field(default_factory=dict)
    lookups: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    control: Mapping[str, str] = field(default_factory=dict)
    invoices: InvoiceForm | None = None

    @property
    def fields(self) -> frozenset[str]:
        """The fields of its rows that it shows or looks up by."""
        named = {
            source for column in self.columns.values() for _, of in column.choices for source in of
        }
        looked_up = {self.lookups[source.name][0] for source in named if source.kind == LOOKUP}
        return frozenset(looked_up | {source.name for source in named if source.kind == FIELD})


@dataclass(frozen=True)
class ColumnReader:
    """Reads the columns of one kind of row; what they may name is known."""

    source: RowSource
    date_format: str
    settings: Collection[str]
    lookups: Collection[str]
    refuse: Refuse

    def read(self, name: str, entries: Any) -> TargetColumn:
        """The column of these entries."""
        if not isinstance(entries, dict):
            raise self.refuse(name, 'write it as { value = "field:…" }')
        allowed = (ALWAYS, *OPTIONS, *self.source.cases)
        unknown = sorted(set(entries) - set(allowed))
        if unknown:
            raise self.refuse(name, f"{unknown[0]} is not one of {', '.join(allowed)}")
        given = {case: entries[case] for case in entries if case not in OPTIONS}
        if not given or (ALWAYS in given and len(given) > 1):
            raise self.refuse(name, "give either `value` or one value by case")
        size, too_long = entries.get("size"), entries.get("too_long", "refuse")
        if size is not None and (type(size) is not int or size < 1):
            raise self.refuse(name, "size must be a whole number of characters")
        if too_long not in ("refuse", "cut") or (too_long == "cut" and size is None):
            raise self.refuse(name, 'too_long is "refuse" or, with a size, "cut"')
        required = entries.get("required", False)
        if type(required) is not bool:
            raise self.refuse(name, "required is true or false")
        amount = self._amount(name, entries)
        date_format = entries.get("date_format", self.date_format)
        if not isinstance(date_format, str) or not date_format:
            raise self.refuse(name, "date_format must be a text such as %d/%m/%Y, in quotes")
        choices = tuple((case, self._sources(name, given[case], date_format)) for case in given)
        return TargetColumn(name, choices, size, too_long == "cut", required, amount)

    def _amount(self, name: str, entries: dict[str, Any]) -> AmountForm:
        decimals, mark = entries.get("decimals"), entries.get("decimal_mark", ".")
        negative = entries.get("negative", MINUS)
        if decimals is not None and (
            type(decimals) is not int or not 0 <= decimals <= MOST_DECIMALS
        ):
            raise self.refuse(name, f"decimals must be a whole number from 0 to {MOST_DECIMALS}")
        if mark not in (".", ","):
            raise self.refuse(name, 'decimal_mark is "." or ","')
        if negative not in NEGATIVES:
            raise self.refuse(name, f"negative is one of {', '.join(NEGATIVES)}")
        return AmountForm(decimals, mark, negative)

    def _sources(self, name: str, given: Any, date_format: str) -> tuple[Source, ...]:
        known = {FIELD: self.source.fields, SETTING: self.settings, LOOKUP: self.lookups}
        sources = []
        for entry in given if isinstance(given, list) else [given]:
            kind, colon, of = str(entry).partition(":")
            if not colon or kind not in (*known, TEXT):
                raise self.refuse(
                    name, f"{entry!r} must begin with field:, setting:, lookup: or text:"
                )
            if kind in known and of not in known[kind]:
                names = ", ".join(sorted(known[kind])) or "none: declare it in the target"
                raise self.refuse(name, f"{of} is no {kind}; known are {names}")
            sources.append(Source(kind, of, date_format if kind == FIELD else ""))
        if not sources:
            raise self.refuse(name, "an empty list fills nothing; leave the column out")
        return tuple(sources)


def setting_names(section: str) -> frozenset[str] | None:
    """The settings of a section of billing.toml that are texts; None where there is no such section.

    >>> "payment_terms" in setting_names("receivables"), setting_names("workbook_rows")
    (True, None)
    """
    if not section:
        return frozenset()
    owner = getattr(Settings(), section, None)
    if owner is None or not hasattr(owner, "__dataclass_fields__"):
        return None
    return frozenset(
        entry.name for entry in fields(owner) if isinstance(getattr(owner, entry.name), str)
    )


SOURCES_IN_WORDS = ", ".join(ROW_SOURCES)
