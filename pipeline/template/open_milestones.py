"""The open milestones of the contracts that the store holds, to be completed by hand. Pure."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

import schemas
from pipeline.frames import look_up, match
from pipeline.life import CANCELED, contracts_as_of
from schemas.inputs import Milestones
from schemas.template import SHARED

LAST_DAY = datetime.date(2999, 12, 31)
"""All actions count, those of a day to come as well: what one reopens is to be completed anew."""

HUNDRED_PERCENT = 100_000_000
PLAN = [Milestones.subscription_number, Milestones.charge_number, Milestones.event_type]
ON_CHARGE, ON_LINE = PLAN[:2], ["subscription_number", "line_number"]


@dataclass(frozen=True)
class OpenMilestones:
    """Milestones without a completion that counts.

    rows       the stored rows (schemas.inputs.Milestones), by key; one that was reopened still has
               its former completion date, since a blank cell would clear the stored one
    reopened   bool by row
    exponents  int64 by row: decimals of the contract's currency
    elsewhere  the columns of PLAN and percent_millionths: what the plan's other milestones have
    """

    rows: pd.DataFrame
    reopened: pd.Series
    exponents: pd.Series
    elsewhere: pd.DataFrame


def open_milestones(
    contracts: Mapping[str, pd.DataFrame], exponents: Mapping[str, int]
) -> OpenMilestones:
    """The milestones that are to be completed, by key; those of cancelled contracts and lines, of 0
    percent, and of a kind that their charge switches off are left out.

    `contracts` has the columns of READ; `exponents` are the decimals of each currency.
    """
    stored = contracts[SHARED]
    in_the_end = contracts_as_of(contracts, LAST_DAY)
    is_open = in_the_end[SHARED][Milestones.completion_date].isna().to_numpy()
    counts = _counts(stored, in_the_end)
    shown = stored[is_open & counts].sort_values(schemas.keys_of(Milestones)).reset_index(drop=True)
    at = match(shown, contracts["subscriptions"], ["subscription_number"])
    currencies = look_up(contracts["subscriptions"]["currency"], at)
    return OpenMilestones(
        rows=schemas.typed(shown, Milestones),
        reopened=shown[Milestones.completion_date].notna(),
        exponents=currencies.map(dict(exponents)).fillna(2).astype("int64"),
        elsewhere=_elsewhere(stored[counts & ~is_open], shown),
    )


READ: dict[str, tuple[str, ...]] = {
    "subscriptions": ("subscription_number", "currency", "business_unit", "status", "end_date"),
    "subscription_lines": ("subscription_number", "line_number", "status", "end_date"),
    "charges": (
        "subscription_number", "charge_number", "line_number", "milestone_billing",
        "milestone_revenue", "template_billing", "template_revenue",
    ),
    SHARED: tuple(column.name for column in schemas.columns_of(Milestones)),
    "actions": tuple(column.name for column in schemas.columns_of(schemas.TABLES["actions"])),
}  # fmt: skip
"""What is read of the contracts."""


def _counts(milestones: pd.DataFrame, contracts: Mapping[str, pd.DataFrame]) -> np.ndarray:
    """True for milestones of a plan that is in force."""
    charges, lines = contracts["charges"], contracts["subscription_lines"]
    at = match(milestones, charges, ON_CHARGE)
    billing = charges["milestone_billing"].fillna(charges["template_billing"])
    revenue = charges["milestone_revenue"].fillna(charges["template_revenue"])
    bills = milestones[Milestones.event_type] == "BILLING"
    switch = look_up(billing, at, milestones.index).where(
        bills, look_up(revenue, at, milestones.index)
    )
    line = match(milestones.assign(line_number=look_up(charges["line_number"], at)), lines, ON_LINE)
    contract = match(milestones, contracts["subscriptions"], ["subscription_number"])
    of_line = look_up(lines["status"], line).to_numpy()
    of_contract = look_up(contracts["subscriptions"]["status"], contract).to_numpy()
    return (
        (switch == "Y").to_numpy(bool)
        & (milestones[Milestones.percent_millionths] != 0).fillna(True).to_numpy(bool)
        & (of_line != CANCELED)
        & (of_contract != CANCELED)
    )


def _elsewhere(others: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """The percentages of milestones that are not shown, for the plans of those that are.

    Where one of them takes the rest, they have what the shown ones leave of a hundred.
    """
    percent = Milestones.percent_millionths
    sums = others.groupby(PLAN)[percent].sum().astype("int64")
    takes_rest = others[percent].isna().groupby([others[name] for name in PLAN]).any()
    shares = shown.groupby(PLAN)[percent].sum().astype("int64")
    among = shares.index.intersection(sums.index)
    left = HUNDRED_PERCENT - shares.reindex(among)
    return sums.reindex(among).where(~takes_rest.reindex(among).astype(bool), left).reset_index()
