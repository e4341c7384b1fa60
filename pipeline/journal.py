"""The general ledger's side of a night: one entry per bill line and per satisfaction event. Pure.

A bill debits the receivable, an event credits revenue; between them stands the contract's position,
net = billed less recognised: a contract liability where it is above zero, a contract asset where it
is below. The entries of a contract are taken in a fixed order, so that each one moves the liability
from max(before, 0) to max(after, 0) and the asset from max(-before, 0) to max(-after, 0), and after
every run the accounts of the contract hold its liability or its asset, never both.

A contract that has recognised 200.00 more than it has billed, and bills 1,000.00:

    Assets:Accounts receivable        1,000.00
    Liabilities:Contract liability               800.00
    Assets:Contract asset                        200.00
"""

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.frames import code_groups, joined_keys, match, sum_groups
from pipeline.settings import Accounts, Settings
from pipeline.words import day_text, join, number_text
from schemas.cells import arrow_texts
from schemas.outputs import ASSET, LIABILITY, RECEIVABLE, REVENUE, JournalLines, dtypes_of

CARRIED = ["currency", "subscription_number", "bill_line_id", "event_id", "business_unit"]
POSITION = [LIABILITY, ASSET]
BY_UNIT = ["business_unit", "currency"]
SAID_BEFORE = "posted on the first open day"
AMOUNTS = ["minor", "net", "liability", "asset"]
NUMBER_LENGTH = 6
MOST_NAMES = 5


def journal_lines(
    run_id: str,
    bill_lines: pd.DataFrame,
    events: pd.DataFrame,
    net_before: pd.DataFrame,
    settings: Settings,
) -> pd.DataFrame:
    """Tonight's entries, by accounting date, bills before events, then by id (JournalLines).

    `bill_lines` and `events` are tonight's (BillLines, RevenueEvents). `net_before` has
    subscription_number and net_minor (int64): what the contract had billed less recognised before
    tonight; a contract that is not in it had nothing.
    """
    entries = _in_order(_entries(bill_lines, events))
    moves = _moves(entries, net_before)
    # an entry's three accounts, first those that it debits, then those that it credits
    sides = np.hstack([np.maximum(moves, 0), np.maximum(-moves, 0)])
    entry_at, place = np.nonzero(sides)
    amounts = pd.array(sides[entry_at, place], dtype="Int64")
    is_debit = place < moves.shape[1]
    role_at = place % moves.shape[1]
    lines = pd.DataFrame(
        {
            "entry_id": _text(entry_ids(run_id, len(entries)), entry_at),
            "date": entries["accounting_date"].to_numpy()[entry_at],
            "account": _accounts(entries, settings.accounts, entry_at, role_at),
            "debit_minor": pd.Series(amounts).where(is_debit),
            "credit_minor": pd.Series(amounts).where(~is_debit),
            **{name: _text(arrow_texts(entries[name]), entry_at) for name in CARRIED},
            "role": _roles(entries["is_event"].to_numpy(bool)[entry_at], role_at),
            "narrative": _text(_narratives(entries), entry_at),
        }
    )
    return lines.astype(dtypes_of(JournalLines))


def _entries(bill_lines: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """What is booked, one row each: an id in bill_line_id or in event_id, the other is blank."""
    shared = ["subscription_number", "business_unit", "currency", "accounting_date",
              "amount_minor", "reason"]  # fmt: skip
    bills = bill_lines[["bill_line_id", *shared]].assign(
        event_id="", product_code="", dated_on=bill_lines["bill_date"], is_event=False
    )
    recognised = events[["event_id", "product_code", *shared]].assign(
        bill_line_id="", dated_on=events["satisfaction_date"], is_event=True
    )
    both = pd.concat([bills, recognised[bills.columns]], ignore_index=True)
    return both[both["amount_minor"] != 0]


def _in_order(entries: pd.DataFrame) -> pd.DataFrame:
    ids = ["is_event", "bill_line_id", "event_id"]
    return entries.sort_values(["accounting_date", *ids]).reset_index(drop=True)


def _moves(entries: pd.DataFrame, net_before: pd.DataFrame) -> np.ndarray:
    """What each entry debits (less what it credits) to receivable or revenue, liability, asset."""
    amount = entries["amount_minor"].to_numpy(np.int64)
    is_event = entries["is_event"].to_numpy(bool)
    change = np.where(is_event, -amount, amount)
    running = pd.Series(change).groupby(entries["subscription_number"].to_numpy()).cumsum()
    after = _net_of(entries, net_before) + running.to_numpy(np.int64)
    before = after - change
    liability = np.maximum(after, 0) - np.maximum(before, 0)
    asset = np.maximum(-after, 0) - np.maximum(-before, 0)
    return np.column_stack([change, -liability, asset])


def _net_of(rows: pd.DataFrame, net_before: pd.DataFrame) -> np.ndarray:
    at = match(rows, net_before, ["subscription_number"])
    return np.append(net_before["net_minor"].to_numpy(np.int64), 0)[at]


def entry_ids(run_id: str, count: int) -> arrow.Array:
    """The run's id and the entry's number, which has six digits and, past a million, more.

    >>> entry_ids("2026-03-31-1", 2).to_pylist()
    ['2026-03-31-1-000001', '2026-03-31-1-000002']
    """
    numbers = number_text(pd.Series(np.arange(1, count + 1)))
    return join(run_id, "-", compute.utf8_lpad(numbers, NUMBER_LENGTH, "0"))


def _accounts(
    entries: pd.DataFrame, accounts: Accounts, entry_at: np.ndarray, role_at: np.ndarray
) -> pd.Series:
    """The account of each line; each distinct one is looked up once."""
    about = ["business_unit", "product_code", "is_event"]
    group, _ = code_groups(joined_keys(entries.astype({"is_event": "int64"}), about))
    texts = [
        accounts.account_of(role, unit, product)
        for unit, product, is_event in _firsts(entries[about], group).itertuples(index=False)
        for role in (REVENUE if is_event else RECEIVABLE, *POSITION)
    ]
    distinct = arrow.array(texts, arrow.large_string())
    return _text(distinct, group[entry_at] * (1 + len(POSITION)) + role_at)


def _roles(is_event: np.ndarray, role_at: np.ndarray) -> pd.Series:
    names = arrow.array([RECEIVABLE, *POSITION, REVENUE], arrow.large_string())
    return _text(names, np.where(is_event & (role_at == 0), 1 + len(POSITION), role_at))


def _narratives(entries: pd.DataFrame) -> arrow.Array:
    """What happened: `Billed: 30 % of 10,000.00 = 3,000.00`; and where the entry is later than what
    it books, both days, unless the reason says so itself."""
    credit = (entries["amount_minor"] < 0).to_numpy(bool).astype(np.int64)
    words = arrow.array(["Billed", "Credited", "Recognised", "Reversed"], arrow.large_string())
    word = words.take(arrow.array(2 * entries["is_event"].to_numpy(np.int64) + credit))
    reason = compute.fill_null(arrow_texts(entries["reason"]), "")
    said = compute.if_else(compute.equal(reason, ""), word, join(word, ": ", reason))
    late = (entries["accounting_date"] > entries["dated_on"]).to_numpy(bool)
    told = compute.match_substring(reason, SAID_BEFORE).to_numpy(zero_copy_only=False)
    untold = late & ~told
    if not untold.any():
        return said
    dated, posted = (day_text(entries[name]) for name in ("dated_on", "accounting_date"))
    both = join(said, "; dated ", dated, ", posted on ", posted)
    return compute.if_else(untold, both, said)


def _text(texts: arrow.Array, at: np.ndarray) -> pd.Series:
    return pd.Series(pd.array(texts.take(arrow.array(at)), dtype="str"))


def broken_journal_proofs(
    journal: pd.DataFrame, bill_lines: pd.DataFrame, events: pd.DataFrame, net_before: pd.DataFrame
) -> list[str]:
    """A sentence for everything that the journal says and the ledger doesn't; none on a sound night.

    The frames are those of `journal_lines`, and what it returned.
    """
    debits = _filled(journal["debit_minor"]) - _filled(journal["credit_minor"])
    booked = journal[["entry_id", "subscription_number", "role", *BY_UNIT]].assign(minor=debits)
    return [
        *_entries_balance(booked),
        *_role_totals(booked[booked["role"] == RECEIVABLE], bill_lines, "receivable", "bill lines"),
        *_role_totals(
            booked[booked["role"] == REVENUE].assign(minor=lambda lines: -lines["minor"]),
            events, "revenue", "satisfaction events",
        ),
        *_positions_are_the_contracts(booked, bill_lines, events, net_before),
    ]  # fmt: skip


def _entries_balance(booked: pd.DataFrame) -> list[str]:
    """Per entry and currency, debits are credits."""
    off = _sums(booked, ["entry_id", "currency"]).loc[lambda sums: sums["minor"] != 0]
    return [f"journal entry {name} does not balance" for name in off["entry_id"].head(MOST_NAMES)]


def _role_totals(booked: pd.DataFrame, ledger: pd.DataFrame, account: str, rows: str) -> list[str]:
    """Per business unit and currency, an account's lines total the rows that it is for."""
    owed = ledger[BY_UNIT].assign(minor=-ledger["amount_minor"])
    sums = _sums(pd.concat([booked[[*BY_UNIT, "minor"]], owed]), BY_UNIT)
    off = sums.loc[sums["minor"] != 0, BY_UNIT].head(MOST_NAMES)
    return [
        f"the journal's {account} of {unit} in {currency} is not the total of the {rows}"
        for unit, currency in off.itertuples(index=False)
    ]


def _positions_are_the_contracts(
    booked: pd.DataFrame, bill_lines: pd.DataFrame, events: pd.DataFrame, net_before: pd.DataFrame
) -> list[str]:
    """Per contract, the liability and the asset after the run are what was billed less recognised;
    from which follows that neither is below zero."""
    contract = ["subscription_number"]
    moved = pd.concat([
        bill_lines[contract].assign(net=bill_lines["amount_minor"], liability=0, asset=0),
        events[contract].assign(net=-events["amount_minor"], liability=0, asset=0),
        booked[contract].assign(
            net=0,
            liability=-booked["minor"].where(booked["role"] == LIABILITY, 0),
            asset=booked["minor"].where(booked["role"] == ASSET, 0),
        ),
    ])  # fmt: skip
    after = _sums(moved, contract)
    before = _net_of(after, net_before)
    net = before + after["net"]
    liability = np.maximum(before, 0) + after["liability"]
    asset = np.maximum(-before, 0) + after["asset"]
    off = (liability != np.maximum(net, 0)) | (asset != np.maximum(-net, 0))
    return [
        f"the journal leaves contract {name} with another liability or asset than it has"
        for name in after.loc[off, "subscription_number"].head(MOST_NAMES)
    ]


def _sums(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The other columns' sums by key, exact, keys in order of appearance."""
    group, count = code_groups(joined_keys(rows, keys))
    sums = {
        name: sum_groups(rows[name].to_numpy(np.int64), group, count)
        for name in AMOUNTS
        if name in rows
    }
    return _firsts(rows[keys], group).assign(**sums)


def _firsts(rows: pd.DataFrame, group: np.ndarray) -> pd.DataFrame:
    """The first row of each group; groups are numbered in order of appearance."""
    return rows[~pd.Series(group, rows.index).duplicated()]


def _filled(minor: pd.Series) -> pd.Series:
    return minor.fillna(0).astype("int64")
