"""What each milestone comes to: to the last minor unit, and what is posted stands."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.bill import Bills
from pipeline.money import as_text
from tests.bill.contracts import (
    LATER,
    accepted,
    charge,
    ids,
    lines_of,
    milestones,
    planned,
    said,
    subscription,
)  # fmt: skip
from tests.builders import bill, joined, nothing_posted, posted_after

DAY = "2026-03-10"

SHARES = [
    # currency, amount, plan, minor units
    ("USD", "145.05", "30%, 70%", [4352, 10153]),
    ("USD", "5.47", "33.34%, 33.33%, 33.33%", [183, 182, 182]),
    ("JPY", "100", "33.33%, 33.33%, 33.34%", [33, 33, 34]),
    ("USD", "12500.00", "100%", [1_250_000]),
    ("USD", "10000.00", "20%, 30%, 50%", [200_000, 300_000, 500_000]),
    ("USD", "0.01", "50%, 50%", [1]),
    ("USD", "0.02", "33.34%, 33.33%, 33.33%", [1, 1]),
    ("USD", "1.00", "50%, 50%", [50, 50]),
    ("USD", "1.01", "50%, 50%", [51, 50]),
    ("USD", "-145.05", "30%, 70%", [-4352, -10153]),
    ("USD", "-5.47", "33.34%, 33.33%, 33.33%", [-183, -182, -182]),
    ("BHD", "1.000", "33.333333%, 33.333333%, 33.333334%", [333, 333, 334]),
    ("JPY", "1", "0.000001%, 99.999999%", [1]),
    ("USD", "9999999999999.99", "33.333333%, 33.333333%, 33.333334%",
     [333333330000000, 333333330000000, 333333339999999]),
    ("USD", "100.00", "0%, 30%, 0%, 70%", [3000, 7000]),
    ("USD", "100.00", "=30.00, =70.00", [3000, 7000]),
    ("USD", "100.00", "=30.00, rest", [3000, 7000]),
    ("USD", "100.00", "rest, =30.00, =20.00", [5000, 3000, 2000]),
    ("USD", "100.00", "=100.00, rest", [10000]),
    ("USD", "-100.00", "=-30.00, rest", [-3000, -7000]),
    ("USD", "100.00", "30%, rest", [3000, 7000]),
    ("USD", "145.05", "30%, rest", [4352, 10153]),
    ("USD", "5.47", "rest, 33.33%, 33.33%", [183, 182, 182]),
    ("USD", "100.00", "100%, rest", [10000]),
    ("USD", "100.00", "rest", [10000]),
    ("USD", "0.00", "30%, 70%", []),
    ("USD", "1600.00", ", ".join(["6.25%"] * 16), [10000] * 16),
]  # fmt: skip


def completed(plan: str) -> str:
    """The plan with every milestone reached."""
    return ", ".join(f"{share} {DAY}" for share in plan.split(", "))


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> Bills:
    companies = [
        planned(f"S-{number}", amount, completed(plan), currency)
        for number, (currency, amount, plan, _) in enumerate(SHARES)
    ]
    return bill(accepted(tmp_path_factory.mktemp("shares"), companies), LATER)


@pytest.mark.parametrize(("number", "case"), list(enumerate(SHARES)), ids=ids(SHARES))
def test_shares(number: int, case: tuple, bills: Bills) -> None:
    lines = lines_of(bills, f"S-{number}")
    assert lines["amount_minor"].tolist() == case[3]
    assert set(lines["kind"]) <= {"MILESTONE"}
    charge = bills.charges[bills.charges["subscription_number"] == f"S-{number}"].iloc[0]
    assert charge["price_minor"] == charge["billed_tonight_minor"] == sum(case[3])


CHANGED = [
    # why, amount, the plan that was billed on 31 March, the plan after, the later lines
    ("the open 70 becomes 40 and 30", "100.00",
     f"30% {DAY}, 70%", f"30% {DAY}, 40% {LATER}, 30% {LATER}", ["M2 40.00", "M3 30.00"]),
    ("the open ones share what is left by their weights", "5.47",
     f"33.34% {DAY}, 33.33%, 33.33%", f"33.34% {DAY}, 50%, 16.66% {LATER}", ["M3 0.91"]),
    ("and total it", "5.47",
     f"33.34% {DAY}, 33.33%, 33.33%", f"33.34% {DAY}, 50% {LATER}, 16.66% {LATER}",
     ["M2 2.73", "M3 0.91"]),
    ("one cent is left for two", "0.03",
     f"50% {DAY}, 50%", f"50% {DAY}, 25% {LATER}, 25% {LATER}", ["M2 0.01"]),
    ("fixed amounts before the rest", "100.00",
     f"=30.00 {DAY}, rest", f"=30.00 {DAY}, =20.00 {LATER}, rest {LATER}",
     ["M2 20.00", "M3 50.00"]),
    ("percents before the rest", "100.00",
     f"30% {DAY}, rest", f"30% {DAY}, 20% {LATER}, rest {LATER}", ["M2 20.00", "M3 50.00"]),
    ("credits", "-100.00",
     f"30% {DAY}, 70%", f"30% {DAY}, 35% {LATER}, 35% {LATER}", ["M2 -35.00", "M3 -35.00"]),
    ("the rest is billed and stands", "100.00",
     f"30%, rest {DAY}", f"20% {LATER}, rest {DAY}", ["M1 30.00"]),
    ("completed in another order", "5.47",
     f"33.34%, 33.33%, 33.33% {DAY}", f"33.34% {LATER}, 33.33% {LATER}, 33.33% {DAY}",
     ["M1 1.83", "M2 1.82"]),
    ("a dropped milestone leaves nothing behind", "100.00",
     f"30% {DAY}, 20%, 50%", f"30% {DAY}, 0%, 70% {LATER}", ["M3 70.00"]),
    ("the rest of fixed amounts stands once it is billed", "100.00",
     f"=30.00, rest {DAY}", f"=20.00, rest {DAY}, =10.00 {LATER}", ["M3 10.00"]),
    ("and all that is left is billed", "100.00",
     f"=30.00, rest {DAY}", f"=20.00 {LATER}, rest {DAY}, =10.00 {LATER}",
     ["M1 20.00", "M3 10.00"]),
    ("a billed rest beside a dropped milestone", "100.00",
     f"30%, rest {DAY}", f"0%, rest {DAY}, 30% {LATER}", ["M3 30.00"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def two_nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bills, Bills]:
    """The first plans billed as of 31 March, then the second ones as of the end of the year."""
    folder = tmp_path_factory.mktemp("changed")
    before = [planned(f"S-{n}", amount, plan) for n, (_, amount, plan, _, _) in enumerate(CHANGED)]
    after = [planned(f"S-{n}", amount, plan) for n, (_, amount, _, plan, _) in enumerate(CHANGED)]
    first = bill(accepted(folder / "before", before), "2026-03-31")
    posted = posted_after(nothing_posted(), first)
    return first, bill(accepted(folder / "after", after), LATER, posted)


@pytest.mark.parametrize(
    ("number", "later"),
    [pytest.param(number, case[4], id=case[0]) for number, case in enumerate(CHANGED)],
)
def test_a_plan_changed_after_a_posting_splits_only_what_is_left(
    number: int, later: list[str], two_nights: tuple[Bills, Bills]
) -> None:
    first, second = two_nights
    assert len(lines_of(first, f"S-{number}")) == 1
    lines = lines_of(second, f"S-{number}")
    amounts = as_text(lines["amount_minor"], np.full(len(lines), 2)).to_pylist()
    told = [f"{what} {amount}" for what, amount in zip(lines["what"], amounts, strict=True)]
    assert told == later
    assert (lines["revision"] == 0).all(), "what is posted is not corrected"
    charge = second.charges[second.charges["subscription_number"] == f"S-{number}"].iloc[0]
    parts = ["billed_before_minor", "billed_tonight_minor", "withheld_minor", "unbilled_minor"]
    assert charge["price_minor"] == charge[parts].sum()


def test_the_words_of_a_share_of_what_is_left(two_nights: tuple[Bills, Bills]) -> None:
    place = [case[0] for case in CHANGED].index("and total it")
    assert lines_of(two_nights[1], f"S-{place}")["reason"].tolist() == [
        "50 of 66.66 percent of the 3.64 not billed before the plan changed = 2.73",
        "16.66 of 66.66 percent of the 3.64 not billed before the plan changed = 0.91",
    ]


def test_revenue_milestones_bill_nothing(tmp_path: Path) -> None:
    company = joined(
        subscription("S-1"),
        charge("S-1", "100.00", milestone_billing="Y", milestone_revenue="Y"),
        milestones("S-1", f"40%, 60% {DAY}"),
        milestones("S-1", f"20% {DAY}, 80% {DAY}", event_type="REVENUE"),
    )
    assert said(bill(accepted(tmp_path, [company]), LATER), "S-1") == [("10:M2", DAY, 6000)]
