"""Stores for the tests of what an upload changes."""

from pathlib import Path

import pandas as pd
import pytest

from tests.builders import import_company, judge, little_company, only, store_url


@pytest.fixture
def store(tmp_path: Path) -> str:
    return store_url(tmp_path)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store that holds the little company; only looked at."""
    folder = tmp_path_factory.mktemp("stored")
    import_company(folder / "first", little_company(), store_url(folder))
    return store_url(folder)


@pytest.fixture(scope="module")
def stored_references(
    stored: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, pd.DataFrame]:
    """The reference tables as that store holds them."""
    folder = tmp_path_factory.mktemp("references")
    return judge(folder, only(little_company(), "subscriptions"), stored).contracts
