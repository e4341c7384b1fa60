"""Status: contracts by state on a day, and that their parts add up to the whole."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.nightly import bill_store, import_inbox
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
from tests.builders import QUIET, Company, changed, day, little_company, rows_of
from tests.desk import Desk
from tests.schedules import company_of, schedule

TODAY = day("2026-07-01")


@pytest.fixture
def desk(first_night: Desk, tmp_path: Path) -> Desk:
    """After the little company's first night, to go on from."""
    return first_night.copy(tmp_path)


@pytest.fixture
def new_desk(tmp_path: Path) -> Desk:
    """Nothing has happened yet."""
    return Desk(tmp_path)


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


def test_states_of_a_day(desk: Desk) -> None:
    """What is asked for is how it stood then: actions in force, and what was posted by then."""
    store = desk.store
    desk.bill(hold("S-2", "2026-04-10"), "2026-04-01")
    dated = changed(little_company(), "milestones 3: completion_date=2026-04-15")
    desk.bill(dated, "2026-04-20")
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


def test_what_is_due_and_not_posted_is_not_billed(desk: Desk) -> None:
    dated = changed(little_company(), "milestones 3: completion_date=2026-03-20")
    desk.upload(dated)
    standing = read_status_of(desk.store, "S-1", None, TODAY)
    check_proofs(standing)
    account = proof_account(standing)
    assert account["charges"][0]["unbilled"] == "7000.00"
    assert account["charges"][0]["billed"] == "3000.00"
    assert account["position"]["billed"] == "3000.00"


@pytest.mark.parametrize("handover", ["on_completion", "day_after"])
def test_the_settings_of_the_run_are_used(new_desk: Desk, handover: str) -> None:
    """Another handover would seem to owe credits."""
    company = company_of(
        schedule("S-1", "start_date=2026-01-15",
                 phases=["ends=MILESTONE, completion_date=2026-03-10", "ends=NEVER"],
                 charges=["phase_number=1, amount=310.00", "phase_number=2, amount=620.00"])
    )  # fmt: skip
    settings = Settings(phase_handover=handover)
    import_inbox(new_desk.write_upload(company), new_desk.store, settings, QUIET)
    list(bill_store(day("2026-04-30"), new_desk.store, settings, QUIET))
    standing = read_status(new_desk.store, None, TODAY)
    assert len(standing.bills.lines) == 0
    check_proofs(standing)
    assert standing.charges["unbilled_minor"].tolist() == [0, 0]


def test_adjusted_withheld_and_credited(desk: Desk) -> None:
    adjusted = rows_of(
        "bill_line_id | adjusted_amount | reason",
        "S-1:10:M1 | 2500.00 | goodwill", "S-1:10:M2 | 6000.00 | late",
    )  # fmt: skip
    dated = changed(little_company(), "milestones 3: completion_date=2026-04-01")
    company = {"adjustments": adjusted, "milestones": dated["milestones"]}
    desk.bill(company | hold("S-1", "2026-04-01"), "2026-04-02")
    (charge,) = proof_account(read_status_of(desk.store, "S-1", None, TODAY))["charges"]
    assert charge["price_proof"] == charge["revenue_proof"] == "OK"
    assert {name: charge[name] for name in
            ("price", "billed", "unbilled", "withheld", "adjusted_away", "allocated")} == {
        "price": "10000.00", "billed": "3000.00", "unbilled": "0.00", "withheld": "5500.00",
        "adjusted_away": "1500.00", "allocated": "8500.00",
    }  # fmt: skip


def test_one_and_all_agree(desk: Desk) -> None:
    desk.bill(hold("S-2", "2026-04-10"), "2026-04-12")
    whole = read_status(desk.store, None, TODAY)
    for number in ("S-1", "S-2"):
        one = read_status_of(desk.store, number, None, TODAY)
        for all_rows, own_rows in ((whole.contracts, one.contracts), (whole.charges, one.charges),
                                   (whole.positions, one.positions)):  # fmt: skip
            own = all_rows[all_rows["subscription_number"] == number].reset_index(drop=True)
            assert own.equals(own_rows.reset_index(drop=True))


def test_a_store_without_contracts(new_desk: Desk) -> None:
    new_desk.upload({"customers": little_company()["customers"]})
    standing = read_status(new_desk.store, None, TODAY)
    assert status_account(standing) == {
        "as_of": "2026-07-01", "states": [], "proof": "OK", "broken": [],
    }  # fmt: skip


def test_a_contract_without_charges(new_desk: Desk) -> None:
    company = changed(little_company(), "drop charges", "drop milestones")
    new_desk.bill(company, "2026-03-31")
    assert states(new_desk.store) == {("ACTIVE", "USD"): (2, 0, 0)}
    account = proof_account(read_status_of(new_desk.store, "S-1", None, TODAY))
    assert (account["charges"], account["position_proof"]) == ([], "OK")


def test_a_broken_ledger_is_told(first_night: Desk) -> None:
    """What the program itself never lets happen, each proof for itself."""
    sound = read_status_of(first_night.store, "S-1", None, TODAY)
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
