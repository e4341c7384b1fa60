"""Progress for the operator and figures for the engineer: each stage's seconds, rows and memory."""

import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console


@dataclass
class Stopwatch:
    """Tells on standard error which stage runs, and keeps what each one took."""

    quiet: bool = False
    stages: list[dict[str, object]] = field(default_factory=list)
    console: Console = field(default_factory=lambda: Console(stderr=True))

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage; on a terminal, show it while it runs."""
        began = time.perf_counter()
        if self.quiet or not self.console.is_terminal:
            yield
        else:
            with self.console.status(f"{name} …"):
                yield
        self.stages.append(
            {
                "stage": name,
                "seconds": round(time.perf_counter() - began, 3),
                "peak_memory_mib": peak_memory_mib(),
            }
        )

    def note_rows(self, rows: int) -> None:
        """Say how many rows the stage that just ended handled."""
        self.stages[-1]["rows"] = rows

    def tell(self, words: str) -> None:
        """A line of the log."""
        if not self.quiet:
            self.console.print(words, highlight=False, markup=False, soft_wrap=True)

    def write(self, path: Path) -> None:
        """The stages as JSON."""
        path.write_text(json.dumps(self.stages, indent=2) + "\n", "utf-8")


def peak_memory_mib() -> int:
    """The most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))
