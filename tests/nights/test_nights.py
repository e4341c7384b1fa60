"""Golden stories: a few nights each, run as a user runs them, compared to the letter.

README.md in this folder says how a story is laid out and how its expected files are written anew.
"""

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from pipeline.cli import main

HERE = Path(__file__).parent
CORRECTED = HERE / "refused_then_corrected"
STORIES = sorted(path.parent for path in HERE.glob("*/by_hand.txt"))
REWRITE = bool(os.environ.get("REWRITE_EXPECTED"))
COMPARED = ("bill_lines.csv", "findings.csv")
DATE_LENGTH = len("2026-01-31")


@dataclass(frozen=True)
class Told:
    """What a night gave: its exit status, standard output, and the compared files of its folder."""

    status: int
    screen: str
    files: Mapping[str, str]

    @property
    def texts(self) -> dict[str, str]:
        """Everything that is compared, by the name of its expected file."""
        return {"status": f"{self.status}\n", "screen.txt": self.screen, **self.files}


@dataclass(frozen=True)
class ByHand:
    """What an accountant worked out for one night, without the program.

    `lines`: each bill line's date, currency and amount; `withheld`: totals that wait.
    """

    lines: Mapping[str, tuple[str, str]]
    withheld: tuple[str, ...]
    status: int


@pytest.mark.parametrize("story", [s for s in STORIES if s != CORRECTED], ids=lambda s: s.name)
def test_story(
    story: Path, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    nights = sorted(path for path in story.glob("2*") if path.is_dir())
    by_hand = read_by_hand(story / "by_hand.txt")
    assert set(by_hand) <= {night.name for night in nights}
    for night in nights:
        told = run_night(night, night.name, store_url)
        check_by_hand(told, by_hand.get(night.name, NOTHING))
        check_expected(told, story / "expected" / night.name)


CORRECTIONS = {
    ("milestones", "R-2", "completion_date"): ("03/02/2026", "2026-02-03"),
    ("charges", "R-3", "amount"): ("1,000.00", "1000.00"),
    ("subscriptions", "R-4", "customer_number"): ("0999", "0002"),
    ("subscriptions", "R-5", "currency"): ("usd", "USD"),
    ("subscriptions", "R-5", "status"): ("active", "ACTIVE"),
}
"""By sheet, subscription and heading: the value as it was refused, and the right one."""


def test_refused_then_corrected(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    by_hand = read_by_hand(CORRECTED / "by_hand.txt")
    first, second = sorted(by_hand)
    told = run_night(CORRECTED / first, first, store_url)
    check_by_hand(told, by_hand[first])
    check_expected(told, CORRECTED / "expected" / first)
    inbox = tmp_path / "rejections.xlsx"
    correct_in_place(Path("out") / f"{first}-1" / "rejections.xlsx", inbox)
    told = run_night(inbox, second, store_url)
    check_by_hand(told, by_hand[second])
    check_expected(told, CORRECTED / "expected" / second)


NOTHING = ByHand({}, (), 0)


def run_night(inbox: Path, night: str, store: str) -> Told:
    """One night through the command line, into the folder `out`."""
    as_of = night[:DATE_LENGTH]
    result = CliRunner().invoke(
        main,
        ["run", str(inbox), "--as-of", as_of, "--out", "out", "--store", store, "--quiet"],
        catch_exceptions=False,
    )
    folders = [
        Path(line.split()[1])
        for line in result.stdout.splitlines()
        if line.split()[:1] == ["files"]
    ]
    files = {name: (folder / name).read_text("utf-8") for folder in folders for name in COMPARED}
    return Told(result.exit_code, result.stdout, files)


def check_expected(told: Told, expected: Path) -> None:
    """The night is what stands in its expected folder, to the letter; or is written there."""
    if REWRITE:
        expected.mkdir(parents=True, exist_ok=True)
        for name, text in told.texts.items():
            (expected / name).write_text(text, "utf-8")
        return
    standing = {path.name: path.read_text("utf-8") for path in expected.iterdir()}
    assert told.texts == standing


def check_by_hand(told: Told, by_hand: ByHand) -> None:
    """The night's lines, withheld totals and status are those that were worked out by hand."""
    rows = csv.DictReader(told.files.get("bill_lines.csv", "").splitlines())
    lines = {
        row["bill_line_id"]: (row["bill_date"], f"{row['currency']} {row['amount']}")
        for row in rows
    }
    assert lines == by_hand.lines
    assert told.status == by_hand.status
    withheld = [line for line in told.screen.splitlines() if line.split()[:1] == ["withheld"]]
    assert len(withheld) == len(by_hand.withheld)
    for line, total in zip(withheld, by_hand.withheld, strict=True):
        assert f", {total}, " in line


def read_by_hand(path: Path) -> dict[str, ByHand]:
    """The figures of by_hand.txt by night: a table of night, line, dated, amount and why."""
    text = path.read_text("utf-8").splitlines()
    table = [[cell.strip() for cell in line.split("|")] for line in text if line and line[0] != "#"]
    assert table[0] == ["night", "line", "dated", "amount", "why"]
    nights = dict.fromkeys(row[0] for row in table[1:])
    return {night: _of_night([row for row in table[1:] if row[0] == night]) for night in nights}


def _of_night(rows: list[list[str]]) -> ByHand:
    status, withheld, lines = 0, [], {}
    for _night, line, dated, amount, _why in rows:
        if line.startswith("exit "):
            status = int(line.removeprefix("exit "))
        elif line == "withheld":
            withheld.append(amount)
        else:
            assert line not in lines, f"{line} stands twice in one night"
            lines[line] = (dated, amount)
    return ByHand(lines, tuple(withheld), status)


def correct_in_place(rejections: Path, corrected: Path) -> None:
    """Type the right values into the rejections workbook and save it, as a person would."""
    book = load_workbook(rejections)
    for (title, subscription, heading), (wrong, right) in CORRECTIONS.items():
        sheet = book[title]
        headings = [cell.value for cell in sheet[1]]
        number, column = headings.index("subscription_number"), headings.index(heading)
        found = [
            row[column]
            for row in sheet.iter_rows(min_row=2)
            if row[number].value == subscription and row[column].value == wrong
        ]
        assert len(found) == 1, f"{title} does not have {wrong!r} once for {subscription}"
        found[0].value = right
    book.save(corrected)
