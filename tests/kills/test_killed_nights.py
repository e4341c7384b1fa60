"""A night that is killed anywhere and run again is a night that was never killed.

A few kills of each kind, one after another in one place; `make torture` goes on for a thousand.
"""

import signal

import pytest

import schemas
from tests.kills.conftest import SQLITE_ONLY
from tests.kills.hits import Undisturbed, chosen, hit, kill_and_repeat, last_at, undisturbed
from tests.kills.places import (
    FIRST,
    SECOND,
    Places,
    Server,
    half_folders,
    result_of,
    same,
)  # fmt: skip

WRITING = 70
"""An operation after reading at which a night writes the files of the one before it."""


@pytest.fixture(scope="session")
def second_night(server: Server, places: Places, first_night: Undisturbed) -> Undisturbed:
    """The second night, with corrections of the first."""
    return undisturbed(
        server, places, first_night.place, lambda place: place.night(SECOND),
        "after execute UPDATE runs",
    )  # fmt: skip


@pytest.fixture(scope="session")
def imported(server: Server, places: Places, first_night: Undisturbed) -> Undisturbed:
    """The second night's files imported only. It is done when the import is committed."""
    return undisturbed(
        server, places, first_night.place,
        lambda place: place.job("import", SECOND, "--out", "out"),
        'after copy COPY "refused' if places.kind == "postgresql" else "after executemany INSERT INTO",
    )  # fmt: skip


def test_a_night(server: Server, places: Places, second_night: Undisturbed) -> None:
    """Killed after its commit, then run again: the same ledger, the same bytes."""
    place = places.new(second_night.start)
    posted = last_at(second_night.operations[: second_night.done], "after commit")
    assert hit(server, place, second_night, posted)
    assert server.run(second_night.job(place))[0]["status"] == second_night.status
    assert "posted before and interrupted" in place.said("out")
    same(result_of(place), second_night.result)


def test_nights_that_are_killed_again_and_again(
    server: Server, places: Places, first_night: Undisturbed, second_night: Undisturbed
) -> None:
    """The first is killed, asked to stop, killed while it writes, and killed when it is posted; the
    second while it writes the first one's files. Then it is left in peace."""
    operations = first_night.operations[: first_night.done]
    place = places.new(first_night.start)
    posted = last_at(operations, "after commit")
    middle = chosen(operations[:posted], 6)[2]
    assert hit(server, place, first_night, middle)
    assert hit(
        server, place, first_night, last_at(operations, "manifest.json") // 2, signal.SIGTERM
    )
    assert hit(server, place, first_night, last_at(operations, "manifest.json"))
    assert list((place.folder / "out").glob(".*.part"))
    assert hit(server, place, first_night, posted)
    assert not (place.folder / "out" / f"{FIRST}-1").exists()
    ended = server.run(place.night(SECOND, stage="after read", number=WRITING))[0]
    assert ended["status"] == -signal.SIGKILL
    assert not half_folders(place.folder / "out", first_night.result.files)
    assert server.run(place.night(SECOND))[0]["status"] == 3, place.said()
    same(result_of(place), second_night.result)


@pytest.mark.parametrize("places", ["postgresql"], indirect=True)
def test_a_connection_that_is_cut(server: Server, places: Places, first_night: Undisturbed) -> None:
    """In the middle of posting, by the database's server: one sentence, and nothing is left of it."""
    place = places.new(first_night.start)
    inserted = [name.startswith("after copy COPY") for name in first_night.operations]
    cut = {"disconnect": [places.server, place.database]}
    middle = first_night.at(inserted.index(True) + sum(inserted) // 2)
    ended = server.run(first_night.job(place) | middle | cut)[0]
    assert ended["status"] == 1
    assert place.said().count("\n") == 1
    assert "run it again when the store answers: nothing is left half done" in place.said()
    assert not half_folders(place.folder / "out", first_night.result.files)
    assert server.run(first_night.job(place))[0]["status"] == first_night.status
    same(result_of(place), first_night.result)


@SQLITE_ONLY
def test_writing_files_again(server: Server, places: Places, first_night: Undisturbed) -> None:
    """Over those that are there; killed while these are aside, and the others not there yet."""
    written_again = undisturbed(
        server, places, first_night.place,
        lambda place: place.job("export", f"{FIRST}-1", "--out", "out"), "",
    )  # fmt: skip
    place = places.new(first_night.place)
    names = [name.split()[0] for name in written_again.operations]
    between = names.index("os.rename", names.index("os.rename") + 1) + 1
    assert hit(server, place, written_again, between)
    assert not (place.folder / "out" / f"{FIRST}-1").exists()
    assert server.run(written_again.job(place))[0]["status"] == written_again.status
    same(result_of(place), written_again.result)


def test_an_import(server: Server, places: Places, imported: Undisturbed) -> None:
    place = kill_and_repeat(server, places, imported, 3, terms=1)
    same(result_of(place), imported.result)


def test_an_import_that_was_stored_but_not_written(
    server: Server, places: Places, imported: Undisturbed
) -> None:
    """The same upload again is another import, of nothing new, and writes the same findings."""
    place = places.new(imported.start)
    assert hit(server, place, imported, imported.done + 1)
    assert server.run(imported.job(place))[0]["status"] == imported.status
    found = result_of(place)
    assert len(found.tables["imports"]) == len(imported.result.tables["imports"]) + 1
    for name in schemas.TABLES:
        assert found.tables[name] == imported.result.tables[name]
    assert found.files == imported.result.files
