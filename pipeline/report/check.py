"""What a check is: two numbers that must be equal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.report.layout import DetailSheet
from pipeline.report.live import LiveTable, Where, of_group

UNIT_CELL, CURRENCY_CELL = "$C{row}", "$D{row}"
"""Where a check's business unit and currency stand on its sheet."""
ABOUT = (SHEETS, RECEIVABLES, FILES, PRICE, REVENUE, JOURNAL, INPUTS) = (
    "Sheets", "Receivables", "Files", "Contract price", "Revenue", "Journal", "Rows read",
)  # fmt: skip
"""What a check is about: the Summary has a flag for each."""
NONE = "none"
OF_GROUP = of_group(UNIT_CELL, CURRENCY_CELL)
OF_CURRENCY = (Where("Currency", CURRENCY_CELL),)


@dataclass(frozen=True)
class Check:
    """Two numbers that must be equal.

    They are minor units of a currency with `places` decimals, or counts where `places` is None.
    `live` and `live_expected` are formulas for them, in which {row} is the row that the check
    stands in; blank where a stored value has to do. `about` is one of ABOUT.
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
    about: str = SHEETS

    @property
    def result(self) -> str:
        """OK or ERROR."""
        return "OK" if self.expected == self.actual else "ERROR"


def overall(checks: Iterable[Check]) -> str:
    """OK where all checks are."""
    return "OK" if all(check.result == "OK" for check in checks) else "ERROR"


def about_each(checks: Sequence[Check]) -> dict[str, str]:
    """What the checks of each kind come to; `none` where a run has none of it.

    >>> check = Check("2 + 2", "here", "", "", 4, 5, about=PRICE)
    >>> about_each([check])["Contract price"], about_each([check])["Journal"]
    ('ERROR', 'none')
    """
    by_kind = {kind: [check for check in checks if check.about == kind] for kind in ABOUT}
    return {kind: overall(listed) if listed else NONE for kind, listed in by_kind.items()}


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
