"""A round of torture and one of races; `make torture` and `make races` go on as long as one likes."""

from pathlib import Path

import pytest

from tests.kills import one_kill, one_race
from tests.kills.places import Places, Result, Server, differences
from tests.kills.rounds import SQLITE, Worker
from tests.kills.serial import Beginnings
from tests.kills.undisturbed import Nights

KILLS, RACE = 18, 51
"""Seeds of short rounds on SQLite: two kills; a bill, answers, and three that read."""


@pytest.fixture
def worker(server: Server, tmp_path: Path) -> Worker:
    """Plays rounds on SQLite."""
    return Worker(server, {SQLITE: Places(SQLITE, "", tmp_path)})


def test_a_round_of_torture(worker: Worker) -> None:
    told = one_kill.play(worker, Nights(), KILLS)
    assert told.faults == {}
    assert told.counts["kills"] >= 1
    assert told.counts["the next run posted anew"] + told.counts["kills"] >= 2


def test_a_round_of_races(worker: Worker) -> None:
    told = one_race.play(worker, Beginnings(), RACE)
    assert told.faults == {}
    assert told.counts["steps kept"] == 2
    assert told.counts["readers"] == 3


def test_a_seed_says_the_same_round_again() -> None:
    assert one_kill.round_of(7) == one_kill.round_of(7) != one_kill.round_of(8)
    assert one_race.race_of(7) == one_race.race_of(7) != one_race.race_of(8)


def test_differences_are_named() -> None:
    """What torture would say of a night that billed twice, and of one that lost a file."""
    whole = Result({"bill_lines": [("S-1:10:M1", 300000)]}, {"2026-03-31-1/manifest.json": b"{}"})
    twice = Result({"bill_lines": [("S-1:10:M1", 300000)] * 2}, {})
    assert differences(whole, whole) == []
    assert differences(twice, whole) == [
        "table bill_lines: 1 rows too many [\"('S-1:10:M1', 300000)\"], 0 missing []",
        "file 2026-03-31-1/manifest.json is missing",
    ]
