"""Joining frames by key: text keys, positions and look-ups, whole columns at once."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from schemas.cells import arrow_texts

MOST_TO_ADD = 9e18
WORTH_A_LOOK = 1000
"""Fewer keys are sought sooner than looked at."""

SEPARATOR = arrow.scalar("\x1f", arrow.large_string())


def joined_keys(frame: pd.DataFrame, columns: Sequence[str]) -> arrow.Array:
    """One text per row that stands for the row's key; null where a part is missing.

    >>> joined_keys(pd.DataFrame({"a": ["x", None], "b": [1, 2]}), ["a", "b"]).to_pylist()
    ['x\\x1f1', None]
    """
    parts = [
        arrow_texts(frame[name])
        if frame[name].dtype == "str"
        else arrow.array(frame[name], from_pandas=True).cast(arrow.large_string())
        for name in columns
    ]
    return parts[0] if len(parts) == 1 else compute.binary_join_element_wise(*parts, SEPARATOR)


def positions(keys: arrow.Array, among: arrow.Array) -> np.ndarray:
    """Where each key stands in `among` (the first place), -1 where it doesn't.

    Rows of one charge or contract mostly follow one another, in the order of what they are sought in:
    so each run of equal keys is sought once, and not at all where the runs are what they are sought in.

    >>> positions(arrow.array(["b", "b", "z", None]), arrow.array(["a", "b"])).tolist()
    [1, 1, -1, -1]
    """
    if keys.null_count == len(keys):
        return np.full(len(keys), -1, np.int64)
    if len(keys) < WORTH_A_LOOK:
        return _sought(keys, among)
    starts = np.flatnonzero(np.r_[True, _compared(compute.not_equal, keys)])
    once = keys.take(arrow.array(starts))
    same = not once.null_count and once.equals(among) and _compared(compute.less, among).all()
    at = np.arange(len(among)) if same else _sought(once, among)
    return np.repeat(at, np.diff(np.r_[starts, len(keys)]))


def _compared(compare: Callable[..., arrow.Array], keys: arrow.Array) -> np.ndarray:
    """Each key but the last compared with the one after it; true where one of the two is missing."""
    return compare(keys[:-1], keys[1:]).fill_null(True).to_numpy(zero_copy_only=False)


def _sought(keys: arrow.Array, among: arrow.Array) -> np.ndarray:
    found = compute.index_in(keys, value_set=among, skip_nulls=True)
    return compute.fill_null(found, -1).to_numpy(zero_copy_only=False).astype(np.int64)


def match(
    frame: pd.DataFrame,
    other: pd.DataFrame,
    columns: Sequence[str],
    other_columns: Sequence[str] = (),
) -> np.ndarray:
    """Position in `other` of each row of `frame` by equal keys, -1 where there is none."""
    return positions(joined_keys(frame, columns), joined_keys(other, other_columns or columns))


def look_up(values: pd.Series, at: np.ndarray, index: pd.Index | None = None) -> pd.Series:
    """The values at these positions, missing where the position is -1.

    >>> look_up(pd.Series(["a", "b"]), np.array([1, -1])).tolist()
    ['b', nan]
    """
    # a dtype that can say missing without turning whole numbers into floats
    array = values.array
    if values.dtype == "int64":
        array = values.astype("Int64").array
    elif values.dtype == "bool":
        array = values.astype("boolean").array
    return pd.Series(array.take(at, allow_fill=True), index=index)


def days_of(values: pd.Series) -> np.ndarray:
    """A column of days as datetime64[D], in which periods are reckoned; NaT where one is missing."""
    return values.to_numpy("datetime64[s]").astype("datetime64[D]")


def code_groups(keys: arrow.Array) -> tuple[np.ndarray, int]:
    """Keys as group codes from 0, in order of appearance, and the number of groups.

    >>> code_groups(arrow.array(["x", "y", "x"]))
    (array([0, 1, 0]), 2)
    """
    encoded = compute.dictionary_encode(keys)
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), len(encoded.dictionary)


def sum_groups(values: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """The int64 sum of each group, exact; sums that an int64 might not hold are refused."""
    if np.abs(values).astype(np.float64).sum() > MOST_TO_ADD:
        raise OverflowError("amounts total more than this program can hold exactly")
    sums = np.zeros(count, np.int64)
    np.add.at(sums, groups, values)
    return sums
