"""What a night leaves, as an accountant reads it: tables by their headings, journals by hledger."""

import csv
import datetime
import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from pipeline.money import currency_exponents

Row = dict[str, Any]
Sums = dict[tuple[str, str], int]
"""Minor units by account (or contract) and currency; what comes to nothing is left out."""

ACCOUNTS = {
    "billed": "Assets:Accounts receivable", "recognised": "Income:Revenue",
    "liability": "Liabilities:Contract liability", "asset": "Assets:Contract asset",
}  # fmt: skip
"""The usual accounts, by what stands on them."""


@cache
def cells_of(workbook: Path, sheet: str) -> list[list[Any]]:
    """Every cell of a sheet, row by row; blanks are ""."""
    return CalamineWorkbook.from_path(workbook).get_sheet_by_name(sheet).to_python()


def rows_under(workbook: Path, sheet: str, *headings: str) -> list[Row]:
    """The rows below every line that has these headings, each down to the next blank row."""
    cells = cells_of(workbook, sheet)
    tables = [at for at, row in enumerate(cells) if set(headings) <= set(row)]
    assert tables, f"{workbook.parent.name}, {sheet}: no table has the headings {headings}"
    return [
        {heading: value for heading, value in zip(cells[at], row, strict=True) if heading}
        for at in tables
        for row in takewhile(any, cells[at + 1 :])
    ]


def contracts_of(workbook: Path) -> list[Row]:
    """The Contracts sheet, without its totals."""
    rows = rows_under(workbook, "Contracts", "Subscription", "Contract liability", "Currency")
    return [row for row in rows if row["Subscription"] != "Total"]


def months_of(workbook: Path, sheet: str, *headings: str) -> list[Row]:
    """The rows of a month each."""
    rows = rows_under(workbook, sheet, "Month", "Currency", *headings)
    return [row for row in rows if month_of(row["Month"]) not in ("Total", "")]


def closing_of(workbook: Path) -> dict[str, int]:
    """What the Roll-forward sheet closes with, by currency."""
    months = months_of(workbook, "Roll-forward", "Opening", "Closing")
    last = {row["Currency"]: minor(row["Closing"], row["Currency"]) for row in months}
    return {currency: amount for currency, amount in last.items() if amount}


def minor(amount: Any, currency: str) -> int:
    """A cell's or a file's amount in minor units; a blank is nothing. A sum in a cell may be off by
    less than any minor unit, as floats are; a text in a file may not.

    >>> minor(1019.18, "USD"), minor("-310.00", "USD"), minor(9800.0, "JPY"), minor("", "JPY")
    (101918, -31000, 9800, 0)
    """
    places = currency_exponents()[currency]
    exact = round(amount, places) if isinstance(amount, float) else amount
    scaled = Decimal(str(exact or 0)).scaleb(places)
    assert scaled == int(scaled), f"{amount} has more decimals than {currency}"
    return int(scaled)


def month_of(value: Any) -> str:
    """The month of a date cell; other texts, such as Earlier, as they are.

    >>> month_of(datetime.date(2026, 3, 1)), month_of("Later")
    ('2026-03', 'Later')
    """
    return value.strftime("%Y-%m") if isinstance(value, datetime.date) else value


def summed(rows: Iterable[Row], key: str, *amounts: str) -> Sums:
    """The rows' amounts, added up by key and currency."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for name in amounts:
            currency = row.get("Currency") or row["currency"]
            sums[month_of(row[key]), currency] += minor(row[name], currency)
    return nonzero(sums)


def by_currency(rows: list[Row], name: str) -> dict[str, int]:
    """A column of a sheet, added up by currency."""
    sums = summed(rows, "Currency", name)
    return {currency: amount for (currency, _), amount in sums.items()}


def less(sums: Sums, others: Sums) -> Sums:
    """The difference, key by key."""
    return nonzero({key: sums.get(key, 0) - others.get(key, 0) for key in {**sums, **others}})


def nonzero(sums: Sums) -> Sums:
    """Without the keys that come to nothing."""
    return {key: amount for key, amount in sums.items() if amount}


def of_account(found: Sums, role: str) -> dict[str, int]:
    """An account's balances by currency, as a positive number on its own side."""
    sign = -1 if role in ("recognised", "liability") else 1
    return {
        currency: sign * amount
        for (account, currency), amount in found.items()
        if account == ACCOUNTS[role]
    }


def net_of(found: Sums) -> dict[str, int]:
    """Contract liability less contract asset, by currency."""
    sides = [
        {(currency, ""): amount for currency, amount in of_account(found, role).items()}
        for role in ("liability", "asset")
    ]
    return {currency: amount for (currency, _), amount in less(*sides).items()}


def rows_of(runs: Sequence[Path], name: str) -> list[Row]:
    """The rows of a CSV file of several runs, in order."""
    rows: list[Row] = []
    for run in runs:
        with (run / name).open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
    return rows


def hledger(runs: Sequence[Path], *arguments: str) -> str:
    """What hledger prints of the runs' journals together; skips where it is not installed."""
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not installed: nothing to read the journals with")
    files = [part for run in runs for part in ("-f", str(run / "journal.hledger"))]
    done = subprocess.run(
        [program, *files, *arguments],
        capture_output=True, encoding="utf-8", timeout=60, check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def balances(runs: Sequence[Path], *arguments: str) -> Sums:
    """hledger's balances, by account, or by what `--pivot` names."""
    rows, _totals = json.loads(hledger(runs, "balance", "--flat", *arguments, "-O", "json"))
    return nonzero(
        {(row[0], amount["acommodity"]): _quantity(amount) for row in rows for amount in row[-1]}
    )


def _quantity(amount: Row) -> int:
    quantity = amount["aquantity"]
    exact = Decimal(quantity["decimalMantissa"]).scaleb(-quantity["decimalPlaces"])
    return minor(exact, amount["acommodity"])
