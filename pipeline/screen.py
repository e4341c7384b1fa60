"""What a command says on standard output: a short account for people, or JSON for machines."""

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.findings import ERROR, INFO, WARNING
from pipeline.nightly import Outcome
from pipeline.record import LookedAt
from pipeline.screen_sent import sent_account, sent_words
from pipeline.store.ledger import Run
from pipeline.text_table import aligned
from pipeline.validate import Validated

MOST_FINDINGS_SHOWN = 20
MOST_KINDS_SHOWN = 10


def night_account(outcome: Outcome, *, dry_run: bool = False) -> dict[str, Any]:
    """The figures of a run, as JSON holds them: amounts are decimal texts."""
    record = outcome.record
    return {
        "run_id": record.run_id,
        "as_of": record.as_of.isoformat(),
        "dry_run": dry_run,
        "resumed": outcome.resumed,
        "lines": len(record.bill_lines),
        "billed": _amounts(record.bill_lines),
        "credited": _amounts(record.bill_lines[record.bill_lines["amount_minor"] < 0]),
        "sent_again": _amounts(record.resent),
        "withheld": _amounts(record.withheld),
        "events": len(record.revenue_events),
        "recognised": _amounts(record.revenue_events),
        "late_milestones": len(record.late_milestones),
        "contracts": _scope(record.looked_at),
        "portion": _portion(record.looked_at),
        "rows_read": int(record.inputs["rows_read"].sum()),
        "rows_refused": int(record.inputs["rows_refused"].sum()),
        "findings": findings_count(record.findings),
        "folder": str(outcome.folder) if outcome.folder else None,
    }


def night_words(outcome: Outcome, *, dry_run: bool = False) -> str:
    """The figures of a run in a few lines."""
    account = night_account(outcome, dry_run=dry_run)
    lines = [f"Run {account['run_id']}, as of {account['as_of']}"]
    if outcome.resumed:
        lines.append("  this night was posted before and interrupted: its files are written now")
    lines += [f"  contracts {words}" for words in scope_words(outcome)]
    for folder in outcome.finished_before:
        lines.append(f"  an earlier, interrupted run was finished first: {folder}")
    lines += [f"  billed    {words}" for words in _total_words(account["billed"])] or [
        "  billed    0 lines: nothing to post"
    ]
    lines += [f"  sent again  {words}" for words in _total_words(account["sent_again"])]
    lines += [f"  withheld  {words}" for words in _total_words(account["withheld"])]
    lines += [f"  recognised  {words}" for words in _total_words(account["recognised"], "event")]
    lines += upload_words(outcome.record.inputs, outcome.record.findings)
    if dry_run:
        lines.append("  dry run: nothing was posted, stored or written")
        lines += _line_words(outcome.record.bill_lines)
        lines += finding_words(outcome.record.findings)
    elif outcome.folder:
        lines.append(f"  files     {outcome.folder}")
        lines += _to_mend(outcome)
    else:
        lines.append(
            f"  files     none yet: milestone-billing export {account['run_id']} --out OUT"
        )
        lines += finding_words(outcome.record.findings)
    return "\n".join(lines)


def scope_words(outcome: Outcome) -> list[str]:
    """How many contracts the run looked at, where that is not all: `2,500 of 250,000 looked at: …`"""
    at = outcome.record.looked_at
    if at is None:
        return []
    if at.portion:
        number, of = at.portion
        return [f"{at.contracts:,} looked at: portion {number:,} of {of:,} of the night"]
    return [f"{at.contracts:,} of {at.of:,} looked at: nothing is due of the others"]


def _scope(at: LookedAt | None) -> dict[str, int] | None:
    return {"looked_at": at.contracts, "of": at.of} if at else None


def _portion(at: LookedAt | None) -> dict[str, int] | None:
    return at.portion._asdict() if at and at.portion else None


def _to_mend(outcome: Outcome) -> list[str]:
    """The first error and warning of each kind, and the workbook in which refused rows wait."""
    findings = outcome.record.findings
    told = findings[findings["severity"].isin([ERROR, WARNING])]
    shown = told.drop_duplicates(["severity", "code"])
    lines = finding_words(shown, MOST_KINDS_SHOWN)
    if len(told) > min(len(shown), MOST_KINDS_SHOWN):
        lines[MOST_KINDS_SHOWN:] = []
        lines.append(f"  … {len(told)} errors and warnings in findings.csv")
    if outcome.record.refused:
        lines.append(f"  correct   {outcome.folder}/rejections.xlsx, and load it again")
    return lines


def judgement_account(validated: Validated, out: Path) -> dict[str, Any]:
    """The figures of a check or an import."""
    return {
        "rows_read": int(validated.files["rows_read"].sum()),
        "rows_accepted": int(validated.files["rows_accepted"].sum()),
        "rows_refused": int(validated.files["rows_refused"].sum()),
        "findings": findings_count(validated.findings),
        "folder": str(out),
    }


def judgement_words(title: str, validated: Validated, out: Path) -> str:
    """The figures of a check or an import, and its first findings."""
    lines = [title, *upload_words(validated.files, validated.findings)]
    return "\n".join([*lines, f"  files     {out}", *finding_words(validated.findings)])


def upload_words(files: pd.DataFrame, findings: pd.DataFrame) -> list[str]:
    """Rows read, accepted and refused, and how many findings of each severity."""
    counts = findings_count(findings)
    told = ", ".join(f"{number} {severity}" for severity, number in counts.items() if number)
    read, refused = int(files["rows_read"].sum()), int(files["rows_refused"].sum())
    rows = f"  rows      {read} read, {read - refused} accepted, {refused} refused"
    return [rows if len(files) else "  rows      no upload", f"  findings  {told or 'none'}"]


def finding_words(findings: pd.DataFrame, most: int = MOST_FINDINGS_SHOWN) -> list[str]:
    """The first findings, errors first, one line each."""
    rank = findings["severity"].map({ERROR: 0, WARNING: 1, INFO: 2})
    shown = findings.iloc[np.argsort(rank.to_numpy(), kind="stable")].head(most)
    words = [
        f"  {row.severity:<8}{row.code}  {place_of(row)}: {row.message}"
        for row in shown.itertuples()
    ]
    rest = len(findings) - len(shown)
    return words + ([f"  … and {rest} more"] if rest else [])


def findings_count(findings: pd.DataFrame) -> dict[str, int]:
    """How many findings of each severity."""
    counted = findings["severity"].value_counts()
    return {severity: int(counted.get(severity, 0)) for severity in (ERROR, WARNING, INFO)}


def history_account(
    runs: Sequence[Run], billed: pd.DataFrame, recognised: pd.DataFrame, sent: pd.DataFrame,
    posters: Mapping[int, str] | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The runs, the oldest first, each with its totals by currency, its state, and what became of its
    lines until now (`sent`: answers.read_answers_by_run), and who posted it."""
    last_night = max((run.as_of for run in runs), default=datetime.date.min)
    billed_of = _by_run(billed.assign(amount=_texts(billed)))
    events_of = _by_run(recognised.assign(amount=_texts(recognised)))
    sent_of = _by_run(sent)
    return [
        {
            "run_id": run.run_id,
            "as_of": run.as_of.isoformat(),
            "command": run.command,
            "state": "POSTED" if run.sent_after_run is None else "EXPORTED",
            **_counted(billed_of(run.run_number), "lines", "billed"),
            **_counted(events_of(run.run_number), "events", "recognised"),
            **sent_account(sent_of(run.run_number), last_night),
            "posted_at": run.posted_at,
            "posted_by": (posters or {}).get(run.run_number, ""),
        }
        for run in runs
    ]


def _by_run(totals: pd.DataFrame) -> Callable[[int], pd.DataFrame]:
    """The rows of a run; cut once for all runs, so that a long history stays quick."""
    parts = dict(iter(totals.groupby("run_number")))
    none = totals.head(0)
    return lambda run_number: parts.get(run_number, none)


def _counted(totals: pd.DataFrame, count: str, amounts: str) -> dict[str, Any]:
    return {
        count: sum(totals["lines"].tolist()),
        amounts: dict(zip(totals["currency"].tolist(), totals["amount"].tolist(), strict=True)),
    }


def history_words(account: list[dict[str, Any]]) -> str:
    """The runs as a table of text, and below it what waits for an answer."""
    if not account:
        return "no run yet"
    heads = ["run", "command", "state", "lines", "billed", "events", "recognised", "unanswered",
             "posted at"]  # fmt: skip

    def amounts(of: dict[str, str]) -> str:
        return ", ".join(f"{currency} {amount}" for currency, amount in of.items()) or "-"

    rows = [
        [run["run_id"], run["command"], run["state"], str(run["lines"]), amounts(run["billed"]),
         str(run["events"]), amounts(run["recognised"]), str(run["unanswered"]),
         run["posted_at"]]
        for run in account
    ]  # fmt: skip
    return "\n".join([*aligned([heads, *rows], indent=""), *sent_words(account)])


def as_json(account: Any) -> str:
    """An account for machines."""
    return json.dumps(account, indent=2, ensure_ascii=False)


def _amounts(lines: pd.DataFrame) -> list[dict[str, Any]]:
    """Totals by business unit and currency."""
    totals = money.totals_by(lines.assign(lines=1), ["business_unit", "currency"]).assign(
        lines=lines.groupby(["business_unit", "currency"]).size().to_numpy()
    )
    return [
        {"business_unit": row.business_unit, "currency": row.currency, "lines": row.lines,
         "amount": row.amount}
        for row in totals.assign(amount=_texts(totals)).itertuples()
    ]  # fmt: skip


def _texts(totals: pd.DataFrame) -> list[str]:
    exponents = money.exponents_of(totals["currency"])
    return money.as_text(totals["amount_minor"].astype("int64"), exponents).to_pylist()


def _total_words(totals: list[dict[str, Any]], unit: str = "line") -> list[str]:
    return [
        f"{total['lines']} {unit}{'s' if total['lines'] > 1 else ''}, "
        f"{total['currency']} {total['amount']}, {total['business_unit']}"
        for total in totals
    ]


def _line_words(lines: pd.DataFrame) -> list[str]:
    return [
        f"  would post {row.bill_line_id}, {row.bill_date:%Y-%m-%d}, {row.currency} {amount}: "
        f"{row.reason}"
        for row, amount in zip(lines.itertuples(), _texts(lines), strict=True)
    ]


def place_of(row: Any) -> str:
    """Where a finding stands: file, sheet, row and column."""
    parts = [row.file, row.sheet, f"row {row.row}" if row.row else "", row.column]
    return ", ".join(part for part in parts if part) or "upload"
