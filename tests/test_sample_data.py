"""The sample nights give what their README tells."""

import csv
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from pipeline.cli import main

SAMPLE = Path(__file__).parent.parent / "sample_data"
STATUSES = {"2026-01-31": 3, "2026-02-28": 3, "2026-03-31": 0}
TOTALS = {
    "2026-01-31": ["USD 26665.35, Heron Americas", "JPY 509833, Heron Asia",
                   "USD 2500.00, Heron Asia"],
    "2026-02-28": ["USD 6523.35, Heron Americas", "JPY 9833, Heron Asia", "USD 3250.00, Heron Asia"],
    "2026-03-31": ["USD 16611.82, Heron Americas", "JPY 759834, Heron Asia",
                   "USD 1750.00, Heron Asia"],
}  # fmt: skip
SAVED_BY_LIBREOFFICE = (
    "2026-01-31/catalogue.xlsx",
    "2026-02-28/completed-february.xlsx",
    "2026-02-28/rejections-corrected.xlsx",
)
TOLD_LINE = re.compile(
    r"^\| (?P<line>(?:withheld: )?S-[0-9]+:[^ ]+) \| (?P<amount>[A-Z]{3} -?[0-9,.]+) "
    r"\| (?P<dated>[0-9-]{10}) \|"
)


@pytest.fixture
def told() -> dict[str, dict[str, tuple[str, str]]]:
    """What the README says of each night: dates and amounts by line."""
    nights: dict[str, dict[str, tuple[str, str]]] = {}
    night = ""
    for line in (SAMPLE / "README.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            night = line.removeprefix("## ").split(":")[0]
        elif match := TOLD_LINE.match(line):
            amount = match["amount"].replace(",", "")
            nights.setdefault(night, {})[match["line"]] = (match["dated"], amount)
    return nights


def run_night(night: str, store: str) -> tuple[int, str]:
    """A sample night's exit status and summary; its files go to the folder `out`."""
    result = CliRunner().invoke(
        main,
        ["run", str(SAMPLE / night), "--as-of", night, "--out", "out", "--store", store, "--quiet"],
        catch_exceptions=False,
    )
    return result.exit_code, result.stdout


def billed_lines(run_id: str) -> dict[str, tuple[str, str]]:
    """Dates and amounts by line, of a run's bill_lines.csv."""
    with (Path("out") / run_id / "bill_lines.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["bill_line_id"]: (row["bill_date"], f"{row['currency']} {row['amount']}")
            for row in csv.DictReader(file)
        }


def test_the_nights_are_as_told(
    told: dict[str, dict[str, tuple[str, str]]],
    store_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(told) == list(STATUSES)
    for night, expected in told.items():
        status, screen = run_night(night, store_url)
        billed = {line: said for line, said in expected.items() if not line.startswith("withheld")}
        assert billed_lines(f"{night}-1") == billed
        assert status == STATUSES[night]
        words = [line.split(", ", 1)[1] for line in screen.splitlines() if "  billed " in line]
        assert words == TOTALS[night]
        withheld = [said[1] for line, said in expected.items() if line.startswith("withheld")]
        assert screen.count("withheld") == len(withheld)
        assert all(f"1 line, {amount}, Heron Americas" in screen for amount in withheld)
    status, screen = run_night("2026-03-31", store_url)
    assert (status, billed_lines("2026-03-31-2")) == (0, {})
    assert "0 lines: nothing to post" in screen


def test_the_mistakes_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    errors = {}
    for night in STATUSES:
        run_night(night, "sqlite:///store.db")
        with (Path("out") / f"{night}-1" / "findings.csv").open(encoding="utf-8") as file:
            errors[night] = [
                (row["code"], row["file"], row["row"], row["column"], row["value"])
                for row in csv.DictReader(file)
                if row["severity"] != "info"
            ]
    assert errors == {
        "2026-01-31": [
            ("VAL-07", "milestones-juniper.csv", "2", "completion_date", "05/01/2026"),
        ],
        "2026-02-28": [("VAL-05", "charges.csv", "2", "amount", "480000.50")],
        "2026-03-31": [],
    }


def test_a_credit_names_the_line_that_it_corrects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Larkspur's trial was completed in February, which is told in March."""
    monkeypatch.chdir(tmp_path)
    for night in STATUSES:
        run_night(night, "sqlite:///store.db")
    with Path("out/2026-03-31-1/bill_lines.csv").open(encoding="utf-8", newline="") as file:
        lines = {row["bill_line_id"]: row for row in csv.DictReader(file)}
    credit = lines["S-1013:10:2026-02-01#1"]
    assert credit["corrects_bill_line_id"] == "S-1013:10:2026-02-01"
    assert credit["reason"] == (
        "now due: 620.00 × 14/28 days = 310.00; billed before 620.00; the difference is -310.00"
    )
    first_month = lines["S-1012:20:2026-02-10"]
    assert (first_month["service_start"], first_month["service_end"]) == (
        "2026-02-10", "2026-03-09",
    )  # fmt: skip


@pytest.mark.parametrize("name", SAVED_BY_LIBREOFFICE)
def test_saved_by_libreoffice(name: str) -> None:
    with zipfile.ZipFile(SAMPLE / name) as package:
        assert b"<Application>LibreOffice/" in package.read("docProps/app.xml")


def test_every_other_workbook_has_a_title_and_real_values() -> None:
    book = load_workbook(SAMPLE / "2026-01-31" / "contracts.xlsx")
    for sheet in book:
        assert sheet.max_column > 1
        assert [cell.value for cell in sheet[1][1:]] == [None] * (sheet.max_column - 1)
    assert book["Subscriptions"]["E4"].is_date
    assert isinstance(book["Charges"]["E4"].value, int | float)


def test_the_demonstration_runs(tmp_path: Path) -> None:
    """A copy of the sample, so that the demonstration's own folder is left alone."""
    copy = tmp_path / "sample_data"
    copy.mkdir()
    (copy / "run_nights.py").write_bytes((SAMPLE / "run_nights.py").read_bytes())
    for night in STATUSES:
        (copy / night).symlink_to(SAMPLE / night)
    done = subprocess.run(
        [sys.executable, str(copy / "run_nights.py")],
        env={"PYTHONPATH": str(SAMPLE.parent), "PATH": ""},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("$ milestone-billing run ") == len(STATUSES) + 1
    assert "out/sample/2026-03-31-2/workbook.xlsx" in done.stdout
