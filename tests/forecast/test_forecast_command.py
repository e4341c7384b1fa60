"""`forecast` through the command line, on both databases, and its sheets in the workbook."""

import csv
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.builders import Company, changed, joined, little_company, only
from tests.desk import Desk
from tests.schedules import schedule

NIGHT = "2026-03-31"
SHEETS = ("Forecast", "Late milestones")


def company() -> Company:
    """7,000.00 that are 16 days late, and a pilot that ends in June."""
    pilot = schedule(
        "S-3", "start_date=2026-01-15, billing_day=15",
        phases=["ends=MILESTONE, expected_completion_date=2026-06-01", "ends=NEVER"],
        charges=["amount=310.00, phase_number=1", "amount=500.00, phase_number=2"],
    )  # fmt: skip
    late = changed(
        little_company(),
        "milestones 3: expected_completion_date=2026-03-15, milestone_name=Go live",
        "subscriptions 2: end_date=2027-12-31, business_unit=East",
    )
    return joined(late, pilot)


def foretold(desk: Desk, *more: object, until: str = "2026-06-30") -> dict[str, Any]:
    """The forecast as JSON."""
    told: dict[str, Any] = desk.told("forecast", "--until", until, "--quiet", *more)
    return told


@pytest.fixture
def empty_desk(tmp_path: Path) -> Desk:
    """Nothing has happened yet."""
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The first night is over, on SQLite; only looked at."""
    desk = Desk(tmp_path_factory.mktemp("begun"))
    desk.night(company())
    return desk


def test_json(begun: Desk) -> None:
    told = foretold(begun)
    assert (told["as_of"], told["until"]) == (NIGHT, "2026-06-30")
    assert [(row["month"], row["currency"]) for row in told["months"]] == [
        ("2026-04", "USD"), ("2026-05", "USD"), ("2026-06", "USD"),
    ]  # fmt: skip
    assert told["months"][0] | {"to_recognise": ""} == {
        "month": "2026-04", "currency": "USD", "milestones": "7000.00", "one_time": "0.00",
        "recurring": "310.00", "to_bill": "7310.00", "late": "7000.00", "on_hold": "0.00",
        "to_recognise": "",
    }  # fmt: skip
    assert told["months"][2]["recurring"] == "360.00"  # 500.00, less 14 of 31 days of 310.00
    assert told["late"] == [
        {"subscription_number": "S-1", "customer_number": "K-1", "customer_name": "Acme",
         "business_unit": "East", "charge_number": "10", "event_type": "BILLING", "number": "2",
         "milestone_name": "Go live", "expected_completion_date": "2026-03-15", "days_late": 16,
         "currency": "USD", "why": "", "amount": "7000.00"},
    ]  # fmt: skip
    assert told["not_counted"] == []


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_forecast_comes_true(
    database: str, tmp_path: Path, begun: Desk, request: pytest.FixtureRequest
) -> None:
    """The nights of April, with the late milestone reached on the first, bill what was foretold."""
    store = request.getfixturevalue("postgresql_url") if database == "postgresql" else ""
    desk = Desk(tmp_path, store)
    desk.bill(company())
    told = foretold(desk, until="2026-04-30")
    assert told == foretold(begun, until="2026-04-30"), "whichever command, on whichever database"
    reached = changed(
        company(), "milestones 3: completion_date=2026-04-01, expected_completion_date="
    )
    desk.bill(only(reached, "milestones"), "2026-04-01")
    for as_of in ("2026-04-15", "2026-04-30"):
        assert desk.on("bill", "--as-of", as_of).exit_code == 0
    runs = desk.history()
    billed = sum(round(float(run["billed"].get("USD", 0)) * 100) for run in runs[1:])
    recognised = sum(round(float(run["recognised"].get("USD", 0)) * 100) for run in runs[1:])
    (april,) = told["months"]
    assert billed == round(float(april["to_bill"]) * 100)
    assert recognised == round(float(april["to_recognise"]) * 100)


def test_nothing_is_written(begun: Desk) -> None:
    store = begun.folder / "store.db"
    before = store.read_bytes(), begun.history()
    assert foretold(begun) == foretold(begun)
    assert (store.read_bytes(), begun.history()) == before


def test_an_upload_since_the_last_night_counts(begun: Desk, tmp_path: Path) -> None:
    """A credit that the next night posts stands in the month of that night."""
    desk = begun.copy(tmp_path)
    reopen = {"actions": [{"subscription_number": "S-1", "charge_number": "10", "sequence": "1",
                           "action": "REOPEN_MILESTONE", "effective_date": "2026-04-01"}]}  # fmt: skip
    desk.upload(reopen)
    april = foretold(desk, until="2026-12-31")["months"][0]
    assert april["milestones"] == "4000.00"  # 7,000.00 late, less the 3,000.00 taken back


def test_words(begun: Desk) -> None:
    words = begun.on("forecast", "--until", "2026-06-30", "--quiet").stdout
    assert words.startswith("Forecast as of 2026-03-31, until 2026-06-30")
    assert "2026-04    7,000.00" in words
    assert "2026-03-15, 16 days late  S-1:10:M2, 'Go live', Acme: bills USD 7,000.00" in words


def test_csv(begun: Desk, tmp_path: Path) -> None:
    path = tmp_path / "ahead.csv"
    foretold(begun, "--out", path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    line = next(row for row in rows if row["row_id"] == "S-1:10:M2")
    assert line | {"reason": ""} == {
        "event_type": "BILLING", "row_id": "S-1:10:M2", "subscription_number": "S-1",
        "charge_number": "10", "what": "M2", "kind": "MILESTONE", "date": "2026-04-01",
        "accounting_date": "2026-04-01", "month": "2026-04", "currency": "USD", "amount": "7000.00",
        "days_late": "16", "on_hold": "", "business_unit": "East", "reason": "",
    }  # fmt: skip
    assert line["reason"] == "70 % of 10,000.00 = 7,000.00"
    credit = next(row for row in rows if row["row_id"] == "S-3:10:2026-05-15#1")
    assert (credit["date"], credit["amount"]) == ("2026-06-01", "-140.00")
    assert [path.name for path in tmp_path.glob("*.part")] == []


def test_csv_is_guarded(empty_desk: Desk) -> None:
    rows = changed(company(), "subscriptions 2: business_unit==1+1")
    empty_desk.upload(rows)
    path = empty_desk.folder / "ahead.csv"
    foretold(empty_desk, "--as-of", NIGHT, "--out", path)
    assert ",'=1+1," in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--until", NIGHT), 2, "is not after the night, 2026-03-31"),
        (("--until", "2036-03-29"), 2, "is more than 10 years after the night"),
        (("--until", "2026-06-30", "--as-of", "2026-03-30"), 4, "lies before the store's last night"),
        (("--until", "2026-06-30", "--config", "nowhere.toml"), 2, "nowhere.toml"),
        (("--until", "soon"), 2, "is not a date"),
        ((), 2, "--until"),
        (("--until", "2026-06-30", "--out", "no/such/folder.csv"), 2, "does not exist"),
    ],
)  # fmt: skip
def test_refused(begun: Desk, arguments: tuple[str, ...], status: int, said: str) -> None:
    done = begun.on("forecast", *arguments, "--quiet")
    assert (done.exit_code, done.stdout) == (status, "")
    assert said in done.stderr


def test_the_furthest_day(begun: Desk) -> None:
    assert foretold(begun, until="2036-03-28")["months"][-1]["month"] == "2036-03"


def test_without_a_store(empty_desk: Desk) -> None:
    done = empty_desk.on("forecast", "--until", "2026-06-30", "--quiet")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "there is no store" in done.stderr


def test_before_the_first_night(empty_desk: Desk) -> None:
    """Of what is imported and not billed yet, all that is due comes with the first night."""
    empty_desk.upload(company())
    april = foretold(empty_desk, "--as-of", NIGHT, until="2026-04-30")["months"][0]
    assert april["milestones"] == "10000.00"
    assert april["one_time"] == "500.00"


def test_a_later_night(begun: Desk) -> None:
    """As of a night after the last one, what comes due in between is billed by the next."""
    told = foretold(begun, "--as-of", "2026-05-31", until="2026-06-30")
    assert told["as_of"] == "2026-05-31"
    assert told["late"][0]["days_late"] == 77
    assert told["months"][0]["recurring"] == "980.00"  # April, May; a cut period; the next phase


def test_the_workbook(begun: Desk) -> None:
    book = load_workbook(begun.out / f"{NIGHT}-1" / "workbook.xlsx", data_only=True)
    assert set(SHEETS) <= set(book.sheetnames)
    cells = [[cell.value for cell in row] for row in book["Forecast"].iter_rows()]
    heading = next(at for at, row in enumerate(cells) if row[0] == "Month")
    months = cells[heading + 1 : heading + 13]
    assert [f"{row[0]:%Y-%m}" for row in months[:1] + months[-1:]] == ["2026-04", "2027-03"]
    assert months[0][2:8] == [7000, 0, 310, 7310, 7000, 0]
    total = cells[heading + 13]
    assert total[0] == "Total"
    assert total[5] == pytest.approx(sum(row[5] for row in months))
    late = [[cell.value for cell in row] for row in book["Late milestones"].iter_rows()]
    assert late[1][0] == "S-1" and late[1][9] == 16 and late[1][11] == 7000
    cells = [cell for row in book["Summary"].iter_rows() for cell in row]
    links = [cell.hyperlink.location for cell in cells if cell.hyperlink]
    assert all(any(sheet in link for link in links) for sheet in SHEETS)


def test_an_older_run_keeps_its_forecast(begun: Desk, tmp_path: Path) -> None:
    """Written again after other nights and uploads, its workbook is what it was."""
    desk = begun.copy(tmp_path)
    reached = changed(company(), "milestones 3: completion_date=2026-04-20")
    desk.bill(only(reached, "milestones"), "2026-04-30")
    assert desk.on("export", f"{NIGHT}-1", "--out", desk.folder / "again").exit_code == 0
    first, again = (desk.folder / out / f"{NIGHT}-1" / "workbook.xlsx" for out in ("out", "again"))
    assert again.read_bytes() == first.read_bytes()


def test_no_late_milestone(empty_desk: Desk) -> None:
    rows = changed(company(), "milestones 3: expected_completion_date=2026-05-01")
    empty_desk.night(rows)
    book = load_workbook(empty_desk.out / f"{NIGHT}-1" / "workbook.xlsx")
    assert "Late milestones" not in book.sheetnames
    words = [cell.value for cell in book["Summary"]["A"]]
    assert "0 milestones: none is past its expected date; see Forecast" in words


def test_the_totals_are_live(begun: Desk, soffice) -> None:
    path = begun.out / f"{NIGHT}-1" / "workbook.xlsx"
    ours = load_workbook(path, data_only=True)
    computed = load_workbook(soffice(path, "xlsx"), data_only=True)
    for tab in ("Forecast", "Summary"):
        for row in ours[tab].iter_rows():
            for cell in row:
                if isinstance(cell.value, int | float):
                    there = computed[tab][cell.coordinate].value
                    assert there == pytest.approx(cell.value), (tab, cell.coordinate)
