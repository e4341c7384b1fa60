"""The ledger and the runs: append-only."""

import datetime
import json
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, Row, Select, func, select

from pipeline.findings import COLUMNS as FINDING_COLUMNS
from pipeline.record import RefusedSheet
from pipeline.store.rows import insert_frame, read_frame
from pipeline.store.schema import bill_lines, findings, refused_rows, runs, sources
from schemas.outputs import BillLines, dtypes_of


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


def last_as_of(connection: Connection) -> datetime.date | None:
    """The latest night that was run."""
    return connection.scalar(select(func.max(runs.c.as_of)))


def post_run(connection: Connection, run: Run, lines: pd.DataFrame) -> None:
    """Post a run's lines together with the run's own row (one transaction: the caller's)."""
    connection.execute(runs.insert().values(**run.__dict__))
    corrected = lines["corrects_bill_line_id"]
    insert_frame(
        connection,
        bill_lines,
        lines.assign(
            corrects_bill_line_id=corrected.where(corrected != ""), run_number=run.run_number
        ),
    )


def mark_sent(connection: Connection, run_number: int) -> None:
    """Note that a run's files are out. Said once: writing them again changes nothing."""
    last = select(func.max(runs.c.run_number)).scalar_subquery()
    connection.execute(
        runs.update()
        .where(runs.c.run_number == run_number, runs.c.sent_after_run.is_(None))
        .values(sent_after_run=last)
    )


def read_lines(connection: Connection, run_number: int) -> pd.DataFrame:
    """The lines that a run posted, as `schemas.outputs.BillLines`, sorted by bill_line_id."""
    columns = [column for column in bill_lines.c if column.name != "run_number"]
    frame = read_frame(connection, select(*columns).where(bill_lines.c.run_number == run_number))
    return as_bill_lines(frame)


def as_bill_lines(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame in the ledger's columns, types and order."""
    dtypes = dtypes_of(BillLines)
    blanks = {name: "" for name, dtype in dtypes.items() if dtype == "str"}
    return (
        frame.reindex(columns=list(dtypes))
        .fillna(blanks)
        .astype(dtypes)
        .sort_values("bill_line_id", ignore_index=True)
    )


def read_posted(connection: Connection, *, before_run: int) -> pd.DataFrame:
    """The lines posted by earlier runs, which billing compares with.

    Columns: subscription_number, charge_number, what, kind, revision, amount_minor (int64),
    service_start, service_end (inclusive), run_number (int64), sent_after_run (missing while the run's
    files aren't out).
    """
    columns = bill_lines.c
    selection = select(
        columns.subscription_number, columns.charge_number, columns.what, columns.kind,
        columns.revision, columns.amount_minor, columns.service_start, columns.service_end,
        columns.run_number, runs.c.sent_after_run,
    ).join(runs, runs.c.run_number == columns.run_number)  # fmt: skip
    return read_frame(connection, selection.where(columns.run_number < before_run)).astype(
        {"revision": "int64", "amount_minor": "int64", "run_number": "int64"}
    )


def run_totals(connection: Connection) -> pd.DataFrame:
    """Per run and currency: run_number, currency, lines, amount_minor."""
    columns = bill_lines.c
    return read_frame(
        connection,
        select(
            columns.run_number,
            columns.currency,
            func.count().label("lines"),
            func.sum(columns.amount_minor).cast(columns.amount_minor.type).label("amount_minor"),
        ).group_by(columns.run_number, columns.currency),
    )


def no_totals() -> pd.DataFrame:
    """The totals where there is no run."""
    return pd.DataFrame({"run_number": [], "currency": [], "lines": [], "amount_minor": []}).astype(
        {"run_number": "int64", "currency": "str", "lines": "int64", "amount_minor": "int64"}
    )


def keep_findings(connection: Connection, number: int, found: pd.DataFrame) -> None:
    """Keep an import's findings, so that its files can be written again."""
    insert_frame(
        connection, findings, found.assign(import_number=number, position=range(len(found)))
    )


def read_findings(connection: Connection, number: int | None) -> pd.DataFrame:
    """The findings of an import, in their order; none where there was no import."""
    columns = [findings.c[name] for name in FINDING_COLUMNS]
    frame = read_frame(
        connection,
        select(*columns).where(findings.c.import_number == number).order_by(findings.c.position),
    )
    return frame.astype({"row": "int64"})


def keep_refused(
    connection: Connection, number: int, first_source: int, sheets: dict[int, RefusedSheet]
) -> None:
    """Keep the refused rows of an import, each as it was uploaded; `sheets` by its number."""
    kept = [
        pd.DataFrame(
            {
                "source": first_source + place,
                "row": sheet.row_numbers.to_numpy(),
                "cells": _as_json(sheet.cells),
                "errors": sheet.errors.to_numpy(),
                "faulty": sheet.faulty.to_numpy(),
            }
        )
        for place, sheet in sheets.items()
    ]
    if kept:
        rows = pd.concat(kept, ignore_index=True).astype(
            {"cells": "str", "errors": "str", "faulty": "str"}
        )
        insert_frame(
            connection, refused_rows, rows.assign(import_number=number, position=range(len(rows)))
        )


def _as_json(cells: pd.DataFrame) -> list[str]:
    blanks = cells.astype(object).where(cells.notna(), None)
    return [json.dumps(row, ensure_ascii=False) for row in blanks.to_numpy().tolist()]


def keep_sources(
    connection: Connection, number: int, first_source: int, described: pd.DataFrame
) -> None:
    """Keep where the rows of an import came from: table_name, file, sheet, headings (JSON)."""
    insert_frame(
        connection,
        sources,
        described.assign(
            source=range(first_source, first_source + len(described)), import_number=number
        ),
    )


def read_refused(connection: Connection, number: int | None) -> tuple[RefusedSheet, ...]:
    """The refused rows of an import, by uploaded sheet."""
    rows = read_frame(
        connection,
        select(refused_rows)
        .where(refused_rows.c.import_number == number)
        .order_by(refused_rows.c.position),
    )
    described = connection.execute(
        select(sources).where(sources.c.import_number == number).order_by(sources.c.source)
    )
    return tuple(
        _refused_sheet(source, rows[rows["source"] == source.source])
        for source in described
        if (rows["source"] == source.source).any()
    )


def _refused_sheet(source: Row, rows: pd.DataFrame) -> RefusedSheet:
    headings = tuple(json.loads(source.headings))
    cells = pd.DataFrame(
        [json.loads(row) for row in rows["cells"]], columns=[str(n) for n in range(len(headings))]
    )
    return RefusedSheet(
        table=source.table_name,
        file=source.file,
        sheet=source.sheet,
        headings=headings,
        cells=cells.astype("str"),
        row_numbers=rows["row"].astype("int64").reset_index(drop=True),
        errors=rows["errors"].reset_index(drop=True),
        faulty=rows["faulty"].reset_index(drop=True),
    )
