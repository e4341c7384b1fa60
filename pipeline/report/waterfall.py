"""Revenue by currency and month: what was recognised, and what is to come."""

from dataclasses import dataclass

import numpy as np

from pipeline import money
from pipeline.record import RunRecord
from pipeline.report.to_come import BUCKETS, MONTHS, buckets_of, first_month
from pipeline.report.totals import exact_sums
from schemas.outputs import RevenueToCome as T
from schemas.outputs import RollForward as D

BACK = MONTHS - 1
"""Months before tomorrow's, which on a month's last night is the next."""
SPAN = BACK + MONTHS
"""All months shown: those before tomorrow's, tomorrow's, and the eleven after it."""


@dataclass(frozen=True)
class Flow:
    """One currency's revenue: recognised earlier, in each of the months shown, and after them;
    and what is to come, by the buckets of `to_come`. In minor units."""

    currency: str
    earlier: int
    recognised: tuple[int, ...]
    after: int
    to_come: tuple[int, ...]

    @property
    def is_numeric(self) -> bool:
        """Whether cells can hold all its amounts as numbers."""
        amounts = (self.earlier, *self.recognised, self.after, *self.to_come)
        return sum(map(abs, amounts)) < 10**money.MOST_DIGITS


def flows_of(record: RunRecord) -> list[Flow]:
    """The revenue of each currency, all rows of the record counted."""
    first = first_month(record.as_of) - BACK
    months = record.roll_forward[D.month].to_numpy("datetime64[M]")
    ahead = np.clip((months - first).astype(np.int64), -1, SPAN)
    recognised = exact_sums(
        record.roll_forward.assign(month=ahead), [D.currency, D.month], [D.recognised_minor]
    )
    buckets = buckets_of(record.revenue_to_come[T.month], record.as_of)
    to_come = exact_sums(
        record.revenue_to_come.assign(month=buckets), [T.currency, T.month], [T.amount_minor]
    )
    nothing = (0,)
    return [
        Flow(
            currency,
            earlier=recognised.get((currency, -1), nothing)[0],
            recognised=tuple(recognised.get((currency, at), nothing)[0] for at in range(SPAN)),
            after=recognised.get((currency, SPAN), nothing)[0],
            to_come=tuple(to_come.get((currency, at), nothing)[0] for at in range(len(BUCKETS))),
        )
        for currency in sorted({currency for currency, _ in (*recognised, *to_come)})
    ]
