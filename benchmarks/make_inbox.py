"""Make three inboxes of any size: a first night, one that changes 1 % of the contracts, and one that
changes nothing.

    python benchmarks/make_inbox.py 1000000 bench/inbox

writes `first/` (every table; about half of the milestones are complete on 2026-03-31), `second/` (a
partial milestones.csv: a milestone of one contract in a hundred, completed on 2026-04-15) and `third/`
(the lookups again).
The same size gives the same bytes.
"""

from pathlib import Path

import click
import numpy as np
import pandas as pd

from pipeline.export.csv_text import csv_bytes, header_line, row_chunks
from pipeline.money import as_text, exponents_of, percent_text
from schemas.cells import arrow_texts

MILESTONES_PER_CHARGE = 4
SUBSCRIPTIONS_PER_CUSTOMER = 50
PRODUCTS = 20
CURRENCIES = ("USD", "USD", "EUR", "JPY")
BUSINESS_UNITS = ("East Operations", "West Operations")
NAMES = ("Kick-off", "Design accepted", "Delivered", "In operation")
PERCENTS = (
    (25, 25, 25, 25), (10, 20, 30, 40), (33.34, 33.33, 33.32, 0.01), (33.33, 33.33, 16.67, 16.67),
    (12.5, 12.5, 25, 50), (14.29, 28.57, 28.57, 28.57), (5, 45, 45, 5),
)  # fmt: skip
FIRST_DAY = np.datetime64("2026-01-01")
DAYS = 90
"""Completion dates of the first night lie in January to March 2026."""

LATER_COMPLETION = "2026-04-15"
ONE_CHARGE_IN = 100
"""One milestone of one charge in a hundred is completed later; a contract has one charge."""


@click.command()
@click.argument("milestones", type=click.IntRange(min=100))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def main(milestones: int, folder: Path) -> None:
    """Make FOLDER/first, second and third with MILESTONES milestones."""
    make_inboxes(milestones, folder)


def make_inboxes(milestones: int, folder: Path) -> None:
    """Write the nights; the number of milestones is rounded down to whole charges."""
    contracts = make_contracts(milestones // MILESTONES_PER_CHARGE)
    plan = make_milestones(contracts)
    tables = {
        "customers": make_customers(contracts),
        "products": make_products(),
        "lookups": make_lookups(),
        "subscriptions": contracts[
            ["subscription_number", "customer_number", "business_unit", "currency"]
        ].assign(start_date="2026-01-01", end_date="2027-12-31", status="ACTIVE"),
        "subscription_lines": contracts[["subscription_number", "line_number", "product_code"]],
        "charges": make_charges(contracts),
        "milestones": plan.drop(columns="later"),
    }
    for name, table in tables.items():
        write_table(table, folder / "first" / f"{name}.csv")
    later = plan.loc[plan["later"]].drop(columns="later")
    write_table(
        later.assign(completion_date=LATER_COMPLETION), folder / "second" / "milestones.csv"
    )
    write_table(tables["lookups"], folder / "third" / "lookups.csv")


def make_recurring_inbox(charges: int, folder: Path) -> None:
    """Write one inbox of monthly charges over two years, half of them with a first period cut short.

    Up to their last day, 2027-12-31, each has 24 periods.
    """
    contracts = make_contracts(charges)
    cut = np.arange(charges) % 2 == 1
    amounts = as_text(contracts["amount_minor"], exponents_of(contracts["currency"]))
    tables = {
        "customers": make_customers(contracts),
        "products": make_products(),
        "subscriptions": contracts[
            ["subscription_number", "customer_number", "business_unit", "currency"]
        ].assign(
            start_date=np.where(cut, "2026-01-10", "2026-01-01"), end_date="2027-12-31",
            status="ACTIVE", billing_day=1,
        ),
        "subscription_lines": contracts[["subscription_number", "line_number", "product_code"]],
        "charges": contracts[["subscription_number", "charge_number", "line_number"]].assign(
            charge_type="RECURRING", amount=pd.Series(amounts, dtype="str"),
            billing_frequency="MONTHLY", billing_timing="IN_ADVANCE",
        ),
    }  # fmt: skip
    for name, table in tables.items():
        write_table(table, folder / f"{name}.csv")


def make_contracts(charges: int) -> pd.DataFrame:
    """One subscription with one line with one charge a row."""
    number = np.arange(charges)
    units = np.array(BUSINESS_UNITS, dtype=object)
    currencies = np.array(CURRENCIES, dtype=object)
    return pd.DataFrame(
        {
            "subscription_number": numbered("S-", number + 1, 8),
            "customer_number": numbered("C-", number // SUBSCRIPTIONS_PER_CUSTOMER + 1, 6),
            "business_unit": pd.Series(units[number % len(units)], dtype="str"),
            "currency": pd.Series(currencies[number // 2 % len(currencies)], dtype="str"),
            "line_number": "1",
            "product_code": numbered("P-", number % PRODUCTS + 1, 2),
            "charge_number": "1",
            "amount_minor": np.random.default_rng(1).integers(100_000, 100_000_000, charges),
        }
    )


def make_charges(contracts: pd.DataFrame) -> pd.DataFrame:
    """A one-time charge billed by milestones for every line."""
    amounts = as_text(contracts["amount_minor"], exponents_of(contracts["currency"]))
    charges = contracts[["subscription_number", "charge_number", "line_number"]]
    return charges.assign(
        charge_type="ONE_TIME",
        amount=pd.Series(amounts, dtype="str"),
        description="",
        milestone_billing="Y",
        milestone_revenue="N",
        tax_code="STANDARD",
    )


def make_milestones(contracts: pd.DataFrame) -> pd.DataFrame:
    """Four billing milestones a charge; the first none to four of them are complete.

    Returns the columns of the table, and `later`: True where the second night completes it.
    """
    charge = np.repeat(np.arange(len(contracts)), MILESTONES_PER_CHARGE)
    place = np.tile(np.arange(MILESTONES_PER_CHARGE), len(contracts))
    complete = place < charge % (MILESTONES_PER_CHARGE + 1)
    days = FIRST_DAY + (charge * 7 + place * 22) % DAYS
    shares = np.rint(np.array(PERCENTS) * 1_000_000).astype(np.int64)
    percents = percent_text(pd.Series(shares[charge % len(PERCENTS), place]))
    names = np.array(NAMES, dtype=object)
    keys = contracts[["subscription_number", "charge_number"]].iloc[charge].reset_index(drop=True)
    return keys.assign(
        event_type="BILLING",
        sequence=place + 1,
        milestone_name=pd.Series(names[place], dtype="str"),
        milestone_source="MANUAL",
        percent=pd.Series(percents, dtype="str"),
        expected_completion_date="2026-06-30",
        completion_date=pd.Series(np.where(complete, days.astype(str), ""), dtype="str"),
        later=(charge % ONE_CHARGE_IN == 1) & (place == 1),
    )


def make_customers(contracts: pd.DataFrame) -> pd.DataFrame:
    """Every customer of the contracts, with an account and a site."""
    numbers = contracts["customer_number"].drop_duplicates().reset_index(drop=True)
    return pd.DataFrame(
        {
            "customer_number": numbers,
            "customer_name": "Customer " + numbers,
            "bill_to_account": "A" + numbers,
            "bill_to_site": "T" + numbers,
        }
    )


def make_products() -> pd.DataFrame:
    """The products, none of them a coverage."""
    codes = numbered("P-", np.arange(PRODUCTS) + 1, 2)
    return pd.DataFrame(
        {
            "product_code": codes,
            "description": "Implementation project " + codes,
            "sales_product_type": "SUBSCRIPTION",
        }
    )


def make_lookups() -> pd.DataFrame:
    """The names and the source of the milestones."""
    return pd.DataFrame(
        {
            "lookup_type": ["MILESTONE_NAME"] * len(NAMES) + ["MILESTONE_SOURCE"],
            "code": [*NAMES, "MANUAL"],
            "meaning": [*NAMES, "Entered by hand"],
            "enabled": "Y",
        }
    )


def numbered(prefix: str, numbers: np.ndarray, digits: int) -> pd.Series:
    """Identifiers of equal length.

    >>> numbered("P-", np.array([1, 20]), 2).tolist()
    ['P-01', 'P-20']
    """
    return prefix + pd.Series(numbers).astype("str").str.zfill(digits)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV with a header row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(header_line([str(name) for name in table]))
        for chunk in row_chunks(table):
            columns = [arrow_texts(chunk[name].astype("str")) for name in table]
            file.write(csv_bytes(columns, len(chunk)))


if __name__ == "__main__":
    main()
