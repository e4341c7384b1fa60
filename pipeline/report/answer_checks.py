"""Checks of what was sent: less what was answered, it is what waits for an answer."""

from collections.abc import Iterator

from pipeline.record import RunRecord
from pipeline.report.answer_sheets import UNANSWERED, UNANSWERED_STATE
from pipeline.report.cells import places_of
from pipeline.report.check import OF_GROUP, RECEIVABLES, Check
from pipeline.report.layout import Details
from pipeline.report.live import live_table
from pipeline.report.totals import exact_sums
from schemas.outputs import SentTotals as S

SENT_STATE = "SENT"


def answer_checks(record: RunRecord, details: Details) -> Iterator[Check]:
    """By business unit and currency: lines sent less lines answered are the lines of the sheet."""
    detail = details[UNANSWERED]
    live = None if detail.is_cut else live_table(detail)
    totals = exact_sums(
        record.sent_totals, [S.business_unit, S.currency, S.state], [S.lines, S.amount_minor]
    )
    for unit, currency in sorted({(unit, currency) for unit, currency, _ in totals}):
        places = places_of(currency)
        of_state = {
            state: sums for (*group, state), sums in totals.items() if group == [unit, currency]
        }
        sent, waits = (of_state.pop(state, (0, 0)) for state in (SENT_STATE, UNANSWERED_STATE))
        answered = [sum(part) for part in zip(*of_state.values(), strict=True)] or [0, 0]
        heading = detail.sheet.heading("amount_minor")
        yield Check(
            "Sent less answered = unanswered, lines", detail.sheet.tab, unit, currency,
            sent[0] - answered[0], waits[0], live=live.count(*OF_GROUP) if live else "",
            about=RECEIVABLES,
        )  # fmt: skip
        yield Check(
            "Sent less answered = unanswered, amount", detail.sheet.tab, unit, currency,
            sent[1] - answered[1], waits[1], places,
            live=live.amount(heading, places, *OF_GROUP) if live else "", about=RECEIVABLES,
        )  # fmt: skip
