"""The agenda: which contracts a night must look at, found by an index; and what each run looked at."""

import datetime
from collections.abc import Sequence

import pandas as pd
from sqlalchemy import (
    Column,
    Connection,
    Date,
    MetaData,
    Table,
    Text,
    func,
    insert,
    literal,
    select,
    text,
)  # fmt: skip

from pipeline.store.rows import empty, insert_frame, read_frame
from pipeline.store.schema import CONTRACT_TABLES, agenda, looked_at, run_scopes
from pipeline.store.wanted import wanted

AT_ONCE = datetime.date(1, 1, 1)
"""The day of what was uploaded or answered since it was last looked at: any night is later."""

_noted = Table(
    "noted_subscriptions",
    MetaData(),
    Column("subscription_number", Text, primary_key=True),
    Column("look_on", Date),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def note_at_once(connection: Connection, numbers: Sequence[str]) -> None:
    """The next night looks at these contracts: they were uploaded, or Receivables answered."""
    frame = pd.DataFrame({"subscription_number": pd.Series(numbers, dtype="str")})
    note_days(connection, frame.assign(look_on=pd.Timestamp(AT_ONCE).as_unit("s")))


def note_days(connection: Connection, days: pd.DataFrame) -> None:
    """On which night each contract is looked at again: subscription_number, look_on (datetime64[s];
    missing: no day brings anything)."""
    empty(connection, _noted)
    insert_frame(connection, _noted, days[["subscription_number", "look_on"]])
    connection.execute(
        text(
            "INSERT INTO agenda (subscription_number, look_on)"
            " SELECT subscription_number, look_on FROM noted_subscriptions WHERE true"
            " ON CONFLICT (subscription_number) DO UPDATE SET look_on = excluded.look_on"
        )
    )


def note_all(connection: Connection) -> None:
    """The next night looks at every contract: of a store from before there was an agenda."""
    subscriptions = CONTRACT_TABLES["subscriptions"].c
    known = select(agenda.c.subscription_number)
    new = (
        select(subscriptions.subscription_number, literal(AT_ONCE, Date()))
        .where(subscriptions.replaced_by == 0)
        .where(subscriptions.subscription_number.not_in(known))
    )
    connection.execute(insert(agenda).from_select(["subscription_number", "look_on"], new))


def count_contracts(connection: Connection) -> int:
    """How many contracts the store holds."""
    return int(connection.scalar(select(func.count()).select_from(agenda)) or 0)


def read_due(connection: Connection, as_of: datetime.date) -> pd.Series:
    """The contracts that a night must look at, in order."""
    due = select(agenda.c.subscription_number).where(agenda.c.look_on <= as_of)
    found = read_frame(connection, due)["subscription_number"]
    return found.sort_values(ignore_index=True)


def keep_looked_at(connection: Connection, run_number: int, contracts: int) -> None:
    """Note that a run looked at the named contracts only (`wanted.want_subscriptions`), of so many."""
    connection.execute(run_scopes.insert().values(run_number=run_number, contracts=contracts))
    names = select(literal(run_number), wanted.c.number)
    connection.execute(insert(looked_at).from_select(["run_number", "subscription_number"], names))


def read_looked_at(connection: Connection, run_number: int) -> tuple[pd.Series, int] | None:
    """The contracts that a run looked at, and of how many; none: it looked at all."""
    contracts = connection.scalar(
        select(run_scopes.c.contracts).where(run_scopes.c.run_number == run_number)
    )
    if contracts is None:
        return None
    own = select(looked_at.c.subscription_number).where(looked_at.c.run_number == run_number)
    numbers = read_frame(connection, own)["subscription_number"]
    return numbers.sort_values(ignore_index=True), contracts
