"""The life of a contract: actions that are in force on a day change what the contract calls for. Pure.

Nothing is stored of what an action does: the contracts as they were uploaded, with the actions up to
a day, are the contracts as they stand on that day. So an action of a day to come waits, an action
that is uploaded twice acts once, and a night can be computed again.
"""

import datetime
from collections.abc import Mapping

import pandas as pd

from pipeline.frames import look_up, match

Tables = Mapping[str, pd.DataFrame]

ON_HOLD, CLOSED, UNDER_AMENDMENT, CANCELED = "ON_HOLD", "CLOSED", "UNDER_AMENDMENT", "CANCELED"
ACTIVE = "ACTIVE"
NOT_YET = ("DRAFT", "PENDING_APPROVAL")
BILLS_NOTHING = (*NOT_YET, CANCELED)
LEADS_TO = {
    "HOLD": ON_HOLD, "SUSPEND": ON_HOLD, "RELEASE": ACTIVE, "CLOSE": CLOSED,
    "AMEND": UNDER_AMENDMENT, "CANCEL": CANCELED,
}  # fmt: skip
"""The status that an action leaves a contract, or a line, in; the others leave it as it is."""

ORDER = ("RELEASE", "AMEND", "HOLD", "SUSPEND", "CANCEL", "CLOSE")
"""Of several actions of one day the later in this list prevails: no bill is better than a wrong one."""

ON_SUBSCRIPTION, ON_LINE = ["subscription_number"], ["subscription_number", "line_number"]
ONE_DAY = pd.Timedelta(days=1)


def in_order(actions: pd.DataFrame) -> pd.DataFrame:
    """The actions as they take effect: by day, and of one day as ORDER says."""
    rank = actions["action"].map({name: place for place, name in enumerate(ORDER)}).fillna(-1)
    return actions.assign(rank=rank).sort_values(
        ["effective_date", "rank", "concerns"], ignore_index=True
    )


def contracts_as_of(contracts: Tables, as_of: datetime.date) -> dict[str, pd.DataFrame]:
    """The contracts with every action in force on a day.

    HOLD and SUSPEND (of a line) put on hold, RELEASE takes back to ACTIVE; CLOSE ends the periods on
    its day, the last one served; AMEND ends the old line's on the day before, once the new line is
    active; CANCEL withdraws a draft; REOPEN_MILESTONE takes back completions up to its day. RENEW,
    DUPLICATE and AMEND make new rows when they are accepted (`validate.renewal`).
    """
    actions = contracts.get("actions")
    if actions is None or actions.empty:
        return dict(contracts)
    in_force = in_order(actions[actions["effective_date"] <= pd.Timestamp(as_of)])
    if in_force.empty:
        return dict(contracts)
    whole = in_force[in_force["line_number"].isna()]
    subscriptions = _with_status(contracts["subscriptions"], whole, ON_SUBSCRIPTION)
    stand = dict(contracts) | {"subscriptions": subscriptions}
    lines = lines_as_of(stand, in_force[in_force["line_number"].notna()], as_of)
    return dict(contracts) | {
        "subscriptions": _closed(subscriptions, whole, ON_SUBSCRIPTION),
        "subscription_lines": lines,
        "milestones": _reopened(contracts["milestones"], in_force),
    }


def leads_to(actions: pd.DataFrame, keys: list[str]) -> pd.Series:
    """The status that each action leads to, in order; a line that was amended is released into
    UNDER_AMENDMENT: it is not active again."""
    status = actions["action"].map(LEADS_TO)
    amended = (actions["action"] == "AMEND").groupby(
        [actions[key].fillna("") for key in keys]
    ).cummax()  # fmt: skip
    released = (actions["action"] == "RELEASE") & amended.astype(bool)
    return status.where(~released, UNDER_AMENDMENT)


def lines_as_of(contracts: Tables, actions: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """The lines with every action in force on a day; `actions` are those of lines."""
    in_force = in_order(actions[actions["effective_date"] <= pd.Timestamp(as_of)])
    lines = _with_status(contracts["subscription_lines"], in_force, ON_LINE)
    return _amended(_closed(lines, in_force, ON_LINE), in_force, contracts["subscriptions"])


def _with_status(rows: pd.DataFrame, actions: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The rows with the status that the last of their actions leads to.

    A release takes an uploaded ON_HOLD back too; it does not make a draft active.
    """
    leading = actions.assign(status=leads_to(actions, keys))
    leading = leading[leading["status"].notna()]
    last = leading.drop_duplicates(keys, keep="last").reset_index(drop=True)
    at = match(rows, last, keys)
    action = look_up(last["action"], at, rows.index)
    status = look_up(last["status"], at, rows.index)
    uploaded = rows["status"]
    released = uploaded.where(uploaded != ON_HOLD, ACTIVE)
    kept = uploaded.isin(NOT_YET) & (action != "CANCEL")
    status = status.where(status != ACTIVE, released)
    return rows.assign(status=status.where(action.notna() & ~kept, uploaded))


def _closed(rows: pd.DataFrame, actions: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The rows whose end is the day of their first CLOSE, if that is earlier."""
    closes = actions[actions["action"] == "CLOSE"].drop_duplicates(keys).reset_index(drop=True)
    at = match(rows, closes, keys)
    return rows.assign(end_date=_earlier(rows, look_up(closes["effective_date"], at, rows.index)))


def _amended(
    lines: pd.DataFrame, actions: pd.DataFrame, subscriptions: pd.DataFrame
) -> pd.DataFrame:
    """Old lines end before the new one starts, and are CLOSED, once that one is active (ACT-02).

    What milestones bill and recognise does not end with the line.
    """
    amends = actions[actions["action"] == "AMEND"].drop_duplicates(ON_LINE).reset_index(drop=True)
    if amends.empty:
        return lines
    new_at = match(amends, lines, ["subscription_number", "new_line_number"], ON_LINE)
    of = match(amends, subscriptions, ON_SUBSCRIPTION)
    status = look_up(lines["status"], new_at).fillna(look_up(subscriptions["status"], of))
    active = (new_at >= 0) & ~status.isin(BILLS_NOTHING).to_numpy(bool)
    done = amends[active].reset_index(drop=True)
    at = match(lines, done, ON_LINE)
    last_day = look_up(done["effective_date"], at, lines.index) - ONE_DAY
    amended = lines["status"] == UNDER_AMENDMENT
    return lines.assign(
        status=lines["status"].where(~(amended & (at >= 0)), CLOSED),
        end_date=_earlier(lines, last_day),
    )


def _earlier(rows: pd.DataFrame, days: pd.Series) -> pd.Series:
    """The end of each row, or the given day where there is one and it is earlier."""
    ends = rows["end_date"]
    return ends.where(days.isna() | (ends <= days), days).astype("datetime64[s]")


def _reopened(milestones: pd.DataFrame, actions: pd.DataFrame) -> pd.DataFrame:
    """Milestones whose completion lies on or before the day they were reopened are open again.

    The action names a billing milestone; a revenue milestone of the same number and name is the same
    milestone, and so is one that has no billing milestone beside it.
    """
    reopens = actions[actions["action"] == "REOPEN_MILESTONE"]
    keys = ["subscription_number", "charge_number", "sequence"]
    last = reopens.drop_duplicates(keys, keep="last").reset_index(drop=True)
    if last.empty:
        return milestones
    since = look_up(last["effective_date"], match(milestones, last, keys), milestones.index)
    taken_back = is_reopened_with(milestones) & (milestones["completion_date"] <= since)
    return milestones.assign(completion_date=milestones["completion_date"].where(~taken_back))


def is_reopened_with(milestones: pd.DataFrame) -> pd.Series:
    """True for billing milestones, and for revenue milestones that are the same milestone."""
    bills = milestones["event_type"] == "BILLING"
    keys = ["subscription_number", "charge_number", "sequence"]
    billing = milestones[bills].reset_index(drop=True)
    at = match(milestones, billing, keys)
    same_name = look_up(billing["milestone_name"], at, milestones.index).fillna("")
    alone = pd.Series(at < 0, milestones.index)
    return bills | alone | (same_name == milestones["milestone_name"])
