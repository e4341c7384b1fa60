"""What waits for open milestones: late ones, ones without a day, and the fees of phases. Pure."""

import datetime

import numpy as np
import pandas as pd

from pipeline.bill import Plan, plan_bills
from pipeline.bill.shares import milestone_what
from pipeline.forecast.expected import ON_PHASE, Expected, Tables
from pipeline.forecast.replay import Posted, only_of
from pipeline.forecast.rows import ROW_KEY
from pipeline.frames import look_up, match, sum_groups
from pipeline.life import BILLS_NOTHING, contracts_as_of
from pipeline.phases import phase_terms
from pipeline.recognise.allocation import revenue_lines_due
from pipeline.recognise.at_points import planned_events
from pipeline.recognise.straight_line import Terms
from pipeline.settings import Settings
from schemas.forecasts import PHASE, AwaitedMilestones
from schemas.outputs import dtypes_of, nothing_of

ON_CHARGE = ["subscription_number", "charge_number"]
ON_MILESTONE = [*ON_CHARGE, "event_type", "sequence"]
FEES = ("FEE", "RFEE")


def late_rows(contracts: Tables, expected: Expected, fees: pd.DataFrame) -> pd.DataFrame:
    """What late milestones bill and recognise: ROW_KEY, days_late (int64)."""
    late = contracts["milestones"].assign(days_late=expected.milestones["days_late"])
    late = late[(late["days_late"] > 0).to_numpy(bool)]
    of_phases = fees[(fees["days_late"] > 0).to_numpy(bool)]
    parts = [
        late.assign(what=milestone_what(late)),
        *(of_phases.assign(what=what) for what in FEES),
    ]
    rows = pd.concat([part[[*ROW_KEY, "days_late"]] for part in parts], ignore_index=True)
    return rows.astype({"what": "str", "days_late": "int64"})


def waiting_fees(contracts: Tables, expected: Expected, settings: Settings) -> pd.DataFrame:
    """One-time charges, billed in one sum, whose day an open milestone of a phase decides.

    ON_CHARGE, phase_at (the place in the contracts' phases of that milestone), days_late. In arrears it
    is the milestone of its own phase, or the last one before; in advance the last one before.
    """
    phases, charges = contracts["phases"], contracts["charges"]
    terms = phase_terms(phases, contracts["subscriptions"], settings.phase_handover)
    at = match(terms, phases, ON_PHASE)
    is_open = expected.phases["is_open"].to_numpy(bool)[at]
    rows = np.arange(len(terms))
    begins = (terms["ordinal"] == 0).to_numpy(bool)
    last = np.maximum.accumulate(np.where(is_open | begins, rows, -1)) if len(rows) else rows
    own = np.where(is_open[last], at[last], -1)
    before = np.where(begins, -1, own[terms["follows"].to_numpy(np.int64)])
    one_time = (charges["charge_type"] == "ONE_TIME").to_numpy(bool)
    fees = charges[one_time & charges["phase_number"].notna().to_numpy(bool)]
    place = match(fees, terms, ON_PHASE)
    in_arrears = (fees["billing_timing"] == "IN_ARREARS").to_numpy(bool)
    phase_at = np.where(
        place < 0, -1, np.where(in_arrears, np.append(own, -1)[place], np.append(before, -1)[place])
    )
    late = np.append(expected.phases["days_late"].to_numpy(np.int64), 0)
    waits = phase_at >= 0
    return fees[ON_CHARGE].assign(phase_at=phase_at, days_late=late[phase_at])[waits].reset_index(
        drop=True
    )  # fmt: skip


def awaited_milestones(
    contracts: Tables, expected: Expected, rows: pd.DataFrame, posted: Posted, fees: pd.DataFrame,
    as_of: datetime.date, settings: Settings,
) -> pd.DataFrame:  # fmt: skip
    """Every open milestone that is late or not counted (schemas.forecasts.AwaitedMilestones)."""
    numbers = pd.concat(
        [
            contracts[name].loc[_is_shown(told), "subscription_number"]
            for name, told in (("milestones", expected.milestones), ("phases", expected.phases))
        ]
    ).drop_duplicates()
    if numbers.empty:
        return nothing_of(AwaitedMilestones)
    plan = plan_bills(only_of(contracts, numbers), posted.of(numbers).lines, as_of, settings)
    in_force = contracts_as_of(contracts, as_of)
    parts = [
        _of_charges(in_force, expected, rows, plan, settings),
        _of_phases(in_force, expected, fees, plan),
    ]
    joined = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    dtypes = dtypes_of(AwaitedMilestones)
    texts = [name for name, dtype in dtypes.items() if dtype == "str"]
    return (
        joined.assign(**{name: joined[name].fillna("") for name in texts})[list(dtypes)]
        .astype(dtypes)
        .sort_values(
            ["days_late", "subscription_number", "charge_number", "event_type", "number"],
            ascending=[False, True, True, True, True], ignore_index=True,
        )
    )  # fmt: skip


def _is_shown(told: pd.DataFrame) -> np.ndarray:
    shown = told["is_open"] & ((told["days_late"] > 0) | (told["why"] != ""))
    return shown.to_numpy(bool)


def _of_charges(
    contracts: Tables, expected: Expected, rows: pd.DataFrame, plan: Plan, settings: Settings
) -> pd.DataFrame:
    """Those of charges that bill and whose milestones are on; one of 0 percent is in no plan."""
    told, terms = expected.milestones, plan.charges
    shown = _is_shown(told)
    open_ones = contracts["milestones"][shown].assign(
        days_late=told["days_late"][shown], why=told["why"][shown]
    )
    both = pd.concat([plan.shares, plan.revenue_shares], ignore_index=True)
    at = match(open_ones, both, ON_MILESTONE)
    charge_at = np.append(both["charge_at"].to_numpy(np.int64), 0)[at]
    kept = (at >= 0) & np.append(terms["bills"].to_numpy(bool), False)[charge_at]
    open_ones, charge_at = open_ones[kept], charge_at[kept]
    keyed = open_ones.assign(
        what=milestone_what(open_ones), number=open_ones["sequence"].astype("str")
    )
    return keyed.assign(
        amount_minor=_amounts(keyed, rows, plan, settings),
        **{
            name: look_up(terms[name], charge_at, keyed.index)
            for name in ("customer_number", "customer_name", "business_unit", "currency")
        },
    )


def _amounts(
    milestones: pd.DataFrame, rows: pd.DataFrame, plan: Plan, settings: Settings
) -> np.ndarray:
    """What the forecast has of each, and of those that it doesn't count, what their plan says."""
    at = match(rows, milestones, ROW_KEY)
    amounts = rows["amount_minor"].to_numpy(np.int64)
    counted = sum_groups(amounts[at >= 0], at[at >= 0], len(milestones))
    uncounted = (milestones["why"] != "").to_numpy(bool)
    if not uncounted.any():
        return counted
    planned = _planned(plan, settings)
    in_plan = look_up(planned["amount_minor"], match(milestones, planned, ROW_KEY))
    return np.where(uncounted, in_plan.fillna(0).to_numpy(np.int64), counted)


def _planned(plan: Plan, settings: Settings) -> pd.DataFrame:
    """The amounts of all milestones, whenever they are reached: ROW_KEY, amount_minor."""
    night = np.datetime64(0, "D")  # the plan of milestones is the same on every night
    terms = Terms(plan.charges, night, settings.straight_line)
    charges = revenue_lines_due(plan.charges, terms)
    events = planned_events(charges, plan.revenue_shares, pd.Timestamp(night).as_unit("s"))
    of = charges.iloc[events["charge_at"].to_numpy(np.int64)]
    named = events.assign(**{name: of[name].to_numpy() for name in ON_CHARGE})
    columns = [*ROW_KEY, "amount_minor"]
    return pd.concat([plan.lines[columns], named[columns]], ignore_index=True)


def _of_phases(
    contracts: Tables, expected: Expected, fees: pd.DataFrame, plan: Plan
) -> pd.DataFrame:
    """Those that phases of contracts in force end on, with the fees that wait for them."""
    phases, subscriptions = contracts["phases"], contracts["subscriptions"]
    price = look_up(plan.charges["price_minor"], match(fees, plan.charges, ON_CHARGE))
    waits = sum_groups(
        price.fillna(0).to_numpy(np.int64), fees["phase_at"].to_numpy(np.int64), len(phases)
    )
    told = expected.phases
    shown = _is_shown(told)
    of = match(phases, subscriptions, ["subscription_number"])
    customer = look_up(subscriptions["customer_number"], of, phases.index)
    customers = contracts["customers"]
    named = match(pd.DataFrame({"customer_number": customer}), customers, ["customer_number"])
    in_force = ~look_up(subscriptions["status"], of, phases.index).isin(BILLS_NOTHING)
    return phases.assign(
        event_type=PHASE, charge_number="", number=phases["phase_number"], amount_minor=waits,
        days_late=told["days_late"], why=told["why"], customer_number=customer,
        customer_name=look_up(customers["customer_name"], named, phases.index),
        **{name: look_up(subscriptions[name], of, phases.index)
           for name in ("business_unit", "currency")},
    )[shown & in_force.to_numpy(bool)]  # fmt: skip
