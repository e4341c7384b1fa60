"""The first sheet: what to do, what the colours mean, and every column with an example."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

import schemas
from pipeline.report.sheet_cells import (
    TextCell,
    append,
    filled,
    new_sheet,
    set_columns,
    styled,
    texts_of,
)
from pipeline.report.wrapping import lines_needed
from pipeline.template.looks import (
    GREY,
    HEADINGS,
    LABEL,
    MISSING,
    NOT_HUNDRED,
    PLAIN,
    SECTION,
    TITLE,
    TO_DO,
    TWICE,
    WRAPPED,
    colour,
)
from schemas.dictionary import kind_words
from schemas.template import INSTRUCTIONS, VERSION, VERSION_LABEL
from schemas.template import TITLE as MARK

WIDTHS = (22, 28, 11, 40, 62, 32)
COLUMNS = ("sheet", "column", "required", "takes", "about", "example")
STEPS = (
    "Fill in one row per record, on the sheet of its table. A chosen cell says what it takes.",
    "Headings with a star are required of a row that is new; a row that is stored already keeps what a "
    "sheet leaves out.",
    "Rows are matched by their key (the first columns). A blank cell clears what is stored; to keep "
    "it, leave it as it is, or delete the whole column.",
    "Dates are dates, or texts such as 2026-03-31. Identifiers are texts: 0010 stays 0010.",
    "Save as .xlsx and put the file into the inbox, or: milestone-billing import FILE.xlsx. Sheets "
    "without rows do no harm.",
    "Refused rows come back in rejections.xlsx: correct them there, and load that workbook.",
)
FOR_MILESTONES = (
    "The grey rows are the store's open milestones: enter a completion date where one was reached, and "
    "save. Rows that you leave alone change nothing.",
)
BLANK_LISTS = (
    "There was no store to read from when this workbook was made: the drop-downs offer the fixed codes "
    "only.",
)
COLOURS = (
    (MISSING, "a required cell of a row that has been begun is blank"),
    (TWICE, "the same key stands in two rows"),
    (NOT_HUNDRED, "the percents of a plan do not total 100"),
    (GREY, "stands in the store; leave it as it is"),
    (TO_DO, "an open milestone: to be dated when it is reached"),
)


@dataclass(frozen=True)
class About:
    """What the instructions tell of the workbook itself; `milestones` None: it was not filled."""

    tables: Sequence[str]
    milestones: int | None
    from_store: bool
    too_long: Sequence[str] = ()


def write_instructions(workbook: Workbook, about: About) -> None:
    """The sheet; by its first cell and its version the loader knows the workbook."""
    worksheet = new_sheet(workbook, INSTRUCTIONS, MARK)
    looks = styled(worksheet, _looks())
    set_columns(worksheet, WIDTHS)
    worksheet.sheet_view.showGridLines = False
    worksheet.row_dimensions[1].height = 30
    worksheet.append(filled(looks["title"], [MARK]))
    worksheet.append(_version_row(looks))
    worksheet.append([])
    number = _write_steps(worksheet, looks, about, 4)
    number = _write_colours(worksheet, looks, number)
    _write_columns(worksheet, looks, about.tables, number)


def _looks() -> dict[str, dict]:
    return {
        "title": TITLE, "label": LABEL, "section": SECTION, "plain": PLAIN,
        "wrapped": PLAIN | {"alignment": WRAPPED}, "version": PLAIN | {"number_format": "0"},
        **HEADINGS,
        **{rgb: PLAIN | {"fill": colour(rgb)} for rgb, _ in COLOURS},
    }  # fmt: skip


def _version_row(looks: dict[str, TextCell]) -> Iterator[TextCell]:
    yield looks["label"].holding(VERSION_LABEL)
    yield looks["version"].counting(VERSION)


def _write_steps(
    worksheet: WriteOnlyWorksheet, looks: dict[str, TextCell], about: About, number: int
) -> int:
    steps = (
        *(FOR_MILESTONES if about.milestones else ()),
        *STEPS,
        *(() if about.from_store else BLANK_LISTS),
        *(f"The list of {name} is too long for a drop-down: type them." for name in about.too_long),
    )
    worksheet.append(filled(looks["section"], ["How to fill it in"]))
    for place, step in enumerate(steps, 1):
        worksheet.append(filled(looks["plain"], [f"{place}.  {step}"]))
    worksheet.append([])
    return number + len(steps) + 2


def _write_colours(worksheet: WriteOnlyWorksheet, looks: dict[str, TextCell], number: int) -> int:
    worksheet.append(filled(looks["section"], ["Colours"]))
    for rgb, meaning in COLOURS:
        worksheet.append(_meaning(looks, rgb, meaning))
    worksheet.append([])
    return number + len(COLOURS) + 2


def _meaning(looks: dict[str, TextCell], rgb: str, meaning: str) -> Iterator[TextCell]:
    yield looks[rgb].holding("")
    yield looks["plain"].holding(meaning)


def _write_columns(
    worksheet: WriteOnlyWorksheet, looks: dict[str, TextCell], tables: Sequence[str], number: int
) -> None:
    """Every column of every sheet, with an example."""
    worksheet.append(filled(looks["section"], ["The columns"]))
    worksheet.append(filled(looks["required"], list(COLUMNS)))
    worksheet.print_title_rows = f"{number + 1}:{number + 1}"
    described = [
        (table, column)
        for table in tables
        for column in schemas.uploaded_columns(schemas.TABLES[table])
    ]
    lines = zip(
        lines_needed([kind_words(column) for _, column in described], WIDTHS[3]),
        lines_needed([column.about for _, column in described], WIDTHS[4]),
        strict=True,
    )
    for at, ((table, column), high) in enumerate(zip(described, lines, strict=True), number + 2):
        texts = texts_of([
            table, column.heading, "required" if column.required else "", kind_words(column),
            column.about, column.example,
        ])  # fmt: skip
        append(worksheet, at, filled(looks["wrapped"], texts), max(high))
