"""The sample company goes on for two years after its three nights: every night's books tie.

Months tie to months, nights to nights, the workbook to the ledger, and what was planned comes true.
"""

import csv
import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.nights.read_books import (
    Sums,
    balances,
    contracts_of,
    hledger,
    less,
    minor,
    month_of,
    months_of,
    nonzero,
    rows_of,
    rows_under,
    summed,
)

SAMPLE = Path(__file__).parent.parent / "sample_data"
SAMPLE_NIGHTS = ("2026-01-31", "2026-02-28", "2026-03-31")
COMPLETED = {
    "2026-05-31": [("S-1010", "BILLING", 2, "Go live", "2026-05-12")],
    "2026-06-30": [
        ("S-1006", "BILLING", 3, "Go live", "2026-06-24"),
        ("S-1006", "REVENUE", 2, "Go live", "2026-06-24"),
    ],
}
"""What is reported on which night: subscription, event type, sequence, name, completion date."""

LATER_NIGHTS = (
    "2026-04-15", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31", "2026-08-31", "2026-09-10",
    "2026-09-30", "2026-11-30", "2026-12-31", "2027-12-31",
)  # fmt: skip
"""Month ends, but for October's; two nights within a month; and one after a year without any."""

WITHOUT_END = {"S-1013", "S-1015"}
"""Their platform is used until somebody ends it, so there is always more to recognise."""

AS_PLANNED = {"S-1005", "S-1012", "S-1014"}
"""Straight lines over a term that is known by March, and does not change."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The folders of all nights, in order."""
    folder = tmp_path_factory.mktemp("years")
    inboxes = [SAMPLE / night for night in SAMPLE_NIGHTS]
    for night in LATER_NIGHTS:
        inboxes.append(folder / night)
        inboxes[-1].mkdir()
        if night in COMPLETED:
            write_completions(inboxes[-1] / "milestones.csv", COMPLETED[night])
    return [run_night(inbox, folder) for inbox in inboxes]


def write_completions(path: Path, completed: list[tuple]) -> None:
    """A milestones file that says what was reached."""
    heading = "subscription_number charge_number event_type sequence milestone_name completion_date"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(heading.split())
        rows.writerows((number, "10", *rest) for number, *rest in completed)


def run_night(inbox: Path, folder: Path) -> Path:
    """The folder of a night; its inbox is named by its date."""
    night = inbox.name
    status = 3 if night in SAMPLE_NIGHTS[:2] else 0
    done = CliRunner().invoke(
        main,
        ["run", str(inbox), "--as-of", night, "--out", str(folder / "out"),
         "--store", f"sqlite:///{folder / 'store.db'}", "--quiet"],
        catch_exceptions=False,
    )  # fmt: skip
    assert done.exit_code == status, done.stdout
    return folder / "out" / f"{night}-1"


def roll_forward(run: Path) -> dict[tuple[str, str], tuple[int, ...]]:
    """By currency and month: opening, billed, recognised, closing."""
    names = ("Opening", "Billed", "Recognised", "Closing")
    return {
        (row["Currency"], month_of(row["Month"])): tuple(
            minor(row[name], row["Currency"]) for name in names
        )
        for row in months_of(run / "workbook.xlsx", "Roll-forward", *names)
    }


def test_no_check_fails(runs: list[Path]) -> None:
    for run in runs:
        checks = rows_under(run / "workbook.xlsx", "Checks", "Check", "Expected", "Result")
        assert {row["Result"] for row in checks} == {"OK"}


def test_every_month_opens_with_what_the_last_one_closed(runs: list[Path]) -> None:
    for run in runs:
        months = sorted(roll_forward(run).items())
        for (key, before), (next_key, after) in pairwise(months):
            if key[0] == next_key[0]:
                assert before[-1] == after[0], (run.name, next_key)
        for (_, month), (opening, billed, recognised, closing) in months:
            assert opening + billed - recognised == closing, (run.name, month)


def test_the_last_month_closes_with_liability_less_asset(runs: list[Path]) -> None:
    for run in runs:
        last = {currency: row[-1] for (currency, _), row in sorted(roll_forward(run).items())}
        liability = summed(contracts_of(run / "workbook.xlsx"), "Currency", "Contract liability")
        asset = summed(contracts_of(run / "workbook.xlsx"), "Currency", "Contract asset")
        net = {currency: amount for (currency, _), amount in less(liability, asset).items()}
        assert {currency: amount for currency, amount in last.items() if amount} == net, run.name


def test_a_night_goes_on_from_the_night_before(runs: list[Path]) -> None:
    """From March on nothing is backdated: the months before stay as they were reported."""
    for before, after in pairwise(runs[2:]):
        reported, now = roll_forward(before), roll_forward(after)
        running = before.name[:7]
        over = {key: row for key, row in reported.items() if key[1] < running or ends_month(before)}
        assert {key: now[key] for key in over} == over, after.name
        for key in reported.keys() - over.keys():
            assert now[key][0] == reported[key][0], (after.name, key)


def ends_month(run: Path) -> bool:
    """Whether a night was the last of its month."""
    day = datetime.date.fromisoformat(run.name[:10])
    return (day + datetime.timedelta(days=1)).day == 1


def test_the_roll_forward_is_the_ledgers(runs: list[Path]) -> None:
    """Billed and recognised by accounting month, of all nights up to each."""
    for number, run in enumerate(runs, 1):
        rows = roll_forward(run)
        for place, name in ((1, "bill_lines.csv"), (2, "revenue_events.csv")):
            posted = [
                {**row, "month": row["accounting_date"][:7]} for row in rows_of(runs[:number], name)
            ]
            told = {(month, currency): row[place] for (currency, month), row in rows.items()}
            assert nonzero(told) == summed(posted, "month", "amount"), (run.name, name)


def test_contracts_are_billed_and_recognised_as_the_ledger_says(runs: list[Path]) -> None:
    for number, run in enumerate(runs, 1):
        billed = summed(rows_of(runs[:number], "bill_lines.csv"), "subscription_number", "amount")
        events = rows_of(runs[:number], "revenue_events.csv")
        recognised = summed(events, "subscription_number", "amount")
        told = contracts_of(run / "workbook.xlsx")
        assert summed(told, "Subscription", "Billed") == billed, run.name
        assert summed(told, "Subscription", "Recognised") == recognised, run.name
        assert less(
            summed(told, "Subscription", "Contract liability"),
            summed(told, "Subscription", "Contract asset"),
        ) == less(billed, recognised), run.name


def test_what_was_to_come_has_come(runs: list[Path]) -> None:
    """March's plan of the straight lines, month by month, is what was recognised in those months."""
    workbook = runs[2] / "workbook.xlsx"
    rows = rows_under(workbook, "To recognise", "Subscription", "Charge", "Total to come")
    planned: Sums = {}
    for row in (row for row in rows if row["Subscription"] in AS_PLANNED):
        months = {name: value for name, value in row.items() if is_month(name) and value}
        planned |= {
            (row["Subscription"], month_of(datetime.datetime.strptime(name, "%b-%y"))): minor(
                value, row["Currency"]
            )
            for name, value in months.items()
        }
    events = [
        row
        for row in rows_of(runs[3:], "revenue_events.csv")
        if (row["subscription_number"], row["satisfaction_date"][:7]) in planned
    ]
    came: Sums = {}
    for row in events:
        key = row["subscription_number"], row["satisfaction_date"][:7]
        came[key] = came.get(key, 0) + minor(row["amount"], row["currency"])
    assert len(planned) > 20
    assert came == planned


def is_month(heading: str) -> bool:
    """A heading such as Apr-26."""
    return len(heading) == len("Apr-26") and heading[3] == "-"


def test_in_the_end_everything_with_a_term_is_recognised(runs: list[Path]) -> None:
    for row in rows_under(runs[-1] / "workbook.xlsx", "Revenue", "Subscription", "Remaining"):
        if row["Subscription"] not in {*WITHOUT_END, "Total"}:
            assert row["Remaining"] == 0, row
            recognised = row["Recognised before"] + row["Recognised tonight"]
            currency = row["Currency"]
            assert minor(recognised, currency) == minor(row["Allocated"], currency), row
    for row in contracts_of(runs[-1] / "workbook.xlsx"):
        if row["Subscription"] not in WITHOUT_END:
            assert row["Billed"] == row["Recognised"] == row["Allocated"], row
            assert row["Contract liability"] == row["Contract asset"] == 0, row


def test_hledger_comes_to_the_same(runs: list[Path]) -> None:
    assert hledger(runs, "check", "--strict") == ""
    found = balances(runs)
    billed = summed(rows_of(runs, "bill_lines.csv"), "currency", "amount")
    recognised = summed(rows_of(runs, "revenue_events.csv"), "currency", "amount")
    for (currency, _), amount in billed.items():
        assert found["Assets:Accounts receivable", currency] == amount
    for (currency, _), amount in recognised.items():
        assert found["Income:Revenue", currency] == -amount
