"""Proofs: what must hold before anything is posted (DESIGN 6). Pure."""

import numpy as np
import pandas as pd

from pipeline.bill import Bills
from pipeline.bill.resent import SENT_AGAIN
from pipeline.books import Books
from pipeline.frames import match, sum_groups
from pipeline.journal import broken_journal_proofs
from pipeline.money import totals_by
from pipeline.recognise import Revenue
from schemas.outputs import BillLines, RevenueEvents, RevenueLines

ON_CHARGE = ["subscription_number", "charge_number"]
MOST = 5
"""So many are named of one proof that fails."""
PARTS = [
    "billed_before_minor", "billed_tonight_minor", "withheld_minor", "unbilled_minor",
    "adjusted_away_minor",
]  # fmt: skip


def broken_proofs(bills: Bills, revenue: Revenue, books: Books) -> list[str]:
    """A sentence for every proof that fails; none on a sound night."""
    return [
        *broken_bill_proofs(bills),
        *broken_revenue_proofs(revenue, books.positions),
        *broken_journal_proofs(books.journal, bills.lines, revenue.events, books.net_before),
    ]


def broken_bill_proofs(bills: Bills) -> list[str]:
    """Per charge, the price is the sum of its parts, and the lines are what it bills tonight."""
    return [
        *_prices_add_up(bills.charges),
        *_lines_are_the_charges(bills),
        *_lines_are_whole(bills.lines),
        *_resent_are_rejected(bills),
    ]


def broken_revenue_proofs(revenue: Revenue, positions: pd.DataFrame) -> list[str]:
    """Per charge, allocated is recognised and remaining; per contract, allocated is the price, and
    liability less asset is what was billed less recognised."""
    return [
        *_revenue_adds_up(revenue.balances),
        *_events_are_the_charges(revenue),
        *_allocation_is_the_contract(revenue.balances),
        *_events_are_whole(revenue),
        *_positions_are_the_difference(positions),
    ]


def _prices_add_up(charges: pd.DataFrame) -> list[str]:
    """Per charge: price = billed before and tonight + withheld + unbilled + adjusted away."""
    off = charges[charges["price_minor"] != charges[PARTS].sum(axis=1)]
    return [f"the price of charge {name} is not the sum of its parts" for name in _names(off)]


def _lines_are_the_charges(bills: Bills) -> list[str]:
    """The lines to post total what the charges say is billed tonight, by charge."""
    at = match(bills.lines, bills.charges, ON_CHARGE)
    strangers = bills.lines[at < 0]
    amounts = bills.lines["amount_minor"].to_numpy(np.int64)
    posted = sum_groups(amounts[at >= 0], at[at >= 0], len(bills.charges))
    off = bills.charges[posted != bills.charges["billed_tonight_minor"].to_numpy(np.int64)]
    both = pd.concat([off[ON_CHARGE], strangers[ON_CHARGE]])
    return [f"the lines of charge {name} are not what it bills tonight" for name in _names(both)]


def _lines_are_whole(lines: pd.DataFrame) -> list[str]:
    """Every line has the ledger's columns and types, an id of its own, and an amount."""
    BillLines.validate(lines)
    return [
        f"line {line} has no amount"
        for line in lines.loc[lines["amount_minor"] == 0, "bill_line_id"]
    ]


def _resent_are_rejected(bills: Bills) -> list[str]:
    """What goes out again is what was rejected and is not on hold: line by line, to the same amount
    and on the same date; and no line goes out twice tonight."""
    BillLines.validate(bills.resent)
    same = ["bill_line_id", "currency", "amount_minor", "bill_date"]
    again = bills.rejected[bills.rejected["state"] == SENT_AGAIN]
    others = pd.concat([bills.resent[same], again[same]]).drop_duplicates(keep=False)
    twice = bills.resent[match(bills.resent, bills.lines, ["bill_line_id"]) >= 0]
    off = pd.concat([others["bill_line_id"], twice["bill_line_id"]]).unique()
    return [f"line {line} goes out again, but not as it was rejected" for line in off[:MOST]]


def _revenue_adds_up(balances: pd.DataFrame) -> list[str]:
    """Per charge: allocated = recognised before + recognised tonight + remaining."""
    parts = ["recognised_before_minor", "recognised_tonight_minor", "remaining_minor"]
    off = balances[balances["allocated_minor"] != balances[parts].sum(axis=1)]
    return [
        f"the allocated revenue of charge {name} is not what is recognised and what remains"
        for name in _names(off)
    ]


def _events_are_the_charges(revenue: Revenue) -> list[str]:
    """The events to post total what the balances say is recognised tonight, by charge."""
    balances = revenue.balances
    at = match(revenue.events, balances, ON_CHARGE)
    strangers = revenue.events[at < 0]
    amounts = revenue.events["amount_minor"].to_numpy(np.int64)
    posted = sum_groups(amounts[at >= 0], at[at >= 0], len(balances))
    off = balances[posted != balances["recognised_tonight_minor"].to_numpy(np.int64)]
    both = pd.concat([off[ON_CHARGE], strangers[ON_CHARGE]])
    return [
        f"the events of charge {name} are not what it recognises tonight" for name in _names(both)
    ]


def _allocation_is_the_contract(balances: pd.DataFrame) -> list[str]:
    """Per contract: what is allocated to its charges totals what they come to."""
    keys = ["subscription_number", "currency"]
    totals = totals_by(balances[[*keys, "total_minor", "allocated_minor"]], keys)
    off = totals.loc[totals["total_minor"] != totals["allocated_minor"], "subscription_number"]
    return [f"the allocated revenue of contract {name} is not its price" for name in off.head(MOST)]


def _events_are_whole(revenue: Revenue) -> list[str]:
    """Revenue lines and events have the ledger's columns and types, and ids of their own."""
    RevenueLines.validate(revenue.lines)
    RevenueEvents.validate(revenue.events)
    return []


def _positions_are_the_difference(positions: pd.DataFrame) -> list[str]:
    """Per contract: liability - asset = billed - recognised, and one of the two is nothing."""
    net = positions["billed_minor"] - positions["recognised_minor"]
    shown = positions["liability_minor"] - positions["asset_minor"]
    both = (positions["liability_minor"] != 0) & (positions["asset_minor"] != 0)
    off = positions.loc[(net != shown) | both, "subscription_number"]
    return [f"contract {name} shows another liability or asset than it has" for name in off[:MOST]]


def _names(charges: pd.DataFrame, most: int = MOST) -> list[str]:
    return (charges["subscription_number"] + ":" + charges["charge_number"]).head(most).tolist()
