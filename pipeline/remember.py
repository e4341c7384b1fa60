"""A run's record: made tonight from what was computed, or later from what the store remembers."""

from dataclasses import replace
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from pipeline.bill import READ_FROM_CONTRACTS, Bills, compute_bills
from pipeline.books import Books, keep_books
from pipeline.findings import no_findings
from pipeline.money import totals_by
from pipeline.recognise import Revenue, compute_revenue
from pipeline.record import RunRecord
from pipeline.settings import Settings, settings_from_text
from pipeline.store import contracts as kept
from pipeline.store import ledger, uploads
from pipeline.store.ledger import Run
from pipeline.validate import Validated


def posted_before(connection: Connection, run: Run) -> pd.DataFrame:
    """The ledger as it stood before a run: `ledger.read_posted`, and sent (bool): its file was out."""
    posted = ledger.read_posted(connection, before_run=run.run_number)
    return posted.assign(
        sent=(posted["sent_after_run"] < run.run_number).fillna(False).astype(bool)
    )


def recognise(connection: Connection, run: Run, bills: Bills, settings: Settings) -> Revenue:
    """What a run recognises, given what it bills and what earlier runs recognised."""
    return compute_revenue(
        bills,
        ledger.read_recognised(connection, before_run=run.run_number),
        ledger.read_stated(connection, before_run=run.run_number),
        run.as_of,
        settings,
    )


def books_of(
    connection: Connection, run: Run, bills: Bills, revenue: Revenue, settings: Settings
) -> Books:
    """The books of a run that posts these bills and this revenue."""
    months = ledger.read_months(connection, before_run=run.run_number)
    return keep_books(run.run_id, run.as_of, bills, revenue, months, settings)


def tonights_record(
    run: Run, settings: Settings, validated: Validated | None, bills: Bills, revenue: Revenue,
    books: Books,
) -> RunRecord:  # fmt: skip
    """The record of a run that has just been computed."""
    return _record(
        run, settings, bills, revenue, books,
        files=validated.files if validated else kept.no_files(),
        findings=validated.findings if validated else no_findings(),
        refused=validated.refused_in_order if validated else (),
    )  # fmt: skip


def record_of_run(connection: Connection, run: Run) -> RunRecord:
    """The record of a posted run: its rows from the ledger, the rest computed again from the
    contracts and the ledger as they stood."""
    settings = settings_from_text(run.settings)
    contracts = kept.read_contracts(
        connection, at_import=run.import_number, only=READ_FROM_CONTRACTS
    )
    bills = compute_bills(contracts, posted_before(connection, run), run.as_of, settings)
    revenue = recognise(connection, run, bills, settings)
    bills = replace(bills, lines=ledger.read_lines(connection, run.run_number))
    revenue = replace(
        revenue,
        lines=ledger.read_revenue_lines(connection, run.run_number),
        events=ledger.read_events(connection, run.run_number),
    )
    return _record(
        run, settings, bills, revenue, books_of(connection, run, bills, revenue, settings),
        files=kept.read_import_files(connection, run.own_import),
        findings=uploads.read_findings(connection, run.own_import),
        refused=uploads.read_refused(connection, run.own_import),
    )  # fmt: skip


def _record(
    run: Run, settings: Settings, bills: Bills, revenue: Revenue, books: Books, **uploaded: Any
) -> RunRecord:
    return RunRecord(
        run_id=run.run_id,
        as_of=run.as_of,
        program_version=run.program_version,
        settings=settings,
        inputs=uploaded["files"],
        bill_lines=bills.lines,
        milestones=bills.milestones,
        phases=bills.phases,
        withheld=bills.withheld,
        balances=totals_by(bills.charges, ["business_unit", "currency"]),
        findings=uploaded["findings"],
        revenue_lines=revenue.lines,
        revenue_events=revenue.events,
        journal=books.journal,
        revenue_balances=revenue.balances,
        revenue_to_come=revenue.to_come,
        positions=books.positions,
        roll_forward=books.roll_forward,
        refused=uploaded["refused"],
    )
