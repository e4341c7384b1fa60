"""`python -m tests.kills.torture`: nights that are killed anywhere, and run again (`make torture`)."""

import time

import click

from tests.kills.one_kill import play, round_of
from tests.kills.rounds import (
    DATABASES,
    play_rounds,
    processor_seconds,
    report,
    seeds_from,
    working,
)  # fmt: skip
from tests.kills.undisturbed import Nights


@click.command()
@click.option("--kills", default=1000, show_default=True, help="End after so many.")
@click.option("--seed", default=1, show_default=True, help="The first seed; a round is a seed.")
@click.option("--database", type=click.Choice(list(DATABASES)), default="both", show_default=True)
@click.option("--workers", default=2, show_default=True, help="Rounds at a time.")
@click.option("--replay", type=int, help="Only the round of this seed, and what it does.")
def torture(kills: int, seed: int, database: str, workers: int, replay: int | None) -> None:
    """Nights are hit by SIGKILL, by SIGTERM, or lose their database's connection: anywhere. Each is
    run again, and has to leave the ledger, the numbers and the bytes of one that was not disturbed."""
    began, nights = time.monotonic(), Nights()
    seeds = (one for one in seeds_from(seed) if round_of(one).kind in DATABASES[database])
    if replay is not None:
        seeds, workers, database = iter([replay]), 1, round_of(replay).kind  # type: ignore[assignment]
        asked = round_of(replay)
        click.echo(f"{asked.kind}, the night of {asked.day}: {'; '.join(map(str, asked.blows))}")
    with working(database, workers) as ready:
        whole = play_rounds(
            ready, lambda worker, one: play(worker, nights, one), seeds, "kills", kills, every=50
        )
    report(whole, "python -m tests.kills.torture --replay SEED")
    click.echo(
        f"no fault in {whole.counts['kills']:,} kills from seed {seed if replay is None else replay} "
        f"on: {time.monotonic() - began:.0f} s, {processor_seconds():.0f} s of processor time"
    )


if __name__ == "__main__":
    torture()
