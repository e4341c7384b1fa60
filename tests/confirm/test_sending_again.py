"""What goes out again is proved before anything is posted."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from pipeline.bill import Answered, Bills, compute_bills
from pipeline.post.proofs import broken_bill_proofs
from pipeline.settings import Settings
from tests.bill.contracts import charge, subscription
from tests.builders import (
    Company,
    bill,
    changed,
    contracts_of,
    day,
    joined,
    little_company,
    nothing_posted,
    posted_after,
    references,
)

Tamper = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture
def bills(tmp_path: Path) -> Bills:
    """A night after both lines of the little company were rejected; S-2 is on hold."""
    contracts = contracts_of(tmp_path / "1", little_company())
    first = bill(contracts, "2026-03-31")
    held = contracts_of(
        tmp_path / "2", changed(little_company(), "subscriptions 3: status=ON_HOLD")
    )
    milestones = first.lines[["subscription_number", "charge_number", "what"]]
    told = Answered(
        milestones[first.lines["kind"] == "MILESTONE"].assign(state="REJECTED"),
        first.lines.assign(message="Invalid site"),
    )
    posted = posted_after(nothing_posted(), first)
    return compute_bills(held, posted, day("2026-04-30"), Settings(), told)


def test_only_what_is_not_on_hold(bills: Bills) -> None:
    assert bills.lines.empty
    assert bills.resent["bill_line_id"].tolist() == ["S-1:10:M1"]
    assert bills.rejected["state"].tolist() == ["SENT AGAIN", "WAITS"]
    assert broken_bill_proofs(bills) == []


@pytest.mark.parametrize(
    "tamper",
    [
        lambda lines: lines.assign(amount_minor=lines["amount_minor"] + 1),
        lambda lines: lines.assign(bill_date=lines["bill_date"] + pd.Timedelta(days=1)),
        lambda lines: lines.assign(currency="EUR"),
        lambda lines: lines.head(0),
        lambda lines: lines.assign(bill_line_id="S-2:10:FEE"),
    ],
    ids=["amount", "date", "currency", "left out", "on hold"],
)
def test_a_line_that_is_not_as_it_was_rejected(bills: Bills, tamper: Tamper) -> None:
    broken = broken_bill_proofs(replace(bills, resent=tamper(bills.resent)))
    assert broken
    assert all("goes out again, but not as it was rejected" in said for said in broken)


def test_a_line_that_goes_out_twice_tonight(bills: Bills) -> None:
    broken = broken_bill_proofs(replace(bills, lines=bills.resent))
    assert any("S-1:10:M1 goes out again" in said for said in broken)


def monthly(end_date: str) -> Company:
    """A contract of 310.00 a month."""
    recurring = charge("S-9", "310.00", charge_type="RECURRING", billing_frequency="MONTHLY")
    return joined(references(), subscription("S-9", end_date=end_date), recurring)


def test_a_period_and_its_correction(tmp_path: Path) -> None:
    """What recurs goes out again in the words in which it was billed, whole or cut short."""
    contracts = contracts_of(tmp_path, monthly("2026-12-31"))
    first = bill(contracts, "2026-01-31")
    ended = contracts_of(tmp_path / "ended", monthly("2026-01-16"))
    posted = posted_after(nothing_posted(), first)
    second = bill(ended, "2026-01-31", posted)
    assert second.lines["description"].str.contains(r"\(now served ").all()
    both = pd.concat([first.lines, second.lines], ignore_index=True)
    told = Answered(Answered.of_nothing().milestones, both.assign(message="Invalid site"))
    posted = posted_after(posted, second)
    again = compute_bills(ended, posted, day("2026-02-01"), Settings(), told)
    assert again.resent["description"].tolist() == both["description"].tolist()
