"""One writer at a time on a store. The lock dies with its process, and its holder has a name.

SQLite: a lock of the operating system on a file beside the database, with the holder's name in
another. PostgreSQL: an advisory lock of the connection that writes, with the holder's name as the
connection's application name.
"""

import datetime
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text

LOCK_KEY = (1296123202, 1)
"""Two numbers that no other program is likely to lock in the same database."""


class StoreError(Exception):
    """The store can't be opened or used; the message never holds the password."""


class StoreBusyError(Exception):
    """Another run holds the store; the message says who and since when."""


def holder_name(command: str) -> str:
    """Who we are, as others that find the store held will read it (63 characters at most)."""
    return f"milestone-billing {command}, process {os.getpid()} on {socket.gethostname()}"[:63]


@contextmanager
def holding(connection: Connection, command: str) -> Iterator[None]:
    """Hold the store for writing, or raise StoreBusyError at once."""
    if connection.dialect.name == "postgresql":
        yield from _holding_advisory_lock(connection)
        return
    database = connection.engine.url.database
    if not database or database == ":memory:":
        yield
        return
    yield from _holding_file_lock(Path(database).resolve(), command)


def _holding_file_lock(database: Path, command: str) -> Iterator[None]:
    lock = FileLock(f"{database}.lock")
    holder = Path(f"{database}.holder")
    try:
        lock.acquire(timeout=0)
    except Timeout as held:
        raise StoreBusyError(f"the store is held by {_name_of(holder)}") from held
    except OSError as fault:
        raise StoreError(UNWRITABLE.format(folder=database.parent, why=fault.strerror)) from fault
    try:
        _name_holder(holder, command)
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _name_of(holder: Path) -> str:
    """Who holds the lock; between taking it and writing its name, a process has none."""
    try:
        name = holder.read_text("utf-8")
    except OSError:
        name = ""
    return name or "another process, which has only just begun"


def _name_holder(holder: Path, command: str) -> None:
    since = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    try:
        holder.write_text(f"{holder_name(command)}, since {since}", "utf-8")
    except OSError as fault:
        raise StoreError(UNWRITABLE.format(folder=holder.parent, why=fault.strerror)) from fault


UNWRITABLE = (
    "the store's folder {folder} can't be written: {why}; free space, allow writing, or name a store "
    "elsewhere"
)


def _holding_advisory_lock(connection: Connection) -> Iterator[None]:
    key = {"first": LOCK_KEY[0], "second": LOCK_KEY[1]}
    got = connection.scalar(text("SELECT pg_try_advisory_lock(:first, :second)"), key)
    if not got:
        held_by = connection.execute(
            text(
                "SELECT a.application_name, a.backend_start FROM pg_locks l"
                " JOIN pg_stat_activity a ON a.pid = l.pid"
                " JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()"
                " WHERE l.locktype = 'advisory' AND l.granted"
                " AND l.classid = :first AND l.objid = :second"
            ),
            key,
        ).first()
        connection.rollback()
        raise StoreBusyError(
            f"the store is held by {held_by[0]}, since {held_by[1]:%Y-%m-%dT%H:%M:%S%z}"
            if held_by
            else "the store was held by another process, which has ended meanwhile: run it again"
        )
    connection.commit()
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:first, :second)"), key)
            connection.commit()
