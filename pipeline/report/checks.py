"""The second sheet: what must be equal in every run, with expected, actual and difference."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from pipeline import money
from pipeline.record import RunRecord
from pipeline.report.answer_checks import answer_checks
from pipeline.report.billing_sheets import BILL_LINES
from pipeline.report.cells import places_of
from pipeline.report.check import INPUTS, OF_GROUP, PRICE, Check
from pipeline.report.file_checks import file_checks
from pipeline.report.invoice_checks import invoice_checks
from pipeline.report.layout import Detail, Details
from pipeline.report.live import live_table
from pipeline.report.revenue_checks import revenue_checks
from pipeline.report.revenue_sheets import REVENUE_EVENTS
from pipeline.report.summary import BALANCES, SummaryPlaces
from pipeline.report.totals import GROUP, totals_by_group


def checks_of(
    record: RunRecord,
    details: Details,
    controls: pd.DataFrame,
    places: SummaryPlaces,
    closings: Mapping[str, str],
) -> list[Check]:
    """Every check of a run.

    The detail sheets, the expected invoices and the exported files must come to what the ledger
    says, what waits for an answer to what was sent less what was answered, the parts of the
    contracts' price to the price, revenue to what it is allocated, and accepted and refused rows
    to what was read. `controls` has file, business_unit, currency, rows and amount_minor (int64);
    `closings` the cells of the roll-forward's last closing balances by currency.
    """
    return [
        *_sheet_checks(details[BILL_LINES], "lines"),
        *_sheet_checks(details[REVENUE_EVENTS], "events"),
        *invoice_checks(record, details),
        *answer_checks(record, details),
        *file_checks(record, details, controls),
        *_balance_checks(record.balances, places.balance_rows),
        *revenue_checks(record, details, closings),
        *_input_checks(record.inputs, places.input_rows),
    ]


def _sheet_checks(detail: Detail, counted: str) -> Iterator[Check]:
    """A sheet against the ledger (against the rows that it shows, where it is cut)."""
    live = live_table(detail)
    shown = " (of the rows shown)" if detail.is_cut else ""
    first, amount = detail.sheet.columns[0], detail.sheet.amounts[0]
    yield Check(
        f"Ledger = sheet, {counted}{shown}", detail.sheet.tab, "", "",
        len(detail.rows), len(detail.rows), live=live.rows(first.heading),
    )  # fmt: skip
    for (unit, currency), total in totals_by_group(detail.rows, amount.name).items():
        places = places_of(currency)
        yield Check(
            f"Ledger = sheet, amount{shown}", detail.sheet.tab, unit, currency,
            total.net, total.net, places, live.amount(amount.heading, places, *OF_GROUP),
        )  # fmt: skip


def _balance_checks(balances: pd.DataFrame, rows: Sequence[int]) -> Iterator[Check]:
    """The price of the contracts against its parts, as they stand on the Summary."""
    amounts = zip(*(balances[f"{name}_minor"].tolist() for name in BALANCES), strict=True)
    groups = zip(*(balances[name].tolist() for name in GROUP), strict=True)
    for (unit, currency), (price, *parts), row in zip(groups, amounts, rows, strict=True):
        places = places_of(currency)
        numeric = all(abs(minor) < 10**money.MOST_DIGITS for minor in (price, *parts))
        yield Check(
            "Price = billed + withheld + unbilled + adjusted away", "Summary", unit, currency,
            int(price), sum(map(int, parts)), places,
            f"=ROUND(SUM(Summary!$D${row}:$H${row}),{places})" if numeric else "",
            f"=Summary!$C${row}" if numeric else "", PRICE,
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
            about=INPUTS,
        )  # fmt: skip
