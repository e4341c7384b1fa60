"""A job that is hit again and again and then left in peace, as the tests of each command need it."""

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.kills.places import Place, Places, Result, Server, half_folders, result_of

DONE = (0, 3)


@dataclass(frozen=True)
class Undisturbed:
    """A place before a job, the job, its operations and their stages, how many of them until it is
    done (the others only tidy up), the place afterwards and what stands there."""

    start: Place
    job: Callable[[Place], dict[str, Any]]
    operations: list[str]
    stages: list[str]
    done: int
    status: int
    place: Place
    result: Result

    def at(self, number: int) -> dict[str, Any]:
        """An operation (from 1) in the words of a job: a repetition counts it within its stage."""
        upto = self.stages[:number]
        return {"stage": upto[-1], "number": upto.count(upto[-1])}


def undisturbed(
    server: Server, places: Places, start: Place, job: Callable[[Place], dict[str, Any]], last: str
) -> Undisturbed:
    """The job done once in a copy of a place, without any harm; `last` begins the name of the
    operation whose commit ends its work."""
    place = places.new(start)
    done = server.run(job(place))[0]
    assert done["status"] in DONE, place.said()
    operations = done["operations"]
    return Undisturbed(
        start, job, operations, done["stages"],
        done_at(operations, last) if last else len(operations),
        done["status"], place, result_of(place),
    )  # fmt: skip


def kill_and_repeat(
    server: Server, places: Places, whole: Undisturbed, count: int, *, terms: int = 0
) -> Place:
    """End the job at `count` places, one after another, check what stands there each time, and
    repeat the job; so many of them, from the second on, are asked to stop instead."""
    place = places.new(whole.start)
    for part, number in enumerate(chosen(whole.operations[: whole.done], count)):
        ending = signal.SIGTERM if 1 <= part <= terms else signal.SIGKILL
        if not hit(server, place, whole, number, ending):
            return place
    again = server.run(whole.job(place))[0]
    assert again["status"] == whole.status, place.said()
    return place


def hit(
    server: Server, place: Place, whole: Undisturbed, number: int, ending: int = signal.SIGKILL
) -> bool:
    """End the job at one of its operations; whether it got there. One that is repeated after its
    commit has another way to go."""
    ended = server.run(whole.job(place) | whole.at(number) | {"signal": ending})[0]
    where = f"operation {number}: {whole.operations[number - 1]}"
    assert not half_folders(place.folder / "out", whole.result.files), where
    if ended["status"] == whole.status:
        assert whole.operations[:number].count("after commit") > 1, f"{where}: not noticed"
        return False
    assert ended["status"] == (-ending if ending == signal.SIGKILL else 128 + ending), where
    if ending == signal.SIGTERM:
        assert "stopped by SIGTERM" in place.said()
        # what a posted night has written stays aside, whole, for the next run to publish
        left = [path.name for path in (place.folder / "out").glob(f".*-{ended['pid']}.part")]
        assert not left or result_of(place).tables["runs"], f"{where}: {left} is left behind"
    return True


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


def last_at(operations: Sequence[str], name: str) -> int:
    """The last operation (from 1) whose name ends so.

    >>> last_at(["after commit", "open a", "after commit", "open b"], "commit")
    3
    """
    return max(at for at, one in enumerate(operations, 1) if one.endswith(name))
