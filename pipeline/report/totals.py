"""What the detail comes to, per business unit and currency: exact, and as live formulas."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.money import MILLION
from pipeline.report.layout import Detail

Group = tuple[str, str]
"""A business unit and a currency."""

GROUP = ["business_unit", "currency"]
PLAIN_NAME = re.compile(r"[^\W\d_][^*?~<>=\"]*")
LOGICAL = {"TRUE", "FALSE"}
SAFE_UNITS = 2**50
"""Below it, adding floats one after another can't go wrong by half a minor unit."""


@dataclass(frozen=True)
class Total:
    """What some lines come to: how many, and minor units of charges and credits."""

    lines: int = 0
    charges: int = 0
    credits: int = 0

    @property
    def net(self) -> int:
        """Charges less credits."""
        return self.charges + self.credits


def totals_by_group(lines: pd.DataFrame) -> dict[Group, Total]:
    """The total of every business unit and currency, in the order of their names.

    `lines` has business_unit, currency and amount_minor (int64, negative: a credit).

    >>> lines = pd.DataFrame({"amount_minor": [500, -20]})
    >>> totals_by_group(lines.assign(business_unit="East", currency="USD"))
    {('East', 'USD'): Total(lines=2, charges=500, credits=-20)}
    """
    amounts = lines["amount_minor"]
    millions, rest = np.divmod(amounts.to_numpy(np.int64), MILLION)
    credit = amounts.lt(0).to_numpy()
    # In two parts, because the sum of many large amounts may be more than an int64 holds.
    parts = pd.DataFrame(
        {
            "business_unit": lines["business_unit"].to_numpy(object),
            "currency": lines["currency"].to_numpy(object),
            "lines": 1,
            "charge_millions": np.where(credit, 0, millions),
            "charge_rest": np.where(credit, 0, rest),
            "credit_millions": np.where(credit, millions, 0),
            "credit_rest": np.where(credit, rest, 0),
        }
    )
    sums = parts.groupby(GROUP, sort=True).sum()
    return {
        (str(unit), str(currency)): Total(
            lines=int(count),
            charges=int(charge_millions) * MILLION + int(charge_rest),
            credits=int(credit_millions) * MILLION + int(credit_rest),
        )
        for (
            unit,
            currency,
        ), count, charge_millions, charge_rest, credit_millions, credit_rest in zip(
            sums.index, *(sums[name].tolist() for name in sums), strict=True
        )
    }


@dataclass(frozen=True)
class LiveTable:
    """Formulas over a detail sheet's table.

    `plain`: SUMIFS and COUNTIFS, which accountants read at a glance. They compare loosely (`1` is
    `01`, `*` is anything, case is nothing), and they add floats, so where that could tell another
    total the formulas compare exactly and add whole minor units.
    """

    table: str
    amount_heading: str
    plain: bool

    def count(self, group: tuple[str, str]) -> str:
        """Rows of a business unit and currency, given as the cells where their names stand."""
        unit, currency = group
        if self.plain:
            return (
                f"=COUNTIFS({self.table}[Business unit],{unit},{self.table}[Currency],{currency})"
            )
        return f"=SUMPRODUCT({self._same(group)})"

    def amount(self, group: tuple[str, str], places: int, sign: str = "") -> str:
        """Their amount; `sign` ">0" counts charges only, "<0" credits only."""
        unit, currency = group
        amounts = f"{self.table}[{self.amount_heading}]"
        if self.plain:
            only = f',{amounts},"{sign}"' if sign else ""
            return (
                f"=ROUND(SUMIFS({amounts},{self.table}[Business unit],{unit},"
                f"{self.table}[Currency],{currency}{only}),{places})"
            )
        only = f"*({amounts}{sign})" if sign else ""
        scale = 10**places
        return f"=SUMPRODUCT({self._same(group)}{only}*ROUND({amounts}*{scale},0))/{scale}"

    def rows(self, heading: str) -> str:
        """All rows, counted by a column that is never blank."""
        return f"=COUNTA({self.table}[{heading}])"

    def _same(self, group: tuple[str, str]) -> str:
        unit, currency = group
        return f"EXACT({self.table}[Business unit],{unit})*EXACT({self.table}[Currency],{currency})"


def live_table(detail: Detail) -> LiveTable:
    """The formulas that suit the rows of a detail sheet with business units and amounts."""
    assert detail.sheet.amount is not None
    size = float(np.abs(detail.rows["amount_minor"].to_numpy(np.float64)).sum())
    return LiveTable(
        table=detail.sheet.table,
        amount_heading=detail.sheet.amount.heading,
        plain=size * max(len(detail.rows), 1) < SAFE_UNITS
        and compares_loosely_alike(detail.rows["business_unit"].unique()),
    )


def compares_loosely_alike(names: Iterable[str]) -> bool:
    """Whether a loose comparison tells these names apart as an exact one does.

    >>> compares_loosely_alike(["East", "West 2"])
    True
    >>> compares_loosely_alike(["1", "01"]), compares_loosely_alike(["east", "East"])
    (False, False)
    """
    listed = list(names)
    return all(PLAIN_NAME.fullmatch(name) and name.upper() not in LOGICAL for name in listed) and (
        len({name.casefold() for name in listed}) == len(listed)
    )
