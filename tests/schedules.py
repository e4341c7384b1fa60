"""Subscriptions with phases and recurring charges, in plain rows, and the nights that bill them.

A schedule is a company of one subscription with one line, written in the words of the sheet:

>>> pilot = schedule("S-1", "start_date=2026-01-15",
...                  phases=["ends=MILESTONE, completion_date=2026-03-10", "ends=NEVER"],
...                  charges=["phase_number=2, amount=1500.00"])
>>> [(row["phase_number"], row["ends"]) for row in pilot["phases"]]
[('1', 'MILESTONE'), ('2', 'NEVER')]
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pandas as pd
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.settings import Settings
from tests.builders import Company, bill, joined, references, write_inbox

Contracts = dict[str, pd.DataFrame]
LINE_KEY = ["subscription_number", "charge_number", "what"]


def cells_of(words: str) -> dict[str, str]:
    """`heading=text, heading=text` as a row.

    >>> cells_of("ends=DATE, end_date=2026-03-31")
    {'ends': 'DATE', 'end_date': '2026-03-31'}
    """
    return dict(cell.split("=", 1) for cell in re.split(r", (?=\w+=)", words.strip()) if cell)


def schedule(
    number: str, terms: str, *, charges: Sequence[str], phases: Sequence[str] = (), line: str = ""
) -> Company:
    """One subscription with its line 1, its phases and its charges; phases and charges are counted
    from 1 and from 10, recur monthly, and take what else they need unless it is given."""
    own = {"subscription_number": number}
    subscription = {
        "customer_number": "K-1", "business_unit": "East", "currency": "USD", "start_date": "",
        "end_date": "", "evergreen": "", "status": "ACTIVE", "billing_day": "",
    } | cells_of(terms)  # fmt: skip
    if not subscription["end_date"] and not phases and not subscription["evergreen"]:
        subscription["evergreen"] = "Y"
    tables: Company = {
        "subscriptions": [own | subscription],
        "subscription_lines": [own | {"line_number": "1", "product_code": "SUB"} | cells_of(line)],
        "charges": [
            own | _charge(place, cells_of(words)) for place, words in enumerate(charges, 1)
        ],
    }
    if phases:
        tables["phases"] = [
            own | _phase(place, cells_of(words)) for place, words in enumerate(phases, 1)
        ]
    return tables


def _charge(place: int, given: Mapping[str, str]) -> dict[str, str]:
    usual = {"charge_number": str(10 * place), "line_number": "1", "charge_type": "RECURRING"}
    row = usual | given
    frequency = "MONTHLY" if row["charge_type"] == "RECURRING" else ""
    return {"billing_frequency": frequency} | row


def _phase(place: int, given: Mapping[str, str]) -> dict[str, str]:
    named = {"milestone_name": "Success"} if given["ends"] == "MILESTONE" else {}
    return {"phase_number": str(place), "phase_name": f"Phase {place}"} | named | given


def company_of(*schedules: Company) -> Company:
    """The schedules with the customers, products and lookups that they name."""
    return joined(references(), *schedules)


def only_of(contracts: Contracts, number: str) -> Contracts:
    """The contracts of one subscription."""
    return {
        table: rows[rows["subscription_number"] == number].reset_index(drop=True)
        if "subscription_number" in rows
        else rows
        for table, rows in contracts.items()
    }


def empty_ledger() -> pd.DataFrame:
    """What compute_bills is told of the ledger, before the first night."""
    texts = ["subscription_number", "charge_number", "what", "kind"]
    return pd.DataFrame(
        {name: pd.Series([], dtype="str") for name in texts}
        | {
            name: pd.Series([], dtype="int64")
            for name in ("revision", "amount_minor", "adjustment_minor")
        }
        | {name: pd.Series([], dtype="datetime64[s]") for name in ("service_start", "service_end")}
        | {"sent": pd.Series([], dtype="bool")}
    )


def bill_on(
    contracts: Contracts,
    as_of: str,
    ledger: pd.DataFrame | None = None,
    settings: Settings | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tonight's lines, and the ledger with them."""
    before = empty_ledger() if ledger is None else ledger
    lines = bill(contracts, as_of, before, settings).lines
    posted = lines.assign(sent=True)[list(before.columns)]
    after = pd.concat([before, posted], ignore_index=True) if len(before) else posted
    return lines, after


def sums(ledger: pd.DataFrame) -> dict[tuple[str, str, str], int]:
    """What stands of each line, net of corrections; a line that was taken back is left out."""
    net = ledger.groupby(LINE_KEY)["amount_minor"].sum()
    return {key: int(amount) for key, amount in net.items() if amount}


def told(lines: pd.DataFrame, subscription: str = "S-1") -> list[str]:
    """A subscription's lines by charge and date, in words.

    `10 2026-03-10 to 2026-04-09 on 2026-04-10: 1500.00`; a correction has its number after the
    charge, `10#1`.
    """
    own = lines[lines["subscription_number"] == subscription]
    ordered = own.sort_values(["charge_number", "service_start", "revision"])
    return [
        f"{row.charge_number}{f'#{row.revision}' if row.revision else ''} "
        f"{row.service_start:%Y-%m-%d} to {_end(row.service_end)} on "
        f"{row.bill_date:%Y-%m-%d}: {plain(row.amount_minor)}"
        for row in ordered.itertuples()
    ]


def _end(day: pd.Timestamp) -> str:
    return "-" if pd.isna(day) else f"{day:%Y-%m-%d}"


def plain(minor: int) -> str:
    """Cents as a plain decimal.

    >>> plain(-5), plain(120000)
    ('-0.05', '1200.00')
    """
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def half_away(exact: Fraction) -> int:
    """The nearest whole number, halves away from zero.

    >>> half_away(Fraction(5, 2)), half_away(Fraction(-5, 2)), half_away(Fraction(7, 3))
    (3, -3, 2)
    """
    size = (abs(exact) * 2 + 1) // 2
    return int(size) if exact >= 0 else -int(size)


@dataclass(frozen=True)
class Screened:
    """What a night said: its exit status, its standard output, its new lines and its findings."""

    status: int
    screen: str
    lines: pd.DataFrame
    findings: pd.DataFrame


def run_night(
    folder: Path, company: Company, as_of: str, *, config: Iterable[str] = ()
) -> Screened:
    """A night through the command line, from CSV files, on the folder's own store."""
    inbox = write_inbox(folder / f"inbox-{as_of}", company)
    (folder / "billing.toml").write_text("\n".join(config), "utf-8")
    result = CliRunner().invoke(
        main,
        ["run", str(inbox), "--as-of", as_of, "--out", str(folder / "out"), "--quiet",
         "--store", f"sqlite:///{folder / 'store.db'}", "--config", str(folder / "billing.toml")],
        catch_exceptions=False,
    )  # fmt: skip
    written = sorted((folder / "out").glob(f"{as_of}-*/bill_lines.csv"))[-1]
    lines = pd.read_csv(written, dtype="str", keep_default_na=False)
    findings = pd.read_csv(written.with_name("findings.csv"), dtype="str", keep_default_na=False)
    return Screened(result.exit_code, result.stdout, lines, findings)


def billed(night: Screened) -> list[tuple[str, str, str, str, str]]:
    """A night's lines: id, first and last day of service, bill date, amount."""
    columns = ["bill_line_id", "service_start", "service_end", "bill_date", "amount"]
    return list(night.lines[columns].itertuples(index=False, name=None))
