"""Progress for the operator and figures for the engineer: each stage's seconds and memory.

All of it goes to standard error. On a terminal, a bar with the stage's name and the time so far moves
while the stage runs, and is gone when it ends; elsewhere a stage that took long is a line of the log.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from pipeline.stopping import refuse_to_go_on
from pipeline.terminal import console_on

LONG = 10.0
"""Seconds after which a stage is worth a line of the log: the log of a short night stays empty."""


@dataclass
class Stopwatch:
    """Tells on standard error which stage runs, and keeps what each one took."""

    quiet: bool = False
    stages: list[dict[str, object]] = field(default_factory=list)
    console: Console | None = field(default_factory=lambda: console_on(sys.stderr))
    long: float = LONG
    _progress: Progress | None = None

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage; on a terminal, show it while it runs. Where a signal has asked to stop, no
        stage begins or ends."""
        refuse_to_go_on()
        began = time.perf_counter()
        with self._shown(name):
            yield
        refuse_to_go_on()
        seconds = time.perf_counter() - began
        self.stages.append(
            {
                "stage": name,
                "seconds": round(seconds, 3),
                "peak_memory_mib": peak_memory_mib(),
            }
        )
        if seconds >= self.long and not self.console:
            self.tell(f"{name}: {seconds:.1f} s")

    def parts(self, done: int, of: int, rows: int) -> None:
        """How far the stage that runs has come: a bar that fills, and the rows so far."""
        if self._progress:
            words = f"{rows:,} rows" if rows else ""
            self._progress.update(
                self._progress.task_ids[-1],
                completed=done,
                total=of if of > 1 else None,
                rows=words,
            )

    def buckets(self, done: int, of: int, workers: int) -> None:
        """How many of the night's buckets are done, and by how many workers."""
        if self._progress:
            words = f"{done} of {of} buckets, {workers} worker{'' if workers == 1 else 's'}"
            self._progress.update(self._progress.task_ids[-1], completed=done, total=of, rows=words)

    def tell(self, words: str) -> None:
        """A line of the log."""
        if not self.quiet:
            sys.stderr.write(f"milestone-billing: {words}\n")
            sys.stderr.flush()

    def write(self, path: Path) -> None:
        """The stages as JSON."""
        path.write_text(json.dumps(self.stages, indent=2) + "\n", "utf-8")

    @contextmanager
    def _shown(self, name: str) -> Iterator[None]:
        """A bar that goes when the stage ends, however it ends."""
        if self.quiet or not self.console:
            yield
            return
        columns = (
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=20),
            TimeElapsedColumn(), TextColumn("{task.fields[rows]}"),
        )  # fmt: skip
        with Progress(*columns, console=self.console, transient=True) as self._progress:
            self._progress.add_task(name, total=None, rows="")
            try:
                yield
            finally:
                self._progress.stop()
        self._progress = None


def peak_memory_mib() -> int:
    """The most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))
