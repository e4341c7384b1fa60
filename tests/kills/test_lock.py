"""One process at a time may write to a store; who finds it held is told by whom, and since when."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.kills.hits import Undisturbed
from tests.kills.places import FIRST, ROOT, SECOND, Place, Places, Server, result_of, same

HOLD = """
import sys, time
from pipeline.store import writing
with writing(sys.argv[1], "run"):
    print("held", flush=True)
    time.sleep(300)
"""

WRITERS = (
    ("run", FIRST, "--as-of", FIRST, "--out", "out"),
    ("import", FIRST),
    ("bill", "--as-of", FIRST),
    ("export", f"{FIRST}-1", "--out", "out"),
)


@pytest.fixture
def held(places: Places, first_night: Undisturbed) -> Iterator[tuple[Place, subprocess.Popen]]:
    """A place after the first night, whose store another process holds."""
    place = places.new(first_night.place)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, place.store],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    yield place, holder
    holder.kill()
    holder.wait(30)


def test_a_held_store(server: Server, held: tuple[Place, subprocess.Popen]) -> None:
    place, holder = held
    before = result_of(place)
    for arguments in WRITERS:
        began = time.monotonic()
        done = server.run(place.job(*arguments))[0]
        assert done["status"] == 75, arguments
        assert time.monotonic() - began < 5, "at once: nobody waits for the holder"
        names_the_holder(place.said(), holder.pid)
        assert place.said("out") == ""
    assert server.run(place.job("check", FIRST, "--out", "judged"))[0]["status"] in (0, 3)
    history = place.job("history", "--json")
    history["arguments"].remove("--quiet")
    assert server.run(history)[0]["status"] == 0, place.said()
    assert f'"{FIRST}-1"' in place.said("out")
    same(result_of(place), before)
    holder.send_signal(signal.SIGKILL)
    holder.wait(30)
    assert server.run(place.job("import", SECOND))[0]["status"] == 3, place.said()


def names_the_holder(said: str, pid: int) -> None:
    """One line: the command, the process, and a moment of the last minute."""
    assert said.count("\n") == 1, said
    assert re.search(rf"the store is held by milestone-billing run, process {pid} on \S+, ", said)
    since = re.search(r"since (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:?\d\d)", said)
    assert since, said
    moment = datetime.fromisoformat(since[1])
    assert timedelta(0) - timedelta(seconds=1) < datetime.now(moment.tzinfo) - moment
    assert datetime.now(moment.tzinfo) - moment < timedelta(minutes=1)


def test_two_nights_at_once(server: Server, places: Places, first_night: Undisturbed) -> None:
    """One of them bills; the other finds the store held, or everything billed."""
    place = places.new()
    jobs = [place.night(FIRST, name=f"night{number}") for number in (1, 2)]
    statuses = sorted(done["status"] for done in server.run(*jobs))
    said = place.said(name="night1") + place.said(name="night2")
    assert statuses in ([3, 3], [3, 75]), said
    found, expected = result_of(place), first_night.result
    assert found.tables["bill_lines"] == expected.tables["bill_lines"]
    assert len(found.tables["runs"]) == statuses.count(3)
    first_files = {
        name: file for name, file in found.files.items() if name.startswith(f"{FIRST}-1")
    }
    assert first_files == expected.files
