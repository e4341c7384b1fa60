"""What the tests of killed runs share: a process that runs jobs, places to run in, comparisons."""

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import MetaData, NullPool, create_engine, make_url, select

from tests.builders import Company, changed, joined, little_company, only, rows_of, write_inbox

ROOT = Path(__file__).parents[2]
CLOCKS = {"posted_at", "accepted_at", "applied_at", "done_at", "command_line"}
"""Columns that say when and in which place something was done; everything else is the same in every
repetition."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """A folder to run in (inboxes, outbox), and its store."""

    folder: Path
    store: str

    def job(self, *arguments: str, **more: Any) -> dict[str, Any]:
        """A job in this place."""
        given = [*arguments, "--store", self.store, "--quiet"]
        return {"folder": str(self.folder), "arguments": given, **more}

    def night(self, day: str, **more: Any) -> dict[str, Any]:
        """A job: the night of that day."""
        return self.job("run", day, "--as-of", day, "--out", "out", **more)

    def said(self, stream: str = "err", name: str = "child") -> str:
        """What the last job said."""
        path = self.folder / f"{name}.{stream}.said"
        return path.read_text("utf-8") if path.exists() else ""


@dataclass(frozen=True)
class Result:
    """All that a job leaves: the store's rows but for the clock, and the outbox's files."""

    tables: dict[str, list[tuple]]
    files: dict[str, bytes]


class Server:
    """The process of killable.py."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("killable.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
        )  # fmt: skip

    def run(self, *jobs: dict[str, Any]) -> list[dict[str, Any]]:
        """Run the jobs at the same time; what became of each."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(jobs) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


class Places:
    """Makes places of one database, empty or as copies of another."""

    def __init__(self, kind: str, server: str, root: Path) -> None:
        self.kind, self.server, self.root = kind, server, root

    def new(self, like: Place | None = None) -> Place:
        """A new place with the two nights' inboxes, its store and outbox copied from another."""
        number = next(_numbers)
        folder = self.root / f"place{number}"
        if like:
            shutil.copytree(like.folder, folder, ignore=shutil.ignore_patterns("*.said"))
        else:
            for day, company in NIGHTS.items():
                write_inbox(folder / day, company)
        if self.kind == "sqlite":
            return Place(folder, f"sqlite:///{folder / 'store.db'}")
        name = f"kills{number}"
        template = make_url(like.store).database if like else "template1"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]
        return Place(folder, self.server.replace("/postgres?", f"/{name}?"))


def _first_night() -> Company:
    """Two business units, two currencies, letters of many scripts, and a refused subscription."""
    third = {
        "subscriptions": rows_of(
            "subscription_number | customer_number | business_unit | currency | start_date "
            "| end_date | status",
            "S-3 | K-2 | Größe & 東 | JPY | 2026-01-01 | 2026-12-31 | ACTIVE",
            "S-4 | K-2 | East       | USD | 2026-01-01 | 2026-12-31 | ACTIVE",
        ),
        "subscription_lines": rows_of(
            "subscription_number | line_number | product_code",
            "S-3                 | 1           | SUB",
            "S-4                 | 1           | NONE",
        ),
        "charges": rows_of(
            "subscription_number | charge_number | line_number | charge_type | amount "
            "| milestone_billing",
            "S-3 | 10 | 1 | ONE_TIME | 100001 | Y",
        ),
        "milestones": rows_of(
            "subscription_number | charge_number | event_type | sequence | milestone_name | percent "
            "| completion_date",
            "S-3 | 10 | BILLING | 1 | Kick-off | 50 | 2026-03-31",
            "S-3 | 10 | BILLING | 2 | Go live  | 50 | 2026-04-02",
        ),
    }
    return joined(little_company(), third)


def _second_night() -> Company:
    """A completion, a date that came due, and a subscription refused: it was billed already."""
    company = changed(
        _first_night(), "milestones 3: completion_date=2026-04-20", "charges 3: amount=501.00"
    )
    return only(company, "milestones", "charges")


NIGHTS = {"2026-03-31": _first_night(), "2026-04-30": _second_night()}
FIRST, SECOND = NIGHTS


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Runs jobs, and ends them where they ask for it."""
    server = Server()
    yield server
    assert server.process.stdin
    server.process.stdin.close()
    server.process.wait(30)


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Places on each of the two databases."""
    url = request.getfixturevalue("postgresql_server") if request.param == "postgresql" else ""
    return Places(request.param, url, tmp_path_factory.mktemp("kills"))


def result_of(place: Place) -> Result:
    """What stands in the place's store and outbox."""
    url = make_url(place.store)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    engine, metadata = create_engine(url, poolclass=NullPool), MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection)
        tables = {
            table.name: sorted(
                map(
                    tuple,
                    connection.execute(
                        select(*(column for column in table.c if column.name not in CLOCKS))
                    ),
                ),
                key=repr,
            )
            for table in metadata.sorted_tables
        }
    return Result(tables, files_of(place.folder / "out"))


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and every empty folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
        if path.is_file() or not any(path.iterdir())
    }


def same(found: Result, expected: Result) -> None:
    """Both are equal, table by table and file by file."""
    for name, rows in expected.tables.items():
        assert found.tables[name] == rows, f"table {name}"
    assert sorted(found.files) == sorted(expected.files)
    for name, content in expected.files.items():
        assert found.files[name] == content, f"file {name}"


def chosen(operations: Sequence[str], count: int) -> list[int]:
    """`count` places among the operations, from 1: half around what changes files or commits, half
    spread evenly over the others.

    >>> chosen(["open a", "before commit", "after commit", "open b"], 3)
    [1, 3, 4]
    """
    telling = [
        at for at, name in enumerate(operations, 1)
        if name.split()[0] in ("os.rename", "os.rmdir", "os.mkdir") or "commit" in name
    ]  # fmt: skip
    rest = sorted(set(range(1, len(operations) + 1)) - set(telling))
    dense = _spread(telling, max(count // 2, count - len(rest)))
    return sorted([*dense, *_spread(rest, count - len(dense))])


def _spread(places: Sequence[int], count: int) -> list[int]:
    """At most `count` of the places, the first and the last among them."""
    if count >= len(places) or count < 2:
        return list(places[-count:]) if count < 2 else list(places)
    return [places[at * (len(places) - 1) // (count - 1)] for at in range(count)]


def done_at(operations: Sequence[str], last: str) -> int:
    """How many operations it takes until the commit that follows the last one of this name.

    >>> done_at(["after execute UPDATE runs", "before commit", "after commit", "x"], "after execute")
    2
    """
    ends = [at for at, name in enumerate(operations) if name.startswith(last)]
    return operations.index("after commit", ends[-1])
