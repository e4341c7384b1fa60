"""What contracts that do not change will post, from their plan alone, added up by month. Pure.

Up to the night everything is posted as the plan has it, so what the plan has after the night is what
the nights to come post. Nothing need be compared line by line, and no line needs a name: that is what
makes it quick.
"""

import datetime

import numpy as np
import pandas as pd

from pipeline.bill import plan_bills
from pipeline.closed_periods import accounting_dates
from pipeline.forecast.expected import Tables
from pipeline.forecast.replay import Posted
from pipeline.frames import sum_groups
from pipeline.recognise import plan_revenue
from pipeline.settings import Settings
from schemas.forecasts import BILLING, REVENUE

ON_CHARGE = ["subscription_number", "charge_number"]
ONE_DAY = pd.Timedelta(days=1)
NO_NAMES = dict.fromkeys(
    [
        "row_id",
        "subscription_number",
        "charge_number",
        "what",
        "on_hold",
        "business_unit",
        "reason",
    ],
    "",
)


def planned_rows(
    contracts: Tables, posted: Posted, as_of: datetime.date, until: datetime.date,
    settings: Settings,
) -> list[pd.DataFrame]:  # fmt: skip
    """The rows after a night, up to a day: those of milestones and fees one by one, the others a row a
    currency and month, without names. None of the contracts is on hold, or changes on the way."""
    plan = plan_bills(contracts, posted.lines, until, settings)
    night = pd.Timestamp(as_of)
    to_come = plan.is_due & (plan.lines["bill_date"] > night).to_numpy(bool)
    lines = plan.lines[to_come]
    currency = plan.charges["currency"]
    recurs = (lines["kind"] == "RECURRING").to_numpy(bool)
    revenue = plan_revenue(plan.charges, plan.revenue_shares, posted.events, until, settings)
    points = revenue.points
    points = points[(points["is_due"] & (points["satisfaction_date"] > night)).to_numpy(bool)]
    named = points["percent_millionths"].notna().to_numpy(bool)
    months = revenue.by_month.due
    straight = months.assign(satisfaction_date=months["before"] - ONE_DAY)
    caught_up = revenue.by_month.catch_up.assign(satisfaction_date=pd.Timestamp(until))
    return [
        _named(lines[~recurs], "bill_date", BILLING, plan.charges, settings).assign(
            kind=np.where(lines["milestone_at"].to_numpy()[~recurs] >= 0, "MILESTONE", "ONE_TIME")
        ),
        _named(points[named], "satisfaction_date", REVENUE, plan.charges, settings).assign(
            kind="MILESTONE"
        ),
        _added_up(lines[recurs], "bill_date", BILLING, currency, settings, "RECURRING"),
        *(
            _added_up(rows, "satisfaction_date", REVENUE, currency, settings, kind)
            for rows, kind in (
                (points[~named], "POINT_IN_TIME"), (straight, "STRAIGHT_LINE"),
                (caught_up, "STRAIGHT_LINE"),
            )
        ),
    ]  # fmt: skip


def _named(
    rows: pd.DataFrame, date: str, event_type: str, charges: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    of = charges.iloc[rows["charge_at"].to_numpy(np.int64)]
    days = rows[date].astype("datetime64[s]")
    return rows[["what", "amount_minor"]].assign(
        **{name: "" for name in NO_NAMES if name not in ("what", *ON_CHARGE)},
        **{name: of[name].to_numpy() for name in (*ON_CHARGE, "currency")},
        event_type=event_type, date=days,
        accounting_date=accounting_dates(days, settings.first_open_day),
    )  # fmt: skip


def _added_up(
    rows: pd.DataFrame, date: str, event_type: str, currency: pd.Series, settings: Settings,
    kind: str,
) -> pd.DataFrame:  # fmt: skip
    """A row for each currency and month in which there is any."""
    codes, names = pd.factorize(currency)
    days = accounting_dates(rows[date].astype("datetime64[s]"), settings.first_open_day)
    month = days.to_numpy("datetime64[M]")
    first = month.min() if len(month) else np.datetime64(0, "M")
    ahead = (month - first).astype(np.int64)
    span = int(ahead.max(initial=0)) + 1
    groups = codes[rows["charge_at"].to_numpy(np.int64)] * span + ahead
    sums = sum_groups(rows["amount_minor"].to_numpy(np.int64), groups, len(names) * span)
    filled = np.flatnonzero(sums)
    starts = (first + filled % span).astype("datetime64[s]")
    return pd.DataFrame(
        {"currency": np.asarray(names, object)[filled // span], "date": starts,
         "accounting_date": starts, "amount_minor": sums[filled]}
    ).assign(event_type=event_type, kind=kind, **NO_NAMES)  # fmt: skip
