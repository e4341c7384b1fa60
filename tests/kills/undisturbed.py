"""What a night leaves that nobody disturbs: once, and when it is done a second time."""

import functools
import threading
from dataclasses import dataclass, field

from tests.kills.moments import points_of
from tests.kills.places import FIRST, SECOND, Place, Result, files_of, result_of
from tests.kills.rounds import Worker

REJECTED = 3
"""The exit status of the sample nights: each has a row that is refused."""

LAST = 9
"""The length of a night is that of the shorter ones of so many: a machine may be busier than it was,
and a blow that comes too late is none."""


@dataclass
class Undisturbed:
    """A place before a night, and what the night does and leaves."""

    day: str
    start: Place
    before: Result
    once: Result
    twice: Result
    stages: list[str]
    points: list[str]
    seconds: list[float] = field(default_factory=list)
    own_seconds: list[float] = field(default_factory=list)

    def length(self, own: bool = False) -> float:
        """How long the night lasts at the moment, in an interpreter of its own or without."""
        known = self.own_seconds if own else self.seconds
        latest = sorted(known[-LAST:])
        return latest[len(latest) // 4] if latest else self.length() + 3

    def number_in_stage(self, at: int) -> int:
        """An operation's number within its stage, from 1."""
        return self.stages[: at + 1].count(self.stages[at])


class Nights:
    """The undisturbed nights, each made when it is first asked for, and shared by all workers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: dict[tuple[str, str], Undisturbed] = {}
        self.first_done: dict[str, Place] = {}

    def of(self, worker: Worker, kind: str, day: str) -> Undisturbed:
        """The night of that day on that database."""
        with self._lock:
            if (kind, day) not in self._made:
                start = (
                    worker.places[kind].new() if day == FIRST else self._after_first(worker, kind)
                )
                self._made[kind, day] = _undisturbed(worker, kind, day, start)
            return self._made[kind, day]

    def _after_first(self, worker: Worker, kind: str) -> Place:
        if kind not in self.first_done:
            place = worker.places[kind].new()
            done = worker.server.run(place.night(FIRST))[0]
            assert done["status"] == REJECTED, place.said()
            self.first_done[kind] = place
        return self.first_done[kind]


def _undisturbed(worker: Worker, kind: str, day: str, start: Place) -> Undisturbed:
    places = worker.places[kind]
    place = places.new(start)
    run = functools.partial(worker.server.run, place.night(day))
    done = run()[0]
    assert done["status"] == REJECTED, place.said()
    once = result_of(place)
    again = run()[0]
    assert again["status"] == REJECTED, place.said()
    before = result_of(start) if day == SECOND else Result({}, files_of(start.folder / "out"))
    made = Undisturbed(
        day, start, before, once, result_of(place), done["stages"],
        points_of(done["operations"], done["stages"]), [done["seconds"]],
    )  # fmt: skip
    places.drop(place)
    return made
