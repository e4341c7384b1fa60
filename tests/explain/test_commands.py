"""`explain` and `status` on the command line: what they print where, and how they end."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import main
from tests.builders import Company, changed, import_company, little_company
from tests.explain.little import Desk


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The command handles SIGTERM; the tests' own process keeps its own way."""
    former = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, former)


def invoke(store: str, *arguments: str) -> Result:
    """The command in this process; only a bug of the program's raises."""
    return CliRunner().invoke(main, [*arguments, "--store", store], catch_exceptions=False)


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str) -> Desk:
    return Desk(tmp_path, sqlite_url)  # test_databases.py asks both


def refused_company() -> Company:
    """S-2 names a product that there is not."""
    return changed(little_company(), "subscription_lines 3: product_code=NONE")


def test_a_line(desk: Desk) -> None:
    desk.night(little_company(), "2026-03-31")
    done = invoke(desk.store, "explain", "S-1:10:M1")
    assert done.exit_code == 0
    assert done.stderr == ""
    assert done.stdout.startswith(
        "S-1:10:M1, a bill line (MILESTONE): USD 3000.00, dated 2026-03-10\n"
    )
    for words in ("30 % of 10,000.00 = 3,000.00", "milestones.csv, row 2, percent",
                  "2026-03-31-1/bill_lines.csv, row 2", "no answer yet"):  # fmt: skip
        assert words in done.stdout
    assert not any(line.endswith(" ") for line in done.stdout.splitlines())
    account = json.loads(invoke(desk.store, "explain", "S-1:10:M1", "--json").stdout)
    assert account == desk.explain("S-1:10:M1")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("S-1:10:M3", "there is no S-1:10:M3; the nearest: S-1:10:M1, S-1:10:M2, S-1:10:RFEE"),
        ("S-1:10:M1#1", "there is no S-1:10:M1#1; the nearest: S-1:10:M1"),
        ("S-1:11:M1", "there is no S-1:11:M1; the nearest: S-1:10:M1"),
        ("S-1:10:2026-01-01", "there is no S-1:10:2026-01-01; the nearest: "),
        ("S-1:10:2026-13-01", "there is no S-1:10:2026-13-01; the nearest: "),
        ("S-1:10:R1", "there is no S-1:10:R1; the nearest: S-1:10:M1"),
        ("s-1", "there is no subscription s-1; the nearest: S-1, S-2"),
        ("S-10", "there is no subscription S-10; the nearest: S-1, S-2"),
        ("S%:10:M1", "there is no subscription S%; the nearest: S-"),
        ("zzz", "there is no subscription zzz; the nearest: none"),
        ("S-1:10", "'S-1:10' is no id: give a subscription (S-1), a bill line"),
        ("S-1:10:M1#x", "'S-1:10:M1#x' is no id"),
        ("", "'' is no id"),
    ],
)
def test_an_unknown_id(sqlite_desk: Desk, name: str, said: str) -> None:
    done = invoke(sqlite_desk.store, "explain", name)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"milestone-billing: {said}")
    assert done.stderr.count("\n") == 1


@pytest.fixture(scope="module")
def sqlite_desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The little company, for tests that only look at it."""
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(folder, f"sqlite:///{folder / 'store.db'}")
    desk.night(little_company(), "2026-03-31")
    return desk


def test_a_refused_contract_says_where_its_fault_is(desk: Desk) -> None:
    desk.night(refused_company(), "2026-03-31")
    done = invoke(desk.store, "explain", "S-2")
    assert done.exit_code == 2
    assert "there is no subscription S-2; the nearest: S-1; import 1 refused it: " in done.stderr
    assert "subscription_lines.csv, row 3: product_code: " in done.stderr
    assert "refused" not in invoke(desk.store, "explain", "S-22").stderr


def test_no_store(tmp_path: Path) -> None:
    for arguments in (("explain", "S-1"), ("status",), ("status", "S-1")):
        done = invoke(f"sqlite:///{tmp_path / 'none.db'}", *arguments)
        assert done.exit_code == 2
        assert "there is no store at" in done.stderr
    assert not list(tmp_path.iterdir())


def test_before_the_first_run(desk: Desk) -> None:
    import_company(desk.folder / "inbox", little_company(), desk.store)
    assert invoke(desk.store, "explain", "S-1").exit_code == 0
    done = invoke(desk.store, "explain", "S-1:10:M1")
    assert done.exit_code == 0
    assert "Not posted yet" in done.stdout
    done = invoke(desk.store, "status", "--as-of", "2026-03-31")
    assert done.exit_code == 0
    assert "Contracts as of 2026-03-31" in done.stdout


def test_reading_changes_nothing(sqlite_desk: Desk) -> None:
    def state() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sqlite_desk.folder.glob("store.db*")}

    before = state()
    for arguments in (("explain", "S-1"), ("explain", "S-1:10:M2"), ("status",), ("status", "S-1")):
        assert invoke(sqlite_desk.store, *arguments).exit_code == 0
    assert state()["store.db"] == before["store.db"]


def test_status_of_all(desk: Desk) -> None:
    desk.night(changed(little_company(), "subscriptions 3: status=ON_HOLD"), "2026-03-31")
    done = invoke(desk.store, "status")
    assert done.exit_code == 0
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[2:4] == [
        ["ACTIVE", "East", "USD", "1", "10000.00", "3000.00", "7000.00", "0.00", "0.00", "0.00"],
        ["ON_HOLD", "East", "USD", "1", "500.00", "0.00", "0.00", "500.00", "0.00", "0.00"],
    ]
    assert "Proofs: OK" in done.stdout
    account = json.loads(invoke(desk.store, "status", "--json").stdout)
    assert account["proof"] == "OK"
    assert account["states"][1]["withheld"] == "500.00"


def test_status_of_one(desk: Desk) -> None:
    desk.night(little_company(), "2026-03-31")
    done = invoke(desk.store, "status", "S-1")
    assert done.exit_code == 0
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["10", "10000.00", "3000.00", "7000.00", "0.00", "0.00", "OK"] in rows
    assert ["10", "10000.00", "10000.00", "0.00", "OK"] in rows
    assert ["0.00", "7000.00", "3000.00", "10000.00", "OK"] in rows
    account = json.loads(invoke(desk.store, "status", "S-1", "--json").stdout)
    assert account["position"] == {
        "liability": "0.00", "asset": "7000.00", "billed": "3000.00", "recognised": "10000.00",
    }  # fmt: skip
    done = invoke(desk.store, "status", "S-9")
    assert done.exit_code == 2
    assert "the nearest: S-1, S-2" in done.stderr


def test_status_before_the_first_night(desk: Desk) -> None:
    desk.night(little_company(), "2026-03-31")
    for arguments in ((), ("S-1",)):
        done = invoke(desk.store, "status", *arguments, "--as-of", "2026-03-30")
        assert done.exit_code == 2
        assert done.stderr == (
            "milestone-billing: there is no run as of 2026-03-30 or before: the first is "
            "2026-03-31-1; ask for 2026-03-31 or later\n"
        )
