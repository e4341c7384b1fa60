"""Straight line: what a charge has earned up to a day, exact, and rounded once. Pure.

Each billing period is earned evenly over the days that it serves, and a one-time charge over its
whole term. Nothing is listed period by period: what came before the running period is its whole
periods' number times their price, and the first one's part.
"""

import numpy as np
import pandas as pd

from pipeline import money, periods
from pipeline.frames import days_of
from pipeline.settings import EVEN_MONTHS

ONE_DAY = np.timedelta64(1, "D")
MONTH_PARTS = 377_580
"""The least number that months of 28, 29, 30 and 31 days all divide."""


def place_of(days: np.ndarray, spread: str) -> np.ndarray:
    """Where each day begins on the line along which revenue is spread evenly (int64).

    By day, every day is as long as another; by even months, every month is, and a day is its part
    of its own month: 16 of 31 days in January, 15 of 30 in April.
    """
    if spread != EVEN_MONTHS:
        return days.astype("datetime64[D]").astype(np.int64)
    month = days.astype("datetime64[M]")
    length = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    return month.astype(np.int64) * MONTH_PARTS + (periods.day_of_month(days) - 1) * (
        MONTH_PARTS // length
    )


class Terms:
    """The charges that are recognised by straight line, as arrays: one entry per charge.

    `terms` has live_from, live_before, billing_frequency, charge_type, anchor_month, anchor_day,
    amount_minor, price_minor and price_adjustment_percent_millionths; `day` is the night.
    """

    def __init__(self, terms: pd.DataFrame, day: np.datetime64, spread: str) -> None:
        """Find each charge's periods: the first, the last, and what each kind comes to."""
        self.spread = spread
        self.starts = days_of(terms["live_from"])
        self.before = days_of(terms["live_before"])
        self.recurs = (terms["charge_type"] == "RECURRING").to_numpy(bool)
        self.step = terms["billing_frequency"].map(periods.MONTHS).fillna(1).to_numpy(np.int64)
        self.anchor_month = terms["anchor_month"].to_numpy(np.int64)
        self.anchor_day = terms["anchor_day"].to_numpy(np.int64)
        self.price = terms["amount_minor"].to_numpy(np.int64)
        self.adjustment = terms["price_adjustment_percent_millionths"].fillna(0).to_numpy(np.int64)
        self.whole_period = money.adjust_by_percent(self.price, self.adjustment)
        self.one_sum = terms["price_minor"].to_numpy(np.int64)
        every = np.arange(len(terms))
        # what is sold once serves at least the day on which it starts
        no_day = ~self.recurs & (self.before <= self.starts)
        self.before = np.where(no_day, self.starts + ONE_DAY, self.before)
        is_open = np.isnat(self.before)
        begun = ~np.isnat(self.starts) & (self.starts <= day)
        running_end = self._period(every, self._number(every, np.where(begun, day, self.starts)))[1]
        self.ends = np.where(
            ~is_open, self.before, np.where(begun & self.recurs, running_end, periods.NEVER)
        )
        """The day before which all that is known to be earned is earned; missing: nothing is."""
        self.totals = self._totals()
        """What each charge's lines come to: over its term; without an end, its periods begun."""

    def _totals(self) -> np.ndarray:
        known = ~np.isnat(self.ends) & ~np.isnat(self.starts)
        at = np.flatnonzero(known & self.recurs)
        totals = np.where(self.recurs, 0, self.one_sum)
        whole, running, _, _ = self._parts(at, self.ends[at])
        totals[at] = whole + running
        return totals

    def earned(self, at: np.ndarray, before: np.ndarray, allocated: np.ndarray) -> np.ndarray:
        """What the charges at these places have earned before these days, of their allocated amount.

        12,000.00 for 365 days from 1 January comes to 1,019.18 before 1 February.
        """
        until = np.clip(before, self.starts[at], self.ends[at])
        whole, running, part, parts = self._parts(at, until)
        total = self.totals[at]
        own = whole + money.fraction(running, part, parts)
        scaled = np.flatnonzero(allocated != total)
        if len(scaled):
            own[scaled] = self._scaled(
                at[scaled], until[scaled], allocated[scaled], total[scaled],
                whole[scaled], running[scaled], part[scaled], parts[scaled],
            )  # fmt: skip
        return own

    def _scaled(
        self, at: np.ndarray, until: np.ndarray, allocated: np.ndarray, total: np.ndarray,
        whole: np.ndarray, running: np.ndarray, part: np.ndarray, parts: np.ndarray,
    ) -> np.ndarray:  # fmt: skip
        """Allocated × earned ÷ total, rounded once; a charge without a price earns by time alone."""
        earned = whole.astype(object) * parts + running.astype(object) * part
        divisor = total.astype(object) * parts
        free = total == 0
        if free.any():
            begins, ends = self._line(self.starts[at]), self._line(self.ends[at])
            earned = np.where(free, self._line(until) - begins, earned)
            divisor = np.where(free, np.maximum(ends - begins, 1), divisor)
        sign = np.where(divisor < 0, -1, 1)
        rounded: np.ndarray = money.divide_half_away(
            allocated.astype(object) * earned * sign, divisor * sign
        )
        return rounded.astype(np.int64)

    def _parts(
        self, at: np.ndarray, until: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Before a day: the sum of the periods that are over, the amount of the running one, and how
        many of its parts are served, of how many. A one-time charge is one period."""
        starts, ends = self.starts[at], self.ends[at]
        last = np.maximum(until, starts + ONE_DAY) - ONE_DAY
        number, first = self._number(at, last), self._number(at, starts)
        opens, closes = self._period(at, number)
        recurs = self.recurs[at]
        served_from = np.where(recurs, np.maximum(opens, starts), starts)
        served_before = np.where(recurs, self._cut(closes, at), ends)
        running = np.where(
            recurs, self._amount(at, opens, closes, served_from, served_before), self.one_sum[at]
        )
        first_opens, first_closes = self._period(at, first)
        first_amount = self._amount(
            at, first_opens, first_closes, starts, self._cut(first_closes, at)
        )
        whole = np.where(
            recurs & (number > first),
            first_amount + (number - first - 1) * self.whole_period[at], 0,
        )  # fmt: skip
        begins = self._line(served_from)
        parts = np.maximum(self._line(served_before) - begins, 1)
        part = np.clip(self._line(until) - begins, 0, parts)
        return whole, running, part, parts

    def _amount(
        self, at: np.ndarray, opens: np.ndarray, closes: np.ndarray,
        served_from: np.ndarray, served_before: np.ndarray,
    ) -> np.ndarray:  # fmt: skip
        """A period's price for the days served of it, as it is billed."""
        days = np.maximum((served_before - served_from).astype(np.int64), 0)
        in_period = np.maximum((closes - opens).astype(np.int64), 1)
        return money.prorate(self.price[at], days, in_period, self.adjustment[at])

    def _cut(self, closes: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Where a period ends: at its boundary, or where the charge does."""
        before = self.before[at]
        return np.where(~np.isnat(before) & (before < closes), before, closes)

    def _number(self, at: np.ndarray, days: np.ndarray) -> np.ndarray:
        return periods.period_holding(
            _safe(days), self.anchor_month[at], self.anchor_day[at], self.step[at]
        )

    def _period(self, at: np.ndarray, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        anchor = self.anchor_month[at], self.anchor_day[at], self.step[at]
        return periods.period_start(number, *anchor), periods.period_start(number + 1, *anchor)

    def _line(self, days: np.ndarray) -> np.ndarray:
        return place_of(_safe(days), self.spread)


def _safe(days: np.ndarray) -> np.ndarray:
    """A day where there is none, for arithmetic whose outcome is then not used."""
    return np.where(np.isnat(days), np.datetime64("1970-01-01", "D"), days)
