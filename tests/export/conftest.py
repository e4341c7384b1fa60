"""Bill lines and run records for the tests of what is written."""

import datetime
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from pipeline.findings import no_findings
from pipeline.record import RunRecord
from pipeline.settings import Settings
from schemas.outputs import BillLines, MilestoneStates, PhaseStates, Withheld

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


def lines_of(*changes: dict[str, Any]) -> pd.DataFrame:
    """Bill lines, one for each dictionary of what differs from `ONE_LINE`."""
    schema = BillLines.to_schema()
    types = {name: str(column.dtype) for name, column in schema.columns.items()}
    rows = [
        {**ONE_LINE, "bill_line_id": f"C-1:10:M{number}", "what": f"M{number}", **change}
        for number, change in enumerate(changes, 1)
    ]
    frame = pd.DataFrame(rows, columns=list(schema.columns)).astype(types)
    return BillLines.validate(frame)


def record_of(bill_lines: pd.DataFrame, **more: Any) -> RunRecord:
    """A run that posted these lines and nothing else."""
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
        "milestones": _empty(MilestoneStates),
        "phases": _empty(PhaseStates),
        "withheld": _empty(Withheld),
        "balances": _balances(bill_lines),
        "findings": no_findings(),
        "refused": (),
    }
    return RunRecord(**{**given, **more})


@pytest.fixture
def make_lines() -> Callable[..., pd.DataFrame]:
    return lines_of


@pytest.fixture
def make_record() -> Callable[..., RunRecord]:
    return record_of


def _empty(model: Any) -> pd.DataFrame:
    columns = model.to_schema().columns
    types = {name: str(column.dtype) for name, column in columns.items()}
    return pd.DataFrame(columns=list(columns)).astype(types)


def _balances(bill_lines: pd.DataFrame) -> pd.DataFrame:
    """Balances of contracts that were billed whole, tonight."""
    billed = bill_lines.groupby(["business_unit", "currency"])["amount_minor"].sum().reset_index()
    nothing = pd.Series(0, index=billed.index, dtype="int64")
    return billed.rename(columns={"amount_minor": "price_minor"}).assign(
        billed_before_minor=nothing,
        billed_tonight_minor=lambda frame: frame["price_minor"],
        withheld_minor=nothing,
        unbilled_minor=nothing,
    )
