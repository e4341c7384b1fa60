"""The Schedule sheet: the table of phases, and beside it a time line of months.

The bars are conditional formats over the table's own dates, so they follow their rows when the
table is sorted, and change with a date that someone tries out.
"""

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline.report.blocks import BlockSheet
from pipeline.report.cells import day_number, shown_texts
from pipeline.report.formats import Formats
from pipeline.report.layout import Detail
from pipeline.report.tables import write_detail
from schemas.outputs import PhaseStates as P

MONTHS_BEFORE, MONTHS_AFTER, FEWEST_MONTHS = 23, 12, 6
FADING = 3
"""Months in which an open end fades out; one that has no end yet is shown for as many at least."""
GAP_WIDTH, MONTH_WIDTH, HEADING_HEIGHT = 1.5, 2.6, 40
WAITS, BEFORE, OPEN, LATER = "waits for ", "← earlier", "→", "later →"
BARS = (("ENDED", "ended"), ("RUNNING", "running"), ("SCHEDULED", "scheduled"))


@dataclass(frozen=True)
class TimeLine:
    """The months shown (datetime64[M], the first and the last), tonight's month among them."""

    first: np.datetime64
    last: np.datetime64
    tonight: np.datetime64

    @property
    def months(self) -> list[datetime.date]:
        """The first day of every month."""
        days: list[datetime.date] = (
            np.arange(self.first, self.last + 1).astype("datetime64[D]").tolist()
        )
        return days


def time_line(phases: pd.DataFrame, as_of: datetime.date) -> TimeLine:
    """From the first phase's start to the last known end, or a year from tonight if that is sooner.

    It goes back 23 months at most, and has at least six; an open end counts as three months from
    tonight, or from the phase's start.

    A pilot since 15 September 2025, as of 31 March 2026, with an evergreen phase after it:

    >>> days = pd.Series(["2025-09-15", "2026-03-10"], dtype="datetime64[s]")
    >>> ends = pd.Series(["2026-03-09", None], dtype="datetime64[s]")
    >>> shown = time_line(pd.DataFrame({"starts_on": days, "last_day": ends}),
    ...                   datetime.date(2026, 3, 31))
    >>> str(shown.first), str(shown.last)
    ('2025-09', '2026-06')
    """
    tonight = np.datetime64(as_of, "M")
    known = phases[phases[P.starts_on].notna()]
    starts = known[P.starts_on].to_numpy("datetime64[M]")
    ends = known[P.last_day].to_numpy("datetime64[M]")
    reach = np.where(np.isnat(ends), np.maximum(starts, tonight) + FADING, ends)
    first = max(np.append(starts, tonight).min(), tonight - MONTHS_BEFORE)
    last = min(np.append(reach, tonight).max(), tonight + MONTHS_AFTER)
    last = max(last, first + FEWEST_MONTHS - 1)
    return TimeLine(first, last, tonight)


def write_schedule(
    worksheet: BlockSheet, detail: Detail, as_of: datetime.date, formats: Formats
) -> None:
    """The whole sheet."""
    write_detail(worksheet, detail, formats)
    line = time_line(detail.rows, as_of)
    _write_legend(worksheet, detail.heading_row - 1, line, formats)
    gap = len(detail.sheet.columns)
    worksheet.set_column(gap, gap, GAP_WIDTH)
    worksheet.set_column(gap + 1, gap + len(line.months), MONTH_WIDTH)
    _write_months(worksheet, detail.heading_row, gap + 1, line, formats)
    _write_marks(worksheet, detail, gap + 1, line, formats)
    _fill_bars(worksheet, detail, gap + 1, line, formats)


def _write_legend(worksheet: Worksheet, row: int, line: TimeLine, formats: Formats) -> None:
    """What the colours mean, in one line."""
    pieces: list[object] = [formats["note"], "Months on the right:  "]
    for _, word in BARS:
        pieces += [formats[f"ink_{word}"], "■", formats["note"], f" {word}   "]
    tonight = line.tonight.astype("datetime64[D]").tolist().strftime("%b-%y")
    pieces += [
        formats["note"],
        f"fading to {OPEN} no end yet   framed: tonight's month, {tonight}",
    ]
    worksheet.write_rich_string(row, 0, *pieces)


def _write_months(
    worksheet: Worksheet, row: int, left: int, line: TimeLine, formats: Formats
) -> None:
    """The headings: the first of each month, upright."""
    worksheet.set_row(row, HEADING_HEIGHT)
    for at, month in enumerate(line.months, start=left):
        is_tonight = np.datetime64(month, "M") == line.tonight
        look = formats["month_heading_tonight" if is_tonight else "month_heading"]
        worksheet.write_number(row, at, day_number(month), look)


def _write_marks(
    worksheet: Worksheet, detail: Detail, left: int, line: TimeLine, formats: Formats
) -> None:
    """Words in the first and the last month, where a bar alone does not say it; live."""
    top, right = detail.heading_row + 1, left + len(line.months) - 1
    first, last = (xl_rowcol_to_cell(top - 1, at, True, True) for at in (left, right))
    address = _columns_of(detail)
    begins, ends = marks(detail.rows, line)
    tonight = left + int((line.tonight - line.first).astype(int))
    for row, (begin, end) in enumerate(zip(begins, ends, strict=True), start=top):
        start, last_day, state, waits = (f"${address[name]}{row + 1}" for name in address)
        if tonight not in (left, right):
            worksheet.write_blank(row, tonight, None, formats["tonight"])
        begin_look, end_look = (
            formats[look + ("_tonight" if at == tonight else "")]
            for look, at in (("waiting", left), ("open", right))
        )
        worksheet.write_formula(
            row, left,
            f'=IF({state}="WAITING","{WAITS}"&{waits},'
            f'IF(AND({last_day}<>"",{last_day}<{first}),"{BEFORE}",""))',
            begin_look, begin,
        )  # fmt: skip
        worksheet.write_formula(
            row, right,
            f'=IF({start}="","",IF({start}>=EDATE({last},1),"{LATER}",'
            f'IF({last_day}="","{OPEN}","")))',
            end_look, end,
        )  # fmt: skip


def marks(phases: pd.DataFrame, line: TimeLine) -> tuple[list[str], list[str]]:
    """What stands in the first and in the last month of each phase, mostly nothing."""
    starts, last_day = phases[P.starts_on], phases[P.last_day]
    waits = (phases[P.state] == "WAITING").to_numpy(bool)
    over = (last_day < pd.Timestamp(line.first)).to_numpy(bool)
    later = (starts >= pd.Timestamp(line.last + 1)).to_numpy(bool)
    is_open = (starts.notna() & last_day.isna()).to_numpy(bool)
    waiting = np.array([WAITS + text for text in shown_texts(phases[P.waits_for])], object)
    begins = np.select([waits, over], [waiting, np.array(BEFORE, object)], "")
    ends = np.select([later, is_open], [LATER, OPEN], "")
    return begins.tolist(), ends.tolist()


def _fill_bars(
    worksheet: Worksheet, detail: Detail, left: int, line: TimeLine, formats: Formats
) -> None:
    """The bars: months that the phase has a day in, in the colour of its state."""
    top, right = detail.heading_row + 1, left + len(line.months) - 1
    bottom = top + max(len(detail.rows), 1) - 1
    start, last_day, state, _ = (f"${column}{top + 1}" for column in _columns_of(detail).values())
    month = f"{xl_col_to_name(left)}${top}"
    runs = (
        f'{start}<>"",EDATE({month},1)>{start},'
        f'OR({last_day}="",AND({last_day}>={month},{last_day}>={start}))'
    )
    fading = (line.last - (FADING - 1)).astype("datetime64[D]").tolist()
    fades = f'{last_day}="",{month}>=DATE({fading.year},{fading.month},1)'
    rules = [
        *((f"{runs},{fades}", code, f"bar_{word}_fading") for code, word in BARS[1:]),
        *((runs, code, f"bar_{word}") for code, word in BARS),
    ]
    for condition, code, look in rules:
        worksheet.conditional_format(
            top, left, bottom, right,
            {"type": "formula", "criteria": f'=AND({state}="{code}",{condition})',
             "format": formats[look], "stop_if_true": True},
        )  # fmt: skip


def _columns_of(detail: Detail) -> dict[str, str]:
    """The letters of the columns that the time line is about."""
    names = [column.name for column in detail.sheet.columns]
    about = (P.starts_on, P.last_day, P.state, P.waits_for)
    return {name: xl_col_to_name(names.index(name)) for name in about}
