"""The night on one page: read, validate, accept, bill, recognise, post, export, report.

Everything up to and including the writing of the files happens in one transaction of the store;
the files appear, under their own names, after it is committed. A night that is killed before the
commit has left nothing; one that is killed after it has its files written by the next night.
"""

import datetime
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from pipeline import __version__
from pipeline.accept import accept, contracts_in_force, hold_for, utc_now
from pipeline.actor import Actor, actor_of
from pipeline.bill import READ_FROM_CONTRACTS
from pipeline.confirm import TABLE, Asked, Judged, judge_answers, lines_named, parse_answers
from pipeline.export import check_controls
from pipeline.findings import join_findings
from pipeline.outbox import PreparedFiles, nothing_left_aside, prepare_files, publish
from pipeline.outlook import with_outlook
from pipeline.parts import Part, parts_of_night
from pipeline.post import (
    RefusedError,
    new_run,
    open_night,
    post,
    refuse_implausible,
)
from pipeline.read import Inputs, only_table, read_inputs
from pipeline.record import RunRecord
from pipeline.remember import (
    Found,
    asked_of,
    find,
    record_of_run,
    tonights_record,
    with_plan_changes,
)  # fmt: skip
from pipeline.scope import Scope, keep_scope, look_at
from pipeline.settings import DEFAULTS, Settings, settings_text, unknown_owners
from pipeline.spread import HERE, Engine, begin_night
from pipeline.stopwatch import Stopwatch
from pipeline.store import (
    IN_MEMORY,
    NoStoreError,
    agenda,
    answers,
    audit,
    ledger,
    reading,
    refuse_missing,
    writing,
)
from pipeline.store.contracts import business_units, last_import_number, read_contracts
from pipeline.store.ledger import Run
from pipeline.store.one_contract import read_posters
from pipeline.tonight import Computed, Tonight
from pipeline.validate import Held, Validated, validate_inputs

Finished = tuple[tuple[Run, RunRecord, Path], ...]
"""Runs that were posted and then killed, and the folders of their files, which are out now."""


@dataclass(frozen=True)
class Outcome:
    """What a command did: the run's record, and where its files are (None: none were written)."""

    record: RunRecord
    folder: Path | None
    resumed: bool = False
    finished_before: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """What a night is asked for. A dry run does everything but keep it; `full` looks at all contracts,
    whatever changed. `today` is the day by the clock, `said_in` in which file the settings are said;
    `engine` says who computes a large night, and changes nothing of it."""

    as_of: datetime.date
    settings: Settings
    dry_run: bool = False
    allow_implausible: bool = False
    full: bool = False
    actor: Actor | None = None
    today: datetime.date | None = None
    said_in: str = DEFAULTS
    engine: Engine = HERE


def run_night(
    inbox: Path, as_of: datetime.date, outbox: Path, store: str, settings: Settings,
    watch: Stopwatch, **asked: Any,
) -> Iterator[Outcome]:  # fmt: skip
    """One night, whole: what each of its runs did, one after the other. Most nights are one run; one of
    more than `contracts_at_once` contracts goes in portions, but for a dry run. `asked`: as Wanted."""
    wanted = Wanted(as_of, settings, **asked)
    place = _dry(store) if wanted.dry_run else store
    with nothing_left_aside(outbox), writing(place, "run") as connection:
        with watch.stage("read"):
            inputs = read_inputs(inbox, told=watch.parts)
        if wanted.dry_run:
            part = Part.of_all(inputs)
            del inputs
            yield _rehearse(connection, part, wanted, watch)
            return
        finished = _finish_interrupted(connection, outbox)
        with connection.begin():
            parts = parts_of_night(connection, inputs, wanted.as_of, settings, full=wanted.full)
        del inputs
        for part in parts:
            with part.told_of(watch.tell):
                outcome = _run_part(connection, part, wanted, outbox, finished, watch)
            yield outcome
            del outcome  # its record, before the next one's is made


def _rehearse(connection: Connection, part: Part, wanted: Wanted, watch: Stopwatch) -> Outcome:
    """A dry run: the night, and nothing of it kept."""
    with connection.begin() as transaction:
        _, record = _post_upload(connection, part, wanted, "", watch)
        transaction.rollback()
    return Outcome(record, None)


def _run_part(
    connection: Connection, part: Part, wanted: Wanted, outbox: Path, finished: Finished,
    watch: Stopwatch,
) -> Outcome:  # fmt: skip
    """One run, whole, with its files; what an interrupted night has posted is not posted again."""
    digest = inputs_digest(part, wanted.as_of, wanted.settings)
    for run, record, folder in finished:
        if run.inputs_digest == digest:
            return Outcome(record, folder, resumed=True)
    with connection.begin():
        run, record = _post_upload(connection, part, wanted, digest, watch)
        with watch.stage("export and report"):
            prepared = _prepare(record, outbox)
    folder = publish(prepared)
    with connection.begin():
        ledger.mark_sent(connection, run.run_number)
    before = tuple(path for _, _, path in finished) if part.is_first else ()
    return Outcome(record, folder, finished_before=before)


def _post_upload(
    connection: Connection, part: Part, wanted: Wanted, digest: str, watch: Stopwatch
) -> tuple[Run, RunRecord]:
    """From the upload to the posted run, in the transaction of the caller."""
    as_of, inputs = wanted.as_of, part.hand_over()
    settings = open_night(connection, as_of, wanted.settings, today=wanted.today,
                          said_in=wanted.said_in, allowed=wanted.allow_implausible)  # fmt: skip
    with watch.stage("validate"):
        held = hold_for(connection, inputs)
        validated = validate_inputs(inputs, held, settings.phase_handover)
        if part.is_last:  # before, not all business units are known
            validated = _with_nobodys_accounts(connection, validated, settings)
    with watch.stage("accept"):
        number = accept(connection, inputs, validated, "run")
        scope = part.scope(connection, as_of, settings, full=wanted.full)
    del inputs, held  # what was uploaded is as large as what is made of it
    with watch.stage("bill"):
        contracts = contracts_in_force(connection, validated, scope)
        judged = validated.without_rows
        del validated
        run = new_run(connection, as_of, "run", import_number=number, own_import=number,
                      **_facts(digest, settings))  # fmt: skip
        found = find(connection, run, contracts, settings, wanted=not scope.is_whole)
        del contracts
        asked = asked_of(run, settings, with_outlook=not wanted.dry_run)
        night = begin_night(found.known, asked, wanted.engine, watch.buckets)
    run, record = _recognise_and_post(
        connection, run, found, night, scope, settings, judged, wanted, watch
    )
    return run, with_plan_changes(connection, run, record, found, night.bills)


def check_inbox(
    inbox: Path, store: str, settings: Settings, watch: Stopwatch
) -> tuple[Inputs, Validated]:
    """Read and validate against what the store holds, and keep nothing."""
    with watch.stage("read"):
        inputs = read_inputs(inbox, told=watch.parts)
    with watch.stage("validate"):
        try:
            with reading(store, "check") as connection:
                held = hold_for(connection, inputs)
        except NoStoreError:
            held = Held.of_nothing()
        return inputs, validate_inputs(inputs, held, settings.phase_handover)


def import_inbox(
    inbox: Path, store: str, settings: Settings, watch: Stopwatch, *, actor: Actor | None = None
) -> tuple[int, Validated]:
    """Read, validate and accept; the import's number."""
    with writing(store, "import") as connection:
        with watch.stage("read"):
            inputs = read_inputs(inbox, told=watch.parts)
        with connection.begin():
            with watch.stage("validate"):
                held = hold_for(connection, inputs)
                validated = validate_inputs(inputs, held, settings.phase_handover)
            with watch.stage("accept"):
                number = accept(connection, inputs, validated, "import")
                _sign(connection, actor, import_number=number)
    return number, validated


def bill_store(
    as_of: datetime.date, store: str, settings: Settings, watch: Stopwatch, **asked: Any
) -> Iterator[Outcome]:
    """Bill from what the store holds, and post: what each of the night's runs did, which are as many as
    those of `run_night`; `export_run` writes the files. `asked`: as Wanted."""
    wanted = Wanted(as_of, settings, **asked)
    refuse_missing(store)
    with writing(store, "bill") as connection:
        with connection.begin():
            parts = (
                iter([Part.of_all(Inputs.of_nothing())])
                if wanted.dry_run
                else parts_of_night(connection, None, as_of, settings, full=wanted.full)
            )
        for part in parts:
            with part.told_of(watch.tell), connection.begin() as transaction:
                outcome = Outcome(_post_stored(connection, part, wanted, watch), None)
                if wanted.dry_run:
                    transaction.rollback()
            yield outcome
            del outcome


def _post_stored(connection: Connection, part: Part, wanted: Wanted, watch: Stopwatch) -> RunRecord:
    """From the store to the posted run, in the transaction of the caller."""
    settings = open_night(connection, wanted.as_of, wanted.settings, today=wanted.today,
                          said_in=wanted.said_in, allowed=wanted.allow_implausible)  # fmt: skip
    with watch.stage("bill"):
        scope = part.scope(connection, wanted.as_of, settings, full=wanted.full)
        some = look_at(connection, scope)
        contracts = read_contracts(connection, wanted=some or None, only=READ_FROM_CONTRACTS)
        run = new_run(connection, wanted.as_of, "bill", own_import=None,
                      import_number=last_import_number(connection),
                      **_facts("", settings))  # fmt: skip
        found = find(connection, run, contracts, settings, wanted=some)
        asked = asked_of(run, settings, with_outlook=False)
        night = begin_night(found.known, asked, wanted.engine, watch.buckets)
    return _recognise_and_post(connection, run, found, night, scope, settings, None, wanted, watch)[
        1
    ]


def _recognise_and_post(
    connection: Connection, run: Run, found: Found, night: Tonight | Computed, scope: Scope,
    settings: Settings, judged: Validated | None, wanted: Wanted, watch: Stopwatch,
) -> tuple[Run, RunRecord]:  # fmt: skip
    """What follows once a night is billed: recognise, look ahead, post within the bounds and the proofs,
    and note when each contract is looked at again."""
    bills = night.bills
    with watch.stage("recognise"):
        revenue = night.revenue
    with watch.stage("forecast"):
        outlook = night.outlook
    with watch.stage("post"):
        run, settings = refuse_implausible(
            connection, run, bills, settings, allowed=wanted.allow_implausible,
            portions_before=scope.portions_before,
        )  # fmt: skip
        books = night.books
        post(connection, run, bills, revenue, books)
        keep_scope(connection, run.run_number, scope)
        agenda.note_days(connection, night.look_on)
        _sign(connection, wanted.actor, import_number=run.own_import, run_number=run.run_number)
    record = tonights_record(run, settings, judged, bills, revenue, books, found.sent, scope)
    return run, with_outlook(record, outlook)


def export_run(
    run_id: str, outbox: Path, store: str, watch: Stopwatch,
    choose: Callable[[Settings], Settings] | None = None,
) -> Outcome:  # fmt: skip
    """Write a run's files from what the store holds: the same bytes, however often. `choose` gives
    its settings other targets than the run had."""
    refuse_missing(store)
    with nothing_left_aside(outbox), writing(store, "export") as connection:
        with connection.begin():
            run = run_of(connection, run_id)
        with watch.stage("export and report"):
            record, folder = _write_run(connection, run, outbox, choose)
    return Outcome(record, folder)


def confirm_answers(
    path: Path, store: str, watch: Stopwatch, *, actor: Actor | None = None
) -> Judged:
    """Read what Receivables made of the lines, and keep the answers that are accepted."""
    refuse_missing(store)
    with writing(store, "confirm") as connection:
        with watch.stage("read"):
            inputs = read_inputs(path, only_table(TABLE))
        with connection.begin(), watch.stage("confirm"):
            parsed = parse_answers(inputs)
            answers.want_lines(connection, lines_named(parsed))
            asked = Asked(answers.read_wanted_lines(connection), answers.read_told(connection))
            judged = judge_answers(inputs, parsed, asked)
            answers.keep_answers(connection, judged.answers, utc_now())
            agenda.note_at_once(connection, _contracts_of(judged.answers))
            if len(judged.answers):
                _sign(connection, actor, answers_kept=len(judged.answers))
    return judged


def _contracts_of(judged_answers: pd.DataFrame) -> list[str]:
    ids = judged_answers["bill_line_id"]
    return ids.str.split(":", n=1).str[0].drop_duplicates().tolist()


def read_trail(store: str) -> pd.DataFrame:
    """The audit trail (`audit.read_audit`); nothing without a store."""
    try:
        with reading(store, "history") as connection:
            return audit.read_audit(connection)
    except NoStoreError:
        return pd.DataFrame()


def read_history(
    store: str,
) -> tuple[list[Run], pd.DataFrame, pd.DataFrame, pd.DataFrame, dict[int, str]]:
    """The runs, the oldest first, what they billed and recognised (`ledger.billed_totals`,
    `ledger.recognised_totals`), what became of it (`answers.read_answers_by_run`), and who posted
    them; none without a store."""
    try:
        with reading(store, "history") as connection:
            return (
                ledger.read_runs(connection),
                ledger.billed_totals(connection),
                ledger.recognised_totals(connection),
                answers.read_answers_by_run(connection),
                read_posters(connection),
            )
    except NoStoreError:
        return [], ledger.no_totals(), ledger.no_totals(), ledger.no_totals(), {}


def _sign(
    connection: Connection, actor: Actor | None, *, import_number: int | None = None,
    run_number: int | None = None, answers_kept: int = 0,
) -> None:  # fmt: skip
    """Who does this, into the audit trail, in the same transaction."""
    audit.keep_actor(
        connection, actor or actor_of(()), utc_now(), __version__, import_number=import_number,
        run_number=run_number, answers_kept=answers_kept,
    )  # fmt: skip


def _with_nobodys_accounts(
    connection: Connection, validated: Validated, settings: Settings
) -> Validated:
    """With a warning for each business unit or product of the settings that nobody knows."""
    units = validated.contracts["subscriptions"]["business_unit"]
    if settings.accounts.business_unit:
        units = pd.concat([units, business_units(connection)])
    products = validated.contracts["products"]["product_code"]
    found = unknown_owners(settings.accounts, units, products)
    return replace(validated, findings=join_findings([validated.findings, found]))


def _dry(store: str) -> str:
    """A dry run leaves nothing behind: where there is no store yet, not even an empty one."""
    try:
        refuse_missing(store)
    except NoStoreError:
        return IN_MEMORY
    return store


class RunUnknownError(Exception):
    """There is no run of that id."""


def run_of(connection: Connection, run_id: str) -> Run:
    """The run of that id; raises RunUnknownError, which names the last ones."""
    run = ledger.read_run(connection, run_id)
    if run is None:
        known = [one.run_id for one in ledger.read_runs(connection)][-5:]
        raise RunUnknownError(
            f"there is no run {run_id} in this store; the last ones: {', '.join(known) or 'none'}"
        )
    return run


def inputs_digest(part: Part, as_of: datetime.date, settings: Settings) -> str:
    """What tells one run's work from another's: its files, its day, its settings, its portion."""
    files = part.files[["file", "sha256"]].sort_values("file").to_numpy().tolist()
    which = [list(part.portion)] if part.portion else []
    said = json.dumps([files, as_of.isoformat(), settings_text(settings), *which])
    return hashlib.sha256(said.encode()).hexdigest()


def _finish_interrupted(connection: Connection, outbox: Path) -> Finished:
    """Write the files of runs that were posted and then killed before their files were out."""
    with connection.begin():
        waiting = ledger.unsent_runs(connection)
    return tuple((run, *_write_run(connection, run, outbox)) for run in waiting)


def _write_run(
    connection: Connection, run: Run, outbox: Path,
    choose: Callable[[Settings], Settings] | None = None,
) -> tuple[RunRecord, Path]:  # fmt: skip
    with connection.begin():
        record = record_of_run(connection, run)
    if choose:
        record = replace(record, settings=choose(record.settings))
    folder = publish(_prepare(record, outbox))
    if not choose:  # files for another ledger are not what the run was to send
        with connection.begin():
            ledger.mark_sent(connection, run.run_number)
    return record, folder


def _facts(digest: str, settings: Settings) -> dict[str, str]:
    return {
        "inputs_digest": digest,
        "settings": settings_text(settings),
        "program_version": __version__,
        "posted_at": utc_now(),
    }


def _prepare(record: RunRecord, outbox: Path) -> PreparedFiles:
    """Write the run's files aside; refuse the night if they don't total the ledger."""
    prepared = prepare_files(record, outbox)
    differences = check_controls(record, prepared.controls)
    if differences:
        raise RefusedError("the files do not total the ledger: " + "; ".join(differences))
    return prepared
