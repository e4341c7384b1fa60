"""What became of a posted row: the run that posted it, the files and rows that it was sent in."""

from typing import Any

import pandas as pd
from sqlalchemy import Connection

from pipeline.explain.kept import Kept
from pipeline.export.archives import ANY_NUMBER, unit_names, with_number
from pipeline.export.choice import targets_of
from pipeline.export.csv_files import BILL_LINES, JOURNAL, REVENUE_EVENTS
from pipeline.export.row_sources import BILL_LINES as LINES
from pipeline.export.targets import BUSINESS_UNIT, Target
from pipeline.journal import entry_ids, journal_lines
from pipeline.money import as_text, exponents_of
from pipeline.settings import settings_from_text
from pipeline.store import places
from pipeline.store.ledger import Run

RECORDS = ["revenue_documents", "revenue_lines", "satisfaction_events"]
FIRST_ROW = 2
"""A file that people open has its headings in row 1."""


def run_account(kept: Kept, run_number: int) -> dict[str, Any]:
    """The run that posted a row, and who posted it (blank of an earlier version's)."""
    run = kept.run(run_number)
    return {
        "run_id": run.run_id,
        "as_of": run.as_of.isoformat(),
        "command": run.command,
        "posted_at": run.posted_at,
        "posted_by": kept.posters.get(run.run_number, ""),
        "program_version": run.program_version,
        "files_are_out": run.sent_after_run is not None,
    }


def files_of_line(connection: Connection, kept: Kept, line: Any) -> list[dict[str, Any]]:
    """Every file of its run in which a bill line stands, and its row there.

    `line` is a row of `kept.lines`, as a named tuple.
    """
    number, line_id = int(line.run_number), line.bill_line_id
    resent = kept.resent.loc[kept.resent["bill_line_id"] == line_id, "run_number"]
    return [
        {"run_id": kept.run(number).run_id, "file": BILL_LINES,
         "row": places.rows_before(connection, number, line_id) + FIRST_ROW},
        *_interface(connection, kept, line, number),
        *_journal(connection, kept, line, line_id=line_id),
        *(place for again in resent for place in _interface(connection, kept, line, int(again))),
    ]  # fmt: skip


def _interface(connection: Connection, kept: Kept, line: Any, run_number: int) -> list[dict]:
    """The line in the files of a run that sends it, for the first time or again: its row there, or
    for files in the order of their documents, and for one that was split, only their names."""
    run, unit = kept.run(run_number), line.business_unit
    names = unit_names(places.business_units_of(connection, run_number))
    before = places.unit_rows_before(connection, run_number, line.bill_line_id, unit)
    settings = settings_from_text(run.settings)
    found: list[dict] = []
    for target in targets_of(settings):
        if LINES in target.tables and run_number == line.run_number:
            path = target.tables[LINES]
            found.append({"run_id": run.run_id, "file": path, "target": target.name})
        if [form.rows for form in target.records] != [LINES]:
            continue
        of_unit = unit if target.parts == (BUSINESS_UNIT,) else ""
        is_whole = places.lines_sent(connection, run_number, of_unit) <= settings.lines_per_file
        if target.parts == (BUSINESS_UNIT,) and not target.documents and is_whole:
            member = {"member": target.text.member} if target.text.member else {}
            file = target.path_of({BUSINESS_UNIT: names[unit]})
            row = before + FIRST_ROW - (0 if target.text.header else 1)
            found.append({"run_id": run.run_id, "file": file, **member, "row": row})
        else:
            names_of_files = {BUSINESS_UNIT: names[unit]} if of_unit else {}
            file = _any_of(target, names_of_files, is_whole)
            found.append({"run_id": run.run_id, "file": file, "target": target.name})
    return found


def _any_of(target: Target, known: dict[str, str], is_whole: bool) -> str:
    """The path with a star for what tells its files apart."""
    path = target.path_of({**dict.fromkeys(target.parts, ANY_NUMBER), **known})
    return path if is_whole or ANY_NUMBER in path else with_number(path, ANY_NUMBER)


def files_of_event(connection: Connection, kept: Kept, event: Any) -> list[dict[str, Any]]:
    """Every file of its run in which a satisfaction event stands, and its row there."""
    number, event_id = int(event.run_number), event.event_id
    run_id = kept.run(number).run_id
    settings = settings_from_text(kept.run(number).settings)
    sent_in = places.satisfaction_row(connection, number, event_id)
    is_whole = places.revenue_rows_sent(connection, number) <= settings.lines_per_file
    interface = [
        {"run_id": run_id, "file": target.path, "member": "S", "row": sent_in}
        if is_whole
        else {"run_id": run_id, "file": _any_of(target, {}, is_whole), "target": target.name}
        for target in targets_of(settings)
        if sent_in is not None and [form.rows for form in target.records] == RECORDS
    ]
    return [
        {"run_id": run_id, "file": REVENUE_EVENTS,
         "row": places.events_before(connection, number, event_id) + FIRST_ROW},
        *interface,
        *_journal(connection, kept, event, event_id=event_id),
    ]  # fmt: skip


def _journal(connection: Connection, kept: Kept, row: Any, **of: str) -> list[dict[str, Any]]:
    """The journal's entry, with its lines; a row of no amount has none."""
    if not row.amount_minor:
        return []
    run = kept.run(row.run_number)
    before = places.entries_before(
        connection, run.run_number, pd.Timestamp(row.accounting_date).date(), **of
    )
    entry = entry_ids(run.run_id, before + 1)[before].as_py()
    return [
        {
            "run_id": run.run_id,
            "file": JOURNAL,
            "entry_id": entry,
            "lines": _entry_lines(kept, run, of),
        }
    ]


def _entry_lines(kept: Kept, run: Run, of: dict[str, str]) -> list[dict[str, str]]:
    """Accounts and amounts of the entry, made again from the contract's rows of the run."""
    lines, events = (
        rows[rows["run_number"] == run.run_number].drop(columns="run_number")
        for rows in (kept.lines, kept.events)
    )
    entries = journal_lines(run.run_id, lines, events, _net_before(kept, run),
                            settings_from_text(run.settings))  # fmt: skip
    about, wanted = ("bill_line_id", of["line_id"]) if "line_id" in of else (
        "event_id", of["event_id"])  # fmt: skip
    own = entries[entries[about] == wanted]
    exponents = exponents_of(own["currency"])
    sides = {
        side: as_text(own[f"{side}_minor"].fillna(0).astype("int64"), exponents).to_pylist()
        for side in ("debit", "credit")
    }
    is_debit = own["debit_minor"].notna().tolist()
    return [
        {"account": account, side: sides[side][place]}
        for place, (account, debits) in enumerate(zip(own["account"], is_debit, strict=True))
        for side in [("credit", "debit")[debits]]
    ]


def _net_before(kept: Kept, run: Run) -> pd.DataFrame:
    """What the contract had billed less recognised before a run."""
    billed, recognised = (
        int(rows.loc[rows["run_number"] < run.run_number, "amount_minor"].sum())
        for rows in (kept.lines, kept.events)
    )
    return pd.DataFrame({"subscription_number": [kept.number], "net_minor": [billed - recognised]})
