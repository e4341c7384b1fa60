"""The outbox: a run's folder is written aside and appears whole, or not at all.

outbox/.2026-03-31-1.HOST-PROCESS.part/   being written; a killed run leaves it, the next removes it
outbox/2026-03-31-1/                      published
outbox/.2026-03-31-1.old/                 the published one, while it is being replaced
"""

import json
import os
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from xlsxwriter.exceptions import XlsxFileError

from pipeline.aside import is_running
from pipeline.export import write_exports, write_findings, write_manifest
from pipeline.record import RefusedSheet, RunRecord
from pipeline.report import write_rejections, write_workbook
from pipeline.settings import DEFAULT_TARGETS

WORKBOOK = "workbook.xlsx"
MANIFEST = "manifest.json"
REJECTIONS = "rejections.xlsx"


class OutboxError(Exception):
    """The outbox can't be written; the message says why and what to do."""


@dataclass(frozen=True)
class PreparedFiles:
    """A run's files, complete and on disk, but not yet in their place.

    controls    file, business_unit, currency, rows, amount_minor: what stands in the files
    """

    run_id: str
    outbox: Path
    folder: Path
    controls: pd.DataFrame


def prepare_files(record: RunRecord, outbox: Path) -> PreparedFiles:
    """Write all files of a run into a folder of its own inside the outbox, the manifest last."""
    folder = outbox / f".{record.run_id}.{_our_mark()}.part"
    with _explained(outbox), _removed_unless_whole(folder):
        for stale in outbox.glob(f".*.{socket.gethostname()}-*.part"):
            if not _is_alive(stale):  # a run that was killed while writing
                _remove(stale)
        folder.mkdir(parents=True)
        controls = write_exports(record, folder)
        if any(len(sheet.cells) for sheet in record.refused):
            write_rejections(record.refused, record.findings, folder / REJECTIONS)
        write_workbook(record, controls, folder / WORKBOOK)
        write_manifest(record, controls, folder)
        _refuse_another(outbox / record.run_id, folder)
        _flush(folder)
    return PreparedFiles(record.run_id, outbox, folder, controls)


def _our_mark() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


def _is_alive(part: Path) -> bool:
    """Whether the process that writes this folder still runs, on this machine."""
    return is_running(part.name.removesuffix(".part").rpartition("-")[2])


def _refuse_another(place: Path, prepared: Path) -> None:
    """A folder of this name may be this run's own, written before; never another store's."""
    manifest = place / MANIFEST
    if not manifest.exists():
        return
    there, here = (json.loads((one / MANIFEST).read_text("utf-8")) for one in (place, prepared))
    there.setdefault("targets", list(DEFAULT_TARGETS))  # earlier versions had no others
    if there["run_id"] == here["run_id"] and there["targets"] != here["targets"]:
        raise OutboxError(
            f"{place} holds this run's files for {_listed(there['targets'])}, which may have been sent, "
            f"so they stay; name another --out for {_listed(here['targets'])}"
        )
    told_anew = {"outputs", "program_version"}
    if {key: there.get(key) for key in here if key not in told_anew} != {
        key: value for key, value in here.items() if key not in told_anew
    }:
        raise OutboxError(
            f"{place} holds another run of this name, perhaps of another store: its files may have "
            "been sent, so they stay; name another --out"
        )


def _listed(targets: Sequence[str]) -> str:
    return ", ".join(targets) or "no targets"


def write_judgement(findings: pd.DataFrame, refused: Sequence[RefusedSheet], folder: Path) -> None:
    """Write findings.csv and, where rows were refused, rejections.xlsx; a former one goes."""
    aside = folder / ".judgement.part"
    with _explained(folder), _removed_unless_whole(aside):
        aside.mkdir(parents=True)
        write_findings(findings, aside)
        if refused:
            write_rejections(refused, findings, aside / REJECTIONS)
        _flush(aside)
        (folder / REJECTIONS).unlink(missing_ok=True)
        for path in sorted(aside.iterdir()):
            path.replace(folder / path.name)
        aside.rmdir()


def publish(prepared: PreparedFiles) -> Path:
    """Put a prepared folder in its place; a folder of the same run there before is replaced.

    A rename is whole or nothing. A kill between the two renames leaves the former folder aside,
    and the next publish begins by putting it back.
    """
    place = prepared.outbox / prepared.run_id
    aside = prepared.outbox / f".{prepared.run_id}.old"
    with _explained(prepared.outbox):
        if aside.exists() and not place.exists():
            aside.rename(place)
        _remove(aside)
        if place.exists():
            place.rename(aside)
        try:
            prepared.folder.rename(place)
        except OSError:
            if aside.exists():
                aside.rename(place)
            raise
        _flush_folder(prepared.outbox)
        _remove(aside)
    return place


@contextmanager
def nothing_left_aside(outbox: Path) -> Iterator[None]:
    """What this process has written aside goes, where it comes to no end: a signal, a commit that
    failed, files that do not total the ledger."""
    published = False
    try:
        yield
        published = True
    finally:
        for folder in () if published else outbox.glob(f".*.{_our_mark()}.part"):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _explained(outbox: Path) -> Iterator[None]:
    """What the system says of a disk, in words that an operator can act on."""
    try:
        yield
    except (OSError, UnicodeError, XlsxFileError) as fault:
        # XlsxWriter wraps what the system said in an exception of its own
        cause = fault if isinstance(fault, OSError) else next(iter(fault.args), fault)
        reason = getattr(cause, "strerror", None) or str(cause)
        raise OutboxError(
            f"{outbox}: can't be written: {reason}; free space, allow writing, or name another one"
        ) from fault


@contextmanager
def _removed_unless_whole(folder: Path) -> Iterator[None]:
    """A folder that is not there before, and not there afterwards if writing it stopped."""
    _remove(folder)
    whole = False
    try:
        yield
        whole = True
    finally:
        if not whole:
            shutil.rmtree(folder, ignore_errors=True)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _flush(folder: Path) -> None:
    """Everything below the folder is on disk, not only in memory."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
        else:
            _flush_folder(path)
    _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder can't be opened
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
