"""Which table a file or a sheet holds, and which of its columns a heading stands for."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

from schemas import MODELS, TABLES, naming_columns, uploaded_columns

OUR_SHEETS = {"instructions", "lists", "refusals", "errors_by_code"}
"""Sheets of the workbooks that we write ourselves, without rows of any table."""

OUR_COLUMNS = {"errors"}
"""Columns that our rejections workbook adds to a sheet."""

SEPARATORS = re.compile(r"[\s_-]+")
UNSEEN_IN_HEADINGS = re.compile(r"[\s_\u200b\ufeff]+")


def table_of_file(stem: str) -> str | None:
    """The table of a CSV file by the name before its suffix; the longest name that fits wins.

    >>> [table_of_file(stem) for stem in ("Milestones-east", "subscription lines", "plans")]
    ['milestones', 'subscription_lines', None]
    """
    name = plain_name(stem)
    fitting = [table for table in TABLES if name.startswith(table)]
    return max(fitting, key=len, default=None)


def table_of_sheet(title: str) -> str | None:
    """The table of a worksheet by its title; `~2` marks a further sheet of the same table.

    >>> [table_of_sheet(title) for title in ("Milestones~2", "milestones 2026")]
    ['milestones', None]
    """
    name = re.sub(r"~[0-9]+$", "", plain_name(title))
    return name if name in TABLES else None


@dataclass(frozen=True)
class Naming:
    """How a file and a sheet say which table they hold (None: none)."""

    table_of_file: Callable[[str], str | None]
    table_of_sheet: Callable[[str], str | None]


BY_NAME = Naming(table_of_file, table_of_sheet)
"""By their names, as in an inbox."""


def only_table(table: str) -> Naming:
    """Every file and sheet holds this table, whatever its name, but for sheets of our own.

    >>> naming = only_table("confirmations")
    >>> naming.table_of_file("report-7"), naming.table_of_sheet("Refusals")
    ('confirmations', None)
    """
    return Naming(lambda _: table, lambda title: None if is_our_sheet(title) else table)


def is_our_sheet(title: str) -> bool:
    """True for a sheet of a workbook of ours that holds rows of no table."""
    return plain_name(title) in OUR_SHEETS


def plain_name(name: str) -> str:
    """Lower case, with one underscore for every run of spaces, underscores and hyphens."""
    return SEPARATORS.sub("_", name.strip().lower())


def heading_key(heading: str) -> str:
    """What is compared of a heading: not its case, spaces, underscores or the mark of a must.

    >>> heading_key(" Completion\\u00a0Date *")
    'completiondate'
    """
    return UNSEEN_IN_HEADINGS.sub("", heading).rstrip("*").lower()


def is_ours(heading: str) -> bool:
    """True for a column that our rejections workbook adds: it holds nothing that was uploaded."""
    return heading_key(heading) in OUR_COLUMNS


@cache
def known_headings(table: str) -> dict[str, str]:
    """Each heading of the table's model, by its key, and by those of its other names."""
    return {
        heading_key(name): column.heading
        for column in uploaded_columns(MODELS[table])
        for name in (column.heading, *column.also)
    }


@cache
def required_headings(table: str) -> tuple[str, ...]:
    """The headings that a sheet of the table must have, in the model's order."""
    return tuple(column.heading for column in uploaded_columns(MODELS[table]) if column.required)


@cache
def key_headings(table: str) -> tuple[str, ...]:
    """The headings of which a sheet of the table has at least one: most often its key's."""
    model = MODELS[table]
    named = naming_columns(model)
    return tuple(column.heading for column in uploaded_columns(model) if column.name in named)


def match_headings(headings: Sequence[str], table: str) -> tuple[str | None, ...]:
    """The model's heading that each heading stands for; None where it is unknown or ours.

    >>> match_headings(["Code", "Notes", "LOOKUP TYPE*"], "lookups")
    ('code', None, 'lookup_type')
    """
    known = known_headings(table)
    return tuple(known.get(heading_key(heading)) for heading in headings)


def similar_heading(heading: str, table: str) -> str | None:
    """The heading of the table that an unknown one may be a slip of.

    >>> similar_heading("Compltion date", "milestones")
    'completion_date'
    """
    known = known_headings(table)
    close = get_close_matches(heading_key(heading), known, n=1, cutoff=0.8)
    return known[close[0]] if close else None
