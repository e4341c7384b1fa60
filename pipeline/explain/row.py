"""One bill line, or one satisfaction event: all that is known of it, as plain values."""

import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from pipeline.explain.concerns import kind_of_line, wanted_of_event, wanted_of_line
from pipeline.explain.contract import contract_account
from pipeline.explain.kept import Kept, rows_of
from pipeline.explain.origins import exponent_of, origins_of
from pipeline.explain.posted import files_of_event, files_of_line, run_account
from pipeline.explain.rules import rules_of_event, rules_of_line
from pipeline.explain.waiting import (
    WITHHELD,
    Waiting,
    event_waiting,
    line_waiting,
    stand_now,
)  # fmt: skip
from pipeline.money import as_text
from pipeline.settings import settings_from_text

SAID = ("answer", "transaction_number", "transaction_date", "message", "file", "sheet", "row",
        "accepted_at")  # fmt: skip
BILL_LINE, EVENT = "bill line", "revenue event"


def explain_line(
    connection: Connection, kept: Kept, charge_number: str, what: str, revision: int,
    as_of: datetime.date,
) -> dict[str, Any] | None:  # fmt: skip
    """All that is known of a bill line; None where there is no such line."""
    chain = _named(kept.lines, charge_number, what)
    posted = next(rows_of(chain[chain["revision"] == revision]), None)
    waiting = None
    if posted is None:
        waiting = line_waiting(kept, stand_now(kept, as_of), charge_number, what, revision)
        if waiting is None:
            return None
    import_number = _import_of(kept, posted)
    values = origins_of(kept, wanted_of_line(kept, charge_number, what, import_number))
    name = _id(kept, charge_number, what, revision)
    contract = _contract(kept, charge_number, posted, as_of)
    rules = rules_of_line(
        kind_of_line(what), values, is_correction=revision > 0,
        is_withheld=waiting is not None and waiting.state == WITHHELD,
        is_amended=any(action["action"] == "AMEND" for action in contract["actions"]),
    )  # fmt: skip
    return {
        **(_of_line(kept, posted) if posted else _of_waiting(kept, name, BILL_LINE, waiting)),
        "rules": rules,
        "contract": contract,
        "values": values.to_dict("records"),
        "run": run_account(kept, posted.run_number) if posted else None,
        "files": files_of_line(connection, kept, posted) if posted else [],
        "answers": answers_of(kept, name),
        "corrections": _chain(kept, chain, "bill_line_id"),
    }


def explain_event(
    connection: Connection, kept: Kept, charge_number: str, what: str, revision: int,
    as_of: datetime.date,
) -> dict[str, Any] | None:  # fmt: skip
    """All that is known of a satisfaction event; None where there is no such event."""
    chain = _named(kept.events, charge_number, what)
    posted = next(rows_of(chain[chain["revision"] == revision]), None)
    waiting = None
    if posted is None:
        waiting = event_waiting(kept, stand_now(kept, as_of), charge_number, what, revision)
        if waiting is None:
            return None
    method = posted.method if posted else waiting.method  # type: ignore[union-attr]
    import_number = _import_of(kept, posted)
    values = origins_of(kept, wanted_of_event(kept, charge_number, what, method, import_number))
    name = _id(kept, charge_number, what, revision)
    return {
        **(_of_event(kept, posted) if posted else _of_waiting(kept, name, EVENT, waiting)),
        "rules": rules_of_event(method, values, is_correction=revision > 0),
        "contract": _contract(kept, charge_number, posted, as_of),
        "values": values.to_dict("records"),
        "run": run_account(kept, posted.run_number) if posted else None,
        "files": files_of_event(connection, kept, posted) if posted else [],
        "revenue_line": _revenue_line(kept, posted) if posted else None,
        "corrections": _chain(kept, chain, "event_id"),
    }


def amount_words(kept: Kept, minor: int) -> str:
    """An amount as a plain decimal of the contract's currency."""
    return str(as_text(pd.Series([minor]), np.array([exponent_of(kept)]))[0].as_py())


def answers_of(kept: Kept, name: str) -> list[dict[str, Any]]:
    """What Receivables answered to a line, the oldest first, and where that stands; blanks are left
    out. A line that was rejected and sent again has the runs that did so."""
    told = kept.answers[kept.answers["bill_line_id"] == name]
    again = kept.resent.loc[kept.resent["bill_line_id"] == name, "run_number"]
    days = told["transaction_date"].dt.strftime("%Y-%m-%d")
    until = [*told["after_run"], len(kept.runs) + 1][1:]
    resent_by = [
        [kept.run(run).run_id for run in again if since < run <= upto]
        for since, upto in zip(told["after_run"], until, strict=True)
    ]
    answers = told.assign(transaction_date=days)[list(SAID)].to_dict("records")
    return [
        {str(key): value for key, value in answer.items() if pd.notna(value)}
        | {"sent_again_by": runs}
        for answer, runs in zip(answers, resent_by, strict=True)
    ]


def _id(kept: Kept, charge_number: str, what: str, revision: int) -> str:
    return f"{kept.number}:{charge_number}:{what}" + (f"#{revision}" if revision else "")


def _named(rows: pd.DataFrame, charge_number: str, what: str) -> pd.DataFrame:
    """Every posting of a line, or of an event: the first, and its corrections."""
    return rows[(rows["charge_number"] == charge_number) & (rows["what"] == what)]


def _import_of(kept: Kept, posted: Any) -> int | None:
    """The import after which the contract stood as a posted row saw it; None: as it stands now."""
    return None if posted is None else kept.run(posted.run_number).import_number


def _contract(kept: Kept, charge_number: str, posted: Any, as_of: datetime.date) -> dict[str, Any]:
    """The contract as it stood at the run that posted the row, or as it stands now."""
    settings = kept.settings
    if posted is not None:
        run = kept.run(posted.run_number)
        as_of, settings = run.as_of, settings_from_text(run.settings)
    return contract_account(
        kept, charge_number, _import_of(kept, posted), as_of, settings.phase_handover
    )


def _of_line(kept: Kept, line: Any) -> dict[str, Any]:
    return {
        "id": line.bill_line_id,
        "is": BILL_LINE,
        "kind": line.kind,
        "state": _state(kept, line),
        "amount": amount_words(kept, line.amount_minor),
        "currency": line.currency,
        "date": f"{line.bill_date:%Y-%m-%d}",
        "accounting_date": f"{line.accounting_date:%Y-%m-%d}",
        "sentence": line.reason,
        "invoice_says": line.description,
        "because": "",
        "corrects": line.corrects_bill_line_id,
    }


def _state(kept: Kept, line: Any) -> str:
    """BILLED, INTERFACED, or what Receivables answered last, unless it was sent again since."""
    answers = answers_of(kept, line.bill_line_id)
    if answers and not answers[-1]["sent_again_by"]:
        return str(answers[-1]["answer"])
    sent = kept.run(line.run_number).sent_after_run is not None
    return "INTERFACED" if sent else "BILLED"


def _of_event(kept: Kept, event: Any) -> dict[str, Any]:
    return {
        "id": event.event_id,
        "is": EVENT,
        "kind": event.method,
        "state": "RECOGNISED",
        "amount": amount_words(kept, event.amount_minor),
        "currency": event.currency,
        "date": f"{event.satisfaction_date:%Y-%m-%d}",
        "accounting_date": f"{event.accounting_date:%Y-%m-%d}",
        "sentence": event.reason,
        "because": "",
        "corrects": f"{event.revenue_line_id}:{event.what}" if event.revision else "",
    }


def _of_waiting(kept: Kept, name: str, title: str, waiting: Waiting | None) -> dict[str, Any]:
    assert waiting is not None, "what is not posted waits for something"
    known = waiting.amount_minor is not None
    return {
        "id": name,
        "is": title,
        "kind": waiting.method if title == EVENT else kind_of_line(name.split(":")[2]),
        "state": waiting.state,
        "amount": amount_words(kept, waiting.amount_minor or 0) if known else None,
        "currency": str(kept.versions["subscriptions"]["currency"].iloc[-1]),
        "date": None if waiting.day is None else f"{waiting.day:%Y-%m-%d}",
        "accounting_date": None,
        "sentence": waiting.reason,
        "because": waiting.because,
        "corrects": name.split("#")[0] if "#" in name else "",
    }


def _revenue_line(kept: Kept, event: Any) -> dict[str, Any]:
    """The revenue line of an event, as it was stated then."""
    lines = kept.revenue_lines
    own = lines[
        (lines["revenue_line_id"] == event.revenue_line_id)
        & (lines["revision"] == event.line_revision)
    ]
    return {
        "id": event.revenue_line_id,
        "version": int(event.line_revision) + 1,
        "method": event.method,
        "allocated": amount_words(kept, event.allocated_minor),
        "sentence": "".join(own["reason"].head(1)),
        "run_id": next((kept.run(one).run_id for one in own["run_number"]), ""),
    }


def _chain(kept: Kept, chain: pd.DataFrame, key: str) -> list[dict[str, Any]]:
    """Every posting of the same line or event, the first and its corrections; none where there is
    only the first."""
    if len(chain) < 2:
        return []
    ordered = chain.sort_values("revision")
    net = ordered["amount_minor"].cumsum()
    return [
        {"id": getattr(row, key), "amount": amount_words(kept, row.amount_minor),
         "net": amount_words(kept, int(total)), "run_id": kept.run(row.run_number).run_id,
         "sentence": row.reason}
        for row, total in zip(rows_of(ordered), net, strict=True)
    ]  # fmt: skip
