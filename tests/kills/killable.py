"""A process that runs the program's commands in children, and can end a child anywhere.

It imports the program once and forks for every job, so that a job costs a fraction of a second more
than its own work. A request is a line of JSON on standard input, a list of jobs that run at the same
time; the answer is a line of JSON, a list of what became of them:

job       arguments, folder (the child's own; its files and database are what is counted), name,
          signal and at (the child sends itself this signal at this operation, counted from 1),
          or stage and number (at this operation of this stage of the night),
          soon (seconds after that operation: this process sends the signal instead),
          after (seconds after the beginning: this process sends the signal),
          disconnect (instead of a signal, the database's server ends the child's connections:
          a server's URL and a database's name),
          delay (seconds before it begins), again (how often it begins anew, found the store held),
          own (the command in an interpreter of its own, of which nothing is counted)
answer    status (negative: the signal that ended it), seconds, operations (their names, in order),
          stages (of the same), hit (the stage in which it was hit, names, its last operations, and
          count, how many there were in all), took (seconds from the hit to the end),
          held (when it began and ended to hold the store), pid, tries

Operations are those of operations.py.
"""

import contextlib
import io
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from pipeline.cli import main
from tests.kills.operations import Board, Operations, wrap_drivers

BUSY, AGAIN = 75, 0.4
"""The exit status of who found the store held, and after how many seconds such a one tries again."""

HUNG = 300
"""Seconds after which a child is ended: nothing here may last so long."""


class Child:
    """A job that runs: its process, what it stands at, and what was done to it."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job, self.tries, self.status = job, 0, None
        self.log = Path(job["folder"]) / f"{job.get('name', 'child')}.operations.said"
        self.log.unlink(missing_ok=True)
        self.begin(job.get("delay", 0.0))

    def begin(self, delay: float) -> None:
        """Fork a process for the job."""
        self.board, self.hit, self.hit_at = Board(), {}, None
        self.tries += 1
        self.began = time.monotonic() + delay
        self.pid = os.fork()
        if self.pid:
            return
        status = 70
        try:
            time.sleep(delay)
            status = _live(self.job, self.board)
        finally:
            os._exit(status)

    def look(self) -> bool:
        """Hit the process where it is due; whether it has ended for good."""
        pid, status = os.waitpid(self.pid, os.WNOHANG | os.WUNTRACED)
        if pid and os.WIFSTOPPED(status):
            self._hit(lambda: disconnect(self.job))
            os.kill(self.pid, signal.SIGCONT)
        elif pid:
            self.ended = time.monotonic()
            self.status = os.waitstatus_to_exitcode(status)
            if self.status == BUSY and self.tries <= self.job.get("again", 0):
                self.status = None
                self.begin(AGAIN)
        elif not self.hit_at and self._is_due():
            if "disconnect" in self.job:
                self._hit(lambda: disconnect(self.job))
            else:
                self._hit(lambda: os.kill(self.pid, self.job.get("signal", signal.SIGKILL)))
        elif time.monotonic() > self.began + HUNG:
            os.kill(self.pid, signal.SIGKILL)
        return self.status is not None

    def _is_due(self) -> bool:
        if "after" in self.job:
            return time.monotonic() >= self.began + self.job["after"]
        reached = self.board.read().get("reached") if "soon" in self.job else None
        return reached is not None and time.monotonic() >= reached + self.job["soon"]

    def _hit(self, blow: Callable[[], None]) -> None:
        self.hit_at, self.hit = time.monotonic(), self.board.read()
        blow()

    def told(self) -> dict[str, Any]:
        """What became of the job."""
        last = self.board.read()
        log = json.loads(self.log.read_text("utf-8")) if self.log.exists() else {}
        by_itself = "reached" in last and "soon" not in self.job
        hit = self.hit or (last if by_itself else {})
        hit_at = self.hit_at or (last["reached"] if by_itself else None)
        return {
            "status": self.status, "seconds": self.ended - self.began, "pid": self.pid,
            "operations": log.get("names", []), "stages": log.get("stages", []),
            "hit": hit, "took": self.ended - hit_at if hit_at else None, "tries": self.tries,
            "held": ([*last["held"], hit_at or self.ended])[:2] if last.get("held") else [],
        }  # fmt: skip


def _live(job: dict[str, Any], board: Board) -> int:
    """The child's whole life; its exit status."""
    folder = Path(job["folder"]).resolve()
    os.chdir(folder)
    name = job.get("name", "child")
    for number, stream in ((1, "out"), (2, "err")):
        handle = os.open(f"{name}.{stream}.said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
    if job.get("own"):
        os.execv(sys.executable, [sys.executable, "-m", "pipeline", *job["arguments"]])
    operations = Operations(job, board)
    wrap_drivers(operations)
    sys.addaudithook(operations.note_event)
    try:
        main(job["arguments"], prog_name="milestone-billing")
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except Exception:  # noqa: BLE001 (as an interpreter of its own would end)
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    told = {"names": operations.names, "stages": operations.stages}
    (folder / f"{name}.operations.said").write_text(json.dumps(told), "utf-8")
    return status


def disconnect(job: dict[str, Any]) -> None:
    """End every connection of the job's database, as its server does when it is shut down."""
    server, database = job["disconnect"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s",
            (database,),
        )


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
        children = [Child(job) for job in json.loads(line)]
        running = list(children)
        while running := [child for child in running if not child.look()]:
            time.sleep(0.002)
        answers.write(json.dumps([child.told() for child in children]) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve()
