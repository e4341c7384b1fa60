"""Rejected, corrected, sent again, invoiced: over nights, on both databases, to the byte of the zip.

Seven contracts live through the same four nights, one story each:

S-1  rejected once, corrected, sent again, invoiced        S-2  invoiced at once
S-3  rejected, then the contract is on hold until May       S-4  rejected, then its line is on hold
S-5  rejected, then held and released by actions            S-6  rejected, sent again, rejected again
S-7  rejected after April, then its milestone is reopened
"""

import csv
import filecmp
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.nightly import Outcome, confirm_answers, export_run
from pipeline.read import InboxError
from pipeline.store import answers, ledger, reading
from tests.builders import QUIET, Company, contract, joined, little_company, rows_of
from tests.desk import Desk

COLUMNS = Path("schemas/targets/oracle-autoinvoice.columns.txt")
KEY = [f"INTERFACE_LINE_ATTRIBUTE{number}" for number in (1, 2, 3, 4)]
FIRST, SECOND, THIRD, FOURTH = "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"


def confirm(desk: Desk, *rows: str) -> tuple[int, int, list[str]]:
    """Answers in a CSV file of their own: how many invoiced, how many rejected, and findings."""
    path = desk.folder / f"answers-{len(list(desk.folder.glob('answers-*')))}.csv"
    text = ["bill_line_id,transaction_number,transaction_date,message", *rows]
    path.write_text("\n".join(text) + "\n", "utf-8")
    judged = confirm_answers(path, desk.store, QUIET)
    return judged.invoiced, judged.rejected, judged.findings["code"].tolist()


def states(outcome: Outcome, number: str = "S-1") -> dict[int, str]:
    """The states of a contract's milestones after a night."""
    own = outcome.record.milestones
    own = own[own["subscription_number"] == number]
    return dict(zip(own["sequence"].tolist(), own["state"], strict=True))


def company_of_seven() -> Company:
    """S-1 and S-2, with terms, orders and tax codes to be wrong in; S-3 to S-7 are like S-1, and of
    the customer K-2: what is corrected of K-1 is not theirs."""
    others = [contract(f"S-{number}", "subscriptions 2: customer_number=K-2")
              for number in range(3, 8)]  # fmt: skip
    whole = joined(little_company(), *others)
    return whole | {
        "subscriptions": [
            row | {"payment_terms": "30 Net", "purchase_order": "PO-1"}
            for row in whole["subscriptions"]
        ],
        "charges": [row | {"tax_code": "STD", "description": "Plan"} for row in whole["charges"]],
    }


CORRECTED: Company = {
    "customers": rows_of(
        "customer_number | bill_to_account | bill_to_site", "K-1 | 1111 | 2999"
    ),
    "subscriptions": rows_of(
        "subscription_number | status | payment_terms | purchase_order",
        "S-1 | ACTIVE | 60 Net | PO-7", "S-3 | ON_HOLD | 30 Net | PO-1",
    ),
    "charges": rows_of(
        "subscription_number | charge_number | tax_code | description", "S-1 | 10 | LOW | Roll-out"
    ),
}  # fmt: skip
HELD: Company = {
    "subscription_lines": rows_of(
        "subscription_number | line_number | status", "S-4 | 1 | ON_HOLD"
    ),
    "actions": rows_of(
        "subscription_number | action | effective_date | reason",
        "S-5 | HOLD | 2026-04-15 | Dispute", "S-5 | RELEASE | 2026-05-15 |",
    ),
}  # fmt: skip
RELEASED: Company = {"subscriptions": rows_of("subscription_number | status", "S-3 | ACTIVE")}
REOPENED: Company = {
    "actions": rows_of(
        "subscription_number | action | effective_date | charge_number | sequence | reason",
        "S-7 | REOPEN_MILESTONE | 2026-05-15 | 10 | 1 | Not accepted after all",
    )
}


@dataclass(frozen=True)
class Story:
    """The desk after its nights, by day; what `history` said before the second and after the last;
    and what was said of the answers after each night."""

    desk: Desk
    nights: dict[str, Outcome]
    answered: dict[str, tuple[int, int, list[str]]]
    rejected: list[dict]

    def sent(self, night: str) -> dict[str, Mapping[str, str]]:
        """The rows of a night's zip, by the line's key."""
        return sent_rows(zip_of(self.nights[night]))

    def again(self, night: str, number: str) -> list[str]:
        """What a night's zip holds of a contract."""
        return [key for key in self.sent(night) if key.startswith(f"{number}:")]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The four nights on each database; only looked at."""
    postgresql = request.param == "postgresql"
    store = request.getfixturevalue("new_database")() if postgresql else ""
    return lived(Desk(tmp_path_factory.mktemp("story"), store))


def lived(desk: Desk) -> Story:
    """All that happens."""
    invalid = "{},,,Invalid site"
    answered, nights = {}, {FIRST: desk.night(company_of_seven(), FIRST)}
    answered[FIRST] = confirm(
        desk, *(invalid.format(f"S-{number}:10:M1") for number in (1, 3, 4, 5, 6)),
        "S-6:10:M1,,,Invalid terms", "S-2:10:FEE,501,2026-04-01,",
    )  # fmt: skip
    rejected = desk.history()[0]["rejected"]
    nights[SECOND] = desk.night(joined(CORRECTED, HELD), SECOND)
    answered[SECOND] = confirm(desk, invalid.format("S-6:10:M1"), invalid.format("S-7:10:M1"))
    nights[THIRD] = desk.night(joined(REOPENED, RELEASED), THIRD)
    answered[THIRD] = confirm(
        desk, "S-1:10:M1,502,2026-06-01,", "S-7:10:M1,601,,", "S-7:10:M1#1,,,No such invoice"
    )
    nights[FOURTH] = desk.night({}, FOURTH)
    return Story(desk, nights, answered, rejected)


def zip_of(outcome: Outcome) -> bytes:
    """The zip for Receivables, of the one business unit."""
    assert outcome.folder
    return (outcome.folder / "ar/ArAutoinvoiceImport-East.zip").read_bytes()


def sent_rows(archive: bytes) -> dict[str, Mapping[str, str]]:
    """The rows of a zip by the line's key, each by column."""
    text = zipfile.ZipFile(io.BytesIO(archive)).read("RaInterfaceLinesAll.csv").decode()
    names = COLUMNS.read_text("utf-8").split()
    rows = [dict(zip(names, row, strict=True)) for row in csv.reader(io.StringIO(text))]
    assert all(row["END"] == "END" for row in rows)
    return {":".join(row[name] for name in KEY): row for row in rows}


def test_rejected_corrected_sent_again_invoiced(story: Story) -> None:
    assert story.answered[FIRST] == (1, 6, [])
    assert story.again(SECOND, "S-1") == ["S-1:10:M1:0"]
    before, now = (story.sent(night)["S-1:10:M1:0"] for night in (FIRST, SECOND))
    assert {name: now[name] for name in now if now[name] != before[name]} == {
        "BILL_CUSTOMER_ACCOUNT_NUMBER": "1111", "BILL_CUSTOMER_SITE_NUMBER": "2999",
        "TERM_NAME": "60 Net", "PURCHASE_ORDER": "PO-7", "TAX_CODE": "LOW",
        "DESCRIPTION": "Roll-out - Kick-off",
    }  # fmt: skip
    assert (now["AMOUNT"], now["TRX_DATE"], now["GL_DATE"]) == (
        "3000.00",
        "2026/03/10",
        "2026/03/10",
    )
    assert states(story.nights[SECOND])[1] == "BILLED"
    assert story.again(THIRD, "S-1") == [], "once per rejection"
    assert states(story.nights[THIRD]) == {1: "INTERFACED", 2: "OPEN"}
    assert story.answered[THIRD] == (2, 1, [])
    assert story.again(FOURTH, "S-1") == []
    assert states(story.nights[FOURTH]) == {1: "INVOICED", 2: "OPEN"}
    assert story.again(SECOND, "S-2") == [], "it was invoiced"


def test_nothing_is_posted_again(story: Story) -> None:
    """The ledger, its files and the journal know nothing of a line that goes out again."""
    outcome = story.nights[SECOND]
    assert outcome.folder
    assert list(story.sent(SECOND)) == ["S-1:10:M1:0", "S-6:10:M1:0"]
    for name in ("bill_lines.csv", "journal.csv", "revenue_events.csv"):
        assert (outcome.folder / name).read_text("utf-8").count("\n") == 1, name
    assert outcome.record.bill_lines.empty
    manifest = json.loads((outcome.folder / "manifest.json").read_text("utf-8"))
    assert manifest["counts"]["bill_lines"] == 0
    assert manifest["counts"]["resent_lines"] == 2
    assert manifest["control_totals"] == [
        {"file": "ar/ArAutoinvoiceImport-East.zip", "business_unit": "East", "currency": "USD",
         "rows": 2, "amount": "6000.00"}
    ]  # fmt: skip


def test_what_waits_for_an_answer(story: Story) -> None:
    """Of each run's lines: those of S-3, S-5 and S-6 that were sent again, and S-7's credit."""
    assert [run["unanswered"] for run in story.desk.history()] == [3, 0, 1, 0]


def test_rejected_twice_is_sent_twice_again(story: Story) -> None:
    assert story.again(SECOND, "S-6") == ["S-6:10:M1:0"], "two rows about one rejection"
    assert story.answered[SECOND] == (0, 2, [])
    assert story.again(THIRD, "S-6") == ["S-6:10:M1:0"]
    assert story.again(FOURTH, "S-6") == []


def test_a_hold_keeps_it_back(story: Story) -> None:
    """Of the subscription, of the line or by an action; a release sends what waited."""
    waits = {"S-3": "subscription S-3 is ON_HOLD", "S-4": "line 1 is ON_HOLD",
             "S-5": "subscription S-5 is ON_HOLD"}  # fmt: skip
    held = told_of(story, SECOND)
    for number, because in waits.items():
        assert story.again(SECOND, number) == []
        assert held[number] == ("WAITS", because)
        assert states(story.nights[SECOND], number)[1] == "REJECTED"
    assert story.rejected == [{"currency": "USD", "lines": 5, "amount": "15000.00"}]
    released = told_of(story, THIRD)
    for number in ("S-3", "S-5"):
        assert story.again(THIRD, number) == [f"{number}:10:M1:0"]
        assert released[number][0] == "SENT AGAIN"
    assert released["S-4"] == held["S-4"]
    assert told_of(story, FOURTH)["S-4"] == held["S-4"], "it waits as long as it is held"


def told_of(story: Story, night: str) -> dict[str, tuple[str, str]]:
    """By contract: what becomes of its rejected line, and why it waits."""
    rows = story.nights[night].record.rejected
    return {
        row.subscription_number: (row.state, row.waits_because or "") for row in rows.itertuples()
    }


def test_a_credit_of_a_rejected_line(story: Story) -> None:
    """Both stand in the ledger, so Receivables gets both: the line, and behind it its credit."""
    rows = story.sent(THIRD)
    own = story.again(THIRD, "S-7")
    assert own == ["S-7:10:M1:0", "S-7:10:M1:1"]
    assert [rows[key]["AMOUNT"] for key in own] == ["3000.00", "-3000.00"]
    assert rows["S-7:10:M1:1"]["REFERENCE_LINE_ATTRIBUTE3"] == "M1"
    assert story.nights[THIRD].record.bill_lines["bill_line_id"].tolist() == ["S-7:10:M1#1"]
    assert [(key, row["CUST_TRX_TYPE_NAME"]) for key, row in story.sent(FOURTH).items()] == [
        ("S-7:10:M1:1", "Credit Memo")
    ]


@pytest.mark.parametrize("story", ["sqlite"], indirect=True)
def test_written_again_the_bytes_are_the_same(story: Story, tmp_path: Path) -> None:
    """Whatever was answered, corrected and sent since."""
    desk = story.desk
    for run in desk.history():
        written = export_run(run["run_id"], tmp_path, desk.store, QUIET).folder
        assert written
        same_files(written, desk.out / run["run_id"])
    assert export_run(f"{FIRST}-1", desk.out, desk.store, QUIET).folder, "in their place, too"


def same_files(one: Path, other: Path) -> None:
    """Both folders hold the same files, byte by byte."""
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    _, differ, missing = filecmp.cmpfiles(one, other, list(map(str, names)), shallow=False)
    assert (differ, missing) == ([], [])


def test_a_dry_run_and_a_closed_period(after_first_night: Desk) -> None:
    """A dry run sends nothing; the accounting date leaves a period that was closed since, the bill
    date stays."""
    desk = after_first_night
    confirm(desk, "S-1:10:M1,,,Period closed")
    config = desk.folder / "billing.toml"
    config.write_text("first_open_day = 2026-04-01\n", "utf-8")
    (desk.folder / "empty").mkdir()
    given = ("--config", config, "--quiet")
    where: dict[str, Any] = {"as_of": SECOND, "inbox": desk.folder / "empty"}
    assert "sent again  1 line" in desk.run(*given, "--dry-run", **where).stdout
    with reading(desk.store, "test") as connection:
        assert len(ledger.read_runs(connection)) == 1
        assert answers.read_resent(connection, 2).empty
    done = desk.run(*given, **where)
    assert done.exit_code == 0
    assert "sent again  1 line, USD 3000.00, East" in done.stdout
    archive = desk.out / f"{SECOND}-1/ar/ArAutoinvoiceImport-East.zip"
    (row,) = sent_rows(archive.read_bytes()).values()
    assert (row["TRX_DATE"], row["GL_DATE"]) == ("2026/03/10", "2026/04/01")


def test_a_run_whose_files_never_came_out(after_first_night: Desk) -> None:
    """`bill` takes the rejection upon itself: the next night doesn't send it as well."""
    desk = after_first_night
    confirm(desk, "S-1:10:M1,,,Invalid site")
    assert desk.on("bill", "--as-of", SECOND, "--quiet").exit_code == 0
    assert not (desk.night({}, THIRD).folder / "ar").exists()
    assert confirm(desk, "S-1:10:M1,,,Invalid site") == (0, 0, ["ANS-11"])
    written = export_run(f"{SECOND}-1", desk.out, desk.store, QUIET)
    assert list(sent_rows(zip_of(written))) == ["S-1:10:M1:0"]
    assert confirm(desk, "S-1:10:M1,,,Invalid site") == (0, 0, ["ANS-12"]), "the same file again"
    assert confirm(desk, "S-1:10:M1,,2026-05-02,Invalid site") == (0, 1, [])


def test_no_such_file_keeps_nothing(first_night: Desk) -> None:
    with pytest.raises(InboxError):
        confirm_answers(first_night.folder / "no.csv", first_night.store, QUIET)
    assert first_night.history()[0]["unanswered"] == 2
