"""The bulk-import workbook: a sheet per table, drop-downs from the store, open milestones to date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from openpyxl import Workbook
from sqlalchemy import Connection

import schemas
from pipeline import money
from pipeline.aside import written_aside
from pipeline.report.stamps import save_stamped
from pipeline.store import NoStoreError, reading
from pipeline.store.contracts import read_contracts
from pipeline.store.wanted import want_subscriptions
from pipeline.template import choices, open_milestones
from pipeline.template.choices import Choices, choices_of
from pipeline.template.instructions_sheet import About, write_instructions
from pipeline.template.lists_sheet import write_lists
from pipeline.template.open_milestones import OpenMilestones
from pipeline.template.table_sheet import write_table
from schemas.template import ALL, SHARED, TABLES_FOR

MOST_ROWS = 50_000
"""Open milestones in one workbook: no one completes more by hand, and a spreadsheet stays quick."""

SUFFIX = ".xlsx"
NAMED_IN_A_MESSAGE = 5

Contracts = Mapping[str, pd.DataFrame]


class TemplateError(Exception):
    """The workbook can't be made as it was asked for; the message says what to do."""


class TemplateFileError(Exception):
    """The file can't be written; the message says why and what to do."""


@dataclass(frozen=True)
class Made:
    """What was written: the tables with a sheet, the open milestones filled in (None: not filled in),
    and whether there was a store to read from."""

    path: Path
    tables: tuple[str, ...]
    milestones: int | None
    from_store: bool


def make_template(
    path: Path, store: str, *, purpose: str = ALL, subscriptions: Sequence[str] = (),
    overwrite: bool = False,
) -> Made:  # fmt: skip
    """Write the bulk-import workbook; the same store and the same wishes give the same bytes.

    `purpose` is one of `schemas.template.TABLES_FOR`. For milestones, or where subscriptions are
    named, the open milestones stand in the workbook: of those subscriptions, or of all.
    """
    _refuse_path(path, overwrite)
    stored = _read(store, subscriptions)
    _refuse_unknown(subscriptions, stored)
    exponents = money.currency_exponents()
    still_open = open_milestones.open_milestones(stored, exponents) if stored else None
    tables = TABLES_FOR[purpose]
    shown = still_open if subscriptions or tables == (SHARED,) else None
    _refuse_too_many(shown)
    offered = choices_of(tables, stored, still_open, sorted(exponents))
    made = Made(path, tables, None if shown is None else len(shown.rows), stored is not None)
    _write(made, offered, shown)
    return made


def _refuse_path(path: Path, overwrite: bool) -> None:
    if path.suffix.lower() != SUFFIX:
        raise TemplateError(f"{path}: the loader reads workbooks that end in {SUFFIX}; name it so")
    if path.exists() and not overwrite:
        raise TemplateError(
            f"{path} is there already, and may be filled in: name another file, or replace it with "
            "--force"
        )


def _read(store: str, subscriptions: Sequence[str]) -> dict[str, pd.DataFrame] | None:
    """What the store holds; of the named subscriptions, or of all. None: there is no store yet."""
    try:
        with reading(store, "template") as connection:
            return _tables(connection, subscriptions)
    except NoStoreError:
        return None


def _tables(connection: Connection, subscriptions: Sequence[str]) -> dict[str, pd.DataFrame]:
    read = open_milestones.READ | choices.READ
    if not subscriptions:
        return read_contracts(connection, only=read)
    want_subscriptions(connection, sorted(set(subscriptions)))
    return read_contracts(connection, wanted=True, only=read)


def _refuse_unknown(subscriptions: Sequence[str], stored: Contracts | None) -> None:
    known = set() if stored is None else set(stored["subscriptions"]["subscription_number"])
    unknown = [number for number in subscriptions if number not in known]
    if unknown:
        told = ", ".join(unknown[:NAMED_IN_A_MESSAGE]) + (
            "" if len(unknown) <= NAMED_IN_A_MESSAGE else ", …"
        )
        raise TemplateError(
            f"the store holds no subscription {told}: check the numbers; `milestone-billing status` "
            "counts the contracts that there are"
        )


def _refuse_too_many(shown: OpenMilestones | None) -> None:
    if shown is not None and len(shown.rows) > MOST_ROWS:
        raise TemplateError(
            f"there are {len(shown.rows):,} open milestones, and a workbook takes {MOST_ROWS:,}: "
            "name some subscriptions with --subscription"
        )


def _write(made: Made, offered: Choices, shown: OpenMilestones | None) -> None:
    """Write the file, whole or not at all."""
    workbook = Workbook(write_only=True)
    write_instructions(
        workbook, About(made.tables, made.milestones, made.from_store, offered.too_long)
    )
    for table in made.tables:
        write_table(workbook, schemas.TABLES[table], offered, shown if table == SHARED else None)
    write_lists(workbook, offered, shown)
    try:
        with written_aside(made.path) as aside:
            save_stamped(workbook, aside)
    except OSError as fault:
        raise TemplateFileError(
            f"{made.path}: can't be written: {fault.strerror}; close it where it is open, free "
            "space, or name another"
        ) from fault
