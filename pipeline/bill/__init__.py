"""Bill: what should have been billed by tonight, less what has been billed, is tonight's batch.

Pure: contracts, posted lines and a day come in; bill lines come out.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pipeline.bill.adjusted import adjust_lines, adjusted_by_charge, without_adjustments
from pipeline.bill.charges import READ_FROM_CONTRACTS, billable_charges
from pipeline.bill.difference import difference, posted_by_line
from pipeline.bill.plan import ON_CHARGE, due_lines, planned_lines
from pipeline.bill.resent import Answered, answered_states, send_again
from pipeline.bill.schedule import phase_states
from pipeline.bill.shares import shares_of_both
from pipeline.bill.states import milestone_states
from pipeline.bill.wording import descriptions, reasons
from pipeline.closed_periods import accounting_dates, told_of_closed_periods
from pipeline.frames import look_up, match, sum_groups
from pipeline.life import contracts_as_of
from pipeline.phases import phase_terms
from pipeline.settings import Settings
from schemas.outputs import (
    BillLines,
    RejectedLines,
    Withheld,
    dtypes_of,
    nothing_of,
)

__all__ = ["READ_FROM_CONTRACTS", "Answered", "Bills", "Plan", "compute_bills", "plan_bills"]


@dataclass(frozen=True)
class Bills:
    """Tonight's billing.

    `lines` is to be posted (schemas.outputs.BillLines); `withheld` is due, but on hold; `milestones`
    is every milestone with its state; `charges` says, per charge, how its price adds up:
    subscription_number, charge_number, business_unit, currency, price_minor, billed_before_minor,
    billed_tonight_minor, withheld_minor, unbilled_minor, adjusted_away_minor (int64); of a recurring
    charge, the price is that of the periods that have come due. `phases` is every phase
    (schemas.outputs.PhaseStates).
    `terms` are the charges as `charges.billable_charges` has them, and adjusted_minor (int64: what
    adjustments change of the price), `revenue_shares` the revenue
    milestones as `shares.milestone_shares` has them: recognition goes on from both. `resent` are lines
    of earlier runs that Receivables rejected and that go out again (BillLines), `rejected` all of those
    that it rejected (schemas.outputs.RejectedLines).
    """

    lines: pd.DataFrame
    withheld: pd.DataFrame
    milestones: pd.DataFrame
    charges: pd.DataFrame
    phases: pd.DataFrame
    terms: pd.DataFrame
    revenue_shares: pd.DataFrame
    resent: pd.DataFrame = field(default_factory=lambda: nothing_of(BillLines))
    rejected: pd.DataFrame = field(default_factory=lambda: nothing_of(RejectedLines))


@dataclass(frozen=True)
class Plan:
    """What contracts call for up to a day, whatever is posted of it.

    `lines` is the plan (`plan.planned_lines`, with adjustments), `is_due` says which of its lines should
    have been billed by the day; `charges` and `revenue_shares` as in Bills, `shares` the billing
    milestones, `phases` the phases' terms, `standing` what is posted (`difference.posted_by_line`).
    """

    charges: pd.DataFrame
    phases: pd.DataFrame
    shares: pd.DataFrame
    revenue_shares: pd.DataFrame
    lines: pd.DataFrame
    is_due: np.ndarray
    standing: pd.DataFrame


def plan_bills(
    contracts: Mapping[str, pd.DataFrame],
    posted: pd.DataFrame,
    as_of: datetime.date,
    settings: Settings,
) -> Plan:
    """The plan up to a day; what is posted counts for milestones only, whose shares then stand."""
    day = pd.Timestamp(as_of).as_unit("s")
    contracts = contracts_as_of(contracts, as_of)
    phases = phase_terms(contracts["phases"], contracts["subscriptions"], settings.phase_handover)
    charges = billable_charges(contracts, phases)
    standing = posted_by_line(posted)
    shares, revenue_shares = shares_of_both(
        charges, contracts["milestones"], without_adjustments(standing)
    )
    lines = adjust_lines(planned_lines(charges, shares, day), contracts["adjustments"])
    charges = charges.assign(adjusted_minor=adjusted_by_charge(lines, len(charges)))
    is_due = due_lines(lines, charges, day)
    return Plan(charges, phases, shares, revenue_shares, lines, is_due, standing)


def compute_bills(
    contracts: Mapping[str, pd.DataFrame],
    posted: pd.DataFrame,
    as_of: datetime.date,
    settings: Settings,
    answered: Answered | None = None,
    *,
    in_words: bool = True,
) -> Bills:
    """The difference between what the contracts call for up to a day and what is posted.

    `contracts` has at least the tables and columns of READ_FROM_CONTRACTS; `posted` has
    subscription_number, charge_number, what, kind, revision, amount_minor, adjustment_minor,
    service_start, service_end and sent (bool). `answered` is what Receivables made of it. Without words,
    lines have neither reason nor description: half the work, for a forecast that nobody reads by line.
    """
    told = answered or Answered.of_nothing()
    day = pd.Timestamp(as_of).as_unit("s")
    plan = plan_bills(contracts, posted, as_of, settings)
    charges, shares, standing = plan.charges, plan.shares, plan.standing
    tonight = difference(plan.lines[plan.is_due], standing, charges, day)
    held = charges["held"].to_numpy(bool)[tonight["charge_at"].to_numpy()]
    worded = tonight.assign(
        reason=reasons(tonight, charges, shares) if in_words else "",
        description=descriptions(tonight, charges, shares) if in_words else "",
    )
    lines = _bill_lines(worded[~held], charges, settings)
    resent, rejected = send_again(told.rejected, charges, shares, settings)
    return Bills(
        lines=lines,
        withheld=_withheld(worded[held], charges),
        milestones=milestone_states(
            charges,
            pd.concat([shares, plan.revenue_shares], ignore_index=True),
            plan.lines,
            day,
            posted,
            lines,
            answered_states(told, resent),
        ),
        charges=_balances(charges, plan.lines, plan.is_due, standing, tonight, held),
        phases=phase_states(plan.phases, charges, day, standing, lines),
        terms=charges,
        revenue_shares=plan.revenue_shares,
        resent=resent,
        rejected=rejected,
    )


def _bill_lines(lines: pd.DataFrame, charges: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The lines in the ledger's columns, sorted by bill_line_id."""
    charge_at = lines["charge_at"].to_numpy()
    taken = [
        "line_number", "phase_number", "currency", "customer_number", "business_unit",
        "bill_to_account", "bill_to_site", "payment_terms", "purchase_order", "tax_code",
    ]  # fmt: skip
    first_id = lines["subscription_number"] + ":" + lines["charge_number"] + ":" + lines["what"]
    corrects = lines["revision"] > 0
    accounting = accounting_dates(lines["bill_date"], settings.first_open_day)
    complete = lines.assign(
        bill_line_id=first_id.where(~corrects, first_id + "#" + lines["revision"].astype("str")),
        corrects_bill_line_id=first_id.where(corrects, ""),
        accounting_date=accounting,
        reason=told_of_closed_periods(lines["reason"], lines["bill_date"], accounting),
        **{name: look_up(charges[name], charge_at, lines.index).fillna("") for name in taken},
    )
    dtypes = dtypes_of(BillLines)
    ordered = complete.reindex(columns=list(dtypes)).astype(dtypes)
    return ordered.sort_values("bill_line_id", ignore_index=True)


def _withheld(lines: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """What a hold keeps back, in the columns of schemas.outputs.Withheld."""
    held_by = look_up(charges["held_by"], lines["charge_at"].to_numpy(), lines.index)
    complete = _bill_lines(lines, charges, Settings())
    because = held_by.set_axis(
        lines["subscription_number"] + ":" + lines["charge_number"] + ":" + lines["what"]
    )
    first_id = complete["bill_line_id"].str.split("#").str[0]
    dtypes = dtypes_of(Withheld)
    return complete.assign(withheld_because=because.reindex(first_id).to_numpy())[
        list(dtypes)
    ].astype(dtypes)


def _balances(
    charges: pd.DataFrame, plan: pd.DataFrame, is_due: np.ndarray, standing: pd.DataFrame,
    tonight: pd.DataFrame, held: np.ndarray,
) -> pd.DataFrame:  # fmt: skip
    """Per charge: its price, and its parts billed before, billed tonight, withheld and unbilled."""
    count = len(charges)

    def summed(rows: pd.DataFrame, at: np.ndarray) -> np.ndarray:
        return sum_groups(rows["amount_minor"].to_numpy(np.int64), at, count)

    def of_charge(rows: pd.DataFrame) -> np.ndarray:
        return summed(rows, rows["charge_at"].to_numpy(np.int64))

    recurs = (charges["charge_type"] == "RECURRING").to_numpy(bool)
    own = of_charge(plan) - adjusted_by_charge(plan, count)
    price = np.where(recurs, own, charges["price_minor"].to_numpy(np.int64))
    return charges[[*ON_CHARGE, "business_unit", "currency"]].assign(
        price_minor=price,
        billed_before_minor=summed(standing, match(standing, charges, ON_CHARGE)),
        billed_tonight_minor=of_charge(tonight[~held]),
        withheld_minor=of_charge(tonight[held]),
        unbilled_minor=of_charge(plan[~is_due]),
        adjusted_away_minor=-adjusted_by_charge(plan, count),
    )
