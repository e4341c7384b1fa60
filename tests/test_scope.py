"""Which contracts a night looks at, on both databases; its files say so, and can be written again."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline import scope
from pipeline.nightly import Outcome
from pipeline.settings import Settings
from pipeline.store import writing
from tests.builders import Company, bill_night, changed, contract, joined, only, references
from tests.desk import Desk, files_below

BY_AGENDA = replace(Settings(), whole_book=0)
ALL = ["DATED", "ENDS", "HELD", "LATE", "OPEN"]
NOTHING = only(references(), "lookups")
HELD = contract("HELD", "subscriptions 2: status=ON_HOLD")
COMPANY = joined(
    references(),
    contract("OPEN"),
    contract("DATED", "milestones 3: completion_date=2026-04-12"),
    contract("LATE", "milestones 3: expected_completion_date=2026-04-14"),
    contract("ENDS", "subscriptions 2: end_date=2026-04-18"),
    HELD,
)
REACHED = only(contract("OPEN", "milestones 3: completion_date=2026-04-02"), "milestones")
RELEASED = only(changed(HELD, "subscriptions 2: status=ACTIVE"), "subscriptions")


def looked_at(outcome: Outcome) -> list[str]:
    """The contracts that a night says where they stand."""
    return sorted(outcome.record.positions["subscription_number"])


@pytest.fixture
def desk(tmp_path: Path, store_url: str) -> Desk:
    """After a first night of five contracts, which looked at all of them."""
    desk = Desk(tmp_path, store_url)
    first = desk.night(COMPANY, "2026-03-31", BY_AGENDA)
    assert first.record.looked_at is None
    assert looked_at(first) == ALL
    return desk


def test_what_a_night_looks_at(desk: Desk, tmp_path: Path) -> None:
    def night(as_of: str, company: Company = NOTHING) -> list[str]:
        return looked_at(desk.night(company, as_of, BY_AGENDA))

    assert night("2026-04-01") == ["HELD"], "what is withheld waits, and is told every night"
    assert night("2026-04-11") == ["HELD"]
    assert night("2026-04-12") == ["DATED", "HELD"], "a milestone that was dated ahead"
    assert night("2026-04-12", REACHED) == ["HELD", "OPEN"], "an upload"
    assert night("2026-04-15") == ["HELD", "LATE"], "a milestone is late since then"
    assert night("2026-04-16", RELEASED) == ["HELD"]
    assert night("2026-04-17") == []
    assert night("2026-04-18") == ["ENDS"]
    answers = tmp_path / "answers.csv"
    answers.write_text("bill_line_id,answer,message\nDATED:10:M2,REJECTED,Invalid site\n", "utf-8")
    assert desk.on("confirm", answers).exit_code == 0
    assert night("2026-04-20") == ["DATED", "ENDS"], "an answer"
    assert desk.on("history", "--verify").exit_code == 0


def test_a_night_that_looks_at_some_says_so_and_writes_the_same_files_again(
    desk: Desk, tmp_path: Path
) -> None:
    config = tmp_path / "billing.toml"
    config.write_text("whole_book = 0\n", "utf-8")
    desk.night(NOTHING, "2026-04-01", BY_AGENDA)
    inbox = desk.write_upload(REACHED)
    done = desk.run("--config", config, as_of="2026-04-12", inbox=inbox)
    assert "3 of 5 looked at" in done.stdout
    written = files_below(desk.out / "2026-04-12-1")
    assert json.loads(written["manifest.json"])["contracts"] == {"looked_at": 3, "of": 5}
    bill_night(desk.store, "2026-04-15", by_agenda=True)
    again = desk.on("export", "2026-04-12-1", "--out", tmp_path / "again")
    assert again.exit_code == 0, again.stderr
    assert files_below(tmp_path / "again" / "2026-04-12-1") == written


def test_an_agenda_that_is_wrong(tmp_path: Path) -> None:
    """What it leaves out by mistake is found by --verify, and posted by --full."""
    desk = Desk(tmp_path)
    desk.night(COMPANY, "2026-03-31", BY_AGENDA)
    with writing(desk.store, "test") as connection, connection.begin():
        connection.execute(text("UPDATE agenda SET look_on = NULL"))
    assert looked_at(desk.night(NOTHING, "2026-04-12", BY_AGENDA)) == []
    verified = desk.on("history", "--verify")
    assert verified.exit_code == 1
    assert "DATED:10:M2" in verified.stdout
    full = bill_night(desk.store, "2026-04-12", by_agenda=True, full=True)
    assert full.record.bill_lines["bill_line_id"].tolist() == ["DATED:10:M2"]
    assert looked_at(bill_night(desk.store, "2026-04-12", by_agenda=True)) == ["HELD"]


def test_when_a_night_looks_at_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def night(settings: Settings) -> bool:
        as_of = f"2026-04-{desk.uploads + 1:02}"
        return desk.night(NOTHING, as_of, settings).record.looked_at is None

    assert not night(BY_AGENDA)
    assert night(replace(BY_AGENDA, workbook_rows=50)), "other settings"
    assert night(BY_AGENDA), "and others again"
    assert not night(BY_AGENDA)
    monkeypatch.setattr(scope, "__version__", "another")
    assert night(BY_AGENDA), "another version of the program"
    monkeypatch.undo()
    assert night(replace(BY_AGENDA, whole_book=4))
    assert not night(replace(BY_AGENDA, whole_book=4)), "five contracts are more than four"
    assert night(replace(BY_AGENDA, whole_book=5))
    full = bill_night(desk.store, "2026-04-20", by_agenda=True, full=True)
    assert looked_at(full) == ALL
    assert full.record.bill_lines["bill_line_id"].tolist() == ["DATED:10:M2"]
