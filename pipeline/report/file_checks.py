"""Checks of the exported files: each must come to what the ledger says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.record import RunRecord
from pipeline.report.billing_sheets import BILL_LINES
from pipeline.report.cells import places_of
from pipeline.report.check import OF_GROUP, Check
from pipeline.report.layout import Detail, Details
from pipeline.report.live import live_table
from pipeline.report.revenue_sheets import JOURNAL, REVENUE_EVENTS
from pipeline.report.totals import GROUP, Group, Total, totals_by_group
from schemas.outputs import BillLines, JournalLines, RevenueEvents, RevenueLines

LINES_FILE, EVENTS_FILE = "bill_lines.csv", "revenue_events.csv"
JOURNAL_FILE, PLAIN_JOURNAL_FILE = "journal.csv", "journal.hledger"
RECEIVABLES_FOLDER, REVENUE_FOLDER = "ar/", "revenue/"
ALWAYS_WRITTEN = (LINES_FILE, RECEIVABLES_FOLDER, EVENTS_FILE, JOURNAL_FILE, REVENUE_FOLDER)

Controls = dict[tuple[str, Group], tuple[str, int, int]]
"""File names, rows and amounts by (folder or file, business unit and currency)."""


@dataclass(frozen=True)
class Source:
    """The ledger's rows that some files hold, the column that is added up, and their sheet."""

    rows: pd.DataFrame
    amount: str
    what: str
    families: tuple[str, ...]
    detail: Detail | None = None


def file_checks(record: RunRecord, details: Details, controls: pd.DataFrame) -> Iterator[Check]:
    """Every exported file against the ledger: no file, and no line in a file, without the other.

    A file that is not known here is listed with what it comes to, compared with nothing.
    """
    sources = (
        Source(record.bill_lines, BillLines.amount_minor, "amount",
               (LINES_FILE, RECEIVABLES_FOLDER), details[BILL_LINES]),
        Source(record.revenue_events, RevenueEvents.amount_minor, "amount",
               (EVENTS_FILE,), details[REVENUE_EVENTS]),
        Source(record.journal, JournalLines.debit_minor, "debits",
               (JOURNAL_FILE, PLAIN_JOURNAL_FILE), details[JOURNAL]),
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
    if source.detail is None or source.detail.is_cut:
        return "", {}
    live, heading = live_table(source.detail), source.detail.sheet.heading(source.amount)
    kinds = sorted({places_of(currency) for currency in source.rows["currency"].unique()})
    return live.count(*OF_GROUP), {
        places: live.amount(heading, places, *OF_GROUP) for places in kinds
    }


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
