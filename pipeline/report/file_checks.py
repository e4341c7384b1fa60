"""Checks of the exported files: each must come to what the ledger says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.export import Target, targets_of
from pipeline.export.archives import ANY_NUMBER, with_number
from pipeline.record import RunRecord
from pipeline.report.answer_sheets import REJECTED
from pipeline.report.billing_sheets import BILL_LINES
from pipeline.report.cells import places_of
from pipeline.report.check import FILES, OF_GROUP, Check
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

POSTED, SENT, EVENTS, ENTRIES, LINES = (
    "posted", "bill_lines", "revenue_events", "journal", "revenue_lines",
)  # fmt: skip
"""Kinds of rows that files hold, as targets name them; of bill lines, a target sends those again that
were rejected, and the others hold what was posted."""

Shown = tuple[Detail, tuple[Where, ...]]
"""A detail sheet, and which of its rows."""
Written = dict[Group, tuple[list[str], int, int]]
"""By business unit and currency: file names, rows and amount."""


@dataclass(frozen=True)
class Source:
    """The ledger's rows that some files hold, the column that is added up, what it is called, and the
    sheets that show the rows, each with which of its rows they are."""

    rows: pd.DataFrame
    amount: str
    what: str
    shown: tuple[Shown, ...] = ()

    def live(self) -> tuple[str, dict[int, str]]:
        """Formulas for the rows of a check's group and, by decimals, their amount; blank where a sheet
        is cut."""
        if not self.shown or any(detail.is_cut for detail, _ in self.shown):
            return "", {}
        kinds = sorted({places_of(currency) for currency in self.rows["currency"].unique()})
        counts = [live_table(detail).count(*OF_GROUP, *only) for detail, only in self.shown]
        return _added(counts), {places: self._live_amount(places) for places in kinds}

    def _live_amount(self, places: int) -> str:
        amounts = [
            live_table(detail).amount(detail.sheet.heading(self.amount), places, *OF_GROUP, *only)
            for detail, only in self.shown
        ]
        # each part is rounded, their sum as a float is not
        return amounts[0] if len(amounts) == 1 else f"=ROUND({_added(amounts)[1:]},{places})"


@dataclass(frozen=True)
class Family:
    """Files that hold the same rows together: their path, in which names stand in braces, the kinds of
    their rows, and whether a run with such rows always writes them."""

    path: str
    kinds: tuple[str, ...]
    is_due: bool = True

    def __contains__(self, file: str) -> bool:
        paths = (self.path, with_number(self.path, "{number}"))  # whole, or one of its parts
        split = (re.split(r"\{[a-z_]+\}", path) for path in paths)
        patterns = ("[^/]+".join(map(re.escape, parts)) for parts in split)
        return any(re.fullmatch(pattern, file) for pattern in patterns)

    def named(self, files: Sequence[str], unit: str, currency: str) -> str:
        """The files that were written, else the one that was expected; many go by what they share."""
        if files and len(files) <= MOST_NAMED:
            return ", ".join(files)
        known = {"business_unit": unit, "currency": currency, "side": "*", "number": "*"}
        told = self.path.format(**known)
        if not files:
            return told
        told = told if ANY_NUMBER in told else with_number(told, ANY_NUMBER)
        return f"{told} ({len(files):,} files)"


MOST_NAMED = 3
FAMILIES = (
    Family("bill_lines.csv", (POSTED,)),
    Family("revenue_events.csv", (EVENTS,)),
    Family("journal.csv", (ENTRIES,)),
    Family("journal.hledger", (ENTRIES,), is_due=False),
)
"""The files that are no target's."""


def file_checks(record: RunRecord, details: Details, controls: pd.DataFrame) -> Iterator[Check]:
    """Every exported file against the ledger: no file, and no line in a file, without the other.

    `controls` are the totals of what was written. Files that share a path but for a number (the parts
    of one that was too long, too), or for charges and credits, go together. A file that no target of
    the run knows is listed with what it comes to, compared with nothing.
    """
    sources = sources_of(record, details)
    left = controls
    for family in (*FAMILIES, *families_of(targets_of(record.settings))):
        names = [file for file in left["file"].unique() if file in family]
        is_own = left["file"].isin(names)
        written = _by_group(left[is_own])
        left = left[~is_own]
        if family.is_due or written:
            yield from _family_checks(family, [sources[kind] for kind in family.kinds], written)
    for file in sorted(left["file"].unique()):
        for (unit, currency), (_, rows, amount) in _by_group(left[left["file"] == file]).items():
            yield Check("Written, compared with nothing: lines", file, unit, currency, rows, rows,
                        about=FILES)  # fmt: skip
            yield Check("Written, compared with nothing: amount", file, unit, currency,
                        amount, amount, places_of(currency), about=FILES)  # fmt: skip


def sources_of(record: RunRecord, details: Details) -> dict[str, Source]:
    """The ledger's rows of each kind."""
    lines = (details[BILL_LINES], ())
    return {
        POSTED: Source(record.bill_lines, BillLines.amount_minor, "amount", (lines,)),
        SENT: Source(
            record.lines_for_receivables, BillLines.amount_minor, "amount",
            (lines, *_sent_again(details)),
        ),
        EVENTS: Source(
            record.revenue_events, RevenueEvents.amount_minor, "amount",
            ((details[REVENUE_EVENTS], ()),),
        ),
        ENTRIES: Source(
            record.journal, JournalLines.debit_minor, "debits", ((details[JOURNAL], ()),)
        ),
        LINES: Source(record.revenue_lines, RevenueLines.total_minor, "amount"),
    }  # fmt: skip


def families_of(targets: Sequence[Target]) -> list[Family]:
    """The files of these targets that carry amounts.

    >>> from pipeline.settings import Settings
    >>> [family.path for family in families_of(targets_of(Settings()))]
    ['ar/ArAutoinvoiceImport-{business_unit}.zip', 'revenue/RevenueBasisData.txt']
    """
    families = []
    for target in targets:
        kinds = tuple(form.rows for form in target.records if form.control)
        families += [Family(target.path, kinds)] if kinds else []
        families += [
            # tables hold what the run posted, and no line that is sent again
            Family(path, (POSTED if rows == SENT else rows,))
            for rows, path in target.tables.items()
        ]
    return families


def _family_checks(family: Family, sources: Sequence[Source], written: Written) -> Iterator[Check]:
    """By business unit and currency."""
    ledgers = [totals_by_group(source.rows, source.amount) for source in sources]
    counted, added = sources[0].live() if len(sources) == 1 else ("", {})
    for unit, currency in sorted({*written, *(group for ledger in ledgers for group in ledger)}):
        places = places_of(currency)
        totals = [ledger.get((unit, currency), Total()) for ledger in ledgers]
        files, rows, amount = written.get((unit, currency), ([], 0, 0))
        named = family.named(files, unit, currency)
        yield Check(
            "Ledger = file, lines", named, unit, currency, sum(one.lines for one in totals), rows,
            live_expected=counted, about=FILES,
        )  # fmt: skip
        yield Check(
            f"Ledger = file, {sources[0].what}", named, unit, currency,
            sum(one.net for one in totals), amount, places,
            live_expected=added.get(places, ""), about=FILES,
        )  # fmt: skip


def _added(formulas: Sequence[str]) -> str:
    return "=" + "+".join(formula.removeprefix("=") for formula in formulas)


def _sent_again(details: Details) -> tuple[Shown, ...]:
    """The rejected lines that went out again, where there are any."""
    if REJECTED not in details:
        return ()
    return ((details[REJECTED], (Where("State", f'"{REJECTED_STATES[0]}"'),)),)


def _by_group(controls: pd.DataFrame) -> Written:
    return {
        (str(unit), str(currency)): (
            sorted(part["file"].unique()),
            int(part["rows"].sum()),
            sum(map(int, part["amount_minor"].tolist())),  # may be more than an int64 holds
        )
        for (unit, currency), part in controls.groupby(GROUP)
    }
