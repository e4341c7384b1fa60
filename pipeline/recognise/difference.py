"""Tonight's difference: what is recognised by tonight, less what is recognised already. Pure."""

import numpy as np
import pandas as pd

from pipeline.frames import code_groups, joined_keys, look_up, match, sum_groups
from pipeline.recognise.allocation import STRAIGHT_LINE
from pipeline.recognise.by_month import CATCH_UP

ON_CHARGE = ["subscription_number", "charge_number"]
EVENT_KEY = [*ON_CHARGE, "what"]
DATED_KEY = [*EVENT_KEY, "satisfaction_date"]
AMOUNTS = ["amount_minor", "percent_millionths"]


def standing_by_charge(charges: pd.DataFrame, recognised: pd.DataFrame) -> pd.DataFrame:
    """Per charge, at its place: recognised_minor (int64), through (datetime64[s]: the last day that
    was recognised by month)."""
    at = match(recognised, charges, ON_CHARGE)
    by_month = ((recognised["method"] == STRAIGHT_LINE)
                & ~recognised["what"].str.startswith(CATCH_UP)).to_numpy(bool)  # fmt: skip
    days = recognised["satisfaction_date"].to_numpy("datetime64[D]").astype(np.int64)
    last = np.full(len(charges), np.iinfo(np.int64).min)
    np.maximum.at(last, at[by_month & (at >= 0)], days[by_month & (at >= 0)])
    amounts = recognised["amount_minor"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "recognised_minor": sum_groups(amounts[at >= 0], at[at >= 0], len(charges)),
            # the least int64 is numpy's missing day
            "through": last.astype("datetime64[D]").astype("datetime64[s]"),
        }
    )


def point_difference(
    plan: pd.DataFrame, charges: pd.DataFrame, recognised: pd.DataFrame, day: pd.Timestamp
) -> pd.DataFrame:
    """The events that bring the ledger to the plan, one by one and day by day.

    A milestone that is complete after all on another day is reversed on its old day and recognised
    on the new one. One that is not complete any more is reversed tonight; a correction of an amount,
    and what was taken back and comes back, stands on the night too: posted_on (datetime64[s]).
    Columns: EVENT_KEY, charge_at, satisfaction_date, posted_on, percent_millionths (Int64),
    amount_minor, due_minor, before_minor (int64), is_gone (bool).
    """
    due = _named(plan[plan["is_due"]], charges)
    standing = _standing_points(recognised, charges)
    at = match(due, standing, DATED_KEY)
    before = look_up(standing["amount_minor"], at, due.index).fillna(0).astype("int64")
    corrects = at >= 0
    gone = standing[(match(standing, due, DATED_KEY) < 0)]
    taken_back = match(due, recognised, DATED_KEY) >= 0
    comes_back = ~corrects & taken_back & (match(due, gone, EVENT_KEY) < 0)
    changed = due.assign(
        due_minor=due["amount_minor"], before_minor=before,
        amount_minor=due["amount_minor"] - before,
        percent_millionths=due["percent_millionths"]
        - look_up(standing["percent_millionths"], at, due.index).fillna(0),
        posted_on=due["satisfaction_date"].where(~(corrects | comes_back), day), is_gone=False,
        corrects=corrects,
    )  # fmt: skip
    moved = match(gone, due, EVENT_KEY) >= 0
    reversed_ = gone.assign(
        due_minor=0, before_minor=gone["amount_minor"], amount_minor=-gone["amount_minor"],
        percent_millionths=(-gone["percent_millionths"]).where(gone["percent_millionths"] != 0),
        posted_on=gone["satisfaction_date"].where(moved, day), is_gone=True,
    )  # fmt: skip
    together = pd.concat([reversed_, changed], ignore_index=True) if len(gone) else changed
    says_something = (together["amount_minor"] != 0) | (
        together["percent_millionths"].fillna(0) != 0
    )
    return together[says_something.to_numpy(bool)].reset_index(drop=True)


def revisions(events: pd.DataFrame, recognised: pd.DataFrame) -> np.ndarray:
    """The number of each event among those of its key: 0 for the first ever, in row order."""
    used = code_groups(joined_keys(recognised, EVENT_KEY))
    last = np.full(used[1], -1, np.int64)
    np.maximum.at(last, used[0], recognised["revision"].to_numpy(np.int64))
    at = match(events, recognised, EVENT_KEY)
    before = np.where(at >= 0, np.append(last, -1)[np.append(used[0], -1)[at]], -1)
    return before + 1 + events.groupby(EVENT_KEY, sort=False).cumcount().to_numpy(np.int64)


def _named(plan: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    names = charges[ON_CHARGE].iloc[plan["charge_at"].to_numpy()]
    named = plan.reset_index(drop=True)
    return named.assign(**{name: names[name].to_numpy() for name in ON_CHARGE})


def _standing_points(recognised: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """What stands recognised, net, by event and day, of charges that are not recognised over time
    (those are compared as a whole)."""
    at = match(recognised, charges, ON_CHARGE)
    over_time = (charges["method"] == STRAIGHT_LINE).to_numpy(bool)
    pointed = recognised[~np.append(over_time, True)[at]].reset_index(drop=True)
    if pointed.empty:
        return pointed[DATED_KEY].assign(
            charge_at=np.zeros(0, np.int64), amount_minor=np.zeros(0, np.int64),
            percent_millionths=pd.array([], "Int64"),
        )  # fmt: skip
    groups, count = code_groups(joined_keys(pointed, DATED_KEY))
    first = np.full(count, len(pointed))
    np.minimum.at(first, groups, np.arange(len(pointed)))
    net = pointed[DATED_KEY].iloc[first].reset_index(drop=True)
    percents = pointed["percent_millionths"].fillna(0).to_numpy(np.int64)
    summed = net.assign(
        charge_at=match(net, charges, ON_CHARGE),
        amount_minor=sum_groups(pointed["amount_minor"].to_numpy(np.int64), groups, count),
        percent_millionths=pd.array(sum_groups(percents, groups, count), "Int64"),
    )
    stands = (summed["amount_minor"] != 0) | (summed["percent_millionths"] != 0)
    return summed[stands.to_numpy(bool)].reset_index(drop=True)
