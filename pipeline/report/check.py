"""What a check is: two numbers that must be equal."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.layout import DetailSheet
from pipeline.report.live import LiveTable, Where, of_group

UNIT_CELL, CURRENCY_CELL = "$C{row}", "$D{row}"
"""Where a check's business unit and currency stand on its sheet."""
OF_GROUP = of_group(UNIT_CELL, CURRENCY_CELL)
OF_CURRENCY = (Where("Currency", CURRENCY_CELL),)


@dataclass(frozen=True)
class Check:
    """Two numbers that must be equal.

    They are minor units of a currency with `places` decimals, or counts where `places` is None.
    `live` and `live_expected` are formulas for them, in which {row} is the row that the check
    stands in; blank where a stored value has to do.
    """

    what: str
    where: str
    business_unit: str
    currency: str
    expected: int
    actual: int
    places: int | None = None
    live: str = ""
    live_expected: str = ""

    @property
    def result(self) -> str:
        """OK or ERROR."""
        return "OK" if self.expected == self.actual else "ERROR"


def overall(checks: Sequence[Check]) -> str:
    """OK where all checks are."""
    return "OK" if all(check.result == "OK" for check in checks) else "ERROR"


def combined(
    live: LiveTable,
    sheet: DetailSheet,
    names: Sequence[str],
    places: int,
    where: Sequence[Where] = OF_CURRENCY,
    *,
    less: Sequence[str] = (),
) -> str:
    """The formula of columns added up, less others.

    >>> from pipeline.report.revenue_sheets import CONTRACTS
    >>> combined(LiveTable("Contracts", True), CONTRACTS, ["billed_minor"], 2,
    ...          [Where("Currency", "$D7")], less=["recognised_minor"])
    '=ROUND(ROUND(SUMIFS(Contracts[Billed],Contracts[Currency],$D7),2)\
-ROUND(SUMIFS(Contracts[Recognised],Contracts[Currency],$D7),2),2)'
    """
    parts = [
        sign + live.amount(sheet.heading(name), places, *where).removeprefix("=")
        for sign, listed in (("+", names), ("-", less))
        for name in listed
    ]
    return f"=ROUND({''.join(parts).removeprefix('+')},{places})"
