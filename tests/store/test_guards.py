"""The second lock: plain SQL, past all code, against the ledger, its runs, and what was uploaded."""

import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from pipeline.cli import main
from pipeline.store import reading, writing
from pipeline.store.guards import guards_missing
from pipeline.store.migrations import MIGRATIONS, migration_log
from tests.builders import (
    bill_night,
    changed,
    import_company,
    ledger_lines,
    little_company,
    night,
    only,
)  # fmt: skip

REFUSALS = (sqlite3.IntegrityError, psycopg.errors.IntegrityError)

SPOILERS = (
    "UPDATE bill_lines SET amount_minor = amount_minor + 1",
    "UPDATE bill_lines SET reason = ''",
    "UPDATE bill_lines SET run_number = 2 WHERE run_number = 1",
    "DELETE FROM bill_lines WHERE bill_line_id = 'S-1:10:M1'",
    "UPDATE revenue_events SET satisfaction_date = '2026-01-02'",
    "DELETE FROM revenue_events",
    "UPDATE revenue_lines SET allocated_minor = 1",
    "DELETE FROM revenue_lines",
    "UPDATE runs SET as_of = '2026-01-01'",
    "UPDATE runs SET sent_after_run = NULL",
    "DELETE FROM runs",
    "UPDATE control_totals SET amount_minor = 0",
    "DELETE FROM control_totals",
    "DELETE FROM run_closings",
    "DELETE FROM runs_to_close",
    "UPDATE charges SET amount_minor = 1",
    "DELETE FROM charges",
    "UPDATE milestones SET completion_date = NULL",
    "UPDATE milestones SET replaced_by = 0 WHERE replaced_by > 0",
    "UPDATE imports SET files = '[]'",
    "DELETE FROM imports",
    "UPDATE audit_trail SET user_name = 'somebody else'",
    "DELETE FROM audit_trail",
    "INSERT INTO control_totals SELECT 1, 'EUR', 0, 0, 0, 0, 0, 0",
)
LATE_LINE = {"revision": "1", "bill_line_id": "bill_line_id || '#1'",
             "corrects_bill_line_id": "bill_line_id"}  # fmt: skip


@pytest.fixture(scope="module")
def kept_url(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with two nights, the second after another upload."""
    folder = tmp_path_factory.mktemp("kept")
    night(folder / "1", little_company(), shared_url, "2026-03-31")
    dated = changed(little_company(), "milestones 3: completion_date=2026-04-20")
    import_company(folder / "2", only(dated, "milestones", "charges"), shared_url)
    bill_night(shared_url, "2026-04-30")
    return shared_url


def outside(url: str) -> Any:
    """A connection of the database's own driver, as a shell has it: nothing of the program's."""
    if url.startswith("sqlite"):
        return sqlite3.connect(url.removeprefix("sqlite:///"))
    return psycopg.connect(url)


def copied(connection: Connection, table: str, **instead: str) -> str:
    """A statement that copies a table's rows, with expressions in the place of some columns."""
    names = connection.execute(text(f"SELECT * FROM {table} WHERE 1 = 0")).keys()
    taken = ", ".join(instead.get(name, f'"{name}"') for name in names)
    return f"INSERT INTO {table} SELECT {taken} FROM {table}"


@pytest.mark.parametrize("statement", SPOILERS)
def test_what_is_kept_stays(kept_url: str, statement: str) -> None:
    with outside(kept_url) as connection:
        with pytest.raises(REFUSALS):
            connection.execute(statement)
        connection.rollback()


def test_a_table_is_not_emptied_or_replaced(kept_url: str) -> None:
    with outside(kept_url) as connection:
        emptied = "TRUNCATE bill_lines CASCADE"
        if kept_url.startswith("sqlite"):
            emptied = "INSERT OR REPLACE INTO bill_lines SELECT * FROM bill_lines"
        with pytest.raises(REFUSALS):
            connection.execute(emptied)
        connection.rollback()
    assert len(ledger_lines(kept_url)) == 3


FIRST = "bill_line_id = 'S-1:10:M1'"
NEXT = {"run_number": "3", "run_id": "'2026-04-30-9'", "sent_after_run": "NULL"}


def post_by_hand(connection: Connection, totals: dict[str, object] | None, **line: str) -> None:
    """A third run by plain SQL: it takes back the first line; `totals` None leaves it open."""
    run = copied(connection, "runs", **NEXT) + " WHERE run_number = 1"
    connection.execute(text(run))
    credit = {**LATE_LINE, "amount_minor": "-amount_minor", "run_number": "3", **line}
    connection.execute(text(f"{copied(connection, 'bill_lines', **credit)} WHERE {FIRST}"))
    if totals is not None:
        told = {
            "run_number": 3, "currency": "USD", "lines": 1, "amount_minor": -300000, "events": 0,
            "recognised_minor": 0, "debit_minor": 300000, "credit_minor": 300000, **totals,
        }  # fmt: skip
        marks = ", ".join(f":{name}" for name in told)
        connection.execute(
            text(f"INSERT INTO control_totals ({', '.join(told)}) VALUES ({marks})"), told
        )
        connection.execute(text("INSERT INTO run_closings VALUES (3)"))


@pytest.mark.parametrize(
    ("totals", "line"),
    [
        (None, {}),
        ({"lines": 2}, {}),
        ({"amount_minor": -300001}, {}),
        ({"events": 1}, {}),
        ({"recognised_minor": 1}, {}),
        ({"currency": "EUR"}, {}),
        ({"debit_minor": 300001}, {}),
        ({}, {"amount_minor": "-amount_minor + 1"}),
        ({}, {"currency": "'EUR'"}),
        ({}, {"corrects_bill_line_id": "NULL"}),
        ({}, {"corrects_bill_line_id": "'S-2:10:FEE'"}),
        ({}, {"corrects_bill_line_id": "'S-9:10:M1'"}),
        ({}, {"what": "'M7'", "bill_line_id": "'S-1:10:M7#1'",
              "corrects_bill_line_id": "'S-1:10:M7'"}),
        ({}, {"what": "'M7'", "bill_line_id": "'S-1:10:M7'", "revision": "0"}),
        ({}, {"run_number": "1"}),
    ],
    ids=str,
)  # fmt: skip
def test_a_run_that_does_not_total_is_not_kept(
    kept_url: str, totals: dict[str, object] | None, line: dict[str, str]
) -> None:
    """One that is not closed, or not what its totals say, and corrections of no line."""
    with writing(kept_url, "test") as connection:
        with pytest.raises(IntegrityError), connection.begin():
            post_by_hand(connection, totals, **line)
        connection.rollback()
    with reading(kept_url, "test") as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM runs")) == 2


def test_a_run_that_totals_is_kept_and_then_closed(tmp_path: Path, store_url: str) -> None:
    """The near miss: everything as it should be; but a line more in it is one too many."""
    import_company(tmp_path, little_company(), store_url)
    for as_of in ("2026-03-31", "2026-04-30"):
        bill_night(store_url, as_of)
    with writing(store_url, "test") as connection:
        with connection.begin():
            post_by_hand(connection, {})
        late = {"revision": "2", "bill_line_id": "corrects_bill_line_id || '#2'"}
        statement = copied(connection, "bill_lines", **late) + " WHERE run_number = 3"
        connection.rollback()
        with pytest.raises(IntegrityError, match="closed"), connection.begin():
            connection.execute(text(statement))
        connection.rollback()
    assert "S-1:10:M1#1" in ledger_lines(store_url)["bill_line_id"].tolist()


def test_an_older_store_is_brought_up(tmp_path: Path, store_url: str) -> None:
    """Reading refuses it, with the command that migrates it; its runs are totalled and guarded then."""
    import_company(tmp_path, little_company(), store_url)
    bill_night(store_url, "2026-03-31")
    is_postgresql = store_url.startswith("postgresql")
    with writing(store_url, "test") as connection, connection.begin():
        for name in guards_of(connection):
            table = f" ON {name.rpartition('_')[0].removesuffix('_set')}" if is_postgresql else ""
            connection.execute(text(f"DROP TRIGGER {name}{table}"))
        if is_postgresql:
            connection.execute(
                text("ALTER TABLE bill_lines DROP CONSTRAINT correction_names_its_line")
            )
        for table in (
            "audit_trail", "runs_to_close", "run_closings", "control_totals",
            "looked_at", "run_scopes", "agenda",
        ):  # fmt: skip
            connection.execute(text(f"DROP TABLE {table}"))
        guards = [name for name, _ in MIGRATIONS].index("guards and audit trail")
        connection.execute(migration_log.delete().where(migration_log.c.position >= guards))
    asked = CliRunner().invoke(main, ["history", "--store", store_url])
    assert asked.exit_code == 4
    assert asked.stderr.count("\n") == 1
    assert "milestone-billing bill --dry-run --store " in asked.stderr
    brought = CliRunner().invoke(main, ["bill", "--dry-run", "--store", store_url])
    assert brought.exit_code == 0, brought.output
    with reading(store_url, "test") as connection:
        assert guards_missing(connection) == []
        totals = connection.execute(text("SELECT * FROM control_totals")).one()
        assert tuple(totals)[:4] == (1, "USD", 2, 350000)
        assert totals.debit_minor is None, "what the journal came to then, nobody noted"
    verified = CliRunner().invoke(main, ["history", "--verify", "--store", store_url])
    assert verified.exit_code == 0, verified.output


def guards_of(connection: Connection) -> list[str]:
    """All triggers of the store."""
    there = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.dialect.name == "postgresql":
        there = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    return list(connection.scalars(text(there)))
