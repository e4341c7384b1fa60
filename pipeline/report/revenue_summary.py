"""The Summary's block on revenue: by currency, what was recognised, and what is owed or to come."""

from pipeline.record import RunRecord
from pipeline.report.cells import places_of
from pipeline.report.layout import Details
from pipeline.report.live import Where, live_table
from pipeline.report.page import Page
from pipeline.report.revenue_sheets import CONTRACTS, REVENUE_EVENTS
from pipeline.report.totals import exact_sums
from schemas.outputs import ContractPositions as C
from schemas.outputs import RevenueEvents as E

SHOWN = (C.recognised_minor, C.liability_minor, C.asset_minor, C.remaining_minor,
         C.within_a_year_minor)  # fmt: skip
HEADINGS = ("Currency", "Recognised tonight", "Recognised to date", "Contract liability",
            "Contract asset", "Remaining performance obligation", "Of it within a year")  # fmt: skip


def write_revenue(page: Page, details: Details, record: RunRecord) -> None:
    """A row for each currency; live where the sheets that it totals show all rows."""
    contracts, events = details[CONTRACTS], details[REVENUE_EVENTS]
    cut = [detail.sheet.tab for detail in (events, contracts) if detail.is_cut]
    page.section_of_contracts(
        "Revenue",
        f"Stored values over all rows where a sheet shows only the first: {', '.join(cut)}."
        if cut
        else "Live totals of the sheets Revenue events and Contracts; currencies are never added up.",
    )
    tonight = exact_sums(record.revenue_events, [E.currency], [E.amount_minor])
    standing = exact_sums(record.positions, [C.currency], SHOWN)
    if not tonight and not standing:
        page.line("no contracts", "plain")
        return
    page.headings(HEADINGS, right=range(1, 8), lines=3)
    for key in sorted({*tonight, *standing}):
        currency, places = key[0], places_of(key[0])
        page.text(0, currency)
        where = Where("Currency", page.cell(0))
        sums = [tonight.get(key, (0,))[0], *standing.get(key, (0,) * len(SHOWN))]
        names = [(events, E.amount_minor), *((contracts, name) for name in SHOWN)]
        for at, ((detail, name), minor) in enumerate(zip(names, sums, strict=True), start=1):
            live = live_table(detail).amount(detail.sheet.heading(name), places, where)
            page.money(at, minor, places, "" if detail.is_cut else live)
        page.row += 1
