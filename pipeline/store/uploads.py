"""What an import left behind besides contracts: its findings, its refused rows, its sources."""

import json

import pandas as pd
from sqlalchemy import Connection, Row, select

from pipeline.findings import COLUMNS as FINDING_COLUMNS
from pipeline.record import RefusedSheet
from pipeline.store.rows import insert_frame, read_frame
from pipeline.store.schema import findings, refused_rows, sources


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
