"""What the tests of killed runs share: a process that runs jobs, places to run in, a first night."""

from collections.abc import Iterator

import pytest

from tests.kills.hits import Undisturbed, undisturbed
from tests.kills.places import FIRST, Places, Server

SQLITE_ONLY = pytest.mark.parametrize("places", ["sqlite"], indirect=True)
"""For what no database has a part in."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Runs jobs, and ends them where they ask for it."""
    server = Server()
    yield server
    server.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Places on each of the two databases."""
    url = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    return Places(request.param, url, tmp_path_factory.mktemp("kills"))


@pytest.fixture(scope="session")
def first_night(server: Server, places: Places) -> Undisturbed:
    """The first night, on a store that is not there yet. It is done when it is marked sent."""
    return undisturbed(
        server, places, places.new(), lambda place: place.night(FIRST), "after execute UPDATE runs"
    )
