"""A night that sends again, and a command that confirms: killed anywhere and repeated, they act once."""

import pytest

from tests.kills.conftest import first_night, places, server
from tests.kills.hits import Undisturbed, kill_and_repeat, undisturbed
from tests.kills.places import SECOND, Place, Places, Server, result_of, same

__all__ = ["first_night", "places", "server"]

NIGHT_KILLS, KILLS = 2, 3
ANSWERS = """bill_line_id,transaction_number,message
S-1:10:M1,,Invalid site
S-2:10:FEE,501,
"""


@pytest.fixture(scope="module")
def sent(places: Places, first_night: Undisturbed) -> Place:
    """A place where the first night is over, with a file of answers."""
    place = places.new(first_night.place)
    (place.folder / "answers.csv").write_text(ANSWERS, "utf-8")
    return place


def confirming(place: Place) -> dict:
    """The job that confirms."""
    return place.job("confirm", "answers.csv", "--out", "judged")


@pytest.fixture(scope="module")
def confirmed(server: Server, places: Places, sent: Place) -> Undisturbed:
    """The answers confirmed. It is done when they are committed."""
    last = "after copy COPY" if places.kind == "postgresql" else "after executemany INSERT INTO"
    return undisturbed(server, places, sent, confirming, last)


@pytest.fixture(scope="module")
def sent_again(server: Server, places: Places, sent: Place) -> Undisturbed:
    """The second night, which sends what was rejected again."""
    place = places.new(sent)
    assert server.run(confirming(place))[0]["status"] == 0, place.said()
    return undisturbed(
        server, places, place, lambda place: place.night(SECOND), "after execute UPDATE runs"
    )


def test_a_night_that_sends_again(server: Server, places: Places, sent_again: Undisturbed) -> None:
    assert len(sent_again.result.tables["resent_lines"]) == 1
    place = kill_and_repeat(server, places, sent_again, NIGHT_KILLS)
    same(result_of(place), sent_again.result)


def test_answers(server: Server, places: Places, confirmed: Undisturbed) -> None:
    assert len(confirmed.result.tables["answers"]) == 2
    place = kill_and_repeat(server, places, confirmed, KILLS)
    same(result_of(place), confirmed.result)


def test_answers_that_were_stored_but_not_told(
    server: Server, places: Places, confirmed: Undisturbed
) -> None:
    """Repeated, they are old news, and nothing is stored twice."""
    place = places.new(confirmed.start)
    job = confirming(place)
    assert server.run(job | {"at": confirmed.done + 1})[0]["status"] < 0
    assert server.run(job)[0]["status"] == 0
    assert "2 told before" in place.said("out")
    same(result_of(place), confirmed.result)


def test_answers_between_a_killed_night_and_its_files(
    server: Server, places: Places, sent_again: Undisturbed
) -> None:
    """The night's files are those of the night, whatever was answered before they came out."""
    operations = sent_again.operations[: sent_again.done]
    posted = [at for at, name in enumerate(operations, 1) if name == "after commit"][-1]
    place = places.new(sent_again.start)
    assert server.run(place.night(SECOND, at=posted))[0]["status"] < 0
    assert not (place.folder / "out" / f"{SECOND}-1").exists()
    (place.folder / "answers.csv").write_text("bill_line_id,message\nS-1:10:M1,Late\n", "utf-8")
    assert server.run(confirming(place))[0]["status"] == 0, place.said()
    assert server.run(place.night(SECOND))[0]["status"] == sent_again.status
    found = result_of(place)
    assert found.files == sent_again.result.files
    assert found.tables["resent_lines"] == sent_again.result.tables["resent_lines"]


def test_a_held_store(server: Server, places: Places, sent: Place) -> None:
    """A reader of the store does not wait, a second writer is told who holds it."""
    place = places.new(sent)
    jobs = [confirming(place) | {"name": f"child{number}"} for number in (1, 2)]
    statuses = sorted(done["status"] for done in server.run(*jobs))
    assert statuses in ([0, 0], [0, 75])
    assert len(result_of(place).tables["answers"]) == 2
