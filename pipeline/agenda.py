"""The agenda: on which night each contract must be looked at again. Pure.

Between two nights a contract posts nothing of itself: something was uploaded, Receivables answered, or
a day came on which its plan calls for something. The days that can are few, and all of them stand in
the contract, or follow from it: the days written in it and those after them, the bounds of its charges'
terms, the last and the first days of billing periods, and, while a straight line goes on, the next night
that posts of it; what waits is looked at by every run. A day too many costs a look; a day too few would
cost a bill, so what is in doubt is looked at.
"""

import datetime
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pipeline import periods
from pipeline.bill import Bills
from pipeline.bill.resent import WAITS
from pipeline.frames import days_of, match
from pipeline.recognise import Revenue
from pipeline.recognise.allocation import STRAIGHT_LINE
from pipeline.settings import MONTH_END, Settings

ON_SUBSCRIPTION = ["subscription_number"]
ONE_DAY = np.timedelta64(1, "D")
NO_DAY = np.iinfo(np.int64).max

Dated = tuple[pd.DataFrame, np.ndarray]
"""Rows with a subscription_number, and a day of each (datetime64[D]; missing: none)."""


def days_to_look(
    contracts: Mapping[str, pd.DataFrame], bills: Bills, revenue: Revenue, as_of: datetime.date,
    settings: Settings,
) -> pd.DataFrame:  # fmt: skip
    """When each contract is to be looked at after a night that looked at it: subscription_number,
    look_on (datetime64[s]; missing: once it is uploaded or answered again).

    After 31 March: a milestone dated 12 May, 12 May; 600.00 a month that is recognised in the period,
    1 April; a straight line, 1 April too; a line that a hold keeps back, 31 March, so that every run
    tells of it; all reached and posted, no day.
    """
    night = np.datetime64(as_of, "D")
    numbers = contracts["subscriptions"]["subscription_number"]
    named = numbers.to_frame()
    first = np.full(len(named), NO_DAY, np.int64)
    for rows, days in _days(contracts, bills, revenue, night, settings):
        later = np.flatnonzero(days > night)
        at = match(rows.iloc[later], named, ON_SUBSCRIPTION)
        np.minimum.at(first, at, days[later].astype("datetime64[D]").astype(np.int64))
    for rows in (bills.withheld, bills.rejected[bills.rejected["state"] == WAITS]):
        first[match(rows, named, ON_SUBSCRIPTION)] = night.astype(np.int64)
    look_on = np.where(first == NO_DAY, periods.NEVER, first.astype("datetime64[D]"))
    return pd.DataFrame(
        {"subscription_number": numbers.to_numpy(), "look_on": look_on.astype("datetime64[s]")}
    ).astype({"subscription_number": "str"})


def _days(
    contracts: Mapping[str, pd.DataFrame], bills: Bills, revenue: Revenue, night: np.datetime64,
    settings: Settings,
) -> Iterator[Dated]:  # fmt: skip
    """Every day on which a contract may call for something; past days among them."""
    for name, rows in contracts.items():
        if "subscription_number" in rows:
            yield from _written_days(name, rows)
    terms = bills.terms
    yield terms, days_of(terms["live_from"])
    yield bills.phases, days_of(bills.phases["starts_on"])
    for rows, before in ((terms, days_of(terms["live_before"])), _next_periods(terms, night)):
        yield rows, before
        yield rows, before - ONE_DAY  # in arrears, revenue is of the last day
    yield _straight_lines(terms, revenue, night, settings)


def _written_days(table: str, rows: pd.DataFrame) -> Iterator[Dated]:
    """The days that stand in a table's rows, and the days after them: an end is the last day served,
    what is expected is late from the day after, and a phase may hand over on the day after."""
    for name in rows.columns[rows.dtypes == "datetime64[s]"]:
        days = days_of(rows[name])
        yield rows, days
        if (table, name) != ("milestones", "completion_date"):
            yield rows, days + ONE_DAY


def _next_periods(terms: pd.DataFrame, night: np.datetime64) -> Dated:
    """The first day of the billing period after the one that holds the night, of charges that go on."""
    before = days_of(terms["live_before"])
    goes_on = np.isnat(before) | (before > night)
    begun = days_of(terms["live_from"]) <= night
    recurs = (terms["charge_type"] == "RECURRING").to_numpy(bool)
    live = terms[recurs & begun & goes_on]
    step = live["billing_frequency"].map(periods.MONTHS).to_numpy(np.int64)
    anchor = live["anchor_month"].to_numpy(np.int64), live["anchor_day"].to_numpy(np.int64)
    running = periods.period_holding(np.full(len(live), night), *anchor, step)
    return live, periods.period_start(running + 1, *anchor, step)


def _straight_lines(
    terms: pd.DataFrame, revenue: Revenue, night: np.datetime64, settings: Settings
) -> Dated:
    """The next night that posts of a straight line that has begun and is not at its end."""
    balances = revenue.balances
    left = balances[
        (balances["method"] == STRAIGHT_LINE) & (balances["remaining_minor"] != 0)
    ]  # fmt: skip
    charge = ["subscription_number", "charge_number"]
    starts = days_of(terms["live_from"])[match(left, terms, charge)]
    tomorrow = night + ONE_DAY
    posts = tomorrow
    if settings.straight_line_posting == MONTH_END:
        posts = (tomorrow.astype("datetime64[M]") + 1).astype("datetime64[D]") - ONE_DAY
    return left, np.where(starts <= tomorrow, posts, starts)
