"""What a night knows and what it gives, as frames by name: so they travel. Pure."""

from collections.abc import Mapping

import pandas as pd

from pipeline.bill import Answered, Bills
from pipeline.books import Books
from pipeline.forecast import Posted
from pipeline.outlook import Outlook
from pipeline.recognise import Revenue
from pipeline.tonight import Computed, Known

Frames = Mapping[str, pd.DataFrame]

CONTRACTS = "contracts."
TERMS = [
    "subscription_number", "charge_number", "product_code", "currency", "price_minor",
    "milestone_billing_on", "milestone_revenue_on",
]  # fmt: skip
"""Of `Bills.terms`, what is asked for once recognition is done: by reports, and by plan changes."""
BILLS = ("lines", "withheld", "milestones", "charges", "phases", "resent", "rejected")
REVENUE = ("lines", "events", "balances", "to_come")
BOOKS = ("net_before", "journal", "positions", "roll_forward")
OUTLOOK = ("months", "late")


def known_frames(known: Known) -> dict[str, pd.DataFrame]:
    """What is known, by name: `contracts.charges`, `posted.lines`, …"""
    return {
        **{CONTRACTS + name: rows for name, rows in known.contracts.items()},
        "posted.lines": known.posted.lines,
        "posted.events": known.posted.events,
        "stated": known.stated,
        "months": known.months,
        "answered.milestones": known.answered.milestones,
        "answered.rejected": known.answered.rejected,
    }


def known_of(frames: Frames) -> Known:
    """The other way round."""
    return Known(
        {name.removeprefix(CONTRACTS): rows for name, rows in frames.items()
         if name.startswith(CONTRACTS)},
        Posted(frames["posted.lines"], frames["posted.events"]),
        frames["stated"],
        frames["months"],
        Answered(frames["answered.milestones"], frames["answered.rejected"]),
    )  # fmt: skip


def computed_frames(computed: Computed) -> dict[str, pd.DataFrame]:
    """What was computed, by name: `bills.lines`, …; of the terms TERMS alone, and nothing of the
    shares, which only recognition asks for."""
    parts: dict[str, tuple[object, tuple[str, ...]]] = {
        "bills": (computed.bills, BILLS), "revenue": (computed.revenue, REVENUE),
        "books": (computed.books, BOOKS),
    }  # fmt: skip
    if computed.outlook:
        parts |= {"outlook": (computed.outlook, OUTLOOK)}
    return {
        **{f"{part}.{name}": getattr(owner, name)
           for part, (owner, names) in parts.items() for name in names},
        "bills.terms": computed.bills.terms[TERMS],
        "look_on": computed.look_on,
    }  # fmt: skip


def computed_of(frames: Frames) -> Computed:
    """The other way round."""

    def of(part: str, names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
        return {name: frames[f"{part}.{name}"] for name in names}

    terms = frames["bills.terms"]
    return Computed(
        Bills(**of("bills", BILLS), terms=terms, revenue_shares=pd.DataFrame()),
        Revenue(**of("revenue", REVENUE)),
        Books(**of("books", BOOKS)),
        frames["look_on"],
        Outlook(**of("outlook", OUTLOOK)) if "outlook.months" in frames else None,
    )
