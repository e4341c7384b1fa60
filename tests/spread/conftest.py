"""Here the engines themselves are tried: each night is computed by the one that it asks for."""

from collections.abc import Iterator

import pytest

from tests import engines


@pytest.fixture(scope="module", autouse=True)
def engine_that_is_asked_for() -> Iterator[None]:
    """Whatever ENGINE says."""
    with engines.nights_by(engines.ALONE):
        yield
