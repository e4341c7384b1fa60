"""What holds of the ledger and of written files, and what does not. Pure: a check says its differences.

Every night is recomputed from the contracts and the ledger as they stood before it; what it posted must
be exactly that. So the first row that anybody changed shows, in its own run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.bill import Bills
from pipeline.books import Books
from pipeline.frames import match, sum_groups
from pipeline.post.proofs import broken_proofs
from pipeline.post.totals import CONTROLLED, control_totals
from pipeline.recognise import Revenue

MOST_NAMED = 5
IN_WORDS = ["reason", "description"]
"""Another version of the program may word them in another way: they are no money."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: about what (a run, or the store), what should hold, and where it
    does not; it holds where `differences` is empty."""

    about: str
    says: str
    differences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Posted:
    """What stands in the ledger of one run: schemas.outputs.BillLines, RevenueLines, RevenueEvents."""

    lines: pd.DataFrame
    revenue_lines: pd.DataFrame
    events: pd.DataFrame


def check_rows(about: str, posted: Posted, bills: Bills, revenue: Revenue) -> Check:
    """The run posted what was due, row by row and column by column."""
    differences = [
        *row_differences(posted.lines, bills.lines, ["bill_line_id"]),
        *row_differences(
            posted.revenue_lines, revenue.lines, ["revenue_line_id", "revision"], "total_minor"
        ),
        *row_differences(posted.events, revenue.events, ["event_id"]),
    ]
    says = f"{len(posted.lines)} lines and {len(posted.events)} events are what was due"
    return Check(about, says, _first(differences))


def row_differences(
    posted: pd.DataFrame, due: pd.DataFrame, key: list[str], amount: str = "amount_minor"
) -> list[str]:
    """A sentence for each row that is posted and was not due, or the other way round, or is another.

    `S-1:10:M1 is posted with USD 3001.00, and USD 3000.00 was due`
    """
    there, due_at = match(posted, due, key), match(due, posted, key)
    strangers = posted[there < 0]
    missing = due[due_at < 0]
    both, calls = posted[there >= 0], due.iloc[there[there >= 0]].set_axis(posted.index[there >= 0])
    other = [name for name in due.columns if name not in IN_WORDS and name != amount]
    off_amount = both[amount] != calls[amount]
    off = pd.DataFrame({name: _differs(both[name], calls[name]) for name in other}, both.index)
    shown = off.index[off.any(axis=1) & ~off_amount]
    return [
        *(f"{name} is posted with {said}, and nothing was due"
          for name, said in _named(strangers, key, amount)),
        *(f"{name} was due with {said}, and is not posted"
          for name, said in _named(missing, key, amount)),
        *(f"{name} is posted with {said}, and {right} was due"
          for (name, said), (_, right) in zip(
              _named(both[off_amount], key, amount), _named(calls[off_amount], key, amount),
              strict=True)),
        *(f"{name} is posted with another {', '.join(off.columns[off.loc[at]])} than was due"
          for at, (name, _) in zip(shown, _named(both.loc[shown], key, amount), strict=True)),
    ]  # fmt: skip


def check_proofs(about: str, posted: Posted, bills: Bills, revenue: Revenue, books: Books) -> Check:
    """What the run posted stands every proof of its night."""
    as_posted = replace(bills, lines=posted.lines)
    recognised = replace(revenue, lines=posted.revenue_lines, events=posted.events)
    return Check(about, "its proofs hold", tuple(broken_proofs(as_posted, recognised, books)))


def check_totals(
    about: str, kept: pd.DataFrame, is_closed: bool, bills: Bills, revenue: Revenue, books: Books
) -> Check:
    """The control totals that the store keeps of the run are those of its posted rows and their journal.

    `kept` has currency and CONTROLLED; debits and credits are missing of a run of an earlier version.
    """
    told = control_totals(bills, revenue, books).set_index("currency")
    stored = kept.set_index("currency")
    currencies = sorted({*told.index, *stored.index})
    now = told.reindex(currencies, fill_value=0)[CONTROLLED].astype("int64")
    then = stored.reindex(currencies, fill_value=0)[CONTROLLED].astype("Int64")
    off = (now != then.fillna(now)).to_numpy(bool)
    differences = [
        f"{currencies[row]}: {_spaced(CONTROLLED[column])} is kept as {then.iat[row, column]!s}, "
        f"and comes to {now.iat[row, column]!s}"
        for row, column in np.argwhere(off)
    ]
    unclosed = [] if is_closed else ["it is not closed"]
    return Check(about, "it totals what the store keeps of it", _first([*unclosed, *differences]))


def as_posted(posted: Posted, bills: Bills, revenue: Revenue) -> tuple[Bills, Revenue]:
    """The night with the posted rows in the place of those that were due, and its charges with what
    these rows come to."""
    charges = bills.charges.assign(billed_tonight_minor=_by_charge(posted.lines, bills.charges))
    balances = revenue.balances.assign(
        recognised_tonight_minor=_by_charge(posted.events, revenue.balances)
    )
    return (
        replace(bills, lines=posted.lines, charges=charges),
        replace(revenue, lines=posted.revenue_lines, events=posted.events, balances=balances),
    )


def check_nothing_due(about: str, bills: Bills, revenue: Revenue, broken: Sequence[str]) -> Check:
    """After the last night nothing is due any more but what is on hold; `broken` are proofs that
    fail."""
    more = [
        *(f"{name} of {said} is due, and is not posted"
          for name, said in _named(bills.lines, ["bill_line_id"], "amount_minor")),
        *(f"{name} of {said} is due, and is not posted"
          for name, said in _named(revenue.events, ["event_id"], "amount_minor")),
    ]  # fmt: skip
    contracts = bills.terms["subscription_number"].nunique()
    says = f"of {contracts} contracts the ledger holds what is due, and {len(bills.withheld)} wait"
    return Check(about, says, _first([*more, *broken]))


def check_files(
    about: str, manifest: Mapping[str, Any] | None, found: Mapping[str, str],
    kept: Mapping[str, Any],
) -> Check:  # fmt: skip
    """The files of a run's folder are those of its manifest, and the manifest is the run's.

    `found` is the SHA-256 of every file in the folder but the manifest; `kept` what the store says of
    the run, under the manifest's own names.
    """
    if manifest is None:
        again = f"milestone-billing export {about} writes it"
        return Check(about, "its files are in the outbox", (f"there is no manifest: {again}",))
    told = {one["file"]: one["sha256"] for one in manifest.get("outputs", [])}
    differences = [
        *(f"the manifest has another {_spaced(name)} than the store"
          for name, value in kept.items() if manifest.get(name) != value),
        *(f"{name} is missing" for name in sorted(told.keys() - found.keys())),
        *(f"{name} is not in the manifest" for name in sorted(found.keys() - told.keys())),
        *(f"{name} is not as it was written: its SHA-256 differs"
          for name in sorted(told.keys() & found.keys()) if told[name] != found[name]),
    ]  # fmt: skip
    return Check(about, f"its {len(told)} files are as they were written", _first(differences))


def _by_charge(rows: pd.DataFrame, charges: pd.DataFrame) -> np.ndarray:
    keys = ["subscription_number", "charge_number"]
    at = match(rows, charges, keys)
    amounts = rows["amount_minor"].to_numpy(np.int64)
    return sum_groups(amounts[at >= 0], at[at >= 0], len(charges))


def _differs(posted: pd.Series, due: pd.Series) -> np.ndarray:
    same = (posted == due) | (posted.isna() & due.isna())
    return ~same.fillna(False).to_numpy(bool)


def _named(rows: pd.DataFrame, key: list[str], amount: str) -> list[tuple[str, str]]:
    """The first rows, each by its key and its amount."""
    first = rows.head(MOST_NAMED + 1)
    texts = money.as_text(first[amount].astype("int64"), money.exponents_of(first["currency"]))
    names = first[key[0]].astype("str")
    for more in key[1:]:
        names = names + "#" + first[more].astype("str")
    return [
        (name, f"{currency} {text}")
        for name, currency, text in zip(
            names.tolist(), first["currency"].tolist(), texts.to_pylist(), strict=True
        )
    ]


def _first(differences: Sequence[str]) -> tuple[str, ...]:
    more = ["… and more"] if len(differences) > MOST_NAMED else []
    return (*differences[:MOST_NAMED], *more)


def _spaced(name: str) -> str:
    return name.removesuffix("_minor").replace("_", " ")
