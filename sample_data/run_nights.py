"""Run the sample nights as a user would, then the last night again, and say where the files are.

    python sample_data/run_nights.py

Everything goes to out/sample, which is emptied first. A night with mistakes in its inbox ends with
exit status 3 (finished, with rejected rows); any other status than the expected one ends the demo.
"""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
OUT = Path("out/sample")
STORE = f"sqlite:///{(OUT / 'store.db').as_posix()}"
STATUS_OF_NIGHT = {"2026-01-31": 3, "2026-02-28": 3, "2026-03-31": 0}
"""Exit status of each night; 3 where the story has a row with a mistake."""

LAST_NIGHT = max(STATUS_OF_NIGHT)


def main() -> None:
    """All nights in order, the last one twice."""
    shutil.rmtree(ROOT / OUT, ignore_errors=True)
    (ROOT / OUT).mkdir(parents=True)
    for night, status in [*STATUS_OF_NIGHT.items(), (LAST_NIGHT, 0)]:
        run_night(night, status)
    click.echo(run_command("history", "--store", STORE))
    lines_again = [run["lines"] for run in read_history()][-1]
    if lines_again:
        raise SystemExit(f"the last night, run again, posted {lines_again} lines; expected none")
    click.echo("The accountants' workbooks:")
    for workbook in sorted((ROOT / OUT).glob("*/workbook.xlsx")):
        click.echo(f"  {workbook.relative_to(ROOT)}")
    click.echo("Rows to correct:")
    for workbook in sorted((ROOT / OUT).glob("*/rejections.xlsx")):
        click.echo(f"  {workbook.relative_to(ROOT)}")


def run_night(night: str, status: int) -> None:
    """One night, its command line and its summary on the screen."""
    arguments = [
        "run", f"sample_data/{night}", "--as-of", night, "--out", OUT.as_posix(), "--store", STORE,
    ]  # fmt: skip
    click.echo(run_command(*arguments, expected=status))
    if status:
        click.echo(f"(exit status {status}: finished, with rejected rows, as the story has it)\n")


def run_command(*arguments: str, expected: int = 0) -> str:
    """The command's standard output, after showing its command line; ends where it goes wrong."""
    click.echo(f"$ milestone-billing {shlex.join(arguments)}")
    return output_of(*arguments, expected=expected)


def output_of(*arguments: str, expected: int = 0) -> str:
    """What the command prints; standard error goes to the screen as it comes."""
    command = [sys.executable, "-m", "pipeline", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode != expected:
        click.echo(done.stdout)
        raise SystemExit(f"exit status {done.returncode}, expected {expected}")
    return done.stdout


def read_history() -> list[dict]:
    """The store's runs, the oldest first."""
    return json.loads(output_of("history", "--store", STORE, "--json"))


if __name__ == "__main__":
    main()
