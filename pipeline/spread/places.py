"""Where parcels lie while a night is computed: a folder of its own, which goes with it. [files]"""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.aside import is_running
from pipeline.spread.faults import SpreadError
from pipeline.spread.parcels import is_url
from pipeline.stopping import put_off

PREFIX = "milestone-billing-"


@contextmanager
def private_folder() -> Iterator[str]:
    """A folder for worker processes of this machine, which nobody else may look into; those of
    processes that were killed go first."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        if _is_left(folder):
            shutil.rmtree(folder, ignore_errors=True)
    try:
        place = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
    except OSError as fault:
        raise SpreadError(
            f"there is no folder for the buckets: {fault.strerror}: free space, or name another one in "
            "TMPDIR; nothing was posted"
        ) from fault
    try:
        yield place
    finally:
        with put_off():
            shutil.rmtree(place, ignore_errors=True)


def _is_left(folder: Path) -> bool:
    """Whether it is this user's, and of a process that is there no more."""
    try:
        is_ours = folder.stat().st_uid == os.getuid()
    except OSError:
        return False
    return is_ours and not is_running(folder.name.removeprefix(PREFIX).partition("-")[0])


@contextmanager
def shared_folder(url: str, run_id: str) -> Iterator[str]:
    """A folder of the run's own below one that all machines of a cluster see."""
    place = f"{url.rstrip('/')}/{PREFIX}{run_id}-{uuid.uuid4().hex}"
    try:
        yield place
    finally:
        with put_off():
            _remove(place)


def _remove(place: str) -> None:
    if not is_url(place):
        shutil.rmtree(place, ignore_errors=True)
        return
    import fsspec

    files, path = fsspec.core.url_to_fs(place)
    if files.exists(path):
        files.rm(path, recursive=True)
