"""Places in which nights run, the nights, a process that runs them, and what they leave."""

import itertools
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests import engines
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

    @property
    def database(self) -> str:
        """The name of its database."""
        return make_url(self.store).database or ""


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
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
            | engines.of_commands(),
        )  # fmt: skip

    def run(self, *jobs: dict[str, Any]) -> list[dict[str, Any]]:
        """Run the jobs at the same time; what became of each."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(jobs) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        """No more jobs."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)


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
        template = like.database if like else "template1"
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]
        return Place(folder, self.server.replace("/postgres?", f"/{name}?"))

    def is_left(self, place: Place, seconds: float) -> bool:
        """Whether within that time nobody is connected to the place's database any more."""
        until = time.monotonic() + seconds
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        with psycopg.connect(self.server, autocommit=True) as connection:
            while connection.execute(asked, (place.database,)).fetchone() != (0,):
                if time.monotonic() > until:
                    return False
                time.sleep(0.005)
        return True

    def drop(self, place: Place) -> None:
        """Remove a place that is not needed any more."""
        shutil.rmtree(place.folder)
        if self.kind == "postgresql":
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {place.database} WITH (FORCE)")  # type: ignore[arg-type]


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


def result_of(place: Place) -> Result:
    """What stands in the place's store and outbox."""
    return Result(tables_of(place.store), files_of(place.folder / "out"))


def tables_of(store: str) -> dict[str, list[tuple]]:
    """The store's tables, rows in order, without the columns that a clock fills."""
    if store.startswith("sqlite"):
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        columns = 'SELECT name FROM pragma_table_info("{table}")'
        opened: Any = sqlite3.connect(make_url(store).database or "")
    else:
        named = "FROM information_schema.{} WHERE table_schema = 'public'"
        tables = f"SELECT table_name {named.format('tables')} ORDER BY 1"
        columns = (
            f"SELECT column_name {named.format('columns')} AND table_name = '{{table}}'"
            " ORDER BY ordinal_position"
        )
        opened = psycopg.connect(store)
    with closing(opened) as connection:
        found = {}
        for (table,) in connection.execute(tables).fetchall():
            names = [name for (name,) in connection.execute(columns.format(table=table)).fetchall()]
            wanted = ", ".join(f'"{name}"' for name in names if name not in CLOCKS)
            rows = connection.execute(f'SELECT {wanted} FROM "{table}"').fetchall()
            found[table] = sorted(map(tuple, rows), key=repr)
        return found


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, and every empty folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
        if path.is_file() or not any(path.iterdir())
    }


def half_folders(out: Path, expected: dict[str, bytes]) -> list[str]:
    """A sentence for each folder that stands in the outbox under its own name and is not, file by
    file, what is expected of it."""
    folders = [path for path in out.glob("*") if path.is_dir() and path.name[0] != "."]
    return [
        f"the folder {folder.name} stands there and is not whole"
        for folder in folders
        if {f"{folder.name}/{name}": content for name, content in files_of(folder).items()}
        != {name: text for name, text in expected.items() if name.startswith(folder.name + "/")}
    ]


def differences(found: Result, expected: Result) -> list[str]:
    """A sentence for each table and each file that is not as expected."""
    told = [
        f"table {name}: {_unlike(found.tables.get(name, []), rows)}"
        for name, rows in expected.tables.items()
        if found.tables.get(name) != rows
    ]
    for name in sorted(found.files.keys() | expected.files.keys()):
        if found.files.get(name) != expected.files.get(name):
            how = "is missing" if name not in found.files else "differs"
            told.append(f"file {name} {how if name in expected.files else 'should not be there'}")
    return told


def _unlike(found: list[tuple], expected: list[tuple]) -> str:
    there, wanted = Counter(map(repr, found)), Counter(map(repr, expected))
    more, less = list((there - wanted).elements()), list((wanted - there).elements())
    return f"{len(more)} rows too many {more[:2]}, {len(less)} missing {less[:2]}"


def same(found: Result, expected: Result) -> None:
    """Both are equal, table by table and file by file."""
    told = differences(found, expected)
    assert not told, "\n".join(told)
