"""Cells as texts: what a spreadsheet's value reads as, and columns without outer spaces."""

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

TEXT = arrow.large_string()
FRAME_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)

CELL_DIGITS = 15
"""The digits of a number that a spreadsheet keeps."""


@lru_cache(maxsize=1 << 16, typed=True)
def cell_text(value: Any) -> str:
    """A spreadsheet's value as the text that a CSV file would hold.

    Numbers take their shortest plain decimal form, dates the ISO form; a moment keeps its time.

    >>> [cell_text(value) for value in (123.0, 19.99, 1e-07, 1e16, True)]
    ['123', '19.99', '0.0000001', '10000000000000000', 'TRUE']
    >>> cell_text(datetime.datetime(2026, 3, 31, 14, 30)), cell_text(datetime.date(2026, 3, 31))
    ('2026-03-31 14:30:00', '2026-03-31')
    """
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return plain_decimal(repr(value))
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ").removesuffix(" 00:00:00")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return str(value)


def percent_text(value: float) -> str:
    """A cell that is formatted as a percentage as it is seen: its value is a hundredth of that.

    33.34 percent is stored as 0.33340000000000003: the digits that a spreadsheet keeps count.

    >>> [percent_text(value) for value in (0.3, 0.33340000000000003, -0.1, 1.0)]
    ['30%', '33.34%', '-10%', '100%']
    """
    return plain_decimal(str(Decimal(f"{value:.{CELL_DIGITS}g}").scaleb(2).normalize())) + "%"


def plain_decimal(number: str) -> str:
    """A number's text without exponent, without `.0`, and without the sign of a zero."""
    plain = format(Decimal(number), "f") if "e" in number.lower() else number
    whole = plain.removesuffix(".0")
    return "0" if whole == "-0" else whole


def column_of(values: Sequence[Any]) -> arrow.Array:
    """A spreadsheet's column as texts.

    >>> column_of(["", 3.0, "x"]).to_pylist()
    ['', '3', 'x']
    """
    if set(map(type, values)) <= {str}:
        return arrow.array(values, TEXT)
    return arrow.array(
        [value if value.__class__ is str else cell_text(value) for value in values], TEXT
    )


def trim(column: arrow.Array) -> arrow.Array:
    """The texts without outer white space (non-breaking spaces too); blank ones are null.

    >>> trim(arrow.array([" a\\u00a0", "  ", None], TEXT)).to_pylist()
    ['a', None, None]
    """
    trimmed = compute.utf8_trim_whitespace(column)
    blank = compute.fill_null(compute.equal(compute.binary_length(trimmed), 0), False)
    return compute.if_else(blank, None, trimmed) if compute.any(blank).as_py() else trimmed


def trim_texts(texts: Iterable[str]) -> tuple[str, ...]:
    """A few texts trimmed by the same rule, blank ones as empty texts."""
    return tuple(text or "" for text in trim(arrow.array(texts, TEXT)).to_pylist())


def filled_rows(columns: Sequence[arrow.Array], rows: int) -> np.ndarray:
    """True for each row in which at least one of the trimmed columns is not blank."""
    filled = np.zeros(rows, dtype=bool)
    for column in columns:
        if column.null_count == 0:
            return np.ones(rows, dtype=bool)
        filled |= column.is_valid().to_numpy(zero_copy_only=False)
    return filled


def frame_of(columns: Sequence[arrow.Array], kept: np.ndarray) -> pd.DataFrame:
    """The kept rows of trimmed columns as a frame of `str` columns "0", "1", …, blanks missing."""
    names = [str(place) for place in range(len(columns))]
    table = arrow.table(list(columns), names=names)
    whole = table if kept.all() else table.filter(arrow.array(kept))
    return whole.to_pandas(types_mapper={TEXT: FRAME_TEXT}.get)
