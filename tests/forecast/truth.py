"""What really happens: milestones are reached on their days, and a night is run on each of them.

It knows nothing of the forecast: a day at a time, the phase that has begun is completed once its day
has come, and the night posts what it finds.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from pipeline.bill import Bills, compute_bills
from pipeline.frames import look_up, match
from pipeline.life import contracts_as_of
from pipeline.phases import phase_terms
from pipeline.recognise import compute_revenue
from pipeline.settings import Settings
from schemas.outputs import BillLines, RevenueEvents, RevenueLines, dtypes_of
from tests.schedules import Contracts

ONE_DAY = datetime.timedelta(days=1)


def _no(model: type) -> pd.DataFrame:
    return pd.DataFrame(columns=list(dtypes_of(model))).astype(dtypes_of(model))


@dataclass
class Ledger:
    """What was posted; `bills` is the last night's billing."""

    lines: pd.DataFrame
    events: pd.DataFrame
    bills: Bills | None = None

    @staticmethod
    def empty() -> "Ledger":
        """Before the first night."""
        return Ledger(_no(BillLines), _no(RevenueEvents))

    def night(self, contracts: Contracts, day: datetime.date, settings: Settings) -> None:
        """Run one night and post it."""
        self.bills = compute_bills(contracts, self.lines.assign(sent=True), day, settings)
        revenue = compute_revenue(self.bills, self.events, _no(RevenueLines), day, settings)
        self.lines = pd.concat([self.lines, self.bills.lines], ignore_index=True)
        self.events = pd.concat([self.events, revenue.events], ignore_index=True)


def days_after(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    """Every day after the first, up to the last."""
    for ahead in range(1, (last - first).days + 1):
        yield first + ahead * ONE_DAY


def live_through(
    contracts: Contracts, ledger: Ledger, night: datetime.date, until: datetime.date,
    settings: Settings,
) -> Ledger:  # fmt: skip
    """Every night after a night, up to a day, everything expected coming true on its day."""
    world = contracts
    open_now = contracts_as_of(contracts, night)["milestones"]["completion_date"].isna()
    wanted = _wanted(contracts["milestones"], night).where(open_now)
    by_phase = contracts["phases"]
    is_open = (by_phase["ends"] == "MILESTONE") & by_phase["completion_date"].isna()
    phases_wanted = _wanted(by_phase, night).where(is_open)
    for day in days_after(night, until):
        come = pd.Timestamp(day)
        milestones = world["milestones"]
        world = world | {
            "milestones": milestones.assign(
                completion_date=wanted.where(wanted <= come, milestones["completion_date"])
            ),
            "phases": _completed(world, phases_wanted, come, settings),
        }
        ledger.night(world, day, settings)
    return ledger


def _wanted(rows: pd.DataFrame, night: datetime.date) -> pd.Series:
    days = rows["expected_completion_date"]
    tomorrow = pd.Timestamp(night + ONE_DAY).as_unit("s")
    return days.where(days.isna() | (days > pd.Timestamp(night)), tomorrow)


def _completed(
    world: Contracts, wanted: pd.Series, come: pd.Timestamp, settings: Settings
) -> pd.DataFrame:
    """The phases, those completed today that have begun and whose day has come."""
    phases = world["phases"]
    last_day = look_up(
        world["subscriptions"]["end_date"],
        match(phases, world["subscriptions"], ["subscription_number"]), phases.index,
    )  # fmt: skip
    while True:
        terms = phase_terms(phases, world["subscriptions"], settings.phase_handover)
        keys = ["subscription_number", "phase_number"]
        begins = look_up(terms["starts_on"], match(phases, terms, keys), phases.index)
        now = phases["completion_date"].isna() & (wanted <= come) & (begins <= come)
        now &= ~(come > last_day)
        if not now.any():
            return phases
        phases = phases.assign(completion_date=phases["completion_date"].where(~now, come))
