"""A little company in plain rows, and what the stages make of it.

A company is a dictionary: a table's name, and its rows as {heading: text}. A case changes it in the
words of the sheet, counting rows as a spreadsheet does (the headings stand in row 1):

>>> changed(little_company(), "milestones 3: percent=69.99")["milestones"][1]["percent"]
'69.99'
"""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipeline.bill import Bills, compute_bills
from pipeline.nightly import Outcome, bill_store, check_inbox, import_inbox, run_night
from pipeline.read import read_inputs
from pipeline.settings import Settings
from pipeline.stopwatch import Stopwatch
from pipeline.store import ledger, reading
from pipeline.validate import Held, Validated, validate_inputs

Company = dict[str, list[dict[str, str]]]
QUIET = Stopwatch(quiet=True)


def rows_of(headings: str, *rows: str) -> list[dict[str, str]]:
    """Rows written as in a sheet, cells separated by `|`.

    >>> rows_of("code | meaning", "A | first", "B |")
    [{'code': 'A', 'meaning': 'first'}, {'code': 'B', 'meaning': ''}]
    """
    names = [name.strip() for name in headings.split("|")]
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    return [dict(zip(names, row, strict=True)) for row in cells]


def references() -> Company:
    """Customers, products, lookups and a template that the cases sell from."""
    return {
        "customers": rows_of(
            "customer_number | customer_name | bill_to_account | bill_to_site",
            "K-1             | Acme          | 1001            | 2001",
            "K-2             | Bolt          | 1002            | 2002",
        ),
        "products": rows_of(
            "product_code | description    | sales_product_type",
            "SUB          | Implementation | SUBSCRIPTION",
            "SPARE        | Training       | SUBSCRIPTION",
            "COV          | Warranty       | COVERAGE",
        ),
        "lookups": rows_of(
            "lookup_type      | code     | meaning  | enabled",
            "MILESTONE_NAME   | Kick-off | Begun    | Y",
            "MILESTONE_NAME   | Build    | Built    | Y",
            "MILESTONE_NAME   | Go live  | In use   | Y",
            "MILESTONE_NAME   | Retired  | Not used | N",
            "MILESTONE_SOURCE | ORDER    | An order | Y",
            "MILESTONE_SOURCE | FAX      | A fax    | N",
        ),
        "templates": rows_of(
            "template_code | template_name | milestone_billing | milestone_revenue",
            "T-1           | Thirds        | Y                 | N",
            "T-2           | Halves        | Y                 | N",
        ),
        "template_milestones": rows_of(
            "template_code | event_type | sequence | milestone_name | milestone_source | percent",
            "T-1           | BILLING    | 1        | Kick-off       | ORDER            | 30",
            "T-1           | BILLING    | 2        | Go live        | ORDER            | 70",
            "T-2           | BILLING    | 1        | Kick-off       | ORDER            | 50",
            "T-2           | BILLING    | 2        | Go live        | ORDER            | 50",
        ),
    }


def little_company() -> Company:
    """S-1: 10,000.00 at 30 percent (complete on 10 March 2026) and 70; S-2, a bystander: 500.00."""
    return references() | {
        "subscriptions": rows_of(
            "subscription_number | customer_number | business_unit | currency | start_date "
            "| end_date   | status",
            "S-1 | K-1 | East | USD | 2026-01-01 | 2026-12-31 | ACTIVE",
            "S-2 | K-2 | East | USD | 2026-01-01 | 2026-12-31 | ACTIVE",
        ),
        "subscription_lines": rows_of(
            "subscription_number | line_number | product_code",
            "S-1                 | 1           | SUB",
            "S-2                 | 1           | SUB",
        ),
        "charges": rows_of(
            "subscription_number | charge_number | line_number | charge_type | amount "
            "| milestone_billing",
            "S-1                 | 10            | 1           | ONE_TIME    | 10000.00 | Y",
            "S-2                 | 10            | 1           | ONE_TIME    | 500.00   |",
        ),
        "milestones": rows_of(
            "subscription_number | charge_number | event_type | sequence | milestone_name | percent "
            "| completion_date",
            "S-1 | 10 | BILLING | 1 | Kick-off | 30 | 2026-03-10",
            "S-1 | 10 | BILLING | 2 | Go live  | 70 |",
        ),
    }


def contract(number: str, *changes: str) -> Company:
    """The little company's S-1 with cells changed, under another number, without what it refers to."""
    return {
        table: [
            row | {"subscription_number": number}
            for row in rows
            if row.get("subscription_number") == "S-1"
        ]
        for table, rows in changed(little_company(), *changes).items()
        if table not in references()
    }


def one_subscription() -> Company:
    """S-1 alone, without the references that it names."""
    return {
        table: [row for row in rows if row["subscription_number"] == "S-1"]
        for table, rows in little_company().items()
        if table not in references()
    }


def changed(company: Company, *changes: str) -> Company:
    """The company with cells changed, or with a row added below the last one.

    A change reads `table row: heading=text, heading=text`; `drop table` leaves a table out.
    """
    changed_company = {table: [dict(row) for row in rows] for table, rows in company.items()}
    for change in changes:
        if change.startswith("drop "):
            del changed_company[change.removeprefix("drop ")]
            continue
        address, _, said = change.partition(":")
        table, number = address.split()
        cells = dict(cell.split("=", 1) for cell in re.split(r", (?=\w+=)", said.strip()))
        rows = changed_company.setdefault(table, [])
        if int(number) == len(rows) + 2:
            rows.append({})
        rows[int(number) - 2] |= cells
    return changed_company


def only(company: Company, *tables: str) -> Company:
    """The company's rows of these tables: a partial upload."""
    return {table: company[table] for table in tables if table in company}


def joined(*companies: Company) -> Company:
    """The rows of several companies, one below another."""
    tables = dict.fromkeys(table for company in companies for table in company)
    return {
        table: [row for company in companies for row in company.get(table, [])] for table in tables
    }


def csv_text(rows: Sequence[Mapping[str, str]]) -> str:
    """The rows as a CSV file, with a column for every heading that any of them has."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    lines = [",".join(headings)]
    for row in rows:
        lines.append(",".join(_quoted(row.get(heading, "")) for heading in headings))
    return "\n".join(lines) + "\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n') else cell


def write_inbox(folder: Path, company: Company, suffix: str = "") -> Path:
    """The company as an inbox of CSV files, a file a table: `milestones.csv`, or with the suffix
    `-east` `milestones-east.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, rows in company.items():
        (folder / f"{table}{suffix}.csv").write_text(csv_text(rows), "utf-8")
    return folder


def judge(folder: Path, company: Company, store: str | None = None) -> Validated:
    """The company read from files and validated, against a store where there is one."""
    inbox = write_inbox(folder, company)
    if store is None:
        return validate_inputs(read_inputs(inbox), Held.of_nothing())
    return check_inbox(inbox, store, Settings(), QUIET)[1]


def contracts_of(folder: Path, company: Company) -> dict[str, pd.DataFrame]:
    """The contracts of a company that is accepted whole."""
    validated = judge(folder, company)
    errors = validated.findings[validated.findings["severity"] == "error"]
    assert errors.empty, errors.to_string()
    return validated.contracts


def day(text: str) -> datetime.date:
    """A day as it is written."""
    return datetime.date.fromisoformat(text)


def nothing_posted() -> pd.DataFrame:
    """The ledger before the first night."""
    texts = ["bill_line_id", "subscription_number", "charge_number", "what", "kind"]
    numbers = ["revision", "amount_minor", "adjustment_minor", "run_number"]
    return pd.DataFrame(
        {**{name: pd.Series([], dtype="str") for name in texts},
         **{name: pd.Series([], dtype="int64") for name in numbers},
         **{name: pd.Series([], dtype="datetime64[s]") for name in ("service_start", "service_end")},
         "sent": pd.Series([], dtype="bool")}
    )  # fmt: skip


def posted_after(posted: pd.DataFrame, bills: Bills) -> pd.DataFrame:
    """The ledger with a night's lines, sent."""
    lines = bills.lines.assign(run_number=1, sent=True)[list(posted.columns)]
    return pd.concat([posted, lines], ignore_index=True) if len(posted) else lines


def bill(
    contracts: Mapping[str, pd.DataFrame],
    as_of: str,
    posted: pd.DataFrame | None = None,
    settings: Settings | None = None,
) -> Bills:
    """One night's billing."""
    ledger_before = nothing_posted() if posted is None else posted
    return compute_bills(contracts, ledger_before, day(as_of), settings or Settings())


def store_url(folder: Path) -> str:
    """A SQLite store of its own in the folder."""
    return f"sqlite:///{folder / 'store.db'}"


def import_company(folder: Path, company: Company, store: str) -> Validated:
    """Upload a company into a store."""
    return import_inbox(write_inbox(folder, company), store, Settings(), QUIET)[1]


def bill_night(
    store: str, as_of: str, *, allow_implausible: bool = False, by_agenda: bool = False,
    full: bool = False,
) -> Outcome:  # fmt: skip
    """Bill a store as of a night; `by_agenda` only those contracts that changed or have anything due."""
    settings = replace(Settings(), whole_book=0) if by_agenda else Settings()
    (outcome,) = bill_store(
        day(as_of), store, settings, QUIET, allow_implausible=allow_implausible, full=full
    )
    return outcome


def night(folder: Path, company: Company, store: str, as_of: str) -> Outcome:
    """A whole night with a company's files, its outbox beside the inbox."""
    inbox = write_inbox(folder / "inbox", company)
    (outcome,) = run_night(inbox, day(as_of), folder / "out", store, Settings(), QUIET)
    return outcome


def ledger_lines(store: str) -> pd.DataFrame:
    """All lines posted so far, sorted by bill_line_id."""
    with reading(store, "test") as connection:
        lines = [
            ledger.read_lines(connection, run.run_number) for run in ledger.read_runs(connection)
        ]
    whole = pd.concat(lines, ignore_index=True)
    return whole.sort_values("bill_line_id", ignore_index=True)


def amounts(lines: pd.DataFrame) -> dict[str, int]:
    """bill_line_id to minor units."""
    return dict(zip(lines["bill_line_id"], lines["amount_minor"].tolist(), strict=True))


def refused_rows(validated: Validated) -> set[tuple[str, int]]:
    """Table and row number of every refused row."""
    return {
        (sheet.table, int(row)) for sheet in validated.refused_in_order for row in sheet.row_numbers
    }


def rows_where(company: Company, tables: Iterable[str], **key: str) -> set[tuple[str, int]]:
    """Table and row number of the rows with this key."""
    return {
        (table, number)
        for table in tables
        for number, row in enumerate(company.get(table, []), 2)
        if all(row.get(heading) == text for heading, text in key.items())
    }


def found(validated: Validated, code: str) -> list[dict[str, object]]:
    """The findings of a code, in order."""
    findings = validated.findings
    return findings[findings["code"] == code].to_dict("records")


def codes(validated: Validated, *severities: str) -> list[str]:
    """The codes of the findings of these severities (by default errors), in order."""
    findings = validated.findings
    return findings.loc[findings["severity"].isin(severities or ("error",)), "code"].tolist()
