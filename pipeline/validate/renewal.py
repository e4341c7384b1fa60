"""Rows that actions make when they are accepted: a renewed or duplicated contract, an amended line.

Neither template nor milestones are copied (ACT-01, ACT-02). What is uploaded under a new row's key
prevails over the copy. A copy has the source and row of its action.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

import schemas
from pipeline import periods
from pipeline.frames import days_of, look_up, match
from pipeline.life import ON_LINE, ON_SUBSCRIPTION, lines_as_of
from pipeline.phases import phase_order

Tables = Mapping[str, pd.DataFrame]

OF_MILESTONES = [
    "template_code", "milestone_billing", "milestone_revenue", "template_billing",
    "template_revenue",
]  # fmt: skip
ENDED = ("CLOSED", "CANCELED")
ONE_DAY = pd.Timedelta(days=1)


def made_by_actions(name: str, merged: pd.DataFrame, so_far: Tables) -> pd.DataFrame:
    """The rows of a table that newly uploaded actions make: one for each key.

    `merged` are the table's rows with the upload, `so_far` the merged tables before it.
    """
    actions = so_far["actions"]
    makers = actions[actions["uploaded"].astype(bool) & (actions["stored_at"] < 0)]
    made = _MAKERS[name](merged, so_far, makers) if name in _MAKERS and len(makers) else []
    made = [rows for rows in made if len(rows)]
    if not made:
        return merged.head(0)
    keys = schemas.keys_of(schemas.TABLES[name])
    return pd.concat(made, ignore_index=True).drop_duplicates(keys, ignore_index=True)


def told_at_actions(faults: pd.DataFrame, actions: pd.DataFrame) -> pd.DataFrame:
    """Faults of rows that an action made stand at the action, because there is no such cell: the
    message says in which table and column the new row is wrong."""
    made = (match(faults, actions, ["source", "row"]) >= 0) & (faults["table"] != "actions")
    said = (
        "what this action makes would be wrong ("
        + faults["table"] + ", " + faults["column"] + "): " + faults["message"]
    )  # fmt: skip
    return faults.assign(
        column=faults["column"].where(~made, "action"),
        value=faults["value"].where(~made, ""),
        message=faults["message"].where(~made, said),
    )


def linked_units(actions: pd.DataFrame) -> pd.DataFrame:
    """Contracts that stand or fall together: subscription_number, new_subscription_number."""
    makers = actions[actions["uploaded"].astype(bool) & (actions["stored_at"] < 0)]
    linked = makers["action"].isin(["RENEW", "DUPLICATE"])
    return makers.loc[
        linked & makers["new_subscription_number"].notna(),
        ["subscription_number", "new_subscription_number"],
    ]


def _of_action(
    rows: pd.DataFrame, makers: pd.DataFrame, kinds: tuple[str, ...], keys: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that these actions are about, once for each of them, and the action beside each."""
    chosen = makers[makers["action"].isin(kinds)].reset_index(drop=True)
    left = rows.reset_index(drop=True)
    pairs = left[keys].assign(row_at=np.arange(len(left))).merge(
        chosen[keys].assign(action_at=np.arange(len(chosen))), on=keys, how="inner"
    )  # fmt: skip
    of = chosen.iloc[pairs["action_at"].to_numpy()].reset_index(drop=True)
    copied = left.iloc[pairs["row_at"].to_numpy()].reset_index(drop=True)
    return copied.assign(source=of["source"], row=of["row"]), of


def _subscriptions(
    merged: pd.DataFrame, _so_far: Tables, makers: pd.DataFrame
) -> list[pd.DataFrame]:
    """A renewal is active and as long as the contract was; a duplicate is a draft."""
    rows, of = _of_action(merged, makers, ("RENEW", "DUPLICATE"), ON_SUBSCRIPTION)
    renews = of["action"] == "RENEW"
    return [
        rows.assign(
            subscription_number=of["new_subscription_number"],
            start_date=of["effective_date"],
            end_date=_as_long(rows, of["effective_date"]),
            status=pd.Series(np.where(renews, "ACTIVE", "DRAFT"), rows.index, dtype="str"),
        )
    ]


def _as_long(rows: pd.DataFrame, starts: pd.Series) -> pd.Series:
    """The end of a term as long as the row's: whole months where it has them, else days."""
    begin, before = days_of(rows["start_date"]), days_of(rows["end_date"] + ONE_DAY)
    known = ~np.isnat(before)
    safe = np.where(known, before, begin)
    months = np.where(known, periods.month_of(safe) - periods.month_of(begin), 0)
    whole = periods.add_months(begin, months) == safe
    start = days_of(starts)
    ends = np.where(whole, periods.add_months(start, months), start + (safe - begin))
    last = (ends - np.timedelta64(1, "D")).astype("datetime64[s]")
    return pd.Series(last, rows.index).where(known)


def _lines(merged: pd.DataFrame, so_far: Tables, makers: pd.DataFrame) -> list[pd.DataFrame]:
    """The new line of an amendment; and the lines of a new contract, over its whole term: those that
    have not ended by its first day, so that of an amended line only the new one goes on."""
    old, amend = _of_action(merged, makers, ("AMEND",), ON_LINE)
    amended = old.assign(
        line_number=amend["new_line_number"], status=_nothing(old),
        start_date=amend["effective_date"],
    )  # fmt: skip
    every = _below(merged, amended, ON_LINE)
    rows, of = _of_action(every, makers, ("RENEW", "DUPLICATE"), ON_SUBSCRIPTION)
    alive = ~_status_on(rows, of["effective_date"], every, so_far).isin(ENDED)
    rows, of = rows[alive].reset_index(drop=True), of[alive].reset_index(drop=True)
    never = pd.Series(pd.NaT, rows.index, dtype="datetime64[s]")
    copied = rows.assign(
        subscription_number=of["new_subscription_number"], status=_nothing(rows),
        start_date=never, end_date=never,
    )  # fmt: skip
    return [copied, amended]


def _below(rows: pd.DataFrame, made: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The rows, and below them those that were made and are not there already."""
    fresh = made[match(made, rows, keys) < 0]
    return pd.concat([rows, fresh], ignore_index=True) if len(fresh) else rows


def _status_on(
    lines: pd.DataFrame, days: pd.Series, every: pd.DataFrame, so_far: Tables
) -> pd.Series:
    """The status of each line on its day, with the actions of lines that are in force on it."""
    actions = so_far["actions"]
    actions = actions[actions["line_number"].notna()]
    stand = {"subscriptions": so_far["subscriptions"]}
    told = [lines["status"].head(0)]
    for on in days.unique():
        here = lines.loc[days == on]
        concerned = actions[match(actions, here, ON_SUBSCRIPTION) >= 0]
        if len(concerned):
            own = every[match(every, here, ON_SUBSCRIPTION) >= 0].reset_index(drop=True)
            stood = lines_as_of(stand | {"subscription_lines": own}, concerned, on.date())
            told.append(look_up(stood["status"], match(here, stood, ON_LINE), here.index))
    return pd.concat(told).reindex(lines.index).fillna(lines["status"])


def _phases(merged: pd.DataFrame, so_far: Tables, makers: pd.DataFrame) -> list[pd.DataFrame]:
    """A duplicate has the phases too, all of them open, their dates moved with the start."""
    rows, of = _of_action(merged, makers, ("DUPLICATE",), ON_SUBSCRIPTION)
    subscriptions = so_far["subscriptions"]
    at = match(rows, subscriptions, ON_SUBSCRIPTION)
    moved = of["effective_date"] - look_up(subscriptions["start_date"], at, rows.index)
    never = pd.Series(pd.NaT, rows.index, dtype="datetime64[s]")
    return [
        rows.assign(
            subscription_number=of["new_subscription_number"], completion_date=never,
            end_date=(rows["end_date"] + moved).astype("datetime64[s]"),
            expected_completion_date=(rows["expected_completion_date"] + moved).astype(
                "datetime64[s]"
            ),
        )
    ]  # fmt: skip


def _charges(merged: pd.DataFrame, so_far: Tables, makers: pd.DataFrame) -> list[pd.DataFrame]:
    """A duplicate has every charge, a renewal and an amended line those that recur.

    What is billed once has been, or will be, billed by the contract and the line that have it.
    """
    bare = merged.assign(**{name: _nothing(merged) for name in OF_MILESTONES})
    old, amend = _of_action(bare[bare["charge_type"] == "RECURRING"], makers, ("AMEND",), ON_LINE)
    amended = old.assign(
        charge_number=old["charge_number"] + "-" + amend["new_line_number"],
        line_number=amend["new_line_number"],
    )
    every = _below(bare, amended, [*ON_SUBSCRIPTION, "charge_number"])
    duplicated, of = _of_action(every, makers, ("DUPLICATE",), ON_SUBSCRIPTION)
    copies = duplicated.assign(subscription_number=of["new_subscription_number"])
    recurs = every[every["charge_type"] == "RECURRING"]
    going_on = recurs[recurs["phase_number"].isna() | _in_last_phase(recurs, so_far["phases"])]
    renewed, of = _of_action(going_on, makers, ("RENEW",), ON_SUBSCRIPTION)
    renewals = renewed.assign(
        subscription_number=of["new_subscription_number"], phase_number=_nothing(renewed)
    )
    lines = so_far["subscription_lines"]
    copies, renewals = (rows[match(rows, lines, ON_LINE) >= 0] for rows in (copies, renewals))
    return [copies, renewals, amended]


def _in_last_phase(charges: pd.DataFrame, phases: pd.DataFrame) -> pd.Series:
    last = (
        phases.assign(order=phase_order(phases["phase_number"]))
        .sort_values(["subscription_number", "order"])
        .drop_duplicates("subscription_number", keep="last")
    )
    return pd.Series(
        match(charges, last, ["subscription_number", "phase_number"]) >= 0, charges.index
    )


def _nothing(rows: pd.DataFrame) -> pd.Series:
    return pd.Series(None, rows.index, dtype="str")


_MAKERS = {
    "subscriptions": _subscriptions, "subscription_lines": _lines, "phases": _phases,
    "charges": _charges,
}  # fmt: skip
