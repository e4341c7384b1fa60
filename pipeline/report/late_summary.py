"""The Summary's block on milestones past their expected date."""

from pipeline.record import RunRecord
from pipeline.report.cells import places_of
from pipeline.report.forecast_sheets import FORECAST, LATE_MILESTONES
from pipeline.report.layout import Details
from pipeline.report.live import Where, live_table
from pipeline.report.page import Page
from pipeline.report.totals import exact_sums

KEYS = ["currency", "event_type"]


def write_late(page: Page, details: Details, record: RunRecord) -> None:
    """How many are late, and what reaching them bills or recognises, by currency and type."""
    late = record.late_milestones
    page.section_of_contracts("Late milestones")
    if late.empty:
        page.link(0, FORECAST.tab, "0 milestones: none is past its expected date; see Forecast")
        page.row += 1
        return
    detail = details[LATE_MILESTONES]
    count, most = len(late), int(late["days_late"].max())
    page.link(
        0, detail.sheet.tab,
        f"{count:,} {'milestone' if count == 1 else 'milestones'} past the expected date, by up to "
        f"{most:,} {'day' if most == 1 else 'days'}: see {detail.sheet.tab}",
    )  # fmt: skip
    page.row += 1
    page.headings(["Currency", "Type", "Milestones", "Amount"], right=range(2, 8))
    sums = exact_sums(late.assign(lines=1), KEYS, ["lines", "amount_minor"])
    live = live_table(detail)
    for (currency, event_type), (lines, minor) in sums.items():
        places = places_of(currency)
        page.text(0, currency)
        page.text(1, event_type)
        where = Where("Currency", page.cell(0)), Where("Type", page.cell(1))
        page.count(2, lines, "" if detail.is_cut else live.count(*where))
        formula = "" if detail.is_cut else live.amount("Amount", places, *where)
        page.money(3, minor, places, formula)
        page.row += 1
