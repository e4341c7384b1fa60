"""Worker processes of this machine.

They are interpreters of their own and share nothing with this one: no connection of the database, no
lock, no signal from the keyboard. One that dies, as when memory runs out, is replaced, and its bucket
done again.
"""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

from pipeline.spread.faults import SpreadError
from pipeline.stopping import put_off

Item = TypeVar("Item")
Result = TypeVar("Result")

TRIES = 2
"""So often a bucket is given out whose worker dies."""


class Worker:
    """A worker process, and the job that it has: a number and an item."""

    def __init__(self) -> None:
        """Begin the process; it needs about a second until it reads what it is given."""
        self.job: tuple[int, Any] = (-1, None)
        self.ours, theirs = Pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "pipeline.spread.worker", str(theirs.fileno())],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(one or "." for one in sys.path)},
            start_new_session=True,
        )  # fmt: skip
        theirs.close()

    def give(self, function: Callable[[Item], Result], job: tuple[int, Item]) -> None:
        """Give it a job; one that is dead is told of when it is asked for the answer."""
        self.job = job
        with suppress(BrokenPipeError):
            self.ours.send((function, job[1]))

    def answer(self) -> Any:
        """What came of its job; raises what was raised there, and EOFError where it died of it."""
        try:
            result, fault = self.ours.recv()
        except ConnectionResetError as lost:
            raise EOFError from lost
        if fault is not None:
            raise fault
        return result

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.kill()
        self.process.communicate()
        self.ours.close()


class Crew:
    """Workers that stay between nights, for whoever runs many of them in one process: to begin a worker
    takes longer than a small night."""

    def __init__(self) -> None:
        """Nobody yet: workers are begun when they are first hired."""
        self.idle: list[Worker] = []

    def hire(self, workers: int) -> set[Worker]:
        """So many workers that have nothing to do; new ones where too few are idle."""
        kept = [self.idle.pop() for _ in range(min(workers, len(self.idle)))]
        return {*kept, *(Worker() for _ in range(workers - len(kept)))}

    def end(self) -> None:
        """End those that are idle."""
        while self.idle:
            self.idle.pop().end()


def map_in_processes(
    function: Callable[[Item], Result], items: Iterable[Item], workers: int,
    crew: Crew | None = None,
) -> Generator[tuple[int, Result], None, None]:  # fmt: skip
    """The result of each item, with its number, as they come; items are taken as workers are free.
    Workers of a `crew` stay; without one, all are ended."""
    jobs, again, deaths = enumerate(items), list[tuple[int, Item]](), Counter[int]()
    hired = crew or Crew()
    idle = hired.hire(workers)
    busy: dict[Connection, Worker] = {}
    try:
        while True:
            while idle and (job := again.pop() if again else next(jobs, None)):
                worker = idle.pop()
                busy[worker.ours] = worker
                worker.give(function, job)
            if not busy:
                return
            for ours in wait(list(busy)):
                worker = busy[ours]  # type: ignore[index]
                number, item = worker.job
                try:
                    yield number, worker.answer()
                except EOFError:
                    deaths[number] += 1
                    _refuse_more(deaths[number], worker)
                    again.append((number, item))
                    worker = Worker()
                del busy[ours]  # type: ignore[arg-type]
                idle.add(worker)
    finally:
        with put_off():
            for worker in busy.values():  # whose answer nobody waits for
                worker.end()
            hired.idle.extend(idle)
            if hired is not crew:
                hired.end()


def _refuse_more(deaths: int, worker: Worker) -> None:
    """One death may be chance."""
    with suppress(subprocess.TimeoutExpired):
        worker.process.wait(1)
    worker.end()
    if deaths >= TRIES:
        raise SpreadError(
            "a worker process ended in the middle of a bucket, and so did the next one "
            f"({_how(worker.process.returncode)}): if memory ran out, give fewer --workers, or a "
            "smaller contracts_per_bucket; nothing was posted"
        )


def _how(status: int) -> str:
    return f"by signal {-status}" if status < 0 else f"with status {status}"
