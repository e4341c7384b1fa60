"""Stores that earlier versions of this program made go on where they stopped.

Each file of the folder `earlier` is a store as that version left it after the first two nights of a
golden story, in SQL; tonight's program has the night that follows.
"""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.nights.test_nights import HERE as STORIES
from tests.nights.test_nights import config_of, run_night

EARLIER = Path(__file__).parent / "earlier"
BILLED, RECOGNISED = ("bill_lines.csv",), ("bill_lines.csv", "revenue_events.csv", "journal.csv")
NEXT_NIGHT = 2


@pytest.mark.parametrize(
    ("version", "story", "the_same"),
    [
        ("contracts", "hold_and_release", BILLED),  # knew no revenue: it catches up tonight
        ("phases", "mixed", BILLED),
        ("revenue", "revenue_milestones", RECOGNISED),
        ("life", "adjusted_lines", RECOGNISED),
    ],
)
def test_the_story_goes_on(
    version: str, story: str, the_same: tuple[str, ...], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Reading is refused with the command that brings the store up; the night that follows posts what
    it posts in a store of this version; and what is kept verifies, where revenue was known."""
    monkeypatch.chdir(tmp_path)
    with sqlite3.connect("store.db") as store:
        store.executescript((EARLIER / f"{version}.sql").read_text("utf-8"))
    url = "sqlite:///store.db"
    read = CliRunner().invoke(main, ["history", "--store", url])
    assert read.exit_code == 4
    assert f"milestone-billing bill --dry-run --store {url} brings it up" in read.stderr
    night = sorted(path for path in (STORIES / story).glob("2*") if path.is_dir())[NEXT_NIGHT]
    told = run_night(night, night.name, url, config_of(night))
    expected = STORIES / story / "expected" / night.name
    for name in the_same:
        assert told.files[name] == (expected / name).read_text("utf-8")
    if the_same == RECOGNISED:
        verified = CliRunner().invoke(main, ["history", "--verify", "--store", url])
        assert verified.exit_code == 0, verified.stdout
