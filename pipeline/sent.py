"""What was sent to Receivables: answered or not, and how long ago. Pure."""

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.bill import Bills
from pipeline.money import totals_by
from schemas.outputs import AGES, SentTotals, UnansweredLines, dtypes_of

AGE_BEGINS = np.array([1, 31, 61, 91])
"""The days with which every age but the first begins."""
SENT, INVOICED, REJECTED, UNANSWERED = "SENT", "INVOICED", "REJECTED", "UNANSWERED"
GROUP = ["business_unit", "currency", "state", "age"]
SHOWN = [name for name in dtypes_of(UnansweredLines) if name not in ("days", "age")]
ADDED_UP = {
    "business_unit": "str", "currency": "str", "state": "str", "bill_date": "datetime64[s]",
    "lines": "int64", "amount_minor": "int64",
}  # fmt: skip


@dataclass(frozen=True)
class SentBefore:
    """What earlier runs sent, as a run finds it.

    sent        business_unit, currency, lines, amount_minor (int64)
    answers     the same by state (INVOICED, REJECTED, UNANSWERED) and bill_date
    unanswered  the oldest unanswered lines: as UnansweredLines, without days and age
    """

    sent: pd.DataFrame
    answers: pd.DataFrame
    unanswered: pd.DataFrame


@dataclass(frozen=True)
class Sent:
    """What was sent, tonight's lines included.

    unanswered  the oldest unanswered lines, so many as were asked for (UnansweredLines)
    totals      of all lines (SentTotals)
    """

    unanswered: pd.DataFrame
    totals: pd.DataFrame


def sent_with_tonight(
    before: SentBefore, bills: Bills, run_id: str, as_of: datetime.date, most: int
) -> Sent:
    """What was sent once tonight's lines are out, at most `most` unanswered lines of it.

    A line that is sent again tonight is no longer rejected but unanswered, at its age.
    """
    tonight, again = _added_up(bills.lines), _added_up(bills.resent)
    taken_back = again.assign(lines=-again["lines"], amount_minor=-again["amount_minor"])
    parts = [
        before.sent.assign(state=SENT),
        before.answers,
        tonight.assign(state=SENT),
        tonight.assign(state=UNANSWERED),
        again.assign(state=UNANSWERED),
        taken_back.assign(state=REJECTED),
    ]
    own = [_oldest(lines.assign(run_id=run_id), most) for lines in (bills.lines, bills.resent)]
    unanswered = pd.concat([before.unanswered[SHOWN], *own], ignore_index=True)
    first = unanswered.sort_values(["bill_date", "bill_line_id"], ignore_index=True).head(most)
    days, age = ages_of(first["bill_date"], as_of)
    dtypes = dtypes_of(UnansweredLines)
    return Sent(
        first.assign(days=days, age=age)[list(dtypes)].astype(dtypes), sent_totals(parts, as_of)
    )


def _added_up(lines: pd.DataFrame) -> pd.DataFrame:
    """Lines and amount by business unit, currency and bill date."""
    keys = ["business_unit", "currency", "bill_date"]
    totals = totals_by(lines[[*keys, "amount_minor"]], keys)
    return totals.assign(lines=lines.groupby(keys, sort=True).size().to_numpy())


def _oldest(lines: pd.DataFrame, most: int) -> pd.DataFrame:
    """The oldest of some lines, which are sorted by bill_line_id."""
    places = np.argsort(lines["bill_date"].to_numpy(), kind="stable")[:most]
    return lines[SHOWN].iloc[places]


def ages_of(bill_dates: pd.Series, as_of: datetime.date) -> tuple[np.ndarray, np.ndarray]:
    """Days since each bill date (int64), and the age that they make.

    >>> days = pd.Series(["2026-03-31", "2026-03-30", "2026-02-28"], dtype="datetime64[s]")
    >>> [part.tolist() for part in ages_of(days, datetime.date(2026, 3, 31))]
    [[0, 1, 31], ['current', '1-30', '31-60']]
    """
    days = (np.datetime64(as_of, "D") - bill_dates.to_numpy("datetime64[D]")).astype(np.int64)
    return days, np.array(AGES, object)[np.searchsorted(AGE_BEGINS, days, side="right")]


def sent_totals(parts: list[pd.DataFrame], as_of: datetime.date) -> pd.DataFrame:
    """The parts as SentTotals: business_unit, currency, state, bill_date (only of what is unanswered
    is it looked at), lines, amount_minor."""
    typed = [part.reindex(columns=list(ADDED_UP)).astype(ADDED_UP) for part in parts]
    rows = pd.concat(typed, ignore_index=True)
    unanswered = (rows["state"] == UNANSWERED).to_numpy(bool)
    age = np.full(len(rows), "", object)
    age[unanswered] = ages_of(rows.loc[unanswered, "bill_date"], as_of)[1]
    aged = rows.assign(age=age).astype({"age": "str"})
    lines = aged.groupby(GROUP, sort=True)["lines"].sum().to_numpy()
    totals = totals_by(aged[[*GROUP, "amount_minor"]], GROUP).assign(lines=lines)
    dtypes = dtypes_of(SentTotals)
    return totals.loc[totals["lines"] != 0, list(dtypes)].astype(dtypes).reset_index(drop=True)
