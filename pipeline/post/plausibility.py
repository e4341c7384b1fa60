"""Plausibility: what no sane night bills, and a slip of the keys does. Pure.

Five bounds, of which the defaults are far from any company: how far a night lies after the last one;
what it bills, and credits, in a currency; the lines that it bills of one contract; and one line beside
the nights before. A night of 2062 bills decades ahead, and none before it can follow. A company that
grows, or brings in all its contracts at once, has nights a thousand times as large as before, but of
many lines; one line that is larger than a thousand of the largest nights is an amount with too many
zeros.
"""

import datetime
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.settings import Plausibility

FEWEST_NIGHTS, FEWEST_LINES = 5, 100
"""So much must have been billed in a currency before a line is compared with the nights before."""
LINES_A_CHARGE = 3
"""A contract of many charges may always bill so many lines of each: the phones of a company, say."""
MOST_NAMED = 5
SMALL_CURRENCIES = frozenset(
    ["CDF", "COP", "IDR", "IRR", "KHR", "LAK", "LBP", "MMK", "MNT", "MWK", "NGN", "SYP", "TZS",
     "UZS"]
)  # fmt: skip
"""With decimals, although a dollar buys a thousand and more of them."""


@dataclass(frozen=True)
class Excess:
    """A bound that a night exceeds: what is told of it, and the first lines that do, if lines do."""

    sentence: str
    lines: tuple[str, ...] = ()


def too_far_ahead(
    as_of: datetime.date, last: datetime.date | None, today: datetime.date | None, most: int
) -> list[Excess]:
    """The bound on days, where a night lies further than that after the last one, or, where there is
    none, after today (None: nobody told, and nothing is said).

    >>> march, typed = datetime.date(2026, 3, 31), datetime.date(2062, 3, 31)
    >>> [one.sentence for one in too_far_ahead(typed, march, None, 400)]
    ["lies 13,149 days after the store's last night, 2026-03-31, more than most_days_ahead, 400"]
    >>> too_far_ahead(march + datetime.timedelta(400), None, march, 400)
    []
    """
    since, told = (last, "the store's last night") if last else (today, "today")
    days = (as_of - since).days if since else 0
    if days <= most:
        return []
    return [
        Excess(f"lies {days:,} days after {told}, {since}, more than most_days_ahead, {most:,}")
    ]


def implausible(lines: pd.DataFrame, nights: pd.DataFrame, bounds: Plausibility) -> list[Excess]:
    """Every bound of an amount or a number that tonight's lines exceed; none on a sane night.

    `lines` are schemas.outputs.BillLines; `nights` are those before: run_number, currency, lines (how
    many), amount_minor (net).

    1,200.00 typed as 1,200,000,000.00 exceeds the last of them where the largest night so far billed
    less than 1,200,000.00.
    """
    return [
        *_too_much(lines[lines["amount_minor"] > 0], "bills", "most_billed", bounds.most_billed),
        *_too_much(
            lines[lines["amount_minor"] < 0], "credits", "most_credits", bounds.most_credits
        ),
        *_too_many(lines, bounds.most_lines_per_contract),
        *_too_large(lines, nights, bounds.most_times_largest_night),
    ]


def bound_minor(currency: str, major: int) -> int:
    """A bound in minor units. A currency without decimals, or of little value, may come to a hundred
    times as much.

    >>> bound_minor("USD", 1000), bound_minor("JPY", 1000), bound_minor("IDR", 1000)
    (100000, 100000, 10000000)
    """
    places = money.currency_exponents().get(currency, 2)
    small = places == 0 or currency in SMALL_CURRENCIES
    return int(major * 10**places * (100 if small else 1))


def _too_much(lines: pd.DataFrame, verb: str, name: str, most: int) -> list[Excess]:
    """Currencies of which a night bills, or credits, more than the bound."""
    found = []
    for currency in sorted(lines["currency"].unique()):
        own = lines[lines["currency"] == currency]
        total, bound = abs(money.total(own["amount_minor"])), bound_minor(currency, most)
        if total > bound:
            told = f"{verb} {currency} {_text(total, currency)}, more than {name}, "
            found.append(Excess(f"{told}{_text(bound, currency)}", _first(_largest(own))))
    return found


def _too_many(lines: pd.DataFrame, most: int) -> list[Excess]:
    """Contracts of which a night bills more lines than the bound, and than a few of each charge."""
    if len(lines) <= most:
        return []
    counts = lines.groupby("subscription_number").agg(
        lines=("charge_number", "size"), charges=("charge_number", "nunique")
    )
    over = counts[counts["lines"] > np.maximum(most, LINES_A_CHARGE * counts["charges"])]
    shown = over.sort_values("lines", ascending=False, kind="stable")
    return [
        Excess(
            f"bills {count:,} lines of contract {number}, more than most_lines_per_contract, {most:,}",
            _first(lines[lines["subscription_number"] == number]),
        )
        for number, count in shown["lines"].head(MOST_NAMED).items()
    ]


def _too_large(lines: pd.DataFrame, nights: pd.DataFrame, most: int) -> list[Excess]:
    """Lines of more than so many times the largest night so far, once there is enough to compare."""
    found = []
    for currency in sorted(lines["currency"].unique()):
        before = nights[nights["currency"] == currency]
        enough = len(before) >= FEWEST_NIGHTS and before["lines"].sum() >= FEWEST_LINES
        largest = int(before["amount_minor"].abs().max()) if enough else 0
        if not largest:
            continue
        own = lines[lines["currency"] == currency]
        over = own[own["amount_minor"].abs() > min(most * largest, np.iinfo(np.int64).max)]
        if len(over):
            told = "a line" if len(over) == 1 else f"{len(over):,} lines"
            found.append(
                Excess(
                    f"bills or credits {told} of more than most_times_largest_night, {most:,} times "
                    f"the {currency} {_text(largest, currency)} that the largest night so far came to",
                    _first(_largest(over)),
                )
            )
    return found


def _largest(lines: pd.DataFrame) -> pd.DataFrame:
    order = lines["amount_minor"].abs().sort_values(ascending=False, kind="stable").index
    return lines.loc[order]


def _first(lines: pd.DataFrame) -> tuple[str, ...]:
    """`S-1:10:M2 USD 1,000.00`, of the first lines."""
    shown = lines.head(MOST_NAMED)
    amounts = money.readable_text(shown["amount_minor"], money.exponents_of(shown["currency"]))
    named = zip(shown["bill_line_id"], shown["currency"], amounts.to_pylist(), strict=True)
    told = [f"{line} {currency} {amount}" for line, currency, amount in named]
    more = len(lines) - len(shown)
    return (*told, *([f"and {more:,} more"] if more else []))


def _text(minor: int, currency: str) -> str:
    """A total, which may be more than an int64 holds, with thousands separators."""
    places = money.currency_exponents().get(currency, 2)
    whole, rest = divmod(minor, 10**places)
    return f"{whole:,}.{rest:0{places}d}" if places else f"{whole:,}"
