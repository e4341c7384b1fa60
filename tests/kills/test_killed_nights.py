"""A night that is killed anywhere and run again is a night that was never killed.

MILESTONE_BILLING_KILLS sets how many places of each kind are tried (default 3; `all`: every one).
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import schemas
from tests.kills.conftest import (
    FIRST,
    SECOND,
    Place,
    Places,
    Result,
    Server,
    chosen,
    done_at,
    files_of,
    result_of,
    same,
)  # fmt: skip

ASKED = os.environ.get("MILESTONE_BILLING_KILLS", "3")
MOST = 400
"""More than any of these commands has operations."""

FIRST_KILLS, OTHER_KILLS = (MOST, MOST) if ASKED == "all" else (int(ASKED), max(int(ASKED) // 2, 2))


@dataclass(frozen=True)
class Undisturbed:
    """A place before a job, the job's operations, how many of them until it is done (the others
    only tidy up), and what it leaves."""

    start: Place
    job: Callable[[Place], dict[str, Any]]
    operations: list[str]
    done: int
    status: int
    seconds: float
    result: Result


def undisturbed(
    server: Server, places: Places, start: Place, job: Callable[[Place], dict[str, Any]], last: str
) -> Undisturbed:
    """The job done once in a copy of a place, without any harm."""
    place = places.new(start)
    done = server.run(job(place))[0]
    assert done["status"] in (0, 3), place.said()
    operations = done["operations"]
    return Undisturbed(
        start, job, operations, done_at(operations, last) if last else len(operations),
        done["status"], done["seconds"], result_of(place),
    )  # fmt: skip


@pytest.fixture(scope="session")
def first_night(server: Server, places: Places) -> Undisturbed:
    """The first night, on a store that is not there yet. It is done when it is marked sent."""
    return undisturbed(
        server, places, places.new(), lambda place: place.night(FIRST), "after execute UPDATE runs"
    )


@pytest.fixture(scope="session")
def after_first(server: Server, places: Places) -> Place:
    """A place where the first night is over."""
    place = places.new()
    assert server.run(place.night(FIRST))[0]["status"] == 3
    return place


@pytest.fixture(scope="session")
def second_night(server: Server, places: Places, after_first: Place) -> Undisturbed:
    """The second night, with corrections of the first."""
    return undisturbed(
        server, places, after_first, lambda place: place.night(SECOND), "after execute UPDATE runs"
    )


@pytest.fixture(scope="session")
def written_again(server: Server, places: Places, after_first: Place) -> Undisturbed:
    """The first night's files written again, over those that are there."""
    return undisturbed(
        server, places, after_first,
        lambda place: place.job("export", f"{FIRST}-1", "--out", "out"), "",
    )  # fmt: skip


@pytest.fixture(scope="session")
def imported(server: Server, places: Places, after_first: Place) -> Undisturbed:
    """The second night's files imported only. It is done when the import is committed."""
    return undisturbed(
        server, places, after_first, lambda place: place.job("import", SECOND, "--out", "out"),
        'after copy COPY "refused' if places.kind == "postgresql" else "after executemany INSERT INTO",
    )  # fmt: skip


def kill_and_repeat(
    server: Server, places: Places, whole: Undisturbed, part: int, count: int,
    ending: int = signal.SIGKILL,
) -> Place:  # fmt: skip
    """End the job at one of `count` places, check what stands there, and repeat the job."""
    at = chosen(whole.operations[: whole.done], count)
    if part >= len(at):
        pytest.skip("this job has no more operations")
    place = places.new(whole.start)
    job = whole.job(place)
    ended = server.run(job | {"at": at[part], "signal": ending})[0]
    where = f"operation {at[part]}: {whole.operations[at[part] - 1]}"
    assert ended["status"] == (-ending if ending == signal.SIGKILL else 128 + ending), where
    files_are_whole(place, whole, where)
    if ending == signal.SIGTERM:
        assert "stopped by SIGTERM" in place.said()
        # what a posted night has written stays aside, whole, for the next run to publish
        left = [path.name for path in (place.folder / "out").glob(".*")]
        assert not left or result_of(place).tables["runs"], f"{where}: {left} is left behind"
    again = server.run(job)[0]
    assert again["status"] == whole.status, f"{where}: {place.said()}"
    return place


def files_are_whole(place: Place, whole: Undisturbed, where: str) -> None:
    """What stands in the outbox under its own name is complete, and is what it should be."""
    out = place.folder / "out"
    for folder in [path for path in out.glob("*") if path.is_dir() and path.name[0] != "."]:
        files = {f"{folder.name}/{name}": content for name, content in files_of(folder).items()}
        expected = {
            name: content for name, content in whole.result.files.items()
            if name.startswith(folder.name + "/")
        }  # fmt: skip
        assert files == expected, where


@pytest.mark.parametrize("part", range(FIRST_KILLS))
def test_the_first_night(
    server: Server, places: Places, first_night: Undisturbed, part: int
) -> None:
    place = kill_and_repeat(server, places, first_night, part, FIRST_KILLS)
    same(result_of(place), first_night.result)


@pytest.mark.parametrize("part", range(OTHER_KILLS))
def test_the_second_night(
    server: Server, places: Places, second_night: Undisturbed, part: int
) -> None:
    place = kill_and_repeat(server, places, second_night, part, OTHER_KILLS)
    same(result_of(place), second_night.result)


@pytest.mark.parametrize("part", range(OTHER_KILLS))
def test_writing_files_again(
    server: Server, places: Places, written_again: Undisturbed, part: int
) -> None:
    place = kill_and_repeat(server, places, written_again, part, OTHER_KILLS)
    same(result_of(place), written_again.result)


@pytest.mark.parametrize("part", range(OTHER_KILLS))
def test_an_import(server: Server, places: Places, imported: Undisturbed, part: int) -> None:
    place = kill_and_repeat(server, places, imported, part, OTHER_KILLS)
    same(result_of(place), imported.result)


def test_an_import_that_was_stored_but_not_written(
    server: Server, places: Places, imported: Undisturbed
) -> None:
    """The same upload again is another import, of nothing new, and writes the same findings."""
    place = places.new(imported.start)
    job = imported.job(place)
    assert server.run(job | {"at": imported.done + 1})[0]["status"] == -signal.SIGKILL
    assert server.run(job)[0]["status"] == imported.status
    found = result_of(place)
    assert len(found.tables["imports"]) == len(imported.result.tables["imports"]) + 1
    for name in schemas.TABLES:
        assert found.tables[name] == imported.result.tables[name]
    assert found.files == imported.result.files


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_kill_by_the_clock(
    server: Server, places: Places, first_night: Undisturbed, share: float
) -> None:
    """Also where no operation begins or ends: within a statement, a commit, a rename."""
    place = places.new()
    job = place.night(FIRST)
    killed = server.run(job | {"after": first_night.seconds * share})[0]
    if killed["status"] != -signal.SIGKILL:
        pytest.skip("the night was over sooner than this time")
    files_are_whole(place, first_night, f"after {share} of the time")
    if (place.folder / "out" / f"{FIRST}-1").is_dir() and is_sent(place):
        pytest.skip("the night was done already: another is another run")
    assert server.run(job)[0]["status"] == 3
    same(result_of(place), first_night.result)


def is_sent(place: Place) -> bool:
    """Whether the store's first run is marked as sent."""
    runs = result_of(place).tables.get("runs", [])
    return bool(runs) and runs[0][-1] is not None


def test_another_night_after_a_killed_one(
    server: Server, places: Places, first_night: Undisturbed, second_night: Undisturbed
) -> None:
    """A night that was posted but not written is finished by whatever night comes next."""
    operations = first_night.operations[: first_night.done]
    posted = [at for at, name in enumerate(operations, 1) if name == "after commit"][-1]
    place = places.new()
    assert server.run(place.night(FIRST, at=posted))[0]["status"] == -signal.SIGKILL
    assert not (place.folder / "out" / f"{FIRST}-1").exists()
    assert server.run(place.night(SECOND))[0]["status"] == 3, place.said()
    assert "an earlier, interrupted run was finished first" in place.said("out")
    same(result_of(place), second_night.result)


def test_half_written_files_do_not_outlast_the_next_night(
    server: Server, places: Places, first_night: Undisturbed
) -> None:
    """A night that was killed while writing posted nothing; the next night may be another one."""
    written = [name.endswith("manifest.json") for name in first_night.operations]
    writing = written.index(True) + 1
    place = places.new()
    assert server.run(place.night(FIRST, at=writing))[0]["status"] == -signal.SIGKILL
    assert server.run(place.job("run", FIRST, "--as-of", SECOND, "--out", "out"))[0]["status"] == 3
    assert [path.name for path in (place.folder / "out").iterdir()] == [f"{SECOND}-1"]


@pytest.mark.parametrize("part", range(2))
def test_a_night_that_is_asked_to_stop(
    server: Server, places: Places, first_night: Undisturbed, part: int
) -> None:
    """SIGTERM: a status that is not zero, nothing half done, and the next night is whole."""
    place = kill_and_repeat(server, places, first_night, part, 2, signal.SIGTERM)
    same(result_of(place), first_night.result)
