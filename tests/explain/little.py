"""Little companies, their nights, and what is explained of them."""

import datetime
from pathlib import Path
from typing import Any

from pipeline.explain import explain
from pipeline.nightly import Outcome
from tests.builders import Company, night, rows_of

TODAY = datetime.date(2026, 1, 1)


class Desk:
    """A store, its nights one after the other, each with an inbox of its own."""

    def __init__(self, folder: Path, store: str) -> None:
        """Nothing uploaded yet."""
        self.folder, self.store, self.nights = folder, store, 0

    def night(self, company: Company, as_of: str) -> Outcome:
        """A night with these files."""
        self.nights += 1
        return night(self.inbox_of(self.nights).parent, company, self.store, as_of)

    def inbox_of(self, import_number: int) -> Path:
        """The files of a night."""
        return self.folder / f"night{import_number}" / "inbox"

    def explain(self, name: str) -> dict[str, Any]:
        """What is known of an id."""
        return explain(self.store, name, TODAY)

    def origins(self, name: str, element: str) -> dict[str, tuple[str, int, int]]:
        """By column of an element: the import, and the file's name and row, of the value."""
        return {
            value["column"]: (f"{value['import']} {value['file']}", value["row"])
            for value in self.explain(name)["values"]
            if value["element"] == element
        }


def completed(sequence: int, day: str, number: str = "S-1", kind: str = "BILLING") -> Company:
    """A milestone that is reached: key, name and date only."""
    name = {1: "Kick-off", 2: "Go live"}[sequence]
    return {
        "milestones": rows_of(
            "subscription_number | charge_number | event_type | sequence | milestone_name "
            "| completion_date",
            f"{number} | 10 | {kind} | {sequence} | {name} | {day}",
        )
    }


def acted(*rows: str) -> Company:
    """Actions: subscription | line | action | effective date | further."""
    return {
        "actions": rows_of(
            "subscription_number | line_number | action | effective_date "
            "| charge_number | sequence | new_subscription_number | new_line_number | reason",
            *(row + " |" * (8 - row.count("|")) for row in rows),
        )
    }
