"""The sheets of the invoices that Receivables is expected to make, and of their lines."""

from xlsxwriter.utility import xl_rowcol_to_cell

from pipeline.report.blocks import BlockSheet
from pipeline.report.cells import shown_texts
from pipeline.report.formats import Formats
from pipeline.report.layout import (
    COUNT,
    DATE,
    IN_A_FILE_BESIDE,
    MONEY,
    WRAPPED,
    Detail,
    DetailColumn,
    Details,
    DetailSheet,
)
from pipeline.report.tables import write_detail
from schemas.invoices import ExpectedInvoiceLines, ExpectedInvoices

V, L = ExpectedInvoices, ExpectedInvoiceLines
MOST_LINKS = 65_000
"""A sheet holds 65,530."""
NOTES = {
    "Invoices": "As Receivables will group the lines that tonight's files send; the numbers are ours. "
    "One line in error can hold back its whole invoice. Credits of lines on one earlier invoice may "
    "share a credit memo.",
    "InvoiceLines": "Lines that agree in business unit, account, site, currency, type, terms, dates and "
    "purchase order, and whatever else the file says of an invoice, share one.",
}

INVOICES = DetailSheet(
    tab="Invoices",
    table="Invoices",
    source="",
    holds="the invoices and credit memos that Receivables is expected to make tonight",
    whole=IN_A_FILE_BESIDE,
    columns=(
        DetailColumn(V.invoice, "Invoice"),
        DetailColumn(V.business_unit, "Business unit"),
        DetailColumn(V.customer_number, "Customer"),
        DetailColumn(V.account, "Account"),
        DetailColumn(V.site, "Site"),
        DetailColumn(V.transaction_type, "Type"),
        DetailColumn(V.transaction_date, "Date", DATE),
        DetailColumn(V.terms, "Terms"),
        DetailColumn(V.due_date, "Due", DATE),
        DetailColumn(V.lines, "Lines", COUNT),
        DetailColumn(V.currency, "Currency"),
        DetailColumn(V.amount_minor, "Amount", MONEY),
    ),
    totals_below=True,
    has_legend=True,
    is_optional=True,
)

INVOICE_LINES = DetailSheet(
    tab="Invoice lines",
    table="InvoiceLines",
    source="",
    holds="the lines of these invoices, each invoice's together",
    whole=IN_A_FILE_BESIDE,
    columns=(
        DetailColumn(L.invoice, "Invoice"),
        DetailColumn(L.bill_line_id, "Bill line"),
        DetailColumn(L.business_unit, "Business unit"),
        DetailColumn(L.subscription_number, "Subscription"),
        DetailColumn(L.bill_date, "Bill date", DATE),
        DetailColumn(L.currency, "Currency"),
        DetailColumn(L.amount_minor, "Amount", MONEY),
        DetailColumn(L.description, "Description", WRAPPED),
    ),
    totals_below=True,
    has_legend=True,
    frozen=2,
    is_optional=True,
)


def write_invoice_sheet(
    worksheet: BlockSheet, detail: Detail, details: Details, formats: Formats
) -> None:
    """One of the two sheets, with what to know about it."""
    is_linked = detail.sheet.table == INVOICES.table
    write_detail(worksheet, detail, formats, written_over=[V.invoice] if is_linked else [])
    note = NOTES[detail.sheet.table]
    worksheet.write_string(detail.heading_row - 1, 0, note, formats["note"])
    if is_linked:
        _link_to_lines(worksheet, detail, details[INVOICE_LINES], formats)


def _link_to_lines(
    worksheet: BlockSheet, invoices: Detail, lines: Detail, formats: Formats
) -> None:
    """Each invoice's number leads to its first line, if the other sheet shows it."""
    numbers = invoices.rows[V.invoice]
    offsets = (invoices.rows[V.lines].cumsum() - invoices.rows[V.lines]).tolist()
    linked = [at for at in offsets[:MOST_LINKS] if at < len(lines.rows)]
    texts = shown_texts(numbers.head(len(linked)))
    for place, (offset, text) in enumerate(zip(linked, texts, strict=True)):
        cell = xl_rowcol_to_cell(lines.heading_row + 1 + offset, 0)
        worksheet.write_url(
            invoices.heading_row + 1 + place, 0, f"internal:'{lines.sheet.tab}'!{cell}",
            formats["link_in_table"], string=text,
        )  # fmt: skip
