"""Our own bulk-import workbook, when it comes back: its version is checked, blank sheets are normal."""

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from pipeline.findings import ERROR, INFO, WARNING, one_finding
from pipeline.read.cell_marks import find_marks
from pipeline.read.faults import UnreadableError
from pipeline.read.naming import plain_name
from pipeline.read.package import Package
from pipeline.read.sheets import Reading
from schemas.template import INSTRUCTIONS, VERSION, version_of

NO_ROWS = "FIL-05"
FIRST_ROWS = 10
"""Where the version stands."""


def stated_version(package: Package, book: CalamineWorkbook) -> object:
    """The version that the workbook's instructions state; None where it is no template of ours."""
    for title in package.parts:
        if plain_name(title) == plain_name(INSTRUCTIONS):
            try:
                find_marks(package.chunks(title), frozenset())  # refuses what would fill the memory
                sheet = book.get_sheet_by_name(title)
                return version_of(sheet.to_python(skip_empty_area=False, nrows=FIRST_ROWS))
            except (CalamineError, ValueError, UnreadableError):
                return None  # the tables' sheets tell whether the workbook is damaged
    return None


def refusal_of_newer(version: object, file: str) -> pd.DataFrame | None:
    """The finding on a template that this program is too old for, else None."""
    if not isinstance(version, int | float) or version <= VERSION:
        return None
    return one_finding(
        "FIL-10", ERROR,
        f"the template is of version {version:g}, and this program knows templates up to "
        f"{VERSION}, so none of its rows is read; update the program, or copy the rows into a "
        "workbook that `milestone-billing template` of this program writes",
        file=file, sheet=INSTRUCTIONS, value=f"{version:g}",
    )  # fmt: skip


def as_template(reading: Reading, version: object, file: str) -> Reading:
    """The reading of a template: sheets that nobody filled in are no news, unless all of them are."""
    told = [one for one in reading.findings if one.empty or one["code"].iloc[0] != NO_ROWS]
    if not isinstance(version, int | float):
        told.append(
            one_finding(
                "FIL-11", WARNING,
                "the version on the instructions can't be read, so the workbook is read like any "
                "other; leave that cell as it was written",
                file=file, sheet=INSTRUCTIONS, value=str(version),
            )
        )  # fmt: skip
    if not any(len(sheet.rows) for sheet in reading.sheets):
        told.append(
            one_finding(
                NO_ROWS, INFO, "no sheet of the template has a row; fill in the rows to load",
                file=file,
            )
        )  # fmt: skip
    return Reading(reading.sheets, told)
