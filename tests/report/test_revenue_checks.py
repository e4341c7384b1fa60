"""Checks of revenue: each is broken once, by the smallest unit, and says so once."""

from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from pipeline.report.checks import checks_of
from pipeline.report.details import details_of
from pipeline.report.summary import SummaryPlaces
from pipeline.settings import Settings
from tests.report.conftest import build_record
from tests.report.office import opened

REVENUE_FILE = "revenue/RevenueBasisData.txt"
NOWHERE = SummaryPlaces(1, (1, 2, 3), (1, 2, 3))


def faults_in(record, controls) -> set[tuple[str, str, str]]:
    checks = checks_of(record, details_of(record), controls, NOWHERE, {})
    return {(c.what, c.where, c.currency) for c in checks if c.result == "ERROR"}


def raised(frame: pd.DataFrame, name: str, row: int = 0) -> pd.DataFrame:
    """The frame with one amount raised by one minor unit."""
    return frame.assign(**{name: frame[name] + (frame.index == row)})


def without(frame: pd.DataFrame, row: int) -> pd.DataFrame:
    return frame.drop(index=row).reset_index(drop=True)


Broken = Callable[[pd.DataFrame], pd.DataFrame]

CASES: list[tuple[str, Broken, set[tuple[str, str]]]] = [
    ("revenue_balances", lambda rows: raised(rows, "allocated_minor"),
     {("Allocated = recognised + remaining", "Revenue")}),
    ("revenue_balances", lambda rows: raised(rows, "remaining_minor"),
     {("Allocated = recognised + remaining", "Revenue"),
      ("Remaining = to come, by month", "To recognise")}),
    ("revenue_to_come", lambda rows: raised(rows, "amount_minor"),
     {("Remaining = to come, by month", "To recognise")}),
    ("positions", lambda rows: raised(rows, "billed_minor"),
     {("Liability - asset = billed - recognised", "Contracts")}),
    ("positions", lambda rows: raised(rows, "liability_minor"),
     {("Liability - asset = billed - recognised", "Contracts"),
      ("Last closing = liability - asset", "Roll-forward")}),
    ("positions", lambda rows: raised(rows, "later_minor"),
     {("Remaining = within a year + later + no date", "Contracts")}),
    ("roll_forward", lambda rows: raised(rows, "recognised_minor", len(rows) - 1),
     {("Last closing = liability - asset", "Roll-forward")}),
    ("revenue_lines", lambda rows: raised(rows, "total_minor"),
     {("Ledger = file, amount", "revenue/RevenueBasisData.txt")}),
    ("revenue_events", lambda rows: raised(rows, "amount_minor"),
     {("Ledger = file, amount", "revenue_events.csv"), ("Journal's revenue = events", "Journal")}),
    ("bill_lines", lambda rows: raised(rows, "amount_minor"),
     {("Ledger = file, amount", "bill_lines.csv"),
      ("Ledger = file, amount", "ar/ArAutoinvoiceImport-Vision Operations.zip"),
      ("Journal's receivable = bill lines", "Journal")}),
]  # fmt: skip


def journal_row(record, role: str, side: str) -> int:
    """The first row of the journal of a role in US dollars with an amount on that side."""
    rows = record.journal
    return int(
        rows.index[(rows["role"] == role) & (rows["currency"] == "USD") & rows[side].notna()][0]
    )


class TestEachCheck:
    def test_all_agree(self, record_of, controls_for):
        assert faults_in(record_of(), controls_for(record_of())) == set()

    @pytest.mark.parametrize(("name", "broken", "faults"), CASES)
    def test_one_unit_too_much(self, record_of, controls_for, name, broken, faults):
        record = record_of()
        off = replace(record, **{name: broken(getattr(record, name))})
        found = faults_in(off, controls_for(record))
        assert {(what, where) for what, where, _ in found} == faults
        assert len(found) == len(faults), "one currency only"

    @pytest.mark.parametrize(
        ("role", "side", "fault"),
        [
            ("receivable", "debit_minor", "Journal's receivable = bill lines"),
            ("revenue", "credit_minor", "Journal's revenue = events"),
            ("contract_liability", "credit_minor", None),
        ],
    )
    def test_a_posting_too_much(self, record_of, controls_for, role, side, fault):
        record = record_of()
        off = replace(record, journal=raised(record.journal, side, journal_row(record, role, side)))
        found = {what for what, where, _ in faults_in(off, controls_for(off)) if where == "Journal"}
        assert found == {"Debits = credits"} | ({fault} if fault else set())

    @pytest.mark.parametrize("name", ["revenue_events.csv", "journal.csv", REVENUE_FILE])
    def test_a_file_that_is_missing(self, record_of, controls_for, name):
        record = record_of()
        controls = controls_for(record)
        few = controls[~controls["file"].str.startswith(name)]
        found = faults_in(record, few)
        assert {where for _, where, _ in found} == {name}

    def test_the_plain_journal_may_be_left_out(self, record_of, controls_for):
        controls = controls_for(record_of())
        few = controls[controls["file"] != "journal.hledger"]
        assert faults_in(record_of(), few) == set()
        more = controls.assign(
            amount_minor=controls["amount_minor"] + (controls["file"] == "journal.hledger")
        )
        assert {what for what, _, _ in faults_in(record_of(), more)} == {"Ledger = file, debits"}

    def test_a_file_that_nobody_knows_is_listed(self, record_of, controls_for):
        record = record_of()
        known = controls_for(record)
        other = known.head(1).assign(file="tax/withheld.csv", rows=3, amount_minor=12_345)
        controls = pd.concat([known, other], ignore_index=True)
        checks = checks_of(record, details_of(record), controls, NOWHERE, {})
        listed = [(c.what, c.actual) for c in checks if c.where == "tax/withheld.csv"]
        assert listed == [
            ("Written, compared with nothing: lines", 3),
            ("Written, compared with nothing: amount", 12_345),
        ]
        assert faults_in(record, controls) == set()


FALSIFIED = {
    "Deferred": ("H2", {"Last closing = liability - asset"}),
    "Contracts": ("I3", {"Liability - asset = billed - recognised",
                         "Last closing = liability - asset"}),
    "Journal": ("D2", {"Debits = credits", "Ledger = file, debits"}),
}  # fmt: skip
"""By sheet: an amount on it, and the checks that fail when it is another."""


@pytest.fixture(scope="class")
def falsified(tmp_path_factory, write, calculate):
    """By sheet, the workbook with that amount falsified, recalculated; all in one go."""
    folder = tmp_path_factory.mktemp("false")
    for tab, (cell, _) in FALSIFIED.items():
        book = openpyxl.load_workbook(write(build_record()))
        was = book[tab][cell].value
        assert isinstance(was, int | float)
        book[tab][cell].value = was + 1
        book.save(folder / f"{tab}.xlsx")
    again = calculate("xlsx", *(folder / f"{tab}.xlsx" for tab in FALSIFIED))
    return {tab: opened(again / f"{tab}.xlsx") for tab in FALSIFIED}


class TestLive:
    def test_all_but_files_are_live(self, record_of, controls_for):
        record = record_of()
        closings = {"USD": "'Roll-forward'!$F$42", "JPY": "'Roll-forward'!$F$22"}
        checks = checks_of(record, details_of(record), controls_for(record), NOWHERE, closings)
        stored = {check.where for check in checks if not check.live}
        assert all(where.endswith((".csv", ".zip", ".txt", ".hledger")) for where in stored)
        assert not [
            c for c in checks if not c.live and not c.live_expected and c.where[:8] != "revenue/"
        ]

    def test_stored_where_the_sheets_are_cut(self, record_of, controls_for):
        record = replace(record_of(), settings=Settings(workbook_rows=4))
        checks = checks_of(record, details_of(record), controls_for(record), NOWHERE, {})
        tabs = ("Revenue", "To recognise", "Contracts", "Roll-forward", "Journal")
        about_revenue = [check for check in checks if check.where in tabs]
        assert about_revenue and not any(c.live or c.live_expected for c in about_revenue)

    @pytest.mark.parametrize("tab", FALSIFIED)
    def test_a_falsified_cell_turns_the_flag(self, falsified, tab):
        _, checks = FALSIFIED[tab]
        rows = list(falsified[tab]["Checks"].iter_rows(min_row=6, values_only=True))
        failed = {row[0] for row in rows if row[7] == "ERROR"}
        assert checks <= failed
        assert falsified[tab]["Checks"]["B3"].value == "ERROR"
