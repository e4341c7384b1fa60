"""Who reads sees one state of the store throughout; who is kept out is told who holds this store."""

import os
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from pipeline.store import StoreBusyError, reading, writing
from pipeline.store.lock import _name_of
from pipeline.store.schema import imports


def test_a_commit_meanwhile_is_not_seen(store_url: str) -> None:
    count = select(func.count()).select_from(imports)
    with writing(store_url, "import"):
        pass
    with reading(store_url, "history") as reader:
        assert reader.scalar(count) == 0
        with writing(store_url, "import") as writer, writer.begin():
            writer.execute(
                imports.insert().values(
                    import_number=1, command="import", accepted_at="", files="[]"
                )
            )
        assert reader.scalar(count) == 0, "half before the import, half after it"
    with reading(store_url, "history") as reader:
        assert reader.scalar(count) == 1


def test_the_holder_of_another_store_is_not_named(postgresql_url: str) -> None:
    """Two stores of one server are held by two commands: each is told of its own."""
    beside = postgresql_url.replace("?", "beside?")
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"CREATE DATABASE {name}beside")  # type: ignore[arg-type]
    with writing(postgresql_url, "run"), writing(beside, "confirm"):
        for url, command in ((postgresql_url, "run"), (beside, "confirm")):
            with pytest.raises(StoreBusyError) as kept_out, writing(url, "import"):
                pass
            held_by = f"the store is held by milestone-billing {command}, process {os.getpid()} on "
            assert str(kept_out.value).startswith(held_by)


@pytest.mark.parametrize("written", [None, ""], ids=["not there yet", "not written yet"])
def test_a_holder_without_a_name(tmp_path: Path, written: str | None) -> None:
    if written is not None:
        (tmp_path / "holder").write_text(written, "utf-8")
    assert _name_of(tmp_path / "holder") == "another process, which has only just begun"
