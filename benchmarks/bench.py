"""`make bench`: two nights of each size beside a floor and a naive script, as whole processes.

The floor (`floor.py`) is a DuckDB script that reads the same files, joins them, computes the same
amounts and writes the same AutoInvoice lines, with no checks, no ledger and no workbook. The naive
script (`naive.py`) is what people write first: a Python loop and one workbook. Seconds depend on the
machine and on what else it does; the ratios are what to quote, those of processor time before those
of the clock.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click

FIRST_NIGHT = "2026-03-31"
NIGHTS = {"first": FIRST_NIGHT, "second": "2026-04-30", "third": "2026-05-01"}
LAST_DAY = "2027-12-31"
MIB = 2**20


@dataclass(frozen=True)
class Timed:
    """One process: seconds on the clock, seconds of processor time, peak memory in MiB."""

    wall: float
    cpu: float
    peak_mib: float


@dataclass(frozen=True)
class Stage:
    """One stage of a night: seconds on the clock, and by how many MiB it raised the peak."""

    seconds: float
    more_mib: float


@dataclass(frozen=True)
class Night:
    """A night of so many rows (milestones, or recurring charges), and its stages by name."""

    rows: int
    timed: Timed
    stages: Mapping[str, Stage]


Nights = Mapping[str, Night]


@click.command()
@click.argument("sizes", nargs=-1, type=click.IntRange(min=1000))
@click.option("--recurring", type=click.IntRange(min=100), multiple=True, help="Recurring charges.")
@click.option("--floors", type=click.IntRange(min=1), default=3, help="Runs of the floor.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("bench"))
def main(sizes: Sequence[int], recurring: Sequence[int], floors: int, folder: Path) -> None:
    """Time the nights of each size (milestones) and print seconds, memory, ratios and growth."""
    ordered = sorted(sizes)
    nights = [bench(size, folder / str(size), floors, size == ordered[0]) for size in ordered]
    for small, large in pairwise(nights):
        tell_growth(small, large)
    schedules = [bench_recurring(size, folder / f"recurring-{size}") for size in sorted(recurring)]
    for small, large in pairwise(schedules):
        tell_growth(small, large)


def bench(size: int, folder: Path, floors: int, is_smallest: bool) -> Nights:
    """The nights of one size; of the smallest, the naive script too."""
    click.echo(f"== {size:,} milestones ==")
    if not (folder / "third").exists():
        apart("make_inbox", "make_inboxes", size, folder)
    for stale in ("store", "out", "floor", "naive"):
        shutil.rmtree(folder / stale, ignore_errors=True)
    (folder / "store").mkdir()
    floor = median([run_script("floor", folder) for _ in range(floors)])
    beside = {"floor": floor}
    if is_smallest:
        beside["naive"] = run_script("naive", folder)
    for name, one in beside.items():
        click.echo(f"{name:<18}{told(one)}")
    nights = {name: run_night(folder, name, as_of, size) for name, as_of in NIGHTS.items()}
    for name, night in nights.items():
        tell_night(f"{name} night", night, beside)
    for name in ("second", "third"):
        part, whole = nights[name].timed, nights["first"].timed
        click.echo(
            f"{name} night / first night = {part.wall / whole.wall:.3f} by the clock, "
            f"{part.cpu / whole.cpu:.3f} by processor time"
        )
    click.echo(
        f"the lines are the floor's: {in_words(apart('compare', 'same_lines', folder, FIRST_NIGHT))}"
    )
    if is_smallest:
        click.echo(
            f"the naive amounts are the floor's: {in_words(apart('compare', 'same_amounts', folder))}"
        )
        click.echo(
            "the naive script is a loop: its time grows with the rows, and is not taken again"
        )
    return nights


def bench_recurring(charges: int, folder: Path) -> Nights:
    """One night that bills two years of monthly periods of so many charges."""
    click.echo(f"== {charges:,} recurring charges, {24 * charges:,} lines due ==")
    if not (folder / "first").exists():
        apart("make_inbox", "make_recurring_inbox", charges, folder / "first")
    for stale in ("store", "out"):
        shutil.rmtree(folder / stale, ignore_errors=True)
    (folder / "store").mkdir()
    night = run_night(folder, "first", LAST_DAY, charges)
    tell_night("one night", night, {})
    return {"one": night}


def run_script(name: str, folder: Path) -> Timed:
    """The floor, or the naive script, on the first night's files."""
    script = Path(__file__).parent / f"{name}.py"
    return timed([str(script), str(folder / "first"), FIRST_NIGHT, str(folder / name)])


def run_night(folder: Path, name: str, as_of: str, rows: int) -> Night:
    """One night through the command line."""
    store, timings = f"sqlite:///{folder / 'store' / 'bench.db'}", folder / f"{name}.json"
    one = timed(
        ["-m", "pipeline", "run", str(folder / name), "--as-of", as_of, "--out", str(folder / "out"),
         "--store", store, "--quiet", "--timings", str(timings)]
    )  # fmt: skip
    stages, before = {}, 0.0
    for stage in json.loads(timings.read_text("utf-8")):
        name, peak = stage["stage"], stage["peak_memory_mib"]
        sooner = stages.get(name, Stage(0, 0))  # of an earlier portion of the night
        more = sooner.more_mib + peak - before
        stages[name] = Stage(sooner.seconds + stage["seconds"], more)
        before = peak
    return Night(rows, one, stages)


def apart(module: str, function: str, *given: object) -> Any:
    """A function of a benchmark's module, called in a process of its own: a process that is timed counts
    the memory of the one that began it as its own, so this one stays small."""
    with ProcessPoolExecutor(1, get_context("spawn")) as other:
        return other.submit(_called, module, function, *given).result()


def _called(module: str, function: str, *given: object) -> Any:
    return getattr(import_module(f"benchmarks.{module}"), function)(*given)


def timed(arguments: list[str]) -> Timed:
    """Run Python with these arguments to its end and account for it."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if status:
        raise click.ClickException(f"{' '.join(arguments)} ended with status {status}")
    return Timed(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(runs: Sequence[Timed]) -> Timed:
    """The run in the middle, by processor time."""
    middle = statistics.median_low(one.cpu for one in runs)
    return next(one for one in runs if one.cpu == middle)


def told(one: Timed) -> str:
    """Seconds and memory of a process."""
    return f"{one.wall:8.2f} s  {one.cpu:8.2f} s cpu  {one.peak_mib:8.0f} MiB peak"


def tell_night(name: str, night: Night, beside: Mapping[str, Timed]) -> None:
    """A night, its ratios to what ran beside it, and its stages."""
    one = night.timed
    click.echo(f"{name:<18}{told(one)}  {one.peak_mib * MIB / night.rows:8,.0f} B a row")
    for other, by in beside.items():
        clock, processor = one.wall / by.wall, one.cpu / by.cpu
        click.echo(f"  to the {other:<9}{clock:8.2f} x     {processor:6.2f} x cpu")
    for stage, of in night.stages.items():
        speed = night.rows / of.seconds if of.seconds else 0
        click.echo(
            f"  {stage:<18}{of.seconds:6.2f} s  {speed:12,.0f} rows a second"
            f"  {of.more_mib * MIB / night.rows:+8,.0f} B a row of the peak"
        )


def tell_growth(small: Nights, large: Nights) -> None:
    """How much longer a row takes at the larger size: 1 is linear."""
    for name in small:
        one, other = small[name], large[name]
        click.echo(
            f"== {name} night, time per row at {other.rows:,} / at {one.rows:,} (1: linear) =="
        )
        pairs = {
            "clock": (one.timed.wall, other.timed.wall),
            "processor": (one.timed.cpu, other.timed.cpu),
            "peak memory": (one.timed.peak_mib, other.timed.peak_mib),
            **{
                stage: (one.stages[stage].seconds, of.seconds)
                for stage, of in other.stages.items()
                if one.stages.get(stage) and one.stages[stage].seconds
            },
        }
        for what, (before, after) in pairs.items():
            click.echo(f"  {what:<18}{after / other.rows / (before / one.rows):6.2f}")


def in_words(is_so: bool) -> str:
    """Yes, or a no that is seen."""
    return "yes" if is_so else "NO"


if __name__ == "__main__":
    main()
