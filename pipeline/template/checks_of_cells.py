"""What a spreadsheet says while a cell is typed: input messages, drop-downs, warnings."""

from openpyxl.worksheet.datavalidation import DataValidation

import schemas
from pipeline.template.choices import Choices
from pipeline.template.formulas import SheetColumns
from schemas import cells
from schemas.dictionary import kind_words

LONGEST_TITLE, LONGEST_PROMPT, LONGEST_COMMENT = 32, 255, 1_000
STOP, WARN = "stop", "warning"
FIRST_DAY, LAST_DAY = "DATE(1900,1,1)", "DATE(2999,12,31)"
MOST_MONEY = 10**15
UNITS = {cells.PERCENT: 1_000_000, cells.WHOLE: 1}


def help_of(column: schemas.Column) -> str:
    """What is to be known of a column, for a comment and an input message."""
    must = "Required." if column.required else "May stay blank."
    default = f" Blank means: {column.default}." if column.default else ""
    return f"{column.about}\n{kind_words(column)}. {must}{default}"


def check_of(column: schemas.Column, sheet: SheetColumns, choices: Choices) -> DataValidation:
    """The check of a column's cells. It never refuses what the loader might accept: the store may
    learn a new code from the same workbook, and numbers may be pasted as texts.
    """
    check = DataValidation(
        **_rule_of(column, choices.list_for(column)),
        allow_blank=True,
        showInputMessage=True,
        showErrorMessage=True,
        promptTitle=column.heading[:LONGEST_TITLE],
        prompt=_cut(help_of(column)),
        errorTitle=column.heading[:LONGEST_TITLE],
        error=_cut(f"Expected here: {kind_words(column)}. {column.about}", LONGEST_PROMPT - 30),
    )
    check.add(sheet.cells_of([column]))
    return check


def _rule_of(column: schemas.Column, list_name: str | None) -> dict[str, str | None]:
    if list_name:
        style = STOP if column.allowed else WARN
        return {"type": "list", "formula1": list_name, "errorStyle": style}
    if column.kind == cells.DATE:
        bounds, kind = (FIRST_DAY, LAST_DAY), "date"
    elif column.bounds:
        unit = UNITS[column.kind]
        least, most = (str(bound // unit) for bound in column.bounds)
        bounds, kind = (least, most), "whole" if column.kind == cells.WHOLE else "decimal"
    elif column.kind == cells.MONEY:
        bounds, kind = (str(-MOST_MONEY), str(MOST_MONEY)), "decimal"
    else:
        bounds, kind = ("1", str(column.longest or LONGEST_COMMENT)), "textLength"
    low, high = bounds
    return {
        "type": kind, "operator": "between", "formula1": low, "formula2": high, "errorStyle": WARN,
    }  # fmt: skip


def _cut(text: str, most: int = LONGEST_PROMPT) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
