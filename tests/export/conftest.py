"""Bill lines and run records for the tests of what is written."""

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import pytest

from pipeline.findings import no_findings
from pipeline.journal import journal_lines
from pipeline.record import RunRecord
from pipeline.settings import Settings
from schemas.outputs import (
    BillLines,
    ContractPositions,
    MilestoneStates,
    OutputTable,
    PhaseStates,
    RevenueBalances,
    RevenueEvents,
    RevenueLines,
    RevenueToCome,
    RollForward,
    Withheld,
    dtypes_of,
)

ONE_LINE: dict[str, Any] = {
    "bill_line_id": "C-1:10:M1",
    "corrects_bill_line_id": "",
    "subscription_number": "C-1",
    "line_number": "1",
    "charge_number": "10",
    "kind": "MILESTONE",
    "what": "M1",
    "revision": 0,
    "phase_number": "",
    "service_start": None,
    "service_end": None,
    "bill_date": "2026-03-15",
    "accounting_date": "2026-04-01",
    "currency": "USD",
    "amount_minor": 123456,
    "adjustment_minor": 0,
    "customer_number": "K-7",
    "business_unit": "East",
    "reason": "25 percent of 4938.24",
    "description": "Build, first part",
    "bill_to_account": "1001",
    "bill_to_site": "2002",
    "payment_terms": "",
    "purchase_order": "PO-9",
    "tax_code": "STD",
}


ONE_EVENT: dict[str, Any] = {
    "event_id": "C-1:10:R1",
    "revenue_line_id": "C-1:10",
    "line_revision": 0,
    "subscription_number": "C-1",
    "line_number": "1",
    "charge_number": "10",
    "product_code": "BUILD",
    "method": "MILESTONE",
    "what": "R1",
    "revision": 0,
    "satisfaction_date": "2026-03-20",
    "accounting_date": "2026-04-01",
    "percent_millionths": 33_340_000,
    "currency": "USD",
    "amount_minor": 164637,
    "allocated_minor": 493824,
    "business_unit": "East",
    "reason": "33.34 % of 4,938.24",
}


def lines_of(*changes: dict[str, Any]) -> pd.DataFrame:
    """Bill lines, one for each dictionary of what differs from `ONE_LINE`."""
    rows = [
        {**ONE_LINE, "bill_line_id": f"C-1:10:M{number}", "what": f"M{number}", **change}
        for number, change in enumerate(changes, 1)
    ]
    return _frame(BillLines, rows)


def events_of(*changes: dict[str, Any]) -> pd.DataFrame:
    """Satisfaction events, one for each dictionary of what differs from `ONE_EVENT`."""
    rows = [
        {**ONE_EVENT, "event_id": f"C-1:10:R{number}", "what": f"R{number}", **change}
        for number, change in enumerate(changes, 1)
    ]
    return _frame(RevenueEvents, rows)


def record_of(bill_lines: pd.DataFrame, **more: Any) -> RunRecord:
    """A run that posted these lines and, unless `more` says so, nothing else; with its journal."""
    events = more.get("revenue_events", events_of())
    given: dict[str, Any] = {
        "run_id": "2026-03-31-1",
        "as_of": datetime.date(2026, 3, 31),
        "program_version": "0.1.0",
        "settings": Settings(),
        "inputs": pd.DataFrame(
            {
                "file": ["milestones.csv", "charges.csv"],
                "sha256": ["b" * 64, "a" * 64],
                "rows_read": [3, 2],
                "rows_accepted": [2, 2],
                "rows_refused": [1, 0],
            }
        ),
        "bill_lines": bill_lines,
        "milestones": _frame(MilestoneStates),
        "phases": _frame(PhaseStates),
        "withheld": _frame(Withheld),
        "balances": _balances(bill_lines),
        "findings": no_findings(),
        "revenue_lines": _frame(RevenueLines),
        "revenue_events": events,
        "journal": journal_lines("2026-03-31-1", bill_lines, events, no_position(), Settings()),
        "revenue_balances": _frame(RevenueBalances),
        "revenue_to_come": _frame(RevenueToCome),
        "positions": _frame(ContractPositions),
        "roll_forward": _frame(RollForward),
        "refused": (),
    }
    return RunRecord(**{**given, **more})


@pytest.fixture
def make_lines() -> Callable[..., pd.DataFrame]:
    return lines_of


@pytest.fixture
def make_record() -> Callable[..., RunRecord]:
    return record_of


@pytest.fixture
def make_events() -> Callable[..., pd.DataFrame]:
    return events_of


def no_position() -> pd.DataFrame:
    """No contract has billed or recognised anything before."""
    return pd.DataFrame(
        {"subscription_number": pd.Series([], dtype="str"), "net_minor": []}
    ).astype({"net_minor": "int64"})


def _frame(model: type[OutputTable], rows: Sequence[dict[str, Any]] = ()) -> pd.DataFrame:
    types = dtypes_of(model)
    return model.validate(pd.DataFrame(list(rows), columns=list(types)).astype(types))


def _balances(bill_lines: pd.DataFrame) -> pd.DataFrame:
    """Balances of contracts that were billed whole, tonight."""
    billed = bill_lines.groupby(["business_unit", "currency"])["amount_minor"].sum().reset_index()
    nothing = pd.Series(0, index=billed.index, dtype="int64")
    return billed.rename(columns={"amount_minor": "price_minor"}).assign(
        billed_before_minor=nothing,
        billed_tonight_minor=lambda frame: frame["price_minor"],
        withheld_minor=nothing,
        unbilled_minor=nothing,
        adjusted_away_minor=nothing,
    )
