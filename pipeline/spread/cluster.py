"""Workers on many machines: Dask distributed, which is an extra of this program.

The scheduler gives a bucket whose worker is lost to another one. Nothing is known there of a store: what
comes back is names of parcels.
"""

import asyncio
import concurrent.futures
import logging
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from pipeline.actor import masked
from pipeline.spread.faults import SpreadError

Item = TypeVar("Item")
Result = TypeVar("Result")

PATIENCE = 60.0
"""Seconds that a night waits for a worker where there is none."""
CANCELLED = (concurrent.futures.CancelledError, asyncio.CancelledError)
"""What becomes of all that was asked for, when the scheduler is gone."""
TO_CONNECT, AT_A_TIME = "10s", 1.0
MISSING = (
    "--cluster needs Dask distributed, which is not installed: pip install "
    "'milestone-billing[cluster]'; nothing was posted"
)


def map_on_cluster(
    function: Callable[[Item], Result], items: Iterable[Item], scheduler: str,
    told: Callable[[int], None],
) -> Generator[tuple[int, Result], None, None]:  # fmt: skip
    """The result of each item, with its number, as they come; `told` is told how many workers there are,
    every second."""
    distributed = _distributed()
    with _connected(distributed, scheduler) as client:
        numbers = {
            client.submit(function, item, pure=False): number for number, item in enumerate(items)
        }
        since = time.monotonic()
        while numbers:
            workers = _workers(client, scheduler)
            since = time.monotonic() if workers else since
            _refuse_to_wait(time.monotonic() - since, scheduler)
            told(workers)
            for future in _finished(distributed, client, list(numbers), scheduler):
                yield numbers.pop(future), _result(distributed, future, scheduler)


def _distributed() -> Any:
    try:
        import distributed
    except ModuleNotFoundError as missing:
        raise SpreadError(MISSING) from missing
    # its log is for who runs the cluster; what the night has to say of it, it says itself
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    return distributed


@contextmanager
def _connected(distributed: Any, scheduler: str) -> Iterator[Any]:
    """A client of the scheduler; what it has asked for and not got is given up at the end."""
    try:
        asyncio.run(_knock(distributed, scheduler))
        client = distributed.Client(scheduler, timeout=TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError) as fault:
        raise SpreadError(
            f"--cluster {masked(scheduler)}: there is no scheduler to be reached "
            f"({_words(fault, scheduler)}): start it, or name the right one, such as "
            "tcp://scheduler:8786; nothing was posted"
        ) from fault
    try:
        yield client
    finally:
        client.close(timeout=2)


async def _knock(distributed: Any, scheduler: str) -> None:
    """Connect once and go: a client that cannot begin ends 20 s late, with a trace."""
    secured = distributed.Security().get_connection_args("client")
    comm = await distributed.comm.connect(scheduler, timeout=TO_CONNECT, **secured)
    await comm.close()


def _workers(client: Any, scheduler: str) -> int:
    if client.status != "running":
        raise _lost(scheduler)
    return len(client.scheduler_info(n_workers=-1)["workers"])


def _refuse_to_wait(seconds: float, scheduler: str) -> None:
    if seconds > PATIENCE:
        raise SpreadError(
            f"--cluster {masked(scheduler)}: it has had no worker for {PATIENCE:.0f} s: start some "
            "(dask worker), and run the night again; nothing was posted"
        )


def _finished(distributed: Any, client: Any, futures: list, scheduler: str) -> list:
    """Those that are done within a second."""
    try:
        with client.as_current():
            done, _ = distributed.wait(futures, timeout=AT_A_TIME, return_when="FIRST_COMPLETED")
    except TimeoutError:
        return []
    except CANCELLED as fault:
        raise _lost(scheduler) from fault
    return list(done)


def _result(distributed: Any, future: Any, scheduler: str) -> Any:
    try:
        return future.result()
    except distributed.KilledWorker as fault:
        raise SpreadError(
            f"--cluster {masked(scheduler)}: every worker that was given a certain bucket died of it: "
            "if memory ran out, give workers more, or a smaller contracts_per_bucket; nothing was posted"
        ) from fault
    except CANCELLED as fault:
        raise _lost(scheduler) from fault
    except ModuleNotFoundError as fault:
        raise SpreadError(
            f"--cluster {masked(scheduler)}: a worker has no {fault.name}: pip install "
            "'milestone-billing[cluster]' on all machines; nothing was posted"
        ) from fault


def _lost(scheduler: str) -> SpreadError:
    return SpreadError(
        f"--cluster {masked(scheduler)}: the scheduler was lost in the middle of the night: run it "
        "again when the scheduler is back; nothing was posted"
    )


def _words(fault: Exception, scheduler: str) -> str:
    """`Timed out trying to connect to tcp://… after 10 s`, of the many lines that it may be; it may
    name the address without its scheme, and no password is shown there either."""
    words = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
    return words.replace(_place(scheduler), _place(masked(scheduler)))


def _place(address: str) -> str:
    return address.split("://", 1)[-1]
