"""The rejections workbook: the uploaded layout with its refused rows, to be corrected in place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipeline.read.naming import match_headings
from pipeline.record import RefusedSheet
from pipeline.report.refusal_sheets import write_refusals
from pipeline.report.refusals import refusals_of
from pipeline.report.rejection_sheets import (
    ERRORS,
    CorrectionSheet,
    RejectionsWriter,
    plain_heading,
)
from pipeline.report.stamps import save_stamped

EXCEL_ROWS = 1_048_576
MOST_REFUSALS = 20_000
"""Rows of the list of errors: it is for people, and findings.csv holds them all."""


def write_rejections(refused: Sequence[RefusedSheet], findings: pd.DataFrame, path: Path) -> None:
    """Write rejections.xlsx to `path`: the same refusals give the same bytes.

    A sheet is named by its table, so that the workbook, once corrected, is the next upload. Two last
    sheets, which no upload reads, say what was found (`findings` are all of the upload's):
    `errors_by_code` counts the errors, `refusals` lists them one by one.
    """
    writer = RejectionsWriter()
    for sheet in correction_sheets(refused):
        writer.write_corrections(sheet)
    write_refusals(writer.workbook, refusals_of(refused, findings, MOST_REFUSALS))
    save_stamped(writer.workbook, path)


def correction_sheets(
    refused: Iterable[RefusedSheet], most: int = EXCEL_ROWS - 1
) -> Iterator[CorrectionSheet]:
    """The sheets to correct, with at most `most` rows each, under names that the reader knows.

    Uploads of one table with the same headings share a sheet. The first sheet of a table is
    `milestones`, further ones are `milestones~2`, `milestones~3`.
    """
    numbers: dict[str, int] = {}
    for sheet in _joined(_without_old_errors(sheet) for sheet in refused):
        for start in range(0, len(sheet.cells), most):
            number = numbers[sheet.table] = numbers.get(sheet.table, 0) + 1
            part = slice(start, start + most)
            yield CorrectionSheet(
                name=sheet.table if number == 1 else f"{sheet.table}~{number}",
                headings=sheet.headings,
                columns=match_headings(sheet.headings, sheet.table),
                cells=sheet.cells.iloc[part],
                errors=sheet.errors.iloc[part],
                faulty=sheet.faulty.iloc[part],
            )


def _without_old_errors(sheet: RefusedSheet) -> RefusedSheet:
    """The sheet without our own `errors` column, where a rejections workbook was uploaded."""
    kept = [place for place, name in enumerate(sheet.headings) if plain_heading(name) != ERRORS]
    names = [str(place) for place in range(len(kept))]
    return replace(
        sheet,
        headings=tuple(sheet.headings[place] for place in kept),
        cells=sheet.cells.iloc[:, kept].set_axis(names, axis="columns"),
    )


def _joined(sheets: Iterable[RefusedSheet]) -> list[RefusedSheet]:
    """Sheets of one table with equal headings as one, in the order of their first."""
    alike: dict[tuple[str, tuple[str, ...]], list[RefusedSheet]] = {}
    for sheet in sheets:
        alike.setdefault((sheet.table, sheet.headings), []).append(sheet)
    return [
        replace(
            parts[0],
            cells=pd.concat([part.cells for part in parts], ignore_index=True),
            row_numbers=pd.concat([part.row_numbers for part in parts], ignore_index=True),
            errors=pd.concat([part.errors for part in parts], ignore_index=True),
            faulty=pd.concat([part.faulty for part in parts], ignore_index=True).fillna(""),
        )
        for parts in alike.values()
    ]
