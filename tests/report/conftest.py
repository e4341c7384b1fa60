"""Records of runs to write workbooks from, and LibreOffice to recalculate and print them."""

import datetime
import hashlib
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import schemas
from pipeline.findings import join_findings, one_finding
from pipeline.record import RefusedSheet, RunRecord
from pipeline.report import write_workbook
from pipeline.settings import Settings
from schemas.outputs import BillLines, MilestoneStates, OutputTable, PhaseStates, Withheld
from tests.report.office import calc, calculate
from tests.report.revenues import revenue_of

__all__ = ["calc", "calculate"]

DAYS = "datetime64[s]"


def output_frame(model: type[OutputTable], rows: list[dict[str, Any]]) -> pd.DataFrame:
    """A valid frame of an output table; what a row leaves out is blank."""
    columns = model.to_schema().columns
    frame = pd.DataFrame(rows, columns=list(columns))
    types = {name: str(column.dtype) for name, column in columns.items()}
    texts = [name for name, kind in types.items() if kind.startswith("str")]
    typed = frame.assign(
        **{name: frame[name].astype("str").fillna("") for name in texts},
        **{name: frame[name].fillna(0) for name, kind in types.items() if kind == "int64"},
    ).astype({name: kind for name, kind in types.items() if name not in texts})
    return model.validate(typed)


def bill_line(number: int, amount: int, unit: str, currency: str, **more: Any) -> dict[str, Any]:
    """One posted line."""
    subscription = f"S-{number:05d}"
    return {
        "bill_line_id": f"{subscription}:0001:M{number % 9 + 1}",
        "subscription_number": subscription,
        "line_number": "001",
        "charge_number": "0001",
        "kind": "MILESTONE",
        "what": f"M{number % 9 + 1}",
        "revision": 0,
        "service_start": "2026-01-01",
        "service_end": "2026-12-31",
        "bill_date": "2026-03-31",
        "accounting_date": "2026-04-01",
        "currency": currency,
        "amount_minor": amount,
        "customer_number": f"00{number % 50:03d}",
        "business_unit": unit,
        "reason": "33.34 percent of 12,345.67, complete on 2026-03-31",
        "description": "Implementation of the billing system: go-live",
        "purchase_order": f"PO-{number}",
        **more,
    }


def milestone(line: dict[str, Any], state: str, sequence: int) -> dict[str, Any]:
    """The milestone that a line came from."""
    billed = state in ("BILLED", "INTERFACED")
    return {
        **{name: line[name] for name in ("subscription_number", "customer_number")},
        **{name: line[name] for name in ("business_unit", "charge_number", "currency")},
        "customer_name": "Müller & Söhne Maschinenbau GmbH, Werk Süd",
        "event_type": "BILLING" if sequence % 2 else "REVENUE",
        "sequence": sequence,
        "milestone_name": "Acceptance of the pilot",
        "percent_millionths": None if sequence == 3 else 33_340_000 + sequence,
        "amount_minor": line["amount_minor"],
        "line_minor": line["amount_minor"],
        "bills": "Y",
        "expected_completion_date": "2026-03-15",
        "completion_date": None if state == "OPEN" else "2026-03-31",
        "state": state,
        "bill_line_id": line["bill_line_id"] if billed else "",
    }


LINES = [
    bill_line(1, 411_609, "Vision Operations", "USD"),
    bill_line(2, 5_000_000_00, "Vision Operations", "USD", kind="RECURRING", phase_number="2"),
    bill_line(3, -12_345, "Vision Operations", "USD", revision=1, kind="RECURRING",
              bill_line_id="S-00003:0001:2026-01-01#1",
              corrects_bill_line_id="S-00003:0001:2026-01-01",
              reason="credit of 2026-03-17 to 2026-03-31: 15 of 31 days, as the phase ended on "
                     "its milestone"),
    bill_line(4, 1_234_567, "Vision Japan", "JPY"),
    bill_line(5, -50_000, "Vision Japan", "JPY", kind="ADJUSTMENT",
              bill_line_id="S-00005:0001:M1#1"),
    bill_line(6, 98_765, "Vision Japan", "USD", kind="ONE_TIME", bill_line_id="S-00006:0001:FEE"),
]  # fmt: skip

WAITING = [
    {
        **bill_line(7, 250_000, "Vision Operations", "USD"),
        "withheld_because": "subscription on hold",
    },
    {**bill_line(8, -7_000, "Vision Japan", "JPY"), "withheld_because": "line 001 on hold"},
]

FOUND = [
    one_finding("MIL-01", "error", "the billing milestones of charge 0001 total 99 percent, not "
                "100; add a milestone of 1 percent or raise one", file="2026/march/milestones.xlsx",
                sheet="milestones", row=17, column="percent", value="33.33"),
    one_finding("CEL-02", "error", "03/04/2026 may be 3 April or March 4; write 2026-04-03",
                file="milestones-east.csv", row=9, column="completion_date", value="03/04/2026"),
    one_finding("TPL-06", "warning", "a price adjustment has no effect here; leave it out",
                file="charges.csv", row=4, column="price_adjustment_percent", value="-10"),
    one_finding("SHT-03", "info", "sheet Notes is no table and was not read; nothing to do",
                file="2026/march/milestones.xlsx", sheet="Notes"),
]  # fmt: skip

INPUTS = pd.DataFrame(
    {
        "file": ["2026/march/milestones.xlsx", "charges.csv", "milestones-east.csv"],
        "sha256": ["a1b2c3d4" * 8, "0123456789abcdef" * 4, "f" * 64],
        "rows_read": [1_200, 40, 12],
        "rows_accepted": [1_188, 40, 11],
        "rows_refused": [12, 0, 1],
    }
)


def phase(
    subscription: str, number: str, ends: str, state: str, starts_on: str | None = None,
    last_day: str | None = None, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """One phase as it stands."""
    return {
        "subscription_number": subscription, "phase_number": number, "phase_name": f"Part {number}",
        "ends": ends, "state": state, "starts_on": starts_on, "last_day": last_day,
        "currency": "USD", "billed_minor": 123_456, **more,
    }  # fmt: skip


def phase_frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Phases, as the record has them."""
    return output_frame(PhaseStates, rows)


def balances_of(lines: pd.DataFrame, withheld: pd.DataFrame) -> pd.DataFrame:
    """Balances that add up: 30 times what was billed is still open."""
    group = ["business_unit", "currency"]
    billed = lines.groupby(group)["amount_minor"].sum().rename("billed_tonight_minor")
    waits = withheld.groupby(group)["amount_minor"].sum().rename("withheld_minor")
    both = pd.concat([billed, waits], axis=1).fillna(0).astype("int64").reset_index()
    tonight, waiting = both["billed_tonight_minor"], both["withheld_minor"]
    return both.assign(
        price_minor=tonight * 33 + waiting, billed_before_minor=tonight * 2,
        unbilled_minor=tonight * 30, adjusted_away_minor=tonight * 0,
    )  # fmt: skip


def build_record(
    lines: list[dict[str, Any]] | pd.DataFrame = LINES, withheld: list[dict[str, Any]] = WAITING,
    **more: Any,
) -> RunRecord:  # fmt: skip
    """The record of a run with these lines; anything else can be given by name."""
    bill_lines = lines if isinstance(lines, pd.DataFrame) else output_frame(BillLines, lines)
    names = list(Withheld.to_schema().columns)
    waits = output_frame(Withheld, [{name: row[name] for name in names} for row in withheld])
    states = ("INTERFACED", "BILLED", "OPEN", "SCHEDULED", "COMPLETE", "BILLED")
    plan = [
        milestone(line, state, place)
        for place, (line, state) in enumerate(zip(LINES, states, strict=True), start=1)
    ]
    as_of = more.get("as_of", datetime.date(2026, 3, 31))
    return RunRecord(**{
        "run_id": "2026-03-31-1", "as_of": as_of, "program_version": "0.1.0",
        "settings": Settings(), "inputs": INPUTS, "bill_lines": bill_lines,
        "milestones": output_frame(MilestoneStates, plan), "phases": phase_frame([]),
        "withheld": waits,
        "balances": balances_of(bill_lines, waits), "findings": join_findings(FOUND), "refused": (),
        **revenue_of(bill_lines, as_of),
        **more,
    })  # fmt: skip


def controls_of(record: RunRecord) -> pd.DataFrame:
    """The control totals of the files that hold exactly the record's rows."""
    group = ["business_unit", "currency"]

    def totals(rows: pd.DataFrame, amount: str, file: str) -> pd.DataFrame:
        sums = rows.groupby(group)[amount].agg(["size", "sum"]).reset_index()
        return sums.set_axis([*group, "rows", "amount_minor"], axis=1).assign(file=file)

    lines = totals(record.bill_lines, "amount_minor", "bill_lines.csv")
    archives = "ar/ArAutoinvoiceImport-" + lines["business_unit"].astype("str") + ".zip"
    files = [
        lines,
        lines.assign(file=archives),
        totals(record.revenue_events, "amount_minor", "revenue_events.csv"),
        totals(record.journal, "debit_minor", "journal.csv"),
        totals(record.journal, "debit_minor", "journal.hledger"),
        totals(record.revenue_lines, "total_minor", "revenue/RevenueBasisData.txt"),
    ]
    names = ["file", *group, "rows", "amount_minor"]
    joined = pd.concat([file for file in files if len(file)] or files, ignore_index=True)[names]
    return joined.astype({"file": "str", "rows": "int64", "amount_minor": "int64"})


def refused_sheet(
    rows: list[list[str | None]], headings: tuple[str, ...], errors: list[str], faulty: list[str],
    **more: Any,
) -> RefusedSheet:  # fmt: skip
    """The refused rows of one uploaded sheet, from row 2 on."""
    names = [str(place) for place in range(len(headings))]
    return RefusedSheet(**{
        "table": "milestones", "file": "milestones.xlsx", "sheet": "milestones",
        "headings": headings, "cells": pd.DataFrame(rows, columns=names, dtype="str"),
        "row_numbers": pd.Series(range(2, len(rows) + 2), dtype="int32"),
        "errors": pd.Series(errors, dtype="str"), "faulty": pd.Series(faulty, dtype="str"), **more,
    })  # fmt: skip


@cache
def usual_record() -> RunRecord:
    """The record that most tests look at; nobody changes it."""
    return build_record()


@pytest.fixture
def record_of() -> Callable[..., RunRecord]:
    """Builds a record."""

    def built(*given: Any, **more: Any) -> RunRecord:
        return build_record(*given, **more) if given or more else usual_record()

    return built


@pytest.fixture
def controls_for() -> Callable[[RunRecord], pd.DataFrame]:
    """Control totals that suit a record."""
    return controls_of


@pytest.fixture
def line_of() -> Callable[..., dict[str, Any]]:
    """Builds one bill line."""
    return bill_line


@pytest.fixture
def phase_of() -> Callable[..., dict[str, Any]]:
    """Builds one phase."""
    return phase


@pytest.fixture
def phases_of() -> Callable[[list[dict[str, Any]]], pd.DataFrame]:
    """Builds a frame of phases."""
    return phase_frame


@pytest.fixture(scope="session")
def write(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes a record's workbook and gives its path. The same record under the same name is written
    once, in a folder of its own: nobody changes the file."""
    root = tmp_path_factory.mktemp("workbooks")

    def written(
        record: RunRecord, controls: pd.DataFrame | None = None, name: str = "workbook.xlsx"
    ) -> Path:
        totals = controls_of(record) if controls is None else controls
        digest = hashlib.sha256(pickle.dumps((record, totals))).hexdigest()
        path = root / digest / name
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            write_workbook(record, totals, path)
        return path

    return written


@pytest.fixture
def refused_of() -> Callable[..., RefusedSheet]:
    """Builds a refused sheet."""
    return refused_sheet


assert schemas.TABLES, "importing the schemas registers the checks that the models use"
