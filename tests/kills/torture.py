"""`python -m tests.kills.torture`: nights that are killed anywhere, and run again (`make torture`)."""

from typing import Any

import click

from tests.kills.one_kill import play, round_of
from tests.kills.rounds import play_all, rounds_command
from tests.kills.undisturbed import Nights


@click.command()
@click.option("--kills", default=1000, show_default=True, help="End after so many.")
@rounds_command
def torture(kills: int, replay: int | None, **asked: Any) -> None:
    """Nights are hit by SIGKILL, by SIGTERM, or lose their database's connection: anywhere. Each is
    run again, and has to leave the ledger, the numbers and the bytes of one that was not disturbed."""
    nights = Nights()
    if replay is not None:
        one = round_of(replay)
        click.echo(f"{one.kind}, the night of {one.day}: {'; '.join(map(str, one.blows))}")
    play_all(
        lambda worker, seed: play(worker, nights, seed), lambda seed: round_of(seed).kind,
        "kills", kills, 50, name="torture", replay=replay, **asked,
    )  # fmt: skip


if __name__ == "__main__":
    torture()
