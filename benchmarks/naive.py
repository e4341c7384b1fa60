"""What people write first: a loop over the milestones with Decimal, one workbook, one CSV file.

    python benchmarks/naive.py bench/inbox/first 2026-03-31 bench/naive

It reads the same CSV files as the floor (`floor.py`) and comes to the same amounts. It checks nothing,
refuses nothing, remembers nothing: run twice, it bills twice. Every row is a turn of a loop, so twice
the rows take twice the time; it is timed on the smaller size only.
"""

import csv
from collections import defaultdict
from decimal import ROUND_FLOOR, Decimal
from pathlib import Path
from typing import Any

import click
import pandas as pd
from openpyxl import Workbook

BILL_LINES, WORKBOOK = "bill_lines.csv", "workbook.xlsx"
HEADINGS = (
    "bill_line_id", "subscription_number", "charge_number", "what", "bill_date", "business_unit",
    "customer_name", "bill_to_account", "bill_to_site", "description", "currency", "amount",
)  # fmt: skip
PLACES = {"JPY": Decimal(1)}
CENT = Decimal("0.01")


@click.command()
@click.argument("inbox", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("as_of")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
def main(inbox: Path, as_of: str, out: Path) -> None:
    """Write the bill lines of INBOX that are due on AS_OF to OUT."""
    out.mkdir(parents=True, exist_ok=True)
    lines = bill(inbox, as_of)
    write_csv(lines, out / BILL_LINES)
    write_workbook(lines, out / WORKBOOK)


def bill(inbox: Path, as_of: str) -> list[dict[str, Any]]:
    """The lines that are due, a milestone at a time."""
    products, customers = read(inbox, "products"), read(inbox, "customers")
    subscriptions = read(inbox, "subscriptions").set_index("subscription_number")
    contracts = subscriptions.to_dict("index")
    named = products.set_index("product_code")["description"].to_dict()
    known = customers.set_index("customer_number").to_dict("index")
    sold = read(inbox, "subscription_lines").set_index(["subscription_number", "line_number"])
    product_of = sold["product_code"].to_dict()
    plans = defaultdict(list)
    for milestone in read(inbox, "milestones").to_dict("records"):
        if milestone["event_type"] == "BILLING":
            plans[milestone["subscription_number"], milestone["charge_number"]].append(milestone)
    lines = []
    for charge in read(inbox, "charges").to_dict("records"):
        if charge["milestone_billing"] != "Y":
            continue
        number = charge["subscription_number"]
        contract = contracts[number]
        plan = sorted(plans[number, charge["charge_number"]], key=lambda one: int(one["sequence"]))
        unit = PLACES.get(contract["currency"], CENT)
        amounts = split(Decimal(charge["amount"]), [Decimal(one["percent"]) for one in plan], unit)
        for milestone, amount in zip(plan, amounts, strict=True):
            completed = milestone["completion_date"]
            if not completed or completed > as_of or not amount:
                continue
            what = f"M{milestone['sequence']}"
            product = named[product_of[number, charge["line_number"]]]
            lines.append(
                {
                    "bill_line_id": f"{number}:{charge['charge_number']}:{what}",
                    "subscription_number": number,
                    "charge_number": charge["charge_number"],
                    "what": what,
                    "bill_date": completed,
                    "description": f"{charge['description'] or product} - "
                    f"{milestone['milestone_name']}",
                    "amount": amount,
                    **{name: contract[name] for name in ("business_unit", "currency")},
                    **known[contract["customer_number"]],
                }
            )
    return lines


def split(total: Decimal, percents: list[Decimal], unit: Decimal) -> list[Decimal]:
    """The total by percent, to the unit; what is left goes to the largest remainders.

    >>> [str(part) for part in split(Decimal("5.47"), [Decimal("33.34")] + [Decimal("33.33")] * 2, CENT)]
    ['1.83', '1.82', '1.82']
    """
    exact = [total * percent / 100 for percent in percents]
    parts = [one.quantize(unit, ROUND_FLOOR) for one in exact]
    left = int((total - sum(parts)) / unit)
    order = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in order[:left]:
        parts[place] += unit
    return parts


def read(inbox: Path, table: str) -> pd.DataFrame:
    """All files of a table, as text."""
    files = sorted(inbox.glob(f"{table}*.csv"))
    return pd.concat(pd.read_csv(path, dtype=str, keep_default_na=False) for path in files)


def write_csv(lines: list[dict[str, Any]], path: Path) -> None:
    """The lines with a header row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, HEADINGS, extrasaction="ignore")
        rows.writeheader()
        rows.writerows(lines)


def write_workbook(lines: list[dict[str, Any]], path: Path) -> None:
    """A sheet with the lines, and one with their totals."""
    book = Workbook()
    sheet, totals = book.active, book.create_sheet("Totals")
    assert sheet is not None
    sheet.title = "Bill lines"
    sheet.append(HEADINGS)
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for line in lines:
        sheet.append([line[name] for name in HEADINGS])
        sums[line["business_unit"], line["currency"]] += line["amount"]
    totals.append(["business_unit", "currency", "amount"])
    for group, amount in sorted(sums.items()):
        totals.append([*group, amount])
    book.save(path)


if __name__ == "__main__":
    main()
