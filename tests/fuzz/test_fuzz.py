"""A short round of mutated files; `make fuzz` goes on for as long as one likes."""

from pathlib import Path

import pytest

from pipeline.validate import Held
from tests.fuzz.corpus import hold_worlds
from tests.fuzz.one_round import mutated_files, run_round

WORLDS = 8
SEEDS = (1, 2, 3, 7)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """What the store holds of the worlds, for all rounds."""
    return hold_worlds(WORLDS, tmp_path_factory.mktemp("worlds"))


@pytest.mark.parametrize("seed", SEEDS)
def test_mutated_files(tmp_path: Path, stored: Held, seed: int) -> None:
    told = run_round(seed, stored, tmp_path, WORLDS)
    assert told.faults == {}
    assert told.counts["rows read"] == told.counts["rows accepted"] + told.counts["rows refused"]
    assert told.counts["rows accepted"] and told.counts["rows refused"]


def test_a_seed_makes_the_same_files_again() -> None:
    assert mutated_files(7, 6) == mutated_files(7, 6) != mutated_files(8, 6)
