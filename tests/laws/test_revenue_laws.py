"""Laws of revenue, over random contracts, changes and nights."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.journal import broken_journal_proofs
from pipeline.recognise import Revenue
from pipeline.settings import BY_DAY, DAY_AFTER, EVEN_MONTHS, MONTH_END, NIGHTLY, Settings
from tests.builders import contracts_of
from tests.laws.naive_revenue import WHOLE, Deal, Rules, Standing, Way, standings
from tests.laws.naive_schedule import Charge, Contract, Date, terms_of
from tests.laws.schedule_worlds import contracts, nights, rows_of_contract
from tests.recognise.revenue_nights import Ledger
from tests.schedules import Contracts, company_of, half_away
from tests.test_books import assert_the_books_tie

LAW = settings(
    max_examples=4, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
"""Without shrinking, which takes minutes for worlds of a dozen contracts; `differences` says little
enough."""
PARTS = ["recognised_before_minor", "recognised_tonight_minor", "remaining_minor"]
SELLING_PRICES = st.one_of(st.integers(0, 60), st.integers(0, 10**7), st.just(10**15 - 1))
MILESTONES = 4
"""Rows of every plan; those of 0 percent are dropped from it, so that plans grow and shrink."""


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """A site's choices."""
    return Rules(
        day_after=draw(st.booleans()), even_months=draw(st.booleans()),
        month_end=draw(st.booleans()),
    )  # fmt: skip


def settings_of(chosen: Rules) -> Settings:
    """The choices as the program's settings."""
    return Settings(
        phase_handover=DAY_AFTER if chosen.day_after else Settings.phase_handover,
        straight_line=EVEN_MONTHS if chosen.even_months else BY_DAY,
        straight_line_posting=MONTH_END if chosen.month_end else NIGHTLY,
    )


@st.composite
def plans(draw: st.DrawFn) -> tuple[tuple[int, Date | None], ...]:
    """Four shares that total 100 percent, some of them nothing, some of them reached."""
    millionth = st.integers(0, WHOLE) | st.sampled_from([0, 1, WHOLE // 2, WHOLE])
    cuts = sorted(draw(st.tuples(*(millionth,) * (MILESTONES - 1))))
    shares = [after - before for before, after in zip([0, *cuts], [*cuts, WHOLE], strict=True)]
    return tuple((share, draw(st.none() | nights())) for share in shares)


@st.composite
def ways(draw: st.DrawFn, contract: Contract, place: int, alone: bool) -> Way:
    """How a charge of the contract is recognised; milestones are for one-time charges only."""
    evergreen = contract.ends is None and not contract.phases
    can = not contract.charges[place].recurs and not evergreen
    plan = draw(plans()) if can and draw(st.booleans()) else ()
    return Way(
        method=draw(st.sampled_from(["", "", "STRAIGHT_LINE", "POINT_IN_TIME"])),
        alone=draw(SELLING_PRICES) if alone else None,
        plan=plan,
    )


@st.composite
def deals(draw: st.DrawFn) -> Deal:
    """A contract and its ways; where one charge has a selling price, all have."""
    contract = draw(contracts())
    alone = draw(st.booleans())
    places = range(len(contract.charges))
    return Deal(contract, tuple(draw(ways(contract, place, alone)) for place in places))


@st.composite
def later(draw: st.DrawFn, deal: Deal) -> Deal:
    """The deal as it may stand on a later night: milestones moved, taken back or given other shares,
    phases completed earlier or not at all, another end, other methods and selling prices."""
    contract = draw(_moved(deal.contract))
    if contract.ends and draw(st.booleans()):
        least = max([contract.starts, *(one.completed for one in contract.phases if one.completed)])
        contract = replace(contract, ends=least + timedelta(days=draw(st.integers(0, 500))))
    alone = deal.ways[0].alone is not None and draw(st.sampled_from([True, True, False]))
    return Deal(
        contract,
        tuple(
            replace(
                way,
                method=draw(st.sampled_from([way.method, way.method, "", "STRAIGHT_LINE"])),
                alone=draw(st.just(way.alone) | SELLING_PRICES) if alone else None,
                plan=draw(plans()) if way.plan else (),
            )
            for way in deal.ways
        ),
        bills=draw(st.sampled_from([True, True, True, False])),
    )


@st.composite
def _moved(draw: st.DrawFn, contract: Contract) -> Contract:
    """Some completions on earlier days, or gone; with one that is gone go those after it."""
    phases, gone = [], False
    for phase, (begins, _) in zip(contract.phases, terms_of(contract), strict=True):
        if phase.completed is None or begins is None:
            phases.append(phase)
            continue
        gone = gone or draw(st.sampled_from([False, False, True]))
        length = draw(st.integers(0, max((phase.completed - begins).days, 0)))
        phases.append(replace(phase, completed=None if gone else begins + timedelta(days=length)))
    return replace(contract, phases=tuple(phases))


@contextmanager
def ledger(chosen: Rules) -> Iterator[Ledger]:
    """An empty ledger in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        yield Ledger(Path(folder), settings_of(chosen))


def accepted(folder: Path, world: Sequence[Deal], prefix: str = "S-") -> Contracts:
    """The deals as they are accepted from files: S-0, S-1, and so on."""
    rows = []
    for place, deal in enumerate(world):
        company = rows_of_contract(deal.contract, f"{prefix}{place}")
        for row, way in zip(company["charges"], deal.ways, strict=True):
            row["milestone_revenue"] = "Y" if way.plan else ""
        plans_of_charges = [
            {"subscription_number": f"{prefix}{place}", "charge_number": str(10 * number),
             "event_type": "REVENUE", "sequence": str(sequence), "milestone_name": "Build",
             "percent": "100" if sequence == 1 else "0", "completion_date": ""}
            for number, way in enumerate(deal.ways, 1) for sequence in range(1, len(way.plan) + 1)
        ]  # fmt: skip
        rows.append(company | ({"milestones": plans_of_charges} if plans_of_charges else {}))
    return contracts_of(folder, company_of(*rows))


def with_deals(known: Contracts, world: Sequence[Deal], prefix: str = "S-") -> Contracts:
    """The accepted contracts as the deals now stand."""
    of = {f"{prefix}{place}": deal for place, deal in enumerate(world)}

    def column(table: str, name: str, values: list[object], dtype: str) -> Contracts:
        frame = known[table]
        return known | {table: frame.assign(**{name: pd.Series(values, frame.index, dtype=dtype)})}

    def days(values: list[Date | None]) -> list[object]:
        return [pd.NaT if day is None else pd.Timestamp(day) for day in values]

    numbers = known["subscriptions"]["subscription_number"]
    known = column("subscriptions", "end_date", days([of[n].contract.ends for n in numbers]),
                   "datetime64[s]")  # fmt: skip
    known = column("subscriptions", "status",
                   ["ACTIVE" if of[n].bills else "DRAFT" for n in numbers], "str")  # fmt: skip
    rows = known["phases"][["subscription_number", "phase_number"]].itertuples(index=False)
    completed = [of[name].contract.phases[int(number) - 1].completed for name, number in rows]
    known = column("phases", "completion_date", days(completed), "datetime64[s]")
    rows = known["charges"][["subscription_number", "charge_number"]].itertuples(index=False)
    chosen = [of[name].ways[int(number) // 10 - 1] for name, number in rows]
    known = column("charges", "revenue_method", [way.method or None for way in chosen], "str")
    known = column("charges", "standalone_selling_price_minor",
                   [pd.NA if way.alone is None else way.alone for way in chosen], "Int64")  # fmt: skip
    keys = ["subscription_number", "charge_number", "sequence"]
    steps = [
        of[name].ways[int(number) // 10 - 1].plan[int(sequence) - 1]
        for name, number, sequence in known["milestones"][keys].itertuples(index=False)
    ]
    known = column("milestones", "percent_millionths", [share for share, _ in steps], "Int64")
    return column("milestones", "completion_date", days([day for _, day in steps]), "datetime64[s]")


def told(revenue: Revenue) -> dict[tuple[str, int], Standing]:
    """What the program says of every charge, by subscription and place."""
    to_come: dict[tuple[str, str], dict[Date | None, int]] = {}
    for row in revenue.to_come.itertuples():
        month = None if pd.isna(row.month) else row.month.date()
        key = row.subscription_number, row.charge_number
        to_come.setdefault(key, {})[month] = row.amount_minor
    return {
        (row.subscription_number, int(row.charge_number) // 10 - 1): Standing(
            row.method, row.total_minor, row.allocated_minor,
            row.recognised_before_minor + row.recognised_tonight_minor,
            {month: amount for month, amount in
             to_come.get((row.subscription_number, row.charge_number), {}).items() if amount},
        )
        for row in revenue.balances.itertuples()
    }  # fmt: skip


def expected(world: Sequence[Deal], night: Date, chosen: Rules) -> dict[tuple[str, int], Standing]:
    """What a naive reading says of them."""
    return {
        (f"S-{place}", number): standing
        for place, deal in enumerate(world)
        for number, standing in enumerate(standings(deal, night, chosen))
    }


def differences(revenue: Revenue, world: Sequence[Deal], night: Date, chosen: Rules) -> list[tuple]:
    """The first charge of which the two readings differ, with its deal."""
    program, naive = told(revenue), expected(world, night, chosen)
    off = [key for key in naive if program.get(key) != naive[key]]
    return [
        (key, world[int(key[0].removeprefix("S-"))], night, chosen, program.get(key), naive[key])
        for key in off
    ][:1]


WORLDS = st.lists(deals(), min_size=10, max_size=14)
HALVES = st.lists(deals(), min_size=4, max_size=5)
NIGHTS = st.lists(nights(), min_size=3, max_size=4, unique=True).map(sorted)


@settings(LAW, max_examples=3)
@given(WORLDS, NIGHTS, rules(), st.data())
def test_revenue_is_what_a_naive_reading_gives_whatever_happened_before(
    world: list[Deal], when: list[Date], chosen: Rules, data: st.DataObject
) -> None:
    """Contracts change between the nights, and yet on each of them the recognised and the coming
    amounts are those of the contracts as they stand then; they total the allocated revenue, the
    allocated revenue totals the contract, and the same night again posts nothing."""
    with ledger(chosen) as books:
        known = accepted(books.folder, world)
        for place, night in enumerate(when):
            now = [data.draw(later(deal)) for deal in world] if place else world
            revenue = books.night_of(night.isoformat(), with_deals(known, now))
            assert not differences(revenue, now, night, chosen)
            balances = revenue.balances
            assert (balances["allocated_minor"] == balances[PARTS].sum(axis=1)).all()
            whole = balances.groupby("subscription_number")[
                ["total_minor", "allocated_minor"]
            ].sum()
            assert (whole["total_minor"] == whole["allocated_minor"]).all()
            assert_the_books_tie(books)
            assert not broken_journal_proofs(
                books.books.journal, books.bills.lines, revenue.events, books.books.net_before
            )
        again = books.night_of(when[-1].isoformat(), with_deals(known, now))
        assert again.events.empty
        assert again.lines.empty
        stated = set(books.stated["revenue_line_id"])
        assert set(books.events["revenue_line_id"]) <= stated, "each event has its revenue line"
        assert books.events["event_id"].is_unique


@st.composite
def by_milestones(draw: st.DrawFn) -> Deal:
    """One charge that is recognised by milestones, its price of any size."""
    price = draw(st.integers(-40, 40) | st.integers(1 - 10**15, 10**15 - 1))
    charge = Charge(price, False, "MONTHLY", False, 0, None)
    contract = Contract(Date(2024, 1, 1), Date(2026, 12, 31), None, (), (charge,))
    return Deal(contract, (Way(plan=draw(plans())),))


@settings(LAW, max_examples=2)
@given(st.lists(by_milestones(), min_size=15, max_size=20), NIGHTS, st.data())
def test_what_is_complete_comes_to_its_percentage(
    world: list[Deal], when: list[Date], data: st.DataObject
) -> None:
    """However milestones were completed, moved, taken back and changed: half away from zero, once;
    at 100 percent, exactly the whole."""
    days = st.tuples(*(st.none() | nights(),) * MILESTONES)
    with ledger(Rules()) as books:
        known = accepted(books.folder, world)
        for place, night in enumerate([*when, Date(2027, 1, 1)]):
            last = place == len(when)
            now = [
                _completed(deal, (night,) * MILESTONES if last else data.draw(days))
                for deal in world
            ]
            revenue = books.night_of(night.isoformat(), with_deals(known, now))
            recognised = revenue.balances.set_index("subscription_number")[PARTS[:2]].sum(axis=1)
            for number, deal in enumerate(now):
                done = sum(part for part, day in deal.ways[0].plan if day and day <= night)
                price = deal.contract.charges[0].price
                assert recognised[f"S-{number}"] == half_away(Fraction(price * done, WHOLE))
                assert not last or recognised[f"S-{number}"] == price


def _completed(deal: Deal, days: Sequence[Date | None]) -> Deal:
    plan = tuple((part, day) for (part, _), day in zip(deal.ways[0].plan, days, strict=True))
    return replace(deal, ways=(replace(deal.ways[0], plan=plan),))


def sums(events: pd.DataFrame) -> dict[tuple, int]:
    """What stands of each event, by the day that it is for; the parts of a month are one."""
    day = events["satisfaction_date"].where(events["method"] != "STRAIGHT_LINE")
    keyed = events.assign(day=day.astype("str"))
    net = keyed.groupby(["revenue_line_id", "what", "day"], dropna=False)["amount_minor"].sum()
    return {key: int(amount) for key, amount in net.items() if amount}


@settings(LAW, max_examples=2)
@given(WORLDS, NIGHTS, rules(), st.integers(0, 10))
def test_night_by_night_is_once_at_the_end_whatever_the_order_of_rows(
    world: list[Deal], when: list[Date], chosen: Rules, seed: int
) -> None:
    with ledger(chosen) as books:
        known = with_deals(accepted(books.folder, world), world)
        for night in when:
            shuffled = {
                table: rows.sample(frac=1, random_state=seed).reset_index(drop=True)
                for table, rows in known.items()
            }
            books.events = books.events.sample(frac=1, random_state=seed).reset_index(drop=True)
            books.night_of(night.isoformat(), shuffled)
        once = Ledger(books.folder, books.settings)
        once.night_of(when[-1].isoformat(), known)
    assert sums(books.events) == sums(once.events)
    assert not books.events["what"].str.startswith("RC").any(), "nothing changed"


@settings(LAW, max_examples=2)
@given(HALVES, HALVES, NIGHTS, rules(), st.data())
def test_subscriptions_are_independent(
    some: list[Deal], others: list[Deal], when: list[Date], chosen: Rules, data: st.DataObject
) -> None:
    """run(A and B) is run(A) and run(B), night after night."""
    with ledger(chosen) as together, ledger(chosen) as one, ledger(chosen) as other:
        known = accepted(together.folder, [*some, *others])
        numbers = [f"S-{place}" for place in range(len(some))]
        for place, night in enumerate(when[:2]):
            now = [data.draw(later(deal)) if place else deal for deal in (*some, *others)]
            contracts_now = with_deals(known, now)
            whole = together.night_of(night.isoformat(), contracts_now)
            parts = [
                half.night_of(night.isoformat(), _part(contracts_now, numbers, is_first))
                for half, is_first in ((one, True), (other, False))
            ]
            for name in ("lines", "events"):
                both = pd.concat([getattr(part, name) for part in parts])
                key = "revenue_line_id" if name == "lines" else "event_id"
                pd.testing.assert_frame_equal(
                    getattr(whole, name), both.sort_values(key, ignore_index=True)
                )


def _part(known: Contracts, numbers: list[str], is_first: bool) -> Contracts:
    return {
        table: rows[rows["subscription_number"].isin(numbers) == is_first].reset_index(drop=True)
        if "subscription_number" in rows
        else rows
        for table, rows in known.items()
    }
