"""On a real terminal: tables, a bar, a few colours. Anywhere else: the plain text and nothing else."""

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.stopwatch import Stopwatch
from pipeline.terminal import console_on
from tests import engines
from tests.builders import changed, little_company, write_inbox

ROOT = Path(__file__).parents[1]
NIGHT = "2026-03-31"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOUR = re.compile(r"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7])(?:;[0-9;]*)?m")
RED, GREEN = "\x1b[31m", "\x1b[32m"


class Screen:
    """A pseudo-terminal: what is written to it is kept."""

    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()
        self.kept = b""
        self.seen = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        while True:
            try:
                got = os.read(self.ours, 65536)
            except OSError:
                return
            with self.seen:
                self.kept += got
                self.seen.notify_all()

    def wait_for(self, words: bytes) -> None:
        """Until the words stand there."""
        with self.seen:
            assert self.seen.wait_for(lambda: words in self.kept, timeout=120), self.kept

    def text(self) -> str:
        """Everything that was written, once the other side is closed."""
        self.reader.join(30)
        os.close(self.ours)
        return self.kept.decode("utf-8").replace("\r\n", "\n")


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, arguments: Sequence[object]) -> tuple[int, str]:
    """The command in this process, both of its streams on one terminal."""
    screen = Screen()
    with monkeypatch.context() as patch, os.fdopen(screen.theirs, "w", encoding="utf-8") as stream:
        patch.setattr(sys, "stdout", stream)
        patch.setattr(sys, "stderr", stream)
        with pytest.raises(SystemExit) as ended:
            main([str(one) for one in arguments])
    return int(str(ended.value.code)), screen.text()


def final(text: str) -> str:
    """What stays on the screen: after the last bar is gone, without control sequences."""
    return CONTROL.sub("", text.rpartition("\x1b[2K")[2])


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """80 columns, with colours."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")


def inbox_of(folder: Path, *changes: str) -> Path:
    """The little company."""
    return write_inbox(folder / "inbox", changed(little_company(), *changes))


def store_of(folder: Path) -> list[object]:
    """Where the store is."""
    return ["--store", f"sqlite:///{folder / 'store.db'}"]


def night_of(folder: Path, *changes: str) -> list[object]:
    """The arguments of a night."""
    where = ["--as-of", NIGHT, "--out", folder / "out"]
    return ["run", inbox_of(folder, *changes), *where, *store_of(folder)]


def check_of(folder: Path) -> list[object]:
    """The arguments of a check in which a row is refused."""
    return ["check", inbox_of(folder, REFUSED), "--out", folder / "check", *store_of(folder)]


REFUSED = "subscription_lines 3: product_code=NONE"


def test_a_night_and_what_is_asked_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, text = on_a_terminal(monkeypatch, night_of(tmp_path, REFUSED))
    assert status == 3
    told = final(text)
    assert told.startswith(f"Run {NIGHT}-1, as of {NIGHT}\n")
    assert re.search(r"billed +USD 3,000\.00 +1 +East", told)
    assert re.search(r"\nrefused +\d rows, 1 error *\nties +every price", told)
    assert f"{RED}REF-" in text and f"{GREEN}every price" in text
    assert "rejections.xlsx,andloaditagain" in "".join(told.split())
    assert max(map(len, told.splitlines())) <= 80
    for stage in ("read", "validate", "accept", "bill", "recognise", "post", "export and report"):
        assert f"{stage} " in text
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h"), "the cursor is shown again"
    for command in (["history"], ["status"], ["explain", "S-1:10:M1"]):
        arguments = [*command, *store_of(tmp_path)]
        plain = CliRunner().invoke(main, [*map(str, arguments)]).stdout
        _, text = on_a_terminal(monkeypatch, arguments)
        assert CONTROL.sub("", text) == plain
        assert (GREEN in text) == (command == ["status"]), "the proofs tie"
    _, text = on_a_terminal(monkeypatch, ["history", "--json", *store_of(tmp_path)])
    assert json.loads(text)[0]["run_id"] == f"{NIGHT}-1"


def test_narrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    CliRunner().invoke(main, ["import", *map(str, check_of(tmp_path)[1:])])
    given = ["bill", "--dry-run", "--as-of", NIGHT, *store_of(tmp_path)]
    for arguments in (given, check_of(tmp_path)):
        _, text = on_a_terminal(monkeypatch, arguments)
        assert max(map(len, final(text).splitlines())) <= 40
        assert "…" not in final(text).replace("… and", "")


def test_no_color_and_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, text = on_a_terminal(monkeypatch, check_of(tmp_path))
    assert status == 3 and RED in text and "validate " in text
    monkeypatch.setenv("NO_COLOR", "1")
    _, text = on_a_terminal(monkeypatch, check_of(tmp_path))
    assert "validate " in text and not COLOUR.search(text)
    _, text = on_a_terminal(monkeypatch, [*check_of(tmp_path), "--quiet"])
    assert "validate " not in text and not COLOUR.search(text) and "\x1b[2K" not in text


def test_wrong_and_other_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "billing.toml"
    config.write_text("workbook_rows = 0\n", "utf-8")
    status, text = on_a_terminal(monkeypatch, ["settings", "--config", config])
    assert status == 2
    assert f"{RED}  error   SET-03" in text
    config.write_text("workbook_rows = 5\n", "utf-8")
    _, text = on_a_terminal(monkeypatch, ["settings", "--config", config])
    assert "\x1b[1mworkbook_rows" in text and not COLOUR.search(text)


def test_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe gets the plain text, whatever the environment says; and so does a dumb terminal."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    plain = CliRunner().invoke(main, [*map(str, check_of(tmp_path))])
    assert "\x1b" not in plain.output and plain.stderr == ""
    monkeypatch.setenv("TERM", "dumb")
    assert on_a_terminal(monkeypatch, check_of(tmp_path)) == (3, plain.stdout)


def test_a_terminal_of_other_letters() -> None:
    """One that can't show the bar's letters gets plain text."""
    screen = Screen()
    with os.fdopen(screen.theirs, "w", encoding="ascii") as stream:
        assert console_on(stream) is None
    assert console_on(io.StringIO()) is None


def test_a_long_stage_is_a_line_of_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    for quiet, long, said in ((False, 0.0, True), (False, 60.0, False), (True, 0.0, False)):
        with Stopwatch(quiet=quiet, long=long).stage("validate"):
            pass
        told = capsys.readouterr()
        assert told.out == ""
        assert bool(re.fullmatch(r"milestone-billing: validate: \d+\.\d s\n", told.err)) == said


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_has_json(command: str) -> None:
    writes_a_file_only = {"template"}
    options = {name for one in main.commands[command].params for name in one.opts}
    assert "--json" in options or command in writes_a_file_only


def test_stopped_by_hand(tmp_path: Path) -> None:
    """^C in the middle: the bar is gone, one sentence, nothing posted, and the next run goes on."""
    screen = Screen()
    night = [*map(str, night_of(tmp_path))]
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", *night], cwd=tmp_path,
        stdin=screen.theirs, stdout=screen.theirs, stderr=screen.theirs,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm",
             "PYTHONUTF8": "1"} | engines.of_commands(),
    )  # fmt: skip
    os.close(screen.theirs)
    screen.wait_for(b"validate")
    process.send_signal(signal.SIGINT)
    assert process.wait(120) == 128 + signal.SIGINT
    text = screen.text()
    assert final(text) == (
        "milestone-billing: stopped by SIGINT; nothing is left half done: run it again to go on\n"
    )
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h")
    assert not list(tmp_path.glob("out/*"))
    history = CliRunner().invoke(main, ["history", *night[-2:]])
    assert history.stdout == "no run yet\n"
    assert CliRunner().invoke(main, night).exit_code == 0
