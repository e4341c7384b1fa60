"""Interface files of `lines_per_file` lines: what the ledger takes as one is never parted."""

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from pipeline.export import check_controls, write_exports, write_manifest
from pipeline.export.choice import targets_of
from pipeline.export.splits import file_of_each, joined_groups, split
from pipeline.export.target_files import write_target
from pipeline.record import RunRecord
from pipeline.settings import Settings, SettingsError, read_settings
from pipeline.settings.text import settings_from_text, settings_text
from tests.builders import Company, references, rows_of
from tests.desk import Desk
from tests.export.conftest import lines_of, record_of
from tests.export.test_revenue_interface import events_of
from tests.export.test_revenue_interface import lines_of as revenue_lines_of
from tests.export.test_revenue_interface import record_of as revenue_record_of

AUTOINVOICE = targets_of(Settings())[0]
GENERIC = targets_of(Settings(targets=("generic-csv",)))[0]
WHAT = 40
"""Where INTERFACE_LINE_ATTRIBUTE3 stands, from 0; a quoted comma before it counts once more."""


def lines_like(pattern: str, **more: Any) -> pd.DataFrame:
    """A line per letter: those of one letter are one invoice, by their date; a small letter is a credit
    of the first line of its invoice, `+` a correction that charges more for the first line."""
    firsts = {letter: place for place, letter in reversed(list(enumerate(pattern.upper(), 1)))}
    changes = []
    for number, letter in enumerate(pattern, 1):
        day = "2026-03-31" if letter == "+" else f"2026-03-{ord(letter.upper()) - ord('A') + 1:02}"
        change = {"bill_date": day, "what": f"M{number}", **more}
        if letter == "+" or letter.islower():
            corrected = f"C-1:10:M{firsts[letter.upper()] if letter != '+' else 1:03}"
            amount = 5 if letter == "+" else -5
            change |= {"corrects_bill_line_id": corrected, "amount_minor": amount}
        changes.append(change | {"bill_line_id": f"C-1:10:M{number:03}"})
    return lines_of(*changes)


def settings_of(most: int, **more: Any) -> Settings:
    return replace(Settings(), lines_per_file=most, **more)


def written(folder: Path, suffix: str = "*.zip") -> dict[str, list[int]]:
    """The numbers of the lines of every zip, in the order of the names."""
    found = {}
    for path in sorted(folder.rglob(suffix)):
        with zipfile.ZipFile(path) as archive:
            [member] = archive.namelist()
            assert member == "RaInterfaceLinesAll.csv"
            rows = archive.read(member).decode().splitlines()
        found[path.name] = [int(row.split(",")[WHAT].removeprefix("M")) for row in rows]
    return found


CASES = [
    ("ABC", [[1, 2, 3]], "exactly as many as there may be"),
    ("ABCD", [[1, 2, 3], [4]], "one more"),
    ("AAA", [[1, 2, 3]], "an invoice of exactly as many"),
    ("AABB", [[1, 2], [3, 4]], "an invoice that would straddle begins the next file"),
    ("AABC", [[1, 2, 3], [4]], "one that just does not"),
    ("ABCA", [[1, 2, 4], [3]], "the last line belongs to the first file"),
    ("ABCABC", [[1, 4], [2, 5], [3, 6]], "no two invoices fit into one file"),
    ("AAAA", [[1, 2, 3, 4]], "one invoice that is too long is not split, nor numbered"),
    ("AAAAB", [[1, 2, 3, 4], [5]], "alone in its file"),
    ("BAAAA", [[1], [2, 3, 4, 5]], "and not behind another"),
    ("ABCa", [[1, 2, 4], [3]], "a credit stays with the line that it corrects"),
    ("ABCD+", [[1, 2, 3], [4, 5]], "what charges more is an invoice of its own"),
    ("ABAa", [[1, 3, 4], [2]], "a credit stays with the whole invoice"),
    ("AABbaC", [[1, 2, 5], [3, 4, 6]], "each with its own"),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "files", "why"), CASES, ids=[case[0] for case in CASES])
def test_three_lines_a_file(tmp_path: Path, pattern: str, files: list[list[int]], why: str) -> None:
    record = record_of(lines_like(pattern), settings=settings_of(3))
    controls = write_exports(record, tmp_path)
    found = written(tmp_path)
    assert list(found.values()) == files, why
    names = [f"-{number:03}" for number in range(1, len(files) + 1)] if len(files) > 1 else [""]
    assert list(found) == [f"ArAutoinvoiceImport-East{name}.zip" for name in names]
    assert check_controls(record, controls) == []
    write_manifest(record, controls, tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text("utf-8"))
    longer = [f"ar/{name}" for name, lines in found.items() if len(lines) > 3]
    assert manifest.get("longer_than_lines_per_file", []) == longer


def test_every_business_unit_by_itself_and_no_name_twice(tmp_path: Path) -> None:
    """A part is never called as a file that holds another business unit, on any file system."""
    lines = pd.concat(
        [
            lines_like("ABCD", business_unit="East"),
            lines_like("ABC", business_unit="EAST-001", subscription_number="C-2"),
            lines_like("ABCD", business_unit="East-001-001", subscription_number="C-3"),
        ],
        ignore_index=True,
    )
    record = record_of(lines, settings=settings_of(3))
    controls = write_exports(record, tmp_path)
    assert {name: len(lines) for name, lines in written(tmp_path).items()} == {
        "ArAutoinvoiceImport-EAST-001.zip": 3, "ArAutoinvoiceImport-East-002.zip": 3,
        "ArAutoinvoiceImport-East-003.zip": 1, "ArAutoinvoiceImport-East-001-001-001.zip": 3,
        "ArAutoinvoiceImport-East-001-001-002.zip": 1,
    }  # fmt: skip
    assert check_controls(record, controls) == []
    lost = controls[~controls["file"].str.contains("East-003")]
    assert check_controls(record, lost) == [
        "ar/ArAutoinvoiceImport-East.zip, East, USD: the file holds 3 lines and 3703.68, "
        "the ledger 4 lines and 4938.24"
    ]


def test_rows_that_no_invoice_holds_together(tmp_path: Path) -> None:
    record = record_of(lines_of(*[{"bill_date": "2026-03-01"}] * 2), settings=settings_of(1))
    write_target(record, AUTOINVOICE, tmp_path)
    assert list(written(tmp_path)) == ["ArAutoinvoiceImport-East.zip"], "they are one invoice"
    write_target(
        replace(record, settings=settings_of(1, targets=("generic-csv",))), GENERIC, tmp_path
    )
    found = sorted(path.name for path in tmp_path.rglob("*.csv"))
    assert found == ["bill_lines-001.csv", "bill_lines-002.csv"], "they are two rows"


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.sampled_from(["", "", "credit"])), min_size=1, max_size=30
    ),
    st.integers(1, 9),
)
def test_no_invoice_is_parted_and_every_line_goes_out_once(
    lines: list[tuple[int, str]], most: int
) -> None:
    letters = "".join("ABCDEFG"[invoice] for invoice, _ in lines)
    firsts = {letter: letters.index(letter) for letter in letters}
    pattern = "".join(
        letter.lower() if kind and firsts[letter] < place else letter
        for place, (letter, (_, kind)) in enumerate(zip(letters, lines, strict=True))
    )
    rows = {"bill_lines": lines_like(pattern)}
    arranged, files = split(rows, AUTOINVOICE.records, settings_of(most))
    [order] = [one.at(slice(None))["what"].tolist() for one in arranged.values()]
    numbers = [int(what.removeprefix("M")) for what in order]
    parts = [numbers[spans["bill_lines"]] for spans in files]
    assert sorted(numbers) == list(range(1, len(pattern) + 1))
    assert [number for part in parts for number in part] == numbers
    assert all(part == sorted(part) for part in parts), "in the order of the whole"
    held = [{letters[number - 1] for number in part} for part in parts]
    assert sum(map(len, held)) == len(set(letters)), "whole invoices, with their credits"
    size = {letter: letters.count(letter) for letter in letters}
    for part, own in zip(parts, held, strict=True):
        assert len(part) <= most or len(own) == 1
    for part, following in pairwise(parts):
        assert len(part) + size[letters[following[0] - 1]] > most, "as many as fit"
        assert part[0] < following[0]


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=20),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12),
)
def test_ties_make_groups_one(codes: list[int], ties: list[tuple[int, int]]) -> None:
    known = [pair for pair in ties if max(pair) <= max(codes)]
    groups = [{code} for code in range(max(codes) + 1)]
    for one, other in known:
        both = groups[one] | groups[other]
        groups = [both if group & both else group for group in groups]
    ones, others = (np.array([pair[end] for pair in known], np.int64) for end in (0, 1))
    found = joined_groups(np.array(codes), ones, others)
    assert found.tolist() == [min(groups[code]) for code in codes]


@given(st.lists(st.integers(1, 9), max_size=30), st.integers(1, 12))
def test_files_take_as_many_as_fit(sizes: list[int], most: int) -> None:
    expected, file, total = [], -1, most
    for size in sizes:
        begins = file < 0 or total + size > most
        file, total = (file + 1, size) if begins else (file, total + size)
        expected.append(file)
    assert file_of_each(np.array(sizes, np.int64), most).tolist() == expected


def revenue_record(most: int) -> RunRecord:
    """S-1 with two product lines, of one and of two charges; three events, and one of no line."""
    lines = revenue_lines_of(
        {"revenue_line_id": "S-1:10"},
        {"revenue_line_id": "S-1:20", "charge_number": "20", "line_number": "2"},
        {"revenue_line_id": "S-1:30", "charge_number": "30"},
    )
    events = events_of(
        {},
        {"charge_number": "20", "line_number": "2"},
        {"charge_number": "30"},
        {"subscription_number": "S-0"},
    )
    record = revenue_record_of(lines, events)
    return replace(record, settings=settings_of(most, targets=("oracle-revenue",)))


@pytest.mark.parametrize(
    ("most", "files"),
    [
        (9, ["HHLLLSSSS"]),
        (8, ["HHLLLSSS", "S"]),
        (7, ["HLLSS", "HLSS"]),
        (4, ["HLLSS", "HLSS"]),
        (3, ["HLLSS", "HLS", "S"]),
    ],
)
def test_documents_keep_their_lines_and_events(
    tmp_path: Path, most: int, files: Sequence[str]
) -> None:
    record = revenue_record(most)
    [target] = targets_of(record.settings)
    write_target(record, target, tmp_path)
    paths = sorted(tmp_path.rglob("*.txt"))
    texts = [path.read_text("utf-8").splitlines() for path in paths]
    assert ["".join(line[0] for line in text) for text in texts] == files
    assert [path.name for path in paths] == (
        [f"RevenueBasisData-{number:03}.txt" for number in range(1, len(files) + 1)]
        if len(files) > 1
        else ["RevenueBasisData.txt"]
    )
    whole = tmp_path / "whole"
    write_target(revenue_record(9), target, whole)
    one = (whole / "revenue/RevenueBasisData.txt").read_text("utf-8").splitlines()
    assert sorted(line for text in texts for line in text) == sorted(one)


@pytest.mark.parametrize(
    ("value", "most"), [("1", 1), ("1000000000", 10**9), ("0", None), ("1e5", None), ("-3", None)]
)
def test_the_setting(value: str, most: int | None) -> None:
    environment = {"MILESTONE_BILLING_LINES_PER_FILE": value}
    if most:
        assert read_settings(None, environment).lines_per_file == most
        return
    with pytest.raises(SettingsError, match="a whole number from 1 to 1000000000"):
        read_settings(None, environment)


def test_a_run_of_an_earlier_version_wrote_one_file() -> None:
    kept = json.loads(settings_text(Settings()))
    assert kept.pop("lines_per_file") == 100_000
    assert settings_from_text(json.dumps(kept)).lines_per_file == 10**9


def company() -> Company:
    """S-1, S-2, S-3 and S-4 of East, S-5 of West: a milestone and a fee each, the fees of one day."""
    numbers = range(1, 6)
    of_each: dict[str, Callable[[int], str]] = {
        "subscriptions": lambda number: f"S-{number} | K-{1 + number % 2} | "
        f"{'West' if number == 5 else 'East'} | USD | 2026-01-01 | 2026-12-31 | ACTIVE",
        "subscription_lines": lambda number: f"S-{number} | 1 | SUB",
        "milestones": lambda number: f"S-{number} | 10 | BILLING | 1 | Kick-off | 100 "
        f"| 2026-03-{10 + number}",
    }  # fmt: skip
    headings = {
        "subscriptions": "subscription_number | customer_number | business_unit | currency "
        "| start_date | end_date | status",
        "subscription_lines": "subscription_number | line_number | product_code",
        "milestones": "subscription_number | charge_number | event_type | sequence "
        "| milestone_name | percent | completion_date",
    }
    charges = [
        line
        for number in numbers
        for line in (
            f"S-{number} | 10 | 1 | ONE_TIME | 1000.00 | Y",
            f"S-{number} | 20 | 1 | ONE_TIME | 50.00   |",
        )
    ]
    return references() | {
        **{
            table: rows_of(headings[table], *(made(number) for number in numbers))
            for table, made in of_each.items()
        },
        "charges": rows_of(
            "subscription_number | charge_number | line_number | charge_type | amount "
            "| milestone_billing", *charges,
        ),
    }  # fmt: skip


def keys_of(octets: bytes) -> list[str]:
    """The lines of a zip, by subscription, charge, what and revision."""
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        text = archive.read("RaInterfaceLinesAll.csv").decode()
    return [":".join(line.split(",")[37:41]) for line in text.splitlines()]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Two nights with three lines a file: East's, and one that sends a rejected line with its credit."""
    desk = Desk(tmp_path_factory.mktemp("split"))
    desk.night(company(), settings=settings_of(3))
    answers = desk.folder / "answers.csv"
    answers.write_text("bill_line_id,message\nS-1:10:M1,Invalid site\n", "utf-8")
    assert desk.on("confirm", answers, "--out", desk.folder / "told").exit_code == 0
    adjusted = rows_of("bill_line_id | adjusted_amount | reason",
                       *(f"S-{number}:10:M1 | 900.00 | Late" for number in range(1, 5)))  # fmt: skip
    desk.night({"adjustments": adjusted}, "2026-04-30", settings_of(3))
    return desk


def test_two_nights(desk: Desk) -> None:
    """K-1 has S-2 and S-4, K-2 the others; the fees of each are one invoice."""
    zips = {name: keys_of(octets) for name, octets in desk.files().items() if name.endswith(".zip")}
    first, second = "2026-03-31-1/ar/ArAutoinvoiceImport", "2026-04-30-1/ar/ArAutoinvoiceImport"
    assert zips == {
        f"{first}-East-001.zip": ["S-1:10:M1:0", "S-1:20:FEE:0", "S-3:20:FEE:0"],
        f"{first}-East-002.zip": ["S-2:10:M1:0", "S-2:20:FEE:0", "S-4:20:FEE:0"],
        f"{first}-East-003.zip": ["S-3:10:M1:0", "S-4:10:M1:0"],
        f"{first}-West.zip": ["S-5:10:M1:0", "S-5:20:FEE:0"],
        f"{second}-East-001.zip": ["S-1:10:M1:0", "S-1:10:M1:1", "S-2:10:M1:1"],
        f"{second}-East-002.zip": ["S-3:10:M1:1", "S-4:10:M1:1"],
    }


def test_parts_have_control_totals_and_the_workbook_ties(desk: Desk) -> None:
    folder = desk.out / "2026-03-31-1"
    totals = json.loads((folder / "manifest.json").read_text("utf-8"))["control_totals"]
    assert [
        (one["file"], one["rows"], one["amount"]) for one in totals if "ar/" in one["file"]
    ] == [
        ("ar/ArAutoinvoiceImport-East-001.zip", 3, "1100.00"),
        ("ar/ArAutoinvoiceImport-East-002.zip", 3, "1100.00"),
        ("ar/ArAutoinvoiceImport-East-003.zip", 2, "2000.00"),
        ("ar/ArAutoinvoiceImport-West.zip", 2, "1050.00"),
    ]
    sheet = load_workbook(folder / "workbook.xlsx", data_only=True)["Checks"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=6)]
    assert {row[7] for row in rows} == {"OK"}
    parts = ", ".join(f"ar/ArAutoinvoiceImport-East-{number:03}.zip" for number in (1, 2, 3))
    assert [row[4:6] for row in rows if row[1] == parts] == [[8, 8], [4200, 4200]]
    assert any(row[1] == "revenue/RevenueBasisData-*.txt (4 files)" for row in rows)


def test_exported_again_and_explained(desk: Desk) -> None:
    assert desk.on("export", "2026-03-31-1", "--out", desk.folder / "again").exit_code == 0
    once = {name: octets for name, octets in desk.files().items() if name.startswith("2026-03")}
    assert desk.files("again") == once
    told = desk.told("explain", "S-1:10:M1")["files"]
    assert [(one["file"], one.get("row")) for one in told if one["file"].startswith("ar/")] == [
        ("ar/ArAutoinvoiceImport-East-*.zip", None)
    ] * 2
    west = desk.told("explain", "S-5:20:FEE")["files"]
    assert [one["row"] for one in west if one["file"] == "ar/ArAutoinvoiceImport-West.zip"] == [2]
    event = desk.on("explain", "S-1:20:RFEE").stdout
    assert "one of the files 2026-03-31-1/revenue/RevenueBasisData-…" in event
