"""Closed periods: what belongs to one is posted on the first open day, and says so (DESIGN 6)."""

import datetime

import pandas as pd


def accounting_dates(dates: pd.Series, first_open_day: datetime.date | None) -> pd.Series:
    """The later of each document's date and the first open day; the document's date itself stays.

    >>> days = pd.Series(["2026-02-10", "2026-04-02"], dtype="datetime64[s]")
    >>> accounting_dates(days, datetime.date(2026, 4, 1)).astype("str").tolist()
    ['2026-04-01', '2026-04-02']
    """
    if first_open_day is None:
        return dates
    open_day = pd.Timestamp(first_open_day).as_unit("s")
    return dates.where(~(dates < open_day), open_day)


def told_of_closed_periods(
    reasons: pd.Series, dates: pd.Series, accounting: pd.Series
) -> pd.Series:
    """The reasons, followed by where the row is posted if its own date lies in a closed period."""
    moved = (accounting > dates).to_numpy(bool)
    if not moved.any():
        return reasons
    told = "; belongs to a closed period: posted on the first open day, "
    return reasons.where(~moved, reasons + told + accounting.dt.strftime("%Y-%m-%d"))
