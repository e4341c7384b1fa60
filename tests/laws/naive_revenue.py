"""A slow, obvious reading of revenue: one charge, one day at a time, in fractions.

It stands beside `naive_schedule`, from which it takes the contract and its terms, and knows nothing
of the program.
"""

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tests.laws.naive_schedule import MONTHS, ONE_DAY, Charge, Contract, Date, anchors_of, day_in
from tests.laws.naive_schedule import terms_of as phase_terms_of
from tests.schedules import half_away

WHOLE = 100_000_000
"""100 percent in millionths of a percent."""


@dataclass(frozen=True)
class Way:
    """How a charge is recognised: the method given, if any; what it sells for alone, in cents; its
    revenue milestones, as millionths of a percent with the day on which each is complete."""

    method: str = ""
    alone: int | None = None
    plan: tuple[tuple[int, Date | None], ...] = ()


@dataclass(frozen=True)
class Deal:
    """A contract, and of each of its charges the way in which it is recognised."""

    contract: Contract
    ways: tuple[Way, ...]
    bills: bool = True


@dataclass(frozen=True)
class Standing:
    """Where a charge's revenue stands after a night, in cents; what is to come by month (None: no
    day is known)."""

    method: str
    total: int
    allocated: int
    recognised: int
    to_come: dict[Date | None, int]


@dataclass(frozen=True)
class Rules:
    """A site's choices."""

    day_after: bool = False
    even_months: bool = False
    month_end: bool = False


@dataclass(frozen=True)
class Served:
    """A stretch of service and its price: a billing period, or the whole term of a fee."""

    first: Date
    before: Date
    amount: int


@dataclass(frozen=True)
class Term:
    """From when to before when a charge lives, and what its periods are anchored to; `never`: it
    would begin only after the contract's end."""

    begins: Date | None
    before: Date | None
    anchor: tuple[Date, int]
    completed: Date | None = None
    awaits: bool = False
    never: bool = False


def standings(deal: Deal, night: Date, rules: Rules) -> list[Standing]:
    """Every charge of the deal, in order."""
    contract = deal.contract
    terms = [_term(contract, charge, rules) for charge in contract.charges]
    methods = [_method(*pair) for pair in zip(contract.charges, deal.ways, strict=True)]
    served = [
        _served(charge, way, term, night)
        for charge, way, term in zip(contract.charges, deal.ways, terms, strict=True)
    ]
    totals = [
        0 if not deal.bills or term.never else
        sum(one.amount for one in own) if charge.recurs else _price(charge, way)
        for charge, way, term, own in zip(contract.charges, deal.ways, terms, served, strict=True)
    ]  # fmt: skip
    allocated = _allocated(deal, terms, served, totals)
    return [
        _standing(method, total, part, own, deal, place, term, night, rules)
        for place, (method, total, part, own, term) in enumerate(
            zip(methods, totals, allocated, served, terms, strict=True)
        )
    ]


def _method(charge: Charge, way: Way) -> str:
    if way.method:
        return way.method
    return "MILESTONE" if way.plan else "STRAIGHT_LINE" if charge.recurs else "POINT_IN_TIME"


def _term(contract: Contract, charge: Charge, rules: Rules) -> Term:
    last = contract.ends + ONE_DAY if contract.ends else None
    if charge.phase is None:
        return Term(
            contract.starts, last, (contract.starts, contract.billing_day or contract.starts.day)
        )
    phase = contract.phases[charge.phase]
    terms = phase_terms_of(contract, rules.day_after)
    begins, before = terms[charge.phase]
    never = bool(begins and last and begins >= last)
    return Term(
        begins=None if never else begins,
        before=before or last,
        anchor=anchors_of(contract, terms)[charge.phase],
        completed=phase.completed if phase.ends == "MILESTONE" else None,
        awaits=phase.ends == "MILESTONE" and phase.completed is None,
        never=never,
    )


def _price(charge: Charge, way: Way) -> int:
    """A price adjustment has no effect beside milestones (TPL-06)."""
    if way.plan:
        return charge.price
    return half_away(Fraction(charge.price) * (100 + charge.percent) / 100)


def _served(charge: Charge, way: Way, term: Term, night: Date) -> list[Served]:
    """The stretches that a charge is recognised over: all of them where the term has an end, else
    those begun by the night. A fee serves at least the day on which it starts."""
    if term.begins is None:
        return []
    if not charge.recurs:
        before = term.before
        return [] if before is None else [
            Served(term.begins, max(before, term.begins + ONE_DAY), _price(charge, way))
        ]  # fmt: skip
    return list(_periods(charge, term, night))


def _periods(charge: Charge, term: Term, night: Date) -> Iterator[Served]:
    (month, day), step, begins = term.anchor, MONTHS[charge.every], term.begins
    assert begins is not None
    number = ((begins.year - month.year) * 12 + begins.month - month.month) // step - 1
    opens = day_in(month.year, month.month + number * step, day)
    while opens <= night if term.before is None else opens < term.before:
        number += 1
        closes = day_in(month.year, month.month + number * step, day)
        first, before = max(opens, begins), min(closes, term.before or closes)
        if first < before and (term.before or first <= night):
            share = Fraction(charge.price) * (before - first).days / (closes - opens).days
            yield Served(first, before, half_away(share * (100 + charge.percent) / 100))
        opens = closes


def _allocated(
    deal: Deal, terms: list[Term], served: list[list[Served]], totals: list[int]
) -> list[int]:
    """The contract's fixed price by selling price; a charge that serves nothing has no part in it."""
    evergreen = deal.contract.ends is None and not deal.contract.phases
    pool = [
        place
        for place, (charge, way, term) in enumerate(
            zip(deal.contract.charges, deal.ways, terms, strict=True)
        )
        if way.alone is not None and deal.bills and not evergreen
        and not term.never
        and (not charge.recurs or (term.begins and term.before and served[place]))
    ]  # fmt: skip
    weight = sum(deal.ways[place].alone or 0 for place in pool)
    if not weight:
        return totals
    whole = sum(totals[place] for place in pool)
    exact = {place: Fraction(abs(whole) * (deal.ways[place].alone or 0), weight) for place in pool}
    parts = {place: int(share) for place, share in exact.items()}
    by_remainder = sorted(pool, key=lambda place: (parts[place] - exact[place], place))
    for place in by_remainder[: abs(whole) - sum(parts.values())]:
        parts[place] += 1
    sign = -1 if whole < 0 else 1
    return [
        sign * parts[place] if place in parts else totals[place] for place in range(len(totals))
    ]


def _standing(
    method: str, total: int, allocated: int, served: list[Served], deal: Deal, place: int,
    term: Term, night: Date, rules: Rules,
) -> Standing:  # fmt: skip
    charge, way = deal.contract.charges[place], deal.ways[place]
    to_come: Counter[Date | None] = Counter()
    if method == "STRAIGHT_LINE":
        recognised = 0
        for first, amount in _by_day(served, allocated, rules):
            if first <= _posted_until(night, rules):
                recognised += amount
            else:
                to_come[first.replace(day=1)] += amount
        if not served:
            to_come[None] = allocated
    else:
        points = _milestones(way) if method == "MILESTONE" else _points(charge, term, served)
        recognised, rest = 0, _cumulated(points, allocated)
        for on, amount in rest:
            if on and on <= night and deal.bills:
                recognised += amount
            else:
                to_come[on and on.replace(day=1)] += amount
    kept = {month: amount for month, amount in to_come.items() if amount}
    return Standing(method, total, allocated, recognised, kept)


def _posted_until(night: Date, rules: Rules) -> Date:
    return (night + ONE_DAY).replace(day=1) - ONE_DAY if rules.month_end else night


def _by_day(served: list[Served], allocated: int, rules: Rules) -> Iterator[tuple[Date, int]]:
    """What each day brings: the exact figure to its end, rounded, less that of the day before."""
    total = sum(one.amount for one in served)
    earned, before = Fraction(0), 0
    for one in served:
        days = [one.first + n * ONE_DAY for n in range((one.before - one.first).days)]
        weights = [Fraction(1, _length(day)) if rules.even_months else Fraction(1) for day in days]
        whole = sum(weights)
        for day, weight in zip(days, weights, strict=True):
            if total:
                earned += Fraction(one.amount * allocated, total) * weight / whole
            else:
                earned += allocated * weight / _weight_of_all(served, rules)
            yield day, half_away(earned) - before
            before = half_away(earned)


def _weight_of_all(served: list[Served], rules: Rules) -> Fraction:
    days = (one.first + n * ONE_DAY for one in served for n in range((one.before - one.first).days))
    return sum((Fraction(1, _length(day)) if rules.even_months else Fraction(1) for day in days),
               Fraction(0))  # fmt: skip


def _length(day: Date) -> int:
    return (day_in(day.year, day.month + 1, 1) - day.replace(day=1)).days


def _milestones(way: Way) -> list[tuple[Date | None, Fraction]]:
    dated = [(on, place, part) for place, (part, on) in enumerate(way.plan) if on]
    open_ones = [part for part, on in way.plan if on is None]
    ordered: list[tuple[Date | None, int]] = [(on, part) for on, _, part in sorted(dated)]
    ordered += [(None, part) for part in open_ones]
    return [(on, Fraction(part, WHOLE)) for on, part in ordered]


def _points(charge: Charge, term: Term, served: list[Served]) -> list[tuple[Date | None, Fraction]]:
    """A fee at its start, or at its end; each period on its first day, or on its last."""
    if not charge.recurs:
        on = term.begins
        if charge.in_arrears and on:
            last = term.before - ONE_DAY if term.before else None
            on = None if term.awaits else term.completed or last
        return [(on, Fraction(1))]
    total = sum(one.amount for one in served)
    return [
        (one.before - ONE_DAY if charge.in_arrears else one.first,
         Fraction(one.amount, total) if total else Fraction(1, len(served)))
        for one in served
    ]  # fmt: skip


def _cumulated(
    points: list[tuple[Date | None, Fraction]], allocated: int
) -> list[tuple[Date | None, int]]:
    """Each point's amount: what all up to it come to, rounded, less what those before it do."""
    up_to = [Fraction(0), *itertools.accumulate(share for _, share in points)]
    amounts = [half_away(allocated * share) for share in up_to]
    return [
        (on, after - before)
        for (on, _), (before, after) in zip(points, itertools.pairwise(amounts), strict=True)
    ]
