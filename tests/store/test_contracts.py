"""Contracts: every version is kept, with the import that brought it and the one that ended it."""

from pathlib import Path

import pandas as pd
import pandas.testing
import pytest
from sqlalchemy import Connection, func, select

import schemas
from pipeline.store import reading, writing
from pipeline.store.contracts import (
    CURRENT,
    last_import_number,
    read_contracts,
    read_import_files,
)  # fmt: skip
from pipeline.store.schema import CONTRACT_TABLES
from pipeline.store.wanted import want_subscriptions
from tests.builders import changed, import_company, little_company, only

MILESTONE_UPLOAD = ("milestones", "charges")


@pytest.fixture(scope="module")
def three_imports(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The company, then a milestone's date, then another date and a customer's name; the store."""
    folder, url = tmp_path_factory.mktemp("uploads"), shared_url
    import_company(folder / "1", little_company(), url)
    dated = changed(little_company(), "milestones 3: completion_date=2026-04-01")
    import_company(folder / "2", only(dated, *MILESTONE_UPLOAD), url)
    moved = changed(
        little_company(),
        "milestones 3: completion_date=2026-05-01",
        "customers 2: customer_name=Acme & Söhne",
    )
    import_company(folder / "3", only(moved, "customers", *MILESTONE_UPLOAD), url)
    return url


def go_live(connection: Connection, at_import: int | None = None) -> str:
    """The completion date of S-1's second milestone, as it stood."""
    milestones = read_contracts(connection, at_import=at_import)["milestones"]
    dates = milestones.loc[milestones["sequence"] == 2, "completion_date"]
    assert len(dates) == 1
    return str(dates.iloc[0])[:10]


def test_contracts_as_they_stood(three_imports: str) -> None:
    with reading(three_imports, "test") as connection:
        assert go_live(connection, 1) == "NaT"
        assert go_live(connection, 2) == "2026-04-01"
        assert go_live(connection, 3) == "2026-05-01"
        assert go_live(connection) == "2026-05-01"
        assert last_import_number(connection) == 3
        assert all(frame.empty for frame in read_contracts(connection, at_import=0).values())


def test_versions_name_the_import_that_ended_them(three_imports: str) -> None:
    table = CONTRACT_TABLES["milestones"]
    with reading(three_imports, "test") as connection:
        versions = connection.execute(
            select(table.c.import_number, table.c.replaced_by)
            .where(table.c.sequence == 2)
            .order_by(table.c.import_number)
        ).all()
    assert [tuple(version) for version in versions] == [(1, 2), (2, 3), (3, CURRENT)]


def test_only_new_and_changed_rows_are_written(three_imports: str) -> None:
    with reading(three_imports, "test") as connection:
        written = {
            name: connection.execute(
                select(table.c.import_number, func.count())
                .group_by(table.c.import_number)
                .order_by(table.c.import_number)
            ).all()
            for name, table in CONTRACT_TABLES.items()
        }
    changes = {name: [tuple(row) for row in rows if row[0] > 1] for name, rows in written.items()}
    assert changes.pop("milestones") == [(2, 1), (3, 1)]
    assert changes.pop("customers") == [(3, 1)]
    assert set(map(tuple, changes.values())) == {()}


def test_the_same_upload_again_writes_nothing(tmp_path: Path, store_url: str) -> None:
    import_company(tmp_path / "1", little_company(), store_url)
    with reading(store_url, "test") as connection:
        before = read_contracts(connection)
    import_company(tmp_path / "2", little_company(), store_url)
    with reading(store_url, "test") as connection:
        after = read_contracts(connection)
        assert last_import_number(connection) == 2
        assert len(read_import_files(connection, 2)) == len(little_company())
    for name, frame in before.items():
        pandas.testing.assert_frame_equal(by_key(name, after[name]), by_key(name, frame))


def by_key(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows in the order of their key: a store gives them in any."""
    return frame.sort_values(schemas.keys_of(schemas.TABLES[name]), ignore_index=True)


def test_wanted_subscriptions_and_the_others(tmp_path: Path, store_url: str) -> None:
    import_company(tmp_path, little_company(), store_url)
    with writing(store_url, "test") as connection, connection.begin():
        want_subscriptions(connection, ["S-1", "S-unknown"])
        wanted = read_contracts(connection, wanted=True)
        others = read_contracts(connection, wanted=False)
        assert wanted["subscriptions"]["subscription_number"].tolist() == ["S-1"]
        assert others["subscriptions"]["subscription_number"].tolist() == ["S-2"]
        assert len(wanted["milestones"]) == 2
        assert others["milestones"].empty
        want_subscriptions(connection, [])
        assert read_contracts(connection, wanted=True)["charges"].empty
