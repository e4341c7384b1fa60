"""A desk: a store and an outbox, their nights one after the other, and the commands on them."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from click.testing import CliRunner, Result

from pipeline.cli import main
from pipeline.nightly import Outcome, import_inbox, run_night
from pipeline.settings import Settings
from pipeline.validate import Validated
from tests.builders import QUIET, Company, bill_night, day, write_inbox

NIGHT = "2026-03-31"
"""The first night, where nothing else is said."""


def files_below(top: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path in it."""
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }


class Desk:
    """A folder with a store, an inbox for every upload, and one outbox."""

    def __init__(self, folder: Path, store: str = "", uploads: int = 0) -> None:
        """Without a store's URL, on SQLite in the folder; nothing is made yet."""
        self.folder, self.uploads = folder, uploads
        self.store = store or f"sqlite:///{folder / 'store.db'}"
        self.inbox, self.out = folder / "inbox", folder / "out"

    def copy(self, folder: Path) -> Self:
        """A desk on SQLite as it is now, in a new folder of its own, to go on from."""
        own = shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return type(self)(own, uploads=self.uploads)

    def inbox_of(self, upload: int) -> Path:
        """The files of an upload, counted from 1."""
        return self.folder / f"upload{upload}"

    def write_upload(self, company: Company, **beside: Company) -> Path:
        """The inbox of one more upload; what is given by name is in files of its own, `-name`."""
        self.uploads += 1
        inbox = write_inbox(self.inbox_of(self.uploads), company)
        for name, rows in beside.items():
            write_inbox(inbox, rows, f"-{name}")
        return inbox

    def night(
        self, company: Company, as_of: str = NIGHT, settings: Settings | None = None
    ) -> Outcome:
        """A whole night with these files, and its own in the outbox."""
        inbox = self.write_upload(company)
        told = run_night(inbox, day(as_of), self.out, self.store, settings or Settings(), QUIET)
        (outcome,) = told
        return outcome

    def upload(self, company: Company, **beside: Company) -> Validated:
        """These files accepted, and nothing billed."""
        inbox = self.write_upload(company, **beside)
        return import_inbox(inbox, self.store, Settings(), QUIET)[1]

    def bill(self, company: Company, as_of: str = NIGHT, **beside: Company) -> Outcome:
        """A night whose files nobody asks for: these are accepted, and the store is billed."""
        self.upload(company, **beside)
        return bill_night(self.store, as_of)

    def on(self, *arguments: object) -> Result:
        """A command on the store; only a bug of the program's raises."""
        given = [str(one) for one in (*arguments, "--store", self.store)]
        return CliRunner().invoke(main, given, catch_exceptions=False)

    def run(self, *more: object, as_of: str = NIGHT, inbox: Path | None = None) -> Result:
        """A whole night on the command line, of the inbox `inbox` unless it is of another."""
        return self.on("run", inbox or self.inbox, "--as-of", as_of, "--out", self.out, *more)

    def told(self, *arguments: object) -> Any:
        """What a command that goes well says with `--json`."""
        done = self.on(*arguments, "--json")
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def history(self) -> list[dict[str, Any]]:
        """The runs so far."""
        runs: list[dict[str, Any]] = self.told("history")
        return runs

    def files(self, folder: str = "out") -> dict[str, bytes]:
        """Every file below a folder of the desk."""
        return files_below(self.folder / folder)


@dataclass(frozen=True)
class SampleNights:
    """The demonstration after it was run in a folder of its own: the store, the outbox, the screen."""

    store: str
    out: Path
    screen: str
