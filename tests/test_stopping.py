"""A signal stops the command, also where the interpreter drops what the signal's handler raises."""

import os
import signal
import sys

import pytest

from pipeline.stopping import Stopped, listening, put_off
from pipeline.stopwatch import Stopwatch


class Finaliser:
    """Is told to stop while it is being thrown away, of which Python keeps no exception."""

    def __del__(self) -> None:
        """Ask this process to stop."""
        os.kill(os.getpid(), signal.SIGTERM)
        sum(range(10_000))  # the handler runs in here


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that was stopped ends; this one goes on with what it had."""
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)


def test_a_signal_that_was_lost_stops_the_next_stage(capfd: pytest.CaptureFixture[str]) -> None:
    monitored = sys.unraisablehook
    watch = Stopwatch(quiet=True)
    reached = []
    with pytest.raises(Stopped) as stopped, listening():
        with watch.stage("bill"):
            Finaliser()
            reached.append("the end of the stage")
        reached.append("the next stage")
    assert stopped.value.code == 143
    assert reached == ["the end of the stage"]
    assert sys.unraisablehook is not monitored, "files that are torn down last say nothing"
    assert capfd.readouterr().err == ""


def test_a_signal_waits_for_what_is_not_to_be_disturbed() -> None:
    reached = []
    with pytest.raises(Stopped), listening():
        with put_off():
            os.kill(os.getpid(), signal.SIGTERM)
            sum(range(10_000))
            reached.append("the end of it")
        reached.append("what comes after it")
    assert reached == ["the end of it"]


def test_who_listens_gives_the_signals_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with pytest.raises(Stopped), listening():
        os.kill(os.getpid(), signal.SIGINT)
        sum(range(10_000))
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
    with Stopwatch(quiet=True).stage("another command of this process"):
        pass
