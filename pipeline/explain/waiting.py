"""Why a line or an event is not posted yet, and what it waits for. Pure."""

import datetime
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pipeline.bill.plan import planned_lines
from pipeline.explain.kept import Kept, contracts_at, ledger_of, rows_of
from pipeline.life import BILLS_NOTHING
from pipeline.standing import Standing, stand_on

DUE, WITHHELD, SCHEDULED, OPEN, NOT_BILLED = "DUE", "WITHHELD", "SCHEDULED", "OPEN", "NOT_BILLED"
LONGEST_PERIOD = pd.Timedelta(days=370)
NEXT_RUN = "the next run posts it"
BILLED_STATES = ("BILLED", "INTERFACED", "INVOICED", "REJECTED")


@dataclass(frozen=True)
class Waiting:
    """What is not posted yet: its state, why, when it comes (None: not known), and what it will come
    to and why, as far as that is known."""

    state: str
    because: str
    day: pd.Timestamp | None = None
    amount_minor: int | None = None
    reason: str = ""
    method: str = ""


def stand_now(kept: Kept, as_of: datetime.date) -> Standing:
    """Where the contract stands on a day, by what is stored now."""
    return stand_on(contracts_at(kept, None), ledger_of(kept), as_of, kept.settings)


def line_waiting(
    kept: Kept, standing: Standing, charge_number: str, what: str, revision: int
) -> Waiting | None:
    """Why a bill line is not posted; None where the contract calls for no such line."""
    found = _of_next_run(standing, charge_number, what, revision)
    if found or revision:
        return found
    charge = _charge(standing, charge_number)
    if charge is None:
        return None
    if what.startswith("M") and what[1:].isdigit():
        return _milestone_waiting(kept, standing, charge, "BILLING", int(what[1:]))
    return _timed_line_waiting(kept, standing, charge, what)


def event_waiting(
    kept: Kept, standing: Standing, charge_number: str, what: str, revision: int
) -> Waiting | None:
    """Why a satisfaction event is not posted; None where the contract calls for no such event."""
    events = standing.revenue.events
    own = events[(events["charge_number"] == charge_number) & (events["what"] == what)
                 & (events["revision"] == revision)]  # fmt: skip
    for event in rows_of(own):
        return Waiting(DUE, f"it has come due, and {NEXT_RUN}", event.satisfaction_date,
                       event.amount_minor, event.reason, event.method)  # fmt: skip
    charge, method = _charge(standing, charge_number), _method(standing, charge_number)
    if charge is None or revision or what.startswith("RC"):
        return None
    if not what[1:].isdigit():
        waiting = _timed_event_waiting(kept, standing, charge, what)
    elif method == "MILESTONE":
        waiting = _milestone_waiting(kept, standing, charge, "REVENUE", int(what[1:]))
    else:
        waiting = None
    return replace(waiting, method=method) if waiting else None


def line_waiting_words(milestone: Any) -> str:
    """What a milestone (a row of schemas.outputs.MilestoneStates) that is not posted waits for."""
    name = f"milestone {milestone.sequence} '{milestone.milestone_name}'"
    if pd.isna(milestone.completion_date):
        return f"{name} is open: {_expected(milestone)}"
    return f"{name} has its completion date {milestone.completion_date:%Y-%m-%d}"


def blocked(standing: Standing, charge: Any, *, revenue: bool = False) -> str:
    """What keeps a charge from being billed at all, in words; blank where nothing does."""
    if not charge.bills:
        contracts = standing.in_force["subscriptions"]
        status = "".join(contracts["status"].head(1))
        if status in BILLS_NOTHING:
            return f"subscription {charge.subscription_number} is {status}, and bills nothing"
        return f"line {charge.line_number} is in a status that bills nothing"
    if charge.held and not revenue:
        return f"{charge.held_by}: a release bills what waits"
    if charge.never_begins and not charge.milestone_billing_on:
        return "its term would start after its end, so it never begins"
    phases = standing.bills.phases
    own = phases[phases["phase_number"] == charge.phase_number]
    for phase in rows_of(own[own["waits_for"] != ""]):
        return (
            f"phase {phase.phase_number} ({phase.phase_name}) waits for the milestone "
            f"'{phase.waits_for}': give its phase a completion_date"
        )
    return ""


def _of_next_run(
    standing: Standing, charge_number: str, what: str, revision: int
) -> Waiting | None:
    """What the next run would post, or withhold."""
    name = f"{charge_number}:{what}" + (f"#{revision}" if revision else "")
    lines, withheld = standing.bills.lines, standing.bills.withheld
    for line in rows_of(lines[lines["bill_line_id"].str.endswith(f":{name}")]):
        return Waiting(DUE, f"it has come due, and {NEXT_RUN}", line.bill_date,
                       line.amount_minor, line.reason)  # fmt: skip
    for line in rows_of(withheld[withheld["bill_line_id"].str.endswith(f":{name}")]):
        because = f"it is due, but {line.withheld_because}: a release bills it"
        return Waiting(WITHHELD, because, line.bill_date, line.amount_minor, line.reason)
    return None


def _charge(standing: Standing, charge_number: str) -> Any:
    """The charge as billing reads it, as a named tuple; None where there is none."""
    terms = standing.bills.terms
    own = terms[terms["charge_number"] == charge_number]
    return next(rows_of(own.assign(phase_number=own["phase_number"].fillna(""))), None)


def _method(standing: Standing, charge_number: str) -> str:
    balances = standing.revenue.balances
    return "".join(balances.loc[balances["charge_number"] == charge_number, "method"].head(1))


def _milestone_waiting(
    kept: Kept, standing: Standing, charge: Any, event_type: str, sequence: int
) -> Waiting | None:
    """A milestone that is open, to come, or not in the plan."""
    milestones = standing.in_force["milestones"]
    rows = milestones[
        (milestones["charge_number"] == charge.charge_number)
        & (milestones["event_type"] == event_type) & (milestones["sequence"] == sequence)
    ]  # fmt: skip
    if rows.empty:
        return None
    switched_on = (
        charge.milestone_billing_on if event_type == "BILLING" else charge.milestone_revenue_on
    )
    if not switched_on:
        flag = f"milestone_{event_type.lower()}"
        return Waiting(NOT_BILLED, f"charge {charge.charge_number} does not have {flag} on")
    row = next(rows_of(rows))
    if pd.notna(row.percent_millionths) and row.percent_millionths == 0:
        return Waiting(NOT_BILLED, "a milestone of 0 percent is dropped from the plan")
    completed = row.completion_date
    amount, reason = _once_reached(kept, standing, charge, event_type, sequence)
    later = pd.notna(completed) and completed > pd.Timestamp(standing.as_of)
    stopped = blocked(standing, charge, revenue=event_type == "REVENUE")
    if pd.isna(completed):
        because = line_waiting_words(row)
        because = f"{because}; besides, {stopped}" if stopped else because
        return Waiting(OPEN, because, None, amount, reason)
    if later:
        because = f"its completion date is {completed:%Y-%m-%d}: the first run as of that day or "
        because += "later posts it" + (f"; besides, {stopped}" if stopped else "")
        return Waiting(SCHEDULED, because, completed, amount, reason)
    because = stopped or "it comes to nothing, and a zero amount makes no line"
    return Waiting(NOT_BILLED, because, completed, amount, reason)


def _expected(row: Any) -> str:
    expected = row.expected_completion_date
    when = "" if pd.isna(expected) else f" (expected on {expected:%Y-%m-%d})"
    return f"it waits for a completion_date in milestones{when}"


def _once_reached(
    kept: Kept, standing: Standing, charge: Any, event_type: str, sequence: int
) -> tuple[int | None, str]:
    """What the milestone comes to, and why, if it were reached tonight and nothing held it."""
    milestones = standing.in_force["milestones"]
    own = (
        (milestones["charge_number"] == charge.charge_number)
        & (milestones["event_type"] == event_type) & (milestones["sequence"] == sequence)
    )  # fmt: skip
    reached = milestones["completion_date"].where(~own, pd.Timestamp(standing.as_of))
    contracts = dict(standing.in_force) | {
        "milestones": milestones.assign(completion_date=reached.astype("datetime64[s]")),
        "actions": standing.in_force["actions"].head(0),
    }
    supposed = stand_on(contracts, ledger_of(kept), standing.as_of, kept.settings)
    what = ("M" if event_type == "BILLING" else "R") + str(sequence)
    amount, reason = _told(supposed, charge.charge_number, what)
    return amount, reason.replace(f" on {standing.as_of}", "")  # no day is known yet


def _told(supposed: Standing, charge_number: str, what: str) -> tuple[int | None, str]:
    """Amount and reason of what a supposed night would post or withhold."""
    for rows in (supposed.bills.lines, supposed.bills.withheld, supposed.revenue.events):
        key = "bill_line_id" if "bill_line_id" in rows else "event_id"
        own = rows[(rows["charge_number"] == charge_number) & (rows["what"] == what)]
        for row in rows_of(own.sort_values(key).tail(1)):
            return int(row.amount_minor), row.reason
    return None, ""


def _timed_line_waiting(kept: Kept, standing: Standing, charge: Any, what: str) -> Waiting | None:
    """A fee, or a period, that has not come due."""
    until = _seen_by(standing, charge, what)
    if until is None:
        return None
    terms = standing.bills.terms
    plan = planned_lines(terms, standing.bills.revenue_shares.head(0), until.as_unit("s"))
    own = plan[(plan["charge_number"] == charge.charge_number) & (plan["what"] == what)]
    stopped = blocked(standing, charge)
    if own.empty:
        return Waiting(NOT_BILLED, stopped) if stopped and pd.isna(charge.live_from) else None
    line = next(rows_of(own))
    if pd.isna(line.bill_date):
        return Waiting(OPEN, stopped or "it is not known yet when its term ends", None,
                       int(line.amount_minor))  # fmt: skip
    return _timed(kept, standing, charge, what, line.bill_date, int(line.amount_minor), stopped)


def _seen_by(standing: Standing, charge: Any, what: str) -> pd.Timestamp | None:
    """The day by which a fee, or a period, would show in the plan; None where the charge has no such."""
    if what == "FEE":
        in_one_sum = charge.charge_type == "ONE_TIME" and not charge.milestone_billing_on
        return pd.Timestamp(standing.as_of) if in_one_sum else None
    try:
        starts = pd.Timestamp(datetime.date.fromisoformat(what))
    except ValueError:
        return None
    return starts + LONGEST_PERIOD if charge.charge_type == "RECURRING" else None


def _timed_event_waiting(kept: Kept, standing: Standing, charge: Any, what: str) -> Waiting | None:
    """A month, a period or a fee that is still to be recognised."""
    to_come = standing.revenue.to_come
    own = to_come[to_come["charge_number"] == charge.charge_number]
    stopped = blocked(standing, charge, revenue=True)
    day = pd.to_datetime(what[1:8], format="%Y-%m", errors="coerce")
    if what == "RFEE":
        if _method(standing, charge.charge_number) != "POINT_IN_TIME" or (
            charge.charge_type != "ONE_TIME"
        ):
            return None
        day = own["month"].dropna().max()
        if pd.isna(day):
            return Waiting(OPEN, stopped or "it is not known yet when its term ends")
    if pd.isna(day):
        return None
    until = day + (pd.offsets.MonthEnd(0) if len(what) < len("R2026-01-01") else LONGEST_PERIOD)
    if until.date() <= standing.as_of:
        return Waiting(NOT_BILLED, stopped) if stopped else None
    supposed = stand_now(kept, until.date())
    events = supposed.revenue.events
    own = events[(events["charge_number"] == charge.charge_number) & (events["what"] == what)]
    for event in rows_of(own.tail(1)):
        because = f"it is for {event.satisfaction_date:%Y-%m-%d}: the first run as of that day or "
        return Waiting(SCHEDULED, f"{because}later posts it", event.satisfaction_date,
                       event.amount_minor, event.reason, event.method)  # fmt: skip
    return Waiting(NOT_BILLED, stopped) if stopped else None


def _timed(
    kept: Kept, standing: Standing, charge: Any, what: str, day: pd.Timestamp, amount: int,
    stopped: str,
) -> Waiting:  # fmt: skip
    """A line whose date is known: to come, or kept back."""
    if day <= pd.Timestamp(standing.as_of):
        because = stopped or "it comes to nothing, and a zero amount makes no line"
        return Waiting(NOT_BILLED, because, day, amount)
    supposed = stand_now(kept, day.date())
    amount_then, reason = _told(supposed, charge.charge_number, what)
    because = f"its date is {day:%Y-%m-%d}: the first run as of that day or later posts it"
    because += f"; besides, {stopped}" if stopped else ""
    return Waiting(SCHEDULED, because, day, amount if amount_then is None else amount_then, reason)
