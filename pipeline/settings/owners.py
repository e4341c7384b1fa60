"""Accounts of business units and products that nobody knows: a slip there would go unseen. Pure."""

import json

import pandas as pd

from pipeline.findings import WARNING, join_findings, no_findings, one_finding
from pipeline.settings.declared import Accounts
from pipeline.settings.faults import NOBODYS, address_of


def unknown_owners(
    accounts: Accounts, business_units: pd.Series, product_codes: pd.Series
) -> pd.DataFrame:
    """A warning for each business unit and product that has accounts of its own and is no contract's.

    >>> accounts = Accounts(business_unit={"east": {"revenue": "4100"}})
    >>> found = unknown_owners(accounts, pd.Series(["East"]), pd.Series([], dtype=str))
    >>> found[["code", "column", "value"]].to_numpy().tolist()
    [['SET-06', 'accounts.business_unit."east"', 'east']]
    """
    if not (accounts.business_unit or accounts.product):
        return no_findings()
    known = {
        "business_unit": frozenset(business_units.unique()),
        "product": frozenset(product_codes.unique()),
    }
    found = [
        one_finding(
            NOBODYS, WARNING,
            f"{json.dumps(owner, ensure_ascii=False)} has accounts of its own in the settings, and no "
            f"{what} is called so: nothing goes to them; correct the name if it is misspelt "
            "(capitals and spaces count)",
            column=address_of(("accounts", name, owner)), value=owner,
        )
        for name, what in (("business_unit", "subscription's business unit"), ("product", "product"))
        for owner in getattr(accounts, name)
        if owner not in known[name]
    ]  # fmt: skip
    return join_findings(found)
