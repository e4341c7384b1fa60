"""The books: what billing and revenue come to together, by contract and by month. Pure."""

import datetime
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.bill import Bills
from pipeline.frames import code_groups, joined_keys, look_up, match, sum_groups
from pipeline.journal import journal_lines
from pipeline.recognise import Revenue
from pipeline.settings import Settings
from schemas.outputs import (
    ContractPositions,
    JournalLines,
    RollForward,
    dtypes_of,
    nothing_of,
)  # fmt: skip

BY_CONTRACT = ["subscription_number"]
MONTHS_IN_A_YEAR = 12


@dataclass(frozen=True)
class Books:
    """What is posted tonight, as the general ledger and the reports see it.

    net_before     subscription_number, net_minor: billed less recognised, before tonight
    journal        schemas.outputs.JournalLines
    positions      schemas.outputs.ContractPositions
    roll_forward   schemas.outputs.RollForward
    """

    net_before: pd.DataFrame
    journal: pd.DataFrame
    positions: pd.DataFrame
    roll_forward: pd.DataFrame


def keep_books(
    run_id: str, as_of: datetime.date, bills: Bills, revenue: Revenue,
    months_before: pd.DataFrame, settings: Settings,
) -> Books:  # fmt: skip
    """The books of a run that posts these bills and this revenue.

    `months_before` is what earlier runs posted: subscription_number, accounting_date (any day of the
    month), billed_minor, recognised_minor (int64).
    """
    books = books_by_contract(as_of, bills, revenue, months_before)
    return with_journal(books, run_id, bills, revenue, settings)


def books_by_contract(
    as_of: datetime.date, bills: Bills, revenue: Revenue, months_before: pd.DataFrame
) -> Books:
    """The books without a journal: all of it is of one contract each."""
    contracts = _contracts(bills, revenue)
    net_before = contracts[BY_CONTRACT].assign(
        net_minor=contracts["billed_before_minor"] - contracts["recognised_before_minor"]
    )
    return Books(
        net_before=net_before,
        journal=nothing_of(JournalLines),
        positions=_positions(contracts, revenue.to_come, as_of),
        roll_forward=_roll_forward(
            _movements(bills.lines, revenue.events, months_before), contracts
        ),
    )


def with_journal(
    books: Books, run_id: str, bills: Bills, revenue: Revenue, settings: Settings
) -> Books:
    """The books with the journal, whose entries are numbered through all contracts."""
    journal = journal_lines(run_id, bills.lines, revenue.events, books.net_before, settings)
    return replace(books, journal=journal)


def _contracts(bills: Bills, revenue: Revenue) -> pd.DataFrame:
    """One row per subscription that has a charge, with its sums before and tonight."""
    groups, count = code_groups(joined_keys(bills.terms, BY_CONTRACT))
    first = np.full(count, len(groups))
    np.minimum.at(first, groups, np.arange(len(groups)))
    named = ["subscription_number", "customer_number", "customer_name", "business_unit", "currency"]
    contracts = bills.terms[named].iloc[first].reset_index(drop=True)

    def summed(frame: pd.DataFrame, name: str) -> np.ndarray:
        at = match(frame, contracts, BY_CONTRACT)
        return sum_groups(frame[name].to_numpy(np.int64), at, count)

    billed = ("billed_before_minor", "billed_tonight_minor")
    revenues = ("allocated_minor", "recognised_before_minor", "recognised_tonight_minor",
                "remaining_minor")  # fmt: skip
    return contracts.fillna({"customer_name": ""}).assign(
        **{name: summed(bills.charges, name) for name in billed},
        **{name: summed(revenue.balances, name) for name in revenues},
    )


def _positions(
    contracts: pd.DataFrame, to_come: pd.DataFrame, as_of: datetime.date
) -> pd.DataFrame:
    """Every contract's liability or asset, and its remaining performance obligation by term."""
    billed = contracts["billed_before_minor"] + contracts["billed_tonight_minor"]
    recognised = contracts["recognised_before_minor"] + contracts["recognised_tonight_minor"]
    net = billed - recognised
    at = match(to_come, contracts, BY_CONTRACT)
    amounts = to_come["amount_minor"].to_numpy(np.int64)
    month = to_come["month"].to_numpy("datetime64[M]")
    undated = np.isnat(month)
    tomorrow = np.datetime64(as_of, "D") + 1
    within = ~undated & (month < tomorrow.astype("datetime64[M]") + MONTHS_IN_A_YEAR)

    def summed(mask: np.ndarray) -> np.ndarray:
        return sum_groups(amounts[mask], at[mask], len(contracts))

    dtypes = dtypes_of(ContractPositions)
    complete = contracts.assign(
        billed_minor=billed, recognised_minor=recognised,
        liability_minor=net.clip(lower=0), asset_minor=(-net).clip(lower=0),
        within_a_year_minor=summed(within), undated_minor=summed(undated),
        later_minor=summed(~within & ~undated),
    )  # fmt: skip
    return complete[list(dtypes)].astype(dtypes).sort_values(BY_CONTRACT, ignore_index=True)


def _movements(
    lines: pd.DataFrame, events: pd.DataFrame, months_before: pd.DataFrame
) -> pd.DataFrame:
    """What was billed and recognised, by contract and month, tonight included."""
    columns = [*BY_CONTRACT, "accounting_date"]
    moved = pd.concat(
        [
            months_before,
            lines[columns].assign(billed_minor=lines["amount_minor"], recognised_minor=0),
            events[columns].assign(billed_minor=0, recognised_minor=events["amount_minor"]),
        ],
        ignore_index=True,
    )
    month = moved["accounting_date"].to_numpy("datetime64[M]")
    keyed = moved[BY_CONTRACT].assign(month=month.astype(np.int64))
    groups, count = code_groups(joined_keys(keyed, [*BY_CONTRACT, "month"]))
    first = np.full(count, len(groups))
    np.minimum.at(first, groups, np.arange(len(groups)))
    return (
        moved[BY_CONTRACT].iloc[first]
        .assign(
            month=month[first].astype("datetime64[s]"),
            **{name: sum_groups(moved[name].to_numpy(np.int64), groups, count)
               for name in ("billed_minor", "recognised_minor")},
        )
        .sort_values([*BY_CONTRACT, "month"], ignore_index=True)
    )  # fmt: skip


def _roll_forward(moved: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame:
    """Opening + billed - recognised = closing, each month opening with what the last one closed."""
    change = (moved["billed_minor"] - moved["recognised_minor"]).to_numpy(np.int64)
    of = moved["subscription_number"].to_numpy(object)
    starts = np.flatnonzero(np.r_[True, of[1:] != of[:-1]]) if len(of) else np.zeros(0, np.int64)
    running = np.cumsum(change)
    carried = np.repeat(running[starts] - change[starts], np.diff(np.r_[starts, len(of)]))
    at = match(moved, contracts, BY_CONTRACT)
    dtypes = dtypes_of(RollForward)
    complete = moved.assign(
        opening_minor=running - carried - change, closing_minor=running - carried,
        **{name: look_up(contracts[name], at) for name in
           ("currency", "customer_number", "business_unit")},
    )  # fmt: skip
    return (
        complete[list(dtypes)].astype(dtypes)
        .sort_values(["currency", "month", "subscription_number"], ignore_index=True)
    )  # fmt: skip
