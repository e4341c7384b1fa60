"""Frames into tables and selections into frames, in bulk, by each database's quickest path."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute
from sqlalchemy import Connection, Date, Select, Table, Text, cast, select, types
from sqlalchemy.sql.elements import ColumnElement

from schemas.cells import arrow_texts

ROWS_AT_A_TIME = 50_000


def insert_frame(connection: Connection, table: Table, frame: pd.DataFrame) -> None:
    """Insert every row of the frame; its columns are the table's columns of the same names.

    Half of the cost is handing over values one by one, so columns without a value are left out,
    and a whole number that is the same in every row stands in the statement. SQLite keeps rows in
    the order of their key: in any other order a large upload costs it twice as much.
    """
    if frame.empty:
        return
    if connection.dialect.name == "sqlite":
        frame = in_key_order(frame, next(iter(table.primary_key)).name)
    given = [str(name) for name in frame.columns if frame[name].notna().any()]
    fixed = {name: int(frame[name].iloc[0]) for name in given if _is_one_number(frame[name])}
    if connection.dialect.name == "postgresql" or len(fixed) == len(given):
        fixed = {}
    names = [name for name in given if name not in fixed]
    quoted = ", ".join(f'"{name}"' for name in [*names, *fixed])
    rows = key_rows(frame, names)
    cursor: Any = connection.connection.cursor()
    try:
        if connection.dialect.name == "postgresql":
            with cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["?"] * len(names) + [str(number) for number in fixed.values()])
            cursor.executemany(f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})', rows)
    finally:
        cursor.close()


def empty(connection: Connection, table: Table) -> None:
    """Make a temporary table, or throw away what an earlier reading put into it."""
    table.create(connection, checkfirst=True)
    connection.execute(table.delete())


def in_key_order(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """The frame by a text that its key begins with, as octets compare; itself where it is so already.

    >>> in_key_order(pd.DataFrame({"code": ["b", "B", "a"]}, dtype="str"), "code")["code"].tolist()
    ['B', 'a', 'b']
    """
    if key not in frame or frame[key].dtype != "str":
        return frame
    texts = arrow_texts(frame[key])
    if compute.all(compute.less_equal(texts[:-1], texts[1:])).as_py():
        return frame
    return frame.take(compute.array_sort_indices(texts).to_numpy())


def update_rows(connection: Connection, statement: str, rows: Iterator[tuple] | Sequence) -> None:
    """Run a statement with `?` marks once per row."""
    marks = "%s" if connection.dialect.name == "postgresql" else "?"
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(statement.replace("?", marks), list(rows))
    finally:
        cursor.close()


def key_rows(frame: pd.DataFrame, columns: Sequence[str]) -> Iterator[tuple]:
    """These columns of the frame as tuples of plain Python values, which are made of some rows at a
    time: of all at once they would be several times as large as the frame."""
    for start in range(0, len(frame), ROWS_AT_A_TIME):
        some = frame.iloc[start : start + ROWS_AT_A_TIME]
        yield from zip(*(_values(some[name]) for name in columns), strict=True)


def read_frame(connection: Connection, selection: Select) -> pd.DataFrame:
    """The selection as a frame: texts as str, whole numbers as Int64, days as datetime64[s].

    The driver's own rows are taken, some at a time: the library's would cost half as much again,
    and all rows at once a multiple of the frame's memory.
    """
    columns = list(selection.selected_columns)
    spelled = selection.with_only_columns(*(_spelled(column) for column in columns))
    cursor: Any = connection.execute(spelled).cursor
    chunks = [
        [
            arrow.array(values, _arrow_type(column))
            for column, values in zip(columns, taken, strict=True)
        ]
        for taken in iter(lambda: list(zip(*cursor.fetchmany(ROWS_AT_A_TIME), strict=True)), [])
    ]
    gathered = {
        column.name: arrow.chunked_array([chunk[place] for chunk in chunks], _arrow_type(column))
        for place, column in enumerate(columns)
    }
    return pd.DataFrame(
        {column.name: _series(column, gathered[column.name].combine_chunks()) for column in columns}
    )


def read_table(connection: Connection, table: Table, *conditions: ColumnElement) -> pd.DataFrame:
    """The rows of a table that meet the conditions."""
    return read_frame(connection, select(table).where(*conditions))


def _is_one_number(series: pd.Series) -> bool:
    if series.dtype not in ("int64", "Int64") or series.isna().any():
        return False
    return bool((series == series.iloc[0]).all())


def _values(series: pd.Series) -> list:
    """A column as plain Python values, None where it is missing, days as ISO text."""
    if str(series.dtype).startswith("datetime64"):
        days = arrow.array(series, from_pandas=True).cast(arrow.date32())
        encoded = days.dictionary_encode()
        texts = arrow.array(
            [day.isoformat() for day in encoded.dictionary.to_pylist()], arrow.string()
        )
        return texts.take(encoded.indices).to_pylist()
    if series.dtype == "str":
        return arrow_texts(series).to_pylist()
    return arrow.array(series, from_pandas=True).to_pylist()


def _spelled(column: ColumnElement) -> ColumnElement:
    """A day is fetched as its ISO text: both databases give the same, and it parses in bulk."""
    return cast(column, Text).label(column.name) if isinstance(column.type, Date) else column


def _arrow_type(column: ColumnElement) -> arrow.DataType:
    return arrow.int64() if isinstance(column.type, types.Integer) else arrow.large_string()


def _series(column: ColumnElement, values: arrow.Array) -> pd.Series:
    if isinstance(column.type, Date):
        return _days(values)
    if isinstance(column.type, types.Integer):
        missing = np.asarray(values.is_null())
        numbers = np.asarray(values.fill_null(0))
        return pd.Series(pd.arrays.IntegerArray(numbers.copy(), missing))
    return pd.Series(pd.array(values, dtype="str"))


def _days(values: arrow.Array) -> pd.Series:
    encoded = values.dictionary_encode()
    days = pd.to_datetime(pd.Series(encoded.dictionary.to_pylist(), dtype="str"), format="%Y-%m-%d")
    at = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return pd.Series(days.astype("datetime64[s]").array.take(at, allow_fill=True))
