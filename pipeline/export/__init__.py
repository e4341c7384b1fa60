"""Export: the ledger's rows of a run as files for other ledgers and for people."""

from pathlib import Path

import pandas as pd

from pipeline.export.choice import choose_again, choose_targets, faults_of_targets, targets_of
from pipeline.export.controls import ControlError, differences, join_controls, ledger_controls
from pipeline.export.csv_files import (
    BILL_LINES,
    JOURNAL,
    REVENUE_EVENTS,
    write_bill_lines,
    write_findings,
    write_journal,
    write_revenue_events,
)
from pipeline.export.invoices import Invoiced, expected_invoices
from pipeline.export.ledger_text import LedgerTextError
from pipeline.export.manifest import write_manifest
from pipeline.export.plain_text import PLAIN_TEXT, write_plain_text
from pipeline.export.row_forms import TargetError, TargetFileError
from pipeline.export.target_files import expected_controls, joined_files, write_target
from pipeline.export.targets import Target
from pipeline.record import RunRecord

__all__ = [
    "ControlError",
    "Invoiced",
    "LedgerTextError",
    "Target",
    "TargetError",
    "TargetFileError",
    "check_controls",
    "choose_again",
    "choose_targets",
    "expected_invoices",
    "faults_of_targets",
    "targets_of",
    "write_exports",
    "write_findings",
    "write_manifest",
]


def write_exports(record: RunRecord, folder: Path) -> pd.DataFrame:
    """Write the CSV files, the journal as plain text and the files for other ledgers into an empty
    folder.

    Returns the control totals of what was written: file, business_unit, currency, rows (int64),
    amount_minor (int64, whole minor units of the currency; of a journal file, its debits).
    """
    controls = [
        *write_bill_lines(record.bill_lines, folder),
        *write_revenue_events(record.revenue_events, folder),
        *write_journal(record.journal, folder),
        *write_plain_text(record.journal, folder),
    ]
    write_findings(record.findings, folder)
    for target in targets_of(record.settings):
        controls += write_target(record, target, folder)
    return join_controls(controls)


def check_controls(record: RunRecord, controls: pd.DataFrame) -> list[str]:
    """Where the files differ from the ledger, in words: per file, business unit and currency.

    A file that should be there and is not, or the other way round, is a difference too. Files that
    share a path but for their number are held against the ledger together: none can take a line to
    itself.
    """
    expected = [
        ledger_controls(record.bill_lines, BILL_LINES),
        ledger_controls(record.revenue_events, REVENUE_EVENTS),
        ledger_controls(record.journal, JOURNAL, "debit_minor"),
        ledger_controls(record.journal, PLAIN_TEXT, "debit_minor"),
    ]
    for target in targets_of(record.settings):
        expected += expected_controls(record, target)
    ledger = pd.concat(expected, ignore_index=True)
    return differences(ledger, joined_files(controls, ledger))
