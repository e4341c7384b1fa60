"""The sample nights give what their README tells, and their books agree with their journals."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from pipeline.export import write_exports
from pipeline.nightly import import_inbox
from pipeline.settings import Settings
from tests.builders import QUIET, bill_night
from tests.desk import SampleNights
from tests.nights.read_books import (
    ACCOUNTS,
    Sums,
    balances,
    by_currency,
    closing_of,
    contracts_of,
    hledger,
    less,
    minor,
    months_of,
    net_of,
    of_account,
    rows_of,
    rows_under,
    summed,
)

SAMPLE = Path(__file__).parent.parent / "sample_data"
STATUSES = {"2026-01-31": 3, "2026-02-28": 3, "2026-03-31": 0}
TOTALS = {
    "2026-01-31": ["USD 26665.35, Heron Americas", "JPY 509833, Heron Asia",
                   "USD 2500.00, Heron Asia"],
    "2026-02-28": ["USD 6523.35, Heron Americas", "JPY 9833, Heron Asia", "USD 3250.00, Heron Asia"],
    "2026-03-31": ["USD 16611.82, Heron Americas", "JPY 759834, Heron Asia",
                   "USD 1750.00, Heron Asia"],
}  # fmt: skip
RECOGNISED = {
    "2026-01-31": ["USD 16473.73, Heron Americas", "JPY 450, Heron Asia"],
    "2026-02-28": ["USD 17284.38, Heron Americas", "JPY 9766, Heron Asia",
                   "USD 4500.00, Heron Asia"],
    "2026-03-31": ["USD 17005.83, Heron Americas", "JPY 1259811, Heron Asia",
                   "USD 3000.00, Heron Asia"],
}  # fmt: skip
SAVED_BY_LIBREOFFICE = (
    "2026-01-31/catalogue.xlsx",
    "2026-02-28/completed-february.xlsx",
    "2026-02-28/rejections-corrected.xlsx",
)
TOLD = re.compile(
    r"^\| (?P<what>(?:withheld: )?S-[0-9]+:[^ ]+) \| (?P<amount>[A-Z]{3} -?[0-9,.]+) "
    r"\| (?P<dated>[0-9-]{10}) \|"
)
TOLD_EVENT = re.compile(r"S-[0-9]+:[0-9]+:R")
TOLD_CURRENCY = re.compile(r"^\| (?P<currency>[A-Z]{3}) \|(?P<amounts>(?: [0-9,.]* ?\|){4})$")


@pytest.fixture(scope="module")
def readme() -> list[str]:
    """The lines of the sample's README."""
    return (SAMPLE / "README.md").read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def told(readme: list[str]) -> dict[str, dict[str, tuple[str, str]]]:
    """What the README says of each night: dates and amounts by line, and by event."""
    nights: dict[str, dict[str, tuple[str, str]]] = {}
    night = ""
    for line in readme:
        if line.startswith("## "):
            night = line.removeprefix("## ").split(":")[0]
        elif match := TOLD.match(line):
            amount = match["amount"].replace(",", "")
            nights.setdefault(night, {})[match["what"]] = (match["dated"], amount)
    return nights


@pytest.fixture(scope="module")
def runs(sample_nights: SampleNights) -> list[Path]:
    """The folders of the three nights."""
    return [sample_nights.out / f"{night}-1" for night in STATUSES]


def posted(
    run: Path, name: str = "bill_lines.csv", key: str = "bill_line_id", dated: str = "bill_date"
) -> dict[str, tuple[str, str]]:
    """Dates and amounts by line (or event) of a run's file."""
    return {
        row[key]: (row[dated], f"{row['currency']} {row['amount']}") for row in rows_of([run], name)
    }


def totals_on(screen: str, word: str) -> list[str]:
    """Each total that the screen gives after a word: currency, amount and business unit."""
    return [line.split(", ", 1)[1] for line in screen.splitlines() if f"  {word} " in line]


def test_the_nights_are_as_told(
    told: dict[str, dict[str, tuple[str, str]]], sample_nights: SampleNights, runs: list[Path]
) -> None:
    assert list(told) == list(STATUSES)
    _, *screens = sample_nights.screen.split("$ milestone-billing run ")
    assert len(screens) == len(STATUSES) + 1
    for (night, expected), screen, run in zip(told.items(), screens[:-1], runs, strict=True):
        events = {what: said for what, said in expected.items() if TOLD_EVENT.match(what)}
        billed = {
            what: said
            for what, said in expected.items()
            if what not in events and not what.startswith("withheld")
        }
        assert posted(run) == billed
        assert posted(run, "revenue_events.csv", "event_id", "satisfaction_date") == events
        assert f"(exit status {STATUSES[night]}:" in screen or not STATUSES[night]
        assert totals_on(screen, "billed") == TOTALS[night]
        assert totals_on(screen, "recognised") == RECOGNISED[night]
        withheld = [said[1] for line, said in expected.items() if line.startswith("withheld")]
        assert screen.count("withheld") == len(withheld)
        assert all(f"1 line, {amount}, Heron Americas" in screen for amount in withheld)
    assert posted(sample_nights.out / "2026-03-31-2") == {}
    assert "0 lines: nothing to post" in screens[-1]
    assert "out/sample/2026-03-31-2/workbook.xlsx" in screens[-1]


def test_the_other_database_bills_the_same(
    runs: list[Path], postgresql_url: str, tmp_path: Path
) -> None:
    """Night by night, to the byte of the lines and of the events."""
    for night, run in zip(STATUSES, runs, strict=True):
        import_inbox(SAMPLE / night, postgresql_url, Settings(), QUIET)
        folder = tmp_path / night
        folder.mkdir()
        write_exports(bill_night(postgresql_url, night).record, folder)
        for name in ("bill_lines.csv", "revenue_events.csv"):
            assert (folder / name).read_bytes() == (run / name).read_bytes(), (night, name)


def test_the_totals_are_told(readme: list[str]) -> None:
    """Each night's sums by business unit stand in the README, as the screen has them."""
    told = " ".join(readme).replace("**", "").replace(",", "").split("In all")
    for number, night in enumerate(STATUSES):
        for words, totals in ((told[1 + 2 * number], TOTALS), (told[2 + 2 * number], RECOGNISED)):
            assert all(total.split(", ")[0] in words for total in totals[night]), (night, words)


def test_the_mistakes_are_named(runs: list[Path]) -> None:
    errors = {
        run.name[:10]: [
            (row["code"], row["file"], row["row"], row["column"], row["value"])
            for row in rows_of([run], "findings.csv")
            if row["severity"] != "info"
        ]
        for run in runs
    }
    assert errors == {
        "2026-01-31": [
            ("VAL-07", "milestones-juniper.csv", "2", "completion_date", "05/01/2026"),
        ],
        "2026-02-28": [("VAL-05", "charges.csv", "2", "amount", "480000.50")],
        "2026-03-31": [],
    }


def test_a_credit_names_the_line_that_it_corrects(runs: list[Path]) -> None:
    """Larkspur's trial was completed in February, which is told in March."""
    lines = {row["bill_line_id"]: row for row in rows_of(runs[-1:], "bill_lines.csv")}
    credit = lines["S-1013:10:2026-02-01#1"]
    assert credit["corrects_bill_line_id"] == "S-1013:10:2026-02-01"
    assert credit["reason"] == (
        "now due: 620.00 × 14/28 days = 310.00; billed before 620.00; the difference is -310.00"
    )
    first_month = lines["S-1012:20:2026-02-10"]
    assert (first_month["service_start"], first_month["service_end"]) == (
        "2026-02-10", "2026-03-09",
    )  # fmt: skip


# The books after the three nights


def check_books(workbook: Path, runs: list[Path]) -> None:
    """The workbook's closing balances are the journals', by account and by contract."""
    found = balances(runs)
    assert net_of(found) == closing_of(workbook)
    told = contracts_of(workbook)
    headings = {"billed": "Billed", "recognised": "Recognised",
                "liability": "Contract liability", "asset": "Contract asset"}  # fmt: skip
    for role, heading in headings.items():
        assert of_account(found, role) == by_currency(told, heading), role
        sign = -1 if role in ("recognised", "liability") else 1
        by_contract = balances(runs, f"^{ACCOUNTS[role]}$", "--pivot", "subscription")
        ours = summed(told, "Subscription", heading)
        assert {key: sign * amount for key, amount in by_contract.items()} == ours, role


def test_the_journals_are_sound(runs: list[Path]) -> None:
    assert hledger(runs, "check", "--strict") == ""
    assert hledger(runs, "check", "accounts", "commodities", "balanced") == ""


def test_the_journals_come_to_the_workbook(runs: list[Path]) -> None:
    check_books(runs[-1] / "workbook.xlsx", runs)


def test_receivable_is_what_was_billed_and_revenue_what_was_recognised(runs: list[Path]) -> None:
    found = balances(runs)
    for role, name in (("billed", "bill_lines.csv"), ("recognised", "revenue_events.csv")):
        sums = summed(rows_of(runs, name), "currency", "amount")
        assert of_account(found, role) == {currency: sum_ for (currency, _), sum_ in sums.items()}


def test_the_closing_balances_are_told(readme: list[str], runs: list[Path]) -> None:
    """The README's last table: billed, recognised, contract liability and contract asset."""
    found = balances(runs)
    told = {
        match["currency"]: [
            minor(cell.strip().replace(",", ""), match["currency"])
            for cell in match["amounts"].split("|")[:-1]
        ]
        for line in readme
        if (match := TOLD_CURRENCY.match(line))
    }
    assert told == {
        currency: [of_account(found, role).get(currency, 0) for role in ACCOUNTS]
        for currency in ("JPY", "USD")
    }


def test_the_contracts_positions_are_told(readme: list[str], runs: list[Path]) -> None:
    """Every contract with a liability or an asset stands in the README's last table, no other."""
    said = re.compile(r"^\| (S-[0-9]+) \| (liability|asset) \| ([A-Z]{3}) ([0-9,.]+) \|")
    told: Sums = {}
    for match in filter(None, map(said.match, readme)):
        contract, side, currency, amount = match.groups()
        told[contract, currency] = minor(amount.replace(",", ""), currency) * (
            1 if side == "liability" else -1
        )
    contracts = contracts_of(runs[-1] / "workbook.xlsx")
    assert told == less(
        summed(contracts, "Subscription", "Contract liability"),
        summed(contracts, "Subscription", "Contract asset"),
    )


def test_recalculated_the_workbook_says_the_same(
    runs: list[Path], tmp_path: Path, soffice: Callable[..., Path]
) -> None:
    """LibreOffice works every formula out anew: its values are the journals' too."""
    stored = runs[-1] / "workbook.xlsx"
    bare = tmp_path / "run" / "workbook.xlsx"
    bare.parent.mkdir()
    load_workbook(stored).save(bare)  # without the formulas' values, so that none can be kept
    workbook = soffice(bare, "xlsx")
    check_books(workbook, runs)
    recognised = months_of(stored, "Waterfall", "Recognised", "To come")
    again = months_of(workbook, "Waterfall", "Recognised", "To come")
    for name in ("Recognised", "To come", "Total"):
        assert summed(again, "Month", name) == summed(recognised, "Month", name)
    assert by_currency(again, "Recognised") == of_account(balances(runs), "recognised")
    assert by_currency(again, "To come") == by_currency(
        contracts_of(workbook), "Remaining performance obligation"
    )
    results = {row["Result"] for row in rows_under(workbook, "Checks", "Check", "Result")}
    assert results == {"OK"}


@pytest.mark.parametrize("name", SAVED_BY_LIBREOFFICE)
def test_saved_by_libreoffice(name: str) -> None:
    with zipfile.ZipFile(SAMPLE / name) as package:
        assert b"<Application>LibreOffice/" in package.read("docProps/app.xml")


def test_every_other_workbook_has_a_title_and_real_values() -> None:
    book = load_workbook(SAMPLE / "2026-01-31" / "contracts.xlsx")
    for sheet in book:
        assert sheet.max_column > 1
        assert [cell.value for cell in sheet[1][1:]] == [None] * (sheet.max_column - 1)
    assert book["Subscriptions"]["E4"].is_date
    assert isinstance(book["Charges"]["E4"].value, int | float)
