"""A run's record: made tonight from what was computed, or later from what the store remembers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from pipeline.bill import READ_FROM_CONTRACTS, Answered, Bills
from pipeline.bill.plan_changes import plan_changes
from pipeline.books import Books, keep_books
from pipeline.findings import join_findings, no_findings
from pipeline.forecast import Posted
from pipeline.money import totals_by
from pipeline.outlook import look_out, with_outlook
from pipeline.recognise import Revenue
from pipeline.record import RunRecord
from pipeline.scope import Scope, look_at, scope_of_run
from pipeline.sent import SentBefore, sent_with_tonight
from pipeline.settings import Settings, findings_of_changes, settings_from_text
from pipeline.store import answers, ledger, uploads
from pipeline.store import contracts as kept
from pipeline.store.ledger import Run
from pipeline.tonight import Asked, Known, bill_tonight
from pipeline.validate import Validated
from schemas.outputs import ChargeProducts, dtypes_of


@dataclass(frozen=True)
class Found:
    """What a run finds in the store: what it computes from, and for its reports what earlier runs sent.
    Here and below, `wanted` says that the run looks at the named contracts only (`scope.look_at`)."""

    known: Known
    sent: SentBefore
    wanted: bool


def find(
    connection: Connection, run: Run, contracts: Mapping[str, pd.DataFrame], settings: Settings,
    *, wanted: bool = False,
) -> Found:  # fmt: skip
    """What was posted and answered before a run, beside its contracts."""
    number = run.run_number
    answered, sent = _answers_before(connection, number, settings, wanted)
    known = Known(
        contracts,
        _posted_before(connection, number, wanted),
        ledger.read_stated(connection, before_run=number, wanted=wanted),
        ledger.read_months(connection, before_run=number, wanted=wanted),
        answered,
    )
    return Found(known, sent, wanted)


def asked_of(run: Run, settings: Settings, *, with_outlook: bool = True) -> Asked:
    """What a run is asked to compute."""
    return Asked(run.run_id, run.as_of, settings, with_outlook)


def _posted_before(connection: Connection, number: int, wanted: bool) -> Posted:
    """The ledger as it stood before a run: `ledger.read_posted`, with sent (bool): its file was out;
    and `ledger.read_recognised`."""
    posted = ledger.read_posted(connection, before_run=number, wanted=wanted)
    return Posted(
        posted.assign(sent=(posted["sent_after_run"] < number).fillna(False).astype(bool)),
        ledger.read_recognised(connection, before_run=number, wanted=wanted),
    )


def _answers_before(
    connection: Connection, number: int, settings: Settings, wanted: bool
) -> tuple[Answered, SentBefore]:
    """What Receivables had made of the lines before a run: for billing, and for the reports."""
    answers.stand_before(connection, number, wanted=wanted)
    return (
        Answered(answers.read_milestone_answers(connection), answers.read_rejected(connection)),
        SentBefore(
            answers.read_sent_totals(connection, before_run=number, wanted=wanted),
            answers.read_answer_totals(connection, before_run=number, wanted=wanted),
            answers.read_unanswered(
                connection, before_run=number, most=settings.workbook_rows, wanted=wanted
            ),
        ),
    )


def tonights_record(
    run: Run, settings: Settings, validated: Validated | None, bills: Bills, revenue: Revenue,
    books: Books, sent: SentBefore, scope: Scope,
) -> RunRecord:  # fmt: skip
    """The record of a run that has just been computed."""
    return _record(
        run, settings, bills, revenue, books, sent, scope,
        files=validated.files if validated else kept.no_files(),
        findings=validated.findings if validated else no_findings(),
        refused=validated.refused_in_order if validated else (),
    )  # fmt: skip


def with_plan_changes(
    connection: Connection, run: Run, record: RunRecord, found: Found, bills: Bills
) -> RunRecord:
    """The record with the plans that the run's own upload changed, before and after."""
    if run.own_import is None:
        return record
    replaced, added = kept.read_plan_changes(connection, run.own_import, wanted=found.wanted)
    milestones, posted = found.known.contracts["milestones"], found.known.posted
    return replace(
        record,
        plan_changes=plan_changes(bills.terms, milestones, replaced, added, posted.lines),
    )


def record_of_run(connection: Connection, run: Run) -> RunRecord:
    """The record of a posted run: its rows from the ledger, the rest computed again from the
    contracts and the ledger as they stood."""
    settings = settings_from_text(run.settings)
    scope = scope_of_run(connection, run.run_number)
    wanted = look_at(connection, scope)
    contracts = kept.read_contracts(
        connection, at_import=run.import_number, wanted=wanted or None, only=READ_FROM_CONTRACTS
    )
    found = find(connection, run, contracts, settings, wanted=wanted)
    night = bill_tonight(found.known, asked_of(run, settings))
    again = night.bills.resent["bill_line_id"].isin(answers.read_resent(connection, run.run_number))
    bills = replace(
        night.bills,
        lines=ledger.read_lines(connection, run.run_number),
        resent=night.bills.resent[again].reset_index(drop=True),
    )
    revenue = replace(
        night.revenue,
        lines=ledger.read_revenue_lines(connection, run.run_number),
        events=ledger.read_events(connection, run.run_number),
    )
    books = keep_books(run.run_id, run.as_of, bills, revenue, found.known.months, settings)
    record = _record(
        run, settings, bills, revenue, books, found.sent, scope,
        files=kept.read_import_files(connection, run.own_import),
        findings=uploads.read_findings(connection, run.own_import),
        refused=uploads.read_refused(connection, run.own_import),
    )  # fmt: skip
    record = with_plan_changes(connection, run, record, found, bills)
    posted = found.known.posted
    return with_outlook(record, look_out(contracts, posted, bills, revenue, run.as_of, settings))


def _record(
    run: Run, settings: Settings, bills: Bills, revenue: Revenue, books: Books,
    before: SentBefore, scope: Scope, **uploaded: Any,
) -> RunRecord:  # fmt: skip
    sent = sent_with_tonight(before, bills, run.run_id, run.as_of, settings.workbook_rows)
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
        findings=join_findings([uploaded["findings"], findings_of_changes(settings)]),
        revenue_lines=revenue.lines,
        revenue_events=revenue.events,
        journal=books.journal,
        revenue_balances=revenue.balances,
        revenue_to_come=revenue.to_come,
        positions=books.positions,
        roll_forward=books.roll_forward,
        refused=uploaded["refused"],
        resent=bills.resent,
        rejected=bills.rejected,
        unanswered=sent.unanswered,
        sent_totals=sent.totals,
        products=bills.terms[list(dtypes_of(ChargeProducts))].reset_index(drop=True),
        looked_at=scope.looked_at,
    )
