"""Histories in which one step follows another: what a store holds, and what readers are told of it.

They are a tree, grown as it is needed: a history is its parent's place copied, and one step more.
"""

import json
import re
import threading
from typing import Any

from tests.kills.moments import PUBLISHING
from tests.kills.places import FIRST, SECOND, Place, Result, result_of
from tests.kills.rounds import Worker

DONE = (0, 3)
ANSWERS = """bill_line_id,transaction_number,transaction_date,message
S-1:10:M1,501,2026-04-01,
S-2:10:FEE,,,Invalid site
"""

STEPS = {
    "run first": ("run", FIRST, "--as-of", FIRST, "--out", "out", "--json"),
    "run second": ("run", SECOND, "--as-of", SECOND, "--out", "out", "--json"),
    "import second": ("import", SECOND, "--json"),
    "confirm": ("confirm", "answers.csv", "--json"),
    "bill": ("bill", "--as-of", SECOND, "--json"),
}
"""What may write, by name; each takes a folder or a file of its own besides."""

AGAIN = "export first"
EXPORT = ("export", f"{FIRST}-1", "--out", "out", "--json")
"""Writes a run's files again: the store, and the files, are the same afterwards."""

READERS = {
    "history": ("history", "--json"),
    "status": ("status", "--json"),
    "status of S-1": ("status", "S-1", "--json"),
    "explain line": ("explain", "S-1:10:M1", "--json"),
    "explain contract": ("explain", "S-1", "--json"),
    "check": ("check", SECOND, "--json"),
}
QUIET = ("check",)
"""Readers that take --quiet."""

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


def step_job(place: Place, step: str, name: str) -> dict[str, Any]:
    """The job of a step, whose command line holds its name."""
    arguments = EXPORT if step == AGAIN else STEPS[step]
    more = {
        "run": ("--timings", f"{name}.json"), "import": ("--out", name), "confirm": ("--out", name),
        "bill": ("--config", f"{name}.toml"),
    }  # fmt: skip
    given = more.get(arguments[0], ())
    if arguments[0] == "bill":
        (place.folder / f"{name}.toml").touch()
    return place.job(*arguments, *given, name=name)


def reader_job(place: Place, reader: str, name: str) -> dict[str, Any]:
    """The job of a reader."""
    given = [*READERS[reader], *(("--out", name) if reader == "check" else ())]
    job = place.job(*given, name=name)
    if reader not in QUIET:
        job["arguments"].remove("--quiet")
    return job


def told(status: int, out: str, name: str) -> str:
    """What a reader told, without moments and its own folder."""
    said = MOMENT.sub("AT", out).replace(json.dumps(name), '"OUT"')
    return f"{status} {said}"


class History:
    """A store after some steps, and what each reader is told there."""

    def __init__(self, worker: Worker, kind: str, place: Place, done: tuple[str, ...]) -> None:
        self.kind, self.place, self.done = kind, place, done
        self.status: int | None = None
        self._lock = threading.Lock()
        self._children: dict[str, History] = {}
        self._half: dict[str, History] = {}
        self._told: dict[str, str] = {}
        self.result = result_of(place) if done else Result({}, {})

    def after(self, worker: Worker, step: str) -> "History":
        """This history and one step more."""
        with self._lock:
            if step not in self._children:
                place = worker.places[self.kind].new(self.place)
                ended = worker.server.run(step_job(place, step, "step"))[0]
                self._children[step] = History(worker, self.kind, place, (*self.done, step))
                self._children[step].status = ended["status"]
            return self._children[step]

    def before_files(self, worker: Worker, step: str) -> "History":
        """This history and a run that is posted, and whose files are not out: readers may see it."""
        with self._lock:
            if step not in self._half:
                place = worker.places[self.kind].new(self.place)
                job = step_job(place, step, "step") | {"stage": PUBLISHING, "number": 2}
                worker.server.run(job)
                if self.kind == "postgresql":
                    worker.places[self.kind].is_left(place, 20)
                self._half[step] = History(worker, self.kind, place, (*self.done, step, "(posted)"))
            return self._half[step]

    def migrated(self, worker: Worker) -> "History":
        """A new store that has its tables and nothing in them."""
        with self._lock:
            if "" not in self._half:
                place = worker.places[self.kind].new(self.place)
                job = step_job(place, "import second", "step") | {"stage": "read", "number": 1}
                worker.server.run(job)
                self._half[""] = History(worker, self.kind, place, ("(migrated)",))
            return self._half[""]

    def told_to(self, worker: Worker, reader: str) -> str:
        """What a reader is told here."""
        with self._lock:
            if reader not in self._told:
                ended = worker.server.run(reader_job(self.place, reader, "reader"))[0]
                self._told[reader] = told(
                    ended["status"], self.place.said("out", "reader"), "reader"
                )
            return self._told[reader]


class Beginnings:
    """The places in which races begin: with a store that is not there yet, or after a night."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[tuple[str, bool], History] = {}

    def of(self, worker: Worker, kind: str, *, is_new: bool) -> History:
        """The beginning on that database."""
        with self._lock:
            if (kind, is_new) not in self._made:
                place = worker.places[kind].new()
                (place.folder / "answers.csv").write_text(ANSWERS, "utf-8")
                beginning = History(worker, kind, place, ())
                if not is_new:
                    beginning = beginning.after(worker, "run first")
                self._made[kind, is_new] = beginning
            return self._made[kind, is_new]
