"""Opening a store: SQLite as a file on this machine, PostgreSQL for a team."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from pipeline.actor import masked
from pipeline.stopping import put_off
from pipeline.store.faults import words_of
from pipeline.store.lock import StoreError, holder_name, holding
from pipeline.store.migrations import (
    applied_migrations,
    check_version,
    migrate,
    refuse_older,
)  # fmt: skip


class NoStoreError(StoreError):
    """There is no store there yet: nothing has ever been imported or run."""


IN_MEMORY = "sqlite://"
"""A store that is gone when the command ends: for a dry run where there is no store yet."""

NOT_A_URL = "--store is not a database URL; write sqlite:///FILE or postgresql://USER@HOST/DATABASE"

AT_IN_PASSWORD = "--store has an @ too many: in a password write @ as %40, : as %3A, / as %2F"


def _engine(url_text: str, command: str) -> Engine:
    try:
        return _engine_of(make_url(url_text), command)
    except (ArgumentError, ValueError) as fault:
        raise StoreError(NOT_A_URL) from fault


def _engine_of(url: URL, command: str) -> Engine:
    if "@" in (url.host or ""):  # the rest of a password, which no message may hold
        raise StoreError(AT_IN_PASSWORD)
    if url.get_backend_name() == "postgresql":
        connect_args = {"application_name": holder_name(command), "connect_timeout": 10}
        driver = url.set(drivername="postgresql+psycopg")
        return create_engine(driver, poolclass=NullPool, connect_args=connect_args)
    if url.get_backend_name() != "sqlite":
        raise StoreError(f"--store {url.get_backend_name()}: only sqlite and postgresql serve")
    _check_file(url)
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _check_file(url: URL) -> None:
    """Refuse a folder that isn't there, and a file that this user can't write: SQLite would leave files
    beside it that can't be written either, and so outlast the mended permission."""
    if not url.database or url.database == ":memory:":
        return
    file = Path(url.database).resolve()
    try:
        there, made = file.parent.is_dir(), file.exists()
    except OSError as fault:
        raise StoreError(UNREACHED.format(file=file, why=fault.strerror)) from fault
    if not there:
        raise StoreError(
            f"the store's folder {file.parent} does not exist: make it, or name another"
        )
    if made and not os.access(file, os.R_OK | os.W_OK):
        raise StoreError(UNREACHED.format(file=file, why=NOT_ALLOWED))


UNREACHED = (
    "the store {file} can't be opened: {why}; let this user read and write it and its folder"
)
NOT_ALLOWED = "this user may not read and write it, which SQLite needs even to read"


CACHE_KIB = 16 * 1024
"""Of the pages that a large night writes; SQLite's own cache holds an eighth of that."""


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin when we say so, not when the driver does
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA recursive_triggers = ON")  # a row that is replaced counts as deleted


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def lasts(url_text: str) -> bool:
    """Whether a store outlasts the command: one in memory would bill everything again tomorrow.

    >>> lasts("sqlite:///store.db"), lasts("sqlite://")
    (True, False)
    """
    url = _engine(url_text, "look").url
    return url.get_backend_name() != "sqlite" or url.database not in (None, "", ":memory:")


@contextmanager
def writing(url: str, command: str) -> Iterator[Connection]:
    """A connection that alone may write, to a store of this program's schema.

    The caller opens the transactions: `with connection.begin(): …`.
    """
    with _connected(url, command) as opened:
        connection = opened.execution_options(writes=True)
        with holding(connection, command):
            with connection.begin():
                migrate(connection)
            yield connection


@contextmanager
def reading(url: str, command: str) -> Iterator[Connection]:
    """A connection that sees one state of the store throughout, and writes nothing.

    Raises NoStoreError where there is none yet.
    """
    refuse_missing(url)
    with _connected(url, command) as connection, _at_one_state(connection).begin():
        applied = applied_migrations(connection)
        check_version(applied)
        if not applied:
            raise NoStoreError(NO_STORE.format(url=_shown(url)))
        refuse_older(applied, _shown(url))
        yield connection


def _at_one_state(connection: Connection) -> Connection:
    """SQLite reads what stood when a transaction began; PostgreSQL does where it is asked to."""
    if connection.dialect.name == "postgresql":
        return connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def refuse_missing(url_text: str) -> None:
    """Raise NoStoreError for a SQLite file that isn't there, rather than make it."""
    url = _engine(url_text, "look").url
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists()):
        raise NoStoreError(NO_STORE.format(url=_shown(url_text)))


NO_STORE = "there is no store at {url} yet: check the URL; `run` and `import` make one"


def _shown(url_text: str) -> str:
    return masked(make_url(url_text).render_as_string(hide_password=True))


@contextmanager
def _connected(url: str, command: str) -> Iterator[Connection]:
    engine = _engine(url, command)
    try:
        connection = engine.connect()
    except DBAPIError as fault:
        raise StoreError(f"the store can't be opened: {words_of(fault)}") from fault
    try:
        yield connection
    finally:
        with put_off():
            connection.close()
            engine.dispose()
