"""Nights that have not been: what each would post, given what the ones before it posted. Pure."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as arrow

from pipeline.bill import Bills, compute_bills
from pipeline.forecast.expected import Tables
from pipeline.frames import joined_keys, positions
from pipeline.recognise import Revenue, compute_revenue
from pipeline.settings import Settings
from schemas.outputs import RevenueLines, nothing_of

POSTED = [
    "subscription_number", "charge_number", "what", "kind", "revision", "amount_minor",
    "adjustment_minor", "service_start", "service_end", "sent",
]  # fmt: skip
RECOGNISED = [
    "subscription_number", "charge_number", "what", "method", "revision", "satisfaction_date",
    "percent_millionths", "amount_minor",
]  # fmt: skip
OWN = ["subscription_number"]


@dataclass(frozen=True)
class Posted:
    """The ledger as the next night finds it.

    lines     POSTED (bill.compute_bills)
    events    RECOGNISED (recognise.compute_revenue)
    """

    lines: pd.DataFrame
    events: pd.DataFrame

    def after(self, bills: Bills, revenue: Revenue) -> "Posted":
        """The ledger with what a night posts."""
        return self.with_rows(bills.lines, revenue.events)

    def with_rows(self, lines: pd.DataFrame, events: pd.DataFrame) -> "Posted":
        """The ledger with these bill lines and events."""
        return Posted(
            _below(self.lines[POSTED], lines.assign(sent=False)[POSTED]),
            _below(self.events[RECOGNISED], events[RECOGNISED]),
        )

    def joined(self, other: "Posted") -> "Posted":
        """Both ledgers' rows."""
        return Posted(
            _below(self.lines[POSTED], other.lines[POSTED]),
            _below(self.events[RECOGNISED], other.events[RECOGNISED]),
        )

    def of(self, numbers: pd.Series) -> "Posted":
        """The rows of these subscriptions."""
        return self._where(is_among(self.lines, numbers), is_among(self.events, numbers))

    def not_of(self, numbers: pd.Series) -> "Posted":
        """The rows of all other subscriptions."""
        return self._where(~is_among(self.lines, numbers), ~is_among(self.events, numbers))

    def _where(self, lines: np.ndarray, events: np.ndarray) -> "Posted":
        return Posted(
            self.lines[lines].reset_index(drop=True), self.events[events].reset_index(drop=True)
        )


@dataclass(frozen=True)
class Night:
    """What a night posts."""

    bills: Bills
    revenue: Revenue


def run_night_ahead(
    contracts: Tables, posted: Posted, night: datetime.date, settings: Settings, *, in_words: bool
) -> Night:
    """One night; nothing is posted."""
    bills = compute_bills(contracts, posted.lines, night, settings, in_words=in_words)
    # revenue lines are not forecast: every one may as well be new
    revenue = compute_revenue(
        bills, posted.events, nothing_of(RevenueLines), night, settings, in_words=in_words
    )
    return Night(bills, revenue)


def not_of(contracts: Tables, numbers: pd.Series) -> dict[str, pd.DataFrame]:
    """The contracts of all other subscriptions, with all that they refer to."""
    return {
        name: frame[~is_among(frame, numbers)].reset_index(drop=True)
        if "subscription_number" in frame
        else frame
        for name, frame in contracts.items()
    }


def only_of(contracts: Tables, numbers: pd.Series) -> dict[str, pd.DataFrame]:
    """The contracts of these subscriptions, with all that they refer to."""
    return {
        name: frame[is_among(frame, numbers)].reset_index(drop=True)
        if "subscription_number" in frame
        else frame
        for name, frame in contracts.items()
    }


def is_among(frame: pd.DataFrame, numbers: pd.Series | Sequence[str]) -> np.ndarray:
    """True for the rows of these subscriptions."""
    among = joined_keys(pd.DataFrame({"subscription_number": numbers}), OWN)
    return positions(joined_keys(frame, OWN), arrow.array(among)) >= 0


def _below(before: pd.DataFrame, tonight: pd.DataFrame) -> pd.DataFrame:
    if before.empty:
        return tonight.reset_index(drop=True)
    return pd.concat([before, tonight], ignore_index=True) if len(tonight) else before
