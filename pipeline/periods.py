"""Days, months and billing periods, half open inside: `starts_on`, `ends_before`. Pure.

A boundary is a month and a day of the month. The day clips to the month's end, each time anew, so
that it never drifts: from the 31st, periods begin on 31 Jan, 28 Feb, 31 Mar, 30 Apr.
"""

import numpy as np

MONTHS = {"MONTHLY": 1, "QUARTERLY": 3, "HALF_YEARLY": 6, "ANNUAL": 12}
NEVER = np.datetime64("NaT", "D")


def month_of(days: np.ndarray) -> np.ndarray:
    """Months since January 1970 (int64) of days (datetime64[D])."""
    return days.astype("datetime64[M]").astype(np.int64)


def day_of_month(days: np.ndarray) -> np.ndarray:
    """The day's number in its month (int64).

    >>> day_of_month(np.array(["2026-02-28"], "datetime64[D]")).tolist()
    [28]
    """
    return (days - days.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1


def boundary(months: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The day of that number in those months, clipped to each month's end.

    >>> boundary(np.arange(672, 676), np.array(31)).astype(str).tolist()
    ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30']
    """
    first = months.astype("datetime64[M]")
    length = ((first + 1).astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)
    return first.astype("datetime64[D]") + (np.minimum(day, length) - 1)


def add_months(days: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The same day so many months later, clipped to the month's end.

    >>> add_months(np.array(["2026-01-31"], "datetime64[D]"), np.array([1])).astype(str).tolist()
    ['2026-02-28']
    """
    known = ~np.isnat(days)
    safe = np.where(known, days, np.datetime64("1970-01-01", "D"))
    later = boundary(month_of(safe) + months, day_of_month(safe))
    return np.where(known, later, NEVER)


def period_holding(
    days: np.ndarray, anchor_month: np.ndarray, anchor_day: np.ndarray, step: np.ndarray
) -> np.ndarray:
    """The number of the period that holds each day; period 0 begins at the anchor (int64).

    The boundaries are the anchor and whole multiples of `step` months before and after it. From an
    anchor on 17 January, monthly, 16 January lies in period -1.
    """
    number = np.floor_divide(month_of(days) - anchor_month, step)
    return number - (days < period_start(number, anchor_month, anchor_day, step))


def period_start(
    number: np.ndarray, anchor_month: np.ndarray, anchor_day: np.ndarray, step: np.ndarray
) -> np.ndarray:
    """The first day of the period of that number; it ends before the next one's."""
    return boundary(anchor_month + number * step, anchor_day)
