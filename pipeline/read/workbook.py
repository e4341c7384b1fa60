"""Workbooks: each sheet that is a table's becomes a grid of texts.

Formulas are read as the values that the spreadsheet stored beside them; macros and links are never
run. Cells whose value the file does not hold are marked and become findings, never blanks.
"""

import io
from dataclasses import dataclass
from typing import Any

import pandas as pd
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from pipeline.findings import ERROR, WARNING, no_findings, one_finding, tidy_findings
from pipeline.read.cell_marks import UNCALCULATED_TEXT, CellMarks, find_marks, has_values
from pipeline.read.faults import UnreadableError
from pipeline.read.inputs import Sheet
from pipeline.read.naming import BY_NAME, Naming, is_our_sheet
from pipeline.read.own_template import as_template, refusal_of_newer, stated_version
from pipeline.read.package import Package, open_package
from pipeline.read.sheets import (
    SEARCHED_ROWS,
    Grid,
    Reading,
    build_sheet,
    column_letters,
    heading_place,
    no_headings,
    refuse_width,
)
from pipeline.read.texts import CELL_DIGITS, cell_text, column_of, percent_text, trim_texts
from schemas import TABLES

LONG_NUMBER = 10.0**CELL_DIGITS
RESAVE = "open and save the file in Excel or LibreOffice so that its values are stored"


@dataclass(frozen=True)
class Block:
    """The used range of a worksheet: rows of equal length, and the address of its first cell."""

    rows: list[list[Any]]
    top: int
    left: int


def read_workbook(data: bytes, file: str, naming: Naming = BY_NAME) -> Reading:
    """The tables' sheets of an .xlsx file; raises UnreadableError where it can't be opened."""
    package = open_package(data)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, ValueError) as fault:
        raise _damaged(fault) from fault
    version = stated_version(package, book)
    newer = refusal_of_newer(version, file)
    if newer is not None:
        return Reading(findings=[newer])
    readings = [Reading(findings=_carried(package, file))]
    for title in package.parts:
        try:
            readings.append(
                _read_worksheet(package, book, title, file, naming.table_of_sheet(title))
            )
        except UnreadableError as fault:
            found = one_finding("FIL-01", ERROR, str(fault), file=file, sheet=title)
            readings.append(Reading(findings=[found]))
    whole = Reading(
        tuple(sheet for reading in readings for sheet in reading.sheets),
        [finding for reading in readings for finding in reading.findings],
    )
    if version is not None:
        return as_template(whole, version, file)
    return whole if whole.sheets or whole.findings else Reading(findings=[_blank_workbook(file)])


def _blank_workbook(file: str) -> pd.DataFrame:
    return one_finding(
        "FIL-05", WARNING,
        "no sheet of the workbook holds anything, so nothing is read of it; fill in the rows that were "
        "meant, or leave the file out",
        file=file,
    )  # fmt: skip


def _carried(package: Package, file: str) -> list[pd.DataFrame]:
    """What a workbook carries beside its cells, and what is made of it."""
    found = []
    if package.has_macros:
        found.append(
            one_finding(
                "FIL-12", WARNING,
                f"{file} carries macros, which are not run; check where it comes from, and save it as "
                "a workbook without macros",
                file=file,
            )
        )  # fmt: skip
    if package.has_links:
        found.append(
            one_finding(
                "FIL-13", WARNING,
                f"{file} takes values from other workbooks, which are not opened: the values stored "
                "when it was last saved are read; check that they are those you mean",
                file=file,
            )
        )  # fmt: skip
    return found


def _damaged(fault: Exception) -> UnreadableError:
    return UnreadableError(
        f"the workbook is damaged ({fault}); "
        "open it in Excel or LibreOffice and save it again as .xlsx"
    )


def _read_worksheet(
    package: Package, book: CalamineWorkbook, title: str, file: str, table: str | None
) -> Reading:
    if table is None:
        known = is_our_sheet(title) or not has_values(package.chunks(title))
        return Reading() if known else Reading(findings=[_unknown_sheet(title, file)])
    marks = find_marks(package.chunks(title), package.percent_styles)
    try:
        worksheet = book.get_sheet_by_name(title)
        block = patch(block_of(worksheet), marks)
        head = head_of(block, worksheet)
    except (CalamineError, ValueError) as fault:
        raise _damaged(fault) from fault
    if not any(map(any, block.rows)):
        return Reading()
    place = heading_place(head, table)
    if place is None:
        return Reading(findings=[no_headings(table, file, title)])
    refuse_width(head[place])
    reading = build_sheet(grid_of(block, head, place, table=table, file=file, sheet=title))
    findings = [
        found
        for sheet in reading.sheets
        for found in _mark_findings(sheet, block, marks, package.uncalculated)
    ]
    return Reading(reading.sheets, reading.findings + findings)


def _unknown_sheet(title: str, file: str) -> pd.DataFrame:
    return one_finding(
        "FIL-03", WARNING,
        f"the sheet {title} is not named after a table and is not read; if it should be, rename it "
        f"to one of {', '.join(TABLES)}",
        file=file, sheet=title,
    )  # fmt: skip


def block_of(worksheet: CalamineSheet) -> Block:
    """The used range as the loader gives it, blank cells as empty texts."""
    top, left = worksheet.start or (0, 0)
    return Block(worksheet.to_python(skip_empty_area=True), top, left)


def patch(block: Block, marks: CellMarks) -> Block:
    """The block, widened where it must be, with a text in each marked cell."""
    texts = dict.fromkeys(marks.uncalculated, UNCALCULATED_TEXT) | marks.errors
    if not texts and not marks.percentages:
        return block
    wide = _widen(block, list(texts))
    for (row, column), text in texts.items():
        wide.rows[row - wide.top][column - wide.left] = text
    for row, column in marks.percentages:
        line, place = row - wide.top, column - wide.left
        if 0 <= line < len(wide.rows) and 0 <= place < len(wide.rows[line]):
            value = wide.rows[line][place]
            if value.__class__ is float:
                wide.rows[line][place] = percent_text(value)
    return wide


def _widen(block: Block, addresses: list[tuple[int, int]]) -> Block:
    """The block with blanks around it, so that it holds all the addresses."""
    if not addresses:
        return block
    rows, columns = zip(*addresses, strict=True)
    if not block.rows:
        block = Block([[""]], min(rows), min(columns))
    width = len(block.rows[0])
    left, top = min(block.left, *columns), min(block.top, *rows)
    before = [""] * (block.left - left)
    after = [""] * (max(block.left + width - 1, *columns) - block.left - width + 1)
    blank = len(before) + width + len(after)
    above = [[""] * blank for _ in range(block.top - top)]
    below = max(0, max(rows) + 1 - block.top - len(block.rows))
    inner = [before + row + after for row in block.rows] if before or after else block.rows
    return Block(above + inner + [[""] * blank for _ in range(below)], top, left)


def head_of(block: Block, worksheet: CalamineSheet) -> list[tuple[str, ...]]:
    """The texts of the block's rows among the sheet's first, where headings are looked for.

    A heading that is merged over several rows stands in the first of them; it counts in all.
    """
    rows = block.rows[: max(0, SEARCHED_ROWS - block.top)]
    head = [list(trim_texts(map(cell_text, row))) for row in rows]
    for (top, left), (bottom, _) in worksheet.merged_cell_ranges or []:
        line, place = top - block.top, left - block.left
        if 0 <= line < len(head) and 0 <= place < len(head[line]):
            for lower in range(line + 1, min(bottom - block.top + 1, len(head))):
                head[lower][place] = head[lower][place] or head[line][place]
    return [tuple(row) for row in head]


def grid_of(
    block: Block, head: list[tuple[str, ...]], place: int, *, table: str, file: str, sheet: str
) -> Grid:
    """The rows below the headings, turned into columns of texts."""
    width = len(head[place])
    body = block.rows[place + 1 :]
    return Grid(
        table=table,
        file=file,
        sheet=sheet,
        heading_row=block.top + place + 1,
        headings=head[place],
        columns=[column_of([row[column] for row in body]) for column in range(width)],
        first_column=block.left,
        above=head[:place],
    )


def _mark_findings(
    sheet: Sheet, block: Block, marks: CellMarks, uncalculated: bool
) -> list[pd.DataFrame]:
    missing = dict.fromkeys(marks.uncalculated, UNCALCULATED_TEXT)
    findings = [
        _at_cells("FIL-06", sheet, block, missing, f"holds a formula without its value; {RESAVE}"),
        _at_cells("FIL-07", sheet, block, marks.errors,
                  "holds an error instead of a value; correct its formula or type the value"),
        _at_cells("FIL-08", sheet, block, _long_numbers(sheet, block),
                  f"holds a number of more than {CELL_DIGITS} digits, of which a spreadsheet keeps "
                  "only the first; format the cell as text and type the number again"),
    ]  # fmt: skip
    if uncalculated and marks.has_formulas and not marks.uncalculated:
        findings.append(
            one_finding(
                "FIL-09", WARNING,
                "a program wrote this sheet's formulas and no spreadsheet has calculated them, so "
                f"their values may be wrong; {RESAVE}",
                file=sheet.file, sheet=sheet.sheet,
            )
        )  # fmt: skip
    return findings


def _long_numbers(sheet: Sheet, block: Block) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    for place, column in enumerate(sheet.columns):
        texts = sheet.cells[str(place)]
        if column is None or not (texts.str.len() > CELL_DIGITS).any():
            continue
        for row in (sheet.rows - 1).tolist():
            value = block.rows[row - block.top][place]
            if value.__class__ is float and abs(value) >= LONG_NUMBER:
                found[row, block.left + place] = cell_text(value)
    return found


def _at_cells(
    code: str, sheet: Sheet, block: Block, texts: dict[tuple[int, int], str], message: str
) -> pd.DataFrame:
    """One error finding for each of the cells that stands below a known heading."""
    columns = dict(enumerate(sheet.columns, block.left))
    headings = dict(enumerate(sheet.headings, block.left))
    known = [
        (row, column, text)
        for (row, column), text in texts.items()
        if row >= sheet.heading_row and columns.get(column) is not None
    ]
    if not known:
        return no_findings()
    return tidy_findings(
        pd.DataFrame(
            {
                "code": code,
                "severity": ERROR,
                "file": sheet.file,
                "sheet": sheet.sheet,
                "row": [row + 1 for row, _, _ in known],
                "column": [headings[column] for _, column, _ in known],
                "value": [text for _, _, text in known],
                "message": [
                    f"cell {column_letters(column)}{row + 1} {message}" for row, column, _ in known
                ],
            }
        )
    )
