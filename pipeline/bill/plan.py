"""The plan of a contract: the lines that it calls for.

Milestones and one-time charges stand in it whether they are due or not; a recurring charge, which
may have no end, only with the periods that have come due.

A line of the plan: subscription_number, charge_number, what, kind, charge_at (place in the
charges), milestone_at (place in the shares, -1), service_start, service_end (inclusive), bill_date
(missing: not known yet), ends_early (bool: its period is cut short), days_served, days_in_period
(int64, 0 where there is no period), amount_minor (int64).
"""

import numpy as np
import pandas as pd

from pipeline.bill.recurring import recurring_lines

ON_CHARGE = ["subscription_number", "charge_number"]
PLAN_COLUMNS = [
    *ON_CHARGE, "what", "kind", "charge_at", "milestone_at",
    "service_start", "service_end", "bill_date", "ends_early", "days_served", "days_in_period",
    "amount_minor",
]  # fmt: skip
NO_PERIOD = {"ends_early": False, "days_served": 0, "days_in_period": 0}
ONE_DAY = pd.Timedelta(days=1)


def planned_lines(charges: pd.DataFrame, shares: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """All lines of all charges: milestones, charges that bill in one sum, and due periods."""
    kinds = [_milestone_lines(shares), _fee_lines(charges), recurring_lines(charges, as_of)]
    return pd.concat(
        [lines[PLAN_COLUMNS] for lines in kinds if len(lines)] or kinds, ignore_index=True
    )


def due_lines(plan: pd.DataFrame, charges: pd.DataFrame, as_of: pd.Timestamp) -> np.ndarray:
    """True for lines that should have been billed by that day; a zero amount makes no line, unless it
    is adjusted to nothing."""
    bills = charges["bills"].to_numpy(bool)[plan["charge_at"].to_numpy()]
    reached = (plan["bill_date"] <= as_of).to_numpy(bool)
    says_something = (plan["amount_minor"] != 0) | plan["is_adjusted"]
    return bills & reached & says_something.to_numpy(bool)


def _milestone_lines(shares: pd.DataFrame) -> pd.DataFrame:
    """One line per billing milestone, on its completion date, whatever that is (MIL-03)."""
    return shares.assign(
        kind="MILESTONE",
        milestone_at=np.arange(len(shares)),
        service_start=pd.Series(pd.NaT, shares.index, dtype="datetime64[s]"),
        service_end=pd.Series(pd.NaT, shares.index, dtype="datetime64[s]"),
        bill_date=shares["completion_date"],
        amount_minor=shares["share_minor"],
        **NO_PERIOD,
    )


def _last_day(fees: pd.DataFrame) -> pd.Series:
    """The last day served; of a phase that is completed on its first day, that day."""
    last = fees["live_before"] - ONE_DAY
    return last.where(~(last < fees["live_from"]), fees["live_from"])


def _fee_lines(charges: pd.DataFrame) -> pd.DataFrame:
    """One line per one-time charge without milestones: at its start, in arrears after its end.

    A fee in arrears of a line that ends on 31 March is billed on 1 April (DESIGN 6); of a phase whose
    milestone is completed on 10 March, on that day (PHA-02), and not before it is completed. It is
    never prorated.
    """
    one_time = (charges["charge_type"] == "ONE_TIME") & ~charges["milestone_billing_on"]
    fees = charges[one_time]
    in_arrears = fees["billing_timing"] == "IN_ARREARS"
    return fees.assign(
        what="FEE",
        kind="ONE_TIME",
        charge_at=np.flatnonzero(one_time),
        milestone_at=-1,
        service_start=fees["live_from"],
        service_end=_last_day(fees),
        bill_date=fees["live_from"].where(
            ~in_arrears,
            fees["live_before"].where(fees["live_from"].notna() & ~fees["awaits_milestone"]),
        ),
        amount_minor=fees["price_minor"],
        **NO_PERIOD,
    )
