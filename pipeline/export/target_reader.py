"""A target's declaration, read and checked; what is wrong is said with its file and line."""

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from pipeline.export.csv_text import LineForm
from pipeline.export.row_forms import (
    CONTROLS,
    SHOWN_OF_INVOICE,
    SOURCES_IN_WORDS,
    ColumnReader,
    InvoiceForm,
    RowForm,
    TargetColumn,
    TargetFileError,
    setting_names,
)
from pipeline.export.row_sources import BILL_LINES, OF_DOCUMENT, ROW_SOURCES, RowSource
from pipeline.export.targets import (
    NUMBER,
    PARTS,
    SIDE,
    SUFFIX,
    Documents,
    Limits,
    Target,
    TextFile,
    placeholders,
    shipped_text,
)
from pipeline.export.toml_places import TomlPlaces

SEPARATORS = ",|;\t^~"
LINE_ENDS = {"lf": "\n", "crlf": "\r\n"}
PATH = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9 ._{}-]*/)+[A-Za-z0-9{][A-Za-z0-9 ._{}-]*")
FORBIDDEN_FOLDERS = ("ar/", "revenue/")
TEXT_SECTIONS = ("file", "settings", "lookups", "documents", "limits", "record")
TEXT_ENTRIES: dict[str, Any] = {
    "path": "", "member": "", "separator": ",", "quotes": True, "header": False, "line_end": "lf",
    "byte_order_mark": False, "settings": "", "date_format": "%Y-%m-%d",
}  # fmt: skip
RECORD_ENTRIES = ("rows", "layout", "columns", "control", "invoices")
NUMBER_PARTS = ("run_id", "as_of", "counter", "bill_line_id")
DATES = ("bill_date", "accounting_date")
PARQUET = "parquet"
TABLES = (BILL_LINES, "revenue_events", "journal")
"""The rows that a Parquet target can hold: what the run posted."""


def read_target(name: str, text: str, given: Mapping[str, Any]) -> Target:
    """The target that a TOML text declares, with what the site gives for its settings and look-ups
    (`[target.NAME]` of billing.toml)."""
    try:
        declared = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise TargetFileError(f"{name}{SUFFIX} is not TOML: {fault}; correct it there") from fault
    return _Reader(name, TomlPlaces(name + SUFFIX, text), declared, given).target()


class _Reader:
    """Reads one declaration; `section` and `entry` in its methods say what is looked at."""

    def __init__(
        self, name: str, places: TomlPlaces, declared: dict[str, Any], given: Mapping[str, Any]
    ) -> None:
        self.name, self.places, self.declared, self.given = name, places, declared, given

    def target(self) -> Target:
        """The whole target."""
        if "table" in self.declared:
            return self._tables()
        self._known_only("", self.declared, TEXT_SECTIONS)
        about = self._about()
        values, lookups = self._values()
        records = self._records(about, values, lookups)
        path = about["path"]
        documents = self._documents(records)
        target = Target(
            self.name, path, self._text_file(about, records), records, documents, self._limits()
        )
        self._check_path(target, path)
        return target

    def fault(
        self, message: str, section: str = "", entry: str = "", number: int = 1
    ) -> TargetFileError:
        """An error that names the line."""
        named = f"{entry}: " if entry else ""
        return TargetFileError(f"{self.places.at(section, entry, number)}: {named}{message}")

    def _known_only(
        self, section: str, given: Any, known: tuple[str, ...], number: int = 1
    ) -> None:
        heading = f"[{section}] " if section else ""
        if not isinstance(given, dict):
            raise self.fault(f"{heading}must be a table of its own", section, "", number)
        for entry in given:
            if entry not in known:
                at, named = (section, entry) if section else (entry, "")
                said = f"{heading}{entry} is not known; known here: {', '.join(known)}"
                raise self.fault(said, at, named, number)

    def _section(self, section: str, known: tuple[str, ...]) -> dict[str, Any]:
        given = self.declared.get(section, {})
        self._known_only(section, given, known)
        return given

    def _about(self) -> dict[str, Any]:
        given = self._section("file", tuple(TEXT_ENTRIES))
        for entry, value in given.items():
            kind = type(TEXT_ENTRIES[entry])
            if type(value) is not kind:
                said = "true or false" if kind is bool else "a text, in quotes"
                raise self.fault(f"must be {said}", "file", entry)
        about = {**TEXT_ENTRIES, **given}
        if len(about["separator"]) != 1 or about["separator"] not in SEPARATORS:
            raise self.fault(f"give one of {' '.join(SEPARATORS)!r}", "file", "separator")
        if about["line_end"] not in LINE_ENDS:
            raise self.fault(f"give one of {', '.join(LINE_ENDS)}", "file", "line_end")
        if setting_names(about["settings"]) is None:
            raise self.fault(
                f"[{about['settings']}] is no section of billing.toml", "file", "settings"
            )
        return about

    def _text_file(self, about: dict[str, Any], records: tuple[RowForm, ...]) -> TextFile:
        if about["header"] and len(records) > 1:
            raise self.fault("a file of several records has no header", "file", "header")
        form = LineForm(about["separator"], about["quotes"], LINE_ENDS[about["line_end"]])
        return TextFile(form, about["header"], about["byte_order_mark"], about["member"])

    def _values(self) -> tuple[dict[str, str], dict[str, tuple[str, dict[str, str]]]]:
        """The target's own settings, and its look-ups: by which field, and the texts."""
        settings, lookups = (self.declared.get(name, {}) for name in ("settings", "lookups"))
        for section, entries in (("settings", settings), ("lookups", lookups)):
            self._known_only(section, entries, tuple(entries) if isinstance(entries, dict) else ())
            for entry, value in entries.items():
                if not isinstance(value, str):
                    raise self.fault("must be a text, in quotes", section, entry)
        own = f"billing.toml: [target.{self.name}]"
        for entry, value in self.given.items():
            kind = "setting" if entry in settings else "look-up" if entry in lookups else ""
            if not kind:
                known = ", ".join([*settings, *lookups]) or "none"
                raise TargetFileError(f"{own} {entry} is no setting of it; known are {known}")
            texts = (
                [value] if kind == "setting" else value.values() if isinstance(value, dict) else [0]
            )
            if not all(isinstance(text, str) for text in texts):
                form = "a text" if kind == "setting" else "a table of texts"
                raise TargetFileError(f"{own} {entry} must be {form}, in quotes")
        return (
            {name: self.given.get(name, text) for name, text in settings.items()},
            {name: (by, dict(self.given.get(name, {}))) for name, by in lookups.items()},
        )

    def _records(
        self, about: dict[str, Any], values: Mapping[str, str], lookups: Mapping[str, Any]
    ) -> tuple[RowForm, ...]:
        declared = self.declared.get("record")
        if not isinstance(declared, list) or not declared:
            raise self.fault("write [[record]], once for each kind of row", "record")
        records = tuple(
            self._record(number, record, about, values, lookups)
            for number, record in enumerate(declared, 1)
        )
        if not any(record.control for record in records):
            raise self.fault(
                "no record carries amounts, so nothing can be held against the ledger; write "
                f"{', '.join(name for name, one in ROW_SOURCES.items() if one.amount)}", "record"
            )  # fmt: skip
        return records

    def _record(
        self, number: int, record: Any, about: dict[str, Any], values: Mapping[str, str],
        lookups: Mapping[str, Any],
    ) -> RowForm:  # fmt: skip
        self._known_only("record", record, RECORD_ENTRIES, number)
        rows = record.get("rows")
        if rows not in ROW_SOURCES:
            raise self.fault(
                f"{rows} are no rows of a run; known are {SOURCES_IN_WORDS}",
                "record",
                "rows",
                number,
            )
        source = ROW_SOURCES[rows]
        for entry, (by, _) in lookups.items():
            if by not in source.fields:
                raise self.fault(f"{by} is no field of {rows}", "lookups", entry)
        reader = ColumnReader(
            source, about["date_format"],
            frozenset(values) | (setting_names(about["settings"]) or frozenset()), frozenset(lookups),
            lambda entry, said: self.fault(said, "record.columns", entry, number),
        )  # fmt: skip
        declared = record.get("columns", {})
        if not isinstance(declared, dict) or not declared:
            raise self.fault("[record.columns] must name its columns", "record", "", number)
        columns = {entry: reader.read(entry, entries) for entry, entries in declared.items()}
        layout = self._layout(record, tuple(columns), number)
        control = self._control(record, source, columns, number)
        separator = "" if about["quotes"] else about["separator"]
        invoices = self._invoices(record, layout, columns, number)
        return RowForm(
            rows, about["settings"], separator, layout, columns, values, lookups, control, invoices
        )

    def _invoices(
        self, record: dict[str, Any], layout: tuple[str, ...],
        columns: Mapping[str, TargetColumn], number: int,
    ) -> InvoiceForm | None:  # fmt: skip
        """How the ledger that reads the file groups its lines, where the record says so."""
        if "invoices" not in record:
            return None

        def refuse(entry: str, said: str) -> TargetFileError:
            return self.fault(said, "record.invoices", entry, number)

        given = record["invoices"]
        self._known_only("record.invoices", given, ("group_by", *SHOWN_OF_INVOICE), number)
        if record["rows"] != BILL_LINES:
            raise refuse("", f"only {BILL_LINES} become invoices; leave [record.invoices] out")
        group_by = given.get("group_by")
        if isinstance(group_by, str):
            group_by = (shipped_text(group_by) or "").split()
        if (
            not isinstance(group_by, list)
            or not group_by
            or not all(isinstance(name, str) for name in group_by)
        ):
            raise refuse("group_by", "give a list of columns, or the file of a shipped list")
        for name in group_by:
            if name not in layout:
                raise refuse("group_by", f"{name} is no column of the file; correct it")
        shown = {entry: given.get(entry) for entry in SHOWN_OF_INVOICE}
        for entry, name in shown.items():
            if name not in columns:
                raise refuse(entry, f"{name} is not filled; name a column that is declared")
        [(_, (date, *others)), *cases] = columns[shown["date"]].choices
        if date.name not in DATES or others or cases:
            raise refuse("date", f"the column must hold one of {', '.join(DATES)} and nothing else")
        return InvoiceForm(tuple(group_by), shown)

    def _layout(
        self, record: dict[str, Any], columns: tuple[str, ...], number: int
    ) -> tuple[str, ...]:
        """The columns in order: those declared, unless a list or a file names more of them."""
        given = record.get("layout", list(columns))
        told = "layout"
        if isinstance(given, str):
            told, text = given, shipped_text(given)
            if text is None:
                raise self.fault(f"there is no shipped list {given}", "record", "layout", number)
            given = text.split()
        is_list = isinstance(given, list) and all(isinstance(name, str) for name in given)
        if not is_list or len(set(given)) != len(given):
            raise self.fault("must name every column once", "record", "layout", number)
        for name in columns:
            if name not in given:
                raise self.fault(
                    f"is no column of {told}; correct it", "record.columns", name, number
                )
        return tuple(given)

    def _control(
        self, record: dict[str, Any], source: RowSource, columns: Mapping[str, Any], number: int
    ) -> dict[str, str]:
        control = record.get("control", {})
        self._known_only("record.control", control, CONTROLS, number)
        if not source.amount:
            if control:
                raise self.fault(
                    f"{record['rows']} carry no amount; leave [record.control] out",
                    "record.control", "", number,
                )  # fmt: skip
            return {}
        if "amount" not in control:
            raise self.fault(
                "[record.control] must name the written amount, which is held against the ledger: "
                'amount = "…"', "record", "", number,
            )  # fmt: skip
        for entry, name in control.items():
            if name not in columns:
                raise self.fault(
                    f"{name} is not filled; declare the column", "record.control", entry, number
                )
        return control

    def _documents(self, records: tuple[RowForm, ...]) -> Documents | None:
        shown = frozenset().union(*(record.fields for record in records))
        if "documents" not in self.declared:
            if shown & OF_DOCUMENT:
                raise self.fault(
                    f"[documents] is missing: it says which rows share a {min(shown & OF_DOCUMENT)}"
                )
            return None
        given = self._section("documents", ("group_by", "number", "credits"))
        if len(records) > 1:
            raise self.fault("a file of several records has no documents", "documents")
        fields, number = ROW_SOURCES[records[0].rows].fields, given.get("number", "")
        group_by, credits = given.get("group_by"), given.get("credits", "within")
        if not isinstance(group_by, list) or not group_by:
            raise self.fault("give a list of fields", "documents", "group_by")
        for name in group_by:
            if name not in fields - OF_DOCUMENT:
                raise self.fault(f"{name} is no field; known are {', '.join(sorted(fields))}",
                                 "documents", "group_by")  # fmt: skip
        unknown = [name for name in _names_in(number) if name not in NUMBER_PARTS]
        parts = set(_names_in(number))
        is_unique = "bill_line_id" in parts or {"run_id", "counter"} <= parts
        if unknown or not is_unique:
            raise self.fault(
                "must hold {run_id} and {counter}, or {bill_line_id}, so that no two documents share "
                "a number", "documents", "number",
            )  # fmt: skip
        if credits not in ("within", "apart") or (
            credits == "apart" and records[0].rows != BILL_LINES
        ):
            raise self.fault('is "within" or, of bill_lines, "apart"', "documents", "credits")
        return Documents(tuple(group_by), number, credits == "apart")

    def _limits(self) -> Limits:
        given = self._section("limits", ("documents", "rows", "bytes"))
        for entry, value in given.items():
            if type(value) is not int or value < 1:
                raise self.fault("must be a whole number, from 1", "limits", entry)
        if given and len(self.declared["record"]) > 1:
            raise self.fault("a file of several records has no limits", "limits")
        return Limits(**given)

    def _check_path(self, target: Target, path: str) -> None:
        named = _names_in(path)
        is_safe = PATH.fullmatch(path) and ".." not in path
        if not is_safe or any(name not in (*PARTS, NUMBER) for name in named):
            raise self.fault(
                "must be a folder and a file of letters, digits, spaces and ._-, such as "
                '"books/{business_unit}-{number}.csv"; in braces: ' + ", ".join([*PARTS, NUMBER]),
                "file", "path",
            )  # fmt: skip
        if len(set(named)) != len(named):
            raise self.fault("names something twice", "file", "path")
        if path.startswith(FORBIDDEN_FOLDERS) and shipped_text(self.name + SUFFIX) is None:
            raise self.fault("ar/ and revenue/ are Oracle's; name another folder", "file", "path")
        is_limited = target.limits != Limits()
        if is_limited != target.is_numbered:
            said = "[limits] say when" if target.is_numbered else "{number} in its path tells"
            raise self.fault(
                f"{said} another file begins: give both [limits] and {{number}}, or none",
                "file", "path",
            )  # fmt: skip
        if SIDE in named and not (target.documents and target.documents.credits_apart):
            raise self.fault('{side} asks for [documents] credits = "apart"', "file", "path")
        if "/" in target.text.member:
            raise self.fault("is a file's name, without a folder", "file", "member")

    def _tables(self) -> Target:
        self._known_only("", self.declared, ("file", "table"))
        about = self._section("file", ("readme",))
        tables: dict[str, str] = {}
        declared = self.declared["table"]
        for number, table in enumerate(declared if isinstance(declared, list) else [], 1):
            self._known_only("table", table, ("rows", "path"), number)
            rows, path = table.get("rows"), table.get("path", "")
            if rows not in TABLES or rows in tables:
                raise self.fault(f"give each of {', '.join(TABLES)} once", "table", "rows", number)
            self._check_plain_path(path, "table", "path", number)
            tables[rows] = path
        if not tables:
            raise self.fault("write [[table]], once for each kind of row", "table")
        readme = about.get("readme", "")
        self._check_plain_path(readme, "file", "readme", 1)
        if len({readme, *tables.values()}) <= len(tables):
            raise self.fault("two files share a path", "file", "readme")
        return Target(self.name, tables=tables, readme=readme)

    def _check_plain_path(self, path: Any, section: str, entry: str, number: int) -> None:
        is_safe = isinstance(path, str) and PATH.fullmatch(path) and not set(path) & set("{}")
        if not is_safe or ".." in path or path.startswith(FORBIDDEN_FOLDERS):
            raise self.fault(
                f'must be a folder and a file, such as "{PARQUET}/bill_lines.{PARQUET}"',
                section, entry, number,
            )  # fmt: skip


def _names_in(pattern: Any) -> list[str]:
    """The names in braces; a pattern that can't be read has the blank one, which nobody knows."""
    try:
        return placeholders(pattern)
    except (ValueError, TypeError):
        return [""]
