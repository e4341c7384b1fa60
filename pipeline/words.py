"""Sentences from whole columns: amounts, days and numbers as people read them, joined row by row."""

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline import money

MINUS, BLANK = arrow.scalar("-", arrow.large_string()), arrow.scalar("", arrow.large_string())


def join(*parts: arrow.Array | str) -> arrow.Array:
    """The parts one after the other, row by row; a plain text is the same in every row.

    >>> join("a", arrow.array(["1", "2"], arrow.large_string())).to_pylist()
    ['a1', 'a2']
    """
    pieces = [
        arrow.scalar(part, arrow.large_string()) if isinstance(part, str) else part
        for part in parts
    ]
    return compute.binary_join_element_wise(*pieces, BLANK)


def either(mask: np.ndarray, yes: str, no: str) -> arrow.Array:
    """One of two texts by row."""
    return compute.if_else(
        mask, arrow.scalar(yes, arrow.large_string()), arrow.scalar(no, arrow.large_string())
    )


def money_text(facts: pd.DataFrame, name: str) -> arrow.Array:
    """A column of minor units with thousands separators, by the column `exponent` beside it."""
    return money.readable_text(facts[name], facts["exponent"].to_numpy(np.int64))


def day_text(days: pd.Series) -> arrow.Array:
    """ISO days; each distinct day is formatted once."""
    encoded = compute.dictionary_encode(arrow.array(days, arrow.timestamp("s"), from_pandas=True))
    texts = compute.strftime(encoded.dictionary.cast(arrow.date32()), format="%Y-%m-%d")
    return texts.cast(arrow.large_string()).take(encoded.indices)


def number_text(numbers: pd.Series) -> arrow.Array:
    """Whole numbers."""
    return arrow.array(numbers.to_numpy(np.int64)).cast(arrow.large_string())


def as_series(texts: arrow.Array, index: pd.Index) -> pd.Series:
    """The texts as a column of a frame."""
    return pd.Series(pd.array(texts, dtype="str"), index)
