"""A process that runs the program's commands in children, and can end a child anywhere.

It imports the program once and forks for every job, so that a job costs a fraction of a second.
A request is a line of JSON on standard input, a list of jobs that run at the same time; the answer
is a line of JSON, a list of what became of them:

job       arguments, folder (the child's own; its files and database are what is counted),
          signal and at (the child sends itself this signal at this operation, counted from 1),
          after (seconds: this process sends the signal instead)
answer    status (negative: the signal that ended it), seconds, operations (their names, in order)

An operation is a file of the folder being opened, renamed or removed, a folder being made or
removed, or the beginning or end of a statement, a bulk copy or a commit. The program knows nothing
of this: files are seen by an audit hook, the database's drivers are wrapped in the child.
"""

import contextlib
import functools
import io
import json
import os
import signal
import sqlite3.dbapi2
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from pipeline.cli import main

FILE_EVENTS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect"}


class Operations:
    """Counts what the child does, and ends it at the one that was asked for."""

    def __init__(self, folder: str, ending: int, at: int | None) -> None:
        self.folder, self.ending, self.at = folder, ending, at
        self.names: list[str] = []

    def note(self, name: str) -> None:
        """One more operation."""
        self.names.append(name)
        if len(self.names) == self.at:
            os.kill(os.getpid(), self.ending)

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


def begin(job: dict[str, Any]) -> int:
    """Fork a child for the job; its process id."""
    child = os.fork()
    if child:
        return child
    status = 70
    try:
        status = _live(job)
    finally:
        os._exit(status)


def _live(job: dict[str, Any]) -> int:
    """The child's whole life; its exit status."""
    folder = Path(job["folder"]).resolve()
    os.chdir(folder)
    name = job.get("name", "child")
    for number, stream in ((1, "out"), (2, "err")):
        handle = os.open(f"{name}.{stream}.said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
    operations = Operations(str(folder), job.get("signal", signal.SIGKILL), job.get("at"))
    wrap_drivers(operations)
    sys.addaudithook(operations.note_event)
    try:
        main(job["arguments"], prog_name="milestone-billing")
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    sys.stdout.flush()
    sys.stderr.flush()
    (folder / f"{name}.operations.said").write_text(json.dumps(operations.names), "utf-8")
    return status


def end(job: dict[str, Any], child: int, began: float) -> dict[str, Any]:
    """Wait for the job's child, ending it when its time is over; what became of it."""
    if job.get("after") is not None:
        while time.monotonic() < began + job["after"]:
            time.sleep(0.001)
        os.kill(child, job.get("signal", signal.SIGKILL))
    _, status = os.waitpid(child, 0)
    log = Path(job["folder"]) / f"{job.get('name', 'child')}.operations.said"
    return {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": time.monotonic() - began,
        "operations": json.loads(log.read_text("utf-8")) if log.exists() else [],
    }


def warm_up() -> None:
    """Do a night of nothing here, so that no child has to build what is built once per process."""
    with tempfile.TemporaryDirectory() as folder:
        customers = "customer_number,customer_name,bill_to_account,bill_to_site\nK,K,1,1\n"
        Path(folder, "customers.csv").write_text(customers, "utf-8")
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
            main(["run", folder, "--store", f"sqlite:///{folder}/warm.db", "--out", folder])


def serve() -> None:
    """Answer requests until standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    warm_up()
    for line in sys.stdin:
        jobs = json.loads(line)
        began = time.monotonic()
        children = [begin(job) for job in jobs]
        ended = [end(job, child, began) for job, child in zip(jobs, children, strict=True)]
        answers.write(json.dumps(ended) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve()
