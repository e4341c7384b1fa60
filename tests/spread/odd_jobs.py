"""Jobs for worker processes that are no buckets."""

import os
import signal
from pathlib import Path

from pipeline.spread.faults import SpreadError

BIG = "amounts total more than this program can hold exactly"


def double(number: int) -> int:
    """Twice the number."""
    return 2 * number


def who(_: object) -> int:
    """The process that does it."""
    return os.getpid()


def die_once(place: str) -> str:
    """Dies in the middle, as when memory runs out; whoever does the job again comes to its end."""
    mark = Path(place)
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return mark.name


def die(_: object) -> None:
    """Always dies."""
    os.kill(os.getpid(), signal.SIGKILL)


def overflow(_: object) -> None:
    """Can't be computed."""
    raise OverflowError(BIG)


def refuse(_: object) -> None:
    """Can't be done here."""
    raise SpreadError("no room; nothing was posted")


def blunder(_: object) -> None:
    """A fault of our own."""
    raise KeyError("due_minor")
