"""What a child of killable.py does, told one operation at a time, and where it ends itself.

An operation is a file of the job's folder being opened, renamed or removed, a folder being made or
removed, or the beginning or end of a statement, a bulk copy or a commit. The program knows nothing
of this: files are seen by an audit hook; the database's drivers, the stopwatch and the lock are
wrapped in the child.
"""

import contextlib
import functools
import json
import mmap
import os
import signal
import sqlite3.dbapi2
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from pipeline.stopwatch import Stopwatch
from pipeline.store import engine

FILE_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect"}
LAST = 20
"""So many operations of its stage a child tells."""


class Board:
    """A page that a child writes and this process reads, also when the child is dead."""

    def __init__(self) -> None:
        self.page = mmap.mmap(-1, 8192)

    def write(self, told: dict[str, Any]) -> None:
        """What the child stands at."""
        text = json.dumps(told).encode()
        self.page[: len(text) + 1] = text + b"\n"

    def read(self) -> dict[str, Any]:
        """What the child stood at; nothing where it was ended while it wrote so."""
        line = self.page[:].split(b"\n")[0].strip(b"\0")
        try:
            return json.loads(line) if line else {}
        except ValueError:
            return {}


class Operations:
    """Counts what the child does, and ends it at the one that was asked for."""

    def __init__(self, job: dict[str, Any], board: Board) -> None:
        self.folder = str(Path(job["folder"]).resolve())
        self.job, self.board = job, board
        self.ending = signal.SIGSTOP if "disconnect" in job else job.get("signal", signal.SIGKILL)
        self.names: list[str] = []
        self.stages: list[str] = []
        self.stage = "open"
        self.held: list[float] = []
        self.reached: float | None = None

    def note(self, name: str) -> None:
        """One more operation."""
        self.names.append(name)
        self.stages.append(self.stage)
        reached = self._is_asked_for()
        if reached:
            self.reached = time.monotonic()
        self.tell()
        if reached and "soon" not in self.job:
            os.kill(os.getpid(), self.ending)

    def _is_asked_for(self) -> bool:
        if "stage" in self.job:
            of_stage = self.job["stage"] == self.stage
            return of_stage and self.stages.count(self.stage) == self.job["number"]
        return len(self.names) == self.job.get("at")

    def tell(self) -> None:
        """Write the board."""
        of_stage = self.stages[-LAST:].count(self.stage)
        told = {"count": len(self.names), "stage": self.stage, "held": self.held,
                "names": [name[:90] for name in self.names[-of_stage:]] if of_stage else []}  # fmt: skip
        self.board.write(told | ({"reached": self.reached} if self.reached else {}))

    def note_event(self, event: str, details: tuple) -> None:
        """The audit hook: operations on files of the job's own folder."""
        if event in FILE_EVENTS and details and isinstance(details[0], str | bytes | os.PathLike):
            path = os.path.abspath(os.fsdecode(details[0]))  # noqa: PTH100 (Path would be audited)
            if path.startswith(self.folder + os.sep) and not path.endswith(".said"):
                self.note(f"{event} {path.removeprefix(self.folder + os.sep)}")

    def counted(self, action: Callable[..., Any], name: str) -> Callable[..., Any]:
        """The action, with an operation before it and one after it."""

        def wrapped(*arguments: Any, **named: Any) -> Any:
            said = " ".join(str(arguments[1]).split())[:40] if len(arguments) > 1 else ""
            self.note(f"before {name} {said}".strip())
            result = action(*arguments, **named)
            self.note(f"after {name} {said}".strip())
            return result

        return wrapped

    def staged(self, action: Callable[..., Any]) -> Callable[..., Any]:
        """The stopwatch's stage, whose operations are told by its name; then those after it."""

        @contextlib.contextmanager
        def wrapped(watch: Stopwatch, name: str) -> Iterator[None]:
            self.stage = name
            with action(watch, name):
                yield
            self.stage = f"after {name}"

        return wrapped

    def held_between(self, action: Callable[..., Any]) -> Callable[..., Any]:
        """The lock, with the moments at which it is had and let go."""

        @contextlib.contextmanager
        def wrapped(*arguments: Any) -> Iterator[None]:
            with action(*arguments):
                self.held.append(time.monotonic())
                self.tell()
                try:
                    yield
                finally:
                    self.held.append(time.monotonic())
                    self.tell()

        return wrapped


def wrap_drivers(operations: Operations) -> None:
    """Statements, copies and commits of SQLite and PostgreSQL are operations from now on."""

    class Cursor(sqlite3.Cursor):
        execute = operations.counted(sqlite3.Cursor.execute, "execute")
        executemany = operations.counted(sqlite3.Cursor.executemany, "executemany")

    class Connection(sqlite3.Connection):
        commit = operations.counted(sqlite3.Connection.commit, "commit")

        def cursor(self, *_: Any, **__: Any) -> Any:
            return super().cursor(Cursor)

    connect = sqlite3.dbapi2.connect
    counting = functools.partial(connect, factory=Connection)
    sqlite3.dbapi2.connect = counting  # type: ignore[assignment]
    for name in ("execute", "executemany", "copy"):
        setattr(psycopg.Cursor, name, operations.counted(getattr(psycopg.Cursor, name), name))
    write_row = operations.counted(psycopg.Copy.write_row, "write_row")
    psycopg.Copy.write_row = write_row  # type: ignore[method-assign]
    commit = operations.counted(psycopg.Connection.commit, "commit")
    psycopg.Connection.commit = commit  # type: ignore[method-assign]
    Stopwatch.stage = operations.staged(Stopwatch.stage)  # type: ignore[method-assign]
    engine.holding = operations.held_between(engine.holding)  # type: ignore[assignment]
