"""The ledger: no line twice, no line of another name than its key, nothing without its run."""

from pathlib import Path

import pandas.testing
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from pipeline.store import ledger, reading, writing
from tests.builders import bill_night, import_company, ledger_lines, little_company, night

COPY = "INSERT INTO bill_lines SELECT {} FROM bill_lines"


def columns(connection: Connection, **instead: str) -> str:
    """The ledger's columns, some of them replaced by an expression."""
    row = connection.execute(text("SELECT * FROM bill_lines"))
    return ", ".join(instead.get(name, f'"{name}"') for name in row.keys())  # noqa: SIM118


def billed(folder: Path, url: str) -> None:
    """A store with two posted lines."""
    assert len(night(folder, little_company(), url, "2026-03-31").record.bill_lines) == 2


@pytest.fixture(scope="module")
def billed_url(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with two posted lines, for tests that fail to change it."""
    billed(tmp_path_factory.mktemp("billed"), shared_url)
    return shared_url


@pytest.mark.parametrize(
    "instead",
    [
        {},
        {"run_number": "2"},
        {"amount_minor": "1"},
        {"bill_line_id": "bill_line_id || '#1'"},
        {"what": "'M9'"},
        {"revision": "1"},
        {"revision": "-1", "bill_line_id": "bill_line_id || '#-2'"},
        {"bill_line_id": "NULL"},
        {"revision": "1", "bill_line_id": "bill_line_id || '#1'", "run_number": "99"},
        {
            "revision": "1", "bill_line_id": "bill_line_id || '#1'",
            "corrects_bill_line_id": "'S-9:10:M1'",
        },
        {"revision": "1", "bill_line_id": "bill_line_id || '#1'", "amount_minor": "NULL"},
    ],
    ids=str,
)  # fmt: skip
def test_plain_sql_can_not_spoil_the_ledger(billed_url: str, instead: dict[str, str]) -> None:
    before = ledger_lines(billed_url)
    with writing(billed_url, "test") as connection:
        with pytest.raises(IntegrityError), connection.begin():
            connection.execute(text(COPY.format(columns(connection, **instead))))
        connection.rollback()
    pandas.testing.assert_frame_equal(ledger_lines(billed_url), before)


def test_a_run_is_posted_once(billed_url: str) -> None:
    with writing(billed_url, "test") as connection:
        with connection.begin():
            run = ledger.read_run(connection, "2026-03-31-1")
            assert run
            posted = [
                read(connection, run.run_number)
                for read in (ledger.read_lines, ledger.read_revenue_lines, ledger.read_events)
            ]
        with pytest.raises(IntegrityError), connection.begin():
            ledger.post_run(connection, run, *posted)
        other = ledger.Run(**run.__dict__ | {"run_number": 2, "run_id": "2026-03-31-2"})
        with pytest.raises(Exception, match=r"(?i)unique|duplicate"), connection.begin():
            ledger.post_run(connection, other, *posted)
    with reading(billed_url, "test") as connection:
        assert [one.run_id for one in ledger.read_runs(connection)] == ["2026-03-31-1"]


def test_revenue_comes_back_as_it_was_posted(tmp_path: Path, store_url: str) -> None:
    record = night(tmp_path, little_company(), store_url, "2026-03-31").record
    with reading(store_url, "test") as connection:
        pandas.testing.assert_frame_equal(
            ledger.read_revenue_lines(connection, 1), record.revenue_lines
        )
        pandas.testing.assert_frame_equal(ledger.read_events(connection, 1), record.revenue_events)
        stated = ledger.read_stated(connection, before_run=2)
    assert stated["revenue_line_id"].tolist() == ["S-1:10", "S-2:10"]


@pytest.mark.parametrize(
    ("table", "instead"),
    [
        ("revenue_events", {}),
        ("revenue_events", {"revision": "1"}),
        ("revenue_events", {"revision": "1", "event_id": "event_id || '#1'",
                            "line_revision": "7"}),
        ("revenue_lines", {}),
        ("revenue_lines", {"revision": "1", "revenue_line_id": "'S-9:10'"}),
        ("revenue_lines", {"revision": "1", "run_number": "99"}),
    ],
    ids=str,
)  # fmt: skip
def test_plain_sql_can_not_spoil_revenue(
    billed_url: str, table: str, instead: dict[str, str]
) -> None:
    """No event twice, none of another name than its key, none without its line; so with lines."""
    with writing(billed_url, "test") as connection:
        names = connection.execute(text(f"SELECT * FROM {table}")).keys()
        taken = ", ".join(instead.get(name, f'"{name}"') for name in names)
        connection.rollback()
        with pytest.raises(IntegrityError), connection.begin():
            connection.execute(text(f"INSERT INTO {table} SELECT {taken} FROM {table}"))
        connection.rollback()


def test_lines_come_back_as_they_were_posted(tmp_path: Path, store_url: str) -> None:
    outcome = night(tmp_path, little_company(), store_url, "2026-03-31")
    pandas.testing.assert_frame_equal(ledger_lines(store_url), outcome.record.bill_lines)


def test_runs_are_numbered_by_night(tmp_path: Path, store_url: str) -> None:
    import_company(tmp_path, little_company(), store_url)
    for as_of in ("2026-03-31", "2026-03-31", "2026-04-01", "2026-04-01"):
        bill_night(store_url, as_of)
    with reading(store_url, "test") as connection:
        runs = ledger.read_runs(connection)
    assert [(run.run_number, run.run_id) for run in runs] == [
        (1, "2026-03-31-1"), (2, "2026-03-31-2"), (3, "2026-04-01-1"), (4, "2026-04-01-2"),
    ]  # fmt: skip


def test_files_are_said_to_be_out_once(tmp_path: Path, store_url: str) -> None:
    """Writing a run's files again does not move the moment at which they were out first."""
    billed(tmp_path, store_url)
    bill_night(store_url, "2026-04-01")
    with writing(store_url, "test") as connection:
        with connection.begin():
            ledger.mark_sent(connection, 1)
            ledger.mark_sent(connection, 2)
        with connection.begin():
            assert [run.sent_after_run for run in ledger.read_runs(connection)] == [1, 2]
