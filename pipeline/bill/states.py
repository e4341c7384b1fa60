"""Milestone states: derived from dates and lines, never stored (DESIGN 2)."""

import numpy as np
import pandas as pd

from pipeline.bill.difference import LINE_KEY, posted_by_line
from pipeline.bill.shares import ON_CHARGE
from pipeline.frames import look_up, match
from schemas.outputs import MilestoneStates, dtypes_of


def milestone_states(
    charges: pd.DataFrame,
    shares: pd.DataFrame,
    plan: pd.DataFrame,
    day: pd.Timestamp,
    posted: pd.DataFrame,
    lines: pd.DataFrame,
    answered: pd.DataFrame,
) -> pd.DataFrame:
    """Every milestone in a plan, as it stands once `lines` are posted (schemas.outputs).

    `shares` are the billing and the revenue milestones' (`milestone_shares`), `plan` every line with its
    adjustment (`adjusted.adjust_lines`); `answered` has LINE_KEY and the state of lines that Receivables
    answered (`resent.answered_states`).
    """
    standing = _standing_lines(posted, lines)
    bills = (shares["event_type"] == "BILLING").to_numpy()
    line_at = np.where(bills, match(shares, standing, LINE_KEY), -1)
    line_id = shares["subscription_number"] + ":" + shares["charge_number"] + ":" + shares["what"]
    sent = look_up(standing["sent"], line_at).fillna(False).to_numpy(bool)
    answer_at = np.where(bills, match(shares, answered, LINE_KEY), -1)
    answer = look_up(answered["state"], answer_at)
    completed = shares["completion_date"]
    charge_at = shares["charge_at"].to_numpy()
    plan_at = np.where(bills, match(shares, plan, LINE_KEY), -1)
    comes_to = look_up(plan["amount_minor"], plan_at, shares.index)
    active = charges["bills"].to_numpy(bool)[charge_at]
    complete = shares.assign(
        **{
            name: look_up(charges[name], charge_at).fillna("")
            for name in ("customer_number", "customer_name", "business_unit", "currency")
        },
        amount_minor=shares["share_minor"],
        line_minor=comes_to.fillna(shares["share_minor"]),
        bills=np.where(active, "Y", "N"),
        state=np.select(
            [
                (line_at >= 0) & (answer_at >= 0),
                sent,
                line_at >= 0,
                completed.isna(),
                completed > day,
            ],
            [answer, "INTERFACED", "BILLED", "OPEN", "SCHEDULED"],
            "COMPLETE",
        ),
        bill_line_id=line_id.where(line_at >= 0, ""),
    )
    dtypes = dtypes_of(MilestoneStates)
    return (
        complete[list(dtypes)]
        .astype(dtypes)
        .sort_values([*ON_CHARGE, "event_type", "sequence"], ignore_index=True)
    )


def _standing_lines(posted: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Lines that were posted and not taken back since: LINE_KEY, sent (bool: the first posting)."""
    columns = [
        *LINE_KEY,
        "kind",
        "revision",
        "amount_minor",
        "adjustment_minor",
        "service_start",
        "service_end",
        "sent",
    ]
    ledger = pd.concat([posted[columns], lines.assign(sent=False)[columns]], ignore_index=True)
    first = ledger[ledger["revision"] == 0].reset_index(drop=True)
    if len(first) == len(ledger):  # nothing was ever corrected
        return first
    net = posted_by_line(ledger)
    at = match(first, net, LINE_KEY)
    return first[look_up(net["amount_minor"], at).to_numpy() != 0]
