"""The second sheet: what must be equal in every run, with expected, actual and difference."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline import money
from pipeline.record import RunRecord
from pipeline.report.cells import places_of
from pipeline.report.layout import Detail, Details
from pipeline.report.summary import BALANCES, SummaryPlaces
from pipeline.report.totals import GROUP, Group, Total, live_table, totals_by_group

LINES_FILE = "bill_lines.csv"
RECEIVABLES_FOLDER = "ar/"


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


def checks_of(
    record: RunRecord, details: Details, controls: pd.DataFrame, places: SummaryPlaces
) -> list[Check]:
    """Every check of a run.

    The detail sheets and the exported files must come to what the ledger says, the parts of the
    contracts' price to the price, and accepted and refused rows to what was read.
    `controls` has file, business_unit, currency, rows and amount_minor (int64).
    """
    ledger = totals_by_group(record.bill_lines)
    return [
        *_sheet_checks(details.bill_lines),
        *_file_checks(ledger, controls),
        *_balance_checks(record.balances, places.balance_rows),
        *_input_checks(record.inputs, places.input_rows),
    ]


def overall(checks: Sequence[Check]) -> str:
    """OK where all checks are."""
    return "OK" if all(check.result == "OK" for check in checks) else "ERROR"


def _sheet_checks(detail: Detail) -> Iterator[Check]:
    """The Bill lines sheet against the ledger (against the rows that it shows, where it is cut)."""
    live = live_table(detail)
    group = ("$C{row}", "$D{row}")
    shown = " (of the rows shown)" if detail.is_cut else ""
    yield Check(
        f"Ledger = sheet, lines{shown}", detail.sheet.tab, "", "",
        len(detail.rows), len(detail.rows), live=live.rows("Bill line"),
    )  # fmt: skip
    for (unit, currency), total in totals_by_group(detail.rows).items():
        places = places_of(currency)
        yield Check(
            f"Ledger = sheet, amount{shown}", detail.sheet.tab, unit, currency,
            total.net, total.net, places, live.amount(group, places),
        )  # fmt: skip


def _file_checks(ledger: dict[Group, Total], controls: pd.DataFrame) -> Iterator[Check]:
    """Every exported file against the ledger: no file, and no line in a file, without the other."""
    exported = _controls_by_family(controls)
    families = {LINES_FILE, *(family for family, _ in exported), RECEIVABLES_FOLDER}
    groups = {*ledger, *(group for _, group in exported)}
    for unit, currency in sorted(groups):
        group = (unit, currency)
        for family in sorted(families, key=lambda name: (name != LINES_FILE, name)):
            total = ledger.get(group, Total())
            missing = (_expected_file(family, unit), 0, 0)
            file, rows, amount = exported.get((family, group), missing)
            yield Check("Ledger = file, lines", file, unit, currency, total.lines, rows)
            yield Check(
                "Ledger = file, amount", file, unit, currency,
                total.net, amount, places_of(currency),
            )  # fmt: skip


def _controls_by_family(
    controls: pd.DataFrame,
) -> dict[tuple[str, Group], tuple[str, int, int]]:
    """File names, rows and amounts by (folder or file, business unit and currency)."""
    folder = controls["file"].str.extract(r"^([^/]*/)", expand=False)
    families = controls.assign(family=folder.fillna(controls["file"]))
    return {
        (str(family), (str(unit), str(currency))): (
            ", ".join(part["file"].unique()),
            int(part["rows"].sum()),
            money.total(part["amount_minor"]),
        )
        for (family, unit, currency), part in families.groupby(["family", *GROUP])
    }


def _expected_file(family: str, unit: str) -> str:
    if family == RECEIVABLES_FOLDER:
        return f"{family}ArAutoinvoiceImport-{unit}.zip"
    return family


def _balance_checks(balances: pd.DataFrame, rows: Sequence[int]) -> Iterator[Check]:
    """The price of the contracts against its parts, as they stand on the Summary."""
    amounts = zip(*(balances[f"{name}_minor"].tolist() for name in BALANCES), strict=True)
    groups = zip(*(balances[name].tolist() for name in GROUP), strict=True)
    for (unit, currency), (price, *parts), row in zip(groups, amounts, rows, strict=True):
        places = places_of(currency)
        numeric = all(abs(minor) < 10**money.MOST_DIGITS for minor in (price, *parts))
        yield Check(
            "Price = billed + withheld + unbilled", "Contracts", unit, currency,
            int(price), sum(map(int, parts)), places,
            f"=ROUND(SUM(Summary!$D${row}:$G${row}),{places})" if numeric else "",
            f"=Summary!$C${row}" if numeric else "",
        )  # fmt: skip


def _input_checks(inputs: pd.DataFrame, rows: Sequence[int]) -> Iterator[Check]:
    """Every input file: no row is read without being accepted or refused."""
    columns = ("file", "rows_read", "rows_accepted", "rows_refused")
    for file, read, accepted, refused, row in zip(
        *(inputs[name].tolist() for name in columns), rows, strict=True
    ):
        yield Check(
            "Rows read = accepted + refused", file, "", "",
            int(read), int(accepted) + int(refused),
            live=f"=SUM(Summary!$C${row}:$D${row})", live_expected=f"=Summary!$B${row}",
        )  # fmt: skip
