"""Contracts with phases and recurring charges, at random, and as rows of the sheets."""

import datetime

import pandas as pd
from hypothesis import strategies as st

from tests.builders import Company
from tests.laws.naive_schedule import ONE_DAY, Charge, Contract, Date, Phase, terms_of
from tests.schedules import Contracts, plain, schedule

FIRST, LAST, LAST_NIGHT = Date(2024, 1, 1), Date(2025, 3, 1), Date(2026, 6, 30)
ENDS = ("DATE", "DURATION", "MILESTONE")
PRICES = st.one_of(st.integers(1, 40), st.integers(-500, 5_000_000), st.just(10**15 - 1))


def nights() -> st.SearchStrategy[Date]:
    """A night, often the first or the last of a month."""
    firsts = st.dates(FIRST, LAST_NIGHT).map(lambda day: day.replace(day=1))
    return st.one_of(st.dates(FIRST, LAST_NIGHT), firsts, firsts.map(lambda day: day - ONE_DAY))


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """A contract that every rule accepts: phases in order, completions within the term."""
    starts = draw(st.dates(FIRST, LAST))
    ends = draw(st.none() | st.integers(0, 600).map(lambda n: starts + datetime.timedelta(days=n)))
    phases: list[Phase] = []
    for place in range(count := draw(st.integers(0, 4))):
        contract = Contract(starts, ends, None, tuple(phases), ())
        begins = terms_of(contract)[-1][1] if phases else starts
        ends_by = draw(st.sampled_from((*ENDS, "NEVER") if place == count - 1 else ENDS))
        phases.append(draw(_phase(ends_by, begins, ends)))
    return Contract(
        starts=starts,
        ends=ends,
        billing_day=draw(st.none() | st.integers(1, 31)),
        phases=tuple(phases),
        charges=tuple(draw(st.lists(_charge(len(phases)), min_size=1, max_size=3))),
    )


@st.composite
def _phase(draw: st.DrawFn, ends: str, begins: Date | None, last: Date | None) -> Phase:
    anchor = draw(st.sampled_from(["", "CONTINUE", "RESET"]))
    length = draw(st.integers(0, 200))
    day = (begins or FIRST) + datetime.timedelta(days=length)
    if ends == "DATE":
        return Phase(ends, end_date=day, anchor=anchor)
    if ends == "DURATION":
        return Phase(ends, months=draw(st.integers(1, 13)), anchor=anchor)
    if ends == "NEVER" or begins is None or (last and begins > last) or draw(st.booleans()):
        return Phase(ends, anchor=anchor)
    return Phase(ends, completed=min(day, last) if last else day, anchor=anchor)


@st.composite
def _charge(draw: st.DrawFn, phases: int) -> Charge:
    return Charge(
        price=draw(PRICES),
        recurs=draw(st.sampled_from([True, True, False])),
        every=draw(st.sampled_from(["MONTHLY", "MONTHLY", "QUARTERLY", "HALF_YEARLY", "ANNUAL"])),
        in_arrears=draw(st.booleans()),
        percent=draw(st.sampled_from([0, 0, -10, -33, 7])),
        phase=draw(st.none() | st.integers(0, phases - 1)) if phases else None,
    )


def rows_of_contract(contract: Contract, number: str) -> Company:
    """The contract in the words of the sheets; phases and charges are counted from 1 and 10."""
    ends = "" if contract.ends is None else contract.ends.isoformat()
    return schedule(
        number,
        f"start_date={contract.starts}, end_date={ends}, billing_day={contract.billing_day or ''}",
        phases=[
            f"ends={one.ends}, end_date={one.end_date or ''}, duration_months={one.months or ''}, "
            f"completion_date={one.completed or ''}, billing_anchor={one.anchor}"
            for one in contract.phases
        ],
        charges=[
            f"charge_type={'RECURRING' if one.recurs else 'ONE_TIME'}, "
            f"amount={plain(one.price)}, billing_frequency={one.every if one.recurs else ''}, "
            f"billing_timing={'IN_ARREARS' if one.in_arrears else 'IN_ADVANCE'}, "
            f"price_adjustment_percent={one.percent}, "
            f"phase_number={'' if one.phase is None else one.phase + 1}"
            for one in contract.charges
        ],
    )


def with_completions(
    accepted: Contracts, completions: dict[tuple[str, str], Date | None]
) -> Contracts:
    """The accepted contracts with these completion dates, by subscription and phase number."""
    phases = accepted["phases"]
    keys = zip(phases["subscription_number"], phases["phase_number"], strict=True)
    dates = [
        completions.get(key, day) for key, day in zip(keys, phases["completion_date"], strict=True)
    ]
    moved = pd.to_datetime(pd.Series(dates, phases.index, dtype="object")).astype("datetime64[s]")
    return accepted | {"phases": phases.assign(completion_date=moved)}
