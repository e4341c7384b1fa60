"""Rejected lines that are sent again: under the same key, with what was corrected at its source since.

A run sends each rejection again once, unless a hold keeps it back; nothing is posted again. A credit
of a rejected line is sent like any other: both stand in the ledger, so Receivables gets both, in the
same file and the line before its credit, whichever of the two was rejected.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from pipeline.bill.difference import LINE_KEY
from pipeline.bill.shares import ON_CHARGE
from pipeline.bill.wording import NOW_SERVED, descriptions
from pipeline.closed_periods import accounting_dates
from pipeline.frames import look_up, match
from pipeline.settings import Settings
from schemas.outputs import REJECTED_STATES, BillLines, RejectedLines, dtypes_of, nothing_of

SENT_AGAIN, WAITS = REJECTED_STATES
CORRECTED = ("bill_to_account", "bill_to_site", "payment_terms", "purchase_order", "tax_code")
"""What a rejection is most often about, and is taken from the contract as it stands now."""


@dataclass(frozen=True)
class Answered:
    """What Receivables made of the lines, as a run finds it.

    milestones  subscription_number, charge_number, what, state (INVOICED, REJECTED, UNSENT): those of
                milestones' lines that were answered and are not with Receivables again
    rejected    lines that stand rejected: BillLines, and message
    """

    milestones: pd.DataFrame
    rejected: pd.DataFrame

    @staticmethod
    @cache
    def of_nothing() -> "Answered":
        """Before the first answer."""
        return Answered(
            pd.DataFrame({name: pd.Series([], dtype="str") for name in (*LINE_KEY, "state")}),
            nothing_of(BillLines).assign(message=pd.Series([], dtype="str")),
        )


def send_again(
    rejected: pd.DataFrame, charges: pd.DataFrame, shares: pd.DataFrame, settings: Settings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The lines to be sent again (BillLines), and every rejected line with what becomes of it
    (RejectedLines).

    `rejected` is `Answered.rejected`, `charges` are `charges.billable_charges`, `shares` the billing
    milestones. Amounts, dates and keys stay; the accounting date leaves a period that was closed.
    """
    charge_at = match(rejected, charges, ON_CHARGE)
    assert (charge_at >= 0).all(), "a posted line has its charge"
    held = charges["held"].to_numpy(bool)[charge_at]
    because = look_up(charges["held_by"], charge_at, rejected.index)
    told = rejected.assign(
        state=np.where(held, WAITS, SENT_AGAIN), waits_because=because.where(held, "")
    )
    corrected = rejected.assign(
        charge_at=charge_at,
        milestone_at=match(rejected, shares, LINE_KEY),
        due_minor=_still_due(rejected),
    )[~held]
    resent = corrected.assign(
        accounting_date=accounting_dates(corrected["accounting_date"], settings.first_open_day),
        description=descriptions(corrected, charges, shares),
        **{name: _of(charges, name, corrected) for name in CORRECTED},
    )
    return _typed(resent, dtypes_of(BillLines)), _typed(told, dtypes_of(RejectedLines))


def _still_due(rejected: pd.DataFrame) -> np.ndarray:
    """Whether a correction left something of its period, as its own words say (int64, 0 or 1): what
    was due then is not kept."""
    left = rejected["description"].str.contains(NOW_SERVED, regex=False)
    return left.to_numpy(bool).astype(np.int64)


def _of(charges: pd.DataFrame, name: str, lines: pd.DataFrame) -> pd.Series:
    return look_up(charges[name], lines["charge_at"].to_numpy(), lines.index).fillna("")


def _typed(frame: pd.DataFrame, dtypes: dict[str, str]) -> pd.DataFrame:
    return frame[list(dtypes)].astype(dtypes).sort_values("bill_line_id", ignore_index=True)


def answered_states(answered: Answered, resent: pd.DataFrame) -> pd.DataFrame:
    """The states of answered milestones once `resent` is posted: LINE_KEY, state (BILLED where the
    file that sends it again is not out yet)."""
    milestones = answered.milestones
    again = match(milestones, resent[resent["revision"] == 0], LINE_KEY) >= 0
    waits = again | (milestones["state"] == "UNSENT").to_numpy(bool)
    return milestones.assign(state=milestones["state"].where(~waits, "BILLED"))
