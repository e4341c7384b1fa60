"""Who computes the nights that the tests run: ENGINE says it, and nothing of a night may depend on it.

ENGINE=buckets    this process, out of three buckets
ENGINE=workers    two worker processes, begun once for all nights of this process; a command in a process
                  of its own begins its own, as for a user
ENGINE=cluster    a Dask scheduler and two workers, begun once on this machine; every night connects

Without it one process computes them at once, as it does where nights are as small as these. Nights of
one contract make one bucket, which the program computes where it is.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from pipeline import nightly
from pipeline.spread import Crew, Engine, begin_night, compute_in_buckets
from pipeline.tonight import Asked, Computed, Known, Tonight

BUCKETS, WORKERS = 3, 2
ENGINE = os.environ.get("ENGINE", "")
ENGINES = ("", "buckets", "workers", "cluster")
SCHEDULER, SHARED = "scheduler", "shared"

Begin = Callable[..., Tonight | Computed]
ALONE: Begin = begin_night

nights: Counter[str] = Counter()
"""How many nights were computed in this process, and in how many buckets."""
_commands: dict[str, str] = {}
_at_end = ExitStack()


def begin_scheduler() -> dict[str, str]:
    """The address of a scheduler with its workers, and a folder that they share: once for all processes
    of a test session; nothing where no cluster is asked for."""
    if ENGINE not in ENGINES:
        raise pytest.UsageError(f"ENGINE={ENGINE}: it may be {', '.join(filter(None, ENGINES))}")
    if ENGINE != "cluster":
        return {}
    from distributed import LocalCluster  # an extra of the program's

    folder = tempfile.mkdtemp(prefix="shared-")
    _at_end.callback(shutil.rmtree, folder, ignore_errors=True)
    local = LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, silence_logs=50, dashboard_address="127.0.0.1:0"
    )
    _at_end.callback(local.close)
    return {SCHEDULER: local.scheduler_address, SHARED: folder}


def begin_engine(given: Mapping[str, str]) -> None:
    """From now on the engine computes every night of this process; `given` is of `begin_scheduler`."""
    if not ENGINE:
        return
    nightly.begin_night = in_buckets_here if ENGINE == "buckets" else in_buckets_of(_engine(given))
    if ENGINE != "buckets":
        # how many contracts a command will find, nobody knows here: each is a bucket
        _commands["MILESTONE_BILLING_CONTRACTS_PER_BUCKET"] = "1"


def end_engine() -> None:
    """End what was begun."""
    _at_end.close()


def of_commands() -> dict[str, str]:
    """What the environment of a command in a process of its own must have, so that the engine computes
    its nights too."""
    return dict(_commands)


@contextmanager
def nights_by(begin: Begin) -> Iterator[None]:
    """Nights of this process are computed otherwise: by the engine that each asks for (ALONE), or out of
    buckets in this process."""
    before = nightly.begin_night
    nightly.begin_night = begin
    try:
        yield
    finally:
        nightly.begin_night = before


def in_buckets_here(known: Known, asked: Asked, *_: Any) -> Computed:
    """The night out of buckets, some of them of no contract."""
    return compute_in_buckets(known, asked, BUCKETS)


def in_buckets_of(engine: Engine) -> Begin:
    """Nights by this engine, in buckets as small as it takes."""

    def begin(known: Known, asked: Asked, _: Engine, told: Any) -> Tonight | Computed:
        contracts = len(known.contracts["subscriptions"])
        smaller = replace(asked.settings, contracts_per_bucket=max(1, -(-contracts // BUCKETS)))
        night = begin_night(known, replace(asked, settings=smaller), engine, told)
        nights["in buckets" if isinstance(night, Computed) else "of one contract or none"] += 1
        return night

    return begin


def _engine(given: Mapping[str, str]) -> Engine:
    if ENGINE == "cluster":
        _commands["MILESTONE_BILLING_CLUSTER"] = given[SCHEDULER]
        _commands["MILESTONE_BILLING_SHARED"] = given[SHARED]
        return Engine(cluster=given[SCHEDULER], shared=given[SHARED])
    _commands["MILESTONE_BILLING_WORKERS"] = str(WORKERS)
    crew = Crew()
    _at_end.callback(crew.end)
    return Engine(WORKERS, crew=crew)
