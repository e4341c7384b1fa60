"""Straight-line revenue by accounting month: what each month gets, and what is still to come. Pure."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline import periods
from pipeline.recognise.allocation import STRAIGHT_LINE
from pipeline.recognise.straight_line import Terms
from pipeline.settings import MONTH_END, Settings

ONE_DAY = np.timedelta64(1, "D")
CATCH_UP = "RC"
"""What a catch-up is called: RC and the night, `RC2026-05-20`."""


@dataclass(frozen=True)
class ByMonth:
    """Rows of charge_at, starts, before (datetime64[D]: the stretch of time) and amount_minor.

    `due` is to be posted: of each month what is not recognised yet; `catch_up` brings what was
    recognised so far to what it should be (its total may have changed), with cut_on (datetime64[s]:
    the day before which the charge ended, where days after it were recognised); `to_come` is later.
    """

    due: pd.DataFrame
    catch_up: pd.DataFrame
    to_come: pd.DataFrame


def recognised_by_month(
    charges: pd.DataFrame, terms: Terms, standing: pd.DataFrame, day: np.datetime64,
    settings: Settings,
) -> ByMonth:  # fmt: skip
    """Straight-line revenue of every charge that has it.

    `standing` is by charge, at the places of `charges`: recognised_minor (int64) and through
    (datetime64[D]: the last day that was recognised by month). Recognised to date is the exact
    figure to that day, rounded; a month gets the difference, so that the last closes to the cent.
    """
    at = np.flatnonzero((charges["method"] == STRAIGHT_LINE).to_numpy(bool))
    allocated = charges["allocated_minor"].to_numpy(np.int64)
    until = _posted_until(day, settings)
    begun = terms.starts[at] - ONE_DAY
    through = standing["through"].to_numpy("datetime64[D]")[at]
    through = np.where(np.isnat(through) | (through < begun), begun, through)
    known = ~np.isnat(terms.starts[at]) & ~np.isnat(terms.ends[at])
    so_far = np.zeros(len(at), np.int64)
    so_far[known] = terms.earned(at[known], through[known] + ONE_DAY, allocated[at[known]])
    recognised = standing["recognised_minor"].to_numpy(np.int64)[at]
    last_day = terms.ends[at] - ONE_DAY
    grown = _months(at, through + ONE_DAY, np.minimum(last_day, until), known)
    after = np.maximum(np.maximum(through, until), begun) + ONE_DAY
    return ByMonth(
        due=_amounts(grown, terms, allocated),
        catch_up=pd.DataFrame(
            {"charge_at": at, "amount_minor": so_far - recognised, "should_be_minor": so_far,
             "recognised_minor": recognised,
             "cut_on": _cut_on(terms.ends[at], through, so_far - recognised, recognised)}
        ).query("amount_minor != 0"),
        to_come=pd.concat(
            [
                _amounts(_months(at, after, last_day, known), terms, allocated),
                _undated(at[~known], allocated),
            ],
            ignore_index=True,
        ),
    )  # fmt: skip


def _posted_until(day: np.datetime64, settings: Settings) -> np.datetime64:
    """The last day that is recognised tonight: tonight, or the last month's end on or before it."""
    if settings.straight_line_posting != MONTH_END:
        return day
    return (day + ONE_DAY).astype("datetime64[M]").astype("datetime64[D]") - ONE_DAY


def _cut_on(
    ends: np.ndarray, through: np.ndarray, change: np.ndarray, recognised: np.ndarray
) -> np.ndarray:
    """The day that cut a charge short, where that takes back days that were recognised."""
    takes_back = (ends <= through) & (np.sign(change) == -np.sign(recognised))
    return np.where(takes_back, ends, periods.NEVER).astype("datetime64[s]")


def _months(at: np.ndarray, first: np.ndarray, last: np.ndarray, known: np.ndarray) -> pd.DataFrame:
    """One row per charge and calendar month between two days, both served."""
    some = np.flatnonzero(known & (first <= last))
    first, last, at = first[some], last[some], at[some]
    counts = periods.month_of(last) - periods.month_of(first) + 1
    of = np.repeat(np.arange(len(at)), counts)
    number = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    month = first[of].astype("datetime64[M]") + number
    return pd.DataFrame(
        {
            "charge_at": at[of],
            "starts": np.maximum(month.astype("datetime64[D]"), first[of]).astype("datetime64[s]"),
            "before": np.minimum((month + 1).astype("datetime64[D]"), last[of] + ONE_DAY).astype(
                "datetime64[s]"
            ),
        }
    )


def _amounts(months: pd.DataFrame, terms: Terms, allocated: np.ndarray) -> pd.DataFrame:
    """What each stretch earns: to its end, less to its start."""
    at = months["charge_at"].to_numpy(np.int64)
    starts, before = (months[name].to_numpy("datetime64[D]") for name in ("starts", "before"))
    earned_before = terms.earned(at, starts, allocated[at])
    earned = terms.earned(at, before, allocated[at])
    return months.assign(amount_minor=earned - earned_before, earned_minor=earned)


def _undated(at: np.ndarray, allocated: np.ndarray) -> pd.DataFrame:
    """Charges whose term is not known yet: nothing is recognised, all is to come."""
    never = np.full(len(at), np.datetime64("NaT", "s"))
    return pd.DataFrame(
        {"charge_at": at, "starts": never, "before": never, "amount_minor": allocated[at],
         "earned_minor": 0}
    )  # fmt: skip
