"""`python -m tests.kills.races`: several commands at once on one store (`make races`)."""

import time

import click

from tests.kills.one_race import play, race_of
from tests.kills.rounds import (
    DATABASES,
    play_rounds,
    processor_seconds,
    report,
    seeds_from,
    working,
)  # fmt: skip
from tests.kills.serial import Beginnings


@click.command()
@click.option("--rounds", default=100, show_default=True, help="End after so many.")
@click.option("--seed", default=1, show_default=True, help="The first seed; a round is a seed.")
@click.option("--database", type=click.Choice(list(DATABASES)), default="both", show_default=True)
@click.option("--workers", default=2, show_default=True, help="Rounds at a time.")
@click.option("--replay", type=int, help="Only the round of this seed, and what it does.")
def races(rounds: int, seed: int, database: str, workers: int, replay: int | None) -> None:
    """Runs, imports, confirmations, exports and reads begin at once on one store. One writes at a
    time, readers are told whole steps, and the ledger is that of the same steps one by one."""
    began, beginnings = time.monotonic(), Beginnings()
    seeds = (one for one in seeds_from(seed) if race_of(one).kind in DATABASES[database])
    if replay is not None:
        asked = race_of(replay)
        seeds, workers, database = iter([replay]), 1, asked.kind  # type: ignore[assignment]
        for one in (*asked.writers, *asked.readers):
            click.echo(str(one))
    with working(database, workers) as ready:
        whole = play_rounds(
            ready,
            lambda worker, one: play(worker, beginnings, one),
            seeds,
            "rounds",
            rounds,
            every=10,
        )
    report(whole, "python -m tests.kills.races --replay SEED")
    click.echo(
        f"no fault in {whole.counts['rounds']:,} rounds from seed {seed if replay is None else replay} "
        f"on: {time.monotonic() - began:.0f} s, {processor_seconds():.0f} s of processor time"
    )


if __name__ == "__main__":
    races()
