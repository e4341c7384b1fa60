"""Loading what a command needs, quickly: by the clock it is half of a night in which nothing happens.

On two cores with Dask installed, loading takes 0.9 s with this and 1.8 s without.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

UNNEEDED = "dask.dataframe"
"""pandera loads Dask's frames wherever Dask is installed (the extra `cluster`), to tell them from
pandas'; none but pandas' are checked here."""


@contextmanager
def quickly() -> Iterator[None]:
    """Inside, nothing is thrown away, so nothing is looked for that could be; and pandera finds no
    Dask."""
    gc.disable()
    try:
        _find_no_dask()
        yield
    finally:
        gc.freeze()  # what is loaded stays
        gc.enable()


def _find_no_dask() -> None:
    if UNNEEDED in sys.modules:
        return
    sys.modules[UNNEEDED] = None  # type: ignore[assignment]  # as Python marks what can't be loaded
    try:
        import pandera.typing.dask  # noqa: F401  # what it finds once, it finds for good
    finally:
        del sys.modules[UNNEEDED]
