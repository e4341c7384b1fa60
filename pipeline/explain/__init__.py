"""Explain: why a line, why this amount, on this date; from which file, sheet and row; or a contract's
whole story. Reads the store and changes nothing; of a contract's rows only its own.
"""

import datetime
import re
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Connection

from pipeline.bill.shares import milestone_what
from pipeline.explain.kept import Kept, keep, rows_of
from pipeline.explain.row import explain_event, explain_line
from pipeline.explain.story import tell_story
from pipeline.explain.waiting import stand_now
from pipeline.store import one_contract, reading

FORM = re.compile(r"([^:#]+)(?::([^:#]+):([^:#]+)(?:#([0-9]{1,9}))?)?")
MOST_NEAR = 5
SAYS = "give a subscription (S-1), a bill line (S-1:10:M2, S-1:10:M2#1) or an event (S-1:10:R2)"


class UnknownIdError(Exception):
    """There is nothing of that id; the message names the nearest ones."""


def explain(store: str, name: str, today: datetime.date) -> dict[str, Any]:
    """All that the store knows of a bill line, a revenue event or a subscription, as plain values.

    `today` matters only before the first run: after it, everything stands as of the last night.
    """
    parts = FORM.fullmatch(name.strip())
    if parts is None:
        raise UnknownIdError(f"'{name}' is no id: {SAYS}")
    number, charge_number, what, revision = parts.groups()
    with reading(store, "explain") as connection:
        kept = keep(connection, number)
        if not kept.is_known:
            raise UnknownIdError(unknown_subscription(connection, number))
        as_of = kept.last_night or today
        if charge_number is None:
            return tell_story(kept, as_of)
        explain_one = explain_event if what.startswith("R") else explain_line
        found = explain_one(connection, kept, charge_number, what, int(revision or 0), as_of)
    if found is None:
        near = _near(name, known_ids(kept, as_of))
        raise UnknownIdError(f"there is no {name}; the nearest: {near}")
    return found


def known_ids(kept: Kept, as_of: datetime.date) -> list[str]:
    """The ids of the contract that can be explained: posted, due, withheld or planned."""
    standing = stand_now(kept, as_of)
    bills, milestones = standing.bills, standing.bills.milestones
    planned = milestones["subscription_number"] + ":" + milestones["charge_number"] + ":"
    fees = bills.terms[(bills.terms["charge_type"] == "ONE_TIME")
                       & ~bills.terms["milestone_billing_on"]]  # fmt: skip
    return sorted(
        {
            *kept.lines["bill_line_id"], *kept.events["event_id"],
            *bills.lines["bill_line_id"], *bills.withheld["bill_line_id"],
            *(planned + milestone_what(milestones)),
            *(fees["subscription_number"] + ":" + fees["charge_number"] + ":FEE"),
        }
    )  # fmt: skip


def unknown_subscription(connection: Connection, number: str) -> str:
    """That there is no such contract, and which numbers are like its own."""
    near = _near(number, one_contract.similar_subscriptions(connection, number))
    refused = one_contract.read_refusals(connection, number)
    told = [
        f"; import {row.import_number} refused it: {row.file}, "
        f"{row.sheet + ', ' if row.sheet else ''}row {row.row}: {row.errors.splitlines()[0]}"
        for row in rows_of(refused.head(1))
    ]
    return f"there is no subscription {number}; the nearest: {near}{''.join(told)}"


def _near(name: str, known: list[str]) -> str:
    """The most similar ids in words, the likest first.

    >>> _near("S-11", ["S-2", "S-12", "S-1"])
    'S-1, S-12, S-2'
    """
    likest = sorted(known, key=lambda one: (-SequenceMatcher(None, name, one).ratio(), one))
    return ", ".join(likest[:MOST_NEAR]) or "none"
