"""The store's schema, step by step: each migration has a name and runs once, in this order.

A store that a newer program has migrated is refused: this program does not know its tables.
"""

import datetime
from collections.abc import Callable

from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, inspect, select

from pipeline.store import schema
from pipeline.store.agenda import note_all
from pipeline.store.guards import close_earlier_runs, set_guards

migration_log = Table(
    "schema_migrations",
    MetaData(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("applied_at", Text, nullable=False),
)


class StoreVersionError(Exception):
    """The store's schema is not one that this program can work with."""


def _create_missing_tables(connection: Connection) -> None:
    schema.metadata.create_all(connection)


def _add_life(connection: Connection) -> None:
    """Actions, adjustments and AR's answers; what of a posted amount is an adjustment."""
    _create_missing_tables(connection)
    there = {column["name"] for column in inspect(connection).get_columns("bill_lines")}
    if "adjustment_minor" not in there:
        connection.exec_driver_sql(
            "ALTER TABLE bill_lines ADD COLUMN adjustment_minor BIGINT NOT NULL DEFAULT 0"
        )


def _add_guards(connection: Connection) -> None:
    """Control totals and closings of the runs, those of earlier ones from the ledger; the audit trail;
    and the triggers that keep all of it."""
    _create_missing_tables(connection)
    close_earlier_runs(connection)
    set_guards(connection)


def _add_agenda(connection: Connection) -> None:
    """The agenda, on which every contract stands for the next night; what runs looked at; and how
    PostgreSQL finds a subscription's rows."""
    _create_missing_tables(connection)
    if connection.dialect.name == "postgresql":
        for index in schema.BY_SUBSCRIPTION:
            index.create(connection, checkfirst=True)
    note_all(connection)


def _add_portions(connection: Connection) -> None:
    """Which portion of its night a run was."""
    there = {column["name"] for column in inspect(connection).get_columns("run_scopes")}
    for name in ("portion", "portions"):
        if name not in there:
            connection.exec_driver_sql(f"ALTER TABLE run_scopes ADD COLUMN {name} INTEGER")


MIGRATIONS: tuple[tuple[str, Callable[[Connection], None]], ...] = (
    ("contracts, ledger and runs", _create_missing_tables),
    ("phases", _create_missing_tables),
    ("revenue", _create_missing_tables),
    ("actions, adjustments and answers", _add_life),
    ("guards and audit trail", _add_guards),
    ("agenda", _add_agenda),
    ("portions", _add_portions),
)


def applied_migrations(connection: Connection) -> list[str]:
    """Names of the migrations that the store has had, in order; none for a new store."""
    if not inspect(connection).has_table(migration_log.name):
        return []
    return list(connection.scalars(select(migration_log.c.name).order_by(migration_log.c.position)))


def check_version(applied: list[str]) -> None:
    """Refuse a store that has had migrations that this program doesn't know."""
    known = [name for name, _ in MIGRATIONS]
    if applied != known[: len(applied)]:
        raise StoreVersionError(
            "the store was migrated by another version of this program "
            f"(it has had: {', '.join(applied)}; known here: {', '.join(known)}): "
            "run the version that made it, or name another store"
        )


def refuse_older(applied: list[str], url: str) -> None:
    """Refuse to read a store that lacks migrations; what writes to it brings it up first."""
    missing = [name for name, _ in MIGRATIONS[len(applied) :]]
    if missing:
        raise StoreVersionError(
            "the store was last written by an earlier version of this program (it lacks: "
            f"{', '.join(missing)}): milestone-billing bill --dry-run --store {url} brings it up to "
            "this one, and posts nothing"
        )


def migrate(connection: Connection) -> None:
    """Bring the store to this program's schema, within the caller's transaction."""
    applied = applied_migrations(connection)
    check_version(applied)
    migration_log.create(connection, checkfirst=True)
    for position, (name, change) in enumerate(MIGRATIONS):
        if position >= len(applied):
            change(connection)
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            connection.execute(
                migration_log.insert().values(position=position, name=name, applied_at=now)
            )
