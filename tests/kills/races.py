"""`python -m tests.kills.races`: several commands at once on one store (`make races`)."""

from typing import Any

import click

from tests.kills.one_race import play, race_of
from tests.kills.rounds import play_all, rounds_command
from tests.kills.serial import Beginnings


@click.command()
@click.option("--rounds", default=100, show_default=True, help="End after so many.")
@rounds_command
def races(rounds: int, replay: int | None, **asked: Any) -> None:
    """Runs, imports, confirmations, exports and reads begin at once on one store. One writes at a
    time, readers are told whole steps, and the ledger is that of the same steps one by one."""
    beginnings = Beginnings()
    if replay is not None:
        race = race_of(replay)
        for one in (*race.writers, *race.readers):
            click.echo(str(one))
    play_all(
        lambda worker, seed: play(worker, beginnings, seed), lambda seed: race_of(seed).kind,
        "rounds", rounds, 10, name="races", replay=replay, **asked,
    )  # fmt: skip


if __name__ == "__main__":
    races()
