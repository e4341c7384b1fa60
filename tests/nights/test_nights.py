"""Golden stories: a few nights each, run as a user runs them, compared to the letter.

README.md in this folder says how a story is laid out and how its expected files are written anew.
"""

import csv
import os
import zlib
from collections.abc import Mapping, Sequence
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
COMPARED = ("bill_lines.csv", "findings.csv", "revenue_events.csv", "journal.csv")
DATE_LENGTH = len("2026-01-31")

Posted = tuple[str, str, str]
"""The document's date, the accounting date, and currency and amount."""


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

    `lines`: each bill line's date, accounting date, currency and amount; `withheld`: totals that
    wait; `events`: each satisfaction event's dates and amount, or None where nobody worked them out.
    """

    lines: Mapping[str, Posted]
    withheld: tuple[str, ...]
    status: int
    events: Mapping[str, Posted] | None


@pytest.mark.parametrize("story", [s for s in STORIES if s != CORRECTED], ids=lambda s: s.name)
def test_story(
    story: Path, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one of the databases every night looks at all contracts, on the other only at those that
    anything changed or came due of: on which, is drawn by the story's name."""
    monkeypatch.chdir(tmp_path)
    if store_url.startswith("sqlite") == (zlib.crc32(story.name.encode()) % 2 == 0):
        monkeypatch.setenv("MILESTONE_BILLING_WHOLE_BOOK", "0")
    nights = sorted(path for path in story.glob("2*") if path.is_dir())
    by_hand = read_by_hand(story, [night.name for night in nights])
    for night in nights:
        told = run_night(night, night.name, store_url, config_of(night))
        check_by_hand(told, by_hand[night.name])
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
    first, second = "2026-02-27", "2026-02-28"
    by_hand = read_by_hand(CORRECTED, [first, second])
    told = run_night(CORRECTED / first, first, store_url)
    check_by_hand(told, by_hand[first])
    check_expected(told, CORRECTED / "expected" / first)
    inbox = tmp_path / "rejections.xlsx"
    correct_in_place(Path("out") / f"{first}-1" / "rejections.xlsx", inbox)
    told = run_night(inbox, second, store_url)
    check_by_hand(told, by_hand[second])
    check_expected(told, CORRECTED / "expected" / second)


def config_of(night: Path) -> Path | None:
    """The settings of a night: its own, else the story's, else none."""
    given = (night.with_suffix(".toml"), night.parent / "billing.toml")
    return next((path for path in given if path.exists()), None)


def run_night(inbox: Path, night: str, store: str, config: Path | None = None) -> Told:
    """One night through the command line, into the folder `out`."""
    arguments = ["--as-of", night[:DATE_LENGTH], "--out", "out", "--store", store, "--quiet"]
    settings = ["--config", str(config)] if config else []
    result = CliRunner().invoke(
        main, ["run", str(inbox), *arguments, *settings], catch_exceptions=False
    )
    folders = [
        Path(line.split()[1])
        for line in result.stdout.splitlines()
        if line.split()[:1] == ["files"]
    ]
    told = "".join(  # how many contracts were looked at
        line for line in result.stdout.splitlines(True) if line.split()[:1] != ["contracts"]
    )
    files = {name: (folder / name).read_text("utf-8") for folder in folders for name in COMPARED}
    return Told(result.exit_code, told, files)


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
    """The night's lines, events, withheld totals and status are those worked out by hand."""
    assert posted_rows(told.files, "bill_lines.csv", "bill_line_id", "bill_date") == by_hand.lines
    if by_hand.events is not None:
        events = posted_rows(told.files, "revenue_events.csv", "event_id", "satisfaction_date")
        assert events == by_hand.events
    assert told.status == by_hand.status
    withheld = [line for line in told.screen.splitlines() if line.split()[:1] == ["withheld"]]
    assert len(withheld) == len(by_hand.withheld)
    for line, total in zip(withheld, by_hand.withheld, strict=True):
        assert f", {total}, " in line


def posted_rows(files: Mapping[str, str], name: str, key: str, dated: str) -> dict[str, Posted]:
    """The rows of a file by key: date, accounting date, currency and amount."""
    return {
        row[key]: (row[dated], row["accounting_date"], f"{row['currency']} {row['amount']}")
        for row in csv.DictReader(files.get(name, "").splitlines())
    }


def read_by_hand(story: Path, nights: Sequence[str]) -> dict[str, ByHand]:
    """The figures of by_hand.txt, and of revenue_by_hand.txt where it stands, by night."""
    lines = read_table(story / "by_hand.txt", ("line", "dated", "amount", "why"))
    revenue = story / "revenue_by_hand.txt"
    events = read_table(revenue, ("event", "dated", "amount", "why")) if revenue.exists() else None
    assert {row["night"] for row in [*lines, *(events or [])]} <= set(nights)
    return {night: _of_night(night, lines, events) for night in nights}


def read_table(path: Path, headings: Sequence[str]) -> list[dict[str, str]]:
    """The rows of a table drawn with bars: night, the headings, and `posted` where it has that.

    `posted` is the accounting date; blank, or without the column, the document's own.
    """
    text = path.read_text("utf-8").splitlines()
    table = [[cell.strip() for cell in line.split("|")] for line in text if line and line[0] != "#"]
    assert [name for name in table[0] if name != "posted"] == ["night", *headings]
    rows = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    return [{**row, "posted": row.get("posted") or row["dated"]} for row in rows]


def _of_night(
    night: str, lines: list[dict[str, str]], events: list[dict[str, str]] | None
) -> ByHand:
    status, withheld, billed = 0, [], []
    for row in (row for row in lines if row["night"] == night):
        if row["line"].startswith("exit "):
            status = int(row["line"].removeprefix("exit "))
        elif row["line"] == "withheld":
            withheld.append(row["amount"])
        else:
            billed.append(row)
    recognised = None if events is None else [row for row in events if row["night"] == night]
    return ByHand(
        _by_key(billed, "line"), tuple(withheld), status,
        None if recognised is None else _by_key(recognised, "event"),
    )  # fmt: skip


def _by_key(rows: list[dict[str, str]], key: str) -> dict[str, Posted]:
    keys = [row[key] for row in rows]
    assert len(set(keys)) == len(keys), "a line or event stands twice in one night"
    return {row[key]: (row["dated"], row["posted"], row["amount"]) for row in rows}


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
