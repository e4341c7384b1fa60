"""A store's schema: made once, noted, and left alone by a program that does not know it."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, inspect, select

from pipeline.cli import main
from pipeline.store import StoreVersionError, reading, writing
from pipeline.store.migrations import MIGRATIONS, applied_migrations, migration_log
from pipeline.store.schema import metadata
from tests.builders import little_company, write_inbox


def test_a_new_store_has_every_table_and_notes_every_migration(store_url: str) -> None:
    with writing(store_url, "test") as connection, connection.begin():
        assert set(metadata.tables) <= set(inspect(connection).get_table_names())
        assert applied_migrations(connection) == [name for name, _ in MIGRATIONS]


def test_a_migration_is_applied_once(store_url: str) -> None:
    logs = []
    for _ in range(3):
        with writing(store_url, "test") as connection, connection.begin():
            logs.append(connection.execute(migration_log.select()).all())
    assert logs[0] == logs[1] == logs[2]
    assert len(logs[0]) == len(MIGRATIONS)


def newer(url: str) -> None:
    """Let a program of the future migrate the store."""
    with writing(url, "test") as connection, connection.begin():
        connection.execute(
            migration_log.insert().values(
                position=len(MIGRATIONS), name="tables of tomorrow", applied_at="2030-01-01"
            )
        )


def test_a_newer_store_is_refused(store_url: str) -> None:
    newer(store_url)
    for opened in (writing, reading):
        with (
            pytest.raises(
                StoreVersionError, match=r"tables of tomorrow.*run the version that made"
            ),
            opened(store_url, "test"),
        ):
            pass


@pytest.mark.parametrize("command", ["run", "check", "import", "bill", "export", "history"])
def test_every_command_refuses_a_newer_store(store_url: str, tmp_path: Path, command: str) -> None:
    newer(store_url)
    inbox = str(write_inbox(tmp_path / "inbox", little_company()))
    out = ["--out", str(tmp_path / "out")]
    arguments = {
        "run": [inbox, *out], "check": [inbox, *out], "import": [inbox, *out], "bill": [],
        "export": ["2026-03-31-1", *out], "history": [],
    }  # fmt: skip
    done = CliRunner().invoke(main, [command, *arguments[command], "--store", store_url])
    assert done.exit_code == 4
    assert done.stderr.startswith("milestone-billing: the store was migrated by another version")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""
    assert not (tmp_path / "out").exists()


def test_a_store_of_another_history_is_refused(store_url: str) -> None:
    with writing(store_url, "test") as connection, connection.begin():
        first = select(func.min(migration_log.c.name)).scalar_subquery()
        connection.execute(
            migration_log.update()
            .where(migration_log.c.name == first)
            .values(name="of another branch")
        )
    with (
        pytest.raises(StoreVersionError, match="of another branch"),
        writing(store_url, "test"),
    ):
        pass
