"""`make bench`: two nights of a given size beside a floor, as whole processes, in one run.

The floor is a DuckDB script that reads the same files, joins them, computes the same amounts and
writes the same AutoInvoice lines, with no checks, no ledger and no workbook. Seconds depend on the
machine and on what else it does; the ratios are what to quote.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks.make_inbox import make_inboxes, make_recurring_inbox

FIRST_NIGHT, SECOND_NIGHT = "2026-03-31", "2026-04-30"
LAST_DAY = "2027-12-31"
FLOOR_RUNS = 3


@dataclass(frozen=True)
class Timed:
    """One process: seconds on the clock, seconds of processor time, peak memory in MiB."""

    wall: float
    cpu: float
    peak_mib: float


@click.command()
@click.argument("sizes", nargs=-1, type=click.IntRange(min=1000))
@click.option("--recurring", type=click.IntRange(min=100), multiple=True, help="Recurring charges.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("bench"))
def main(sizes: Sequence[int], recurring: Sequence[int], folder: Path) -> None:
    """Time the nights of each size (milestones) and print seconds, memory and ratios."""
    nights = {size: bench(size, folder / str(size)) for size in sizes}
    for small, large in zip(list(nights), list(nights)[1:], strict=False):
        growth = nights[large].wall / nights[small].wall
        click.echo(
            f"time({large:,}) / time({small:,}) = {growth:.2f} for {large / small:.0f} times the rows"
        )
    schedules = {size: bench_recurring(size, folder / f"recurring-{size}") for size in recurring}
    for small, large in zip(list(schedules), list(schedules)[1:], strict=False):
        growth = schedules[large].wall / schedules[small].wall
        click.echo(
            f"time({large:,}) / time({small:,}) = {growth:.2f} for {large / small:.0f} times the charges"
        )


def bench(size: int, folder: Path) -> Timed:
    """Both nights of one size; returns the first."""
    click.echo(f"== {size:,} milestones ==")
    if not (folder / "second").exists():
        make_inboxes(size, folder)
    for stale in ("store", "out", "floor"):
        shutil.rmtree(folder / stale, ignore_errors=True)
    (folder / "store").mkdir()
    floors = [run_floor(folder) for _ in range(FLOOR_RUNS)]
    floor = statistics.median(one.wall for one in floors)
    first = run_night(folder, "first", FIRST_NIGHT)
    second = run_night(folder, "second", SECOND_NIGHT)
    tell("floor", sorted(floors, key=lambda one: one.wall)[FLOOR_RUNS // 2], floor)
    tell("first night", first, floor)
    tell_stages(folder / "first.json")
    tell("second night", second, floor)
    tell_stages(folder / "second.json")
    click.echo(f"second night / first night = {second.wall / first.wall:.2f}")
    click.echo(f"the lines are the floor's: {'yes' if same_lines(folder) else 'NO'}")
    return first


def bench_recurring(charges: int, folder: Path) -> Timed:
    """One night that bills two years of monthly periods of so many charges."""
    click.echo(f"== {charges:,} recurring charges, {24 * charges:,} lines due ==")
    if not (folder / "first").exists():
        make_recurring_inbox(charges, folder / "first")
    for stale in ("store", "out"):
        shutil.rmtree(folder / stale, ignore_errors=True)
    (folder / "store").mkdir()
    night = run_night(folder, "first", LAST_DAY)
    click.echo(
        f"one night         {night.wall:8.2f} s  {night.cpu:8.2f} s cpu  {night.peak_mib:8.0f} MiB peak"
        f"  {night.wall / charges * 1e6:5.0f} s per million charges"
    )
    tell_stages(folder / "first.json")
    return night


def run_floor(folder: Path) -> Timed:
    """The floor on the first night's files."""
    floor = Path(__file__).parent / "floor.py"
    return timed([str(floor), str(folder / "first"), FIRST_NIGHT, str(folder / "floor")])


def run_night(folder: Path, name: str, as_of: str) -> Timed:
    """One night through the command line."""
    store = f"sqlite:///{folder / 'store' / 'bench.db'}"
    return timed(
        ["-m", "pipeline", "run", str(folder / name), "--as-of", as_of, "--out", str(folder / "out"),
         "--store", store, "--quiet", "--timings", str(folder / f"{name}.json")]
    )  # fmt: skip


def timed(arguments: list[str]) -> Timed:
    """Run Python with these arguments to its end and account for it."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if status:
        raise click.ClickException(f"{' '.join(arguments)} ended with status {status}")
    cpu = usage.ru_utime + usage.ru_stime
    return Timed(wall, cpu, usage.ru_maxrss / 1024)


def tell(name: str, one: Timed, floor: float) -> None:
    """One line of figures."""
    click.echo(
        f"{name:<18}{one.wall:8.2f} s  {one.cpu:8.2f} s cpu  {one.peak_mib:8.0f} MiB peak"
        f"  {one.wall / floor:5.2f} x floor"
    )


def tell_stages(path: Path) -> None:
    """The seconds of each stage."""
    for stage in json.loads(path.read_text("utf-8")):
        click.echo(f"  {stage['stage']:<16}{stage['seconds']:8.2f} s")


def same_lines(folder: Path) -> bool:
    """Whether the AutoInvoice lines of the first night are the floor's, byte for byte."""
    archives = sorted((folder / "out" / f"{FIRST_NIGHT}-1" / "ar").glob("*.zip"))
    ours = sorted(_content(path) for path in archives)
    floors = sorted(path.read_bytes() for path in (folder / "floor").glob("*.csv"))
    return ours == floors and bool(ours)


def _content(archive: Path) -> bytes:
    with zipfile.ZipFile(archive) as opened:
        return opened.read("RaInterfaceLinesAll.csv")


if __name__ == "__main__":
    main()
