"""The Schedule sheet and the Summary's block on it, read back and computed anew."""

import datetime
import re
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from pipeline.report.awaited import awaited_milestones
from pipeline.report.billing_sheets import SCHEDULE
from pipeline.report.schedule_sheet import time_line
from pipeline.settings import Settings
from tests.report.office import opened

AS_OF = datetime.date(2026, 3, 31)
SHEETS = ["Milestones", "Schedule", "Withheld", "Unanswered", "Findings"]
"""The last of them."""
HEADINGS = [
    "Subscription", "Phase", "Name", "Ends", "Starts on", "Last day", "State", "Completed",
    "Expected", "Waits for", "Currency", "Billed",
]  # fmt: skip
FIRST_MONTH = 14
"""The column of the first month: after the table and a gap."""

ENDED, RUNNING, SCHEDULED, PALE, PALER = "A6A6A6", "548235", "9DC3E6", "C6E0B4", "DDEBF7"


@pytest.fixture
def rows(phase_of):
    """A pilot then an evergreen phase; a chain that waits; some at the edges of the time line."""
    waits = {"waits_for": "Sign-off"}
    return [
        phase_of("S-1", "1", "MILESTONE", "ENDED", "2025-09-15", "2026-03-09",
                 milestone_name="Accepted", completion_date="2026-03-10",
                 expected_completion_date="2026-02-28"),
        phase_of("S-1", "2", "NEVER", "RUNNING", "2026-03-10"),
        phase_of("S-2", "1", "MILESTONE", "RUNNING", "2026-01-01", milestone_name="Sign-off",
                 expected_completion_date="2026-03-30", **waits),
        phase_of("S-2", "2", "DURATION", "WAITING", **waits),
        phase_of("S-2", "3", "NEVER", "WAITING", **waits),
        phase_of("S-3", "1", "DATE", "ENDED", "2020-01-01", "2024-04-30"),
        phase_of("S-3", "2", "DATE", "RUNNING", "2024-05-01", "2028-12-31"),
        phase_of("S-3", "3", "NEVER", "SCHEDULED", "2029-01-01"),
        phase_of("S-4", "1", "DURATION", "SCHEDULED", "2026-04-30", "2026-05-01"),
        phase_of("S-4", "2", "NEVER", "SCHEDULED", "2026-05-02"),
        phase_of("S-5", "1", "DATE", "ENDED", "2026-02-01", "2026-01-31"),
    ]  # fmt: skip


@pytest.fixture
def record(record_of, phases_of, rows):
    return record_of(phases=phases_of(rows))


def block_of(sheet, title) -> list[list]:
    """The rows of the Summary's block under a title."""
    listed = [list(row) for row in sheet.iter_rows(values_only=True)]
    start = next(at for at, row in enumerate(listed) if row[0] == title)
    end = next(at for at in range(start, len(listed)) if not any(listed[at]))
    return listed[start + 1 : end]


class TestTable:
    def test_stands_after_the_milestones(self, write, record):
        book = opened(write(record))
        assert book.sheetnames[-5:] == SHEETS
        assert book["Schedule"].tables["Schedule"].ref == "A2:L14"

    def test_is_left_out_where_no_subscription_has_phases(self, write, record_of):
        book = opened(write(record_of()))
        assert book.sheetnames[-4:] == [tab for tab in SHEETS if tab != "Schedule"]
        texts = [cell.value for row in book["Summary"] for cell in row]
        assert "Phases that wait for a milestone" not in texts and "Schedule" not in texts

    def test_rows(self, write, record):
        sheet = opened(write(record))["Schedule"]
        listed = [[cell.value for cell in row[:12]] for row in sheet["A2:L14"]]
        assert listed[0] == HEADINGS
        day = datetime.datetime
        assert listed[1] == [
            "S-1", "1", "Part 1", "MILESTONE", day(2025, 9, 15), day(2026, 3, 9), "ENDED",
            day(2026, 3, 10), day(2026, 2, 28), None, "USD", 1234.56,
        ]  # fmt: skip
        assert listed[4][4:10] == [None, None, "WAITING", None, None, "Sign-off"]
        assert listed[12][0] == "Total" and listed[12][11] == 11 * 1234.56
        assert sheet.freeze_panes == "D3"
        assert sheet.print_title_rows == "$1:$2"

    def test_is_cut_like_other_sheets(self, write, record):
        path = write(replace(record, settings=Settings(workbook_rows=3)))
        sheet = opened(path)["Schedule"]
        notice = "Schedule: the first 3 of 11 rows; all of them are in details/schedule.csv."
        listed = (path.parent / "details/schedule.csv").read_text("utf-8").splitlines()
        assert len(listed) == 1 + 11 and listed[0].startswith("Subscription,Phase,Name,Ends")
        assert sheet["A1"].value == notice
        assert sheet["A2"].value.startswith("Months on the right")
        assert sheet.tables["Schedule"].ref == "A3:L6"
        assert sheet.freeze_panes == "D4"
        assert sheet.cell(5, 14).value is None or sheet.max_row == 6

    def test_the_same_record_gives_the_same_bytes(self, write, record):
        first = write(record, name="a.xlsx").read_bytes()
        assert first == write(record, name="b.xlsx").read_bytes()


CASES = [
    ("a pilot, then evergreen: three months of an open end",
     [("2025-09-15", "2026-03-09"), ("2026-03-10", None)], "2025-09", "2026-06"),
    ("to the last known end", [("2026-01-01", "2026-12-31")], "2026-01", "2026-12"),
    ("at most a year from tonight", [("2026-01-01", "2027-04-01")], "2026-01", "2027-03"),
    ("just a year", [("2026-01-01", "2027-03-01")], "2026-01", "2027-03"),
    ("at most 23 months back", [("2024-04-30", "2026-12-31")], "2024-04", "2026-12"),
    ("and no more", [("2024-03-31", "2026-12-31")], "2024-04", "2026-12"),
    ("tonight is shown where all is over", [("2020-01-01", "2021-12-31")], "2024-04", "2026-03"),
    ("tonight is shown where all is to come",
     [("2026-06-01", "2026-09-30")], "2026-03", "2026-09"),
    ("never fewer than six months", [("2026-03-01", "2026-04-01")], "2026-03", "2026-08"),
    ("an open end that begins later", [("2026-10-01", None)], "2026-03", "2027-01"),
    ("only waiting ones", [(None, None)], "2026-03", "2026-08"),
    ("none", [], "2026-03", "2026-08"),
]  # fmt: skip


class TestTimeLine:
    @pytest.mark.parametrize(("about", "terms", "first", "last"), CASES)
    def test_which_months(self, about, terms, first, last):
        frame = pd.DataFrame(terms, columns=["starts_on", "last_day"]).astype("datetime64[s]")
        line = time_line(frame, AS_OF)
        assert (str(line.first), str(line.last)) == (first, last)
        assert first <= str(line.tonight) <= last
        assert 6 <= len(line.months) <= 36

    def test_headings_are_months_that_sort(self, write, record):
        sheet = opened(write(record))["Schedule"]
        heads = [cell for cell in sheet[2][FIRST_MONTH - 1 :] if cell.value]
        assert [cell.value for cell in heads[:2]] == [
            datetime.datetime(2024, 4, 1),
            datetime.datetime(2024, 5, 1),
        ]
        assert heads[-1].value == datetime.datetime(2027, 3, 1) and len(heads) == 36
        assert {(cell.number_format, cell.alignment.textRotation) for cell in heads} == {
            ("mmm-yy", 90)
        }
        framed = [cell.value for cell in heads if cell.fill.fgColor.rgb == "FFBF8F00"]
        assert framed == [datetime.datetime(2026, 3, 1)]

    def test_marks(self, write, record):
        sheet = opened(write(record))["Schedule"]
        first = [sheet.cell(row, FIRST_MONTH).value or "" for row in range(3, 14)]
        last = [sheet.cell(row, FIRST_MONTH + 35).value or "" for row in range(3, 14)]
        waits = "waits for Sign-off"
        assert first == ["", "", "", waits, waits, "", "", "", "", "", ""]
        assert last == ["", "→", "→", "", "", "", "", "later →", "", "→", ""]

    def test_what_ended_before_the_first_month_says_so(self, write, record_of, phases_of, phase_of):
        over = [phase_of("S-1", "1", "DATE", "ENDED", "2020-01-01", "2024-03-31")]
        sheet = opened(write(record_of(phases=phases_of(over))))["Schedule"]
        assert sheet.cell(3, FIRST_MONTH).value == "← earlier"

    def test_one_line_explains_the_colours(self, write, record):
        said = opened(write(record))["Schedule"]["A1"].value
        assert said == (
            "Months on the right:  ■ ended   ■ running   ■ scheduled   "
            "fading to → no end yet   framed: tonight's month, Mar-26"
        )

    def test_a_text_that_looks_like_a_formula(self, write, record_of, phases_of, phase_of):
        odd = [phase_of("S-1", "1", "NEVER", "WAITING", waits_for='=1+"x"', phase_name="=2+2")]
        sheet = opened(write(record_of(phases=phases_of(odd))), values=False)["Schedule"]
        assert (sheet["C3"].value, sheet["C3"].data_type) == ("=2+2", "s")
        assert (sheet["J3"].value, sheet["J3"].data_type) == ('=1+"x"', "s")
        assert sheet.cell(3, FIRST_MONTH).value.startswith('=IF($G3="WAITING","waits for "&$J3')


def colours_of(path, tmp_path, calc) -> list[list[str]]:
    """The bars: the colour of every month of every phase, its rules computed by LibreOffice.

    Every rule is written into a cell of its own, to the right, once per month and phase.
    """
    book = openpyxl.load_workbook(path)
    sheet = book["Schedule"]
    (area,) = {str(entry.sqref) for entry in sheet.conditional_formatting}
    rules = [rule for entry in sheet.conditional_formatting for rule in entry.rules]
    rules.sort(key=lambda rule: rule.priority)
    corner, end = area.split(":")
    bottom, right = int(re.sub(r"\D", "", end)), openpyxl.utils.cell.coordinate_from_string(end)[0]
    last = openpyxl.utils.column_index_from_string(right)
    for row in range(3, bottom + 1):
        for at in range(FIRST_MONTH, last + 1):
            cell = f"{get_column_letter(at)}{row}"
            for place, rule in enumerate(rules, start=1):
                formula = Translator("=" + rule.formula[0], corner).translate_formula(cell)
                sheet.cell(row, at + 100 * place).value = formula
    book.save(tmp_path / "probe.xlsx")
    after = opened(calc(tmp_path / "probe.xlsx", "xlsx"))["Schedule"]
    colours = [rule.dxf.fill.bgColor.rgb[2:] for rule in rules]

    def colour(row, at):
        hits = [after.cell(row, at + 100 * place).value for place in range(1, len(rules) + 1)]
        assert set(hits) <= {True, False}
        return next((colours[place] for place, hit in enumerate(hits) if hit), "")

    return [[colour(row, at) for at in range(FIRST_MONTH, last + 1)]
            for row in range(3, bottom + 1)]  # fmt: skip


class TestRecalculated:
    def test_bars(self, write, record, rows, calc, tmp_path):
        drawn = colours_of(write(record), tmp_path, calc)
        assert len(drawn) == len(rows)
        months = time_line(record.phases, AS_OF).months
        colour = {"ENDED": ENDED, "RUNNING": RUNNING, "SCHEDULED": SCHEDULED}
        fading = {"RUNNING": PALE, "SCHEDULED": PALER}
        for row, bar in zip(rows, drawn, strict=True):
            start, end = row["starts_on"], row["last_day"]
            for place, (month, shown) in enumerate(zip(months, bar, strict=True)):
                days = [f"{month.isoformat()[:8]}{day:02}" for day in range(1, 32)]
                runs = start and any(start <= day <= (end or "9999") for day in days)
                fades = end is None and place >= len(months) - 3
                tint = (fading if fades else colour).get(row["state"], "")
                assert shown == (tint if runs else ""), (row, month)

    def test_libreoffice_comes_to_the_same_values(self, write, record, calc):
        path = write(record)
        before, after = opened(path), opened(calc(path, "xlsx"))
        for tab in ("Schedule", "Summary", "Checks"):
            for row in before[tab].iter_rows():
                for cell in row:
                    again = after[tab][cell.coordinate].value
                    if isinstance(cell.value, float):
                        assert again == pytest.approx(cell.value, abs=1e-9), cell
                    else:
                        assert (again or None) == (cell.value or None), cell


class TestSummary:
    def test_what_is_awaited(self, write, record):
        path = write(record)
        sheet = opened(path)["Summary"]
        told, headings, *listed = block_of(sheet, "Phases that wait for a milestone")
        assert told[0] == (
            "1 milestone awaited, 1 late; 2 phases begin only after it: see Schedule"
        )
        assert headings[:6] == [
            "Subscription", "Phase", "Expected", "Late", "Phases after it", "Milestone",
        ]  # fmt: skip
        assert [row[:6] for row in listed] == [
            ["S-2", "1", datetime.datetime(2026, 3, 30), "late", 2, "Sign-off"]
        ]
        places = {cell.hyperlink.location for row in sheet for cell in row if cell.hyperlink}
        assert "'Schedule'!A1" in places

    @pytest.mark.parametrize(
        ("expected", "word"),
        [("2026-03-30", "late"), ("2026-03-31", None), ("2026-04-01", None), (None, "no date")],
    )
    def test_late_is_before_tonight(self, write, record_of, phases_of, phase_of, expected, word):
        waiting = phase_of("S-1", "1", "MILESTONE", "RUNNING", "2026-01-01", waits_for="Done",
                           milestone_name="Done", expected_completion_date=expected)  # fmt: skip
        sheet = opened(write(record_of(phases=phases_of([waiting]))))["Summary"]
        told, _, row = block_of(sheet, "Phases that wait for a milestone")
        late = int(word == "late")
        assert told[0].startswith(f"1 milestone awaited, {late} late; 0 phases begin only after it")
        assert row[3] == word

    def test_the_first_ten_the_most_overdue_before_others(
        self, write, record_of, phases_of, phase_of
    ):
        waiting = [
            phase_of(f"S-{at:02}", "1", "MILESTONE", "RUNNING", "2026-01-01", waits_for="Done",
                     expected_completion_date=None if at == 1 else f"2026-03-{32 - at}")
            for at in range(1, 13)
        ]  # fmt: skip
        sheet = opened(write(record_of(phases=phases_of(waiting))))["Summary"]
        told, _, *listed = block_of(sheet, "Phases that wait for a milestone")
        assert told[0] == (
            "12 milestones awaited, 11 late; 0 phases begin only after them "
            "(the first 10 below): see Schedule"
        )
        assert [row[0] for row in listed] == [f"S-{at:02}" for at in range(12, 2, -1)]

    def test_nothing_waits(self, write, record_of, phases_of, phase_of):
        runs = [phase_of("S-1", "1", "NEVER", "RUNNING", "2026-01-01")]
        sheet = opened(write(record_of(phases=phases_of(runs))))["Summary"]
        assert block_of(sheet, "Phases that wait for a milestone")[0][0] == "0 phases: none waits"

    def test_only_the_milestone_that_is_next(self, phases_of, phase_of):
        chain = [
            phase_of("S-1", "1", "MILESTONE", "RUNNING", "2026-01-01", waits_for="First"),
            phase_of("S-1", "2", "MILESTONE", "WAITING", waits_for="First"),
            phase_of("S-2", "1", "MILESTONE", "SCHEDULED", "2026-04-01", waits_for="Other"),
            phase_of("S-3", "1", "MILESTONE", "ENDED", "2026-01-01", "2026-02-01",
                     completion_date="2026-02-02"),
        ]  # fmt: skip
        awaited = awaited_milestones(phases_of(chain), AS_OF)
        assert awaited["waits_for"].tolist() == ["First", "Other"]
        assert awaited["phases_after"].tolist() == [1, 0]


assert [column.heading for column in SCHEDULE.columns] == HEADINGS
