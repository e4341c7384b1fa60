"""Checks of the exported files: each must come to what the ledger says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.record import RunRecord
from pipeline.report.answer_sheets import REJECTED
from pipeline.report.billing_sheets import BILL_LINES
from pipeline.report.cells import places_of
from pipeline.report.check import OF_GROUP, Check
from pipeline.report.layout import Detail, Details
from pipeline.report.live import Where, live_table
from pipeline.report.revenue_sheets import JOURNAL, REVENUE_EVENTS
from pipeline.report.totals import GROUP, Group, Total, totals_by_group
from schemas.outputs import (
    REJECTED_STATES,
    BillLines,
    JournalLines,
    RevenueEvents,
    RevenueLines,
)

LINES_FILE, EVENTS_FILE = "bill_lines.csv", "revenue_events.csv"
JOURNAL_FILE, PLAIN_JOURNAL_FILE = "journal.csv", "journal.hledger"
RECEIVABLES_FOLDER, REVENUE_FOLDER = "ar/", "revenue/"
ALWAYS_WRITTEN = (LINES_FILE, RECEIVABLES_FOLDER, EVENTS_FILE, JOURNAL_FILE, REVENUE_FOLDER)

Shown = tuple[Detail, tuple[Where, ...]]
"""A detail sheet, and which of its rows."""
Controls = dict[tuple[str, Group], tuple[str, int, int]]
"""File names, rows and amounts by (folder or file, business unit and currency)."""


@dataclass(frozen=True)
class Source:
    """The ledger's rows that some files hold, the column that is added up, and the sheets that show
    them, each with which of its rows they are."""

    rows: pd.DataFrame
    amount: str
    what: str
    families: tuple[str, ...]
    shown: tuple[Shown, ...] = ()


def file_checks(record: RunRecord, details: Details, controls: pd.DataFrame) -> Iterator[Check]:
    """Every exported file against the ledger: no file, and no line in a file, without the other.

    A file that is not known here is listed with what it comes to, compared with nothing.
    """
    sources = (
        Source(record.bill_lines, BillLines.amount_minor, "amount",
               (LINES_FILE,), ((details[BILL_LINES], ()),)),
        Source(record.lines_for_receivables, BillLines.amount_minor, "amount",
               (RECEIVABLES_FOLDER,), ((details[BILL_LINES], ()), *_sent_again(details))),
        Source(record.revenue_events, RevenueEvents.amount_minor, "amount",
               (EVENTS_FILE,), ((details[REVENUE_EVENTS], ()),)),
        Source(record.journal, JournalLines.debit_minor, "debits",
               (JOURNAL_FILE, PLAIN_JOURNAL_FILE), ((details[JOURNAL], ()),)),
        Source(record.revenue_lines, RevenueLines.total_minor, "amount", (REVENUE_FOLDER,)),
    )  # fmt: skip
    exported = _controls_by_family(controls)
    for source in sources:
        yield from _source_checks(source, exported)
    known = {family for source in sources for family in source.families}
    for (family, (unit, currency)), (file, rows, amount) in sorted(exported.items()):
        if family not in known:
            yield Check("Written, compared with nothing: lines", file, unit, currency, rows, rows)
            yield Check(
                "Written, compared with nothing: amount", file, unit, currency,
                amount, amount, places_of(currency),
            )  # fmt: skip


def _source_checks(source: Source, exported: Controls) -> Iterator[Check]:
    """The files that hold the same rows of the ledger, by business unit and currency."""
    ledger = totals_by_group(source.rows, source.amount)
    written = {family for family, _ in exported}
    families = [one for one in source.families if one in ALWAYS_WRITTEN or one in written]
    groups = {*ledger, *(group for family, group in exported if family in families)}
    counted, added = _live_totals(source)
    for unit, currency in sorted(groups):
        places = places_of(currency)
        total = ledger.get((unit, currency), Total())
        for family in families:
            missing = (_expected_file(family, unit), 0, 0)
            file, rows, amount = exported.get((family, (unit, currency)), missing)
            yield Check(
                "Ledger = file, lines", file, unit, currency, total.lines, rows,
                live_expected=counted,
            )  # fmt: skip
            yield Check(
                f"Ledger = file, {source.what}", file, unit, currency, total.net, amount, places,
                live_expected=added.get(places, ""),
            )  # fmt: skip


def _live_totals(source: Source) -> tuple[str, dict[int, str]]:
    """Formulas for the rows of a group and, by decimals, their amount; blank where it is cut."""
    if not source.shown or any(detail.is_cut for detail, _ in source.shown):
        return "", {}
    kinds = sorted({places_of(currency) for currency in source.rows["currency"].unique()})
    counts = [live_table(detail).count(*OF_GROUP, *only) for detail, only in source.shown]
    return _added(counts), {places: _live_amount(source, places) for places in kinds}


def _live_amount(source: Source, places: int) -> str:
    amounts = [
        live_table(detail).amount(detail.sheet.heading(source.amount), places, *OF_GROUP, *only)
        for detail, only in source.shown
    ]
    # each part is rounded, their sum as a float is not
    return amounts[0] if len(amounts) == 1 else f"=ROUND({_added(amounts)[1:]},{places})"


def _added(formulas: Sequence[str]) -> str:
    return "=" + "+".join(formula.removeprefix("=") for formula in formulas)


def _sent_again(details: Details) -> tuple[Shown, ...]:
    """The rejected lines that went out again, where there are any."""
    if REJECTED not in details:
        return ()
    return ((details[REJECTED], (Where("State", f'"{REJECTED_STATES[0]}"'),)),)


def _controls_by_family(controls: pd.DataFrame) -> Controls:
    folder = controls["file"].str.extract(r"^([^/]*/)", expand=False)
    families = controls.assign(family=folder.fillna(controls["file"]))
    return {
        (str(family), (str(unit), str(currency))): (
            ", ".join(part["file"].unique()),
            int(part["rows"].sum()),
            _total(part["amount_minor"].tolist()),
        )
        for (family, unit, currency), part in families.groupby(["family", *GROUP])
    }


def _total(amounts: Sequence[int]) -> int:
    """The sum of whole numbers that may be more than an int64 holds."""
    return sum(map(int, amounts))


def _expected_file(family: str, unit: str) -> str:
    if family == RECEIVABLES_FOLDER:
        return f"{family}ArAutoinvoiceImport-{unit}.zip"
    return family
