"""How a contract's price is shared over its charges by standalone selling price."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.money import as_text, exponents_of
from tests.builders import Company, changed, contracts_of
from tests.recognise.revenue_nights import Ledger
from tests.schedules import company_of, schedule

FEE = "charge_type=ONE_TIME"
YEAR = "start_date=2026-01-01, end_date=2026-12-31"
NIGHT = "2026-06-30"


def sold(number: int, *charges: tuple[str, str, str], terms: str = YEAR, currency: str = "USD",
         phases: tuple[str, ...] = ()) -> Company:  # fmt: skip
    """A contract of charges, each by its amount, its selling price alone, and what else it says."""
    return schedule(
        f"S-{number}", f"{terms}, currency={currency}", phases=phases,
        charges=[
            f"amount={amount}, standalone_selling_price={alone}, {words}"
            for amount, alone, words in charges
        ],
    )  # fmt: skip


CASES = [
    # why, the company, what is allocated
    ("50, 25 and 75 alone", sold(0, ("50.00", "50", FEE), ("25.00", "25", FEE),
                                 ("25.00", "75", FEE)), ["33.33", "16.67", "50.00"]),
    ("no selling price: each its own", sold(1, ("50.00", "", FEE), ("25.00", "", FEE)),
     ["50.00", "25.00"]),
    ("a tie goes to the earlier", sold(2, ("0.01", "1", FEE), ("0.00", "1", FEE)),
     ["0.01", "0.00"]),
    ("one charge alone", sold(3, ("10.00", "0.01", FEE)), ["10.00"]),
    ("selling prices of nothing", sold(4, ("10.00", "0", FEE), ("5.00", "0", FEE)),
     ["10.00", "5.00"]),
    ("one of nothing among others", sold(5, ("10.00", "0", FEE), ("5.00", "3", FEE)),
     ["0.00", "15.00"]),
    ("a free charge has its part", sold(6, ("90.00", "90", FEE), ("0.00", "10", FEE)),
     ["81.00", "9.00"]),
    ("a discount is everybody's", sold(7, ("60.00", "60", FEE), ("60.00", "40", FEE),
                                       ("-20.00", "0", FEE)), ["60.00", "40.00", "0.00"]),
    ("credits only", sold(8, ("-50.00", "1", FEE), ("-50.01", "2", FEE)), ["-33.34", "-66.67"]),
    ("a recurring charge with its whole term",
     sold(9, ("10.00", "50", "billing_frequency=MONTHLY"), ("60.00", "100", FEE)),
     ["60.00", "120.00"]),
    ("its cut months", sold(10, ("31.00", "1", "billing_frequency=MONTHLY"), ("1.00", "1", FEE),
                            terms="start_date=2026-01-16, end_date=2026-02-28, billing_day=1"),
     ["24.00", "24.00"]),
    ("evergreen is not allocated",
     sold(11, ("10.00", "50", "billing_frequency=MONTHLY"), ("60.00", "100", FEE),
          terms="start_date=2026-06-01"), ["10.00", "60.00"]),
    ("an open phase's recurring charge keeps its own",
     sold(12, ("10.00", "50", "phase_number=1"), ("60.00", "100", FEE), ("0.00", "20", FEE),
          terms="start_date=2026-06-01", phases=("ends=MILESTONE", "ends=NEVER")),
     ["10.00", "50.00", "10.00"]),
    ("and is shared once it is completed",
     sold(13, ("31.00", "50", "phase_number=1, billing_frequency=MONTHLY"), ("60.00", "100", FEE),
          terms="start_date=2026-05-01",
          phases=("ends=MILESTONE, completion_date=2026-06-01", "ends=NEVER")),
     ["30.33", "60.67"]),
    ("a recurring charge of no day",
     sold(14, ("31.00", "50", "phase_number=1"), ("60.00", "100", FEE),
          phases=("ends=MILESTONE, completion_date=2026-01-01", "ends=NEVER")),
     ["0.00", "60.00"]),
    ("a phase that begins after the end",
     sold(15, ("31.00", "50", f"phase_number=2, {FEE}"), ("60.00", "100", FEE),
          phases=("ends=DATE, end_date=2026-12-31", "ends=NEVER")), ["0.00", "60.00"]),
    ("fifteen digits", sold(16, ("9999999999999.99", "9999999999999.99", FEE),
                            ("0.02", "9999999999999.98", FEE)),
     ["5000000000000.01", "5000000000000.00"]),
    ("yen", sold(17, ("100", "1", FEE), ("0", "2", FEE), currency="JPY"), ["33", "67"]),
    ("Bahraini dinars", sold(18, ("1.000", "1", FEE), ("0.000", "2", FEE), currency="BHD"),
     ["0.333", "0.667"]),
    ("by the number of the charge, not its text", changed(
        sold(19, ("0.01", "1", FEE), ("0.00", "1", FEE)), "charges 2: charge_number=9",
        "charges 3: charge_number=10"), ["0.00", "0.01"]),
    ("a draft line is no part of it", changed(
        sold(20, ("50.00", "50", FEE), ("50.00", "150", FEE)), "charges 3: line_number=2",
        "subscription_lines 3: subscription_number=S-20, line_number=2, product_code=SUB, "
        "status=DRAFT"), ["50.00", "0.00"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    companies = [case[1] for case in CASES]
    return contracts_of(tmp_path_factory.mktemp("allocated"), company_of(*companies))


def test_what_is_allocated(contracts: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    balances = Ledger(tmp_path).night_of(NIGHT, contracts).balances
    texts = as_text(balances["allocated_minor"], exponents_of(balances["currency"])).to_pylist()
    allocated = balances.assign(text=texts).groupby("subscription_number")["text"].agg(list)
    wrong = {
        why: allocated[f"S-{number}"]
        for number, (why, _, parts) in enumerate(CASES)
        if allocated[f"S-{number}"] != parts
    }
    assert not wrong


def test_every_allocation_is_recognised_or_to_come(
    contracts: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path)
    for night in ("2025-12-31", "2026-01-01", NIGHT, "2026-12-31"):
        balances = ledger.night_of(night, contracts).balances
        parts = ["recognised_before_minor", "recognised_tonight_minor", "remaining_minor"]
        off = balances[balances["allocated_minor"] != balances[parts].sum(axis=1)]
        assert off["subscription_number"].tolist() == []
        keys = ["subscription_number", "currency"]
        whole = balances.groupby(keys)[["total_minor", "allocated_minor"]].sum()
        assert (whole["total_minor"] == whole["allocated_minor"]).all()
    assert set(ledger.events["revenue_line_id"]) <= set(ledger.stated["revenue_line_id"])


def test_the_order_of_rows_does_not_matter(
    contracts: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    shuffled = {
        table: rows.sample(frac=1, random_state=7).reset_index(drop=True)
        for table, rows in contracts.items()
    }
    one = Ledger(tmp_path).night_of(NIGHT, contracts)
    other = Ledger(tmp_path).night_of(NIGHT, shuffled)
    for name in ("lines", "events", "balances", "to_come"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    assert np.unique(one.events["event_id"]).size == len(one.events)
