"""Where contracts stand on a day: what is billed and recognised, what is not, and that it adds up. Pure.

What a night would still post counts as not billed, and as not recognised: nothing is posted here.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.bill import Bills, compute_bills
from pipeline.books import keep_books
from pipeline.frames import look_up, match, sum_groups
from pipeline.life import contracts_as_of
from pipeline.recognise import Revenue, compute_revenue
from pipeline.settings import Settings

Tables = Mapping[str, pd.DataFrame]

ON_CHARGE = ["subscription_number", "charge_number"]
BY_STATE = ["status", "business_unit", "currency"]
PRICE_PARTS = ["billed_minor", "unbilled_minor", "withheld_minor", "adjusted_away_minor"]
REVENUE_PARTS = ["recognised_minor", "remaining_minor"]
TOTALLED = ["price_minor", *PRICE_PARTS, "remaining_minor"]


@dataclass(frozen=True)
class Ledger:
    """What was posted up to a run, as billing, recognition and the books read it.

    `posted` is compute_bills', `recognised` and `stated` compute_revenue's, `months` keep_books'.
    """

    posted: pd.DataFrame
    recognised: pd.DataFrame
    stated: pd.DataFrame
    months: pd.DataFrame


@dataclass(frozen=True)
class Standing:
    """Contracts on a day. Amounts are int64 minor units of `currency`.

    contracts   every contract: subscription_number, customer_number, business_unit, currency, status
                (after the actions in force), price_minor, PRICE_PARTS, remaining_minor
    charges     every charge: ON_CHARGE, business_unit, currency, price_minor, PRICE_PARTS,
                allocated_minor, REVENUE_PARTS
    positions   schemas.outputs.ContractPositions, of what is posted
    bills, revenue    what the next run would post of it, as billing and recognition give it
    in_force    the contracts with the actions in force
    """

    as_of: datetime.date
    contracts: pd.DataFrame
    charges: pd.DataFrame
    positions: pd.DataFrame
    bills: Bills
    revenue: Revenue
    in_force: Tables


def stand_on(
    contracts: Tables, ledger: Ledger, as_of: datetime.date, settings: Settings, *,
    in_words: bool = True,
) -> Standing:  # fmt: skip
    """Where the contracts stand on a day, given what is posted; without words, what the next run
    would post has no reasons.

    10,000.00, of which 3,000.00 are billed and 7,000.00 wait for their milestone: price 10,000.00 =
    billed 3,000.00 + unbilled 7,000.00 + withheld 0.00 + adjusted away 0.00.
    """
    bills = compute_bills(contracts, ledger.posted, as_of, settings, in_words=in_words)
    revenue = compute_revenue(
        bills, ledger.recognised, ledger.stated, as_of, settings, in_words=in_words
    )
    in_force = contracts_as_of(contracts, as_of)
    charges = _charges(bills, revenue)
    posted_bills, posted_revenue = _only_posted(bills, revenue)
    books = keep_books("", as_of, posted_bills, posted_revenue, ledger.months, settings)
    return Standing(
        as_of, _contracts(in_force, charges), charges, books.positions, bills, revenue, in_force
    )


def _charges(bills: Bills, revenue: Revenue) -> pd.DataFrame:
    balances = revenue.balances
    at = match(bills.charges, balances, ON_CHARGE)

    def of_revenue(*names: str) -> np.ndarray:
        taken = balances.iloc[at]
        return sum((taken[name].to_numpy(np.int64) for name in names), np.zeros(len(at), np.int64))

    charges = bills.charges
    return charges.assign(
        billed_minor=charges["billed_before_minor"],
        unbilled_minor=charges["unbilled_minor"] + charges["billed_tonight_minor"],
        allocated_minor=of_revenue("allocated_minor"),
        recognised_minor=of_revenue("recognised_before_minor"),
        remaining_minor=of_revenue("remaining_minor", "recognised_tonight_minor"),
    )[
        [*ON_CHARGE, "business_unit", "currency", "price_minor", *PRICE_PARTS, "allocated_minor",
         *REVENUE_PARTS]
    ].sort_values(ON_CHARGE, ignore_index=True)  # fmt: skip


def _only_posted(bills: Bills, revenue: Revenue) -> tuple[Bills, Revenue]:
    """The same, with nothing posted tonight: the books of what stands in the ledger."""
    charges = bills.charges.assign(
        billed_tonight_minor=0,
        unbilled_minor=bills.charges["unbilled_minor"] + bills.charges["billed_tonight_minor"],
    )
    balances = revenue.balances.assign(
        recognised_tonight_minor=0,
        remaining_minor=revenue.balances["remaining_minor"]
        + revenue.balances["recognised_tonight_minor"],
    )
    return (
        replace(bills, lines=bills.lines.head(0), charges=charges),
        replace(revenue, events=revenue.events.head(0), balances=balances),
    )


def _contracts(in_force: Tables, charges: pd.DataFrame) -> pd.DataFrame:
    """Every contract, those without a charge too."""
    columns = ["subscription_number", "customer_number", "business_unit", "currency", "status"]
    contracts = in_force["subscriptions"][columns].sort_values(
        "subscription_number", ignore_index=True
    )
    at = match(charges, contracts, ["subscription_number"])
    return contracts.assign(
        **{
            name: sum_groups(charges[name].to_numpy(np.int64)[at >= 0], at[at >= 0], len(contracts))
            for name in TOTALLED
        }
    )


def by_state(standing: Standing) -> pd.DataFrame:
    """Contracts by state: BY_STATE, contracts (int64: how many), price_minor, PRICE_PARTS,
    remaining_minor; sorted."""
    contracts = standing.contracts
    counted = contracts.groupby(BY_STATE, as_index=False, sort=True).size()
    totals = money.totals_by(contracts[[*BY_STATE, *TOTALLED]], BY_STATE)
    return totals.assign(contracts=counted["size"].to_numpy(np.int64))[
        [*BY_STATE, "contracts", *TOTALLED]
    ]


def proofs_of_charges(standing: Standing) -> pd.DataFrame:
    """The charges, beside them price_off_minor and revenue_off_minor (int64): what their price, and
    their allocated revenue, are more than the sum of their parts; 0 where the proof holds."""
    charges = standing.charges
    return charges.assign(
        price_off_minor=charges["price_minor"] - charges[PRICE_PARTS].sum(axis=1),
        revenue_off_minor=charges["allocated_minor"] - charges[REVENUE_PARTS].sum(axis=1),
    )


def proofs_of_positions(standing: Standing) -> pd.DataFrame:
    """Every contract's subscription_number, currency, billed_minor, recognised_minor (of its charges),
    liability_minor, asset_minor (of the books), and off_minor: liability - asset, less billed -
    recognised; 0 where the proof holds."""
    charges, positions = standing.charges, standing.positions
    contracts = standing.contracts
    of = match(charges, contracts, ["subscription_number"])
    at = match(contracts, positions, ["subscription_number"])
    summed = {
        name: sum_groups(charges[name].to_numpy(np.int64)[of >= 0], of[of >= 0], len(contracts))
        for name in ("billed_minor", "recognised_minor")
    }
    booked = {
        name: look_up(positions[name], at).fillna(0).to_numpy(np.int64)
        for name in ("liability_minor", "asset_minor")
    }
    off = (booked["liability_minor"] - booked["asset_minor"]) - (
        summed["billed_minor"] - summed["recognised_minor"]
    )
    return contracts[["subscription_number", "currency"]].assign(**summed, **booked, off_minor=off)
