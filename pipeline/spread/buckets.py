"""Buckets of contracts, and a night that is put together from them. Pure.

Which bucket a contract is in depends on its number and on how many buckets there are; how many there
are, on the contracts and on the setting, never on who computes them. Put together, the parts are the
frames that one computation of all contracts gives, row by row.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.compute as compute

from pipeline.bill import Answered
from pipeline.books import with_journal
from pipeline.forecast import Posted
from pipeline.forecast.replay import POSTED, RECOGNISED
from pipeline.frames import code_groups, joined_keys, match, sum_groups
from pipeline.spread.flat import computed_of
from pipeline.tonight import Asked, Computed, Known
from schemas.cells import arrow_texts

Frames = Mapping[str, pd.DataFrame]

HASH_KEY = "milestonebilling"
ON_SUBSCRIPTION = ["subscription_number"]
BY_NEED = {"customers": ("customer_number", "subscriptions")}
"""Tables without a subscription of which a bucket gets what its own rows name; others it gets whole."""

SORTED_BY = {
    "bills.lines": ["bill_line_id"], "bills.withheld": ["bill_line_id"],
    "bills.resent": ["bill_line_id"], "bills.rejected": ["bill_line_id"],
    "revenue.lines": ["revenue_line_id"], "revenue.events": ["event_id"],
    "books.roll_forward": ["currency", "month", "subscription_number"],
}  # fmt: skip
"""The keys by which these frames are sorted; the others by their subscription first, whose rows are in
order already."""
LATE_FIRST = ["days_late", "subscription_number"]
BY_MONTH = ["currency", "month"]


def count_buckets(contracts: int, contracts_per_bucket: int) -> int:
    """How many buckets so many contracts make.

    >>> count_buckets(75_000, 75_000), count_buckets(75_001, 75_000), count_buckets(0, 75_000)
    (1, 2, 1)
    """
    return max(1, -(-contracts // contracts_per_bucket))


def bucket_of(numbers: pd.Series, count: int) -> np.ndarray:
    """The bucket of each subscription number (int64): the same on every machine, whatever else there is.

    >>> bucket_of(pd.Series(["S-1", "S-2", "S-1", "S-3"], dtype="str"), 2).tolist()
    [1, 0, 1, 1]
    """
    encoded = compute.dictionary_encode(arrow_texts(numbers))
    distinct = encoded.dictionary.to_numpy(zero_copy_only=False)
    hashes = pd.util.hash_array(distinct, hash_key=HASH_KEY, categorize=False)
    at = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return (hashes % np.uint64(count)).astype(np.int64)[at]


def split(known: Known, count: int) -> Iterator[Known]:
    """What is known of the contracts of each bucket, in the order of the buckets."""
    of_contracts = {
        name: _cut(rows, rows["subscription_number"], count)
        for name, rows in known.contracts.items()
        if "subscription_number" in rows
    }
    posted, answered = known.posted, known.answered
    ledger = [
        _cut(rows, rows["subscription_number"], count)
        for rows in (posted.lines[POSTED], posted.events[RECOGNISED], known.months,
                     answered.milestones, answered.rejected)
    ]  # fmt: skip
    stated = _cut(known.stated, _subscriptions_of(known.stated), count)
    for number in range(count):
        own = {name: pieces(number) for name, pieces in of_contracts.items()}
        lines, events, months, milestones, rejected = (pieces(number) for pieces in ledger)
        yield Known(
            {name: own[name] if name in own else _shared(name, rows, own)
             for name, rows in known.contracts.items()},
            Posted(lines, events), stated(number), months, Answered(milestones, rejected),
        )  # fmt: skip


def join(parts: Sequence[Frames], known: Known, asked: Asked) -> Computed:
    """The night of all contracts from those of its buckets (`flat.computed_frames`, in order)."""
    count = len(parts)

    def joined(name: str) -> pd.DataFrame:
        some = [part[name] for part in parts if len(part[name])] or [parts[0][name]]
        return pd.concat(some, ignore_index=True)

    def in_order(name: str) -> pd.DataFrame:
        return joined(name).sort_values(
            SORTED_BY.get(name, ON_SUBSCRIPTION), kind="stable", ignore_index=True
        )

    def as_in(name: str, table: str) -> pd.DataFrame:
        return _in_order_of(joined(name), known.contracts[table], count)

    frames = {name: in_order(name) for name in parts[0] if not name.startswith("outlook.")}
    frames |= {name: as_in(name, "charges") for name in ("bills.charges", "bills.terms")}
    frames |= {"look_on": as_in("look_on", "subscriptions")}
    frames |= {"books.net_before": _as_met(frames["books.net_before"], frames["bills.charges"])}
    if asked.with_outlook:
        frames |= {"outlook.months": _added_up(joined("outlook.months")),
                   "outlook.late": _late_in_order(joined("outlook.late"))}  # fmt: skip
    night = computed_of(frames)
    books = with_journal(night.books, asked.run_id, night.bills, night.revenue, asked.settings)
    return replace(night, books=books)


def _cut(rows: pd.DataFrame, numbers: pd.Series, count: int) -> Callable[[int], pd.DataFrame]:
    """The rows of each bucket, by its number; rows of one bucket stay in order."""
    order, bounds = _bucket_order(numbers, count)

    def piece(number: int) -> pd.DataFrame:
        return rows.iloc[order[bounds[number] : bounds[number + 1]]].reset_index(drop=True)

    return piece


def _bucket_order(numbers: pd.Series, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The places of rows as the buckets have them one after the other, and where each bucket begins."""
    at = bucket_of(numbers, count)
    order = np.argsort(at, kind="stable")
    return order, np.searchsorted(at[order], np.arange(count + 1))


def _subscriptions_of(stated: pd.DataFrame) -> pd.Series:
    """The contract of each revenue line, whose id is `subscription:charge`."""
    ids = arrow_texts(stated["revenue_line_id"])
    numbers = compute.replace_substring_regex(ids, ":.*", "")
    return pd.Series(pd.array(numbers, dtype="str"))


def _shared(name: str, rows: pd.DataFrame, own: Frames) -> pd.DataFrame:
    """What a bucket gets of a table without subscriptions."""
    if name not in BY_NEED:
        return rows
    key, table = BY_NEED[name]
    return rows[match(rows, own[table], [key]) >= 0].reset_index(drop=True)


def _in_order_of(rows: pd.DataFrame, table: pd.DataFrame, count: int) -> pd.DataFrame:
    """Rows that stand bucket by bucket, one for each of the table's, as the table has them."""
    order, _ = _bucket_order(table["subscription_number"], count)
    return rows.iloc[np.argsort(order)].reset_index(drop=True)


def _as_met(rows: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """One row per contract, in the order in which the charges name them."""
    met = charges[ON_SUBSCRIPTION].drop_duplicates()
    return rows.iloc[match(met, rows, ON_SUBSCRIPTION)].reset_index(drop=True)


def _added_up(months: pd.DataFrame) -> pd.DataFrame:
    """Months by currency, each bucket's amounts added up."""
    groups, count = code_groups(joined_keys(_dated(months), BY_MONTH))
    first = ~pd.Series(groups).duplicated().to_numpy()
    amounts = {
        name: sum_groups(months[name].to_numpy(np.int64), groups, count)
        for name in months.columns
        if name not in BY_MONTH
    }
    return months[first].assign(**amounts).sort_values(BY_MONTH, ignore_index=True)


def _dated(months: pd.DataFrame) -> pd.DataFrame:
    return months.assign(month=months["month"].to_numpy("datetime64[s]").astype(np.int64))


def _late_in_order(late: pd.DataFrame) -> pd.DataFrame:
    """The latest first; a contract's own are in order already."""
    return late.sort_values(LATE_FIRST, ascending=[False, True], kind="stable", ignore_index=True)
