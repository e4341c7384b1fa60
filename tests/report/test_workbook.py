"""The accountants' workbook, read back: values, formulas, looks, limits."""

import datetime
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from pipeline.report import write_workbook
from pipeline.report.check import overall
from pipeline.report.checks import checks_of
from pipeline.report.details import details_of
from pipeline.report.summary import SummaryPlaces
from pipeline.settings import Settings
from tests.report.conftest import build_record, controls_of
from tests.report.office import opened

SHEETS = [
    "Summary", "Checks", "Roll-forward", "Deferred", "Waterfall", "To recognise", "Forecast",
    "Contracts", "Invoices", "Invoice lines", "Bill lines", "Revenue events", "Revenue", "Journal",
    "Milestones", "Withheld", "Unanswered", "Findings",
]  # fmt: skip
REPORTS = {"Summary", "Checks", "Roll-forward", "Waterfall", "Forecast"}
FROZEN = {
    "Deferred": "D2", "To recognise": "C3", "Revenue": "C2", "Invoices": "B3", "Invoice lines": "C3",
}  # fmt: skip
WITH_SENTENCES = {"Findings", "Journal"}
ERROR_VALUES = {"#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!"}


def texts_of(sheet) -> list[str]:
    """All texts of a sheet."""
    return [cell.value for row in sheet for cell in row if isinstance(cell.value, str)]


def row_of(sheet, *beginning) -> list:
    """The values of the last row that begins with these."""
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    return [row for row in rows if tuple(row[: len(beginning)]) == beginning][-1]


class TestWhole:
    def test_sheets_stand_in_order(self, write, record_of):
        assert opened(write(record_of())).sheetnames == SHEETS

    def test_the_same_record_gives_the_same_bytes(self, write, record_of):
        first = write(record_of(), name="a.xlsx").read_bytes()
        assert first == write(record_of(), name="b.xlsx").read_bytes()

    def test_properties_know_no_clock(self, write, record_of):
        properties = opened(write(record_of())).properties
        assert properties.created == datetime.datetime(2026, 3, 31)
        assert properties.title == "Milestone Billing 2026-03-31-1"

    def test_tables_have_names_of_their_own(self, write, record_of):
        book = opened(write(record_of()))
        names = [name for sheet in book for name in sheet.tables]
        with_tables = [tab for tab in SHEETS if tab == "Checks" or tab not in REPORTS]
        assert [name.lower() for name in names] == [
            tab.replace(" ", "").lower() for tab in with_tables
        ]

    def test_detail_sheets_print_and_scroll(self, write, record_of):
        sheets = opened(write(record_of())).worksheets
        for sheet in [sheet for sheet in sheets if sheet.title not in REPORTS]:
            assert sheet.freeze_panes == FROZEN.get(sheet.title, "B2")
            assert sheet.page_setup.orientation == "landscape"
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
            assert sheet.print_title_rows == f"$1:${int(sheet.freeze_panes[1:]) - 1}"
            widths = [sheet.column_dimensions[name].width for name in sheet.column_dimensions]
            *others, last = widths
            assert all(10 <= width <= 41 for width in others)
            assert last <= (85 if sheet.title in WITH_SENTENCES else 41)

    def test_footer_says_what_it_is(self, write, record_of):
        with zipfile.ZipFile(write(record_of())) as parts:
            page = parts.read(f"xl/worksheets/sheet{SHEETS.index('Bill lines') + 1}.xml").decode()
        assert "&amp;LMilestone Billing 2026-03-31-1: Bill lines&amp;CAs of 2026-03-31" in page
        assert "&amp;RPage &amp;P of &amp;N" in page
        assert '&amp;"Calibri,Bold"&amp;14Milestone Billing 2026-03-31-1: Bill lines' in page

    def test_the_summary_has_its_title_in_a_cell_and_no_header(self, write, record_of):
        with zipfile.ZipFile(write(record_of())) as parts:
            assert "oddHeader" not in parts.read("xl/worksheets/sheet1.xml").decode()


TEXTS = {
    "=1+1": "=1+1",
    "{=1+1}": "{=1+1}",
    "+cmd|' /C calc'!A0": "+cmd|' /C calc'!A0",
    "http://example.com": "http://example.com",
    "007": "007",
    "1e5": "1e5",
    "TRUE": "TRUE",
    "<r><t>x</t></r>": "<r><t>x</t></r> ",
    "a & <b>": "a & <b>",
    "bell\x07": "bell\\x07",
    "😀" * 20_000: "",
}
"""Texts that could be taken for something else, and what the sheet shows; the last one is cut."""


class TestDetail:
    def test_money_has_the_places_of_its_currency(self, write, record_of, line_of):
        lines = [
            line_of(1, 123_456, "East", "USD"),
            line_of(2, -123_456, "East", "JPY"),
            line_of(3, 123_456, "East", "BHD"),
        ]
        sheet = opened(write(record_of(lines)))["Bill lines"]
        at = [cell.value for cell in sheet[1]].index("Amount")
        cells = [sheet.cell(row, at + 1) for row in (2, 3, 4)]
        assert [cell.value for cell in cells] == [1234.56, -123456, 123.456]
        assert [cell.number_format for cell in cells] == [
            '#,##0.00_);(#,##0.00);"-"??_)',
            '#,##0_);(#,##0);"-"_)',
            '#,##0.000_);(#,##0.000);"-"???_)',
        ]

    def test_the_longest_amount_is_exact(self, write, record_of, line_of):
        record = record_of([line_of(1, 999_999_999_999_999, "East", "USD")])
        sheet = opened(write(record))["Bill lines"]
        assert 9999999999999.99 in [cell.value for cell in sheet[2]]

    def test_dates_are_dates_and_identifiers_texts(self, write, record_of):
        sheet = opened(write(record_of()))["Bill lines"]
        row = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
        assert row["Bill date"].value == datetime.datetime(2026, 3, 31)
        assert row["Bill date"].number_format == "yyyy-mm-dd"
        assert row["Customer"].value == "00001"
        assert row["Line"].value == "001"

    def test_blanks_are_blank(self, write, record_of):
        sheet = opened(write(record_of()))["Milestones"]
        row = dict(zip([cell.value for cell in sheet[1]], sheet[4], strict=True))
        assert [row[name].value for name in ("Percent", "Completed", "Billed by")] == [None] * 3
        assert opened(write(record_of()))["Findings"]["E2"].value is None

    def test_percent(self, write, record_of):
        sheet = opened(write(record_of()))["Milestones"]
        row = dict(zip([cell.value for cell in sheet[1]], sheet[2], strict=True))
        assert row["Percent"].value == 0.33340001

    def test_text_stays_text(self, write, record_of, line_of):
        lines = [line_of(at, 100, "East", "USD", reason=text) for at, text in enumerate(TEXTS)]
        path = write(record_of(lines))
        sheet = opened(path, values=False)["Bill lines"]
        at = [cell.value for cell in sheet[1]].index("How it came about")
        cells = [row[at] for row in sheet.iter_rows(min_row=2, max_row=len(TEXTS) + 1)]
        assert {(cell.data_type, cell.hyperlink) for cell in cells} == {("s", None)}
        *short, longest = (cell.value for cell in cells)
        assert short == list(TEXTS.values())[:-1]
        assert longest.endswith("[cut: longer than a cell]")
        assert len(longest.encode("utf-16-le")) // 2 <= 32_767

    def test_columns_of_services_only_where_a_line_has_one(self, write, record_of, line_of):
        def headings(*lines):
            return [cell.value for cell in opened(write(record_of(list(lines))))["Bill lines"][1]]

        nothing = {"service_start": None, "service_end": None, "phase_number": ""}
        plain = line_of(1, 100, "East", "USD", **nothing)
        served = ["Phase", "Service from", "Service to"]
        assert not set(headings(plain)) & set(served)
        for name, heading in zip(("phase_number", "service_start", "service_end"), served,
                                 strict=True):  # fmt: skip
            given = "2" if name == "phase_number" else "2026-01-01"
            line = line_of(2, 100, "East", "USD", **{**nothing, name: given})
            assert set(headings(plain, line)) & set(served) == {heading}

    def test_a_column_counts_also_for_rows_that_are_not_shown(self, write, record_of, line_of):
        lines = [line_of(1, 100, "East", "USD"), line_of(2, 100, "East", "USD", phase_number="2")]
        record = replace(record_of(lines), settings=Settings(workbook_rows=1))
        assert "Phase" in texts_of(opened(write(record))["Bill lines"])

    def test_rows_are_as_high_as_their_texts(self, write, record_of):
        heights = opened(write(record_of()))["Findings"].row_dimensions
        assert [heights[row].height for row in (2, 3, 4, 5)] == [None, 30, None, None]

    def test_total_row_only_where_there_is_one_currency(self, write, record_of, line_of):
        one = [line_of(1, 100, "East", "USD"), line_of(2, 250, "West", "USD")]
        path = write(record_of(one))
        sheet = opened(path)["Bill lines"]
        at = [cell.value for cell in sheet[1]].index("Amount") + 1
        assert sheet.cell(4, at).value == 3.5
        formula = opened(path, values=False)["Bill lines"].cell(4, at).value
        assert formula == "=SUBTOTAL(109,BillLines[Amount])"
        mixed = [*one, line_of(3, 100, "East", "JPY")]
        below = opened(write(record_of(mixed)))["Bill lines"]
        assert below.tables["BillLines"].ref.endswith("4"), "no total row in the table"
        assert [below.cell(row, at).value for row in (6, 7)] == [100, 3.5]

    def test_shares_of_billing_and_revenue_are_not_added_up(self, write, record_of):
        record = record_of()
        usd = record.milestones[record.milestones["currency"] == "USD"]
        sheet = opened(write(replace(record, milestones=usd)))["Milestones"]
        assert sheet.max_row == len(usd) + 1


class TestSummary:
    def test_tonight_per_unit_and_currency(self, write, record_of):
        path = write(record_of())
        sheet = opened(path)["Summary"]
        rows = list(sheet.iter_rows(values_only=True))
        at = [row[0] for row in rows].index("Billed and credited tonight")
        assert rows[at + 2][2:] == (
            "Lines", "Billed (charges)", "Credited", "Net", "Invoices", "Credit memos",
        )  # fmt: skip
        assert rows[at + 3 : at + 6] == [
            ("Vision Japan", "JPY", 2, 1234567, -50000, 1184567, 1, 1),
            ("Vision Japan", "USD", 1, 987.65, 0, 987.65, 1, 0),
            ("Vision Operations", "USD", 3, 5004116.09, -123.45, 5003992.64, 2, 1),
        ]
        live = [
            text
            for text in texts_of(opened(path, values=False)["Summary"])
            if "SUMIFS(BillLines" in text or "SUMIFS(Withheld" in text
        ]
        assert len(live) == 3 * 2 + 2

    def test_flag_links_and_inputs(self, write, record_of):
        record = record_of()
        path = write(record)
        sheet = opened(path)["Summary"]
        assert row_of(sheet, "Checks", "OK")
        assert opened(path, values=False)["Summary"]["B6"].value == "=Checks!$B$3"
        places = {cell.hyperlink.location for row in sheet for cell in row if cell.hyperlink}
        assert {place for place in places if place.endswith("!A1")} == {
            f"'{tab}'!A1" for tab in SHEETS if tab != "Summary"
        }
        assert places >= {f"'Findings'!A{row}" for row in range(2, 6)}, (
            "a code leads to its first one"
        )
        assert row_of(sheet, "charges.csv")[:5] == [
            "charges.csv",
            40,
            40,
            0,
            "0123456789abcdef" * 4,
        ]
        count, said = row_of(sheet, "error", "MIL-01")[2:4]
        assert count == 1 and said.startswith(
            "the billing milestones of charge 0001 total 99 percent"
        )

    def test_what_waits_and_why(self, write, record_of):
        rows = list(opened(write(record_of()))["Summary"].iter_rows(values_only=True))
        at = [row[0] for row in rows].index("What waits, and why")
        assert [(row[0], *row[2:7]) for row in rows[at + 3 : at + 6]] == [
            ("On hold: due, but withheld", "Vision Japan", "JPY", 1, -7000, "Withheld"),
            ("On hold: due, but withheld", "Vision Operations", "USD", 1, 2500, "Withheld"),
            ("Open and late: expected before tonight", "Vision Operations", "USD", 1, -123.45,
             "Milestones"),
        ]  # fmt: skip
        assert rows[at + 6][0] is None, "revenue milestones bill nothing"

    def test_a_quiet_night_says_so(self, write, record_of):
        record = record_of([], [])
        quiet = replace(
            record, findings=record.findings.head(0), milestones=record.milestones.head(0)
        )
        book = opened(write(quiet))
        texts = texts_of(book["Summary"])
        assert texts.count("0 lines: nothing to post") == 2
        assert "0 findings" in texts and "0 lines: nothing waits" in texts
        assert book["Bill lines"].tables["BillLines"].ref == "A1:N2"
        assert row_of(book["Summary"], "Checks", "OK")

    def test_a_cut_night_says_so(self, write, record_of):
        record = replace(record_of(), settings=Settings(workbook_rows=4))
        path = write(record)
        book = opened(path)
        notice = "Bill lines: the first 4 of 6 rows; all of them are in bill_lines.csv."
        assert notice in texts_of(book["Summary"])
        assert book["Bill lines"]["A1"].value == notice
        assert book["Bill lines"].tables["BillLines"].ref == "A2:Q6"
        assert book["Bill lines"].print_title_rows == "$1:$2"
        assert not any("SUMIFS(BillLines" in text for text in
                       texts_of(opened(path, values=False)["Summary"]))  # fmt: skip
        assert 5003992.64 in row_of(book["Summary"], "Vision Operations", "USD", 3)
        assert row_of(book["Summary"], "Checks", "OK")

    def test_totals_beyond_15_digits_are_texts(self, write, record_of, line_of):
        lines = [line_of(number, 999_999_999_999_999, "East", "USD") for number in range(1, 4)]
        record = record_of(lines, [])
        book = opened(write(replace(record, balances=record.balances.head(0))))
        assert "29999999999999.97" in row_of(book["Summary"], "East", "USD", 3)
        assert row_of(book["Summary"], "Checks", "OK")


NOWHERE = SummaryPlaces(1, (1, 2, 3), (1, 2, 3))


def faults_in(record, controls) -> set[tuple[str, str, str]]:
    checks = checks_of(record, details_of(record), controls, NOWHERE, {})
    assert overall(checks) == ("ERROR" if any(c.result == "ERROR" for c in checks) else "OK")
    return {(c.what, c.where, c.currency) for c in checks if c.result == "ERROR"}


class TestChecks:
    def test_all_agree(self, record_of, controls_for):
        assert faults_in(record_of(), controls_for(record_of())) == set()

    def test_an_amount_in_a_file(self, record_of, controls_for):
        controls = controls_for(record_of())
        off = controls.assign(amount_minor=controls["amount_minor"] + (controls.index == 0))
        assert faults_in(record_of(), off) == {("Ledger = file, amount", "bill_lines.csv", "JPY")}

    def test_a_line_too_few_in_a_file(self, record_of, controls_for):
        controls = controls_for(record_of())
        off = controls.assign(rows=controls["rows"] - (controls.index == 5))
        file = "ar/ArAutoinvoiceImport-Vision Operations.zip"
        assert faults_in(record_of(), off) == {("Ledger = file, lines", file, "USD")}

    def test_a_file_that_is_missing(self, record_of, controls_for):
        controls = controls_for(record_of())
        few = controls[~controls["file"].str.contains("Operations")]
        file = "ar/ArAutoinvoiceImport-Vision Operations.zip"
        assert faults_in(record_of(), few) == {
            ("Ledger = file, lines", file, "USD"),
            ("Ledger = file, amount", file, "USD"),
        }

    def test_a_file_with_lines_that_the_ledger_does_not_know(self, record_of, controls_for):
        controls = controls_for(record_of())
        more = pd.concat([controls, controls.head(1).assign(currency="BHD")], ignore_index=True)
        assert ("Ledger = file, lines", "bill_lines.csv", "BHD") in faults_in(record_of(), more)

    def test_a_price_that_does_not_add_up(self, record_of, controls_for):
        record = record_of()
        balances = record.balances.assign(unbilled_minor=record.balances["unbilled_minor"] - 1)
        assert len(faults_in(replace(record, balances=balances), controls_for(record))) == 2

    def test_rows_that_got_lost(self, record_of, controls_for):
        record = record_of()
        inputs = record.inputs.assign(rows_refused=[12, 0, 0])
        assert faults_in(replace(record, inputs=inputs), controls_for(record)) == {
            ("Rows read = accepted + refused", "milestones-east.csv", "")
        }

    def test_an_error_reaches_the_first_sheet(self, write, record_of, controls_for):
        record = record_of()
        off = controls_for(record).assign(rows=9)
        book = opened(write(record, off))
        assert row_of(book["Summary"], "Checks", "ERROR")
        assert book["Checks"]["B3"].value == "ERROR"


FALSE_TURNS = {
    "Bill lines": {"Sheets", "Receivables", "Files", "Journal"},
    "Revenue events": {"Sheets", "Files", "Journal"},
    "Journal": {"Files", "Journal"},
    "Invoices": {"Receivables"},
}
"""Which of the Summary's flags a false amount on a sheet turns."""


def flags_at(summary) -> int:
    """Where the headings of the Summary's flags stand, from 0."""
    return [cell.value for cell in summary["A"]].index("All checks")


def falsify(path, target, tab):
    """The workbook with the first positive amount of a sheet raised by 0.01, and no stored values."""
    book = openpyxl.load_workbook(path)
    if tab in book:
        sheet = book[tab]
        heading = "Debit" if tab == "Journal" else "Amount"
        at = next(cell for row in sheet for cell in row if cell.value == heading)
        currency = next(cell for cell in sheet[at.row] if cell.value == "Currency")
        row = next(
            row
            for row in range(at.row + 1, sheet.max_row)
            if (sheet.cell(row, at.column).value or 0) > 0
            and sheet.cell(row, currency.column).value == "USD"
        )
        sheet.cell(row, at.column).value += 0.01
    book.save(target)


@pytest.fixture(scope="class")
def falsified(tmp_path_factory, calculate):
    """By sheet, the workbook with a false amount on it, recalculated; all in one go."""
    folder = tmp_path_factory.mktemp("false")
    record = build_record()
    write_workbook(record, controls_of(record), folder / "true.xlsx")
    tabs = ("nothing", *FALSE_TURNS)
    for tab in tabs:
        falsify(folder / "true.xlsx", folder / f"{tab}.xlsx", tab)
    again = calculate("xlsx", *(folder / f"{tab}.xlsx" for tab in tabs))
    return {tab: opened(again / f"{tab}.xlsx") for tab in tabs}


class TestRecalculated:
    def test_libreoffice_comes_to_the_same_values(self, write, record_of, calc):
        path = write(record_of())
        before, after = opened(path), opened(calc(path, "xlsx"))
        for sheet in before:
            for row in sheet.iter_rows():
                for cell in row:
                    again = after[sheet.title][cell.coordinate].value
                    assert again not in ERROR_VALUES
                    if isinstance(cell.value, float):
                        assert again == pytest.approx(cell.value, abs=1e-9), cell
                    elif cell.value is not None:
                        assert again == cell.value, cell

    def test_a_total_row_is_computed_too(self, write, record_of, line_of, calc):
        lines = [line_of(1, 100, "East", "USD"), line_of(2, 250, "West", "USD")]
        sheet = opened(calc(write(record_of(lines)), "xlsx"))["Bill lines"]
        at = [cell.value for cell in sheet[1]].index("Amount") + 1
        assert sheet.cell(4, at).value == 3.5

    @pytest.mark.parametrize("tab", ["Bill lines", "Revenue events", "Journal", "Invoices"])
    def test_a_falsified_amount_turns_the_flag(self, tab, falsified):
        """A minor unit more in one cell: the difference stands, and what else relies on it is red."""
        summary, checks = (falsified[tab][name] for name in ("Summary", "Checks"))
        assert checks["B3"].value == "ERROR" and row_of(summary, "Checks", "ERROR")
        flags = dict(zip(*list(summary.iter_rows(values_only=True))[flags_at(summary) :][:2],
                         strict=True))  # fmt: skip
        turned = {kind for kind, flag in flags.items() if flag == "ERROR"}
        assert turned == {"All checks", *FALSE_TURNS[tab]}
        assert set(flags.values()) == {"OK", "ERROR"}
        differences = [row[6] for row in checks.iter_rows(min_row=6, values_only=True)]
        assert {round(abs(one), 2) for one in differences if one} == {0.01}

    def test_nothing_falsified_nothing_turns(self, falsified):
        summary = falsified["nothing"]["Summary"]
        [flags] = list(summary.iter_rows(values_only=True))[flags_at(summary) + 1 :][:1]
        assert set(flags) == {"OK"} and len(flags) == 8
        texts = {text for sheet in falsified["nothing"] for text in texts_of(sheet)}
        assert not texts & ERROR_VALUES

    def test_names_that_loose_comparison_mixes_up(self, write, record_of, line_of, calc):
        units = ["1", "01", "*", "East", "EAST", ">5"]
        lines = [line_of(at, 10**at, unit, "USD") for at, unit in enumerate(units, start=1)]
        path = write(record_of(lines, []))
        assert not any("SUMIFS(BillLines" in text for text in
                       texts_of(opened(path, values=False)["Summary"]))  # fmt: skip
        after = opened(calc(path, "xlsx"))
        for at, unit in enumerate(units, start=1):
            assert after["Checks"]["B3"].value == "OK"
            rows = after["Summary"].iter_rows(values_only=True)
            found = [row for row in rows if row[:2] == (unit, "USD")]
            assert found[0][2] == 1 and found[0][5] == pytest.approx(10**at / 100)

    def test_large_totals_are_right_to_the_cent(self, write, record_of, line_of, calc):
        lines = [line_of(at, 999_999_999_999 - at, "East", "USD") for at in range(400)]
        lines = [{**line, "bill_line_id": f"{at}:1:M1"} for at, line in enumerate(lines)]
        after = opened(calc(write(record_of(lines, [])), "xlsx"))
        assert after["Checks"]["B3"].value == "OK"

    def test_a_quiet_night(self, write, record_of, calc):
        record = record_of([], [])
        after = opened(calc(write(replace(record, inputs=record.inputs.head(0))), "xlsx"))
        assert after["Checks"]["B3"].value == "OK"
