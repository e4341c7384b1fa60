"""The Checks sheet: one flag, and one row per check with a live difference and result."""

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from pipeline.report.cells import major_unit, shown_text
from pipeline.report.check import Check, overall
from pipeline.report.formats import Formats
from pipeline.report.tables import TABLE_STYLE
from pipeline.report.ties_summary import mark_flags
from pipeline.report.wrapping import LINE_HEIGHT, lines_needed

HEADINGS = (
    "Check", "Where", "Business unit", "Currency", "Expected", "Actual", "Difference", "Result",
    "About",
)  # fmt: skip
WIDTHS = (54, 40, 24, 10, 20, 20, 16, 10, 16)
NUMBERS = (4, 5, 6, 7)
FLAG_ROW, HEADING_ROW = 2, 4


def write_checks(worksheet: Worksheet, checks: Sequence[Check], formats: Formats) -> None:
    """The whole sheet; there is always at least one check."""
    for at, width in enumerate(WIDTHS):
        worksheet.set_column(at, at, width)
    worksheet.write_string(0, 0, "Checks: what must be equal in every run", formats["title"])
    worksheet.write_string(FLAG_ROW, 0, "All checks together", formats["strong"])
    worksheet.write_formula(
        FLAG_ROW,
        1,
        '=IF(COUNTIF(Checks[Result],"OK")=ROWS(Checks[Result]),"OK","ERROR")',
        formats["flag"],
        overall(checks),
    )
    for row, check in enumerate(checks, start=HEADING_ROW + 1):
        _write_check(worksheet, row, check, formats)
    last_row = HEADING_ROW + len(checks)
    worksheet.add_table(
        HEADING_ROW,
        0,
        last_row,
        len(HEADINGS) - 1,
        {"name": "Checks", "style": TABLE_STYLE, "columns": _headings(formats)},
    )
    mark_flags(worksheet, f"B{FLAG_ROW + 1}", formats)
    mark_flags(worksheet, f"H{HEADING_ROW + 2}:H{last_row + 1}", formats)
    worksheet.freeze_panes(HEADING_ROW + 1, 1)
    worksheet.repeat_rows(HEADING_ROW)


def _write_check(worksheet: Worksheet, row: int, check: Check, formats: Formats) -> None:
    texts = (check.what, check.where, check.business_unit, check.currency)
    for at, text in enumerate(texts):
        worksheet.write(row, at, shown_text(text), formats["wrapped"])
    lines = max(lines_needed([text], width)[0] for text, width in zip(texts, WIDTHS, strict=False))
    if lines > 1:
        worksheet.set_row(row, lines * LINE_HEIGHT)
    places = check.places or 0
    look = formats["count"] if check.places is None else formats.money(places)
    expected = major_unit(check.expected, places)
    actual = major_unit(check.actual, places)
    difference = major_unit(check.actual - check.expected, places)
    numeric = not isinstance(expected, str) and not isinstance(actual, str)
    number = row + 1
    for at, value, formula, shown in (
        (4, expected, check.live_expected.format(row=number), look),
        (5, actual, check.live.format(row=number), look),
        (6, difference, f"=ROUND(F{number}-E{number},{places})", formats.difference(places)),
    ):
        if formula and numeric:
            worksheet.write_formula(row, at, formula, shown, value)
        else:
            worksheet.write(row, at, value, shown)
    worksheet.write_formula(
        row, 7, f'=IFERROR(IF(G{number}=0,"OK","ERROR"),"ERROR")', formats["flag"], check.result
    )
    worksheet.write_string(row, 8, check.about, formats["text"])


def _headings(formats: Formats) -> list[dict[str, object]]:
    return [
        {
            "header": heading,
            "header_format": formats["heading_filter" if at in NUMBERS else "heading"],
        }
        for at, heading in enumerate(HEADINGS)
    ]
