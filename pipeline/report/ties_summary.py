"""The Summary's row of flags: does everything tie?"""

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from pipeline.report.check import ABOUT, NONE, Check, about_each, overall
from pipeline.report.formats import Formats
from pipeline.report.page import Page

FLAG_CELL = "Checks!$B$3"
QUESTION = "Does everything tie?"


def write_ties(page: Page) -> int:
    """The headings; the row of the flags, as people count, which wait for the Checks."""
    page.section(QUESTION)
    page.link(0, "Checks", "Expected, actual and difference of each: see Checks")
    page.row += 1
    page.headings(["All checks", *ABOUT], right=())
    page.row += 1
    return page.row


def fill_ties(worksheet: Worksheet, row: int, checks: Sequence[Check], formats: Formats) -> None:
    """A live flag for each kind of check, and one for all of them together."""
    flag = formats["flag"]
    worksheet.write_formula(f"A{row}", f"={FLAG_CELL}", flag, overall(checks))
    for column, (kind, result) in zip("BCDEFGH", about_each(checks).items(), strict=True):
        about = f'Checks[About],"{kind}"'
        formula = (
            f'=IF(COUNTIFS({about})=0,"{NONE}",'
            f'IF(COUNTIFS({about},Checks[Result],"OK")=COUNTIFS({about}),"OK","ERROR"))'
        )
        worksheet.write_formula(f"{column}{row}", formula, flag, result)
    mark_flags(worksheet, f"A{row}:H{row}", formats)


def mark_flags(worksheet: Worksheet, cells: str, formats: Formats) -> None:
    """OK on green, ERROR on red."""
    for text, look in (("OK", "good"), ("ERROR", "bad")):
        worksheet.conditional_format(
            cells,
            {"type": "cell", "criteria": "==", "value": f'"{text}"', "format": formats[look]},
        )
