"""Status: contracts by state on a day, and that their parts add up to the whole."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.nightly import run_night
from pipeline.screen_status import proof_account, proof_words, status_account, status_words
from pipeline.settings import Settings
from pipeline.standing import (
    PRICE_PARTS,
    REVENUE_PARTS,
    Standing,
    by_state,
    proofs_of_charges,
    proofs_of_positions,
)  # fmt: skip
from pipeline.status import NoNightError, read_status, read_status_of
from tests.builders import (
    QUIET,
    Company,
    changed,
    day,
    import_company,
    little_company,
    night,
    rows_of,
    write_inbox,
)  # fmt: skip
from tests.schedules import company_of, schedule

TODAY = day("2026-07-01")


@pytest.fixture
def store(sqlite_url: str) -> str:
    return sqlite_url


def states(store: str, as_of: str | None = None) -> dict[tuple[str, str], tuple[int, int, int]]:
    """By status and currency: how many contracts, their price, and what of it is billed."""
    standing = read_status(store, day(as_of) if as_of else None, TODAY)
    check_proofs(standing)
    return {
        (row.status, row.currency): (row.contracts, row.price_minor, row.billed_minor)
        for row in by_state(standing).itertuples()
    }


def check_proofs(standing: Standing) -> None:
    """Every proof holds, and the account says so."""
    charges, positions = proofs_of_charges(standing), proofs_of_positions(standing)
    assert not charges["price_off_minor"].any()
    assert not charges["revenue_off_minor"].any()
    assert not positions["off_minor"].any()
    assert (charges["price_minor"] == charges[PRICE_PARTS].sum(axis=1)).all()
    assert (charges["allocated_minor"] == charges[REVENUE_PARTS].sum(axis=1)).all()
    assert status_account(standing)["proof"] == "OK"


def hold(number: str, day_from: str) -> Company:
    """A contract is put on hold."""
    return {
        "actions": rows_of(
            "subscription_number | action | effective_date", f"{number} | HOLD | {day_from}"
        )
    }


def test_states_of_a_day(tmp_path: Path, store: str) -> None:
    """What is asked for is how it stood then: actions in force, and what was posted by then."""
    night(tmp_path / "1", little_company(), store, "2026-03-31")
    night(tmp_path / "2", hold("S-2", "2026-04-10"), store, "2026-04-01")
    dated = changed(little_company(), "milestones 3: completion_date=2026-04-15")
    night(tmp_path / "3", dated, store, "2026-04-20")
    both = (2, 1_050_000, 350_000)
    assert states(store, "2026-03-31") == {("ACTIVE", "USD"): both}
    assert states(store, "2026-04-09") == {("ACTIVE", "USD"): both}
    held = {("ACTIVE", "USD"): (1, 1_000_000, 300_000), ("ON_HOLD", "USD"): (1, 50_000, 50_000)}
    assert states(store, "2026-04-10") == held
    assert states(store, "2026-04-19") == held
    assert states(store) == {
        ("ACTIVE", "USD"): (1, 1_000_000, 1_000_000), ("ON_HOLD", "USD"): (1, 50_000, 50_000),
    }  # fmt: skip
    assert states(store, "2027-01-01") == states(store)
    with pytest.raises(NoNightError):
        states(store, "2026-03-30")


def test_what_is_due_and_not_posted_is_not_billed(tmp_path: Path, store: str) -> None:
    night(tmp_path / "1", little_company(), store, "2026-03-31")
    dated = changed(little_company(), "milestones 3: completion_date=2026-03-20")
    import_company(tmp_path / "2", dated, store)
    standing = read_status_of(store, "S-1", None, TODAY)
    check_proofs(standing)
    account = proof_account(standing)
    assert account["charges"][0]["unbilled"] == "7000.00"
    assert account["charges"][0]["billed"] == "3000.00"
    assert account["position"]["billed"] == "3000.00"


@pytest.mark.parametrize("handover", ["on_completion", "day_after"])
def test_the_settings_of_the_run_are_used(tmp_path: Path, store: str, handover: str) -> None:
    """Another handover would seem to owe credits."""
    company = company_of(
        schedule("S-1", "start_date=2026-01-15",
                 phases=["ends=MILESTONE, completion_date=2026-03-10", "ends=NEVER"],
                 charges=["phase_number=1, amount=310.00", "phase_number=2, amount=620.00"])
    )  # fmt: skip
    run_night(write_inbox(tmp_path / "in", company), day("2026-04-30"), tmp_path / "out", store,
              Settings(phase_handover=handover), QUIET)  # fmt: skip
    standing = read_status(store, None, TODAY)
    assert len(standing.bills.lines) == 0
    check_proofs(standing)
    assert standing.charges["unbilled_minor"].tolist() == [0, 0]


def test_adjusted_withheld_and_credited(tmp_path: Path, store: str) -> None:
    night(tmp_path / "1", little_company(), store, "2026-03-31")
    adjusted = rows_of(
        "bill_line_id | adjusted_amount | reason",
        "S-1:10:M1 | 2500.00 | goodwill", "S-1:10:M2 | 6000.00 | late",
    )  # fmt: skip
    dated = changed(little_company(), "milestones 3: completion_date=2026-04-01")
    company = {"adjustments": adjusted, "milestones": dated["milestones"]}
    night(tmp_path / "2", company | hold("S-1", "2026-04-01"), store, "2026-04-02")
    (charge,) = proof_account(read_status_of(store, "S-1", None, TODAY))["charges"]
    assert charge["price_proof"] == charge["revenue_proof"] == "OK"
    assert {name: charge[name] for name in
            ("price", "billed", "unbilled", "withheld", "adjusted_away", "allocated")} == {
        "price": "10000.00", "billed": "3000.00", "unbilled": "0.00", "withheld": "5500.00",
        "adjusted_away": "1500.00", "allocated": "8500.00",
    }  # fmt: skip


def test_one_and_all_agree(tmp_path: Path, store: str) -> None:
    night(tmp_path / "1", little_company(), store, "2026-03-31")
    night(tmp_path / "2", hold("S-2", "2026-04-10"), store, "2026-04-12")
    whole = read_status(store, None, TODAY)
    for number in ("S-1", "S-2"):
        one = read_status_of(store, number, None, TODAY)
        for all_rows, own_rows in ((whole.contracts, one.contracts), (whole.charges, one.charges),
                                   (whole.positions, one.positions)):  # fmt: skip
            own = all_rows[all_rows["subscription_number"] == number].reset_index(drop=True)
            assert own.equals(own_rows.reset_index(drop=True))


def test_a_store_without_contracts(tmp_path: Path, store: str) -> None:
    import_company(tmp_path / "1", {"customers": little_company()["customers"]}, store)
    standing = read_status(store, None, TODAY)
    assert status_account(standing) == {
        "as_of": "2026-07-01", "states": [], "proof": "OK", "broken": [],
    }  # fmt: skip


def test_a_contract_without_charges(tmp_path: Path, store: str) -> None:
    company = changed(little_company(), "drop charges", "drop milestones")
    night(tmp_path / "1", company, store, "2026-03-31")
    assert states(store) == {("ACTIVE", "USD"): (2, 0, 0)}
    account = proof_account(read_status_of(store, "S-1", None, TODAY))
    assert (account["charges"], account["position_proof"]) == ([], "OK")


def test_a_broken_ledger_is_told(tmp_path: Path, store: str) -> None:
    """What the program itself never lets happen, each proof for itself."""
    night(tmp_path / "1", little_company(), store, "2026-03-31")
    sound = read_status_of(store, "S-1", None, TODAY)
    assert proof_account(sound)["proof"] == "OK"
    price = replace(sound, charges=sound.charges.assign(price_minor=999_999))
    assert status_account(price)["broken"] == [
        "the price of charge S-1:10 is not the sum of its parts"
    ]
    assert proof_account(price)["charges"][0]["price_proof"] == "ERROR"
    assert proof_account(price)["charges"][0]["revenue_proof"] == "OK"
    revenue = replace(sound, charges=sound.charges.assign(remaining_minor=1))
    assert proof_account(revenue)["charges"][0]["revenue_proof"] == "ERROR"
    books = replace(sound, positions=sound.positions.assign(liability_minor=1))
    account = proof_account(books)
    assert (account["position_proof"], account["proof"]) == ("ERROR", "ERROR")
    assert "ERROR" in proof_words(account)
    assert "Proofs: ERROR" in status_words(status_account(books))
