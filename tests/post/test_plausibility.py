"""Bounds that no sane night meets: each just met and just exceeded, and what a refused night leaves."""

import datetime
import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from pipeline.cli import MISUSED, main
from pipeline.money import currency_exponents
from pipeline.post.plausibility import SMALL_CURRENCIES, bound_minor, implausible, too_far_ahead
from pipeline.settings import Plausibility, read_settings, settings_from_text, settings_text
from tests.builders import (
    Company,
    bill_night,
    changed,
    day,
    joined,
    little_company,
    references,
    write_inbox,
)
from tests.desk import NIGHT, Desk
from tests.schedules import company_of, schedule

MAJOR = 10**12


def lines_of(*amounts: int, currency: str = "USD", subscription: str = "S-1") -> pd.DataFrame:
    """Bill lines of one charge."""
    return pd.DataFrame(
        {
            "bill_line_id": [f"{subscription}:10:M{number}" for number in range(1, len(amounts) + 1)],
            "subscription_number": subscription, "charge_number": "10", "currency": currency,
            "amount_minor": pd.Series(amounts, dtype="int64"),
        }
    ).astype({"bill_line_id": "str"})  # fmt: skip


def nights_of(*amounts: int, lines: int = 20, currency: str = "USD") -> pd.DataFrame:
    """So many nights, each of so many lines."""
    return pd.DataFrame(
        {"run_number": range(1, len(amounts) + 1), "currency": currency, "lines": lines,
         "amount_minor": pd.Series(amounts, dtype="int64")}
    )  # fmt: skip


NONE = nights_of()
FIVE = nights_of(100, 200, 300, 250, 50)


@pytest.mark.parametrize(
    ("lines", "nights", "exceeds"),
    [
        (lines_of(), NONE, []),
        (lines_of(999_999_999_999_999), NONE, ["most_billed"]),
        (lines_of(MAJOR * 50, MAJOR * 50), NONE, []),
        (lines_of(MAJOR * 50, MAJOR * 50, 1), NONE, ["most_billed"]),
        (lines_of(MAJOR * 50, MAJOR * 50, 1, -5), NONE, ["most_billed"]),
        (lines_of(*[999_999_999_999_999] * 11), NONE, ["most_billed"]),
        (lines_of(MAJOR * 50, MAJOR * 50, 1, currency="JPY"), NONE, ["most_billed"]),
        (lines_of(MAJOR * 50, MAJOR * 50, currency="JPY"), NONE, []),
        (lines_of(*[-MAJOR * 5] * 2), NONE, []),
        (lines_of(*[-MAJOR * 5] * 2, -1), NONE, ["most_credits"]),
        (lines_of(*[1] * 1000), NONE, []),
        (lines_of(*[1] * 1001), NONE, ["most_lines_per_contract"]),
        (lines_of(300_000), FIVE, []),
        (lines_of(300_001), FIVE, ["most_times_largest_night"]),
        (lines_of(-300_001), FIVE, ["most_times_largest_night"]),
        (lines_of(300_001), FIVE.head(4), []),
        (lines_of(300_001), FIVE.assign(lines=[20, 20, 20, 20, 19]), []),
        (lines_of(300_001), FIVE.assign(currency="EUR"), []),
        (lines_of(*[300_000] * 900), FIVE, []),
        (lines_of(300_001), nights_of(0, 0, 0, 0, 0), []),
        (lines_of(300_001), nights_of(-300, 0, 0, 0, 0), ["most_times_largest_night"]),
        (lines_of(999_999_999_999_999), nights_of(*[10**16] * 5), ["most_billed"]),
    ],
)  # fmt: skip
def test_the_bounds(lines: pd.DataFrame, nights: pd.DataFrame, exceeds: list[str]) -> None:
    """A hundred trillion minor units: a trillion dollars, or a hundred trillion yen."""
    found = implausible(lines, nights, Plausibility())
    assert [
        next(name for name in vars(Plausibility()) if name in one.sentence) for one in found
    ] == (exceeds)
    assert all(one.lines for one in found)


def test_a_contract_of_many_charges_bills_many_lines() -> None:
    """5,000 telephones at three lines each are no slip; 3,001 lines of 1,000 charges are."""
    phones = pd.concat([lines_of(1, 1, 1).assign(charge_number=str(one)) for one in range(1000)])
    whole = phones.reset_index(drop=True)
    assert not implausible(whole, NONE, Plausibility())
    more = pd.concat([whole, lines_of(1).assign(charge_number="1")], ignore_index=True)
    (found,) = implausible(more, NONE, Plausibility())
    assert found.sentence.startswith("bills 3,001 lines of contract S-1, more than most_lines")


def test_what_is_said() -> None:
    (found,) = implausible(lines_of(5, 300_001, 7, 400_000), FIVE, Plausibility())
    assert found.sentence == (
        "bills or credits 2 lines of more than most_times_largest_night, 1,000 times the USD 3.00 "
        "that the largest night so far came to"
    )
    assert found.lines == ("S-1:10:M4 USD 4,000.00", "S-1:10:M2 USD 3,000.01")
    (found,) = implausible(lines_of(*[MAJOR * 50] * 7), NONE, Plausibility())
    assert found.sentence == (
        "bills USD 3,500,000,000,000.00, more than most_billed, 1,000,000,000,000.00"
    )
    assert found.lines[-1] == "and 2 more"


def test_currencies_of_little_value() -> None:
    assert set(currency_exponents()) >= SMALL_CURRENCIES
    assert all(currency_exponents()[code] for code in SMALL_CURRENCIES)
    assert bound_minor("BHD", 1) == 1000


@pytest.mark.parametrize(
    ("as_of", "last", "today", "most", "since"),
    [
        ("2027-05-05", "2026-03-31", "2026-04-01", 400, None),
        ("2027-05-06", "2026-03-31", "2027-05-06", 400, "the store's last night, 2026-03-31"),
        ("2026-04-01", "2026-03-31", None, 1, None),
        ("2026-04-02", "2026-03-31", None, 1, "the store's last night, 2026-03-31"),
        ("2027-05-05", None, "2026-03-31", 400, None),
        ("2027-05-06", None, "2026-03-31", 400, "today, 2026-03-31"),
        ("2012-12-31", None, "2026-03-31", 400, None),
        ("2062-03-31", None, None, 400, None),
    ],
)  # fmt: skip
def test_days_ahead(
    as_of: str, last: str | None, today: str | None, most: int, since: str | None
) -> None:
    """Beside the last night whatever the clock says; beside the clock only where there is none."""
    told = [day(text) if text else None for text in (last, today)]
    found = too_far_ahead(day(as_of), *told, most)
    says = f"days after {since}, more than most_days_ahead, {most}"
    assert [one.sentence.endswith(says) for one in found] == [True] * (since is not None)
    assert not any(one.lines for one in found)


# Through the command line


def bounded(desk: Desk, bounds: str) -> tuple[object, ...]:
    """The options that put a command under these bounds."""
    config = desk.folder / "billing.toml"
    config.write_text(f"[plausibility]\n{bounds}\n", "utf-8")
    return ("--config", config, "--quiet")


@pytest.fixture
def desk(tmp_path: Path, store_url: str) -> Desk:
    """On each database."""
    return Desk(tmp_path, store_url)


@pytest.fixture
def sqlite_desk(tmp_path: Path) -> Desk:
    """Where the database makes no difference."""
    return Desk(tmp_path)


def periods(count: int) -> Company:
    """A contract of one charge that bills so many periods by the night."""
    start = pd.Timestamp("2026-03-01") - pd.DateOffset(months=count - 1)
    return company_of(schedule("S-1", f"start_date={start:%Y-%m-%d}", charges=["amount=9.00"]))


@pytest.mark.parametrize(
    ("met", "exceeded", "rows", "said"),
    [
        ("most_billed = 3500", "most_billed = 3499", little_company(),
         ["bills USD 3,500.00, more than most_billed, 3,499.00:",
          "S-1:10:M1 USD 3,000.00", "S-2:10:FEE USD 500.00"]),
        ("most_lines_per_contract = 5", "most_lines_per_contract = 4", periods(5),
         ["bills 5 lines of contract S-1, more than most_lines_per_contract, 4:",
          "S-1:10:2025-11-01 USD 9.00"]),
        ("most_credits = 3500", "most_credits = 3499",
         changed(little_company(), "charges 2: amount=-10000.00", "charges 3: amount=-500.00"),
         ["credits USD 3,500.00, more than most_credits, 3,499.00:", "S-1:10:M1 USD -3,000.00"]),
    ],
)  # fmt: skip
def test_met_and_exceeded(
    sqlite_desk: Desk, met: str, exceeded: str, rows: Company, said: list[str]
) -> None:
    sqlite_desk.upload(rows)
    bill = ("bill", "--as-of", NIGHT)
    done = sqlite_desk.on(*bill, *bounded(sqlite_desk, exceeded))
    assert (done.exit_code, done.stdout) == (4, "")
    for words in said:
        assert words in done.stderr
    assert "--allow-implausible" in done.stderr
    assert "Traceback" not in done.stderr
    assert sqlite_desk.history() == []
    assert sqlite_desk.on(*bill, *bounded(sqlite_desk, met)).exit_code == 0
    assert [run["run_id"] for run in sqlite_desk.history()] == [f"{NIGHT}-1"]


def assert_untouched(desk: Desk) -> None:
    """Nothing posted, nothing accepted, no file."""
    assert desk.history() == []
    assert not (desk.folder / "out").exists()
    billed = desk.on("bill", "--as-of", NIGHT, "--dry-run", "--json")
    assert json.loads(billed.stdout)["lines"] == 0


def little_fees(count: int = 25) -> Company:
    """So many contracts at 1.00 a month."""
    names = [f"A-{number}" for number in range(count)]
    return joined(
        references(),
        *(schedule(name, "start_date=2026-01-01", charges=["amount=1.00"]) for name in names),
    )


@pytest.fixture(scope="module")
def four_nights(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """25.00 a night, from January to April; only looked at."""
    desk = Desk(tmp_path_factory.mktemp("four"))
    desk.bill(little_fees(), "2026-01-31")
    for month in range(2, 5):
        bill_night(desk.store, f"2026-{month:02d}-10")
    return desk


@pytest.fixture(scope="module")
def five_nights(four_nights: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """And in May."""
    desk = four_nights.copy(tmp_path_factory.mktemp("five"))
    bill_night(desk.store, "2026-05-10")
    return desk


@pytest.mark.parametrize(
    ("nights", "amount", "status"),
    [("five_nights", "25000.00", 0), ("five_nights", "25000.01", 4),
     ("five_nights", "-25000.01", 4), ("four_nights", "25000.01", 0)],
)  # fmt: skip
def test_one_line_beside_the_nights_before(
    request: pytest.FixtureRequest, tmp_path: Path, nights: str, amount: str, status: int
) -> None:
    """25.00 a night: a line of more than 25,000.00 is one with too many zeros."""
    desk = request.getfixturevalue(nights).copy(tmp_path)
    before = len(desk.history())
    desk.upload(company_of(schedule(
        "S-1", "start_date=2026-05-20", charges=[f"amount={amount}, charge_type=ONE_TIME"]
    )))  # fmt: skip
    done = desk.on("bill", "--as-of", "2026-05-20", "--quiet")
    assert done.exit_code == status
    if status:
        assert f"S-1:10:FEE USD {float(amount):,.2f}" in done.stderr
        assert "1,000 times the USD 25.00" in done.stderr
        assert len(desk.history()) == before


def test_refused_and_let_through(sqlite_desk: Desk) -> None:
    """Refused, nothing is left; let through, the night is posted, its workbook says in spite of what,
    and so does the one written again."""
    desk = sqlite_desk
    write_inbox(desk.inbox, little_company())
    bounds = bounded(desk, "most_billed = 3499")
    for more in ((), ("--dry-run",)):
        done = desk.run(*bounds, *more)
        assert (done.exit_code, done.stdout) == (4, "")
        assert_untouched(desk)
    assert desk.run(*bounds, "--allow-implausible").exit_code == 0
    path = Path(f"{NIGHT}-1") / "workbook.xlsx"
    words = [cell.value for cell in load_workbook(desk.out / path)["Summary"]["A"]]
    assert (
        "Let through with --allow-implausible: the night bills USD 3,500.00, more than most_billed, "
        "3,499.00."
    ) in words
    assert desk.on("export", f"{NIGHT}-1", "--out", desk.folder / "again").exit_code == 0
    assert (desk.folder / "again" / path).read_bytes() == (desk.out / path).read_bytes()


def test_a_night_of_another_century(sqlite_desk: Desk) -> None:
    """Refused before anything is done, by `run`, `bill` and their dry runs; the right night follows.
    One that is let through says so, and of what it bills besides."""
    desk = sqlite_desk
    write_inbox(desk.inbox, periods(5))
    typed, bounds = "2062-03-31", bounded(desk, "most_lines_per_contract = 100")
    unheard_of = desk.run("--dry-run", *bounds, as_of=typed)
    today = datetime.date.today()
    assert f"days after today, {today}, more than most_days_ahead, 3,660" in unheard_of.stderr
    assert desk.run(*bounds).exit_code == 0
    bill = ("bill", "--as-of", typed, *bounds)
    for done in (
        unheard_of, desk.run(*bounds, as_of=typed), desk.run("--dry-run", *bounds, as_of=typed),
        desk.on(*bill), desk.on(*bill, "--dry-run"),
    ):  # fmt: skip
        assert (done.exit_code, done.stdout) == (4, "")
        assert "name the right night with --as-of; if all is right" in done.stderr
        assert "Traceback" not in done.stderr
    assert [run["run_id"] for run in desk.history()] == [f"{NIGHT}-1"]
    assert desk.on("bill", "--as-of", "2027-05-05", *bounds).exit_code == 0
    assert desk.on(*bill, "--allow-implausible").exit_code == 0
    (told,) = desk.told("settings", "--run", f"{typed}-1")["notes"]
    assert "let through: lies 12,749 days after the store's last night, 2027-05-05" in told
    assert "; bills 418 lines of contract S-1, more than most_lines_per_contract, 100" in told


@pytest.mark.parametrize(("days", "status"), [(3660, 0), (3661, 4)])
def test_a_first_night_beside_the_clock(sqlite_desk: Desk, days: int, status: int) -> None:
    as_of = datetime.date.today() + datetime.timedelta(days)
    assert sqlite_desk.on("bill", "--as-of", as_of, "--dry-run").exit_code == MISUSED
    sqlite_desk.upload(periods(1))
    assert sqlite_desk.on("bill", "--as-of", as_of, "--dry-run").exit_code == status


def test_the_option_says_nothing_of_a_sane_night(sqlite_desk: Desk) -> None:
    write_inbox(sqlite_desk.inbox, little_company())
    assert sqlite_desk.run("--allow-implausible", "--quiet").exit_code == 0
    path = sqlite_desk.out / f"{NIGHT}-1" / "workbook.xlsx"
    words = [str(cell.value) for cell in load_workbook(path)["Summary"]["A"]]
    assert not [one for one in words if "implausible" in one]


def test_bill_is_bounded_too(desk: Desk) -> None:
    """And on both databases a refused one leaves nothing."""
    desk.upload(little_company())
    bill = ("bill", "--as-of", NIGHT, *bounded(desk, "most_billed = 3499"))
    assert desk.on(*bill).exit_code == 4
    assert desk.history() == []
    assert desk.on(*bill, "--allow-implausible").exit_code == 0
    assert len(desk.history()) == 1


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("[plausibility]\nmost_billed = 0", "must be a whole number from 1"),
        ("[plausibility]\nmost_billed = 1.5", "must be a whole number from 1"),
        ("[plausibility]\nmost_billed = true", "must be a whole number from 1"),
        ("[plausibility]\nmost_credits = 1_000_000_000_000_001", "must be a whole number from 1"),
        ("[plausibility]\nmost = 1", "plausibility.most is not a setting; known here: most_billed"),
        ("plausibility = 1", "[plausibility] must be a table of its own"),
        ('let_through = "all"', "let_through is not a setting"),
    ],
)
def test_wrong_settings(tmp_path: Path, config: str, said: str) -> None:
    path = tmp_path / "billing.toml"
    path.write_text(config, "utf-8")
    done = CliRunner().invoke(main, ["bill", "--config", str(path), "--store", "sqlite:///x.db"])
    assert done.exit_code == 2
    assert said in done.stderr


def test_settings_of_an_earlier_version(tmp_path: Path) -> None:
    path = tmp_path / "billing.toml"
    path.write_text("[plausibility]\nmost_billed = 1_000\n", "utf-8")
    settings = read_settings(path)
    assert settings.plausibility == Plausibility(most_billed=1000)
    assert settings_from_text(settings_text(settings)) == settings
    old = json.loads(settings_text(settings))
    del old["plausibility"], old["let_through"]
    assert settings_from_text(json.dumps(old)).plausibility == Plausibility()
