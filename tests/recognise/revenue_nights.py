"""Nights of revenue without a store: what each night posts is what the next compares with."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from pipeline.bill import Bills, compute_bills
from pipeline.books import Books, keep_books
from pipeline.recognise import Revenue, compute_revenue
from pipeline.settings import Settings
from schemas.outputs import BillLines, RevenueEvents, RevenueLines, dtypes_of
from tests.builders import Company, contracts_of, joined, references


def _empty(model: type) -> pd.DataFrame:
    return pd.DataFrame(columns=list(dtypes_of(model))).astype(dtypes_of(model))


_accepted: dict[str, dict[str, pd.DataFrame]] = {}


def accepted(folder: Path, upload: Company) -> dict[str, pd.DataFrame]:
    """The contracts of an upload; what was uploaded before is not read and validated again."""
    said_once = repr(upload)
    if said_once not in _accepted:
        _accepted[said_once] = contracts_of(folder / f"upload-{len(_accepted)}", upload)
    return _accepted[said_once]


@dataclass
class Ledger:
    """What the nights posted so far; `bills`, `revenue` and `books` are the last
    night's."""

    folder: Path
    settings: Settings = field(default_factory=Settings)
    lines: pd.DataFrame = field(default_factory=lambda: _empty(BillLines))
    stated: pd.DataFrame = field(default_factory=lambda: _empty(RevenueLines))
    events: pd.DataFrame = field(default_factory=lambda: _empty(RevenueEvents))
    bills: Bills = field(init=False)
    revenue: Revenue = field(init=False)
    books: Books = field(init=False)

    def night(self, as_of: str, *companies: Company) -> Revenue:
        """One night of these contracts as they then stand."""
        return self.night_of(as_of, accepted(self.folder, joined(references(), *companies)))

    def night_of(self, as_of: str, contracts: Mapping[str, pd.DataFrame]) -> Revenue:
        """One night of contracts that are accepted already."""
        day = datetime.date.fromisoformat(as_of)
        bills = compute_bills(contracts, self.lines.assign(sent=True), day, self.settings)
        last = self.stated.sort_values("revision").drop_duplicates("revenue_line_id", keep="last")
        revenue = compute_revenue(
            bills, self.events, last.reset_index(drop=True), day, self.settings
        )
        self.books = keep_books(
            f"{as_of}-1", day, bills, revenue, months_of(self.lines, self.events), self.settings
        )
        self.bills, self.revenue = bills, revenue
        self.lines = _below(self.lines, bills.lines)
        self.stated = _below(self.stated, revenue.lines)
        self.events = _below(self.events, revenue.events)
        return revenue


def _below(before: pd.DataFrame, tonight: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([before, tonight], ignore_index=True)


def months_of(lines: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """What was billed and recognised so far, row by row, as `books.keep_books` is told of it."""
    columns = ["subscription_number", "accounting_date"]
    billed = lines[columns].assign(billed_minor=lines["amount_minor"], recognised_minor=0)
    recognised = events[columns].assign(billed_minor=0, recognised_minor=events["amount_minor"])
    return _below(billed, recognised)


def said(revenue: Revenue, name: str) -> list[tuple[str, str, str, int]]:
    """One subscription's events as (id without the subscription, satisfaction date, accounting date,
    minor units)."""
    events = revenue.events[revenue.events["subscription_number"] == name]
    return [
        (event.event_id.removeprefix(f"{name}:"), str(event.satisfaction_date)[:10],
         str(event.accounting_date)[:10], event.amount_minor)
        for event in events.sort_values(["accounting_date", "event_id"]).itertuples()
    ]  # fmt: skip
