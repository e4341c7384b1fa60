"""Checks of the expected invoices: they hold every line that is sent, and nothing else."""

from collections.abc import Iterator

from pipeline.record import RunRecord
from pipeline.report.cells import places_of
from pipeline.report.check import OF_GROUP, RECEIVABLES, Check
from pipeline.report.file_checks import SENT, sources_of
from pipeline.report.invoice_sheets import INVOICE_LINES, INVOICES
from pipeline.report.layout import Details
from pipeline.report.live import live_table
from pipeline.report.totals import GROUP, exact_sums
from schemas.invoices import ExpectedInvoices as I
from schemas.outputs import BillLines as B


def invoice_checks(record: RunRecord, details: Details) -> Iterator[Check]:
    """By business unit and currency: the invoices, and the lines listed under them, against the lines
    that are sent; live where the sheets show all rows."""
    if INVOICES not in details:
        return
    invoices, listed = details[INVOICES], details[INVOICE_LINES]
    assert invoices.all_rows is not None and listed.all_rows is not None
    source = sources_of(record, details)[SENT]
    counted, added = source.live()
    names = ["lines", B.amount_minor]
    due = exact_sums(source.rows.assign(lines=1), GROUP, names)
    found = exact_sums(invoices.all_rows, GROUP, [I.lines, I.amount_minor])
    below = exact_sums(listed.all_rows.assign(lines=1), GROUP, names)
    of_invoices = None if invoices.is_cut else live_table(invoices)
    of_lines = None if listed.is_cut else live_table(listed)
    for unit, currency in sorted({*due, *found, *below}):
        places = places_of(currency)
        sums = [of.get((unit, currency), (0, 0)) for of in (due, found, below)]
        yield Check(
            "Invoices = lines sent, lines", invoices.sheet.tab, unit, currency,
            sums[0][0], sums[1][0], live_expected=counted, about=RECEIVABLES,
            live=of_invoices.amount("Lines", 0, *OF_GROUP) if of_invoices else "",
        )  # fmt: skip
        for what, place, live, tab in (
            ("Invoices", 1, of_invoices, invoices), ("Invoice lines", 2, of_lines, listed),
        ):  # fmt: skip
            yield Check(
                f"{what} = lines sent, amount", tab.sheet.tab, unit, currency,
                sums[0][1], sums[place][1], places, live_expected=added.get(places, ""),
                live=live.amount("Amount", places, *OF_GROUP) if live else "", about=RECEIVABLES,
            )  # fmt: skip
