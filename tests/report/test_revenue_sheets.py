"""Roll-forward, Waterfall and the revenue's detail sheets, read back and computed anew."""

import datetime
import zipfile
from dataclasses import replace

import pandas as pd
import pytest

from pipeline.report.details import details_of
from pipeline.report.revenue_sheets import TO_RECOGNISE
from pipeline.report.roll_forward_sheet import blocks_of
from pipeline.report.to_come import BUCKETS, buckets_of
from pipeline.report.waterfall import flows_of
from pipeline.report.workbook import charted_currencies
from pipeline.settings import Settings
from schemas.outputs import RevenueToCome, RollForward
from tests.report.conftest import bill_line, build_record
from tests.report.office import opened
from tests.report.revenues import typed

AS_OF = datetime.date(2026, 3, 31)
MONEY_2 = '#,##0.00_);(#,##0.00);"-"??_)'


def block_of(sheet, currency) -> list[tuple]:
    """The rows below a currency's headings, as far as they are of that currency."""
    return [row for row in sheet.iter_rows(values_only=True) if row[1] == currency]


def heads_of(sheet, row=1) -> list[str]:
    return [cell.value for cell in sheet[row] if cell.value]


def moves(*rows) -> pd.DataFrame:
    """A roll-forward from (currency, month, billed, recognised)."""
    frame = pd.DataFrame(rows, columns=["currency", "month", "billed_minor", "recognised_minor"])
    return typed(
        RollForward, frame.assign(month=pd.to_datetime(frame["month"] + "-01"), closing_minor=0)
    )


def to_come(*rows) -> pd.DataFrame:
    """Revenue to come from (subscription, month, amount), of the charge 0001."""
    frame = pd.DataFrame(rows, columns=["subscription_number", "month", "amount_minor"])
    days = pd.to_datetime(frame["month"] + "-01")
    return typed(RevenueToCome, frame.assign(month=days, charge_number="0001", currency="USD"))


class TestRollForward:
    def test_months_without_a_gap_up_to_tonights(self):
        (block,) = blocks_of(moves(("USD", "2025-12", 900, 0), ("USD", "2026-02", 0, 300)), AS_OF)
        assert [month.isoformat()[:7] for month in block.months] == [
            "2025-12", "2026-01", "2026-02", "2026-03",
        ]  # fmt: skip
        assert block.opening == [0, 900, 900, 600]
        assert block.closing == [900, 900, 600, 600]

    def test_a_later_month_that_moved_is_shown(self):
        (block,) = blocks_of(moves(("USD", "2026-04", 5, 7)), AS_OF)
        assert (len(block.months), block.closing) == (1, [-2])

    def test_currencies_stand_apart(self):
        moved = moves(
            ("USD", "2026-03", 900, 0), ("JPY", "2026-03", 7, 0), ("USD", "2026-03", 1, 1)
        )
        assert [(one.currency, one.billed) for one in blocks_of(moved, AS_OF)] == [
            ("JPY", (7,)), ("USD", (901,)),
        ]  # fmt: skip

    def test_formulas_and_values(self, write, record_of):
        path = write(record_of())
        rows = block_of(opened(path)["Roll-forward"], "USD")
        assert len(rows) == 18
        assert rows[0][:6] == (datetime.datetime(2024, 11, 1), "USD", 0, 0, 1251245.06, -1251245.06)
        assert rows[-1][2:6] == (-1251245.06, 5004980.29, 2502490.13, 1251245.1)
        sheet = opened(path, values=False)["Roll-forward"]
        first, *_, last = [row for row in sheet.iter_rows() if row[1].value == "USD"]
        row = last[0].row
        assert first[2].value == 0
        assert [cell.value for cell in last[2:6]] == [
            f"=F{row - 1}",
            f"=ROUND(SUMIFS(Deferred[Billed],Deferred[Month],$A${row},"
            f"Deferred[Currency],$B${row}),2)",
            f"=ROUND(SUMIFS(Deferred[Recognised],Deferred[Month],$A${row},"
            f"Deferred[Currency],$B${row}),2)",
            f"=ROUND(C{row}+D{row}-E{row},2)",
        ]
        assert last[0].number_format == "mmm-yy"
        assert {cell.number_format for cell in last[2:6]} == {MONEY_2}

    def test_stored_values_where_the_detail_is_cut(self, write, record_of):
        path = write(replace(record_of(), settings=Settings(workbook_rows=4)))
        whole = opened(write(record_of(), name="whole.xlsx"))
        book = opened(path, values=False)
        assert block_of(opened(path)["Roll-forward"], "USD") == block_of(
            whole["Roll-forward"], "USD"
        )
        sheet = book["Roll-forward"]
        assert "SUMIFS" not in "".join(str(cell.value) for row in sheet.iter_rows() for cell in row)
        assert sheet["A2"].value == (
            "Billed and Recognised are stored values over all 12 rows: the sheet Deferred shows "
            "only the first."
        )
        assert sheet["F8"].value.startswith("=ROUND(")

    def test_more_digits_than_a_cell_keeps(self, write, record_of):
        huge = moves(*[("USD", "2026-03", 999_999_999_999_999, 0)] * 3)
        book = opened(write(replace(record_of(), roll_forward=huge)), values=False)
        (row,) = block_of(book["Roll-forward"], "USD")
        assert row[3] == row[5] == "29999999999999.97"


class TestCharts:
    def charts_in(self, path) -> list[str]:
        with zipfile.ZipFile(path) as parts:
            names = sorted(name for name in parts.namelist() if name.startswith("xl/charts/chart"))
            return [parts.read(name).decode() for name in names]

    def test_one_for_each_currency_and_report(self, write, record_of):
        charts = self.charts_in(write(record_of()))
        assert len(charts) == 4
        assert sum("lineChart" in chart for chart in charts) == 2
        assert sum('<c:grouping val="stacked"/>' in chart for chart in charts) == 2
        assert all("'Roll-forward'!$A$" in chart for chart in charts if "lineChart" in chart)

    def test_none_where_there_is_nothing(self, write, record_of):
        path = write(record_of([], []))
        assert not self.charts_in(path)
        book = opened(path)
        assert book["Roll-forward"]["A5"].value == "0 months: nothing was billed or recognised yet"
        assert book["Deferred"].tables["Deferred"].ref == "A1:I2"
        assert book["To recognise"].tables["ToRecognise"].ref == "A2:V3"

    def test_three_at_most_and_it_says_which(self, write, record_of, line_of):
        currencies = ["USD", "USD", "EUR", "EUR", "JPY", "BHD"]
        lines = [line_of(at, 1_000, "East", code) for at, code in enumerate(currencies)]
        record = record_of(lines)
        assert charted_currencies(record, ["BHD", "EUR", "JPY", "USD"]) == ["EUR", "USD", "BHD"]
        path = write(record)
        assert len(self.charts_in(path)) == 6
        said = opened(path)["Roll-forward"]["A4"].value
        assert said == "Charts: EUR, USD, BHD, the currencies with the most contracts."

    def test_three_need_no_word(self, write, record_of, line_of):
        lines = [line_of(at, 1_000, "East", code) for at, code in enumerate(["USD", "EUR", "JPY"])]
        assert opened(write(record_of(lines)))["Roll-forward"]["A4"].value is None


CASES = [
    ("tomorrow's month", "2026-04", 0),
    ("tonight's, of which nothing is left", "2026-03", 0),
    ("before it", "2025-12", 0),
    ("the next", "2026-05", 1),
    ("the last of the year", "2027-03", 11),
    ("just after", "2027-04", 12),
    ("long after", "2040-01", 12),
    ("no date", None, 13),
]


class TestToCome:
    @pytest.mark.parametrize(("about", "month", "bucket"), CASES)
    def test_buckets(self, about, month, bucket):
        days = pd.to_datetime(pd.Series([month and f"{month}-01"])).astype("datetime64[s]")
        assert buckets_of(days, AS_OF).tolist() == [bucket]

    def test_a_row_for_each_charge_with_something_to_come(self, record_of):
        record = record_of()
        come = to_come(("S-00002", "2025-01", 5), ("S-00002", "2026-03", 7), ("S-00002", None, 1),
                       ("S-00003", "2027-04", 9), ("S-00003", "2026-04", 0))  # fmt: skip
        nothing_left = record.revenue_balances.assign(remaining_minor=0)
        rows = details_of(replace(record, revenue_balances=nothing_left, revenue_to_come=come))[
            TO_RECOGNISE
        ].rows
        assert rows["subscription_number"].tolist() == ["S-00002", "S-00003"]
        shown = rows[[*BUCKETS]].astype("object").where(rows[[*BUCKETS]].notna(), None)
        assert shown.iloc[0].tolist() == [12, *[None] * 12, 1]
        assert shown.iloc[1].tolist() == [*[None] * 12, 9, None]
        assert rows["to_come_minor"].tolist() == [13, 9]

    def test_what_remains_is_shown_even_without_months(self, record_of):
        record = record_of()
        detail = details_of(replace(record, revenue_to_come=record.revenue_to_come.head(0)))
        assert len(detail[TO_RECOGNISE].rows) == 6

    def test_only_the_first_rows(self, record_of):
        whole = details_of(record_of())[TO_RECOGNISE]
        cut = details_of(replace(record_of(), settings=Settings(workbook_rows=2)))[TO_RECOGNISE]
        assert (len(cut.rows), cut.count) == (2, 6)
        pd.testing.assert_frame_equal(cut.rows, whole.rows.head(2))

    def test_the_sheet(self, write, record_of):
        path = write(record_of())
        sheet = opened(path)["To recognise"]
        assert heads_of(sheet, 2) == [
            "Subscription", "Charge", "Business unit", "Method", "Currency", "Allocated",
            "Recognised to date", "Apr-26", "May-26", "Jun-26", "Jul-26", "Aug-26", "Sep-26",
            "Oct-26", "Nov-26", "Dec-26", "Jan-27", "Feb-27", "Mar-27", "Thereafter",
            "No date yet", "Total to come",
        ]  # fmt: skip
        assert [cell.value for cell in sheet[3]][5:9] == [8232.18, 3087.06, 1715.04, None]
        assert [cell.value for cell in sheet[3]][19:22] == [1715.04, 1715.04, 5145.12]
        live = opened(path, values=False)["To recognise"]
        assert live["V3"].value == "=ROUND(SUM(H3:U3),2)"
        assert live["V6"].value == "=ROUND(SUM(H6:U6),0)"

    def test_totals_by_currency_stand_below(self, write, record_of):
        path = write(record_of())
        sheet = opened(path)["Contracts"]
        totals = [row for row in sheet.iter_rows(values_only=True) if row[0] == "Total"]
        assert [(row[4], row[5], row[10]) for row in totals] == [
            ("JPY", 1184567, 1480710), ("USD", 5004980.29, 6256225.39),
        ]  # fmt: skip
        assert sheet.tables["Contracts"].ref == "A1:N7"
        live = opened(path, values=False)["Contracts"]
        assert live["F9"].value == "=ROUND(SUMIFS(Contracts[Billed],Contracts[Currency],$E9),0)"

    def test_one_currency_has_a_total_row_in_the_table(self, write, record_of, line_of):
        path = write(record_of([line_of(1, 800, "East", "USD"), line_of(2, 80, "East", "USD")]))
        sheet = opened(path, values=False)["Contracts"]
        assert sheet.tables["Contracts"].ref == "A1:N4"
        assert sheet["F4"].value == "=SUBTOTAL(109,Contracts[Billed])"
        deferred = opened(path, values=False)["Deferred"]
        assert deferred["G6"].value == "=SUBTOTAL(109,Deferred[Billed])"
        assert (deferred["F6"].value, deferred["I6"].value) == (None, None)
        events = opened(path)["Revenue events"]
        place = heads_of(events).index("Amount")
        assert [cell.value for cell in events[4]][place : place + 2] == [4.4, None]


class TestWaterfall:
    def test_all_of_the_record_is_in_it(self, record_of):
        record = record_of()
        for flow in flows_of(record):
            of_it = record.roll_forward["currency"] == flow.currency
            recognised = flow.earlier + sum(flow.recognised) + flow.after
            assert recognised == record.roll_forward[of_it]["recognised_minor"].sum()
            of_it = record.revenue_to_come["currency"] == flow.currency
            assert sum(flow.to_come) == record.revenue_to_come[of_it]["amount_minor"].sum()

    def test_edges(self, record_of):
        moved = moves(("USD", "2025-03", 0, 1), ("USD", "2025-04", 0, 2), ("USD", "2026-03", 0, 4),
                      ("USD", "2027-02", 0, 8), ("USD", "2027-03", 0, 16))  # fmt: skip
        record = replace(record_of(), roll_forward=moved, revenue_to_come=to_come())
        (flow,) = flows_of(replace(record, as_of=datetime.date(2026, 3, 30)))
        assert (flow.earlier, flow.after) == (1, 16)
        assert (flow.recognised[0], flow.recognised[11], flow.recognised[22]) == (2, 4, 8)
        (flow,) = flows_of(replace(record, as_of=datetime.date(2026, 3, 31)))
        assert (flow.earlier, flow.after) == (1 + 2, 0)
        assert (flow.recognised[10], flow.recognised[21], flow.recognised[22]) == (4, 8, 16)

    @pytest.mark.parametrize(
        ("as_of", "month"), [("2026-03-30", 3), ("2026-03-31", 4), ("2026-04-01", 4)]
    )
    def test_what_is_to_come_stands_in_the_month_of_its_heading(
        self, write, record_of, as_of, month
    ):
        """The headings are those of To recognise, which begin with tomorrow's month."""
        record = replace(record_of(), as_of=datetime.date.fromisoformat(as_of))
        path = write(record)
        rows = block_of(opened(path)["Waterfall"], "USD")
        formulas = block_of(opened(path, values=False)["Waterfall"], "USD")
        told = {
            row[0].strftime("%b-%y"): formula[3]
            for row, formula in zip(rows, formulas, strict=True)
            if isinstance(row[0], datetime.datetime) and formula[3] is not None
        }
        assert len(told) == 12
        assert all(f"[{heading}]" in formula for heading, formula in told.items())
        assert next(iter(told)) == datetime.date(2026, month, 1).strftime("%b-%y")

    def test_the_sheet(self, write, record_of):
        path = write(record_of())
        rows = block_of(opened(path)["Waterfall"], "USD")
        assert len(rows) == 27
        assert rows[0][0] == "Earlier" and rows[0][2] == 1251245.06 and rows[0][3] is None
        assert rows[1][0] == datetime.datetime(2025, 5, 1)
        assert rows[11][:4] == (datetime.datetime(2026, 3, 1), "USD", 0, None)
        assert rows[12][:5] == (
            datetime.datetime(2026, 4, 1), "USD", 2502490.13, 2085408.45, 4587898.58,
        )  # fmt: skip
        assert [row[0] for row in rows[24:]] == ["Later", "No date yet", "Total"]
        assert rows[26][2:5] == (3753735.19, 6256225.39, 10009960.58)
        texts = [
            str(cell.value)
            for row in opened(path, values=False)["Waterfall"].iter_rows()
            for cell in row
        ]
        assert sum("ToRecognise[" in text for text in texts) == 2 * 14
        assert sum("Deferred[Recognised]" in text for text in texts) == 2 * 25

    def test_stored_values_where_its_details_are_cut(self, write, record_of):
        cut = write(replace(record_of(), settings=Settings(workbook_rows=4)))
        sheet = opened(cut, values=False)["Waterfall"]
        assert sheet["A2"].value == (
            "Stored values over all rows: Deferred and To recognise show only the first."
        )
        assert not any(
            "[" in str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value
        )
        whole = block_of(opened(write(record_of(), name="whole.xlsx"))["Waterfall"], "USD")
        assert block_of(opened(cut)["Waterfall"], "USD") == whole


class TestJournal:
    def test_debit_and_credit_are_positive_and_the_other_blank(self, write, record_of):
        sheet = opened(write(record_of()))["Journal"]
        debit, credit = (heads_of(sheet).index(name) for name in ("Debit", "Credit"))
        rows = list(sheet.iter_rows(min_row=2, values_only=True))[:24]
        assert len(rows) == 24
        for row in rows:
            assert (row[debit] is None) != (row[credit] is None)
            assert (row[debit] or row[credit]) > 0


class TestSummary:
    def test_revenue_by_currency(self, write, record_of):
        path = write(record_of())
        rows = [row[:7] for row in opened(path)["Summary"].iter_rows(values_only=True)]
        at = next(place for place, row in enumerate(rows) if row[0] == "Revenue" and not row[2])
        assert rows[at + 3] == ("JPY", 592283, 888424, 308643, 12500, 1480710, 493569)
        assert rows[at + 4] == (
            "USD", 2502490.13, 3753735.19, 1251275.95, 30.85, 6256225.39, 2085408.45,
        )  # fmt: skip
        live = [
            str(cell.value)
            for row in opened(path, values=False)["Summary"].iter_rows()
            for cell in row
        ]
        assert sum("Contracts[" in text for text in live) == 2 * 5

    def test_first_line(self, write, record_of):
        assert opened(write(record_of()))["Summary"]["A2"].value == (
            "6 lines billed, 6 events of revenue recognised tonight"
        )
        only_events = replace(record_of(), bill_lines=record_of([]).bill_lines)
        said = opened(write(only_events))["Summary"]["A2"].value
        assert said == "0 lines billed, 6 events of revenue recognised tonight"

    def test_a_negative_percent_is_shown(self, write, record_of):
        record = record_of()
        back = record.revenue_events.assign(percent_millionths=-25_000_000)
        back = back.astype({"percent_millionths": "Int64"})
        sheet = opened(write(replace(record, revenue_events=back)))["Revenue events"]
        assert sheet.cell(2, heads_of(sheet).index("Percent") + 1).value == -0.25

    def test_no_percent_no_column(self, write, record_of):
        record = record_of()
        none = record.revenue_events.assign(percent_millionths=None)
        none = none.astype({"percent_millionths": "Int64"})
        sheet = opened(write(replace(record, revenue_events=none)))["Revenue events"]
        assert "Percent" not in heads_of(sheet)


FORMS = ("cut", "one currency", "exact")


@pytest.fixture(scope="class")
def recalculated(write, calculate):
    """By form, the workbook as it was written, and as LibreOffice computes it; all in one go."""
    units = ["1", "01", "East", "EAST"]
    records = {
        "cut": replace(build_record(), settings=Settings(workbook_rows=4)),
        "one currency": build_record(
            [bill_line(at, 12_345 * at, "East", "BHD") for at in range(1, 9)]
        ),
        "exact": build_record(
            [bill_line(at, 10**13 + at, units[at % 4], "USD") for at in range(9)]
        ),
    }
    paths = {form: write(record, name=f"{form}.xlsx") for form, record in records.items()}
    again = calculate("xlsx", *paths.values())
    return {form: (opened(path), opened(again / path.name)) for form, path in paths.items()}


class TestRecalculated:
    @pytest.mark.parametrize("form", FORMS)
    def test_libreoffice_comes_to_the_same_values(self, recalculated, form):
        before, after = recalculated[form]
        assert after["Checks"]["B3"].value == "OK"
        for sheet in before:
            for row in sheet.iter_rows():
                for cell in row:
                    again = after[sheet.title][cell.coordinate].value
                    if isinstance(cell.value, float):
                        assert again == pytest.approx(cell.value, abs=1e-9), (sheet.title, cell)
                    elif cell.value is not None:
                        assert again == cell.value, (sheet.title, cell)
