"""The Summary's block on tonight's bill lines: charges and credits, and the invoices they become."""

from pipeline.record import RunRecord
from pipeline.report.billing_sheets import BILL_LINES
from pipeline.report.cells import places_of
from pipeline.report.invoice_sheets import INVOICES
from pipeline.report.layout import Detail, Details
from pipeline.report.live import LiveTable, live_table, of_group
from pipeline.report.page import Page
from pipeline.report.totals import GROUP, exact_sums, totals_by_group
from schemas.invoices import ExpectedInvoices as I

HEADINGS = ("Business unit", "Currency", "Lines", "Billed (charges)", "Credited", "Net")
INVOICE_HEADINGS = ("Invoices", "Credit memos")


def write_billed(page: Page, details: Details, record: RunRecord) -> None:
    """A row for each business unit and currency, live where the sheets show all lines."""
    detail = details[BILL_LINES]
    page.section("Billed and credited tonight", detail.source_note)
    totals = totals_by_group(record.bill_lines)
    if not totals:
        page.line("0 lines: nothing to post", "plain")
        return
    invoices = details.get(INVOICES)
    counts = _documents(invoices)
    headings = (*HEADINGS, *INVOICE_HEADINGS) if invoices else HEADINGS
    page.headings(headings, right=range(2, 8))
    for (unit, currency), total in totals.items():
        places = places_of(currency)
        page.text(0, unit)
        page.text(1, currency)
        live = None if detail.is_cut else live_table(detail)
        charges, credits, net = _formulas(page, live, places)
        group = of_group(page.cell(0), page.cell(1))
        page.count(2, total.lines, live.count(*group) if live else "")
        page.money(3, total.charges, places, charges)
        page.money(4, total.credits, places, credits)
        page.money(5, total.net, places, net)
        if invoices:
            for at, (count, sign) in enumerate(
                zip(counts.get((unit, currency), (0, 0)), (">=0", "<0"), strict=True), start=6
            ):
                page.count(at, count, _count_formula(page, invoices, sign))
        page.row += 1


def _formulas(page: Page, live: LiveTable | None, places: int) -> tuple[str, str, str]:
    """Charges, credits and net of the running row, live unless the sheet is cut."""
    if live is None:
        return "", "", ""
    group = of_group(page.cell(0), page.cell(1))
    return (
        live.amount("Amount", places, *group, sign=">0"),
        live.amount("Amount", places, *group, sign="<0"),
        f"=ROUND({page.cell(3)}+{page.cell(4)},{places})",
    )


def _documents(invoices: Detail | None) -> dict[tuple, tuple[int, ...]]:
    """Invoices and credit memos by business unit and currency."""
    if invoices is None or invoices.all_rows is None:
        return {}
    is_credit = invoices.all_rows[I.amount_minor] < 0
    counted = invoices.all_rows[GROUP].assign(
        invoices=(~is_credit).astype("int64"), credits=is_credit.astype("int64")
    )
    return exact_sums(counted, GROUP, ["invoices", "credits"])


def _count_formula(page: Page, invoices: Detail, sign: str) -> str:
    if invoices.is_cut:
        return ""
    group = of_group(page.cell(0), page.cell(1))
    return live_table(invoices).count_signed("Amount", sign, *group)
