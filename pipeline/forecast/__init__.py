"""Forecast: what the nights to come will bill and recognise, if every milestone is reached when it is
expected.

Pure: contracts, the ledger and two days come in; rows to come go out. There is no second way to
compute an amount: the nights are run ahead, by the same billing and recognition.
"""

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.bill import READ_FROM_CONTRACTS
from pipeline.forecast.expected import Expected, Tables, come_true, expected_days
from pipeline.forecast.nights import changes_to_come, changing_contracts, nights_to_run
from pipeline.forecast.plans import planned_rows
from pipeline.forecast.replay import (
    Night,
    Posted,
    is_among,
    not_of,
    only_of,
    run_night_ahead,
)
from pipeline.forecast.rows import months_to_come, posted_rows, rows_to_come
from pipeline.forecast.waiting import awaited_milestones, late_rows, waiting_fees
from pipeline.life import contracts_as_of
from pipeline.settings import Settings

__all__ = ["READ_FROM_CONTRACTS", "Forecast", "Posted", "forecast"]

ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Forecast:
    """What the nights after `as_of`, up to `until`, will post (schemas.forecasts).

    rows      every bill line and satisfaction event (ForecastRows)
    months    the rows by currency and month (ForecastMonths)
    awaited   the open milestones that are late, and those that are not counted (AwaitedMilestones)
    """

    as_of: datetime.date
    until: datetime.date
    rows: pd.DataFrame
    months: pd.DataFrame
    awaited: pd.DataFrame


def forecast(
    contracts: Tables,
    posted: Posted,
    as_of: datetime.date,
    until: datetime.date,
    settings: Settings,
    *,
    by_day: bool = True,
    is_posted: bool = False,
) -> Forecast:
    """What will be posted after a night, up to a day.

    `posted` is the ledger with what was posted up to the night; `is_posted` says that nothing is left
    of the night itself, so that the first night needs no run of its own. Where only months matter
    (`by_day` False), fewer nights are run: the months are the same, but the rows are not those of the
    nights, and have no words.
    """
    first = as_of + ONE_DAY
    expected = expected_days(contracts, as_of, settings.phase_handover)
    ahead = _Ahead(contracts, expected, settings, in_words=by_day)
    nights: list[Night] = []
    since = as_of
    if not is_posted and first < until:
        nights.append(ahead.run(first, posted))
        posted, since = posted.after(nights[0].bills, nights[0].revenue), first
    changes = changes_to_come(contracts, expected, since, until)
    to_run = nights_to_run(contracts, changes, since, until, by_day=by_day)
    if by_day or not (is_posted or nights):
        changing, after = ahead.run_each(to_run, posted)
        parts = posted_rows([*nights, *changing, ahead.run(until, after)], settings)
    else:
        numbers = changing_contracts(contracts_as_of(contracts, as_of), changes)
        steady = not_of(come_true(contracts, expected, until), numbers)
        parts = posted_rows(nights, settings)
        if len(numbers):
            part, own = ahead.of(numbers), posted.of(numbers)
            changing, after = part.run_each(to_run, own)
            parts = posted_rows([*nights, *changing, part.run(until, after)], settings)
        if len(steady["subscriptions"]) or not parts:
            parts += planned_rows(steady, posted.not_of(numbers), since, until, settings)
    fees = waiting_fees(contracts, expected, settings)
    late = late_rows(contracts, expected, fees)
    rows = rows_to_come(parts, late, first, in_order=by_day)
    return Forecast(
        as_of, until, rows, months_to_come(rows, first, until),
        awaited_milestones(contracts, expected, rows, posted, fees, as_of, settings),
    )  # fmt: skip


@dataclass(frozen=True)
class _Ahead:
    """The nights ahead, of contracts of which all that is expected comes true."""

    contracts: Tables
    expected: Expected
    settings: Settings
    in_words: bool

    def run(self, night: datetime.date, posted: Posted) -> Night:
        """One night of all contracts."""
        world = come_true(self.contracts, self.expected, night)
        return run_night_ahead(world, posted, night, self.settings, in_words=self.in_words)

    def of(self, numbers: pd.Series) -> "_Ahead":
        """The nights of some subscriptions."""
        expected = Expected(
            *(
                frame[is_among(self.contracts[name], numbers)].reset_index(drop=True)
                for name, frame in (
                    ("milestones", self.expected.milestones), ("phases", self.expected.phases)
                )
            )
        )  # fmt: skip
        return _Ahead(only_of(self.contracts, numbers), expected, self.settings, self.in_words)

    def run_each(self, to_run: pd.DataFrame, posted: Posted) -> tuple[list[Night], Posted]:
        """The nights of contracts that change on the way, and the ledger after them.

        What a night posts is looked at again only by later nights of the same contracts, so it is
        carried along only as long as there are any.
        """
        if to_run.empty:
            return [], posted
        changing = to_run["subscription_number"].drop_duplicates()
        part, own = self.of(changing), posted.of(changing)
        days = to_run["night"].to_numpy("datetime64[D]")
        carried = own.of(changing.head(0))
        nights: list[Night] = []
        for day in np.unique(days):
            numbers = to_run.loc[days == day, "subscription_number"]
            before = own.of(numbers).joined(carried.of(numbers))
            done = part.of(numbers).run(day.tolist(), before)
            later = to_run.loc[days > day, "subscription_number"]
            carried = carried.with_rows(done.bills.lines, done.revenue.events).of(later)
            nights.append(done)
        new_lines, new_events = (
            pd.concat(frames, ignore_index=True)
            for frames in (
                [night.bills.lines for night in nights], [night.revenue.events for night in nights]
            )
        )  # fmt: skip
        return nights, posted.with_rows(new_lines, new_events)
