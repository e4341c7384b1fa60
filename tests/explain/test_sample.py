"""The sample nights: every line and event explains itself, and its row numbers are right."""

import csv
import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.explain import explain
from pipeline.screen import as_json
from pipeline.screen_explain import explanation_words
from tests.desk import SampleNights
from tests.explain.little import explain_all
from tests.explain.uploads import cell_at, rows_of, same, zip_rows

SAMPLE = Path(__file__).parents[2] / "sample_data"
NIGHTS = ("2026-01-31", "2026-02-28", "2026-03-31")
TODAY = datetime.date(2026, 4, 1)
KEY_COLUMNS = slice(37, 41)
"""INTERFACE_LINE_ATTRIBUTE1 to 4."""


@dataclass(frozen=True)
class Sample:
    """The sample nights, run: the store, the outbox, and each posted id's account."""

    store: str
    out: Path
    accounts: dict[str, dict[str, Any]]

    def files(self, name: str) -> Iterator[tuple[str, dict[str, str]]]:
        """The rows of a CSV file of every run, each with its run."""
        for night in NIGHTS:
            with (self.out / f"{night}-1" / name).open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    yield f"{night}-1", row


@pytest.fixture(scope="module")
def sample(sample_nights: SampleNights) -> Sample:
    told = Sample(sample_nights.store, sample_nights.out, {})
    ids = [row["bill_line_id"] for _, row in told.files("bill_lines.csv")]
    ids += [row["event_id"] for _, row in told.files("revenue_events.csv")]
    told.accounts.update(explain_all(told.store, ids))
    return told


def test_every_line_says_what_its_row_says(sample: Sample) -> None:
    for run_id, row in sample.files("bill_lines.csv"):
        account = sample.accounts[row["bill_line_id"]]
        assert account["run"]["run_id"] == run_id
        assert account["run"]["files_are_out"]
        assert account["state"] == "INTERFACED"
        assert account["is"] == "bill line"
        for ours, theirs in (("amount", "amount"), ("date", "bill_date"), ("kind", "kind"),
                             ("currency", "currency"), ("sentence", "reason"),
                             ("corrects", "corrects_bill_line_id")):  # fmt: skip
            assert account[ours] == row[theirs], row


def test_every_event_says_what_its_row_says(sample: Sample) -> None:
    for run_id, row in sample.files("revenue_events.csv"):
        account = sample.accounts[row["event_id"]]
        assert account["run"]["run_id"] == run_id
        assert account["is"] == "revenue event"
        assert account["amount"] == row["amount"]
        assert account["date"] == row["satisfaction_date"]
        assert account["revenue_line"]["allocated"] == row["allocated_amount"]
        assert account["revenue_line"]["id"] == row["revenue_line_id"]
        assert account["sentence"]


def test_every_section_is_there(sample: Sample) -> None:
    for account in sample.accounts.values():
        words = explanation_words(account)
        assert account["rules"]
        assert account["contract"]["charge"]
        assert account["contract"]["customer"]["customer_name"]
        assert account["values"]
        assert account["files"]
        for head in ("Rules", "The contract as it stood on", "Values, and where they came from",
                     "Posted by run"):  # fmt: skip
            assert f"\n{head}" in words, account["id"]
        assert as_json(account)


def test_every_value_stands_where_it_is_said_to(sample: Sample) -> None:
    """In the file of its night, title rows and all; a default may stand for a blank."""
    seen = 0
    for account in sample.accounts.values():
        for value in account["values"]:
            folder = SAMPLE / NIGHTS[value["import"] - 1]
            if value["how"] == "DEFAULT":
                assert value["value"] in ("N", "IN_ADVANCE", "Y"), value
                continue
            cell = cell_at(folder / value["file"], value["sheet"], value["row"], value["heading"])
            assert same(cell, value["value"]) or (not cell and value["note"]), (value, cell)
            seen += 1
    assert seen > 1000


def test_a_value_comes_from_the_last_upload_that_changed_it(sample: Sample) -> None:
    values = sample.accounts["S-1001:10:M2"]["values"]
    own = {
        value["column"]: (value["how"], value["file"], value["row"])
        for value in values
        if value["element"] == "billing milestone 2 of charge 10"
    }
    assert own == {
        "milestone_name": ("TEMPLATE", "catalogue.xlsx", 3),
        "percent": ("TEMPLATE", "catalogue.xlsx", 3),
        "completion_date": ("UPLOADED", "completed-february.xlsx", 2),
    }
    first = next(value for value in sample.accounts["S-1001:10:M1"]["values"])
    assert (first["column"], first["file"]) == ("milestone_name", "milestones-completed.csv")


def test_the_row_of_bill_lines(sample: Sample) -> None:
    for run_id, row in sample.files("bill_lines.csv"):
        place = sample.accounts[row["bill_line_id"]]["files"][0]
        assert (place["run_id"], place["file"]) == (run_id, "bill_lines.csv")
        rows = rows_of(sample.out / run_id / "bill_lines.csv")
        assert rows[place["row"] - 1][0] == row["bill_line_id"]


def test_the_row_of_the_interface_file(sample: Sample) -> None:
    for run_id, row in sample.files("bill_lines.csv"):
        name, _, revision = row["bill_line_id"].partition("#")
        (place,) = [one for one in sample.accounts[row["bill_line_id"]]["files"] if "member" in one]
        assert place["file"] == f"ar/ArAutoinvoiceImport-{row['business_unit']}.zip"
        rows = zip_rows(sample.out / run_id / place["file"], place["member"])
        assert rows[place["row"] - 1][KEY_COLUMNS] == [*name.split(":"), revision or "0"]


def test_the_row_of_revenue_events(sample: Sample) -> None:
    for run_id, row in sample.files("revenue_events.csv"):
        place = sample.accounts[row["event_id"]]["files"][0]
        rows = rows_of(sample.out / run_id / "revenue_events.csv")
        assert rows[place["row"] - 1][1] == row["event_id"]


def test_the_row_of_the_revenue_file(sample: Sample) -> None:
    sent = {}
    for run_id, row in sample.files("revenue_events.csv"):
        account = sample.accounts[row["event_id"]]
        places = [one for one in account["files"] if one.get("member") == "S"]
        assert bool(places) == (row["method"] != "STRAIGHT_LINE"), row
        for place in places:
            sent.setdefault(run_id, []).append(place["row"])
            lines = (sample.out / run_id / place["file"]).read_text("utf-8").splitlines()
            cells = lines[place["row"] - 1].split("|")
            assert cells[0] == "S"
            assert f"{row['subscription_number']}|{row['charge_number']}" in lines[place["row"] - 1]
            assert row["event_id"].split(":")[2].split("#")[0] in cells
    assert all(len(set(rows)) == len(rows) for rows in sent.values())


def test_the_entry_of_the_journal(sample: Sample) -> None:
    entries: dict[str, list[tuple[str, str, str]]] = {}
    ids = {}
    for _, row in sample.files("journal.csv"):
        name = row["bill_line_id"] or row["event_id"]
        ids[name] = row["entry_id"]
        entries.setdefault(name, []).append((row["account"], row["debit"], row["credit"]))
    assert set(ids) == set(sample.accounts)
    for name, account in sample.accounts.items():
        (entry,) = [one for one in account["files"] if one["file"] == "journal.csv"]
        assert entry["entry_id"] == ids[name]
        told = [(one["account"], one.get("debit", ""), one.get("credit", ""))
                for one in entry["lines"]]  # fmt: skip
        assert told == entries[name]


def test_a_correction_shows_the_line_that_it_corrects(sample: Sample) -> None:
    account = sample.accounts["S-1013:10:2026-02-01#1"]
    assert account["corrects"] == "S-1013:10:2026-02-01"
    assert [(one["id"], one["net"], one["run_id"]) for one in account["corrections"]] == [
        ("S-1013:10:2026-02-01", "620.00", "2026-02-28-1"),
        ("S-1013:10:2026-02-01#1", "310.00", "2026-03-31-1"),
    ]
    assert account["corrections"] == sample.accounts["S-1013:10:2026-02-01"]["corrections"]
    completed = [value for value in account["values"] if value["column"] == "completion_date"]
    assert [(value["value"], value["file"]) for value in completed] == [
        ("2026-02-15", "phases-completed.csv")
    ]
    before = sample.accounts["S-1013:10:2026-02-01"]
    assert not [value for value in before["values"] if value["column"] == "completion_date"]
    assert before["contract"]["phase"]["starts_on"] == "2026-01-16"
    assert "ends_before" not in before["contract"]["phase"]


def test_rules_by_kind(sample: Sample) -> None:
    def codes(name: str) -> list[str]:
        return [rule["code"] for rule in sample.accounts[name]["rules"]]

    assert codes("S-1005:10:M1") == ["MIL-02", "MIL-03"]
    assert codes("S-1001:10:M1") == ["MIL-02", "MIL-03", "TPL-08"]
    assert codes("S-1008:20:FEE") == ["ONE-SUM"]
    assert codes("S-1012:10:FEE")[:2] == ["ONE-SUM", "PHA-02"]
    assert codes("S-1013:20:2026-02-15") == ["PERIODS", "PHA-03", "PHA-01"]
    assert codes("S-1013:10:2026-02-01#1")[-2:] == ["PHA-05", "CORRECTIONS"]
    assert codes("S-1001:10:R2")[0] == "REV-01"
    assert codes("S-1013:10:R2026-01")[0] == "STRAIGHT-LINE"


@pytest.mark.parametrize("number", [1001, 1004, 1008, 1009, 1012, 1013, 1014])
def test_stories(sample: Sample, number: int) -> None:
    """A template, a hold, fees, phases, a correction; test_laws.py asks for any."""
    account = explain(sample.store, f"S-{number}", TODAY)
    told = [entry for chapter in account["story"] for entry in chapter["entries"]]
    posted = [entry["id"] for entry in told if entry["kind"] in ("BILLED", "RECOGNISED")]
    assert sorted(posted) == sorted(
        name for name in sample.accounts if name.startswith(f"S-{number}:")
    )
    assert told[0]["kind"] == "UPLOAD"
    words = explanation_words(account)
    assert all(entry["says"] in words for entry in told)
    assert as_json(account)
