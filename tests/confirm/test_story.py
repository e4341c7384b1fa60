"""Rejected, corrected, sent again, invoiced: over nights, on both databases, to the byte of the zip."""

import csv
import filecmp
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.nightly import Outcome, confirm_answers, export_run
from pipeline.read import InboxError
from pipeline.store import answers, ledger, reading
from tests.builders import QUIET, Company, changed, little_company, night, only, rows_of

COLUMNS = Path("schemas/targets/oracle-autoinvoice.columns.txt")
KEY = [f"INTERFACE_LINE_ATTRIBUTE{number}" for number in (1, 2, 3, 4)]


@dataclass
class Desk:
    """A store, and a folder with one outbox; every night and every file has a folder of its own."""

    folder: Path
    store: str
    nights: int = 0

    def night(self, as_of: str, *changes: str, tables: str = "lookups") -> Outcome:
        """A night whose upload is these tables of the company, changed."""
        self.nights += 1
        place = self.folder / str(self.nights)
        place.mkdir()
        (place / "out").symlink_to(self.folder / "out")
        company = changed(company_of_two(), *changes)
        return night(place, only(company, *tables.split()), self.store, as_of)

    def confirm(self, *rows: str) -> tuple[int, int, list[str]]:
        """Answers in a CSV file of their own: how many invoiced, how many rejected, and findings."""
        self.nights += 1
        path = self.folder / f"answers-{self.nights}.csv"
        text = ["bill_line_id,transaction_number,transaction_date,message", *rows]
        path.write_text("\n".join(text) + "\n", "utf-8")
        judged = confirm_answers(path, self.store, QUIET)
        return judged.invoiced, judged.rejected, judged.findings["code"].tolist()

    def history(self) -> list[dict]:
        """`history --json`."""
        return json.loads(self.command("history", "--json").stdout)

    def command(self, *arguments: str) -> Result:
        """A command on this store."""
        given = [*arguments, "--store", self.store]
        return CliRunner().invoke(main, given, catch_exceptions=False)

    def states(self, outcome: Outcome) -> dict[int, str]:
        """The states of S-1's milestones after a night."""
        milestones = outcome.record.milestones
        return dict(zip(milestones["sequence"].tolist(), milestones["state"], strict=True))


def company_of_two() -> Company:
    """The little company, with terms, orders and tax codes to be wrong in."""
    company = little_company()
    return company | {
        "subscriptions": [
            row | {"payment_terms": "30 Net", "purchase_order": "PO-1"}
            for row in company["subscriptions"]
        ],
        "charges": [row | {"tax_code": "STD", "description": "Plan"} for row in company["charges"]],
    }


ALL = " ".join(little_company())


def sent(folder: Path, store: str) -> Desk:
    """Both lines sent: S-1:10:M1, 3,000.00 of 10 March, and S-2:10:FEE, 500.00 of 1 January."""
    (folder / "out").mkdir()
    desk = Desk(folder, store)
    desk.night("2026-03-31", tables=ALL)
    return desk


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path) -> Desk:
    """Where the database makes no difference."""
    return sent(tmp_path, sqlite_url)


@pytest.fixture
def any_desk(store_url: str, tmp_path: Path) -> Desk:
    """On each database."""
    return sent(tmp_path, store_url)


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


def test_rejected_corrected_sent_again_invoiced(any_desk: Desk) -> None:
    assert any_desk.confirm("S-1:10:M1,,,Invalid site", "S-2:10:FEE,501,2026-04-01,") == (1, 1, [])
    corrected = any_desk.night(
        "2026-04-30", "customers 2: bill_to_account=1111, bill_to_site=2999",
        "subscriptions 2: payment_terms=60 Net, purchase_order=PO-7",
        "charges 2: tax_code=LOW, description=Roll-out", tables="customers subscriptions charges",
    )  # fmt: skip
    rows = sent_rows(zip_of(corrected))
    first = sent_rows(
        (any_desk.folder / "out/2026-03-31-1/ar/ArAutoinvoiceImport-East.zip").read_bytes()
    )
    assert list(rows) == ["S-1:10:M1:0"]
    (now,), before = rows.values(), first["S-1:10:M1:0"]
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
    nothing_is_posted_again(corrected)
    assert any_desk.states(corrected)[1] == "BILLED"
    after = any_desk.night("2026-05-31")
    assert not (after.folder / "ar").exists(), "once per rejection"
    assert any_desk.states(after) == {1: "INTERFACED", 2: "OPEN"}
    assert any_desk.confirm("S-1:10:M1,502,2026-06-01,") == (1, 0, [])
    last = any_desk.night("2026-06-30")
    assert not (last.folder / "ar").exists()
    assert any_desk.states(last) == {1: "INVOICED", 2: "OPEN"}
    assert [run["unanswered"] for run in any_desk.history()] == [0, 0, 0, 0]


def nothing_is_posted_again(outcome: Outcome) -> None:
    """The ledger, its files and the journal know nothing of a line that goes out again."""
    assert outcome.folder
    for name in ("bill_lines.csv", "journal.csv", "revenue_events.csv"):
        assert (outcome.folder / name).read_text("utf-8").count("\n") == 1, name
    assert outcome.record.bill_lines.empty
    manifest = json.loads((outcome.folder / "manifest.json").read_text("utf-8"))
    assert manifest["counts"]["bill_lines"] == 0
    assert manifest["counts"]["resent_lines"] == 1
    assert manifest["control_totals"] == [
        {"file": "ar/ArAutoinvoiceImport-East.zip", "business_unit": "East", "currency": "USD",
         "rows": 1, "amount": "3000.00"}
    ]  # fmt: skip


def test_written_again_the_bytes_are_the_same(desk: Desk) -> None:
    """Whatever was answered, corrected and sent since."""
    desk.confirm("S-1:10:M1,,,Invalid site")
    desk.night("2026-04-30", "customers 2: bill_to_site=2999", tables="customers")
    desk.confirm("S-1:10:M1,,2026-05-02,Invalid site", "S-2:10:FEE,501,,")
    desk.night(
        "2026-05-31", "customers 2: bill_to_site=2888", "milestones 3: completion_date=2026-05-05",
        tables="customers milestones charges",
    )  # fmt: skip
    desk.confirm("S-1:10:M1,502,,", "S-1:10:M2,503,,")
    desk.night("2026-06-30", "customers 2: bill_to_site=2777", tables="customers")
    again = desk.folder / "again"
    again.mkdir()
    for run in desk.history():
        written = export_run(run["run_id"], again, desk.store, QUIET).folder
        assert written
        same_files(written, desk.folder / "out" / run["run_id"])
        assert export_run(run["run_id"], desk.folder / "out", desk.store, QUIET).folder


def same_files(one: Path, other: Path) -> None:
    """Both folders hold the same files, byte by byte."""
    names = sorted(path.relative_to(one) for path in one.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(other) for path in other.rglob("*") if path.is_file())
    _, differ, missing = filecmp.cmpfiles(one, other, list(map(str, names)), shallow=False)
    assert (differ, missing) == ([], [])


def test_rejected_twice_is_sent_twice_again(any_desk: Desk) -> None:
    any_desk.confirm("S-1:10:M1,,,Invalid site", "S-1:10:M1,,,Invalid terms")
    assert list(sent_rows(zip_of(any_desk.night("2026-04-30")))) == ["S-1:10:M1:0"]
    assert any_desk.confirm("S-1:10:M1,,,Invalid site") == (0, 1, [])
    assert list(sent_rows(zip_of(any_desk.night("2026-05-31")))) == ["S-1:10:M1:0"]
    assert not (any_desk.night("2026-06-30").folder / "ar").exists()


def test_a_hold_keeps_it_back(desk: Desk) -> None:
    """Of the subscription or of the line; a release sends what waited."""
    desk.confirm("S-1:10:M1,,,Invalid site", "S-2:10:FEE,,,Invalid site")
    held = desk.night(
        "2026-04-30", "subscriptions 2: status=ON_HOLD", "subscription_lines 3: status=ON_HOLD",
        tables="subscriptions subscription_lines",
    )  # fmt: skip
    assert not (held.folder / "ar").exists()
    assert held.record.rejected["state"].tolist() == ["WAITS", "WAITS"]
    assert held.record.rejected["waits_because"].tolist() == [
        "subscription S-1 is ON_HOLD", "line 1 is ON_HOLD",
    ]  # fmt: skip
    assert desk.states(held)[1] == "REJECTED"
    rejected = [run["rejected"] for run in desk.history()]
    assert rejected[0] == [{"currency": "USD", "lines": 2, "amount": "3500.00"}]
    released = desk.night("2026-05-31", "subscriptions 2: status=ACTIVE", tables="subscriptions")
    assert list(sent_rows(zip_of(released))) == ["S-1:10:M1:0"]
    assert released.record.rejected["state"].tolist() == ["SENT AGAIN", "WAITS"]


def test_a_hold_by_an_action(desk: Desk) -> None:
    desk.confirm("S-1:10:M1,,,Invalid site")
    company = {
        "actions": rows_of("subscription_number | action | effective_date | reason",
                           "S-1 | HOLD | 2026-04-15 | Dispute", "S-1 | RELEASE | 2026-05-15 |")
    }  # fmt: skip
    held = night(desk.folder / "hold", company, desk.store, "2026-04-30")
    assert not (held.folder / "ar").exists()
    released = night(
        desk.folder / "release", only(little_company(), "lookups"), desk.store, "2026-05-31"
    )
    assert list(sent_rows(zip_of(released))) == ["S-1:10:M1:0"]


def test_a_closed_period(desk: Desk) -> None:
    """The accounting date leaves a period that was closed since; the bill date stays."""
    desk.confirm("S-1:10:M1,,,Period closed")
    config = desk.folder / "billing.toml"
    config.write_text("first_open_day = 2026-04-01\n", "utf-8")
    (desk.folder / "empty").mkdir()
    done = desk.command(
        "run", str(desk.folder / "empty"), "--as-of", "2026-04-30", "--config", str(config),
        "--out", str(desk.folder / "out"), "--quiet",
    )  # fmt: skip
    assert done.exit_code == 0
    assert "sent again  1 line, USD 3000.00, East" in done.stdout
    archive = desk.folder / "out/2026-04-30-1/ar/ArAutoinvoiceImport-East.zip"
    (row,) = sent_rows(archive.read_bytes()).values()
    assert (row["TRX_DATE"], row["GL_DATE"]) == ("2026/03/10", "2026/04/01")


def test_a_credit_of_a_rejected_line(desk: Desk) -> None:
    """Both stand in the ledger, so Receivables gets both: the line, and behind it its credit."""
    desk.confirm("S-1:10:M1,,,Invalid site")
    reopened = {
        "actions": rows_of(
            "subscription_number | action | effective_date | charge_number | sequence | reason",
            "S-1 | REOPEN_MILESTONE | 2026-04-15 | 10 | 1 | Not accepted after all",
        )
    }
    credited = night(desk.folder / "reopened", reopened, desk.store, "2026-04-30")
    rows = sent_rows(zip_of(credited))
    assert {key: row["AMOUNT"] for key, row in rows.items()} == {
        "S-1:10:M1:0": "3000.00", "S-1:10:M1:1": "-3000.00",
    }  # fmt: skip
    assert list(rows) == ["S-1:10:M1:0", "S-1:10:M1:1"]
    assert rows["S-1:10:M1:1"]["REFERENCE_LINE_ATTRIBUTE3"] == "M1"
    assert credited.record.bill_lines["bill_line_id"].tolist() == ["S-1:10:M1#1"]
    assert desk.confirm("S-1:10:M1,601,,", "S-1:10:M1#1,,,No such invoice") == (1, 1, [])
    again = sent_rows(zip_of(desk.night("2026-05-31")))
    assert [(key, row["CUST_TRX_TYPE_NAME"]) for key, row in again.items()] == [
        ("S-1:10:M1:1", "Credit Memo")
    ]


def test_a_run_whose_files_never_came_out(desk: Desk) -> None:
    """`bill` takes the rejection upon itself: the next night doesn't send it as well."""
    desk.confirm("S-1:10:M1,,,Invalid site")
    assert desk.command("bill", "--as-of", "2026-04-30", "--quiet").exit_code == 0
    assert not (desk.night("2026-05-31").folder / "ar").exists()
    assert desk.confirm("S-1:10:M1,,,Invalid site") == (0, 0, ["ANS-11"])
    written = export_run("2026-04-30-1", desk.folder / "out", desk.store, QUIET)
    assert list(sent_rows(zip_of(written))) == ["S-1:10:M1:0"]
    assert desk.confirm("S-1:10:M1,,,Invalid site") == (0, 0, ["ANS-12"]), "the same file again"
    assert desk.confirm("S-1:10:M1,,2026-05-02,Invalid site") == (0, 1, [])


def test_a_dry_run_sends_nothing(desk: Desk) -> None:
    desk.confirm("S-1:10:M1,,,Invalid site")
    (desk.folder / "empty").mkdir()
    arguments = ("run", str(desk.folder / "empty"), "--as-of", "2026-04-30", "--quiet")
    assert "sent again  1 line" in desk.command(*arguments, "--dry-run").stdout
    with reading(desk.store, "test") as connection:
        assert len(ledger.read_runs(connection)) == 1
        assert answers.read_resent(connection, 2).empty


def test_no_such_file_keeps_nothing(desk: Desk) -> None:
    with pytest.raises(InboxError):
        confirm_answers(desk.folder / "no.csv", desk.store, QUIET)
    assert desk.history()[0]["unanswered"] == 2
