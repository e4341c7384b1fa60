"""A run's record: made tonight from what was computed, or later from what the store remembers."""

import pandas as pd
from sqlalchemy import Connection

from pipeline.bill import READ_FROM_CONTRACTS, Bills, compute_bills
from pipeline.findings import no_findings
from pipeline.money import totals_by
from pipeline.record import RunRecord
from pipeline.settings import Settings, settings_from_text
from pipeline.store import contracts as kept
from pipeline.store import ledger
from pipeline.store.ledger import Run
from pipeline.validate import Validated


def posted_before(connection: Connection, run: Run) -> pd.DataFrame:
    """The ledger as it stood before a run: `ledger.read_posted`, and sent (bool): its file was out."""
    posted = ledger.read_posted(connection, before_run=run.run_number)
    return posted.assign(
        sent=(posted["sent_after_run"] < run.run_number).fillna(False).astype(bool)
    )


def tonights_record(
    run: Run, settings: Settings, validated: Validated | None, bills: Bills
) -> RunRecord:
    """The record of a run that has just been computed."""
    return _record(
        run, settings, bills, bills.lines,
        files=validated.files if validated else kept.no_files(),
        findings=validated.findings if validated else no_findings(),
        refused=validated.refused_in_order if validated else (),
    )  # fmt: skip


def record_of_run(connection: Connection, run: Run) -> RunRecord:
    """The record of a posted run: its lines from the ledger, the rest computed again from the
    contracts and the ledger as they stood."""
    settings = settings_from_text(run.settings)
    contracts = kept.read_contracts(
        connection, at_import=run.import_number, only=READ_FROM_CONTRACTS
    )
    bills = compute_bills(contracts, posted_before(connection, run), run.as_of, settings)
    return _record(
        run, settings, bills, ledger.read_lines(connection, run.run_number),
        files=kept.read_import_files(connection, run.own_import),
        findings=ledger.read_findings(connection, run.own_import),
        refused=ledger.read_refused(connection, run.own_import),
    )  # fmt: skip


def _record(
    run: Run, settings: Settings, bills: Bills, lines: pd.DataFrame, **uploaded
) -> RunRecord:  # type: ignore[no-untyped-def]
    return RunRecord(
        run_id=run.run_id,
        as_of=run.as_of,
        program_version=run.program_version,
        settings=settings,
        inputs=uploaded["files"],
        bill_lines=lines,
        milestones=bills.milestones,
        phases=bills.phases,
        withheld=bills.withheld,
        balances=totals_by(bills.charges, ["business_unit", "currency"]),
        findings=uploaded["findings"],
        refused=uploaded["refused"],
    )
