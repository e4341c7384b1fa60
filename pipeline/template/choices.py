"""What the drop-downs of the workbook offer: the codes of the models, and what the store knows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

import schemas
from pipeline.template.open_milestones import OpenMilestones
from schemas.inputs import (
    BILL_LINES,
    BUSINESS_UNITS,
    CURRENCIES,
    CUSTOMERS,
    MILESTONE_NAME,
    MILESTONE_SOURCE,
    PRODUCTS,
    SUBSCRIPTIONS,
    TEMPLATES,
    Customers,
    Lookups,
    Products,
    Subscriptions,
    Templates,
)

MOST_CHOICES = 100_000
"""A longer list is of no use: the cell is typed, and has no drop-down."""

READ = {
    CUSTOMERS: (Customers.customer_number,),
    PRODUCTS: (Products.product_code,),
    TEMPLATES: (Templates.template_code,),
    "lookups": (Lookups.lookup_type, Lookups.code, Lookups.enabled),
}
"""What is read of the reference tables."""


@dataclass(frozen=True)
class Choices:
    """Lists by name, and the name of the list of each set of codes; `too_long` have none."""

    lists: dict[str, list[str]] = field(default_factory=dict)
    of_codes: dict[tuple[str, ...], str] = field(default_factory=dict)
    too_long: tuple[str, ...] = ()

    def list_for(self, column: schemas.Column) -> str | None:
        """The list that a column is chosen from; None where there is none, or it is empty."""
        name = self.of_codes.get(column.allowed) or f"list_{column.chosen_from}".lower()
        return name if self.lists.get(name) else None


def choices_of(
    tables: Sequence[str],
    stored: Mapping[str, pd.DataFrame] | None,
    still_open: OpenMilestones | None,
    currencies: Sequence[str],
) -> Choices:
    """The lists for the sheets of these tables; without a store, of the fixed codes only."""
    columns = [c for name in tables for c in schemas.uploaded_columns(schemas.TABLES[name])]
    of_codes: dict[tuple[str, ...], str] = {}
    for column in columns:
        if column.allowed and column.allowed not in of_codes:
            of_codes[column.allowed] = _free_name(f"codes_{column.heading}", of_codes.values())
    lists = {name: list(codes) for codes, name in of_codes.items()}
    known = {CURRENCIES: list(currencies)}
    if stored is not None and still_open is not None:
        known |= _known(stored, still_open)
    wanted = {column.chosen_from for column in columns if column.chosen_from}
    asked = {name: values for name, values in known.items() if name in wanted}
    short = {name: values for name, values in asked.items() if len(values) <= MOST_CHOICES}
    return Choices(
        lists=lists | {f"list_{name}".lower(): values for name, values in short.items()},
        of_codes=of_codes,
        too_long=tuple(name for name in asked if name not in short),
    )


def _free_name(name: str, taken: object) -> str:
    names = set(taken)  # type: ignore[call-overload]
    return name if name not in names else _free_name(name + "_", names)


def _known(stored: Mapping[str, pd.DataFrame], still_open: OpenMilestones) -> dict[str, list[str]]:
    lookups = stored["lookups"]
    in_use = lookups[lookups[Lookups.enabled] != "N"]
    rows = still_open.rows
    bills = rows[rows["event_type"] == "BILLING"]
    line_ids = (
        bills["subscription_number"] + ":" + bills["charge_number"]
        + ":M" + bills["sequence"].astype("str")
    )  # fmt: skip
    contracts = stored[SUBSCRIPTIONS]

    def codes(kind: str) -> list[str]:
        return _distinct(in_use.loc[in_use[Lookups.lookup_type] == kind, Lookups.code])

    return {
        CUSTOMERS: _distinct(stored[CUSTOMERS][Customers.customer_number]),
        PRODUCTS: _distinct(stored[PRODUCTS][Products.product_code]),
        TEMPLATES: _distinct(stored[TEMPLATES][Templates.template_code]),
        SUBSCRIPTIONS: _distinct(contracts[Subscriptions.subscription_number]),
        BUSINESS_UNITS: _distinct(contracts[Subscriptions.business_unit]),
        MILESTONE_NAME: codes(MILESTONE_NAME),
        MILESTONE_SOURCE: codes(MILESTONE_SOURCE),
        BILL_LINES: line_ids.tolist(),
    }


def _distinct(values: pd.Series) -> list[str]:
    return sorted(values.dropna().unique().tolist())
