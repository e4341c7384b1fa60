"""The bulk-import workbook, as far as its writer and its reader must agree on it.

What its sheets hold is declared by the models of the tables (`schemas.inputs`).
"""

from collections.abc import Sequence

import schemas

TITLE = "Milestone Billing: bulk import"
"""The first cell of the instructions: by it the reader knows a workbook of ours."""

INSTRUCTIONS, LISTS = "Instructions", "Lists"

VERSION_LABEL = "Template version"
VERSION = 1
"""Beside the label. A table that gains or loses a column, or renames one, raises it (a test says so)."""

ALL = "all"
TABLES_FOR = {
    "milestones": ("milestones",),
    "subscriptions": ("subscriptions", "subscription_lines", "phases", "charges", "milestones"),
    ALL: tuple(schemas.TABLES),
}
"""What the workbook can be for, and the tables that have a sheet in it."""

SHARED = "milestones"
"""The table of which the workbook can hold the store's open rows."""


def version_of(rows: Sequence[Sequence[object]]) -> object:
    """The version that a sheet of instructions states; None where it is not one of ours.

    >>> version_of([[TITLE, ""], [VERSION_LABEL, 3.0]])
    3.0
    >>> version_of([["How we do it"], [VERSION_LABEL, 3.0]]) is None
    True
    """
    if not any(row and row[0] == TITLE for row in rows[:3]):
        return None
    stated = [row[1] for row in rows[:10] if len(row) > 1 and row[0] == VERSION_LABEL]
    return stated[0] if stated else ""
