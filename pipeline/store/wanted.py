"""The contracts that the next readings are about: found by their keys, however many lie beside them."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    select,
)

from pipeline.store.rows import empty, insert_frame
from pipeline.store.schema import bill_lines

wanted = Table(
    "wanted_subscriptions",
    MetaData(),
    Column("number", Text, primary_key=True),
    prefixes=["TEMPORARY"],
)

_lines = Table(
    "lines_of_wanted",
    MetaData(),
    Column("bill_line_id", Text, primary_key=True),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def want_subscriptions(connection: Connection, numbers: Sequence[str]) -> None:
    """Name the subscriptions that the next readings of this transaction are about."""
    empty(connection, wanted)
    insert_frame(connection, wanted, pd.DataFrame({"number": pd.Series(numbers, dtype="str")}))


def want_their_lines(connection: Connection) -> None:
    """Name the bill lines of the wanted subscriptions as well (`are_their_lines`): once, because
    several readings look at them."""
    empty(connection, _lines)
    theirs = of_wanted(connection, bill_lines, select(bill_lines.c.bill_line_id))
    connection.execute(_lines.insert().from_select(["bill_line_id"], theirs))


def are_wanted(column: Column) -> ColumnElement[bool]:
    """The rows of the wanted subscriptions, in a table whose key begins with their number."""
    return column.in_(select(wanted.c.number))


def are_their_lines(column: Column) -> ColumnElement[bool]:
    """The rows of bill lines of the wanted subscriptions (`want_their_lines`)."""
    return column.in_(select(_lines.c.bill_line_id))


def of_wanted(connection: Connection, table: Table, selection: Select) -> Select:
    """A selection from a table of the ledger, of the wanted subscriptions' rows alone.

    PostgreSQL finds them by an index. In SQLite, where one more index would cost a tenth of a large
    night, by the table's own key: it begins with the subscription's number and ":", and ";" is the
    sign after that.
    """
    if connection.dialect.name == "postgresql":
        return selection.join(wanted, wanted.c.number == table.c.subscription_number)
    key = next(iter(table.primary_key.columns))
    within = and_(key >= wanted.c.number + ":", key < wanted.c.number + ";")
    return selection.join(wanted, within)
