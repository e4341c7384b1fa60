"""Stores in which lines were sent, answered and sent again: made once, and only looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.confirm import TABLE, Asked, Judged, judge_answers, lines_named, parse_answers
from pipeline.nightly import confirm_answers
from pipeline.read import only_table, read_inputs
from pipeline.store import answers, reading
from tests.builders import QUIET, bill_night, changed, import_company, little_company, night, only
from tests.desk import Desk

HEADINGS = "bill_line_id,answer,transaction_number,transaction_date,message"
FIRST_ANSWERS = """bill_line_id,transaction_number,transaction_date,message
S-1:10:M1,,,Invalid site
S-2:10:FEE,10045,2026-04-01,
"""


@dataclass(frozen=True)
class Stages:
    """One store after each of its first steps.

    sent    S-1:10:M1 and S-2:10:FEE are sent; S-1:10:M2 is billed, its run's files never came out
    told    S-1:10:M1 is REJECTED, S-2:10:FEE is INVOICED as 10045 of 2026-04-01 (`first.csv`)
    resent  S-1:10:M1 was sent again
    """

    folder: Path
    sent: str
    told: str
    resent: str

    @property
    def first_answers(self) -> Path:
        """The file that was confirmed."""
        return self.folder / "first.csv"


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory, first_night: Desk) -> Stages:
    """The three stages, each a SQLite store of its own."""
    folder = tmp_path_factory.mktemp("stages")
    stages = Stages(
        folder, *(f"sqlite:///{folder / name}.db" for name in ("sent", "told", "resent"))
    )
    stages.first_answers.write_text(FIRST_ANSWERS, "utf-8")
    company = changed(little_company(), "milestones 3: completion_date=2026-04-02")
    file_of(stages.sent).write_bytes(file_of(first_night.store).read_bytes())
    import_company(folder / "2", only(company, "milestones", "charges"), stages.sent)
    for before, after in ((stages.sent, stages.told), (stages.told, stages.resent)):
        file_of(after).write_bytes(file_of(before).read_bytes())
        if after == stages.told:
            confirm_answers(stages.first_answers, after, QUIET)
    night(folder / "3", only(little_company(), "lookups"), stages.resent, "2026-04-01")
    for store in (stages.sent, stages.told, stages.resent):
        bill_night(store, "2026-04-03")
    return stages


def file_of(store: str) -> Path:
    """The file of a SQLite store that no one has open."""
    return Path(store.removeprefix("sqlite:///"))


def judge(path: Path, store: str) -> Judged:
    """What would be said of a file, or a folder of such, without keeping it."""
    inputs = read_inputs(path, only_table(TABLE))
    parsed = parse_answers(inputs)
    with reading(store, "test") as connection:
        answers.want_lines(connection, lines_named(parsed))
        asked = Asked(answers.read_wanted_lines(connection), answers.read_told(connection))
    return judge_answers(inputs, parsed, asked)


@pytest.fixture
def judged(tmp_path: Path) -> Callable[..., Judged]:
    """Judges rows of a CSV file against a store; `headings` are those of `HEADINGS` unless given."""

    def judged(store: str, *rows: str, headings: str = HEADINGS, name: str = "a.csv") -> Judged:
        path = tmp_path / name
        path.write_text("\n".join([headings, *rows]) + "\n", "utf-8")
        return judge(path, store)

    return judged
