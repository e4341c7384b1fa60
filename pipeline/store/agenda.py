"""The agenda: which contracts a night must look at, found by an index; and what each run looked at."""

import datetime
from collections.abc import Sequence

import pandas as pd
from sqlalchemy import (
    Column,
    ColumnElement,
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

from pipeline.record import Portion
from pipeline.store.rows import empty, insert_frame, read_frame
from pipeline.store.schema import CONTRACT_TABLES, agenda, looked_at, run_scopes
from pipeline.store.wanted import are_wanted, wanted

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


def note_all_at_once(connection: Connection) -> None:
    """The next night looks at every contract."""
    connection.execute(agenda.update().values(look_on=AT_ONCE))


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


def count_due(connection: Connection, as_of: datetime.date) -> int:
    """How many contracts a night must look at."""
    due = select(func.count()).select_from(agenda).where(agenda.c.look_on <= as_of)
    return int(connection.scalar(due) or 0)


def read_due(connection: Connection, as_of: datetime.date) -> pd.Series:
    """The contracts that a night must look at, in order."""
    return _in_order(connection, agenda.c.look_on <= as_of)


def read_due_of_wanted(connection: Connection, as_of: datetime.date | None) -> pd.Series:
    """Those of the named contracts (`wanted.want_subscriptions`) that a night must look at, in order;
    without a day, all of them that the store holds."""
    due = [agenda.c.look_on <= as_of] if as_of else []
    return _in_order(connection, are_wanted(agenda.c.subscription_number), *due)


def read_customers(connection: Connection, as_of: datetime.date | None) -> pd.DataFrame:
    """The customers of the contracts that a night must look at (without a day: of all), and of those
    that are named (`wanted.want_subscriptions`): subscription_number, customer_number."""
    subscriptions = CONTRACT_TABLES["subscriptions"].c
    selection = (
        select(subscriptions.subscription_number, subscriptions.customer_number)
        .join(agenda, agenda.c.subscription_number == subscriptions.subscription_number)
        .where(subscriptions.replaced_by == 0)
    )
    if as_of:
        theirs = are_wanted(subscriptions.subscription_number)
        selection = selection.where((agenda.c.look_on <= as_of) | theirs)
    return read_frame(connection, selection)


def _in_order(connection: Connection, *conditions: ColumnElement[bool]) -> pd.Series:
    found = read_frame(connection, select(agenda.c.subscription_number).where(*conditions))
    return found["subscription_number"].sort_values(ignore_index=True)


def keep_looked_at(
    connection: Connection, run_number: int, contracts: int, portion: Portion | None
) -> None:
    """Note that a run looked at the named contracts only (`wanted.want_subscriptions`), of so many, and
    which portion of its night they are, of how many."""
    number, of = portion or (None, None)
    connection.execute(
        run_scopes.insert().values(
            run_number=run_number, contracts=contracts, portion=number, portions=of
        )
    )
    names = select(literal(run_number), wanted.c.number)
    connection.execute(insert(looked_at).from_select(["run_number", "subscription_number"], names))


def read_looked_at(
    connection: Connection, run_number: int
) -> tuple[pd.Series, int, Portion | None] | None:
    """The contracts that a run looked at, of how many, and which portion of its night they were, of how
    many (None: it was one run); none: it looked at all."""
    kept = connection.execute(
        select(run_scopes.c.contracts, run_scopes.c.portion, run_scopes.c.portions).where(
            run_scopes.c.run_number == run_number
        )
    ).first()
    if kept is None:
        return None
    own = select(looked_at.c.subscription_number).where(looked_at.c.run_number == run_number)
    numbers = read_frame(connection, own)["subscription_number"].sort_values(ignore_index=True)
    return numbers, kept.contracts, Portion(kept.portion, kept.portions) if kept.portions else None
