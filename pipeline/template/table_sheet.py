"""A table's sheet: headings with their help, checks of the cells, colours, and perhaps stored rows."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

import schemas
from pipeline import money
from pipeline.report.sheet_cells import (
    AUTHOR,
    TextCell,
    cell_texts,
    new_sheet,
    set_columns,
    styled,
)
from pipeline.template.checks_of_cells import check_of, help_of
from pipeline.template.choices import Choices
from pipeline.template.formulas import (
    FIRST_ROW,
    SheetColumns,
    begun,
    missing,
    not_hundred,
    plan_of,
    twice,
)
from pipeline.template.looks import (
    FORMATS,
    HEADINGS,
    LEFT,
    MISSING,
    NOT_HUNDRED,
    NUMBERS,
    RIGHT,
    TO_DO,
    TWICE,
    WIDTHS,
    format_colour,
    stored_looks,
)
from pipeline.template.open_milestones import OpenMilestones
from schemas import cells
from schemas.inputs import InputTable, Milestones

ROWS_TO_FILL = 2_000
MOST_KEYS_FROZEN = 4
HEADING_HEIGHT = 24
WIDEST = 40
FIRST_EXCEL_DAY = pd.Timestamp("1900-03-01")
"""Earlier days have no serial number on which all spreadsheets agree, so they are written as texts."""

REOPENED = (
    "This milestone was reopened: put the day on which it is completed anew in place of this one."
)
KEPT_IN_SIGHT = {
    Milestones.expected_completion_date, Milestones.completion_date, Milestones.comment
}  # fmt: skip


def write_table(
    workbook: Workbook, model: type[InputTable], choices: Choices, stored: OpenMilestones | None
) -> None:
    """The sheet of a table, with the stored rows where there are any to show."""
    name = schemas.table_of(model)
    columns = schemas.uploaded_columns(model)
    count = len(stored.rows) if stored else 0
    sheet = SheetColumns(columns, FIRST_ROW - 1 + count + ROWS_TO_FILL)
    worksheet = new_sheet(workbook, name, f"{AUTHOR}, bulk import: {name}")
    values = _shown_values(columns, stored) if stored else {}
    _set_up(worksheet, columns, values)
    worksheet.append(_headings(worksheet, columns))
    if stored:
        _write_stored(worksheet, columns, stored, values)
    for column in columns:
        worksheet.data_validations.append(check_of(column, sheet, choices))
    _add_colours(worksheet, sheet, filled=bool(stored), count=count)


def _set_up(
    worksheet: WriteOnlyWorksheet,
    columns: tuple[schemas.Column, ...],
    values: dict[str, list[Any]],
) -> None:
    widths = [_width(column, values.get(column.name, [])) for column in columns]
    set_columns(worksheet, widths, [FORMATS[column.kind] for column in columns])
    for place, column in enumerate(columns, 1):
        dimension = worksheet.column_dimensions[get_column_letter(place)]
        dimension.alignment = RIGHT if column.kind in NUMBERS else LEFT
        unused = not column.required and not any(
            value is not None for value in values.get(column.name, [])
        )
        if values and unused and column.name not in KEPT_IN_SIGHT:
            dimension.hidden = True
    keys = 0
    while keys < len(columns) and columns[keys].key and keys < MOST_KEYS_FROZEN:
        keys += 1
    worksheet.freeze_panes = f"{get_column_letter(keys + 1)}{FIRST_ROW}"
    worksheet.print_title_rows = "1:1"
    worksheet.row_dimensions[1].height = HEADING_HEIGHT
    worksheet.sheet_view.showGridLines = True


def _width(column: schemas.Column, values: list[Any]) -> int:
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    return min(max(WIDTHS[column.kind], len(column.heading) + 4, longest + 3), WIDEST)


def _headings(
    worksheet: WriteOnlyWorksheet, columns: tuple[schemas.Column, ...]
) -> Iterator[TextCell]:
    looks = styled(worksheet, HEADINGS)
    for column in columns:
        cell = looks["required" if column.required else "optional"]
        text = help_of(column)
        cell.comment = Comment(text, AUTHOR, width=320, height=40 + 20 * (len(text) // 45))
        yield cell.holding(column.heading + "*" * column.required)


def _shown_values(
    columns: tuple[schemas.Column, ...], stored: OpenMilestones
) -> dict[str, list[Any]]:
    """Each column as its cells hold it: texts, numbers without a float between, days; None: blank."""
    return {column.name: _cell_values(column, stored) for column in columns}


def _cell_values(column: schemas.Column, stored: OpenMilestones) -> list[Any]:
    values = stored.rows[column.name]
    if column.kind == cells.DATE:
        return [_day(day) for day in values.tolist()]
    if column.kind == cells.WHOLE:
        return [None if value is pd.NA else int(value) for value in values.tolist()]
    if column.kind not in (cells.MONEY, cells.PERCENT):
        return cell_texts(values)
    given = values.notna().to_numpy()
    plain = values.fillna(0).astype("int64")
    texts = (
        money.percent_text(plain)
        if column.kind == cells.PERCENT
        else money.as_text(plain, stored.exponents.to_numpy(np.int64))
    )
    pairs = zip(texts.to_pylist(), given.tolist(), strict=True)
    return [Decimal(text) if there else None for text, there in pairs]


def _day(day: pd.Timestamp) -> Any:
    if pd.isna(day):
        return None
    return day.date() if day >= FIRST_EXCEL_DAY else day.date().isoformat()


def _write_stored(
    worksheet: WriteOnlyWorksheet,
    columns: tuple[schemas.Column, ...],
    stored: OpenMilestones,
    values: dict[str, list[Any]],
) -> None:
    looks = styled(worksheet, stored_looks(set(stored.exponents.tolist())))
    looks["reopened"].comment = Comment(REOPENED, AUTHOR, width=320, height=60)
    names = [column.name for column in columns]
    kinds = [column.kind for column in columns]
    rows = zip(
        stored.exponents.tolist(),
        stored.reopened.tolist(),
        zip(*(values[name] for name in names), strict=True),
        strict=True,
    )
    for places, reopened, row in rows:
        worksheet.append(_stored_row(looks, names, kinds, row, places, reopened))


def _stored_row(
    looks: dict[str, TextCell],
    names: list[str],
    kinds: list[str],
    row: tuple[Any, ...],
    places: int,
    reopened: bool,
) -> Iterator[TextCell]:
    for name, kind, value in zip(names, kinds, row, strict=True):
        if name == Milestones.completion_date:
            cell = looks["reopened" if reopened else "open"]
        else:
            cell = looks[f"{kind}{places}" if kind == cells.MONEY else kind]
        yield cell.holding(value) if isinstance(value, str) else cell.counting(value)


def _add_colours(
    worksheet: WriteOnlyWorksheet, sheet: SheetColumns, *, filled: bool, count: int
) -> None:
    """The conditional formats, the graver first."""

    def add(columns: list[schemas.Column], formula: str, colour: str) -> None:
        rule = Rule(type="expression", dxf=format_colour(colour), formula=[formula])
        worksheet.conditional_formatting.add(sheet.cells_of(columns), rule)

    required = [column for column in sheet.columns if column.required]
    add(required, missing(sheet, required[0]), MISSING)
    keys = [column for column in sheet.columns if column.key]
    if len(keys) == len(schemas.keys_of(schemas.TABLES[worksheet.title])):
        add(keys, twice(sheet, keys), TWICE)
    planned = plan_of(sheet.columns)
    if planned:
        share, plan = planned
        add([share], not_hundred(sheet, share, plan, elsewhere=filled), NOT_HUNDRED)
    if filled and count:
        completion = next(c for c in sheet.columns if c.name == Milestones.completion_date)
        blank = f'AND({sheet.cell(completion)}="",{begun(sheet)})'
        add([completion], blank, TO_DO)
