"""Targets: the files that other ledgers read, each declared in one TOML file.

The shipped ones stand in `schemas/targets/`, a site's own beside its settings; nothing here knows
any of them by name. `pipeline/export/README.md` says how a declaration is written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from string import Formatter

from pipeline.export.archives import ANY_NUMBER
from pipeline.export.csv_text import LineForm
from pipeline.export.row_forms import RowForm

BUSINESS_UNIT, CURRENCY, SIDE, NUMBER = "business_unit", "currency", "side", "number"
PARTS = (BUSINESS_UNIT, CURRENCY, SIDE)
"""What a path can name so that each has files of its own."""

SUFFIX = ".toml"


@dataclass(frozen=True)
class Documents:
    """Which rows make one document, and its number.

    Rows that agree in the fields `group_by` are one document; with `credits_apart`, charges and
    credits never share one.
    """

    group_by: tuple[str, ...]
    number: str
    credits_apart: bool = False


@dataclass(frozen=True)
class Limits:
    """The most documents, rows and octets of a file, None where there is no such limit."""

    documents: int | None = None
    rows: int | None = None
    bytes: int | None = None


@dataclass(frozen=True)
class TextFile:
    """How a file of text is written: its lines, whether the first one names the columns, whether a
    byte order mark stands before it, and the file inside a zip (blank: there is no zip)."""

    lines: LineForm
    header: bool
    byte_order_mark: bool
    member: str


@dataclass(frozen=True)
class Target:
    """Files for another ledger: of text, with rows of one or several kinds (`records`, in the file's
    order), or Parquet tables (`tables`: kind of row to path, and the path of their description)."""

    name: str
    path: str = ""
    text: TextFile = field(default_factory=lambda: TextFile(LineForm(), False, False, ""))
    records: tuple[RowForm, ...] = ()
    documents: Documents | None = None
    limits: Limits = field(default_factory=Limits)
    tables: Mapping[str, str] = field(default_factory=dict)
    readme: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """What the path names, of `PARTS`: each value has files of its own."""
        named = placeholders(self.path)
        return tuple(part for part in PARTS if part in named)

    @property
    def is_numbered(self) -> bool:
        """Whether several files share the rows, told apart by a number."""
        return NUMBER in placeholders(self.path)

    def path_of(self, values: Mapping[str, str], number: int | None = None) -> str:
        """The path for these values of `parts`; without a number, a `*` stands for it.

        >>> target = Target("x", "x/{currency}-{number}.csv")
        >>> target.path_of({"currency": "USD"}, 7), target.path_of({"currency": "USD"})
        ('x/USD-007.csv', 'x/USD-*.csv')
        """
        told = ANY_NUMBER if number is None else f"{number:03d}"
        return self.path.format(**values, number=told)


def placeholders(pattern: str) -> list[str]:
    """The names in braces, in order.

    >>> placeholders("{run_id}-{counter}")
    ['run_id', 'counter']
    """
    return [name for _, name, _, _ in Formatter().parse(pattern) if name is not None]


@cache
def shipped_names() -> tuple[str, ...]:
    """The targets that come with the program.

    >>> "oracle-autoinvoice" in shipped_names()
    True
    """
    folder = files("schemas") / "targets"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)))


def shipped_text(file_name: str) -> str | None:
    """A file of `schemas/targets/`, None where there is none of that name."""
    entry = files("schemas") / "targets" / file_name
    return entry.read_text("utf-8") if entry.is_file() else None
