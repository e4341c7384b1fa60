"""Views of actions and adjustments: their rows with what the rules need to know beside them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline.frames import look_up, match
from pipeline.life import ON_LINE, ON_SUBSCRIPTION, in_order, leads_to
from pipeline.validate.views import beside, known
from schemas.cells import LONGEST_IDENTIFIER
from schemas.rules.actions import ALLOWED, OF_A_LINE, OF_THE_WHOLE

Tables = Mapping[str, pd.DataFrame]

ON_CHARGE = ["subscription_number", "charge_number"]
ON_MILESTONE = [*ON_CHARGE, "sequence"]


def action_view(merged: Tables, stored: Tables, charges: pd.DataFrame) -> pd.DataFrame:
    """Adds what the action is about and the status that it finds; `charges` is a charge view."""
    rows = merged["actions"]
    if rows.empty:
        return rows
    is_new = rows["stored_at"] < 0
    whole = rows["line_number"].isna()
    subscription_known = known(rows, merged["subscriptions"], ON_SUBSCRIPTION)
    line_known = known(rows, merged["subscription_lines"], ON_LINE)
    status, after_another = _status_before(rows, merged)
    accepted_before = ~is_new & (rows["action"].isin(OF_THE_WHOLE) | ~after_another)
    new_number = rows[["new_subscription_number"]].set_axis(ON_SUBSCRIPTION, axis=1)
    new_line = rows[["subscription_number", "new_line_number"]].set_axis(ON_LINE, axis=1)
    milestones = merged["milestones"]
    milestone_at = _milestone_at(rows, milestones)
    completed = look_up(milestones["completion_date"], milestone_at, rows.index)
    with_milestones = charges[charges["has_milestones"] & (charges["charge_type"] == "ONE_TIME")]
    return rows.assign(
        is_stored=~is_new,
        subscription_known=subscription_known,
        line_known=line_known,
        target_known=subscription_known & (whole | line_known),
        status_before=status,
        is_allowed=_is_allowed(rows["action"], status) | accepted_before,
        possible=_possible(status, whole),
        line_has_milestones=known(rows, with_milestones, ON_LINE),
        new_subscription_taken=is_new
        & (
            known(new_number, stored["subscriptions"], ON_SUBSCRIPTION)
            | _named_twice(new_number, OF_THE_WHOLE, rows)
            | (rows["new_subscription_number"] == rows["subscription_number"])
        ),
        new_line_taken=is_new
        & (
            known(new_line, stored["subscription_lines"], ON_LINE)
            | _named_twice(new_line, ("AMEND",), rows)
            | (rows["new_line_number"] == rows["line_number"])
        ),
        is_of_a_copy=is_new
        & (
            (
                rows["action"].isin(OF_THE_WHOLE)
                & known(rows, _copies(merged["subscriptions"]), ON_SUBSCRIPTION)
            )
            | (
                (rows["action"] == "AMEND")
                & known(rows, _copies(merged["subscription_lines"]), ON_LINE)
            )
        ),
        new_charge_too_long=is_new & _too_long(rows, merged["charges"]),
        milestone_known=milestone_at >= 0,
        milestone_complete=(completed <= rows["effective_date"]).to_numpy(bool)
        | _was_complete(rows, stored["milestones"]),
        ends_unknown=_ends_unknown(rows, merged["subscriptions"]),
        **beside(rows, stored["actions"], ["new_subscription_number", "new_line_number"]),
    )


def _named_twice(new: pd.DataFrame, makers: tuple[str, ...], rows: pd.DataFrame) -> pd.Series:
    """True where another action, too, makes the new contract or line of that key."""
    makes = rows["action"].isin(makers) & new.notna().all(axis=1)
    return makes & new.where(makes).duplicated(keep=False)


def _copies(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows that actions of this upload make: neither uploaded nor stored."""
    return rows[~rows["uploaded"].astype(bool) & (rows["stored_at"] < 0)]


def _milestone_at(rows: pd.DataFrame, milestones: pd.DataFrame) -> np.ndarray:
    """The milestone that each action names: of billing, or else of revenue."""
    order = np.argsort((milestones["event_type"] != "BILLING").to_numpy(), kind="stable")
    at = match(rows, milestones.iloc[order].reset_index(drop=True), ON_MILESTONE)
    return np.where(at >= 0, np.append(order, -1)[at], -1)


def _was_complete(rows: pd.DataFrame, stored: pd.DataFrame) -> np.ndarray:
    """True where the milestone was complete as it was stored, whatever is uploaded with the action."""
    completed = look_up(stored["completion_date"], _milestone_at(rows, stored), rows.index)
    return (completed <= rows["effective_date"]).to_numpy(bool)


def _ends_unknown(rows: pd.DataFrame, subscriptions: pd.DataFrame) -> np.ndarray:
    """True where the contract has no end of its own, and is not evergreen: its phases end it."""
    at = match(rows, subscriptions, ON_SUBSCRIPTION)
    no_end = subscriptions["end_date"].isna() & (subscriptions["evergreen"] != "Y")
    return look_up(no_end, at).fillna(False).to_numpy(bool)


def _status_before(rows: pd.DataFrame, merged: Tables) -> tuple[pd.Series, pd.Series]:
    """The status of the contract, or of the line, that each action finds on its day, and whether it is
    another action that led to it.

    One that was accepted is not judged again by a status that is uploaded later: a contract can be put
    on hold, or closed, whatever happened to it before. What RENEW and DUPLICATE make is there to stay.
    """
    ordered = in_order(rows.assign(place=np.arange(len(rows))))
    target = [ordered["subscription_number"], ordered["line_number"].fillna("")]
    outcome = leads_to(ordered, ON_LINE)
    before = outcome.groupby(target).ffill().groupby(target).shift()
    subscriptions, lines = merged["subscriptions"], merged["subscription_lines"]
    of = match(ordered, subscriptions, ON_SUBSCRIPTION)
    on = match(ordered, lines, ON_LINE)
    uploaded = look_up(lines["status"], on).fillna(look_up(subscriptions["status"], of))
    found = before.where(before.notna(), uploaded).astype("str")
    told = pd.DataFrame({"status": found, "after": before.notna()}).set_axis(ordered["place"])
    told = told.reindex(np.arange(len(rows))).set_axis(rows.index)
    return told["status"], told["after"].astype(bool)


def _is_allowed(actions: pd.Series, statuses: pd.Series) -> np.ndarray:
    pairs = {(action, status) for action, allowed in ALLOWED.items() for status in allowed}
    said = actions.fillna("") + "|" + statuses.fillna("")
    return said.isin([f"{action}|{status}" for action, status in pairs]).to_numpy(bool)


def _possible(statuses: pd.Series, whole: pd.Series) -> pd.Series:
    """The actions that each status allows, of a whole contract or of a line, in words."""

    def words(left_out: tuple[str, ...]) -> pd.Series:
        every = {status for allowed in ALLOWED.values() for status in allowed}
        told = {
            status: ", ".join(
                action
                for action, allowed in ALLOWED.items()
                if status in allowed and action not in left_out
            )
            for status in every
        }
        return statuses.map(told).fillna("none")

    return words(OF_A_LINE).where(whole, words(OF_THE_WHOLE))


def _too_long(rows: pd.DataFrame, charges: pd.DataFrame) -> np.ndarray:
    """True where the longest charge number of the line leaves no room for the new line's."""
    recurs = charges[charges["charge_type"] == "RECURRING"]
    longest = recurs["charge_number"].str.len().groupby(
        [recurs["subscription_number"], recurs["line_number"]]
    ).max().reset_index()  # fmt: skip
    at = match(rows, longest, ON_LINE)
    length = look_up(longest["charge_number"], at, rows.index).fillna(0).astype("int64")
    added = rows["new_line_number"].str.len().fillna(0).astype("int64") + 1
    return (length + added > LONGEST_IDENTIFIER).to_numpy(bool)


def adjustment_view(
    merged: Tables, posted: pd.DataFrame, charges: pd.DataFrame, milestones: pd.DataFrame
) -> pd.DataFrame:
    """Adds what is known of the adjusted line; `charges` and `milestones` are views."""
    rows = merged["adjustments"]
    if rows.empty:
        return rows
    plan = milestones[milestones["in_plan"] & milestones["switched_on"]]
    plan = plan[plan["event_type"] == "BILLING"]
    planned = plan.assign(what="M" + plan["sequence"].astype("str"))
    in_one_sum = charges[(charges["charge_type"] == "ONE_TIME") & ~charges["milestone_billing_on"]]
    at = match(rows, charges, ON_CHARGE)
    line = [*ON_CHARGE, "what"]
    bare = charges.reset_index(drop=True)
    return rows.assign(
        line_known=known(rows, planned, line)
        | known(rows, in_one_sum.assign(what="FEE"), line)
        | (known(rows, posted, line) & (at >= 0)),
        charge_amount_minor=look_up(bare["amount_minor"], at, rows.index),
        exponent=look_up(bare["exponent"], at, rows.index).fillna(2).astype("int64"),
    )
