"""`python -m tests.fuzz`: rounds of mutated files for as long as one likes (`make fuzz`)."""

import contextlib
import faulthandler
import signal
import tempfile
import time
from pathlib import Path

import click

from tests.fuzz.corpus import hold_worlds
from tests.fuzz.one_round import WORLDS, Tally, run_round

HUNG = 300
"""Seconds after which a round is taken to hang: where it stands is printed."""


@click.command()
@click.option("--seconds", default=60, show_default=True, help="Begin no round after this.")
@click.option("--seeds", default=0, help="Run so many rounds instead.")
@click.option("--reading-only", is_flag=True, help="Validate nothing: ten times as many inputs.")
@click.option("--first", default=1, show_default=True, help="The first seed.")
def fuzz(seconds: int, seeds: int, first: int, reading_only: bool) -> None:
    """Rounds of mutated files; a round has 120 of them, and its seed makes the same ones again."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was done is told in any case
    started, whole = time.monotonic(), Tally()
    with tempfile.TemporaryDirectory() as folder:
        held = None if reading_only else hold_worlds(WORLDS, Path(folder))
        inbox = Path(folder) / "mutated"
        inbox.mkdir()
        begun, seed = time.process_time(), first
        with contextlib.suppress(KeyboardInterrupt):
            while seed < first + seeds if seeds else time.monotonic() - started < seconds:
                faulthandler.dump_traceback_later(HUNG, exit=True)
                told = run_round(seed, held, inbox)
                for fault in told.faults.get(seed, [])[:5]:
                    click.echo(f"seed {seed}: {fault[:600]}")
                whole.add(told)
                seed += 1
        faulthandler.cancel_dump_traceback_later()
        spent = time.process_time() - begun
    for name, count in sorted(whole.counts.items()):
        click.echo(f"{count:>12,}  {name}")
    click.echo(f"seeds {first} to {seed - 1}, {spent:.0f} s of processor time, "
               f"{whole.counts['inputs'] / max(spent, 1):.0f} inputs a second")  # fmt: skip
    if whole.faults:
        click.echo(f"failed: {' '.join(map(str, whole.faults))}; "
                   "replay one: python -m tests.fuzz.replay SEED")  # fmt: skip
        raise SystemExit(1)


if __name__ == "__main__":
    fuzz()
