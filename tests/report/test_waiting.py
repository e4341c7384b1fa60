"""What waits, and why: the amounts that will be billed, of contracts that bill."""

from pathlib import Path

import pytest

from pipeline.report.waiting_summary import reasons_of
from tests.builders import Company, changed, contract, joined, little_company, rows_of
from tests.desk import Desk

LATE = "milestones 3: expected_completion_date=2026-03-15"


def waiting(desk: Desk, company: Company) -> dict[str, list[tuple[str, int]]]:
    """By reason: the contracts that wait and their amounts."""
    record = desk.bill(company).record
    return {
        reason.why.partition(":")[0]: [
            (row["subscription_number"], row[reason.amount])
            for row in reason.rows.to_dict("records")
        ]
        for reason in reasons_of(record, "$B$3")
        if len(reason.rows)
    }


@pytest.mark.parametrize(
    ("status", "waits"),
    [("ACTIVE", True), ("DRAFT", False), ("PENDING_APPROVAL", False), ("CANCELED", False)],
)
def test_a_contract_that_bills_nothing_does_not_wait(
    tmp_path: Path, status: str, waits: bool
) -> None:
    company = changed(
        little_company(),
        f"subscriptions 2: status={status}",
        LATE,
        "milestones 2: completion_date=",
    )
    told = waiting(Desk(tmp_path), company)
    assert told == (
        {"Open and late": [("S-1", 700_000)], "Open": [("S-1", 300_000)]} if waits else {}
    )


def test_an_adjusted_milestone_waits_with_what_it_will_bill(tmp_path: Path) -> None:
    """7,000.00 that is adjusted to 6,500.00; that of another contract stays as it is."""
    adjusted = {
        "adjustments": rows_of(
            "bill_line_id | adjusted_amount | reason", "S-1:10:M2 | 6500.00 | agreed"
        )
    }
    company = joined(changed(little_company(), LATE), contract("S-3", LATE), adjusted)
    told = waiting(Desk(tmp_path), company)
    assert told == {"Open and late": [("S-1", 650_000), ("S-3", 700_000)]}
