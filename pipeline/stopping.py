"""A signal that asks the command to stop: SIGTERM from a scheduler, SIGINT from a hand (^C).

It is raised where it comes, so that everything is unwound: the transaction is rolled back, what was
written aside is removed. Where the interpreter drops what is raised (in a finaliser, say), it is raised
again at the next stage (`refuse_to_go_on`).
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stopped(SystemExit):
    """A signal asked us to end: everything is unwound first, then it is said."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.signal = signal.Signals(number)


_asked: list[int] = []
_waits: list[bool] = []


@contextmanager
def listening() -> Iterator[None]:
    """Both signals stop what runs inside; what finalisers say of being stopped is not printed."""
    _asked.clear()
    _waits.clear()
    tell = sys.unraisablehook
    sys.unraisablehook = lambda lost: None if _asked else tell(lost)
    formers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number, former in formers.items():
        if former != signal.SIG_IGN:  # as a shell leaves it to what runs in the background
            signal.signal(number, _stop)
    try:
        yield
    finally:
        for number, former in formers.items():
            signal.signal(number, former)
        # where it has been asked to stop, files that are torn down last would still speak of it
        sys.unraisablehook = (lambda _lost: None) if _asked else tell
        _asked.clear()


def refuse_to_go_on() -> None:
    """Raise Stopped again, if a signal has come and what it raised was lost."""
    if _asked:
        raise Stopped(_asked[0])


@contextmanager
def put_off() -> Iterator[None]:
    """A signal that comes inside is heeded at the end: of what is short, and speaks on standard error
    of whatever is raised in it, as a library does that closes a connection."""
    _waits.append(True)
    try:
        yield
    finally:
        _waits.pop()
    refuse_to_go_on()


def _stop(number: int, _frame: FrameType | None) -> None:
    """Unwind. A second ^C does not disturb it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _asked.append(number)
    if not _waits:
        raise Stopped(number)
