"""The sheets of the rejections workbook that no upload reads: errors by code, and one by one."""

from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill

from pipeline.report.refusals import COLUMNS, HELD_BACK, Refusals
from pipeline.report.sheet_cells import (
    AUTHOR,
    FACE,
    TEXT_FORMAT,
    TextCell,
    append,
    cell_texts,
    filled,
    new_sheet,
    set_columns,
    styled,
)
from pipeline.report.wrapping import lines_needed

BY_CODE, ONE_BY_ONE = "errors_by_code", "refusals"
CODE_WIDTHS = (12, 12, 12, 110)
REFUSAL_WIDTHS = (40, 22, 8, 26, 24, 12, 90)
LEFT = Alignment(vertical="top", horizontal="left", indent=1)
HEADING = {
    "number_format": TEXT_FORMAT,
    "alignment": Alignment(vertical="center", horizontal="left", indent=1),
    "font": Font(name=FACE, size=11, bold=True, color="FFFFFF"),
    "fill": PatternFill("solid", fgColor="1F3864"),
}
TEXT = {"number_format": TEXT_FORMAT, "alignment": LEFT}
ERROR_TEXT = {
    "number_format": TEXT_FORMAT,
    "alignment": Alignment(vertical="top", horizontal="left", indent=1, wrap_text=True),
    "font": Font(name=FACE, size=11, color="9C0006"),
}
NOTE_TEXT = {**ERROR_TEXT, "font": Font(name=FACE, size=11, color="7F7F7F")}
"""Of rows that are only held back: what is really wrong stands out."""

LOOKS = {
    "heading": HEADING,
    "text": TEXT,
    "errors": ERROR_TEXT,
    "note": NOTE_TEXT,
    "number": {"number_format": "#,##0", "alignment": LEFT},
}


def write_refusals(workbook: Workbook, refusals: Refusals) -> None:
    """The two last sheets."""
    _write_codes(workbook, refusals)
    _write_list(workbook, refusals)


def _write_codes(workbook: Workbook, refusals: Refusals) -> None:
    worksheet = new_sheet(workbook, BY_CODE, f"{AUTHOR}, errors by code")
    looks = styled(worksheet, LOOKS)
    set_columns(worksheet, CODE_WIDTHS)
    worksheet.freeze_panes = "A2"
    worksheet.print_title_rows = "1:1"
    worksheet.append(filled(looks["heading"], ["code", "findings", "rows", "the first one says"]))
    codes = refusals.codes
    messages = cell_texts(codes["message"])
    lines = lines_needed([text or "" for text in messages], CODE_WIDTHS[-1])
    rows = zip(lines, cell_texts(codes["code"]), codes["findings"].tolist(),
               codes["rows"].tolist(), messages, strict=True)  # fmt: skip
    for at, (high, *values) in enumerate(rows, start=2):
        append(worksheet, at, _row(looks, values), high)


def _write_list(workbook: Workbook, refusals: Refusals) -> None:
    """Rows refused by file, then one row per error."""
    worksheet = new_sheet(workbook, ONE_BY_ONE, f"{AUTHOR}, rows to correct: {ONE_BY_ONE}")
    looks = styled(worksheet, LOOKS)
    set_columns(worksheet, REFUSAL_WIDTHS)
    above = len(refusals.files) + 3 + bool(refusals.notice)
    worksheet.print_title_rows = f"{above}:{above}"
    worksheet.append(filled(looks["heading"], ["file", "rows refused"]))
    files = zip(cell_texts(refusals.files["file"]), refusals.files["rows_refused"], strict=True)
    for file, count in files:
        worksheet.append(_row(looks, [file, int(count)]))
    worksheet.append([])
    if refusals.notice:
        worksheet.append(filled(looks["errors"], [refusals.notice]))
    worksheet.append(filled(looks["heading"], COLUMNS))
    columns = [
        refusals.errors[name].tolist() if name == "row" else cell_texts(refusals.errors[name])
        for name in COLUMNS
    ]
    lines = lines_needed([text or "" for text in columns[-1]], REFUSAL_WIDTHS[-1])
    for at, (high, *values) in enumerate(zip(lines, *columns, strict=True), start=above + 1):
        append(worksheet, at, _row(looks, values), high)


def _row(looks: dict[str, TextCell], values: list) -> Iterator[TextCell | None]:
    """Texts and counts as they come; the last text, if it is a message, wraps. Row 0 is none."""
    for place, value in enumerate(values):
        if value is None or value == 0:
            yield None
        elif isinstance(value, int):
            yield looks["number"].counting(value)
        elif place and place == len(values) - 1:
            held_back = HELD_BACK in values
            yield looks["note" if held_back else "errors"].holding(value)
        else:
            yield looks["text"].holding(value)
