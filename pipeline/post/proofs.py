"""Proofs: what must hold before anything is posted (DESIGN 6). Pure."""

import numpy as np
import pandas as pd

from pipeline.bill import Bills
from pipeline.frames import match, sum_groups
from schemas.outputs import BillLines

ON_CHARGE = ["subscription_number", "charge_number"]
PARTS = ["billed_before_minor", "billed_tonight_minor", "withheld_minor", "unbilled_minor"]


def broken_proofs(bills: Bills) -> list[str]:
    """A sentence for every proof that fails; none on a sound night."""
    return [
        *_prices_add_up(bills.charges),
        *_lines_are_the_charges(bills),
        *_lines_are_whole(bills.lines),
    ]


def _prices_add_up(charges: pd.DataFrame) -> list[str]:
    """Per charge: price = billed before + billed tonight + withheld + unbilled."""
    off = charges[charges["price_minor"] != charges[PARTS].sum(axis=1)]
    return [f"the price of charge {name} is not the sum of its parts" for name in _names(off)]


def _lines_are_the_charges(bills: Bills) -> list[str]:
    """The lines to post total what the charges say is billed tonight, by charge."""
    at = match(bills.lines, bills.charges, ON_CHARGE)
    strangers = bills.lines[at < 0]
    amounts = bills.lines["amount_minor"].to_numpy(np.int64)
    posted = sum_groups(amounts[at >= 0], at[at >= 0], len(bills.charges))
    off = bills.charges[posted != bills.charges["billed_tonight_minor"].to_numpy(np.int64)]
    both = pd.concat([off[ON_CHARGE], strangers[ON_CHARGE]])
    return [f"the lines of charge {name} are not what it bills tonight" for name in _names(both)]


def _lines_are_whole(lines: pd.DataFrame) -> list[str]:
    """Every line has the ledger's columns and types, an id of its own, and an amount."""
    BillLines.validate(lines)
    return [
        f"line {line} has no amount"
        for line in lines.loc[lines["amount_minor"] == 0, "bill_line_id"]
    ]


def _names(charges: pd.DataFrame, most: int = 5) -> list[str]:
    return (charges["subscription_number"] + ":" + charges["charge_number"]).head(most).tolist()
