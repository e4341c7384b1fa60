"""A night's work: what it is computed from, what it gives, and the way from the one to the other. Pure.

Every contract stands alone: run(A ∪ B) = run(A) ∪ run(B). So the work can be done of all contracts at
once, or of some of them at a time (`spread`).
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipeline.agenda import days_to_look
from pipeline.bill import Answered, Bills, compute_bills
from pipeline.books import Books, books_by_contract, keep_books
from pipeline.forecast import Posted
from pipeline.outlook import Outlook, look_out
from pipeline.recognise import Revenue, compute_revenue
from pipeline.settings import Settings


@dataclass(frozen=True)
class Known:
    """What a night finds.

    contracts   the tables and columns of READ_FROM_CONTRACTS
    posted      the ledger before the night: its lines (with sent: bool) and its events
    stated      each revenue line as it was last stated (`compute_revenue`)
    months      what was billed and recognised, by contract and accounting date (`keep_books`)
    answered    what Receivables made of the lines
    """

    contracts: Mapping[str, pd.DataFrame]
    posted: Posted
    stated: pd.DataFrame
    months: pd.DataFrame
    answered: Answered


@dataclass(frozen=True)
class Asked:
    """Which night it is, and whether an outlook on the months to come is wanted with it."""

    run_id: str
    as_of: datetime.date
    settings: Settings
    with_outlook: bool = True


@dataclass(frozen=True)
class Computed:
    """What a night comes to; `look_on` are `agenda.days_to_look`."""

    bills: Bills
    revenue: Revenue
    books: Books
    look_on: pd.DataFrame
    outlook: Outlook | None


@dataclass(frozen=True)
class Tonight:
    """What a night comes to, as Computed has it: billed, and all else computed when it is first asked
    for, so that each stage of the night takes the time that is its own."""

    known: Known
    asked: Asked
    bills: Bills

    @cached_property
    def revenue(self) -> Revenue:
        """What should have been recognised by tonight, less what has been."""
        known, asked = self.known, self.asked
        return compute_revenue(
            self.bills, known.posted.events, known.stated, asked.as_of, asked.settings
        )

    @cached_property
    def books(self) -> Books:
        """What both come to by contract and by month, and the journal."""
        asked = self.asked
        return keep_books(
            asked.run_id, asked.as_of, self.bills, self.revenue, self.known.months, asked.settings
        )

    @cached_property
    def look_on(self) -> pd.DataFrame:
        """When each contract is looked at again."""
        asked = self.asked
        return days_to_look(
            self.known.contracts, self.bills, self.revenue, asked.as_of, asked.settings
        )

    @cached_property
    def outlook(self) -> Outlook | None:
        """What the months to come will bring; none where it is not asked for."""
        if not self.asked.with_outlook:
            return None
        known, asked = self.known, self.asked
        return look_out(
            known.contracts, known.posted, self.bills, self.revenue, asked.as_of, asked.settings
        )


def bill_tonight(known: Known, asked: Asked) -> Tonight:
    """What should have been billed by tonight, less what has been billed; the rest follows from it."""
    bills = compute_bills(
        known.contracts, known.posted.lines, asked.as_of, asked.settings, known.answered
    )
    return Tonight(known, asked, bills)


def compute_night(known: Known, asked: Asked) -> Computed:
    """The whole night at once."""
    night = bill_tonight(known, asked)
    return Computed(night.bills, night.revenue, night.books, night.look_on, night.outlook)


def compute_part(known: Known, asked: Asked) -> Computed:
    """The night of some of its contracts. The books are without a journal, whose entries are numbered
    through all contracts."""
    night = bill_tonight(known, asked)
    books = books_by_contract(asked.as_of, night.bills, night.revenue, known.months)
    return Computed(night.bills, night.revenue, books, night.look_on, night.outlook)
