"""A contract's story: everything that happened to it, in order, and where it stands."""

from typing import Any

import pytest

from pipeline import nightly
from pipeline.screen_explain import explanation_words
from pipeline.stopwatch import Stopwatch
from tests.builders import changed, contract, csv_text, little_company, only, rows_of
from tests.explain.little import Desk, acted, completed
from tests.explain.uploads import zip_rows


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The stories of contracts that lived through the same nights; `MOVED then` is one as it was told
    after the second night, the others after the fifth, or MOVED's after the last."""
    desk = Desk(tmp_path_factory.mktemp("stories"))
    moved = contract("MOVED", "milestones 3: completion_date=2026-06-01")
    empty = contract("EMPTY", "drop charges", "drop milestones")
    desk.bill(little_company(), "2026-03-31", moved=moved, empty=empty)
    told = {}
    customers = changed(only(little_company(), "customers"), "customers 3: bill_to_site=9")
    desk.bill(customers, "2026-04-01", moved=completed(2, "2026-04-15", "MOVED"))
    told["MOVED then"] = desk.explain("MOVED")
    desk.bill(
        {"adjustments": rows_of("bill_line_id | adjusted_amount | reason",
                                "S-1:10:M1 | 2500.00 | goodwill")},
        "2026-04-02",
    )  # fmt: skip
    desk.bill(acted("S-1 | | HOLD | 2026-04-04 | | | | | dispute") | completed(2, "2026-04-03"),
              "2026-04-03")  # fmt: skip
    desk.bill(acted("S-1 | | RELEASE | 2026-05-01"), "2026-04-30")
    told |= {number: desk.explain(number) for number in ("S-1", "S-2", "EMPTY", "MOVED")}
    return told


@pytest.fixture
def desk(after_first_night: Desk) -> Desk:
    """After the first night, to go on from; test_databases.py asks both databases."""
    return Desk(after_first_night.folder, uploads=after_first_night.uploads)


def titles(story: dict[str, Any]) -> list[str]:
    """What the chapters are called."""
    return [chapter["title"].split(",")[0] for chapter in story["story"]]


def says(story: dict[str, Any], title: str) -> list[str]:
    """The entries of a chapter."""
    return [
        entry["says"]
        for chapter in story["story"]
        if chapter["title"].split(",")[0] == title
        for entry in chapter["entries"]
    ]


def test_a_story_in_order(stories: dict[str, dict[str, Any]]) -> None:
    story = stories["S-1"]
    assert titles(story) == [
        "import 1", "run 2026-03-31-1", "import 3", "run 2026-04-02-1", "import 4",
        "run 2026-04-03-1", "import 5", "run 2026-04-30-1",
    ]  # fmt: skip
    assert says(story, "import 1")[-1] == (
        "new: billing milestone 2 of charge 10, milestone_name Go live, percent 70"
    )
    assert says(story, "run 2026-03-31-1") == [
        "billing milestone 1 of charge 10 'Kick-off' is reached, on 2026-03-10",
        "billed S-1:10:M1: USD 3000.00, dated 2026-03-10: 30 % of 10,000.00 = 3,000.00",
        "recognised S-1:10:RFEE: USD 10000.00, on 2026-01-01: 100 % of 10,000.00 on 2026-01-01 "
        "= 10,000.00",
    ]
    assert says(story, "run 2026-04-02-1")[0].startswith(
        "billed S-1:10:M1#1, correcting S-1:10:M1: USD -500.00, dated 2026-04-02: now due: 30 %"
    )
    assert says(story, "import 4") == [
        "billing milestone 2 of charge 10: completion_date from blank to 2026-04-03",
        "new: HOLD of the subscription from 2026-04-04, reason dispute",
    ]
    assert says(story, "run 2026-04-03-1")[1].startswith("billed S-1:10:M2: USD 7000.00")
    assert says(story, "run 2026-04-30-1") == [
        "HOLD of the subscription takes effect: dispute, on 2026-04-04"
    ]
    assert story["waits"] == [
        {"id": "", "state": "TO_COME",
         "because": "RELEASE of the subscription takes effect on 2026-05-01"}
    ]  # fmt: skip
    stands = story["stands"]
    assert (stands["status"], stands["billed"], stands["adjusted_away"], stands["unbilled"]) == (
        "ON_HOLD", "9500.00", "500.00", "0.00",
    )  # fmt: skip
    assert stands["recognised"] == "9500.00"
    addressed = [entry for entry in story["story"][0]["entries"] if "file" in entry]
    assert (addressed[0]["file"], addressed[0]["row"]) == ("subscriptions.csv", 2)


def test_a_change_of_the_customer_is_told(stories: dict[str, dict[str, Any]]) -> None:
    """To the contracts of that customer: S-1 is another one's."""
    assert says(stories["S-2"], "import 2") == ["customer K-2: bill_to_site from 2002 to 9"]
    assert "import 2" not in titles(stories["S-1"])


def reached(story: dict[str, Any]) -> list[str]:
    """What is told of a milestone's completion."""
    return [one["says"] for chapter in story["story"] for one in chapter["entries"]
            if "'Go live' is reached" in one["says"]]  # fmt: skip


def test_a_completion_that_was_taken_back_before_a_run_is_no_event(
    stories: dict[str, dict[str, Any]],
) -> None:
    """It was uploaded for a day to come, and moved before that day."""
    story = stories["MOVED then"]
    assert reached(story) == []
    assert [one["because"] for one in story["waits"]] == [
        "milestone 2 'Go live' has its completion date 2026-04-15",
        "billing milestone 2 of charge 10 'Go live' is reached on 2026-04-15",
    ]
    (said,) = reached(stories["MOVED"])
    assert said.endswith(", on 2026-04-15")


def test_a_contract_that_nothing_happened_to(stories: dict[str, dict[str, Any]]) -> None:
    story = stories["EMPTY"]
    assert titles(story) == ["import 1"]
    assert story["waits"] == []
    assert story["stands"]["price"] == "0.00"
    assert "What it waits for\n  nothing" in explanation_words(story)


def answered(desk: Desk, name: str, *rows: str) -> None:
    """Receivables' answers, read from a file."""
    headings = "bill_line_id | answer | transaction_number | transaction_date | message"
    path = desk.folder / f"{name}.csv"
    path.write_text(csv_text(rows_of(headings, *rows)), "utf-8")
    watch = Stopwatch(quiet=True)
    judged = nightly.confirm_answers(path, desk.store, watch)
    assert judged.findings["severity"].ne("error").all(), judged.findings.to_string()


def test_answers_of_receivables_and_a_line_that_was_sent_again(desk: Desk) -> None:
    answered(
        desk, "april", "S-1:10:M1 | REJECTED | | | no such site", "S-2:10:FEE | INVOICED | 1 | |"
    )
    account = desk.explain("S-1:10:M1")
    assert account["state"] == "REJECTED"
    (answer,) = account["answers"]
    assert (answer["message"], answer["file"], answer["row"]) == ("no such site", "april.csv", 2)
    assert "transaction_number" not in answer
    assert "REJECTED, no such site (april.csv, row 2" in explanation_words(account)
    assert says(desk.explain("S-1"), "Receivables' answers") == [
        "S-1:10:M1 is REJECTED, no such site"
    ]
    desk.night(completed(2, "2026-04-01"), "2026-04-01")
    account = desk.explain("S-1:10:M1")
    assert account["state"] == "INTERFACED"
    assert account["answers"][0]["sent_again_by"] == ["2026-04-01-1"]
    assert "sent again by run 2026-04-01-1" in explanation_words(account)
    for name in ("S-1:10:M1", "S-1:10:M2"):
        for place in [one for one in desk.explain(name)["files"] if "member" in one]:
            path = desk.out / place["run_id"] / place["file"]
            row = zip_rows(path, place["member"])[place["row"] - 1]
            assert row[37:40] == name.split(":")
    places = [(one["run_id"], one["row"]) for one in account["files"] if "member" in one]
    assert places == [("2026-03-31-1", 1), ("2026-04-01-1", 1)]
    assert "sent S-1:10:M1 again" in says(desk.explain("S-1"), "run 2026-04-01-1")
    answered(desk, "may", "S-1:10:M1 | INVOICED | 4711 | 2026-04-05 |")
    account = desk.explain("S-1:10:M1")
    assert account["state"] == "INVOICED"
    assert [one["sent_again_by"] for one in account["answers"]] == [["2026-04-01-1"], []]
    assert says(desk.explain("S-1"), "Receivables' answers")[-1] == (
        "S-1:10:M1 is INVOICED, 4711, 2026-04-05"
    )
