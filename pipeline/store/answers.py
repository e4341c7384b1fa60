"""Receivables' answers, append-only: the last one of a line counts. What was sent again, and by whom.

An answer is about what the files of one run sent (`of_run`): the run that posted the line, or one that
sent it again. A run knows the answers that were accepted before it (`after_run` below its own number),
so its files can be written again as they were. A sent line stands

INVOICED    its last answer says so
REJECTED    its last answer says so, and no later run has sent it again
UNSENT      a later run has, whose files are not out yet
UNANSWERED  there is no answer yet, or none since it was sent again
"""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Subquery,
    Table,
    Text,
    case,
    func,
    inspect,
    or_,
    select,
)  # fmt: skip

from pipeline.store.rows import empty, insert_frame, read_frame
from pipeline.store.schema import answers, bill_lines, resent_lines, runs
from pipeline.store.wanted import are_their_lines
from schemas.answers import INVOICED, REJECTED
from schemas.outputs import BillLines, dtypes_of

UNSENT, UNANSWERED = "UNSENT", "UNANSWERED"
LINE = bill_lines.c.bill_line_id
BY_RUN = {
    "run_number": "int64", "currency": "str", "state": "str", "bill_date": "datetime64[s]",
    "lines": "int64", "amount_minor": "int64",
}  # fmt: skip

_wanted = Table(
    "wanted_lines",
    MetaData(),
    Column("bill_line_id", Text, primary_key=True),
    prefixes=["TEMPORARY"],
)

_standing = Table(
    "standing_lines",
    MetaData(),
    Column("bill_line_id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("message", Text),
    Column("resent_by", Text),
    prefixes=["TEMPORARY"],
    sqlite_with_rowid=False,
)


def want_lines(connection: Connection, ids: Sequence[str]) -> None:
    """Name the lines that the next readings of this transaction are about, each once."""
    empty(connection, _wanted)
    insert_frame(connection, _wanted, pd.DataFrame({"bill_line_id": pd.Series(ids, dtype="str")}))


def read_wanted_lines(connection: Connection) -> pd.DataFrame:
    """Those of the wanted lines that were posted: bill_line_id, run_id (which posted it), sent_in
    (Int64: the number of the run whose files sent it last; missing: they aren't out)."""
    again = _last_resent(runs.c.sent_after_run.is_not(None))
    sent_in = case(
        (runs.c.sent_after_run.is_not(None), func.coalesce(again.c.run_number, runs.c.run_number))
    )
    selection = (
        select(LINE, runs.c.run_id, sent_in.label("sent_in"))
        .join(_wanted, _wanted.c.bill_line_id == LINE)
        .join(runs, runs.c.run_number == bill_lines.c.run_number)
        .outerjoin(again, again.c.bill_line_id == LINE)
    )
    return read_frame(connection, selection)


def read_told(connection: Connection) -> pd.DataFrame:
    """What was answered about the wanted lines, in order: bill_line_id, of_run (int64: the run whose
    files it answers), answer, transaction_number, transaction_date, message, sha256."""
    columns = answers.c
    selection = (
        select(
            columns.bill_line_id, columns.of_run, columns.answer, columns.transaction_number,
            columns.transaction_date, columns.message, columns.sha256,
        )
        .join(_wanted, _wanted.c.bill_line_id == columns.bill_line_id)
        .order_by(columns.answer_number)
    )  # fmt: skip
    return read_frame(connection, selection).astype({"of_run": "int64"})


def keep_answers(connection: Connection, accepted: pd.DataFrame, accepted_at: str) -> None:
    """Append answers: bill_line_id, of_run, answer, transaction_number, transaction_date, message,
    file, sheet, row, sha256."""
    last = connection.scalar(select(func.coalesce(func.max(answers.c.answer_number), 0)))
    last_run = connection.scalar(select(func.coalesce(func.max(runs.c.run_number), 0)))
    first = int(last or 0) + 1
    numbered = accepted.assign(
        answer_number=range(first, first + len(accepted)),
        accepted_at=accepted_at,
        after_run=int(last_run or 0),
    )
    insert_frame(connection, answers, numbered.astype({"accepted_at": "str"}))


def keep_resent(connection: Connection, run_number: int, ids: pd.Series) -> None:
    """Note which lines a run sends again."""
    frame = pd.DataFrame({"bill_line_id": ids}).assign(run_number=run_number)
    insert_frame(connection, resent_lines, frame)


def read_resent(connection: Connection, run_number: int) -> pd.Series:
    """The ids of the lines that a run sent again."""
    columns = resent_lines.c
    selection = select(columns.bill_line_id).where(columns.run_number == run_number)
    return read_frame(connection, selection)["bill_line_id"]


def stand_before(connection: Connection, run_number: int, *, wanted: bool = False) -> None:
    """Work out where every answered line stands before a run, for the next readings of this
    transaction: once, because a store has many lines. Here and below, `wanted` leaves only the lines
    of the named subscriptions (`wanted.want_their_lines`)."""
    empty(connection, _standing)
    connection.execute(
        _standing.insert().from_select(_standing.c.keys(), _where_lines_stand(run_number, wanted))
    )


def stand_now(connection: Connection) -> int:
    """The same before the run that comes next; its number."""
    last_run = connection.scalar(select(func.coalesce(func.max(runs.c.run_number), 0)))
    next_run = int(last_run or 0) + 1
    stand_before(connection, next_run)
    return next_run


def read_milestone_answers(connection: Connection) -> pd.DataFrame:
    """Where milestones' lines stand that were answered: subscription_number, charge_number, what,
    state (INVOICED, REJECTED, UNSENT); those that are sent and unanswered are left out."""
    columns, standing = bill_lines.c, _standing.c
    selection = (
        select(columns.subscription_number, columns.charge_number, columns.what, standing.state)
        .join(_standing, standing.bill_line_id == LINE)
        .where(columns.kind == "MILESTONE", columns.revision == 0, standing.state != UNANSWERED)
        .where(LINE.in_(select(standing.bill_line_id)))  # SQLite would look at all lines instead
    )
    return read_frame(connection, selection)


def read_rejected(connection: Connection) -> pd.DataFrame:
    """The lines that stand rejected, as `schemas.outputs.BillLines`, and message (text)."""
    dtypes = dtypes_of(BillLines)
    selection = (
        select(*(bill_lines.c[name] for name in dtypes), _standing.c.message)
        .join(_standing, _standing.c.bill_line_id == LINE)
        .where(_standing.c.state == REJECTED, LINE.in_(select(_standing.c.bill_line_id)))
    )
    frame = read_frame(connection, selection)
    blanks = {name: "" for name, dtype in dtypes.items() if dtype == "str"} | {"message": ""}
    return frame.fillna(blanks).astype(dtypes).sort_values("bill_line_id", ignore_index=True)


def read_sent_totals(
    connection: Connection, *, before_run: int, wanted: bool = False
) -> pd.DataFrame:
    """What earlier runs' files sent: business_unit, currency, lines, amount_minor (int64)."""
    keys = (bill_lines.c.business_unit, bill_lines.c.currency)
    return _totals(connection, select(*keys), keys, before_run, wanted)


def read_answer_totals(
    connection: Connection, *, before_run: int, by: Sequence[str] = ("business_unit", "currency"),
    wanted: bool = False,
) -> pd.DataFrame:  # fmt: skip
    """The same by what became of it: state (INVOICED, REJECTED, UNANSWERED) and bill_date besides, and
    `by` (columns of the ledger)."""
    # what waits to be sent again is still rejected
    waits = case((_standing.c.state == UNSENT, REJECTED), else_=_standing.c.state)
    state = func.coalesce(waits, UNANSWERED, type_=Text).label("state")
    keys = (*(bill_lines.c[name] for name in by), state, bill_lines.c.bill_date)
    selection = select(*keys).outerjoin_from(
        bill_lines, _standing, _standing.c.bill_line_id == LINE
    )
    return _totals(connection, selection, keys, before_run, wanted)


def read_answers_by_run(connection: Connection) -> pd.DataFrame:
    """What became of every run's lines until now: run_number, currency, state, bill_date, lines,
    amount_minor (int64); nothing of a store that was last written before there were answers."""
    if not inspect(connection).has_table(answers.name):
        return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in BY_RUN.items()})
    totals = read_answer_totals(
        connection, before_run=stand_now(connection), by=("run_number", "currency")
    )
    return totals.astype({"run_number": "int64"})


def _totals(
    connection: Connection, selection: Select, keys: Sequence[ColumnElement], before_run: int,
    wanted: bool,
) -> pd.DataFrame:  # fmt: skip
    amount = bill_lines.c.amount_minor
    summed = (
        selection.add_columns(
            func.count().label("lines"),
            func.sum(amount).cast(amount.type).label("amount_minor"),
        )
        .join(runs, runs.c.run_number == bill_lines.c.run_number)
        .where(runs.c.sent_after_run < before_run, *_theirs(LINE, wanted))
        .group_by(*keys)
    )
    return read_frame(connection, summed).astype({"lines": "int64", "amount_minor": "int64"})


def _theirs(line: Column, wanted: bool) -> list[ColumnElement[bool]]:
    return [are_their_lines(line)] if wanted else []


def read_unanswered(
    connection: Connection, *, before_run: int, most: int, wanted: bool = False
) -> pd.DataFrame:
    """The oldest lines that are sent and unanswered: bill_line_id, run_id (whose files sent it last),
    subscription_number, customer_number, business_unit, bill_date, currency, amount_minor (int64)."""
    columns, standing = bill_lines.c, _standing.c
    selection = (
        select(
            LINE, func.coalesce(standing.resent_by, runs.c.run_id, type_=Text).label("run_id"),
            columns.subscription_number, columns.customer_number, columns.business_unit,
            columns.bill_date, columns.currency, columns.amount_minor,
        )
        .join_from(bill_lines, runs, runs.c.run_number == columns.run_number)
        .outerjoin(_standing, standing.bill_line_id == LINE)
        .where(
            runs.c.sent_after_run < before_run,
            or_(standing.state.is_(None), standing.state == UNANSWERED),
            *_theirs(LINE, wanted),
        )
        .order_by(columns.bill_date, LINE)
        .limit(most)
    )  # fmt: skip
    return read_frame(connection, selection).astype({"amount_minor": "int64"})


def _where_lines_stand(before_run: int, wanted: bool) -> Select:
    """Where each answered line stands before a run: bill_line_id, state, message, resent_by (the run
    that sent it again last, if any did)."""
    told = answers.c
    last = (
        select(func.max(told.answer_number).label("answer_number"))
        .where(told.after_run < before_run, *_theirs(told.bill_line_id, wanted))
        .group_by(told.bill_line_id)
        .subquery("last_answers")
    )
    again, its_run = _last_resent(runs.c.run_number < before_run), runs.alias("resending_runs")
    state = case(
        (told.answer == INVOICED, INVOICED),
        (or_(again.c.run_number.is_(None), again.c.run_number <= told.of_run), REJECTED),
        (its_run.c.sent_after_run < before_run, UNANSWERED),
        else_=UNSENT,
    )
    return (
        select(told.bill_line_id, state.label("state"), told.message, its_run.c.run_id)
        .join(last, last.c.answer_number == told.answer_number)
        .outerjoin(again, again.c.bill_line_id == told.bill_line_id)
        .outerjoin(its_run, its_run.c.run_number == again.c.run_number)
    )


def _last_resent(of_runs: ColumnElement[bool]) -> Subquery:
    """Lines that such runs sent again, and the last of these that did so."""
    columns = resent_lines.c
    return (
        select(columns.bill_line_id, func.max(columns.run_number).label("run_number"))
        .join(runs, runs.c.run_number == columns.run_number)
        .where(of_runs)
        .group_by(columns.bill_line_id)
        .subquery("last_resent")
    )
