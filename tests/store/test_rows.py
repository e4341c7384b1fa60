"""What goes into a table comes out of it, whatever the type of its columns."""

import pandas as pd
import pandas.testing
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import BigInteger, Column, Connection, Date, Integer, MetaData, Table, Text, select

from pipeline.store import writing
from pipeline.store.rows import insert_frame, key_rows, read_frame, read_table, update_rows

MOST = 999_999_999_999_999
"""Amounts have at most 15 digits."""

table = Table(
    "every_type",
    MetaData(),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("said", Text),
    Column("amount_minor", BigInteger),
    Column("count", Integer),
    Column("day", Date),
)

TEXTS = [
    "plain", "0012", " inner  spaces ", "quote ' \" `", "tab\tand\nline", "50 %s ? :name", "\\N",
    "\\", "Größe, 東京, עברית, 🧾", "e\u0301 and é", "=1+1", "NA", "None", "nan", "\x1f",
]  # fmt: skip
AMOUNTS = [MOST, -MOST, 0, 1, -1, 2**53 + 1, 9_007_199_254_740_993]
DAYS = ["1900-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "2262-04-12", "2999-12-31"]


def frame_of(
    said: list[str | None], amounts: list[int | None], counts: list[int | None],
    days: list[str | None],
) -> pd.DataFrame:  # fmt: skip
    """A frame of every type that a store column has."""
    return pd.DataFrame(
        {
            "place": pd.Series(range(len(said)), dtype="Int64"),
            "said": pd.Series(said, dtype="str"),
            "amount_minor": pd.Series(amounts, dtype="Int64"),
            "count": pd.Series(counts, dtype="Int64"),
            "day": pd.Series(days, dtype="datetime64[s]"),
        }
    )


def there_and_back(url: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame as the store gives it back."""
    with writing(url, "test") as connection, connection.begin():
        table.create(connection, checkfirst=True)
        connection.execute(table.delete())
        insert_frame(connection, table, frame)
        return read_frame(connection, select(table).order_by(table.c.place))


def equal(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Both frames are equal, their types too."""
    pandas.testing.assert_frame_equal(found, expected, check_exact=True)


@pytest.mark.parametrize("said", TEXTS)
def test_texts(store_url: str, said: str) -> None:
    frame = frame_of([said, None, said], [1, 1, 1], [2, 2, 2], [None, "2026-03-31", None])
    equal(there_and_back(store_url, frame), frame)


def test_amounts_and_days(store_url: str) -> None:
    count = len(AMOUNTS)
    days = [*DAYS, None]
    frame = frame_of(["x"] * count, list(AMOUNTS), list(range(count)), days)
    equal(there_and_back(store_url, frame), frame)


@pytest.mark.parametrize(
    "amounts",
    [
        [None, None, None],
        [5, None, 5],
        [None, 5, 5],
        [5, 5, None],
        [5, 5, 5],
        [0, None, 0],
        [5, 6, 5],
    ],
    ids=str,
)
def test_blanks_stay_blank(store_url: str, amounts: list[int | None]) -> None:
    """Also where all other rows of the column hold the same number."""
    frame = frame_of(["a", "b", "c"], amounts, amounts, [None] * 3)
    equal(there_and_back(store_url, frame), frame)


def test_one_row_and_no_row(store_url: str) -> None:
    one = frame_of([None], [7], [7], [None])
    equal(there_and_back(store_url, one), one)
    equal(there_and_back(store_url, one.head(0)), one.head(0))


def test_all_columns_the_same_number(store_url: str) -> None:
    one = pd.DataFrame({"place": pd.Series([3], dtype="Int64")})
    assert there_and_back(store_url, one)["place"].tolist() == [3]


def test_a_view_of_a_frame(store_url: str) -> None:
    """Rows are taken by place, not by the frame's index."""
    frame = frame_of(["a", "b", "c"], [1, 2, 3], [1, 2, 3], list(DAYS[:3]))
    odd = frame.iloc[[2, 0]]
    equal(there_and_back(store_url, odd), odd.sort_values("place", ignore_index=True))


def test_update_rows(store_url: str) -> None:
    frame = frame_of(["a", "b", "'; DROP TABLE runs; --"], [1, 2, 3], [1, 2, 3], [None] * 3)
    there_and_back(store_url, frame)
    with writing(store_url, "test") as connection, connection.begin():
        statement = 'UPDATE "every_type" SET amount_minor = 9 WHERE "said" = ? AND "place" = ?'
        update_rows(connection, statement, key_rows(frame.iloc[[0, 2]], ["said", "place"]))
        assert read_table(connection, table, table.c.amount_minor == 9)["place"].tolist() == [0, 2]
        assert rows_of_runs(connection) == 0


def rows_of_runs(connection: Connection) -> int:
    """How many runs there are: none, but the table stands."""
    return int(connection.exec_driver_sql("SELECT count(*) FROM runs").scalar_one())


printable = some.text(some.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
rows = some.tuples(
    some.none() | printable,
    some.none() | some.integers(-MOST, MOST),
    some.none() | some.sampled_from([0, 7]),
    some.none() | some.dates().map(str).filter(lambda day: "1900" <= day[:4] <= "2999"),
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
)
@given(drawn=some.lists(rows, max_size=8))
def test_any_rows(store_url: str, drawn: list[tuple]) -> None:
    columns = [list(column) for column in zip(*drawn, strict=True)] or [[], [], [], []]
    frame = frame_of(*columns)
    equal(there_and_back(store_url, frame), frame)
