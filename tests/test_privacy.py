"""What nobody else may read: files and store are their owner's, and no password is shown anywhere."""

import os
import resource
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipeline.actor import actor_of
from pipeline.cli import main
from tests import engines
from tests.builders import little_company, write_inbox

ROOT = Path(__file__).parents[1]
SECRET = "hunter2secret"
NIGHT = "2026-03-31"
posix = pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")


def invoke(*arguments: object) -> Any:
    """The command in this process; only a bug of the program's raises."""
    return CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)


@posix
def test_what_is_written_is_its_owners_alone(tmp_path: Path) -> None:
    """In spite of a mask that lets everybody read; and the mask is the caller's again afterwards."""
    inbox = write_inbox(tmp_path / "inbox", little_company())
    written = tmp_path / "written"
    written.mkdir()
    former = os.umask(0o022)
    try:
        store = f"sqlite:///{written / 'store.db'}"
        done = invoke("run", inbox, "--as-of", NIGHT, "--out", written / "out", "--store", store,
                      "--timings", written / "timings.json")  # fmt: skip
        assert done.exit_code == 0, done.output
        invoke("check", inbox, "--out", written / "check", "--store", store)
        invoke("template", written / "upload.xlsx", "--store", store)
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(former)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in written.rglob("*")}
    assert len(modes) > 15
    assert not {path: oct(mode) for path, mode in modes.items() if mode & 0o077}


URLS = (
    f"postgresql://ann:{SECRET}@127.0.0.1:1/base",
    f"postgresql://ann:{SECRET}@{SECRET}@127.0.0.1:1/base",
    f"postgresql://ann@127.0.0.1:1/base?password={SECRET}",
    f"postgresql://ann@127.0.0.1:1/base?password={SECRET}&nonsense=1",
    f"postgresql://ann:{SECRET}/x@127.0.0.1:1/base",
    f"sqlite:///store.db?password={SECRET}",
)


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize(
    "arguments",
    [("history", "--store"), ("settings", "--json", "--store"), ("history", "--stroe"),
     ("check", "--store", "sqlite:///none.db"), ("explain",), ("history", "too", "much")],
    ids=" ".join,
)  # fmt: skip
def test_no_password_is_shown(
    url: str, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the store, after a slip of the keys, and in the place of something else."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, [*arguments, url])
    assert SECRET not in done.output + repr(done.exception)


def test_the_audit_trail_holds_no_password(tmp_path: Path) -> None:
    inbox = write_inbox(tmp_path / "inbox", little_company())
    store = tmp_path / "store.db"
    done = invoke("import", inbox, "--out", tmp_path / "import",
                  "--store", f"sqlite:///{store}?password={SECRET}")  # fmt: skip
    kept = store if store.exists() else next(tmp_path.glob("store.db*"), None)
    assert done.exit_code in (0, 1)
    for url in URLS:
        assert SECRET not in actor_of(["run", f"--store={url}"]).command_line
        assert SECRET not in actor_of(["run", "--store", url]).command_line
    if kept:
        assert SECRET.encode() not in kept.read_bytes()


def test_the_user_is_the_systems_and_not_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    before = actor_of(("history",))
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody else")
    if os.name == "posix":
        assert actor_of(("history",)) == before


def limited(bytes_written: int, *arguments: object, cwd: Path) -> subprocess.CompletedProcess:
    """The command where no file may become larger: what a full disk looks like."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *map(str, arguments)],
        cwd=cwd, capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | engines.of_commands(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_written,) * 2),
    )  # fmt: skip


@posix
@pytest.mark.parametrize("bytes_written", [3_000, 150_000])
def test_a_disk_that_fills_up(tmp_path: Path, bytes_written: int) -> None:
    """In the store's schema, in its rows, in the files: one sentence, nothing posted, no half folder."""
    inbox = write_inbox(tmp_path / "inbox", little_company())
    night = ("run", inbox, "--as-of", NIGHT, "--out", "out", "--store", "sqlite:///store.db")
    done = limited(bytes_written, *night, cwd=tmp_path)
    if done.returncode == 0:
        pytest.skip("so much suffices on this system")
    assert done.returncode == 1
    assert done.stderr.startswith("milestone-billing: ")
    assert done.stderr.count("\n") == 1, done.stderr
    assert not list(tmp_path.glob("out/*/*"))
    with sqlite3.connect(tmp_path / "store.db") as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        assert "runs" not in tables or not connection.execute("SELECT * FROM runs").fetchall()


def test_standard_output_that_is_full(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "history"], cwd=tmp_path, stdout=full,
            stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("milestone-billing: the command has done its work, but")
    assert done.stderr.count("\n") == 1


@posix
def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    done = subprocess.run(
        ["/bin/sh", "-c", f"rmdir {folder}; {sys.executable} -m pipeline history"], cwd=folder,
        capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "milestone-billing: the current folder is gone: change to another\n"
