"""The invoices that Receivables is expected to make: which lines share one, and that all of them tie."""

from dataclasses import replace
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.export import expected_invoices, write_exports
from pipeline.report import write_workbook
from pipeline.report.check import FILES
from pipeline.report.checks import checks_of
from pipeline.report.details import details_of
from pipeline.report.summary import SummaryPlaces
from pipeline.settings import Settings
from schemas.invoices import ExpectedInvoiceLines, ExpectedInvoices
from tests.report.conftest import bill_line, build_record, controls_of

NOWHERE = SummaryPlaces(1, (1, 2, 3), (1, 2, 3))
PLAIN = {"bill_to_account": "A-1", "bill_to_site": "S-1", "purchase_order": "PO-1"}
CREDIT = {"amount_minor": -500, "corrects_bill_line_id": "S-1:1:2026-01-01"}
CASES = [
    # the first line has, the second has besides, transactions
    ({}, {"subscription_number": "S-2", "charge_number": "2", "description": "Other"}, 1),
    ({}, {"tax_code": "EXEMPT", "kind": "RECURRING", "customer_number": "other"}, 1),
    ({}, {"payment_terms": "30 Net"}, 1),  # what the site gives where there are none
    ({}, {"payment_terms": "45 Net"}, 2),
    ({}, {"business_unit": "West"}, 2),
    ({}, {"currency": "EUR"}, 2),
    ({}, {"bill_to_account": "A-2"}, 2),
    ({}, {"bill_to_site": "S-2"}, 2),
    ({}, {"purchase_order": "PO-2"}, 2),
    ({}, {"bill_date": "2026-03-30"}, 2),
    ({}, {"accounting_date": "2026-03-31"}, 2),
    ({}, {"amount_minor": -500}, 2),
    (CREDIT, {"payment_terms": "45 Net"}, 1),  # a credit memo has no terms
    (CREDIT, {"corrects_bill_line_id": "S-1:1:2026-02-01"}, 2),  # of another invoice, perhaps
]


def lines_of(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    """Lines that share all that makes an invoice, but for what each one is given."""
    return [
        {**bill_line(1, 500, "East", "USD"), **PLAIN, "bill_line_id": f"S-1:1:M{at}", **row}
        for at, row in enumerate(rows, start=1)
    ]


@pytest.mark.parametrize(("first", "besides", "transactions"), CASES)
def test_which_lines_share_one(first, besides, transactions) -> None:
    record = build_record(lines_of(first, {**first, **besides}), [])
    found = expected_invoices(record)
    assert len(found.invoices) == transactions
    ExpectedInvoices.validate(found.invoices)
    ExpectedInvoiceLines.validate(found.lines)


def test_an_invoice_says_what_the_file_says() -> None:
    lines = lines_of({}, {"payment_terms": "10 EOM"}, {**CREDIT, "business_unit": "Alone"}, {})
    found = expected_invoices(build_record(lines, [])).invoices
    shown = found[
        ["invoice", "business_unit", "transaction_type", "terms", "lines", "amount_minor"]
    ]
    assert shown.values.tolist() == [
        ["0001", "Alone", "Credit Memo", "", 1, -500],
        ["0002", "East", "Invoice", "30 Net", 2, 1000],
        ["0003", "East", "Invoice", "10 EOM", 1, 500],
    ]
    assert found["due_date"].astype("str").fillna("").tolist() == ["", "2026-04-30", ""]
    assert set(found["account"] + "/" + found["site"]) == {"A-1/S-1"}


def test_nothing_where_no_target_groups_lines() -> None:
    record = replace(build_record(), settings=Settings(targets=("generic-csv",)))
    assert expected_invoices(record).invoices.empty and expected_invoices(record).lines.empty


KEYS = ("business_unit", "currency", "bill_to_account", "bill_date", "payment_terms")
ROWS = st.fixed_dictionaries({
    "business_unit": st.sampled_from(["East", "West"]),
    "currency": st.sampled_from(["USD", "JPY"]),
    "bill_to_account": st.sampled_from(["1", "01"]),
    "bill_date": st.sampled_from(["2026-03-01", "2026-03-31"]),
    "payment_terms": st.sampled_from(["", "30 Net", "45 Net"]),
    "amount_minor": st.integers(-(10**12), 10**12).filter(bool),
})  # fmt: skip


@settings(max_examples=50)
@given(st.lists(ROWS, min_size=1, max_size=12))
def test_they_are_the_groups_of_a_simple_loop(rows: list[dict[str, Any]]) -> None:
    rows = [{**row, "bill_line_id": f"S-1:1:M{at:02d}"} for at, row in enumerate(rows)]
    groups: dict[tuple, list[dict[str, Any]]] = {}
    for row in rows:
        terms = "credit" if row["amount_minor"] < 0 else row["payment_terms"] or "30 Net"
        groups.setdefault((*(row[key] for key in KEYS[:-1]), terms), []).append(row)
    found = expected_invoices(bare_record(rows))
    listed = found.lines.groupby("invoice")["bill_line_id"].agg(list).tolist()
    expected = [[row["bill_line_id"] for row in group] for group in groups.values()]
    assert sorted(listed) == sorted(expected)
    sums = {tuple(group): sum(row["amount_minor"] for row in rows if row["bill_line_id"] in group)
            for group in map(tuple, expected)}  # fmt: skip
    assert found.invoices["amount_minor"].tolist() == [sums[tuple(group)] for group in listed]


RECORD = build_record()


def bare_record(rows: list[dict[str, Any]]):
    """A record with these lines, whose other frames do not suit them."""
    lines = pd.DataFrame([{**bill_line(1, 1, "", ""), **row} for row in rows])
    typed = {name: str(dtype) for name, dtype in RECORD.bill_lines.dtypes.items()}
    whole = lines.reindex(columns=list(typed)).fillna(
        {n: "" for n, t in typed.items() if t == "str"}
    )
    return replace(RECORD, bill_lines=whole.fillna({"adjustment_minor": 0}).astype(typed))


def test_the_sheets(tmp_path) -> None:
    record = build_record(lines_of({}, {}, {"currency": "JPY"}, CREDIT))
    write_workbook(record, controls_of(record), tmp_path / "workbook.xlsx")
    book = openpyxl.load_workbook(tmp_path / "workbook.xlsx", data_only=True)
    sheet, lines = book["Invoices"], book["Invoice lines"]
    assert "hold back its whole invoice" in sheet["A1"].value
    assert sheet.tables["Invoices"].ref == "A2:L5" and lines.tables["InvoiceLines"].ref == "A2:H6"
    assert [row[9:12] for row in sheet.iter_rows(min_row=3, max_row=5, values_only=True)] == [
        (2, "USD", 10), (1, "JPY", 500), (1, "USD", -5),
    ]  # fmt: skip
    assert [sheet.cell(row, 1).hyperlink.location for row in (3, 4, 5)] == [
        "'Invoice lines'!A3", "'Invoice lines'!A5", "'Invoice lines'!A6",
    ]  # fmt: skip
    assert [lines.cell(row, 1).value for row in (3, 4, 5, 6)] == ["0001", "0001", "0002", "0003"]
    totals = [row for row in sheet.iter_rows(min_row=6, values_only=True) if row[0] == "Total"]
    assert [row[10:12] for row in totals] == [("JPY", 500), ("USD", 5)]


def test_a_cut_night_has_all_of_them_beside_it(tmp_path) -> None:
    lines = lines_of(*({"bill_to_account": f"A-{at}", "description": "=1+1"} for at in range(5)))
    record = replace(build_record(lines), settings=Settings(workbook_rows=2))
    write_workbook(record, controls_of(record), tmp_path / "workbook.xlsx")
    book = openpyxl.load_workbook(tmp_path / "workbook.xlsx", data_only=True)
    notice = "Invoices: the first 2 of 5 rows; all of them are in details/invoices.csv."
    assert book["Invoices"]["A1"].value == notice
    assert notice in [cell.value for cell in book["Summary"]["A"]]
    assert book["Checks"]["B3"].value == "OK"
    beside = (tmp_path / "details/invoice_lines.csv").read_text("utf-8").splitlines()
    assert len(beside) == 1 + 5
    assert beside[1] == "0001,S-1:1:M1,East,S-00001,2026-03-31,USD,5.00,'=1+1"
    assert not (tmp_path / "details/bill_lines.csv").exists(), "bill_lines.csv holds them"


OTHERS = ("netsuite-invoices", "quickbooks-invoices", "xero-invoices", "generic-csv", "parquet")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A record, and the control totals of its files for these targets."""
    record = build_record()
    charges = record.bill_lines[["subscription_number", "charge_number"]]
    products = charges.assign(product_code="IMPL").astype({"product_code": "str"})
    record = replace(record, settings=Settings(targets=OTHERS), products=products)
    return record, write_exports(record, tmp_path_factory.mktemp("files"))


class TestFilesOfOtherTargets:
    """Whatever a target is called, its files are held against the ledger."""

    @staticmethod
    def checks(record, controls):
        return checks_of(record, details_of(record), controls, NOWHERE, {})

    def test_all_agree(self, written):
        checks = self.checks(*written)
        assert {check.result for check in checks} == {"OK"}
        assert not [check for check in checks if check.what.startswith("Written, compared")]
        folders = {c.where.split("/")[0] for c in checks if c.about == FILES and "/" in c.where}
        assert folders == {"netsuite", "quickbooks", "xero", "generic", "parquet"}

    @pytest.mark.parametrize(
        ("file", "what"),
        [
            ("netsuite/", "amount"), ("quickbooks/", "amount"), ("xero/", "amount"),
            ("generic/bill_lines.csv", "amount"), ("parquet/bill_lines.parquet", "amount"),
            ("parquet/revenue_events.parquet", "amount"), ("parquet/journal.parquet", "debits"),
        ],
    )  # fmt: skip
    def test_a_minor_unit_too_much(self, written, file, what):
        record, controls = written
        at = controls.index[controls["file"].str.startswith(file)][0]
        off = controls.assign(amount_minor=controls["amount_minor"] + (controls.index == at))
        [wrong] = [check for check in self.checks(record, off) if check.result == "ERROR"]
        assert wrong.where.startswith(file) and wrong.what == f"Ledger = file, {what}"
        gone = controls.drop(index=at)
        found = [check for check in self.checks(record, gone) if check.result == "ERROR"]
        assert {check.where.split("/")[0] for check in found} == {file.split("/")[0]}
