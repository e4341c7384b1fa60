"""Little companies, their nights, and what is explained of them."""

import datetime
from collections.abc import Iterable
from functools import cache
from typing import Any

from pipeline.explain import explain
from pipeline.explain.kept import keep
from pipeline.explain.row import explain_event, explain_line
from pipeline.store import reading
from tests import desk
from tests.builders import Company, rows_of

TODAY = datetime.date(2026, 1, 1)


class Desk(desk.Desk):
    """A desk at which questions are asked."""

    def explain(self, name: str) -> dict[str, Any]:
        """What is known of an id."""
        return explain(self.store, name, TODAY)


def explain_all(store: str, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What is known of many lines and events: each contract is read once."""
    told: dict[str, dict[str, Any]] = {}
    with reading(store, "test") as connection:
        of_contract = cache(lambda number: keep(connection, number))
        for name in names:
            number, charge, what = name.partition("#")[0].split(":")
            kept, revision = of_contract(number), int(name.partition("#")[2] or 0)
            explain_one = explain_event if what.startswith("R") else explain_line
            account = explain_one(
                connection, kept, charge, what, revision, kept.last_night or TODAY
            )
            assert account is not None, name
            told[name] = account
    return told


def origins(account: dict[str, Any], element: str) -> dict[str, tuple[str, int]]:
    """By column of an element: the import, and the file's name and row, of the value."""
    return {
        value["column"]: (f"{value['import']} {value['file']}", value["row"])
        for value in account["values"]
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
