"""Spread: a large night is computed in buckets of contracts, by many processes or many machines.

buckets.py      which contract is in which bucket; a night put together from buckets    (pure)
flat.py         what a night knows and gives, as frames by name                         (pure)
parcels.py      frames as Parquet files; places.py: the folder that they lie in
work.py         one bucket: a parcel is opened, computed, another one packed
processes.py    worker processes of this machine; worker.py: one of them
cluster.py      workers on many machines

Only `_map_tasks` knows who does the work. The same bytes come of it, whoever it is.
"""

import os
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

from pipeline.spread.buckets import count_buckets, join, split
from pipeline.spread.cluster import map_on_cluster
from pipeline.spread.faults import SpreadError
from pipeline.spread.flat import computed_frames, known_frames
from pipeline.spread.parcels import read_parcel, write_parcel
from pipeline.spread.places import private_folder, shared_folder
from pipeline.spread.processes import Crew, map_in_processes
from pipeline.spread.work import Bucket, do_bucket, versions
from pipeline.tonight import Asked, Computed, Known, Tonight, bill_tonight, compute_part

__all__ = ["HERE", "Crew", "Engine", "SpreadError", "begin_night", "compute_in_buckets", "cores"]

Item = TypeVar("Item")
Result = TypeVar("Result")

Told = Callable[[int, int, int], None]
"""Is told how many buckets are done, of how many, and by how many workers."""


@dataclass(frozen=True)
class Engine:
    """Who computes a night: `workers` processes of this machine (those of a `crew`, where nights follow
    one another; else begun for the night), or the workers of a `cluster` (its scheduler's address) that
    all see the folder `shared` (a path or a URL)."""

    workers: int = 1
    cluster: str = ""
    shared: str = ""
    crew: Crew | None = None


HERE = Engine()
"""This process, alone."""


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def begin_night(known: Known, asked: Asked, engine: Engine, told: Told) -> Tonight | Computed:
    """The night, billed: here, where it is one bucket or there is nobody else to do any; else computed
    to its end by others."""
    contracts = len(known.contracts["subscriptions"])
    count = count_buckets(contracts, asked.settings.contracts_per_bucket)
    if count == 1 or (engine.workers == 1 and not engine.cluster):
        return bill_tonight(known, asked)
    folder = shared_folder(engine.shared, asked.run_id) if engine.cluster else private_folder()
    with folder as place:
        own = versions()
        buckets = (
            _packed(part, f"{place}/{number:04}", asked, own)
            for number, part in enumerate(split(known, count))
        )
        parts = {}
        with closing(_map_tasks(do_bucket, buckets, count, engine, told)) as results:
            for number, done in results:
                parts[number] = read_parcel(done.place, list(done.names))
        return join([parts[number] for number in range(count)], known, asked)


def compute_in_buckets(known: Known, asked: Asked, count: int) -> Computed:
    """The night in so many buckets, one after the other, in this process: for whoever doubts that the
    parts make the whole."""
    parts = [computed_frames(compute_part(part, asked)) for part in split(known, count)]
    return join(parts, known, asked)


def _packed(part: Known, place: str, asked: Asked, own: dict[str, str]) -> Bucket:
    frames = known_frames(part)
    write_parcel(place, frames)
    return Bucket(place, tuple(frames), asked, own)


def _map_tasks(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    count: int,
    engine: Engine,
    told: Told,
) -> Generator[tuple[int, Result], None, None]:
    """The result of each of `count` items, with its number, as they come."""
    done = 0
    if engine.cluster:
        workers = 0

        def of_cluster(number: int) -> None:
            nonlocal workers
            workers = number
            told(done, count, workers)

        results = map_on_cluster(function, items, engine.cluster, of_cluster)
    else:
        workers = min(engine.workers, count)
        results = map_in_processes(function, items, workers, engine.crew)
    told(0, count, workers)
    with closing(results):
        for result in results:
            done += 1
            told(done, count, workers)
            yield result
