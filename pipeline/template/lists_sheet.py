"""The hidden sheet behind the drop-downs: a column a list, each with a name of its own."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName

from pipeline import money
from pipeline.report.sheet_cells import AUTHOR, TextCell, cell_texts, new_sheet, styled, texts_of
from pipeline.template.choices import Choices
from pipeline.template.formulas import ELSEWHERE
from pipeline.template.looks import PLAIN
from pipeline.template.open_milestones import PLAN, OpenMilestones
from schemas.inputs import Milestones
from schemas.template import LISTS


def write_lists(workbook: Workbook, choices: Choices, stored: OpenMilestones | None) -> None:
    """The lists, and the percentages of plans that the workbook shows only in part."""
    columns: dict[str, list[Any]] = {
        name: texts_of(values) for name, values in choices.lists.items() if values
    }
    if stored:
        columns |= _elsewhere(stored)
    worksheet = new_sheet(workbook, LISTS, f"{AUTHOR}, {LISTS}")
    worksheet.sheet_state = "hidden"
    looks = styled(worksheet, {"plain": PLAIN, "number": {"number_format": "General"}})
    for row in (tuple(columns), *zip_longest(*columns.values())):
        worksheet.append(_cells(looks, row))
    _name_ranges(workbook, columns)


def _cells(looks: dict[str, TextCell], row: tuple[Any, ...]) -> Iterator[TextCell | None]:
    for value in row:
        if isinstance(value, Decimal):
            yield looks["number"].counting(value)
        else:
            yield value and looks["plain"].holding(value)


def _elsewhere(stored: OpenMilestones) -> dict[str, list[Any]]:
    """The plans' columns and percentages; one blank row where there is none, for the names' sake."""
    frame = stored.elsewhere
    percents = money.percent_text(frame[Milestones.percent_millionths].astype("int64"))
    columns: dict[str, list[Any]] = {
        f"{ELSEWHERE}{place}": cell_texts(frame[name]) or [None]
        for place, name in enumerate(PLAN, 1)
    }
    shares: list[Any] = [Decimal(one) for one in percents.to_pylist()]
    return columns | {f"{ELSEWHERE}percent": shares or [None]}


def _name_ranges(workbook: Workbook, columns: Mapping[str, list[Any]]) -> None:
    for place, (name, values) in enumerate(columns.items(), 1):
        letter = get_column_letter(place)
        area = f"{LISTS}!${letter}$2:${letter}${len(values) + 1}"
        workbook.defined_names[name] = DefinedName(name, attr_text=area)
