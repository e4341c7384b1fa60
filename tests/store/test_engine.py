"""A store that can't be opened: one sentence, the right status, never the password."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from tests import engines
from tests.builders import import_company, little_company, write_inbox

SECRET = "hunter2secret"


def invoke(tmp_path: Path, url: str, command: str = "run") -> Result:
    """A command on that store."""
    inbox = write_inbox(tmp_path / "inbox", little_company())
    given = [command, *([] if command in ("history", "bill") else [str(inbox)])]
    out = [] if command in ("history", "bill") else ["--out", str(tmp_path / "out")]
    return CliRunner().invoke(main, [*given, *out, "--store", url])


def one_sentence(done: Result, *words: str) -> None:
    """One line on standard error that holds these words, nothing else, and no secret."""
    assert done.stdout == ""
    assert done.stderr.startswith("milestone-billing: "), done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    assert SECRET not in done.output + repr(done.exception)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("not a url", "not a database URL"),
        (f"//reader:{SECRET}@host/base", "not a database URL"),
        ("", "not a database URL"),
        (f"mysql://reader:{SECRET}@host/base", "only sqlite and postgresql"),
        (f"oracle+oracledb://reader:{SECRET}@host/base", "only sqlite and postgresql"),
        ("nonsense://x", "only sqlite and postgresql"),
        (f"postgresql://reader:{SECRET}@host:notaport/base", "not a database URL"),
        (f"postgresql://reader:{SECRET}@host/base?nonsense=1", ""),
        (f"postgresql+nodriver://reader:{SECRET}@127.0.0.1:1/base", ""),
        ("sqlite+nodriver:///store.db", ""),
        (f"postgresql://reader:{SECRET}@127.0.0.1:1/base", "can't be opened"),
        (f"postgresql://reader:{SECRET}@no-such-host.invalid/base", "can't be opened"),
        ("sqlite:////no/such/folder/store.db", "/no/such/folder does not exist"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["run", "check", "history"])
def test_a_store_that_is_not_there(tmp_path: Path, url: str, words: str, command: str) -> None:
    done = invoke(tmp_path, url, command)
    assert done.exit_code in (1, 2), done.output
    one_sentence(done, words)
    assert not (tmp_path / "out").exists()


def test_a_wrong_password(postgresql_url: str, tmp_path: Path) -> None:
    """The server of the tests trusts everyone, so the role is what is wrong."""
    url = postgresql_url.replace("://postgres:", f"://nobody:{SECRET}")
    assert SECRET in url
    done = invoke(tmp_path, url)
    assert done.exit_code == 1
    one_sentence(done, "can't be opened")


def test_a_missing_database(postgresql_url: str, tmp_path: Path) -> None:
    done = invoke(tmp_path, postgresql_url.replace("/night", "/no_such_night"))
    assert done.exit_code == 1
    one_sentence(done, "can't be opened", "does not exist")


@pytest.mark.parametrize("command", ["run", "check", "history", "bill"])
def test_a_file_that_is_no_database(tmp_path: Path, command: str) -> None:
    path = tmp_path / "store.db"
    path.write_text("this is a shopping list, and a long one too\n" * 100, "utf-8")
    done = invoke(tmp_path, f"sqlite:///{path}", command)
    assert done.exit_code == 1
    one_sentence(done, "not a database")
    assert path.read_text("utf-8").startswith("this is a shopping list")


@pytest.mark.parametrize("command", ["run", "check", "history"])
def test_a_folder_in_place_of_the_file(tmp_path: Path, command: str) -> None:
    done = invoke(tmp_path, f"sqlite:///{tmp_path}", command)
    assert done.exit_code in (1, 2)
    one_sentence(done)


@pytest.mark.parametrize("command", ["check", "history"])
def test_reading_an_empty_database(store_url: str, tmp_path: Path, command: str) -> None:
    """A database in which nothing was done yet is as good as none: nobody has run a night."""
    if store_url.startswith("sqlite"):
        Path(store_url.removeprefix("sqlite:///")).touch()
    done = invoke(tmp_path, store_url, command)
    assert done.exit_code == 0, done.output


def test_reading_makes_no_store(sqlite_url: str, tmp_path: Path) -> None:
    for command in ("check", "history"):
        assert invoke(tmp_path, sqlite_url, command).exit_code == 0
    assert not list(tmp_path.glob("store.db*"))


def test_the_store_is_its_owners_business(sqlite_url: str, tmp_path: Path) -> None:
    """Whatever lies beside the database is gone, or empty, when the night is over."""
    assert invoke(tmp_path, sqlite_url).exit_code == 0
    beside = {path.name: path.stat().st_size for path in tmp_path.glob("store.db?*")}
    assert beside.keys() <= {"store.db.lock"}
    assert not any(beside.values())
    assert stat.S_ISREG((tmp_path / "store.db").stat().st_mode)


@pytest.fixture
def unprivileged() -> list[str]:
    """What stands before a command so that permissions bind it, though the tests run as root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed, and permissions don't bind root")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def test_what_may_not_be_written(unprivileged: list[str], tmp_path: Path) -> None:
    """The store, its folder and the outbox, each closed in turn; opened again, the night goes on."""
    folder, out = tmp_path / "kept", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    store = folder / "store.db"
    inbox = str(write_inbox(tmp_path / "inbox", little_company()))
    commands = {
        "run": ["run", inbox, "--out", str(out), "--as-of", "2026-03-31"],
        "history": ["history"],
    }

    def told(command: str) -> tuple[int, str]:
        done = subprocess.run(
            [*unprivileged, sys.executable, "-m", "pipeline", *commands[command],
             "--store", f"sqlite:///{store}"],
            capture_output=True, text=True, check=False, timeout=120,
            env=os.environ | engines.of_commands(),
        )  # fmt: skip
        assert done.stderr.count("\n") == (1 if done.returncode == 1 else 0), done.stderr
        return done.returncode, done.stderr

    import_company(tmp_path / "inbox", little_company(), f"sqlite:///{store}")
    for closed, mode, command, words in (
        (store, 0o400, "run", "this user may not read and write it"),
        (folder, 0o500, "run", "and their folder: SQLite needs it even to read"),
        (folder, 0o000, "history", "let this user read and write it and its folder"),
        (out, 0o500, "run", "out: can't be written: Permission denied; free space"),
    ):
        before = stat.S_IMODE(closed.stat().st_mode)
        closed.chmod(mode)
        status, said = told(command)
        closed.chmod(before)
        assert (status, words in said) == (1, True), said
    assert told("run") == (0, "")
