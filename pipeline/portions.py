"""Portions: a night of more contracts than are held at once goes in portions, one run each. Pure.

The contracts of a customer stay together, because lines of several contracts can share an invoice; and
so does a contract with those that are renewed from it. Nothing else ties contracts to one another, so
the portions' runs post what one run would post: run(A ∪ B) = run(A) ∪ run(B).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.frames import match, positions
from pipeline.read import Inputs, Sheet
from pipeline.spread.buckets import bucket_of
from pipeline.validate import column_of, subscriptions_in
from schemas.cells import arrow_texts

FIRST = 1
"""The portion of all that is of no contract: customers, products, rows without a contract's number."""

LACKS_A_COLUMN = "COL-02"
"""What is found at a sheet's headings, and told where a portion has a new row that needs the column."""

ON_CONTRACT = ["subscription_number"]


@dataclass(frozen=True)
class Named:
    """The contracts that an upload names.

    contracts   subscription_number, each once; customer_number, missing where the upload gives none
    renewals    subscription_number, new_subscription_number: which contract is made from which
    """

    contracts: pd.DataFrame
    renewals: pd.DataFrame


@dataclass(frozen=True)
class Portions:
    """A night's contracts, shared out: subscription_number, portion (int64, from 1); and the upload,
    with the portion of each row of each sheet and of each finding."""

    of: int
    contracts: pd.DataFrame
    inputs: Inputs
    rows: tuple[np.ndarray, ...]
    findings: np.ndarray

    def numbers_of(self, portion: int) -> list[str]:
        """The contracts of a portion."""
        own = self.contracts["portion"] == portion
        return self.contracts.loc[own, "subscription_number"].tolist()

    def upload_of(self, portion: int) -> Inputs:
        """A portion's part of the upload; each row keeps the number that it has in its sheet."""
        sheets = [
            _rows_of(sheet, portions == portion)
            for sheet, portions in zip(self.inputs.sheets, self.rows, strict=True)
            if portion == FIRST or (portions == portion).any()
        ]
        found = self.inputs.findings
        lacks = (found["code"] == LACKS_A_COLUMN).to_numpy(bool)
        own = (self.findings == portion) | lacks
        return replace(
            self.inputs, sheets=tuple(sheets), findings=found[own].reset_index(drop=True)
        )


def named_in(inputs: Inputs) -> Named:
    """The contracts that an upload names, and their customers."""
    told, others, renewals = [_contracts([], [])], [], [_renewals([], [])]
    for sheet in inputs.sheets:
        numbers = subscriptions_in(sheet)
        if numbers is None:
            continue
        customers = column_of(sheet, "customer_number")
        if sheet.table == "subscriptions" and customers is not None:
            told.append(_contracts(numbers, customers).dropna())
        others.append(compute.unique(numbers))
        made = column_of(sheet, "new_subscription_number")
        if made is not None:
            others.append(compute.unique(made))
            renewals.append(_renewals(numbers, made).dropna())
    untold = compute.unique(arrow.chunked_array(others, arrow.large_string())).drop_null()
    contracts = pd.concat([*told, _contracts(untold, arrow.nulls(len(untold)))], ignore_index=True)
    return Named(
        contracts.drop_duplicates(ON_CONTRACT, ignore_index=True),
        pd.concat(renewals, ignore_index=True).drop_duplicates(ignore_index=True),
    )


def share_out(inputs: Inputs, named: Named, stored: pd.DataFrame, count: int) -> Portions:
    """Into so many portions, or fewer where customers are few, what the upload names and what the store
    has to look at (`stored`: subscription_number, customer_number).

    The upload prevails where it gives a contract another customer.
    """
    known = named.contracts["customer_number"].notna()
    contracts = pd.concat(
        [named.contracts[known], stored, named.contracts[~known]], ignore_index=True
    ).drop_duplicates(ON_CONTRACT, ignore_index=True)
    filled, portions = np.unique(
        _portions_of(contracts, named.renewals, count), return_inverse=True
    )
    shared = contracts[ON_CONTRACT].assign(portion=portions + FIRST)
    rows = tuple(_portions_of_rows(sheet, shared) for sheet in inputs.sheets)
    return Portions(len(filled), shared, inputs, rows, _portions_of_findings(inputs, rows))


def _portions_of(contracts: pd.DataFrame, renewals: pd.DataFrame, count: int) -> np.ndarray:
    """By the hash of the customer; of customers that are tied by a renewal, of the first of them."""
    customers = arrow_texts(contracts["customer_number"].fillna(contracts["subscription_number"]))
    distinct = compute.unique(customers).sort()
    code = positions(customers, distinct)
    first = np.arange(len(distinct))
    ends = [
        code[match(renewals, contracts, [name], ON_CONTRACT)]
        for name in ("subscription_number", "new_subscription_number")
    ]
    while True:
        lowest = np.minimum(first[ends[0]], first[ends[1]])
        joined = first.copy()
        for end in ends:
            np.minimum.at(joined, end, lowest)
        if (joined == first).all():
            break
        first = joined
    names = pd.Series(pd.array(distinct.take(arrow.array(first)), dtype="str"))
    return bucket_of(names, count)[code]


def _portions_of_rows(sheet: Sheet, shared: pd.DataFrame) -> np.ndarray:
    """The portion of each row: its contract's."""
    numbers = subscriptions_in(sheet)
    if numbers is None:
        return np.full(len(sheet.rows), FIRST)
    at = positions(numbers, arrow_texts(shared["subscription_number"]))
    return np.append(shared["portion"].to_numpy(np.int64), FIRST)[at]


def _portions_of_findings(inputs: Inputs, rows: tuple[np.ndarray, ...]) -> np.ndarray:
    """The portion of each finding of reading: its row's, if it has one."""
    found = inputs.findings
    portions = np.full(len(found), FIRST)
    for sheet, of_rows in zip(inputs.sheets, rows, strict=True):
        here = (found["file"] == sheet.file) & (found["sheet"] == sheet.sheet) & (found["row"] > 0)
        places = np.flatnonzero(here.to_numpy(bool))
        if len(places):
            at = pd.Index(sheet.rows).get_indexer(found["row"].to_numpy()[places])
            portions[places] = np.append(of_rows, FIRST)[at]
    return portions


def _rows_of(sheet: Sheet, own: np.ndarray) -> Sheet:
    return replace(sheet, cells=sheet.cells[own].reset_index(drop=True), rows=sheet.rows[own])


def _contracts(numbers: Any, customers: Any) -> pd.DataFrame:
    return _texts(subscription_number=numbers, customer_number=customers)


def _renewals(numbers: Any, made: Any) -> pd.DataFrame:
    return _texts(subscription_number=numbers, new_subscription_number=made)


def _texts(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({name: pd.array(texts, dtype="str") for name, texts in columns.items()})
