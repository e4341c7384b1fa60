"""Verify: recompute the whole store, night by night, and say what does not hold. It changes nothing."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from pipeline.bill import READ_FROM_CONTRACTS, Bills
from pipeline.books import Books, keep_books
from pipeline.outbox import MANIFEST
from pipeline.post.proofs import broken_bill_proofs
from pipeline.recognise import Revenue
from pipeline.remember import asked_of, find
from pipeline.scope import look_at, scope_of_run
from pipeline.settings import settings_from_text
from pipeline.store import ledger, reading
from pipeline.store.contracts import read_contracts, read_import_files
from pipeline.store.guards import broken_references, guards_missing
from pipeline.store.ledger import Run
from pipeline.tonight import Tonight, bill_tonight
from pipeline.verify.checks import (
    Check,
    Posted,
    as_posted,
    check_files,
    check_nothing_due,
    check_proofs,
    check_rows,
    check_totals,
)  # fmt: skip

__all__ = ["Check", "verify_store"]

STORE, OUTBOX = "store", "outbox"


def verify_store(store: str, outbox: Path | None) -> list[Check]:
    """Every check of the store, and of the runs' files where their outbox is named.

    Each night is computed again from what the store held before it, so it takes as long as all nights
    took, without their files.
    """
    with reading(store, "verify") as connection:
        runs = ledger.read_runs(connection)
        checks = [
            Check(STORE, "its guards are in place", tuple(
                f"the guard {name} is gone" for name in guards_missing(connection))),
            Check(STORE, "every row that a row names is there", tuple(
                broken_references(connection))),
        ]  # fmt: skip
        totals, closed = ledger.read_control_totals(connection), set(ledger.read_closed(connection))
        for run in runs:
            kept = totals[totals["run_number"] == run.run_number].drop(columns="run_number")
            checks += _verify_run(connection, run, kept, run.run_number in closed)
        if runs:
            checks.append(_verify_last(connection, runs[-1]))
        if outbox:
            checks += list(_verify_outbox(connection, runs, outbox))
    return checks


def _verify_run(
    connection: Connection, run: Run, kept: pd.DataFrame, is_closed: bool
) -> list[Check]:
    posted = Posted(
        ledger.read_lines(connection, run.run_number),
        ledger.read_revenue_lines(connection, run.run_number),
        ledger.read_events(connection, run.run_number),
    )
    night = _computed(connection, run)
    bills, revenue = night.bills, night.revenue
    own_bills, own_revenue = as_posted(posted, bills, revenue)
    return [
        check_rows(run.run_id, posted, bills, revenue),
        check_proofs(run.run_id, posted, bills, revenue, _books(night, bills, revenue, posted)),
        check_totals(run.run_id, kept, is_closed, own_bills, own_revenue,
                     _books(night, own_bills, own_revenue, posted)),
    ]  # fmt: skip


def _computed(connection: Connection, run: Run) -> Tonight:
    """What the run had to post, given the contracts and the ledger as they stood: of all contracts,
    whatever it looked at; of a portion before its night's last, of its own, as the next ones post what
    is due of the others."""
    settings = settings_from_text(run.settings)
    scope = scope_of_run(connection, run.run_number)
    some = scope.is_followed and look_at(connection, scope)
    contracts = read_contracts(
        connection, at_import=run.import_number, wanted=some or None, only=READ_FROM_CONTRACTS
    )
    found = find(connection, run, contracts, settings, wanted=some)
    return bill_tonight(found.known, asked_of(run, settings))


def _books(night: Tonight, bills: Bills, revenue: Revenue, posted: Posted) -> Books:
    """The books of the rows that are posted."""
    asked = night.asked
    return keep_books(
        asked.run_id, asked.as_of, replace(bills, lines=posted.lines),
        replace(revenue, events=posted.events), night.known.months, asked.settings,
    )  # fmt: skip


def _verify_last(connection: Connection, last: Run) -> Check:
    """As of the last night, with all that is posted, nothing more is due."""
    night = _computed(connection, replace(last, run_number=last.run_number + 1))
    return check_nothing_due(
        f"as of {last.as_of}", night.bills, night.revenue, broken_bill_proofs(night.bills)
    )


def _verify_outbox(connection: Connection, runs: list[Run], outbox: Path) -> Iterator[Check]:
    """The files of every run that sent them, and folders of runs that the store does not know."""
    for run in runs:
        folder = outbox / run.run_id
        if run.sent_after_run is not None or folder.exists():
            manifest = _manifest(folder)
            digests = _digests(folder) if manifest else {}
            yield check_files(run.run_id, manifest, digests, _kept(connection, run))
    known = {run.run_id for run in runs}
    strangers = sorted(
        path.parent.name for path in outbox.glob(f"*/{MANIFEST}") if path.parent.name not in known
    )
    yield Check(OUTBOX, "every folder in it is a run's of this store", tuple(
        f"{name} is of a run that the store does not know" for name in strangers))  # fmt: skip


def _manifest(folder: Path) -> dict[str, Any] | None:
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below the folder but the manifest."""
    digests: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / MANIFEST:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            digests |= {path.relative_to(folder).as_posix(): digest}
    return digests


def _kept(connection: Connection, run: Run) -> dict[str, Any]:
    """What the store says of the run, by the manifest's names."""
    inputs = read_import_files(connection, run.own_import).sort_values(["file", "sha256"])
    return {
        "run_id": run.run_id,
        "as_of": run.as_of.isoformat(),
        "inputs": inputs.to_dict("records"),
    }
