"""A contract's story in order: uploads, what was reached, runs, answers; and where it stands. Pure."""

import datetime
from typing import Any

import pandas as pd

from pipeline.explain.changes import changes_of
from pipeline.explain.contract import addresses, contract_account
from pipeline.explain.kept import Kept, rows_of
from pipeline.explain.reached import reached_by
from pipeline.explain.row import amount_words, answers_of
from pipeline.explain.stands import stands_account, waits_account
from pipeline.explain.waiting import stand_now

UPLOAD, REACHED, BILLED, RECOGNISED, SENT_AGAIN, ANSWER = (
    "UPLOAD", "REACHED", "BILLED", "RECOGNISED", "SENT_AGAIN", "ANSWER",
)  # fmt: skip


def tell_story(kept: Kept, as_of: datetime.date) -> dict[str, Any]:
    """What happened to a contract, in the order in which the store came to know it, as plain values.

    Each chapter is an upload or a run: title, at (when), and entries (kind, says, and where from).
    """
    standing = stand_now(kept, as_of)
    reached = reached_by(kept)
    account = contract_account(kept, "", None, as_of, kept.settings.phase_handover)
    chapters = [*_uploads(kept), *_runs(kept, reached), *_answers(kept)]
    ahead = reached[reached["run_at"] < 0]
    return {
        "id": kept.number,
        "is": "subscription",
        "as_of": as_of.isoformat(),
        "contract": {name: account[name] for name in ("subscription", "customer", "actions")},
        "story": [
            {key: value for key, value in chapter.items() if key != "order"}
            for chapter in sorted(chapters, key=lambda chapter: chapter["order"])
        ],
        "stands": stands_account(kept, standing),
        "waits": [
            *waits_account(kept, standing),
            *({"id": "", "state": "TO_COME", "because": f"{row.says} on {row.day:%Y-%m-%d}"}
              for row in rows_of(ahead)),
        ],
    }  # fmt: skip


def _uploads(kept: Kept) -> list[dict[str, Any]]:
    """A chapter for each upload that changed something: an entry a row that it changed."""
    changes = changes_of(kept)
    by_row = ["import_number", "table", "element", "source", "row"]
    rows = changes.drop_duplicates(by_row)
    cells = [part for _, part in changes.groupby(by_row, sort=False)]
    entries: dict[int, list[dict[str, Any]]] = {}
    for row, own, place in zip(rows_of(rows), cells, addresses(kept, rows), strict=True):
        address = {name: place[name] for name in ("file", "sheet", "row")}
        told = {"kind": UPLOAD, "says": _row_words(row, own), **address}
        entries.setdefault(row.import_number, []).append(told)
    at = {upload.import_number: upload.accepted_at for upload in rows_of(kept.uploads)}
    who = kept.uploads[kept.uploads["user_name"].notna()]
    by = {one.import_number: f"{one.user_name} on {one.host}" for one in rows_of(who)}
    return [
        {
            "order": (number, 0, 0),
            "title": f"import {number}",
            "at": at[number],
            "by": by.get(number, ""),
            "entries": told,
        }
        for number, told in entries.items()
    ]


def _row_words(row: Any, cells: pd.DataFrame) -> str:
    """`milestone 2 of charge 10: completion_date from blank to 2026-03-10`."""
    if row.is_new:
        said = cells[cells["column"] != ""]
        given = "".join(f", {cell.column} {cell.after}" for cell in rows_of(said))
        made = f" (made by {row.made_by})" if row.made_by else ""
        return f"new: {row.element}{made}{given}"
    moved = ", ".join(
        f"{cell.column} from {cell.before or 'blank'} to {cell.after or 'blank'}"
        for cell in rows_of(cells)
    )
    return f"{row.element}: {moved}"


def _runs(kept: Kept, reached: pd.DataFrame) -> list[dict[str, Any]]:
    """A chapter for each run in which something happened to the contract."""
    chapters = []
    busy = {*kept.lines["run_number"], *kept.events["run_number"], *kept.resent["run_number"]}
    for place, run in enumerate(kept.runs):
        if run.run_number not in busy and not (reached["run_at"] == place).any():
            continue
        entries = [
            {"kind": REACHED, "says": f"{row.says}, on {row.day:%Y-%m-%d}"}
            for row in rows_of(reached[reached["run_at"] == place])
        ]
        lines = kept.lines[kept.lines["run_number"] == run.run_number]
        events = kept.events[kept.events["run_number"] == run.run_number]
        entries += [_line_entry(kept, line) for line in rows_of(lines)]
        entries += [_event_entry(kept, event) for event in rows_of(events)]
        again = kept.resent.loc[kept.resent["run_number"] == run.run_number, "bill_line_id"]
        entries += [
            {"kind": SENT_AGAIN, "id": name, "says": f"sent {name} again"} for name in again
        ]
        if entries:
            chapters.append(
                {"order": (run.import_number, 1, run.run_number), "at": run.posted_at,
                 "by": kept.posters.get(run.run_number, ""),
                 "title": f"run {run.run_id}, as of {run.as_of.isoformat()}", "entries": entries}
            )  # fmt: skip
    return chapters


def _line_entry(kept: Kept, line: Any) -> dict[str, Any]:
    amount = f"{line.currency} {amount_words(kept, line.amount_minor)}"
    corrects = f", correcting {line.corrects_bill_line_id}" if line.corrects_bill_line_id else ""
    return {
        "kind": BILLED,
        "id": line.bill_line_id,
        "says": f"billed {line.bill_line_id}{corrects}: {amount}, dated "
        f"{line.bill_date:%Y-%m-%d}: {line.reason}",
    }


def _event_entry(kept: Kept, event: Any) -> dict[str, Any]:
    amount = f"{event.currency} {amount_words(kept, event.amount_minor)}"
    return {
        "kind": RECOGNISED,
        "id": event.event_id,
        "says": f"recognised {event.event_id}: {amount}, on {event.satisfaction_date:%Y-%m-%d}: "
        f"{event.reason}",
    }


def _answers(kept: Kept) -> list[dict[str, Any]]:
    """A chapter for each time that Receivables' answers to the contract's lines were read."""
    told = [
        {"kind": ANSWER, "id": name, **answer}
        for name in kept.answers["bill_line_id"].unique()
        for answer in answers_of(kept, name)
    ]
    after = kept.answers.groupby("accepted_at")["after_run"].max()
    return [
        {"order": (kept.run(run).import_number, 1, int(run) + 0.5), "at": at,
         "title": "Receivables' answers",
         "entries": [_answer_entry(one) for one in told if one["accepted_at"] == at]}
        for at, run in after.items()
    ]  # fmt: skip


def _answer_entry(answer: dict[str, Any]) -> dict[str, Any]:
    """`S-1:10:M1 is INVOICED, 10087, 2026-04-02`."""
    parts = [answer.get(name) for name in ("transaction_number", "transaction_date", "message")]
    said = ", ".join([f"{answer['id']} is {answer['answer']}", *(str(one) for one in parts if one)])
    return {name: answer[name] for name in ("kind", "id", "file", "sheet", "row")} | {"says": said}
