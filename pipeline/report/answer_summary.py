"""The Summary's block on Receivables: what is sent and unanswered, by age, and what it rejected."""

from pipeline.record import RunRecord
from pipeline.report.answer_sheets import AGE_COLUMNS, REJECTED, UNANSWERED, UNANSWERED_STATE
from pipeline.report.cells import places_of
from pipeline.report.layout import Details
from pipeline.report.live import Where, live_table
from pipeline.report.page import Page
from pipeline.report.totals import exact_sums
from schemas.outputs import AGES, REJECTED_STATES
from schemas.outputs import RejectedLines as R
from schemas.outputs import SentTotals as S


def write_answers(page: Page, details: Details, record: RunRecord) -> None:
    """A row for each currency, live where the sheet shows all lines."""
    detail = details[UNANSWERED]
    page.section_of_contracts(
        "Sent to Receivables and unanswered, by days since the bill date",
        f"Stored values over all {detail.count:,} rows: the sheet shows only the first."
        if detail.is_cut
        else f"Live totals of the sheet {UNANSWERED.tab}; currencies are never added up.",
    )
    totals = record.sent_totals[record.sent_totals[S.state] == UNANSWERED_STATE]
    by_age = exact_sums(totals, [S.currency, S.age], [S.lines, S.amount_minor])
    currencies = sorted({currency for currency, _ in by_age})
    if not currencies:
        page.line("0 lines: none waits for an answer", "plain")
    else:
        page.headings(["Currency", "Lines", *(age.capitalize() for age in AGES), "Total"],
                      right=range(1, 8))  # fmt: skip
    live = None if detail.is_cut else live_table(detail)
    for currency in currencies:
        ages = [by_age.get((currency, age), (0, 0)) for age in AGES]
        places, where = places_of(currency), Where("Currency", page.cell(0))
        page.text(0, currency)
        page.count(1, sum(lines for lines, _ in ages), live.count(where) if live else "")
        for at, ((_, minor), column) in enumerate(zip(ages, AGE_COLUMNS, strict=True), start=2):
            formula = live.amount(column.heading, places, where) if live else ""
            page.money(at, minor, places, formula)
        total = f"=ROUND(SUM({page.cell(2)}:{page.cell(6)}),{places})" if live else ""
        page.money(7, sum(minor for _, minor in ages), places, total)
        page.row += 1
    _write_rejected(page, details, record)


def _write_rejected(page: Page, details: Details, record: RunRecord) -> None:
    """`2 rejected lines: 1 sent again, 1 waits`, where there are any."""
    if REJECTED not in details:
        return
    count = len(record.rejected)
    again, waits = (int((record.rejected[R.state] == state).sum()) for state in REJECTED_STATES)
    told = f"{count:,} rejected {'line' if count == 1 else 'lines'}: {again:,} sent again tonight"
    page.link(0, REJECTED.tab, f"{told}, {waits:,} on hold: see {REJECTED.tab}")
    page.row += 1
