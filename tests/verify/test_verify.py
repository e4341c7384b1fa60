"""`history --verify`: what was changed behind the program's back shows, and where; else all holds."""

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from tests.builders import changed, little_company, only, write_inbox

NIGHTS = ("2026-03-31", "2026-04-30")


def invoke(*arguments: object) -> Any:
    """The command in this process; only a bug of the program's raises."""
    return CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a SQLite store and the outbox of two nights; copied before it is touched."""
    folder = tmp_path_factory.mktemp("nights")
    dated = changed(little_company(), "milestones 3: completion_date=2026-04-20")
    uploads = (little_company(), only(dated, "milestones", "charges"))
    for as_of, company in zip(NIGHTS, uploads, strict=True):
        inbox, store = write_inbox(folder / as_of, company), f"sqlite:///{folder / 'store.db'}"
        done = invoke("run", inbox, "--as-of", as_of, "--out", folder / "out", "--store", store)
        assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def nights(two_nights: Path, tmp_path: Path) -> Path:
    """A copy of the two nights."""
    return shutil.copytree(two_nights, tmp_path / "nights")


def verify(folder: Path, *more: object) -> tuple[int, dict[str, Any]]:
    """Exit status, and what was said, as JSON."""
    done = invoke("history", "--verify", "--json", "--out", folder / "out",
                  "--store", f"sqlite:///{folder / 'store.db'}", *more)  # fmt: skip
    return done.exit_code, json.loads(done.stdout)


def told(folder: Path) -> str:
    """All that differs, as text; the command must have failed for it."""
    status, account = verify(folder)
    broken = [one for one in account["checks"] if one["result"] == "ERROR"]
    assert status == 1
    assert account["failed"] == len(broken) > 0
    return "\n".join(f"{one['about']}: {line}" for one in broken for line in one["differences"])


def test_all_holds(nights: Path) -> None:
    before = (nights / "store.db").read_bytes()
    status, account = verify(nights)
    assert (status, account["verified"], account["failed"]) == (0, "OK", 0), account
    checks = [f"{one['about']}: {one['check']}" for one in account["checks"]]
    assert "2026-03-31-1: 2 lines and 2 events are what was due" in checks
    assert "as of 2026-04-30: of 2 contracts the ledger holds what is due, and 0 wait" in checks
    written = len(list((nights / "out" / "2026-04-30-1").rglob("*.*"))) - 1
    assert f"2026-04-30-1: its {written} files are as they were written" in checks
    assert (nights / "store.db").read_bytes() == before, "it reads only"


def unguarded(folder: Path, *statements: str) -> None:
    """Plain SQL by somebody who took the guards away, and put them back."""
    connection = sqlite3.connect(folder / "store.db")
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = guards.fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for _, sql in triggers:
        connection.execute(sql)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statements", "wanted"),
    [
        (["UPDATE bill_lines SET amount_minor = 300100 WHERE what = 'M1'",
          "UPDATE bill_lines SET bill_date = '2026-03-11' WHERE what = 'FEE'",
          "UPDATE revenue_events SET amount_minor = 1 WHERE subscription_number = 'S-2'",
          "UPDATE imports SET files = '[]' WHERE import_number = 1",
          "DELETE FROM run_closings WHERE run_number = 2"],
         ["2026-03-31-1: S-1:10:M1 is posted with USD 3001.00, and USD 3000.00 was due",
          "2026-03-31-1: S-2:10:FEE is posted with another bill_date than was due",
          "2026-03-31-1: S-2:10:RFEE is posted with USD 0.01, and USD 500.00 was due",
          "2026-03-31-1: the lines of charge S-1:10 are not what it bills tonight",
          "2026-03-31-1: USD: amount is kept as 350000, and comes to 350100",
          "2026-03-31-1: the manifest has another inputs than the store",
          "2026-04-30-1: it is not closed"]),
        (["UPDATE bill_lines SET run_number = 2 WHERE what = 'M1'",
          "UPDATE control_totals SET debit_minor = 1, credit_minor = 1 WHERE run_number = 1"],
         ["2026-03-31-1: S-1:10:M1 was due with USD 3000.00, and is not posted",
          "2026-03-31-1: USD: debit is kept as 1, and comes to"]),
        (["UPDATE milestones SET completion_date = NULL WHERE sequence = 1",
          "UPDATE bill_lines SET run_number = 99 WHERE what = 'FEE'"],
         ["2026-03-31-1: S-1:10:M1 is posted with USD 3000.00, and nothing was due",
          "store: 1 rows of bill_lines name a row of runs that is not there"]),
    ],
    ids=["amounts", "runs", "contracts"],
)  # fmt: skip
def test_what_was_changed_shows(nights: Path, statements: list[str], wanted: list[str]) -> None:
    unguarded(nights, *statements)
    said = told(nights)
    assert not [one for one in wanted if one not in said], said


def test_a_guard_that_is_gone(nights: Path) -> None:
    with sqlite3.connect(nights / "store.db") as connection:
        connection.execute("DROP TRIGGER bill_lines_changed")
    assert told(nights) == "store: the guard bill_lines_changed is gone"


def change(path: Path) -> None:
    """One amount more in a file."""
    path.write_bytes(path.read_bytes().replace(b"3000.00", b"3000.01"))


def test_files_that_are_other(nights: Path) -> None:
    first, second = (nights / "out" / f"{night}-1" for night in NIGHTS)
    shutil.copytree(first, first.with_name("2026-05-31-1"))
    change(first / "bill_lines.csv")
    (first / "journal.csv").unlink()
    (first / "more.csv").write_text("x", "utf-8")
    (second / "manifest.json").write_text("{", "utf-8")
    said = told(nights).splitlines()
    again = "milestone-billing export 2026-04-30-1 writes it"
    assert said == [
        "2026-03-31-1: journal.csv is missing",
        "2026-03-31-1: more.csv is not in the manifest",
        "2026-03-31-1: bill_lines.csv is not as it was written: its SHA-256 differs",
        f"2026-04-30-1: there is no manifest: {again}",
        "outbox: 2026-05-31-1 is of a run that the store does not know",
    ]
    shutil.rmtree(first)
    assert "2026-03-31-1: there is no manifest" in told(nights)


def test_who_brought_what(nights: Path) -> None:
    store = f"sqlite:///{nights / 'store.db'}"
    trail = json.loads(invoke("history", "--audit", "--json", "--store", store).stdout)
    manifest = json.loads((nights / "out" / "2026-03-31-1" / "manifest.json").read_text("utf-8"))
    assert [(one["run_id"], one["import_number"]) for one in trail] == [
        ("2026-03-31-1", 1), ("2026-04-30-1", 2),
    ]  # fmt: skip
    assert trail[0]["files"] == [
        {"file": one["file"], "sha256": one["sha256"]} for one in manifest["inputs"]
    ]
    assert " run " in trail[0]["command_line"]
    assert all(one["user"] and one["host"] and one["at"] for one in trail)
    who = f"{trail[0]['user']} on {trail[0]['host']}"
    runs = json.loads(invoke("history", "--json", "--store", store).stdout)
    assert [run["posted_by"] for run in runs] == [who, who]
    line = invoke("explain", "S-1:10:M1", "--store", store).stdout
    assert f"  by {who}\n" in line
    assert f", by {who})" in invoke("explain", "S-1", "--store", store).stdout
    assert (
        f"{who}: import 1, run 2026-03-31-1"
        in invoke("history", "--audit", "--store", store).stdout
    )


def test_answers_are_signed_with_their_file(nights: Path) -> None:
    store = f"sqlite:///{nights / 'store.db'}"
    file = nights / "answers.csv"
    file.write_text("bill_line_id,transaction_number,transaction_date\nS-1:10:M1,T-1,2026-05-02\n")
    done = invoke("confirm", file, "--out", nights / "confirm", "--store", store)
    assert done.exit_code == 0, done.output
    last = json.loads(invoke("history", "--audit", "--json", "--store", store).stdout)[-1]
    assert (last["first_answer"], last["last_answer"]) == (1, 1)
    assert [one["file"] for one in last["files"]] == ["answers.csv"]
    assert verify(nights)[0] == 0


def test_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    """The same checks there, with a line changed by its owner past the guards."""
    inbox = write_inbox(tmp_path / "inbox", little_company())
    invoke("import", inbox, "--out", tmp_path / "import", "--store", postgresql_url)
    invoke("bill", "--as-of", NIGHTS[0], "--store", postgresql_url)
    assert invoke("history", "--verify", "--store", postgresql_url).exit_code == 0
    with psycopg.connect(postgresql_url) as connection:
        connection.execute("ALTER TABLE bill_lines DISABLE TRIGGER USER")
        connection.execute("UPDATE bill_lines SET amount_minor = 1 WHERE what = 'M1'")
    said = invoke("history", "--verify", "--store", postgresql_url)
    assert said.exit_code == 1
    assert "S-1:10:M1 is posted with USD 0.01, and USD 3000.00 was due" in said.stdout
    assert "the guard bill_lines_changed is gone" in said.stdout
