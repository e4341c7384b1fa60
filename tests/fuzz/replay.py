"""`python -m tests.fuzz.replay SEED`: a round once more, its files kept to be looked at."""

import tempfile
from pathlib import Path

import click

from tests.fuzz.corpus import hold_worlds
from tests.fuzz.one_round import WORLDS, run_round


@click.command()
@click.argument("seed", type=int)
@click.option("--keep", default="fuzz", show_default=True, help="The folder for its files.")
def replay(seed: int, keep: str) -> None:
    """Run the round of a seed, keep its files, and say everything that is wrong."""
    inbox = Path(keep) / str(seed)
    inbox.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        told = run_round(seed, hold_worlds(WORLDS, Path(folder)), inbox)
    for fault in told.faults.get(seed, ["nothing is wrong"]):
        click.echo(fault)
    click.echo(f"its files: {inbox}")


if __name__ == "__main__":
    replay()
