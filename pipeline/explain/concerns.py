"""What a bill line, and what a satisfaction event, comes from: which values of which rows. Pure."""

from collections.abc import Mapping

import numpy as np

import schemas
from pipeline.explain.kept import Kept
from pipeline.explain.origins import Wanted, rows_at, value_places
from pipeline.phases import phase_order

MILESTONE, RECURRING, ONE_TIME = "MILESTONE", "RECURRING", "ONE_TIME"

PARTIES = {
    "subscriptions": ("customer_number", "business_unit", "currency", "status", "payment_terms",
                      "purchase_order"),
    "subscription_lines": ("product_code", "status"),
    "charges": ("line_number", "charge_type", "amount_minor", "description", "tax_code"),
}  # fmt: skip
"""Who is billed for what, and by whom: of every bill line."""

TERM = {
    "subscriptions": ("start_date", "end_date", "evergreen", "billing_day"),
    "subscription_lines": ("start_date", "end_date"),
    "charges": ("billing_frequency", "billing_timing", "phase_number",
                "price_adjustment_percent_millionths"),
}  # fmt: skip
"""From when to when, and how often: of what is billed by time."""

BY_MILESTONES: Mapping[str, tuple[str, ...]] = {
    "charges": (
        "template_code",
        "milestone_billing",
        "milestone_revenue",
        "price_adjustment_percent_millionths",
    ),
    "milestones": ("milestone_name", "percent_millionths", "amount_minor", "completion_date"),
}
OF_OTHERS = {
    "BILLING": ("percent_millionths", "amount_minor"),
    "REVENUE": ("percent_millionths", "amount_minor", "completion_date"),
}
"""What the other milestones of the plan have a say in: shares are rounded together, those of revenue
in the order of their days."""

REVENUE = {
    "subscriptions": ("business_unit", "currency", "status", "start_date", "evergreen"),
    "subscription_lines": ("product_code", "status"),
    "charges": ("line_number", "charge_type", "amount_minor", "revenue_method", "periodic_revenue",
                "standalone_selling_price_minor"),
}  # fmt: skip
SHARED = ("amount_minor", "standalone_selling_price_minor")
"""What every charge of a contract has a say in, once one has a standalone selling price."""

TEMPLATE_FLAGS = {"BILLING": "milestone_billing", "REVENUE": "milestone_revenue"}

Chosen = dict[str, tuple[str, ...]]


def kind_of_line(what: str) -> str:
    """What kind of line it is by itself, whatever it corrects.

    >>> [kind_of_line(what) for what in ("M2", "FEE", "2026-03-01")]
    ['MILESTONE', 'ONE_TIME', 'RECURRING']
    """
    if what == "FEE":
        return ONE_TIME
    return MILESTONE if what.startswith("M") else RECURRING


def wanted_of_line(
    kept: Kept, charge_number: str, what: str, import_number: int | None
) -> list[Wanted]:
    """The values that a bill line comes from, as they stood after an import."""
    kind = kind_of_line(what)
    chosen = joined(PARTIES, BY_MILESTONES if kind == MILESTONE else TERM)
    wanted = _of_charge(kept, charge_number, import_number, chosen, "BILLING", what[1:])
    if kind != MILESTONE:
        wanted += _of_phases(kept, charge_number, import_number)
    line_id = f"{kept.number}:{charge_number}:{what}"
    adjusted = rows_at(kept, "adjustments", import_number, bill_line_id=line_id)
    return [
        Wanted("adjustments", ("adjusted_amount_minor", "reason"), adjusted),
        *wanted,
        *_of_references(kept, charge_number, import_number),
    ]


def wanted_of_event(
    kept: Kept, charge_number: str, what: str, method: str, import_number: int | None
) -> list[Wanted]:
    """The values that a satisfaction event comes from, as they stood after an import."""
    by_milestones = method == MILESTONE
    chosen = joined(REVENUE, BY_MILESTONES if by_milestones else TERM)
    wanted = _of_charge(kept, charge_number, import_number, chosen, "REVENUE", what[1:])
    if not by_milestones:
        wanted += _of_phases(kept, charge_number, import_number)
    others = rows_at(kept, "charges", import_number)
    prices = kept.versions["charges"].iloc[others]["standalone_selling_price_minor"]
    own = rows_at(kept, "charges", import_number, charge_number=charge_number)
    if prices.notna().any():
        wanted.append(Wanted("charges", SHARED, others[~np.isin(others, own)]))
    adjusted = rows_at(kept, "adjustments", import_number, charge_number=charge_number)
    return [Wanted("adjustments", ("adjusted_amount_minor", "reason"), adjusted), *wanted]


def joined(*parts: Mapping[str, tuple[str, ...]]) -> Chosen:
    """The columns of several choices, by table.

    >>> joined({"a": ("x",)}, {"a": ("y",), "b": ("z",)})
    {'a': ('x', 'y'), 'b': ('z',)}
    """
    tables = dict.fromkeys(table for part in parts for table in part)
    return {table: sum((part.get(table, ()) for part in parts), ()) for table in tables}


def _of_charge(
    kept: Kept, charge_number: str, import_number: int | None, chosen: Chosen, event_type: str,
    sequence: str,
) -> list[Wanted]:  # fmt: skip
    """A charge with its line and its contract, its milestone, and the others of its plan."""
    charge_at = rows_at(kept, "charges", import_number, charge_number=charge_number)
    line = kept.versions["charges"].iloc[charge_at]["line_number"]
    at = {
        "subscriptions": rows_at(kept, "subscriptions", import_number),
        "subscription_lines": rows_at(
            kept, "subscription_lines", import_number, line_number="".join(line.head(1))
        ),
        "charges": charge_at,
    }
    wanted = [Wanted(table, chosen[table], at[table]) for table in at if table in chosen]
    if "milestones" not in chosen:
        return wanted
    plan = rows_at(
        kept, "milestones", import_number, charge_number=charge_number, event_type=event_type
    )
    own = (kept.versions["milestones"].iloc[plan]["sequence"].astype("str") == sequence).to_numpy()
    return [
        Wanted("milestones", chosen["milestones"], plan[own]),
        Wanted("milestones", OF_OTHERS[event_type], plan[~own]),
        *wanted,
        _template_flag(kept, charge_at, TEMPLATE_FLAGS[event_type]),
    ]


def _template_flag(kept: Kept, charge_at: np.ndarray, flag: str) -> Wanted:
    """The template's flag, as it was when the charge took its copy, where the charge has no own."""
    charges = kept.versions["charges"]
    relies = charges.iloc[charge_at]
    relies = relies[relies["template_code"].notna() & relies[flag].isna()]
    if relies.empty:
        return Wanted("templates", (flag,), np.zeros(0, np.int64))
    keys = schemas.keys_of(schemas.TABLES["charges"])
    taken = charges.iloc[value_places(charges, keys, "template_code")[charge_at[:1]]].iloc[0]
    return Wanted(
        "templates", (flag,),
        rows_at(kept, "templates", int(taken["import_number"]),
                template_code=taken["template_code"]),
    )  # fmt: skip


def _of_phases(kept: Kept, charge_number: str, import_number: int | None) -> list[Wanted]:
    """The charge's phase, and those before it: where one ends, the next begins."""
    charges = kept.versions["charges"].iloc[
        rows_at(kept, "charges", import_number, charge_number=charge_number)
    ]
    own = charges["phase_number"].dropna()
    if own.empty:
        return []
    at = rows_at(kept, "phases", import_number)
    order = phase_order(kept.versions["phases"]["phase_number"].iloc[at])
    reached = (order <= phase_order(own).iloc[0]).to_numpy(bool)
    columns = [one.name for one in schemas.columns_of(schemas.TABLES["phases"]) if not one.key]
    return [Wanted("phases", columns, at[reached])]


def _of_references(kept: Kept, charge_number: str, import_number: int | None) -> list[Wanted]:
    """Where the bill goes, and what the product is called."""
    contract = kept.versions["subscriptions"].iloc[rows_at(kept, "subscriptions", import_number)]
    charges = kept.versions["charges"].iloc[
        rows_at(kept, "charges", import_number, charge_number=charge_number)
    ]
    lines = kept.versions["subscription_lines"]
    line = lines.iloc[rows_at(kept, "subscription_lines", import_number)]
    line = line[line["line_number"].isin(charges["line_number"])]
    customer = "".join(contract["customer_number"].head(1))
    product = "".join(line["product_code"].head(1))
    return [
        Wanted("customers", ("customer_name", "bill_to_account", "bill_to_site"),
               rows_at(kept, "customers", import_number, customer_number=customer)),
        Wanted("products", ("description",),
               rows_at(kept, "products", import_number, product_code=product)),
    ]  # fmt: skip
