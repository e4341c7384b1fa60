"""What `status` says: contracts by state, or one contract's proof, for people and for machines."""

from typing import Any

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.standing import (
    Standing,
    by_state,
    proofs_of_charges,
    proofs_of_positions,
)  # fmt: skip
from pipeline.text_table import aligned

OK, ERROR = "OK", "ERROR"
MOST_NAMED = 5
TOTALS = ("price", "billed", "unbilled", "withheld", "adjusted_away", "remaining")
PRICE = ("price", "billed", "unbilled", "withheld", "adjusted_away")
REVENUE = ("allocated", "recognised", "remaining")
POSITION = ("liability", "asset", "billed", "recognised")


def status_account(standing: Standing) -> dict[str, Any]:
    """Contracts by state, business unit and currency; amounts are decimal texts."""
    states, broken = by_state(standing), _broken(standing)
    amounts = _texts(states, TOTALS)
    return {
        "as_of": standing.as_of.isoformat(),
        "states": [
            {"status": row.status, "business_unit": row.business_unit, "currency": row.currency,
             "contracts": row.contracts, **{name: amounts[name][place] for name in TOTALS}}
            for place, row in enumerate(states.itertuples())
        ],
        "proof": ERROR if broken else OK,
        "broken": broken,
    }  # fmt: skip


def status_words(account: dict[str, Any]) -> str:
    """Contracts by state as a table of text."""
    heads = [
        "status",
        "business unit",
        "currency",
        "contracts",
        *(_spaced(name) for name in TOTALS),
    ]
    rows = [
        [state["status"], state["business_unit"], state["currency"], str(state["contracts"]),
         *(state[name] for name in TOTALS)]
        for state in account["states"]
    ]  # fmt: skip
    table = aligned([heads, *rows], left=3) if rows else ["  no contract yet"]
    return "\n".join([f"Contracts as of {account['as_of']}", *table, *_proof_words(account)])


def proof_account(standing: Standing) -> dict[str, Any]:
    """One contract's proof: its charges' and its own."""
    contract = standing.contracts.iloc[0]
    charges, position = proofs_of_charges(standing), proofs_of_positions(standing)
    told = _texts(charges, (*PRICE, *REVENUE))
    booked = _texts(position, POSITION)
    return {
        "as_of": standing.as_of.isoformat(),
        "subscription": contract["subscription_number"],
        "customer": contract["customer_number"],
        "status": contract["status"],
        "currency": contract["currency"],
        "charges": [
            {"charge": number,
             **{name: told[name][place] for name in (*PRICE, *REVENUE)},
             "price_proof": _judged(price_off), "revenue_proof": _judged(revenue_off)}
            for place, (number, price_off, revenue_off) in enumerate(
                zip(charges["charge_number"], charges["price_off_minor"],
                    charges["revenue_off_minor"], strict=True)
            )
        ],
        "position": {name: booked[name][0] for name in POSITION},
        "position_proof": _judged(position["off_minor"].iloc[0]),
        "proof": OK if not _broken(standing) else ERROR,
    }  # fmt: skip


def proof_words(account: dict[str, Any]) -> str:
    """One contract's proof as text."""
    head = (
        f"Subscription {account['subscription']}, customer {account['customer']}, "
        f"{account['status']}, in {account['currency']}, as of {account['as_of']}"
    )
    return "\n".join(
        [
            head,
            "",
            "price = billed + unbilled + withheld + adjusted away",
            *_charge_table(account, PRICE, "price_proof"),
            "",
            "allocated = recognised + remaining",
            *_charge_table(account, REVENUE, "revenue_proof"),
            "",
            "liability - asset = billed - recognised",
            *aligned([[*POSITION, ""],
                     [*account["position"].values(), account["position_proof"]]], left=0),
        ]
    )  # fmt: skip


def _charge_table(account: dict[str, Any], names: tuple[str, ...], proof: str) -> list[str]:
    heads = ["charge", *(_spaced(name) for name in names), ""]
    rows = [
        [one["charge"], *(one[name] for name in names), one[proof]] for one in account["charges"]
    ]
    return aligned([heads, *rows], left=1) if rows else ["  no charge"]


def _broken(standing: Standing) -> list[str]:
    """What does not add up, in words."""
    charges, positions = proofs_of_charges(standing), proofs_of_positions(standing)
    names = charges["subscription_number"] + ":" + charges["charge_number"]
    return [
        *(f"the price of charge {name} is not the sum of its parts"
          for name in names[charges["price_off_minor"] != 0].head(MOST_NAMED)),
        *(f"the allocated revenue of charge {name} is not what is recognised and what remains"
          for name in names[charges["revenue_off_minor"] != 0].head(MOST_NAMED)),
        *(f"contract {name} shows another liability or asset than it has"
          for name in positions.loc[positions["off_minor"] != 0, "subscription_number"]
          .head(MOST_NAMED)),
    ]  # fmt: skip


def _proof_words(account: dict[str, Any]) -> list[str]:
    told = "price = billed + unbilled + withheld + adjusted away, and all others"
    return [f"Proofs: {account['proof']} ({told})", *(f"  {one}" for one in account["broken"])]


def _judged(off: int) -> str:
    return ERROR if off else OK


def _texts(rows: pd.DataFrame, names: tuple[str, ...]) -> dict[str, list[str]]:
    """Columns of amounts as decimals, by the rows' currency."""
    exponents = money.exponents_of(rows["currency"])
    return {
        name: money.as_text(rows[f"{name}_minor"].astype(np.int64), exponents).to_pylist()
        for name in names
    }


def _spaced(name: str) -> str:
    return name.replace("_", " ")
