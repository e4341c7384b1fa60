"""Days, months and periods against the calendar of the standard library."""

import calendar
import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import periods

DAYS = st.dates(datetime.date(1900, 1, 1), datetime.date(2999, 12, 31))
STEPS = st.sampled_from(sorted(periods.MONTHS.values()))


def days(*texts: str) -> np.ndarray:
    """Days as the module takes them."""
    return np.array(texts, "datetime64[D]")


def clipped(year: int, month: int, day: int) -> datetime.date:
    """The day in that month, counted from any month of the year; or the month's last day."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))


@pytest.mark.parametrize(
    ("start", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2026-01-30", 1, "2026-02-28"),
        ("2026-01-28", 1, "2026-02-28"),
        ("2026-02-28", 1, "2026-03-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-05-31", 0, "2026-05-31"),
        ("1969-12-31", 2, "1970-02-28"),
        ("NaT", 1, "NaT"),
    ],
)
def test_add_months(start: str, months: int, later: str) -> None:
    assert periods.add_months(days(start), np.array([months])).astype(str).tolist() == [later]


@pytest.mark.parametrize(
    ("day", "anchor", "step", "starts", "ends_before"),
    [
        ("2026-01-16", "2026-01-17", 1, "2025-12-17", "2026-01-17"),
        ("2026-01-17", "2026-01-17", 1, "2026-01-17", "2026-02-17"),
        ("2026-02-27", "2026-01-31", 1, "2026-01-31", "2026-02-28"),
        ("2026-02-28", "2026-01-31", 1, "2026-02-28", "2026-03-31"),
        ("2026-03-30", "2026-01-31", 1, "2026-02-28", "2026-03-31"),
        ("2026-05-20", "2026-04-01", 3, "2026-04-01", "2026-07-01"),
        ("2026-07-01", "2026-04-01", 3, "2026-07-01", "2026-10-01"),
        ("2026-03-31", "2026-04-01", 3, "2026-01-01", "2026-04-01"),
        ("2012-05-12", "2012-05-01", 12, "2012-05-01", "2013-05-01"),
        ("2025-02-28", "2024-02-29", 12, "2025-02-28", "2026-02-28"),
        ("1965-03-03", "1970-01-31", 1, "1965-02-28", "1965-03-31"),
    ],
)
def test_the_period_that_holds_a_day(
    day: str, anchor: str, step: int, starts: str, ends_before: str
) -> None:
    at = periods.month_of(days(anchor)), periods.day_of_month(days(anchor)), np.array([step])
    number = periods.period_holding(days(day), *at)
    assert periods.period_start(number, *at).astype(str).tolist() == [starts]
    assert periods.period_start(number + 1, *at).astype(str).tolist() == [ends_before]


@given(DAYS)
def test_month_and_day_are_the_calendars(day: datetime.date) -> None:
    at = np.array([day], "datetime64[D]")
    assert periods.day_of_month(at).tolist() == [day.day]
    assert periods.month_of(at).tolist() == [(day.year - 1970) * 12 + day.month - 1]


@given(DAYS, st.integers(0, 240))
def test_months_later_is_the_same_day_or_the_months_last(day: datetime.date, months: int) -> None:
    later = periods.add_months(np.array([day], "datetime64[D]"), np.array([months]))
    assert later.tolist() == [clipped(day.year, day.month + months, day.day)]


@given(DAYS, DAYS, st.integers(1, 31), STEPS)
def test_a_day_lies_in_one_period(
    day: datetime.date, anchor: datetime.date, anchor_day: int, step: int
) -> None:
    at = periods.month_of(np.array([anchor], "datetime64[D]")), np.array([anchor_day])
    number = periods.period_holding(np.array([day], "datetime64[D]"), *at, np.array([step]))
    starts = periods.period_start(number, *at, np.array([step])).tolist()[0]
    ends_before = periods.period_start(number + 1, *at, np.array([step])).tolist()[0]
    assert starts <= day < ends_before
    months = int(number[0]) * step
    assert starts == clipped(anchor.year, anchor.month + months, anchor_day)
