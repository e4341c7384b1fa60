"""Faults: findings in the making, still tied to a table, a unit of acceptance and a source number.

Columns: code, severity, table, unit (text: what is refused with it), source (int64: negative for a
sheet of this upload, positive for a stored one), row (int64), column (heading), value, message.
"""

import re
import string
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline import money
from pipeline.findings import ERROR
from pipeline.frames import SEPARATOR, match
from pipeline.words import join
from schemas.cells import arrow_texts

UNREAD = ("VAL-04", "VAL-05", "VAL-06", "VAL-07", "VAL-09")
NO_VALUE = (*UNREAD, "VAL-02", "VAL-03", "VAL-10")
"""What can't be read, and what can't stand in its cell: no rule has anything to add to these."""
QUOTE, BLANK = (arrow.scalar(text, arrow.large_string()) for text in ("'", "blank"))
COLUMNS = ["code", "severity", "table", "unit", "source", "row", "column", "value", "message"]


@cache
def no_faults() -> pd.DataFrame:
    """A faults frame without a row."""
    return pd.DataFrame({name: [] for name in COLUMNS}).astype(
        {name: "int64" if name in ("source", "row") else "str" for name in COLUMNS}
    )


def faults_at(
    rows: pd.DataFrame, *, table: str, code: str, column: str, value: pd.Series | None, message: str,
    unit: Sequence[str], severity: str = ERROR,
) -> pd.DataFrame:  # fmt: skip
    """One fault per row; `{names}` in the message are columns of the rows, `{value}` the value."""
    if rows.empty:
        return no_faults()
    values = _blank(value) if value is not None else pd.Series("", rows.index, dtype="str")
    return pd.DataFrame(
        {
            "code": code,
            "severity": severity,
            "table": table,
            "unit": unit_texts(rows, unit),
            "source": rows["source"].astype("int64").to_numpy(),
            "row": rows["row"].astype("int64").to_numpy(),
            "column": column,
            "value": values.to_numpy(),
            "message": fill_in(message, rows.assign(value=values)).to_numpy(),
        }
    ).astype({name: "str" for name in COLUMNS if name not in ("source", "row")})


def join_faults(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All faults in one frame."""
    kept = [frame for frame in frames if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else no_faults()


def without_repeats(
    faults: pd.DataFrame, cells: pd.DataFrame, told: Sequence[str] = UNREAD
) -> pd.DataFrame:
    """The faults but for those of cells whose own fault (of these codes) has been told."""
    address = ["source", "row", "column"]
    return faults[match(faults, cells[cells["code"].isin(told)], address) < 0]


def unit_texts(rows: pd.DataFrame, unit: Sequence[str]) -> np.ndarray:
    """The text that names each row's unit of acceptance; blank where it has none."""
    parts = [compute.fill_null(arrow_texts(rows[name]), "") for name in unit]
    texts = parts[0] if len(parts) == 1 else compute.binary_join_element_wise(*parts, SEPARATOR)
    return pd.Series(pd.array(texts, dtype="str")).to_numpy()


def fill_in(message: str, rows: pd.DataFrame) -> pd.Series:
    """The message of each row, its `{names}` replaced by the row's values as a person writes them;
    of a `'{name}'` in quotes that is missing it says "blank".

    >>> fill_in("'{a}' is odd", pd.DataFrame({"a": ["x", None]})).tolist()
    ["'x' is odd", 'blank is odd']
    """
    pieces: list[arrow.Array | arrow.Scalar] = []
    for literal, name, _form, _conversion in string.Formatter().parse(_quotes_inside(message)):
        pieces.append(arrow.scalar(literal, arrow.large_string()))
        if name:
            texts = arrow_texts(as_written(rows, name.strip("'")))
            pieces.append(_quoted(texts) if name.startswith("'") else texts)
    joined = compute.binary_join_element_wise(*pieces, arrow.scalar("", arrow.large_string()))
    if isinstance(joined, arrow.Scalar):
        return pd.Series(joined.as_py(), index=rows.index, dtype="str")
    return pd.Series(pd.array(joined, dtype="str"), index=rows.index)


def _quotes_inside(message: str) -> str:
    return re.sub(r"'\{(\w+)\}'", r"{'\1'}", message)


def _quoted(texts: arrow.Array) -> arrow.Array:
    return compute.if_else(compute.equal(texts, ""), BLANK, join(QUOTE, texts, QUOTE))


def as_written(rows: pd.DataFrame, name: str) -> pd.Series:
    """A typed column as a person writes it; blank where it is missing."""
    column = rows[name]
    if name.endswith("_minor"):
        texts = money.as_text(column.fillna(0).astype("int64"), rows["exponent"].to_numpy(np.int64))
    elif name.endswith("_millionths"):
        texts = money.percent_text(column.fillna(0).astype("int64"))
    elif str(column.dtype).startswith("datetime64"):
        return _blank(column.dt.strftime("%Y-%m-%d").astype("str"))
    elif str(column.dtype) in ("bool", "boolean"):
        return _blank(column.map({True: "Y", False: "N"}).astype("str").where(column.notna()))
    else:
        return _blank(column.astype("str").where(column.notna()))
    return pd.Series(pd.array(texts, dtype="str"), rows.index).where(column.notna(), "")


def _blank(values: pd.Series) -> pd.Series:
    return values.astype("str").fillna("")
