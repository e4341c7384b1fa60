"""Joining by key: the quick ways give what looking for each key by itself gives."""

import numpy as np
import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipeline import frames
from pipeline.frames import WORTH_A_LOOK, positions

KEYS = some.sampled_from(["a", "b", "c", "d", "é", "", None])
PLACES = {
    "the same": (["a", "b", "c"], ["a", "b", "c"]),
    "one is missing": (["a", "c"], ["a", "b", "c"]),
    "one is unknown": (["a", "x", "c"], ["a", "b", "c"]),
    "another order": (["b", "a", "c"], ["a", "b", "c"]),
    "the same, but twice": (["a", "b", "a"], ["a", "b", "a"]),
    "nothing to look in": (["a"], []),
}  # fmt: skip


def one_by_one(keys: list, among: list) -> list[int]:
    """As people would look."""
    return [among.index(key) if key is not None and key in among else -1 for key in keys]


@pytest.fixture
def every_look_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "WORTH_A_LOOK", 1)


@pytest.mark.parametrize("case", PLACES)
@pytest.mark.parametrize("rows", [1, WORTH_A_LOOK])
def test_runs_of_keys(case: str, rows: int) -> None:
    keys, among = PLACES[case]
    found = positions(
        arrow.array(np.repeat(keys, rows), arrow.large_string()),
        arrow.array(among, arrow.large_string()),
    )
    assert found.dtype == np.int64
    assert found.tolist() == np.repeat(one_by_one(keys, among), rows).tolist()


@pytest.mark.usefixtures("every_look_is_worth_it")
@given(keys=some.lists(KEYS), among=some.lists(KEYS))
def test_any_keys(keys: list, among: list) -> None:
    sought, others = (arrow.array(one, arrow.large_string()) for one in (keys, among))
    assert positions(sought, others).tolist() == one_by_one(keys, among)


@pytest.mark.usefixtures("every_look_is_worth_it")
@given(keys=some.lists(KEYS.filter(bool), unique=True).map(sorted), data=some.data())
def test_keys_in_order(keys: list, data: some.DataObject) -> None:
    counts = data.draw(some.lists(some.integers(1, 3), min_size=len(keys), max_size=len(keys)))
    repeated = [key for key, count in zip(keys, counts, strict=True) for _ in range(count)]
    sought, others = (arrow.array(one, arrow.large_string()) for one in (repeated, keys))
    assert positions(sought, others).tolist() == one_by_one(repeated, keys)
