"""The law of the forecast: it is what the nights post, run one by one, when all comes true."""

import datetime
import random
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.forecast import Forecast, Posted, forecast
from pipeline.settings import Settings
from schemas.forecasts import BILLING, AwaitedMilestones, ForecastMonths, ForecastRows
from tests.forecast.truth import Ledger, live_through
from tests.forecast.worlds import still_open
from tests.laws.naive_revenue import Deal, Rules
from tests.laws.test_revenue_laws import LAW, accepted, deals, rules, settings_of, with_deals
from tests.schedules import Contracts

NIGHTS = st.dates(datetime.date(2024, 6, 1), datetime.date(2025, 6, 30))
WORLDS = st.lists(deals(), min_size=8, max_size=10)
SPAN = 50


def lines_of(lines: pd.DataFrame, number: str, date: str) -> list[tuple]:
    """Every line by number: its dates and its amount."""
    columns = [number, date, "accounting_date", "amount_minor"]
    return sorted(lines[columns].itertuples(index=False, name=None))


def recognised_by_month(events: pd.DataFrame, first: datetime.date) -> dict[tuple, int]:
    """What each month of each charge recognises; none lies before the first night's."""
    months = np.maximum(
        events["accounting_date"].to_numpy("datetime64[M]"), np.datetime64(first, "M")
    )
    sums = events.assign(month=months.astype(str)).groupby(
        ["subscription_number", "charge_number", "month"]
    )["amount_minor"].sum()  # fmt: skip
    return {key: int(amount) for key, amount in sums.items() if amount}


def assert_foretold(
    told: Forecast, lines: pd.DataFrame, events: pd.DataFrame, last: Ledger
) -> None:
    """The forecast's rows are what was posted, line by line, and what is on hold at the end."""
    rows = told.rows
    bills = rows["event_type"] == BILLING
    held = rows["on_hold"] != ""
    first = told.as_of + datetime.timedelta(days=1)
    assert lines_of(rows[bills & ~held], "row_id", "date") == lines_of(
        lines, "bill_line_id", "bill_date"
    )
    assert recognised_by_month(rows[~bills], first) == recognised_by_month(events, first)
    assert last.bills is not None
    waits = last.bills.withheld
    assert sorted(
        rows.loc[held, ["row_id", "amount_minor"]].itertuples(index=False, name=None)
    ) == (sorted(waits[["bill_line_id", "amount_minor"]].itertuples(index=False, name=None)))
    ForecastRows.validate(told.rows)
    ForecastMonths.validate(told.months)
    AwaitedMilestones.validate(told.awaited)


def live_and_foretell(
    contracts: Contracts, before: Contracts, night: datetime.date, until: datetime.date,
    chosen: Settings, *, is_posted: bool,
) -> None:  # fmt: skip
    """A night, a forecast, and what then really happens; the quick forecast has the same months."""
    ledger = Ledger.empty()
    ledger.night(contracts if is_posted else before, night, chosen)
    posted = Posted(ledger.lines.assign(sent=True), ledger.events)
    lines, events = len(ledger.lines), len(ledger.events)
    told, quick = (
        forecast(contracts, posted, night, until, chosen, by_day=by_day, is_posted=is_posted)
        for by_day in (True, False)
    )
    live_through(contracts, ledger, night, until, chosen)
    assert_foretold(told, ledger.lines.iloc[lines:], ledger.events.iloc[events:], ledger)
    pd.testing.assert_frame_equal(told.months, quick.months)
    pd.testing.assert_frame_equal(told.awaited, quick.awaited)


@settings(LAW, max_examples=2)
@given(WORLDS, rules(), NIGHTS, st.integers(1, SPAN), st.integers(0, 10**6))
def test_the_forecast_is_what_the_nights_post_when_it_comes_true(
    world: Sequence[Deal], chosen: Rules, night: datetime.date, days: int, seed: int
) -> None:
    chance = random.Random(seed)
    until = night + datetime.timedelta(days=days)
    rules_of_the_site = settings_of(chosen)
    if chance.random() < 0.3:
        opens = night + datetime.timedelta(days=chance.randint(-60, 20))
        rules_of_the_site = replace(rules_of_the_site, first_open_day=opens)
    with tempfile.TemporaryDirectory() as folder:
        before = with_deals(accepted(Path(folder), world), world)
    contracts = still_open(before, night, SPAN, chance)
    live_and_foretell(
        contracts, before, night, until, rules_of_the_site, is_posted=chance.random() < 0.7
    )


@pytest.mark.parametrize("is_posted", [True, False])
def test_of_nothing(is_posted: bool) -> None:
    """Without a contract there is nothing to come."""
    with tempfile.TemporaryDirectory() as folder:
        none = accepted(Path(folder), [])
    day = datetime.date(2026, 3, 31)
    posted = Posted(Ledger.empty().lines.assign(sent=True), Ledger.empty().events)
    told = forecast(none, posted, day, datetime.date(2026, 4, 30), Settings(), is_posted=is_posted)
    assert told.rows.empty and told.months.empty and told.awaited.empty
