"""What the detail comes to, per business unit, currency or month: exact, in whole minor units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.money import MILLION

Group = tuple[str, str]
"""A business unit and a currency."""

GROUP = ["business_unit", "currency"]


@dataclass(frozen=True)
class Total:
    """What some lines come to: how many, and minor units of charges and credits."""

    lines: int = 0
    charges: int = 0
    credits: int = 0

    @property
    def net(self) -> int:
        """Charges less credits."""
        return self.charges + self.credits


def totals_by_group(lines: pd.DataFrame, amount: str = "amount_minor") -> dict[Group, Total]:
    """The total of every business unit and currency, in the order of their names.

    `lines` has business_unit, currency and amount_minor (int64, negative: a credit).

    >>> lines = pd.DataFrame({"amount_minor": [500, -20]})
    >>> totals_by_group(lines.assign(business_unit="East", currency="USD"))
    {('East', 'USD'): Total(lines=2, charges=500, credits=-20)}
    """
    amounts = lines[amount]
    parts = lines[GROUP].assign(
        lines=1, charges=amounts.where(amounts > 0, 0), credits=amounts.where(amounts < 0, 0)
    )
    sums = exact_sums(parts, GROUP, ["lines", "charges", "credits"])
    return {(unit, currency): Total(*parts) for (unit, currency), parts in sums.items()}


def exact_sums(
    frame: pd.DataFrame, keys: Sequence[str], columns: Sequence[str]
) -> dict[tuple, tuple[int, ...]]:
    """The sums of whole numbers by key, sorted; each may be more than an int64 holds.

    What is missing counts as nothing.

    >>> frame = pd.DataFrame({"currency": ["USD", "JPY", "USD"], "amount": [9 * 10**18] * 3})
    >>> exact_sums(frame, ["currency"], ["amount"])
    {('JPY',): (9000000000000000000,), ('USD',): (18000000000000000000,)}
    """
    if frame.empty:
        return {}
    # in two parts, because the sum of many large amounts may be more than an int64 holds
    parts = {name: np.divmod(_whole_numbers(frame[name]), MILLION) for name in columns}
    flat = {f"{name} {place}": part for name in columns for place, part in enumerate(parts[name])}
    sums = frame[[*keys]].assign(**flat).groupby([*keys], sort=True)[list(flat)].sum()
    listed = [sums[name].tolist() for name in flat]
    totals = [
        [millions * MILLION + rest for millions, rest in zip(*pair, strict=True)]
        for pair in zip(listed[::2], listed[1::2], strict=True)
    ]
    index = [key if isinstance(key, tuple) else (key,) for key in sums.index]
    return dict(zip(index, zip(*totals, strict=True), strict=True))


def _whole_numbers(values: pd.Series) -> np.ndarray:
    return values.fillna(0).to_numpy(np.int64)
