"""Laws of phases and recurring charges, over random contracts and nights."""

import itertools
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.settings import HANDOVERS, Settings
from tests.builders import Company, changed, contracts_of, joined, little_company
from tests.laws.naive_schedule import Contract, Date, due_lines, terms_of
from tests.laws.schedule_worlds import contracts, nights, rows_of_contract, with_completions
from tests.schedules import (
    Contracts,
    bill_on,
    company_of,
    empty_ledger,
    half_away,
    plain,
    schedule,
    sums,
)

LAW = settings(
    max_examples=4, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
WORLDS = st.lists(contracts(), min_size=12, max_size=20)
"""Many contracts at a time: a night of twenty costs hardly more than a night of one."""


def accepted(world: list[Contract]) -> Contracts:
    """The contracts as they are accepted from files; the subscriptions are S-0, S-1, and so on."""
    rows = [rows_of_contract(contract, f"S-{place}") for place, contract in enumerate(world)]
    with tempfile.TemporaryDirectory() as folder:
        return contracts_of(Path(folder), company_of(*rows))


@LAW
@given(WORLDS, nights(), st.sampled_from(HANDOVERS))
def test_the_ledger_is_what_a_naive_reading_gives(
    world: list[Contract], night: Date, handover: str
) -> None:
    lines, _ = bill_on(
        accepted(world), night.isoformat(), settings=Settings(phase_handover=handover)
    )
    expected = {
        (f"S-{place}", str(10 * (charge + 1)), line.what): (line.bill_date, line.amount)
        for place, contract in enumerate(world)
        for charge, due in due_lines(contract, night, handover == "day_after").items()
        for line in due
    }
    billed = {
        (row.subscription_number, row.charge_number, row.what): (
            row.bill_date.date(), row.amount_minor,
        )
        for row in lines.itertuples()
    }  # fmt: skip
    assert billed == expected


@LAW
@given(WORLDS, st.lists(nights(), min_size=2, max_size=3, unique=True))
def test_night_by_night_is_once_at_the_end(world: list[Contract], when: list[Date]) -> None:
    known = accepted(world)
    ledger = empty_ledger()
    for night in sorted(when):
        _, ledger = bill_on(known, night.isoformat(), ledger)
    assert (ledger["revision"] == 0).all()
    once, _ = bill_on(known, max(when).isoformat())
    assert sums(ledger) == sums(once)


@LAW
@given(WORLDS, st.lists(nights(), min_size=1, max_size=2, unique=True))
def test_the_same_night_again_posts_nothing(world: list[Contract], when: list[Date]) -> None:
    known = accepted(world)
    ledger = empty_ledger()
    for night in sorted(when):
        _, ledger = bill_on(known, night.isoformat(), ledger)
        again, after = bill_on(known, night.isoformat(), ledger)
        assert again.empty
        assert after.equals(ledger)


@st.composite
def histories(draw: st.DrawFn, world: list[Contract]) -> dict[tuple[str, str], Date | None]:
    """Some completion dates moved to other days within their phase and term, or removed; with one
    that is removed go those of the phases after it."""
    moved: dict[tuple[str, str], Date | None] = {}
    for place, contract in enumerate(world):
        gone = False
        for number, (phase, term) in enumerate(
            zip(contract.phases, terms_of(contract), strict=True)
        ):
            if phase.completed is None or term[0] is None:
                continue
            gone = gone or draw(st.booleans())
            days = (phase.completed - term[0]).days
            earlier = term[0] + timedelta(days=draw(st.integers(0, max(days, 0))))
            moved[f"S-{place}", str(number + 1)] = None if gone else earlier
    return moved


@LAW
@given(WORLDS, st.lists(nights(), min_size=2, max_size=3, unique=True), st.data())
def test_a_completion_moved_back_and_forth_comes_to_one_that_was_not(
    world: list[Contract], when: list[Date], data: st.DataObject
) -> None:
    known = accepted(world)
    ledger = empty_ledger()
    for night in sorted(when)[:-1]:
        moved = with_completions(known, data.draw(histories(world)))
        _, ledger = bill_on(moved, night.isoformat(), ledger)
    last = max(when).isoformat()
    _, ledger = bill_on(known, last, ledger)
    clean, _ = bill_on(known, last)
    assert sums(ledger) == sums(clean)


def test_a_history_that_moves_a_completion_posts_corrections() -> None:
    """The law above is not empty: one of its histories, by hand."""
    world = schedule(
        "S-1", "start_date=2026-01-01, billing_day=1",
        phases=["ends=MILESTONE, completion_date=2026-03-16", "ends=NEVER"],
        charges=["amount=310.00, phase_number=1", "amount=500.00, phase_number=2"],
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        known = contracts_of(Path(folder), company_of(world))
    ledger = empty_ledger()
    for night, completed in [("2026-03-01", None), ("2026-03-20", Date(2026, 3, 10)),
                             ("2026-03-25", None), ("2026-03-31", Date(2026, 3, 16))]:  # fmt: skip
        moved = with_completions(known, {("S-1", "1"): completed})
        _, ledger = bill_on(moved, night, ledger)
    clean, _ = bill_on(known, "2026-03-31")
    assert sums(ledger) == sums(clean)
    assert sums(clean)["S-1", "10", "2026-03-01"] == 15000
    assert sums(clean)["S-1", "20", "2026-03-16"] == 50000
    assert sorted(ledger["revision"]) == [0, 0, 0, 0, 0, 1, 1, 2, 3]


@settings(LAW, max_examples=2)
@given(WORLDS, WORLDS, nights(), nights())
def test_subscriptions_are_independent(
    some: list[Contract], others: list[Contract], before: Date, after: Date
) -> None:
    """run(A and B) is run(A) and run(B), milestones by percentage among them, night after night."""
    first, second = sorted([before, after])
    by_percent = changed(little_company(), "subscriptions 2: start_date=2024-01-01",
                         "milestones 2: completion_date=2024-07-31",
                         "milestones 3: percent=70, completion_date=2025-05-05")  # fmt: skip
    rows = [rows_of_contract(contract, f"A-{place}") for place, contract in enumerate(some)]
    other_rows = [rows_of_contract(contract, f"B-{place}") for place, contract in enumerate(others)]
    halves = [joined(by_percent, *rows), company_of(*other_rows)]
    with tempfile.TemporaryDirectory() as folder:
        apart = [contracts_of(Path(folder) / str(at), one) for at, one in enumerate(halves)]
        together = contracts_of(Path(folder) / "all", joined(by_percent, *rows, *other_rows))
    ledger, ledgers = empty_ledger(), [empty_ledger(), empty_ledger()]
    for night in (first.isoformat(), second.isoformat()):
        lines, ledger = bill_on(together, night, ledger)
        parts = []
        for half in (0, 1):
            own, ledgers[half] = bill_on(apart[half], night, ledgers[half])
            parts.append(own)
        expected = pd.concat(parts).sort_values("bill_line_id", ignore_index=True)
        pd.testing.assert_frame_equal(lines, expected)


@dataclass(frozen=True)
class Pieces:
    """A year's service at a price in cents, adjusted by whole percents, cut after so many days."""

    price: int
    percent: int
    starts: Date
    bounds: tuple[int, ...]

    def rows(self, number: str) -> Company:
        """The pieces as phases that run on (CONTINUE), each with a charge of the same price."""
        last_days = [self.starts + timedelta(days=bound - 1) for bound in self.bounds[1:]]
        return schedule(
            number,
            f"start_date={self.starts}",
            phases=[f"ends=DATE, end_date={day}" for day in last_days],
            charges=[
                f"amount={plain(self.price)}, billing_frequency=ANNUAL, phase_number={phase}, "
                f"price_adjustment_percent={self.percent}"
                for phase in range(1, len(self.bounds))
            ],
        )


@st.composite
def pieces(draw: st.DrawFn) -> Pieces:
    """A year from a day that no month lacks, in up to seven pieces."""
    starts = draw(st.dates(Date(2024, 1, 1), Date(2026, 12, 28)).filter(lambda day: day.day <= 28))
    days = (starts.replace(year=starts.year + 1) - starts).days
    cuts = draw(st.sets(st.integers(1, days - 1), max_size=6))
    return Pieces(
        price=draw(st.integers(-3_000_000, 3_000_000) | st.integers(-3, 3)),
        percent=draw(st.sampled_from([0, -10, 7])),
        starts=starts,
        bounds=(0, *sorted(cuts), days),
    )


@settings(LAW, max_examples=3)
@given(st.lists(pieces(), min_size=10, max_size=15))
def test_the_pieces_of_a_period_are_within_half_a_unit_each(years: list[Pieces]) -> None:
    """Each piece is rounded once, so it is within 1/2 minor unit of its exact share, and n pieces
    total the exact price of the whole within n/2; the price rounded once, within (n + 1)/2."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [year.rows(f"S-{place}") for place, year in enumerate(years)]
        known = contracts_of(Path(folder), company_of(*rows))
    billed = sums(bill_on(known, "2028-12-31")[0])
    for place, year in enumerate(years):
        whole = Fraction(year.price) * (100 + year.percent) / 100
        total = 0
        for piece, (first, before) in enumerate(itertools.pairwise(year.bounds), 1):
            what = (year.starts + timedelta(days=first)).isoformat()
            amount = billed.get((f"S-{place}", str(10 * piece), what), 0)
            exact = whole * (before - first) / year.bounds[-1]
            assert abs(amount - exact) <= Fraction(1, 2)
            total += amount
        count = len(year.bounds) - 1
        assert abs(total - whole) <= Fraction(count, 2)
        assert abs(total - half_away(whole)) <= Fraction(count + 1, 2)
        assert count > 1 or total == half_away(whole)
