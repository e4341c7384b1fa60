"""The ledger and the runs: append-only."""

import datetime
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, func, select

from pipeline.store.rows import insert_frame, read_frame
from pipeline.store.schema import (
    bill_lines,
    control_totals,
    revenue_events,
    revenue_lines,
    run_closings,
    runs,
)
from pipeline.store.wanted import of_wanted
from schemas.outputs import BillLines, OutputTable, RevenueEvents, RevenueLines, dtypes_of


@dataclass(frozen=True)
class Run:
    """A run as the store knows it."""

    run_number: int
    run_id: str
    as_of: datetime.date
    command: str
    import_number: int
    own_import: int | None
    inputs_digest: str
    settings: str
    program_version: str
    posted_at: str
    sent_after_run: int | None


def _runs(connection: Connection, selection: Select) -> list[Run]:
    def run(row: Row) -> Run:
        return Run(**row._mapping)

    return [run(row) for row in connection.execute(selection)]


def read_runs(connection: Connection) -> list[Run]:
    """Every run, the oldest first."""
    return _runs(connection, select(runs).order_by(runs.c.run_number))


def read_run(connection: Connection, run_id: str) -> Run | None:
    """The run of that id, if there is one."""
    return next(iter(_runs(connection, select(runs).where(runs.c.run_id == run_id))), None)


def unsent_runs(connection: Connection) -> list[Run]:
    """Nightly runs that were posted but whose files never came out: they were interrupted."""
    waiting = (runs.c.command == "run") & runs.c.sent_after_run.is_(None)
    return _runs(connection, select(runs).where(waiting).order_by(runs.c.run_number))


def next_run(connection: Connection, as_of: datetime.date) -> tuple[int, str]:
    """The number and the id that the next run of a night takes.

    A night's first run is `2026-03-31-1`, its second `2026-03-31-2`.
    """
    last = connection.scalar(select(func.coalesce(func.max(runs.c.run_number), 0))) or 0
    of_night = connection.scalar(select(func.count()).where(runs.c.as_of == as_of)) or 0
    return int(last) + 1, f"{as_of.isoformat()}-{int(of_night) + 1}"


def last_run(connection: Connection) -> Run | None:
    """The last run, which is the one of the latest night: none before it can follow."""
    latest = select(runs).order_by(runs.c.run_number.desc()).limit(1)
    return next(iter(_runs(connection, latest)), None)


def post_run(
    connection: Connection,
    run: Run,
    lines: pd.DataFrame,
    stated: pd.DataFrame,
    events: pd.DataFrame,
) -> None:
    """Post a run's bill lines, revenue lines and satisfaction events together with the run's own row
    (one transaction: the caller's)."""
    connection.execute(runs.insert().values(**run.__dict__))
    corrected = lines["corrects_bill_line_id"]
    insert_frame(
        connection,
        bill_lines,
        lines.assign(
            corrects_bill_line_id=corrected.where(corrected != ""), run_number=run.run_number
        ),
    )
    insert_frame(connection, revenue_lines, stated.assign(run_number=run.run_number))
    insert_frame(connection, revenue_events, events.assign(run_number=run.run_number))


def close_run(connection: Connection, run_number: int, totals: pd.DataFrame) -> None:
    """Close a run, after which it takes no more rows: the store refuses it unless its lines and events
    come to these totals (`post.totals.control_totals`), and commits no run that is not closed."""
    insert_frame(connection, control_totals, totals.assign(run_number=run_number))
    connection.execute(run_closings.insert().values(run_number=run_number))


def read_control_totals(connection: Connection) -> pd.DataFrame:
    """What each run was to come to: run_number, currency, lines, amount_minor, events,
    recognised_minor (int64), debit_minor, credit_minor (Int64: missing of runs before there were
    control totals)."""
    frame = read_frame(connection, select(control_totals))
    counted = ("run_number", "lines", "amount_minor", "events", "recognised_minor")
    return frame.astype(dict.fromkeys(counted, "int64"))


def read_closed(connection: Connection) -> list[int]:
    """The numbers of the runs that are closed."""
    return list(connection.scalars(select(run_closings.c.run_number)))


def mark_sent(connection: Connection, run_number: int) -> None:
    """Note that a run's files are out. Said once: writing them again changes nothing."""
    last = select(func.max(runs.c.run_number)).scalar_subquery()
    connection.execute(
        runs.update()
        .where(runs.c.run_number == run_number, runs.c.sent_after_run.is_(None))
        .values(sent_after_run=last)
    )


def read_lines(connection: Connection, run_number: int) -> pd.DataFrame:
    """The bill lines that a run posted, as `schemas.outputs.BillLines`, sorted by bill_line_id."""
    return _read_rows(connection, bill_lines, BillLines, run_number)


def read_revenue_lines(connection: Connection, run_number: int) -> pd.DataFrame:
    """The revenue lines that a run posted, as `schemas.outputs.RevenueLines`, sorted by id."""
    return _read_rows(connection, revenue_lines, RevenueLines, run_number)


def read_events(connection: Connection, run_number: int) -> pd.DataFrame:
    """The events that a run posted, as `schemas.outputs.RevenueEvents`, sorted by event_id."""
    return _read_rows(connection, revenue_events, RevenueEvents, run_number)


def _read_rows(
    connection: Connection, table: Table, model: type[OutputTable], run_number: int
) -> pd.DataFrame:
    columns = [column for column in table.c if column.name != "run_number"]
    frame = read_frame(connection, select(*columns).where(table.c.run_number == run_number))
    dtypes = dtypes_of(model)
    blanks = {name: "" for name, dtype in dtypes.items() if dtype == "str"}
    by_id = next(iter(dtypes))
    return frame[list(dtypes)].fillna(blanks).astype(dtypes).sort_values(by_id, ignore_index=True)


def read_posted(connection: Connection, *, before_run: int, wanted: bool = False) -> pd.DataFrame:
    """The lines posted by earlier runs, which billing compares with; here and below, `wanted` leaves
    only those of the named subscriptions (`wanted.want_subscriptions`).

    Columns: subscription_number, charge_number, what, kind, revision, amount_minor,
    adjustment_minor (int64), service_start, service_end (inclusive), run_number (int64),
    sent_after_run (missing while the run's files aren't out).
    """
    columns = bill_lines.c
    selection = select(
        columns.subscription_number, columns.charge_number, columns.what, columns.kind,
        columns.revision, columns.amount_minor, columns.adjustment_minor, columns.service_start,
        columns.service_end, columns.run_number, runs.c.sent_after_run,
    ).join(runs, runs.c.run_number == columns.run_number)  # fmt: skip
    earlier = selection.where(columns.run_number < before_run)
    return read_frame(connection, _theirs(connection, bill_lines, earlier, wanted)).astype(
        {"revision": "int64", "amount_minor": "int64", "adjustment_minor": "int64",
         "run_number": "int64"}
    )  # fmt: skip


def _theirs(connection: Connection, table: Table, selection: Select, wanted: bool) -> Select:
    return of_wanted(connection, table, selection) if wanted else selection


def read_recognised(
    connection: Connection, *, before_run: int, wanted: bool = False
) -> pd.DataFrame:
    """The events posted by earlier runs, which recognition compares with.

    Columns: subscription_number, charge_number, what, method, revision, satisfaction_date,
    percent_millionths (Int64), amount_minor (int64).
    """
    columns = revenue_events.c
    selection = select(
        columns.subscription_number, columns.charge_number, columns.what, columns.method,
        columns.revision, columns.satisfaction_date, columns.percent_millionths,
        columns.amount_minor,
    )  # fmt: skip
    earlier = selection.where(columns.run_number < before_run).order_by(columns.event_id)
    return read_frame(connection, _theirs(connection, revenue_events, earlier, wanted)).astype(
        {"revision": "int64", "amount_minor": "int64"}
    )


def read_stated(connection: Connection, *, before_run: int, wanted: bool = False) -> pd.DataFrame:
    """Each revenue line as it was last stated by an earlier run: revenue_line_id, revision, method,
    total_minor, allocated_minor (int64), starts_on, ends_on."""
    columns = revenue_lines.c
    revisions = (
        select(columns.revenue_line_id, func.max(columns.revision).label("revision"))
        .where(columns.run_number < before_run)
        .group_by(columns.revenue_line_id)
    )
    last = _theirs(connection, revenue_lines, revisions, wanted).subquery()
    selection = select(
        columns.revenue_line_id, columns.revision, columns.method, columns.total_minor,
        columns.allocated_minor, columns.starts_on, columns.ends_on,
    ).join(
        last,
        and_(
            last.c.revenue_line_id == columns.revenue_line_id, last.c.revision == columns.revision
        ),
    )  # fmt: skip
    return read_frame(connection, selection).astype(
        {"revision": "int64", "total_minor": "int64", "allocated_minor": "int64"}
    )


def read_months(connection: Connection, *, before_run: int, wanted: bool = False) -> pd.DataFrame:
    """What earlier runs billed and recognised, by contract and accounting date:
    subscription_number, accounting_date, billed_minor, recognised_minor (int64)."""
    billed = _by_day(connection, bill_lines, before_run, "billed_minor", wanted)
    recognised = _by_day(connection, revenue_events, before_run, "recognised_minor", wanted)
    return pd.concat(
        [billed.assign(recognised_minor=0), recognised.assign(billed_minor=0)], ignore_index=True
    )


def _by_day(
    connection: Connection, table: Table, before_run: int, name: str, wanted: bool
) -> pd.DataFrame:
    columns = table.c
    total = func.sum(columns.amount_minor).cast(columns.amount_minor.type).label(name)
    keys = (columns.subscription_number, columns.accounting_date)
    selection = select(*keys, total).where(columns.run_number < before_run).group_by(*keys)
    return read_frame(connection, _theirs(connection, table, selection, wanted)).astype(
        {name: "int64"}
    )


def billed_totals(connection: Connection) -> pd.DataFrame:
    """What each run billed, by currency: run_number, currency, lines, amount_minor."""
    return _run_totals(connection, control_totals.c.lines, control_totals.c.amount_minor)


def recognised_totals(connection: Connection) -> pd.DataFrame:
    """What each run recognised, by currency: run_number, currency, lines (events), amount_minor."""
    return _run_totals(connection, control_totals.c.events, control_totals.c.recognised_minor)


def _run_totals(
    connection: Connection, count: ColumnElement[int], amount: ColumnElement[int]
) -> pd.DataFrame:
    """From the runs' control totals, which `guards` held against the ledger: a night doesn't sum what
    all nights before it posted."""
    columns = control_totals.c
    return read_frame(
        connection,
        select(
            columns.run_number, columns.currency, count.label("lines"), amount.label("amount_minor")
        ).where(count > 0),
    )


def no_totals() -> pd.DataFrame:
    """The totals where there is no run."""
    return pd.DataFrame({"run_number": [], "currency": [], "lines": [], "amount_minor": []}).astype(
        {"run_number": "int64", "currency": "str", "lines": "int64", "amount_minor": "int64"}
    )
