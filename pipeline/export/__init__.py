"""Export: the ledger's rows of a run as files for Receivables and for people."""

from pathlib import Path

import pandas as pd

from pipeline.export.archives import archive_names, write_archives
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
from pipeline.export.ledger_text import LedgerTextError
from pipeline.export.manifest import write_manifest
from pipeline.export.plain_text import PLAIN_TEXT, write_plain_text
from pipeline.export.revenue_interface import expected_revenue_controls, write_revenue_interface
from pipeline.export.row_forms import TargetError
from pipeline.export.targets import shipped_targets
from pipeline.record import RunRecord

__all__ = [
    "ControlError",
    "LedgerTextError",
    "TargetError",
    "check_controls",
    "write_exports",
    "write_findings",
    "write_manifest",
]


def write_exports(record: RunRecord, folder: Path) -> pd.DataFrame:
    """Write the CSV files, the journal as plain text and the interface files into an empty folder.

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
    for target in shipped_targets():
        controls += write_archives(record.lines_for_receivables, target, record.settings, folder)
    controls += write_revenue_interface(record, folder)
    return join_controls(controls)


def check_controls(record: RunRecord, controls: pd.DataFrame) -> list[str]:
    """Where the files differ from the ledger, in words: per file, business unit and currency.

    A file that should be there and is not, or the other way round, is a difference too.
    """
    expected = [
        ledger_controls(record.bill_lines, BILL_LINES),
        ledger_controls(record.revenue_events, REVENUE_EVENTS),
        ledger_controls(record.journal, JOURNAL, "debit_minor"),
        ledger_controls(record.journal, PLAIN_TEXT, "debit_minor"),
    ]
    sent = record.lines_for_receivables
    for target in shipped_targets():
        names = archive_names(target, sent["business_unit"].unique())
        for business_unit, name in names.items():
            lines = sent.loc[sent["business_unit"].eq(business_unit)]
            expected.append(ledger_controls(lines, name))
    expected += expected_revenue_controls(record)
    return differences(pd.concat(expected, ignore_index=True), controls)
