"""Recognise: what should be recognised by tonight, less what is recognised already.

Pure: contracts with their bill lines, posted events and a day come in; revenue lines and
satisfaction events come out.
"""

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.bill import Bills
from pipeline.closed_periods import accounting_dates, told_of_closed_periods
from pipeline.frames import code_groups, joined_keys, match, sum_groups
from pipeline.recognise.allocation import revenue_lines_due
from pipeline.recognise.at_points import planned_events
from pipeline.recognise.by_month import CATCH_UP, ByMonth, recognised_by_month
from pipeline.recognise.difference import (
    ON_CHARGE,
    point_difference,
    revisions,
    standing_by_charge,
)
from pipeline.recognise.straight_line import Terms
from pipeline.recognise.wording import event_reasons, line_reasons
from pipeline.settings import Settings
from schemas.outputs import RevenueBalances, RevenueEvents, RevenueLines, RevenueToCome, dtypes_of

__all__ = ["PlannedRevenue", "Revenue", "compute_revenue", "plan_revenue"]

SAID_AGAIN = ["method", "total_minor", "allocated_minor", "starts_on", "ends_on"]
"""A revenue line is posted again when one of these is another than it was."""
ONE_DAY = pd.Timedelta(days=1)


@dataclass(frozen=True)
class Revenue:
    """Tonight's revenue, in frames of schemas.outputs.

    `lines` (RevenueLines) and `events` (RevenueEvents) are to be posted; `balances`
    (RevenueBalances) says of every charge how its allocated revenue adds up, `to_come`
    (RevenueToCome) when the rest of it will be recognised.
    """

    lines: pd.DataFrame
    events: pd.DataFrame
    balances: pd.DataFrame
    to_come: pd.DataFrame


@dataclass(frozen=True)
class PlannedRevenue:
    """What the charges recognise: `charges` are `allocation.revenue_lines_due`, `points` what is
    recognised at points in time (`at_points.planned_events`), `by_month` what is by straight line."""

    charges: pd.DataFrame
    points: pd.DataFrame
    by_month: ByMonth


def plan_revenue(
    terms: pd.DataFrame, shares: pd.DataFrame, recognised: pd.DataFrame, as_of: datetime.date,
    settings: Settings,
) -> PlannedRevenue:  # fmt: skip
    """The plan of revenue on a day; `terms` and `shares` are those of billing (`Bills`)."""
    day, night = pd.Timestamp(as_of).as_unit("s"), np.datetime64(as_of, "D")
    line = Terms(terms, night, settings.straight_line)
    charges = revenue_lines_due(terms, line)
    standing = standing_by_charge(charges, recognised)
    return PlannedRevenue(
        charges,
        planned_events(charges, shares, day),
        recognised_by_month(charges, line, standing, night, settings),
    )


def compute_revenue(
    bills: Bills,
    recognised: pd.DataFrame,
    lines_before: pd.DataFrame,
    as_of: datetime.date,
    settings: Settings,
    *,
    in_words: bool = True,
) -> Revenue:
    """The difference between what is recognised by a day and what is posted.

    `bills` carries the contracts as billing reads them (`terms`, `revenue_shares`). `recognised` are
    the events of earlier runs: subscription_number, charge_number, what, method, revision,
    satisfaction_date, percent_millionths, amount_minor. `lines_before` are the latest revenue lines
    of earlier runs: revenue_line_id, revision and SAID_AGAIN. A hold withholds no revenue (ACT-04).
    Without words, lines and events have no reason.
    """
    day = pd.Timestamp(as_of).as_unit("s")
    planned = plan_revenue(bills.terms, bills.revenue_shares, recognised, as_of, settings)
    charges, plan, by_month = planned.charges, planned.points, planned.by_month
    lines, revision = _revenue_lines(charges, lines_before, in_words)
    events = _events(
        [
            point_difference(plan, charges, recognised, day),
            _of_months(by_month.due, charges),
            _of_catch_ups(by_month.catch_up, charges, day),
        ],
        charges.assign(line_revision=revision), recognised, settings, in_words,
    )  # fmt: skip
    to_come = _to_come(plan, by_month, charges)
    return Revenue(lines, events, _balances(charges, recognised, events, to_come), to_come)


def _revenue_lines(
    charges: pd.DataFrame, lines_before: pd.DataFrame, in_words: bool
) -> tuple[pd.DataFrame, np.ndarray]:
    """The revenue lines that are new or not as they were, and each charge's revision after tonight."""
    stated = charges.assign(
        revenue_line_id=charges["subscription_number"] + ":" + charges["charge_number"],
        starts_on=charges["live_from"],
        ends_on=charges["live_before"] - ONE_DAY,
        document_date=charges["subscription_start"],
        purchase_order=charges["purchase_order"].fillna(""),
        description=charges["description"].fillna(charges["product_description"]),
        reason=line_reasons(charges) if in_words else "",
    )
    at = match(stated, lines_before, ["revenue_line_id"])
    known = at >= 0
    before = (
        lines_before.reindex(columns=[*SAID_AGAIN, "revision"]).take(np.maximum(at, 0))
        if len(lines_before)
        else None
    )
    same = known.copy()
    last = np.full(len(stated), -1)
    if before is not None:
        last = np.where(known, before["revision"].to_numpy(np.int64), -1)
        for name in SAID_AGAIN:
            now, then = stated[name].reset_index(drop=True), before[name].reset_index(drop=True)
            same &= ((now == then) | (now.isna() & then.isna())).to_numpy(bool)
    something = (stated["total_minor"] != 0) | (stated["allocated_minor"] != 0)
    posted = ~same & (something.to_numpy(bool) | known)
    revision = np.where(posted, last + 1, np.maximum(last, 0))
    dtypes = dtypes_of(RevenueLines)
    lines = stated.assign(revision=revision)[posted][list(dtypes)].astype(dtypes)
    return lines.sort_values("revenue_line_id", ignore_index=True), revision


def _of_months(due: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """A month's part as an event, on the last day that it is for."""
    months = due[due["amount_minor"] != 0].reset_index(drop=True)
    last_day = (months["before"] - ONE_DAY).astype("datetime64[s]")
    return _named(months, charges).assign(
        what="R" + last_day.dt.strftime("%Y-%m").astype("str"),
        satisfaction_date=last_day, posted_on=last_day,
        percent_millionths=pd.array([pd.NA] * len(months), "Int64"), is_gone=False,
    )  # fmt: skip


def _of_catch_ups(catch_up: pd.DataFrame, charges: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """What a changed total makes of the days that are recognised already: an event of the night; of a
    charge that ended before days that were recognised, of the day that cut it short, as the credit of
    its bill is."""
    changed = catch_up.reset_index(drop=True)
    tonight = changed["cut_on"].fillna(day)
    return _named(changed, charges).assign(
        what=CATCH_UP + day.strftime("%Y-%m-%d"),
        satisfaction_date=tonight, posted_on=tonight,
        percent_millionths=pd.array([pd.NA] * len(changed), "Int64"), is_gone=False,
    )  # fmt: skip


def _named(rows: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    of = charges.iloc[rows["charge_at"].to_numpy(np.int64)]
    return rows.assign(**{name: of[name].to_numpy() for name in ON_CHARGE})


def _events(
    kinds: list[pd.DataFrame], charges: pd.DataFrame, recognised: pd.DataFrame,
    settings: Settings, in_words: bool,
) -> pd.DataFrame:  # fmt: skip
    """The events in the ledger's columns, sorted by event_id."""
    some = [kind for kind in kinds if len(kind)] or kinds[:1]
    rows = pd.concat(some, ignore_index=True)
    of = charges.iloc[rows["charge_at"].to_numpy(np.int64)].set_axis(rows.index)
    revision = revisions(rows, recognised)
    line_id = rows["subscription_number"] + ":" + rows["charge_number"]
    first_id = line_id + ":" + rows["what"]
    number = pd.Series(revision, rows.index)
    accounting = accounting_dates(rows["posted_on"], settings.first_open_day)
    told = event_reasons(rows, charges) if in_words else pd.Series("", rows.index, dtype="str")
    taken = ["line_number", "product_code", "method", "currency", "allocated_minor",
             "business_unit", "line_revision"]  # fmt: skip
    complete = rows.assign(
        event_id=first_id.where(number == 0, first_id + "#" + number.astype("str")),
        revenue_line_id=line_id, revision=number, accounting_date=accounting,
        reason=told_of_closed_periods(told, rows["posted_on"], accounting),
        **{name: of[name] for name in taken},
    )  # fmt: skip
    dtypes = dtypes_of(RevenueEvents)
    return complete[list(dtypes)].astype(dtypes).sort_values("event_id", ignore_index=True)


def _to_come(plan: pd.DataFrame, by_month: ByMonth, charges: pd.DataFrame) -> pd.DataFrame:
    """What is planned and not due, by charge and month."""
    points = plan[~plan["is_due"].to_numpy(bool)][
        ["charge_at", "satisfaction_date", "amount_minor"]
    ]
    months = by_month.to_come.rename(columns={"starts": "satisfaction_date"})
    both = pd.concat([points, months[points.columns]], ignore_index=True)
    both = both[both["amount_minor"] != 0].reset_index(drop=True)
    month = both["satisfaction_date"].to_numpy("datetime64[M]").astype("datetime64[s]")
    dated = _named(both.assign(month=month), charges)
    groups, count = code_groups(
        joined_keys(
            dated.assign(month=dated["month"].dt.strftime("%Y-%m-%d").fillna("")),
            [*ON_CHARGE, "month"],
        )
    )
    first = np.full(count, len(dated))
    np.minimum.at(first, groups, np.arange(len(dated)))
    amounts = sum_groups(dated["amount_minor"].to_numpy(np.int64), groups, count)
    of = charges.iloc[dated["charge_at"].to_numpy(np.int64)[first]]
    dtypes = dtypes_of(RevenueToCome)
    return (
        dated.iloc[first].reset_index(drop=True)
        .assign(amount_minor=amounts, business_unit=of["business_unit"].to_numpy(),
                currency=of["currency"].to_numpy())[list(dtypes)]
        .astype(dtypes).sort_values([*ON_CHARGE, "month"], ignore_index=True)
    )  # fmt: skip


def _balances(
    charges: pd.DataFrame, recognised: pd.DataFrame, events: pd.DataFrame, to_come: pd.DataFrame
) -> pd.DataFrame:
    """Per charge: allocated, recognised before and tonight, and what is still to come."""

    def of_charge(rows: pd.DataFrame) -> np.ndarray:
        at = match(rows, charges, ON_CHARGE)
        amounts = rows["amount_minor"].to_numpy(np.int64)
        return sum_groups(amounts[at >= 0], at[at >= 0], len(charges))

    dtypes = dtypes_of(RevenueBalances)
    complete = charges.assign(
        recognised_before_minor=of_charge(recognised),
        recognised_tonight_minor=of_charge(events),
        remaining_minor=of_charge(to_come),
    )
    return complete[list(dtypes)].astype(dtypes).sort_values(ON_CHARGE, ignore_index=True)
