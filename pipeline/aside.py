"""A file that appears whole, or not at all: written aside, flushed, renamed; and who still writes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def is_running(process: str) -> bool:
    """Whether a process of this machine runs, or may: what is no number of one is left alone.

    >>> is_running(str(os.getpid())), is_running("somebody's")
    (True, True)
    """
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (OSError, ValueError):
        return True
    return True


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Where to write the file; after it, the file stands at `path`, in the place of a former one.

    Where the writing stops, the former one stays and nothing is left aside.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield aside
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
