"""A slow, obvious reading of the contract: one charge, one period, one day at a time.

It knows nothing of the program: dates of the standard library, and fractions.
"""

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tests.schedules import half_away

ONE_DAY = datetime.timedelta(days=1)
MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "HALF_YEARLY": 6, "ANNUAL": 12}
Date = datetime.date
Term = tuple[Date | None, Date | None]


@dataclass(frozen=True)
class Phase:
    """What ends a phase: `end_date`, `months`, `completed`, or nothing; and the anchor given."""

    ends: str
    end_date: Date | None = None
    months: int = 0
    completed: Date | None = None
    anchor: str = ""


@dataclass(frozen=True)
class Charge:
    """A charge's price in cents, and the place of its phase (None: its line's whole term)."""

    price: int
    recurs: bool
    every: str
    in_arrears: bool
    percent: int
    phase: int | None


@dataclass(frozen=True)
class Contract:
    """A subscription with one line."""

    starts: Date
    ends: Date | None
    billing_day: int | None
    phases: tuple[Phase, ...]
    charges: tuple[Charge, ...]


@dataclass(frozen=True)
class Line:
    """What should have been billed: its first day names it."""

    what: str
    bill_date: Date
    amount: int


def day_in(year: int, month: int, day: int) -> Date:
    """That day of the month, or the month's last; months beyond December are the next year's."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return Date(year, month, min(day, calendar.monthrange(year, month)[1]))


def terms_of(contract: Contract, day_after: bool = False) -> list[Term]:
    """From when to before when each phase runs; (None, None) while an earlier one waits."""
    begins: Date | None = contract.starts
    last = contract.ends + ONE_DAY if contract.ends else None
    terms: list[Term] = []
    for phase in contract.phases:
        before = _end_of(phase, begins, day_after) if begins else None
        if last and begins and (before is None or before > last):
            before = None if _is_open(phase) else last
        terms.append((begins, before))
        begins = before
    return terms


def _is_open(phase: Phase) -> bool:
    return phase.ends == "MILESTONE" and phase.completed is None


def _end_of(phase: Phase, begins: Date, day_after: bool) -> Date | None:
    if phase.ends == "DATE":
        assert phase.end_date is not None
        return phase.end_date + ONE_DAY
    if phase.ends == "DURATION":
        return day_in(begins.year, begins.month + phase.months, begins.day)
    if phase.ends == "MILESTONE" and phase.completed:
        return phase.completed + ONE_DAY if day_after else phase.completed
    return None


def anchors_of(contract: Contract, terms: list[Term]) -> list[tuple[Date, int]]:
    """A month and the day of the month on which each phase's periods begin."""
    day = contract.billing_day or contract.starts.day
    running = (contract.starts, day)
    anchors = []
    for place, (phase, (begins, _)) in enumerate(zip(contract.phases, terms, strict=True)):
        after_milestone = place > 0 and contract.phases[place - 1].ends == "MILESTONE"
        if begins and (phase.anchor == "RESET" or (not phase.anchor and after_milestone)):
            running = (begins, begins.day)
        anchors.append(running)
    return anchors


def due_lines(contract: Contract, as_of: Date, day_after: bool = False) -> dict[int, list[Line]]:
    """The lines of each charge, by its place, that should have been billed by that day."""
    terms = terms_of(contract, day_after)
    anchors = anchors_of(contract, terms)
    last = contract.ends + ONE_DAY if contract.ends else None
    due = {}
    for place, charge in enumerate(contract.charges):
        if charge.phase is None:
            begins, before = contract.starts, last
            anchor = (contract.starts, contract.billing_day or contract.starts.day)
        else:
            begins, before = terms[charge.phase]
            before, anchor = before or last, anchors[charge.phase]
        lines = [] if begins is None or (last and begins >= last) else list(
            _periods(charge, begins, before, anchor, as_of) if charge.recurs
            else _fee(charge, begins, before)
        )  # fmt: skip
        due[place] = [line for line in lines if line.bill_date <= as_of and line.amount]
    return due


def _fee(charge: Charge, begins: Date, before: Date | None) -> Iterator[Line]:
    on = before if charge.in_arrears else begins
    if on:
        yield Line("FEE", on, half_away(_adjusted(charge, Fraction(charge.price))))


def _periods(
    charge: Charge, begins: Date, before: Date | None, anchor: tuple[Date, int], as_of: Date
) -> Iterator[Line]:
    step, number = MONTHS[charge.every], 0
    month, day = anchor

    def boundary(place: int) -> Date:
        return day_in(month.year, month.month + place * step, day)

    while boundary(number) > begins:
        number -= 1
    while boundary(number) <= as_of and (before is None or boundary(number) < before):
        days = list(_days(boundary(number), boundary(number + 1)))
        served = [one for one in days if begins <= one and (before is None or one < before)]
        if served:
            share = Fraction(charge.price) * len(served) / len(days)
            on = served[-1] + ONE_DAY if charge.in_arrears else served[0]
            yield Line(served[0].isoformat(), on, half_away(_adjusted(charge, share)))
        number += 1


def _days(first: Date, before: Date) -> Iterator[Date]:
    while first < before:
        yield first
        first += ONE_DAY


def _adjusted(charge: Charge, amount: Fraction) -> Fraction:
    return amount * (100 + charge.percent) / 100
