"""Live formulas over the table of a detail sheet."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.report.layout import TEXT, Detail

PLAIN_NAME = re.compile(r"[^\W\d_][^*?~<>=\"]*")
LOGICAL = {"TRUE", "FALSE"}
SAFE_UNITS = 2**50
"""Below it, adding floats one after another can't go wrong by half a minor unit."""


@dataclass(frozen=True)
class Where:
    """The rows whose column compares so with a cell (or with a text in quotes)."""

    heading: str
    cell: str
    compare: str = "="
    is_number: bool = False


def of_group(unit: str, currency: str) -> tuple[Where, Where]:
    """The rows of a business unit and currency, given as the cells where their names stand."""
    return Where("Business unit", unit), Where("Currency", currency)


def of_month(cell: str, compare: str = "=") -> Where:
    """The rows of a month, or with "<" or ">" of those before or after it."""
    return Where("Month", cell, compare, is_number=True)


@dataclass(frozen=True)
class LiveTable:
    """Formulas over a detail sheet's table.

    `plain`: SUMIFS and COUNTIFS, which accountants read at a glance. They compare loosely (`1` is
    `01`, `*` is anything, case is nothing), and they add floats, so where that could tell another
    total the formulas compare exactly and add whole minor units.
    """

    table: str
    plain: bool

    def count(self, *where: Where) -> str:
        """How many rows.

        >>> LiveTable("BillLines", True).count(Where("Currency", "$B$7"))
        '=COUNTIFS(BillLines[Currency],$B$7)'
        """
        if self.plain:
            return f"=COUNTIFS({self._listed(where)})"
        # a product of one comparison alone would not become a number
        return f"=SUMPRODUCT(1*{self._same(where)})"

    def count_signed(self, heading: str, sign: str, *where: Where) -> str:
        """How many rows whose amount is, by `sign`, ">=0" or "<0".

        >>> LiveTable("Invoices", True).count_signed("Amount", "<0", Where("Currency", "$B$7"))
        '=COUNTIFS(Invoices[Currency],$B$7,Invoices[Amount],"<0")'
        """
        amounts = f"{self.table}[{heading}]"
        if self.plain:
            return f'=COUNTIFS({self._listed(where)},{amounts},"{sign}")'
        return f"=SUMPRODUCT({self._same(where)}*({amounts}{sign}))"

    def amount(self, heading: str, places: int, *where: Where, sign: str = "") -> str:
        """Their amount; `sign` ">0" counts charges only, "<0" credits only.

        >>> LiveTable("Deferred", True).amount("Billed", 2, of_month("$A$7", "<"))
        '=ROUND(SUMIFS(Deferred[Billed],Deferred[Month],"<"&$A$7),2)'
        """
        amounts = f"{self.table}[{heading}]"
        if self.plain:
            only = f',{amounts},"{sign}"' if sign else ""
            return f"=ROUND(SUMIFS({amounts},{self._listed(where)}{only}),{places})"
        only = f"*({amounts}{sign})" if sign else ""
        scale = 10**places
        return f"=SUMPRODUCT({self._same(where)}{only}*ROUND({amounts}*{scale},0))/{scale}"

    def rows(self, heading: str) -> str:
        """All rows, counted by a column that is never blank."""
        return f"=COUNTA({self.table}[{heading}])"

    def _listed(self, where: Iterable[Where]) -> str:
        """Pairs of range and criterion: `T[Currency],$B$7,T[Month],"<"&$A$7`."""
        return ",".join(
            f"{self.table}[{one.heading}],"
            + (one.cell if one.compare == "=" else f'"{one.compare}"&{one.cell}')
            for one in where
        )

    def _same(self, where: Iterable[Where]) -> str:
        """Comparisons that are multiplied: `EXACT(T[Currency],$B$7)*(T[Month]<$A$7)`."""
        return "*".join(
            f"({self.table}[{one.heading}]{one.compare}{one.cell})"
            if one.is_number
            else f"EXACT({self.table}[{one.heading}],{one.cell})"
            for one in where
        )


def live_table(detail: Detail) -> LiveTable:
    """The formulas that suit the rows of a detail sheet with amounts."""
    sizes = [
        float(np.abs(detail.rows[column.name].to_numpy(np.float64, na_value=0)).sum())
        for column in detail.sheet.amounts
    ]
    names = {
        column.name
        for column in detail.sheet.columns
        if column.kind == TEXT and column.heading in ("Business unit", "Currency", "Role")
    }
    return LiveTable(
        table=detail.sheet.table,
        plain=max(sizes, default=0) * max(len(detail.rows), 1) < SAFE_UNITS
        and all(compares_loosely_alike(detail.rows[name].unique()) for name in names),
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
