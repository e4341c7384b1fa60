"""A worker process: does one bucket after the other, until nobody gives it any. `python -m` starts it.

Its work comes and goes through the connection whose number is given. Standard input says nothing: it
ends when the process that gives the work ends, however that ends, and the worker with it.
"""

import os
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

import pyarrow as arrow

from pipeline.spread.faults import SpreadError

AS_THEY_ARE = (SpreadError, OverflowError, MemoryError)
"""What the night can tell in a sentence; of all else, the trace is told."""


def serve(connection: Connection) -> None:
    """Answer each function and its argument with (result, None), or with (None, what it raised)."""
    threading.Thread(target=_end_with_the_giver, daemon=True).start()
    arrow.set_cpu_count(1)  # there is a worker for every core
    with ThreadPoolExecutor(1) as thread:
        while True:
            try:
                function, argument = connection.recv()
            except EOFError:
                return
            future = thread.submit(function, argument)
            fault = future.exception()
            connection.send((None, _told(fault)) if fault else (future.result(), None))


def _end_with_the_giver() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


def _told(fault: BaseException) -> BaseException:
    """The fault as it can be sent."""
    if isinstance(fault, AS_THEY_ARE):
        return type(fault)(*map(str, fault.args))
    return RuntimeError("in a worker process:\n" + "".join(traceback.format_exception(fault)))


if __name__ == "__main__":
    serve(Connection(int(sys.argv[1])))
