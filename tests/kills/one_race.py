"""One round of races: several commands at once on one store, some of them only reading.

The seed says what is begun when; who comes first is the machine's doing. So the steps that were
kept are told by the audit trail, in their order, and done again one after another in a new store.
"""

import itertools
import json
import random
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.kills.places import Place, differences, result_of
from tests.kills.rounds import POSTGRESQL, SQLITE, Tally, Worker
from tests.kills.serial import (
    AGAIN,
    DONE,
    READERS,
    STEPS,
    Beginnings,
    History,
    reader_job,
    step_job,
    told,
)  # fmt: skip

BUSY, KILLED = 75, -9
TRIES = 100
BLOCKED = 30
"""Seconds after which a reader is taken to have been blocked; its own work takes less than one."""

HOLDER = re.compile(
    r"milestone-billing: the store is held by milestone-billing (\w+), process (\d+) on \S+, since \S+\n"
)
BEGUN = "milestone-billing: the store is held by another process, which has only just begun"


@dataclass(frozen=True)
class Started:
    """A command of a race: what, when it begins, whether it tries again when the store is held, and
    when it is killed."""

    name: str
    what: str
    delay: float
    again: bool = False
    killed: float | None = None


@dataclass(frozen=True)
class Race:
    """What a seed says."""

    kind: str
    is_new: bool
    writers: tuple[Started, ...]
    readers: tuple[Started, ...]


def race_of(seed: int) -> Race:
    """The race of a seed: two to four that write, two or three that read."""
    source = random.Random(seed)
    kind, is_new = source.choice([SQLITE, POSTGRESQL]), source.random() < 0.25
    has_kill = source.random() < 0.35
    # an answer to a killed night's files may come before them, and a bill then before its sending
    steps = [step for step in STEPS if not (has_kill and step == "bill")]
    steps = [*steps, *([] if is_new else [AGAIN])]
    count, victim = source.randint(2, 4), source.randrange(2)
    writers = tuple(
        Started(
            f"writer{at}", source.choice(steps), source.choice([0.0, source.uniform(0, 2.0)]),
            source.random() < 0.6 and not (has_kill and at == victim),
            source.uniform(0.2, 3.5) if has_kill and at == victim else None,
        )
        for at in range(count)
    )  # fmt: skip
    readers = tuple(
        Started(f"reader{at}", source.choice(list(READERS)), source.uniform(0, 5.0))
        for at in range(source.randint(2, 3))
    )
    return Race(kind, is_new, writers, readers)


def play(worker: Worker, beginnings: Beginnings, seed: int) -> Tally:
    """Play the race of a seed."""
    asked = race_of(seed)
    beginning = beginnings.of(worker, asked.kind, is_new=asked.is_new)
    place = worker.places[asked.kind].new(beginning.place)
    played = Played(worker, asked, beginning, place)
    played.run()
    played.settle()
    played.judge()
    worker.places[asked.kind].drop(place)
    if played.faults:
        ends = ", ".join(f"{one.what}: {played.ended[one.name]['status']}" for one in asked.writers)
        played.tally.faults[seed] = [f"{asked.kind} ({ends}): {one}" for one in played.faults]
    return played.tally


class Played:
    """A race that is run, and what is found."""

    def __init__(self, worker: Worker, asked: Race, beginning: History, place: Place) -> None:
        self.worker, self.asked, self.beginning, self.place = worker, asked, beginning, place
        self.ended: dict[str, dict[str, Any]] = {}
        self.steps = {one.name: one.what for one in asked.writers}
        self.faults: list[str] = []
        self.tally = Tally(Counter({"rounds": 1, f"rounds on {asked.kind}": 1}))

    def run(self) -> None:
        """All commands at once."""
        jobs = []
        for one in self.asked.writers:
            again = {"again": TRIES} if one.again else {}
            killed = {"after": one.killed} if one.killed else {}
            job = step_job(self.place, one.what, one.name)
            jobs.append(job | {"delay": one.delay} | again | killed)
        for one in self.asked.readers:
            jobs.append(reader_job(self.place, one.what, one.name) | {"delay": one.delay})
        names = [one.name for one in (*self.asked.writers, *self.asked.readers)]
        self.ended = dict(zip(names, self.worker.server.run(*jobs), strict=True))

    def settle(self) -> None:
        """After a kill, the next night goes on, and files that were being written are so again."""
        killed = [one for one in self.asked.writers if self.ended[one.name]["status"] == KILLED]
        for one in killed:
            self.tally.counts["writers killed"] += 1
            for step in ["run second", *([AGAIN] if one.what == AGAIN else [])]:
                job = step_job(self.place, step, f"settling {step}") | {"again": TRIES}
                ended = self.worker.server.run(job)[0]
                self.steps[f"settling {step}"] = step
                if ended["status"] not in DONE:
                    self.fault(f"after the kill {step} ended with {ended['status']}: "
                               f"{self.place.said(name=f'settling {step}')[-600:]}")  # fmt: skip

    def judge(self) -> None:
        """Everything that has to hold."""
        kept = self.kept()
        serial = self.beginning
        passed = [serial]
        for step in [self.steps[name] for name in kept]:
            serial = serial.after(self.worker, step)
            passed.append(serial)
        self.one_at_a_time()
        for one in self.asked.writers:
            self.judge_writer(one, kept, passed)
        states = list(self.states([self.steps[name] for name in kept]))
        for one in self.asked.readers:
            self.judge_reader(one, states)
        for difference in differences(result_of(self.place), serial.result) if kept else []:
            self.fault(f"unlike {', '.join(self.steps[name] for name in kept)}: {difference}")
        self.tally.counts["steps kept"] += len(kept)

    def kept(self) -> list[str]:
        """The names of the commands that the audit trail holds, in its order; not of those before."""
        before = 0 if self.asked.is_new else 1
        lines = _command_lines(self.place)[before:]
        found = [
            next((name for name in self.steps if re.search(rf"'?{name}\b", line)), "")
            for line in lines
        ]
        if found != [name for name in found if name] or len(set(found)) != len(found):
            self.fault(f"the audit trail holds {lines}")
        return [name for name in found if name]

    def judge_writer(self, one: Started, kept: list[str], passed: list[History]) -> None:
        """It was kept and ended well, or it was kept out and says by whom, or it was killed."""
        ended, error = self.ended[one.name], self.place.said(name=one.name)
        status = ended["status"]
        self.tally.counts[f"writers ended with {status}"] += 1
        if one.again:
            self.tally.counts["kept out, and tried again"] += ended["tries"] - 1
        if status == KILLED and one.killed:
            return
        if status == BUSY:
            self.names_the_holder(error)
        elif status not in DONE and not any(
            history.after(self.worker, one.what).status == status for history in passed
        ):
            self.fault(f"{one.what} ended with {status}: {error[-900:]}")
        if one.name in kept and status not in DONE:
            self.fault(f"{one.what} ended with {status}, and was kept")
        if status in DONE and one.name not in kept and self.did_something(one):
            self.fault(f"{one.what} ended with {status}, and was not kept")
        if "Traceback" in error:
            self.fault(error[-1500:])

    def names_the_holder(self, error: str) -> None:
        """Who is kept out is told of one that writes in this race."""
        named = HOLDER.fullmatch(error)
        writers = {one["pid"] for one in self.ended.values() if one["held"]}
        if self.asked.kind == SQLITE and error.startswith(BEGUN):
            self.tally.counts["kept out by one that had only just begun"] += 1
        elif not named or int(named[2]) not in writers:
            self.fault(f"kept out, and told so: {error}")

    def did_something(self, one: Started) -> bool:
        """Whether a command that ended well says that it kept something of its own."""
        if one.what == AGAIN:
            return False
        said = json.loads(self.place.said("out", one.name))
        if one.what == "confirm":
            return said["invoiced"] + said["rejected"] > 0
        return not said.get("resumed")

    def one_at_a_time(self) -> None:
        """No two hold the store at the same time."""
        held = sorted(
            (*one["held"], name) for name, one in self.ended.items() if len(one["held"]) == 2
        )
        for (_, until, former), (since, _, later) in itertools.pairwise(held):
            if since < until:
                self.fault(
                    f"{later} held the store {until - since:.4f} s before {former} let it go"
                )

    def judge_reader(self, one: Started, states: list[History]) -> None:
        """It ended soon, and was told what stood before or after some step."""
        ended, error = self.ended[one.name], self.place.said(name=one.name)
        self.tally.counts.update({"readers": 1, f"reads: {one.what}": 1})
        self.tally.seconds[f"read of {one.what}"].append(ended["seconds"])
        if ended["seconds"] > BLOCKED:
            self.fault(f"{one.what} took {ended['seconds']:.0f} s")
        said = told(ended["status"], self.place.said("out", one.name), one.name)
        known = [state.told_to(self.worker, one.what) for state in states]
        if (ended["status"] not in DONE and not self.asked.is_new) or "Traceback" in error:
            self.fault(f"{one.what} ended with {ended['status']}: {error[-900:]}")
        elif said not in known:
            self.fault(f"{one.what} told {said[:600]}, which no state is, error: {error[-300:]}")

    def states(self, steps: list[str]) -> Iterator[History]:
        """Every state that a reader may find: after each step; of a run, also posted and not sent."""
        state = self.beginning
        waiting: History | None = None
        yield state
        if self.asked.is_new:
            yield state.migrated(self.worker)
        for step in steps:
            is_run = step.startswith("run")
            if waiting and not is_run:
                waiting = waiting.after(self.worker, step)
                yield waiting
            if is_run:
                waiting = state.before_files(self.worker, step)
                yield waiting
            state = state.after(self.worker, step)
            yield state

    def fault(self, words: str) -> None:
        """Something is wrong."""
        self.faults.append(words)


def _command_lines(place: Place) -> list[str]:
    """The audit trail's commands in order."""
    asked = "SELECT command_line FROM audit_trail ORDER BY audit_number"
    with closing(_opened(place)) as connection:
        return [line for (line,) in connection.execute(asked).fetchall()]


def _opened(place: Place) -> Any:
    if place.store.startswith("sqlite"):
        return sqlite3.connect(place.database)
    return psycopg.connect(place.store)
