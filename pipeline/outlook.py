"""The outlook of a run: what its workbook shows of the months to come, and of late milestones. Pure."""

import datetime
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.bill import Bills
from pipeline.forecast import Posted, forecast
from pipeline.forecast.expected import Tables
from pipeline.forecast.replay import is_among, only_of
from pipeline.recognise import Revenue
from pipeline.record import RunRecord
from pipeline.settings import Settings

MONTHS = 12
NOT_REACHED = ("OPEN", "SCHEDULED")


@dataclass(frozen=True)
class Outlook:
    """What is to come, as schemas.forecasts has it: twelve months by currency (ForecastMonths), and
    open milestones past their expected date (AwaitedMilestones)."""

    months: pd.DataFrame
    late: pd.DataFrame


def look_out(
    contracts: Tables, before: Posted, bills: Bills, revenue: Revenue, as_of: datetime.date,
    settings: Settings,
) -> Outlook:  # fmt: skip
    """What a run's workbook shows of the next twelve months, and of late milestones.

    `before` is the ledger before the run, `bills` and `revenue` are what it posts. Only contracts with
    something to come are run ahead.
    """
    numbers = with_something_to_come(contracts, bills, revenue)
    lines = bills.lines[is_among(bills.lines, numbers)]
    events = revenue.events[is_among(revenue.events, numbers)]
    told = forecast(
        only_of(contracts, numbers), before.of(numbers).with_rows(lines, events), as_of,
        last_day(as_of), settings, by_day=False, is_posted=True,
    )  # fmt: skip
    late = told.awaited[told.awaited["days_late"] > 0].reset_index(drop=True)
    return Outlook(told.months, late)


def with_outlook(record: RunRecord, outlook: Outlook | None) -> RunRecord:
    """The record with its outlook, where there is one."""
    if outlook is None:
        return record
    return replace(record, forecast=outlook.months, late_milestones=outlook.late)


def last_day(as_of: datetime.date) -> datetime.date:
    """The last day of the twelve months that begin on the day after a night.

    >>> last_day(datetime.date(2026, 3, 30)), last_day(datetime.date(2026, 3, 31))
    (datetime.date(2027, 2, 28), datetime.date(2027, 3, 31))
    """
    first = np.datetime64(as_of + datetime.timedelta(days=1), "M")
    after: datetime.date = (first + MONTHS).astype("datetime64[D]").tolist()
    return after - datetime.timedelta(days=1)


def with_something_to_come(contracts: Tables, bills: Bills, revenue: Revenue) -> pd.Series:
    """The subscriptions of which anything is not billed or not recognised yet, that recur, or that an
    action will change."""
    charges, terms, balances = bills.charges, bills.terms, revenue.balances
    milestones = bills.milestones
    left = (charges["unbilled_minor"] != 0) | (charges["withheld_minor"] != 0)
    actions = contracts["actions"]
    return pd.concat(
        [
            charges.loc[left, "subscription_number"],
            milestones.loc[milestones["state"].isin(NOT_REACHED), "subscription_number"],
            balances.loc[balances["remaining_minor"] != 0, "subscription_number"],
            terms.loc[terms["charge_type"] == "RECURRING", "subscription_number"],
            actions["subscription_number"],
            contracts["phases"]["subscription_number"],
        ]
    ).drop_duplicates(ignore_index=True)
