"""Opening a store: SQLite as a file on this machine, PostgreSQL for a team."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from pipeline.store.lock import holder_name, holding
from pipeline.store.migrations import applied_migrations, check_version, migrate


class StoreError(Exception):
    """The store can't be opened or used; the message never holds the password."""


def _engine(url_text: str, command: str) -> Engine:
    try:
        url = make_url(url_text)
    except ArgumentError as fault:
        raise StoreError(
            "--store is not a database URL; write sqlite:///FILE or postgresql://USER@HOST/DATABASE"
        ) from fault
    if url.get_backend_name() == "postgresql":
        connect_args = {"application_name": holder_name(command), "connect_timeout": 10}
        driver = url.set(drivername="postgresql+psycopg")
        return create_engine(driver, poolclass=NullPool, connect_args=connect_args)
    if url.get_backend_name() != "sqlite":
        raise StoreError(f"--store {url.get_backend_name()}: only sqlite and postgresql serve")
    _check_folder(url)
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _check_folder(url: URL) -> None:
    if url.database and url.database != ":memory:":
        folder = Path(url.database).resolve().parent
        if not folder.is_dir():
            raise StoreError(
                f"the store's folder {folder} does not exist: make it, or name another"
            )


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin when we say so, not when the driver does
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA busy_timeout = 10000")
    connection.execute("PRAGMA temp_store = MEMORY")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def store_exists(url_text: str) -> bool:
    """Whether there is a store: a SQLite file is made by the first command that writes."""
    url = _engine(url_text, "look").url
    return url.get_backend_name() != "sqlite" or bool(url.database and Path(url.database).exists())


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
    """A connection that sees one state of the store throughout, and writes nothing."""
    with _connected(url, command) as connection, connection.begin():
        applied = applied_migrations(connection)
        check_version(applied)
        yield connection


@contextmanager
def _connected(url: str, command: str) -> Iterator[Connection]:
    engine = _engine(url, command)
    try:
        connection = engine.connect()
    except DBAPIError as fault:
        raise StoreError(f"the store can't be opened: {_plain(fault)}") from fault
    try:
        yield connection
    finally:
        connection.close()
        engine.dispose()


def _plain(fault: DBAPIError) -> str:
    """The driver's own first line; SQLAlchemy's would add the statement and a link."""
    return str(fault.orig).strip().splitlines()[0] if str(fault.orig).strip() else "no reason given"
