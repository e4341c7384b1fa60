"""`explain` and `status` on the command line: what they print where, and how they end."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.explain import explain
from tests.builders import changed, little_company
from tests.explain.little import TODAY, Desk


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The command handles SIGTERM; the tests' own process keeps its own way."""
    former = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, former)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Nothing has happened yet; test_databases.py asks both databases."""
    return Desk(tmp_path)


def test_a_line(first_night: Desk) -> None:
    done = first_night.on("explain", "S-1:10:M1")
    assert done.exit_code == 0
    assert done.stderr == ""
    assert done.stdout.startswith(
        "S-1:10:M1, a bill line (MILESTONE): USD 3000.00, dated 2026-03-10\n"
    )
    for words in ("30 % of 10,000.00 = 3,000.00", "milestones.csv, row 2, percent",
                  "2026-03-31-1/bill_lines.csv, row 2", "no answer yet"):  # fmt: skip
        assert words in done.stdout
    assert "DESIGN" not in done.stdout
    assert "(README, How amounts come about: Milestones)" in done.stdout
    assert not any(line.endswith(" ") for line in done.stdout.splitlines())
    account = first_night.told("explain", "S-1:10:M1")
    assert account == explain(first_night.store, "S-1:10:M1", TODAY)


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
def test_an_unknown_id(first_night: Desk, name: str, said: str) -> None:
    done = first_night.on("explain", name)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"milestone-billing: {said}")
    assert done.stderr.count("\n") == 1


def test_a_refused_contract_says_where_its_fault_is(desk: Desk) -> None:
    desk.upload(changed(little_company(), "subscription_lines 3: product_code=NONE"))
    done = desk.on("explain", "S-2")
    assert done.exit_code == 2
    assert "there is no subscription S-2; the nearest: S-1; import 1 refused it: " in done.stderr
    assert "subscription_lines.csv, row 3: product_code: " in done.stderr
    assert "refused" not in desk.on("explain", "S-22").stderr
    assert "refused" not in desk.on("explain", "NONE").stderr  # a product's code, in a row of S-2
    assert "refused" not in desk.on("status", "NONE").stderr


def test_no_store(desk: Desk) -> None:
    for arguments in (("explain", "S-1"), ("status",), ("status", "S-1")):
        done = desk.on(*arguments)
        assert done.exit_code == 2
        assert "there is no store at" in done.stderr
    assert not list(desk.folder.iterdir())


def test_before_the_first_run(desk: Desk) -> None:
    desk.upload(little_company())
    assert desk.on("explain", "S-1").exit_code == 0
    done = desk.on("explain", "S-1:10:M1")
    assert done.exit_code == 0
    assert "Not posted yet" in done.stdout
    done = desk.on("status", "--as-of", "2026-03-31")
    assert done.exit_code == 0
    assert "Contracts as of 2026-03-31" in done.stdout


def test_reading_changes_nothing(first_night: Desk) -> None:
    def state() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in first_night.folder.glob("store.db*")}

    before = state()
    for arguments in (("explain", "S-1"), ("explain", "S-1:10:M2"), ("status",), ("status", "S-1")):
        assert first_night.on(*arguments).exit_code == 0
    assert state()["store.db"] == before["store.db"]


def test_status_of_all(desk: Desk) -> None:
    desk.bill(changed(little_company(), "subscriptions 3: status=ON_HOLD"), "2026-03-31")
    done = desk.on("status")
    assert done.exit_code == 0
    rows = [line.split() for line in done.stdout.splitlines()]
    assert rows[2:4] == [
        ["ACTIVE", "East", "USD", "1", "10000.00", "3000.00", "7000.00", "0.00", "0.00", "0.00"],
        ["ON_HOLD", "East", "USD", "1", "500.00", "0.00", "0.00", "500.00", "0.00", "0.00"],
    ]
    assert "Proofs: OK" in done.stdout
    account = desk.told("status")
    assert account["proof"] == "OK"
    assert account["states"][1]["withheld"] == "500.00"


def test_status_of_one(first_night: Desk) -> None:
    done = first_night.on("status", "S-1")
    assert done.exit_code == 0
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["10", "10000.00", "3000.00", "7000.00", "0.00", "0.00", "OK"] in rows
    assert ["10", "10000.00", "10000.00", "0.00", "OK"] in rows
    assert ["0.00", "7000.00", "3000.00", "10000.00", "OK"] in rows
    account = first_night.told("status", "S-1")
    assert account["position"] == {
        "liability": "0.00", "asset": "7000.00", "billed": "3000.00", "recognised": "10000.00",
    }  # fmt: skip
    done = first_night.on("status", "S-9")
    assert done.exit_code == 2
    assert "the nearest: S-1, S-2" in done.stderr


def test_status_before_the_first_night(first_night: Desk) -> None:
    for arguments in ((), ("S-1",)):
        done = first_night.on("status", *arguments, "--as-of", "2026-03-30")
        assert done.exit_code == 2
        assert done.stderr == (
            "milestone-billing: there is no run as of 2026-03-30 or before: the first is "
            "2026-03-31-1; ask for 2026-03-31 or later\n"
        )
