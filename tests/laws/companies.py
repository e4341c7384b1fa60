"""Random little companies: subscriptions with fees and milestone plans, some of them refused."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

from pipeline.money import HUNDRED_PERCENT, MILLION
from schemas.inputs import STATUSES
from tests.bill.contracts import charge, subscription
from tests.builders import Company, joined, references

FIRST, LAST = datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)
THE_END = "2027-06-30"
"""A night after every day that stands in a company."""

DAYS = st.dates(FIRST, LAST).map(datetime.date.isoformat)
OFTEN_ACTIVE = st.sampled_from(["ACTIVE"] * 6 + list(STATUSES))
CURRENCIES = {"USD": 2, "JPY": 0, "BHD": 3}


@dataclass(frozen=True)
class Plan:
    """Parts of a charge in millionths of a percent, and the days on which they were reached."""

    parts: tuple[int, ...]
    days: tuple[str, ...]

    def rows(self, name: str, number: str, event_type: str = "BILLING") -> list[dict[str, str]]:
        """The milestones of a charge."""
        return [
            {"subscription_number": name, "charge_number": number, "event_type": event_type,
             "sequence": str(sequence), "milestone_name": "Build", "milestone_source": "",
             "percent": percent_words(part), "completion_date": day}
            for sequence, (part, day) in enumerate(zip(self.parts, self.days, strict=True), 1)
        ]  # fmt: skip


def percent_words(millionths: int) -> str:
    """33340000 as 33.340000."""
    return f"{millionths // MILLION}.{millionths % MILLION:06}"


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Two to five parts that total 100 percent; some of them never reached."""
    cuts = draw(st.lists(st.integers(1, HUNDRED_PERCENT - 1), min_size=1, max_size=4, unique=True))
    edges = [0, *sorted(cuts), HUNDRED_PERCENT]
    parts = tuple(after - before for before, after in pairwise(edges))
    days = draw(st.tuples(*(st.just("") | DAYS for _ in parts)))
    return Plan(parts, days)


@st.composite
def amounts(draw: st.DrawFn, currency: str) -> str:
    """A price in the currency's own decimals, now and then large or negative."""
    minor = draw(st.integers(1, 10_000) | st.integers(-(10**6), 10**15 - 1))
    sign, digits = "-" if minor < 0 else "", str(abs(minor)).zfill(CURRENCIES[currency] + 1)
    cut = len(digits) - CURRENCIES[currency]
    return f"{sign}{digits[:cut]}.{digits[cut:]}" if CURRENCIES[currency] else f"{sign}{digits}"


@st.composite
def contracts(draw: st.DrawFn, name: str) -> Company:
    """A subscription with one to three charges; one in ten has an error and is refused."""
    currency = draw(st.sampled_from(list(CURRENCIES)))
    wrong = draw(st.integers(0, 9)) == 0
    parts = [
        subscription(
            name, currency=currency,
            status="UNKNOWN" if wrong else draw(OFTEN_ACTIVE),
            customer_number=draw(st.sampled_from(["K-1", "K-2"])),
            line={"status": draw(st.just("") | OFTEN_ACTIVE), "end_date": draw(st.just("") | DAYS)},
        )
    ]  # fmt: skip
    for number in range(draw(st.integers(1, 3))):
        parts.append(draw(charges(name, str(10 * number + 10), draw(amounts(currency)))))
    return joined(*parts)


@st.composite
def charges(draw: st.DrawFn, name: str, number: str, amount: str) -> Company:
    """A fee, a charge with a plan of its own, or one that takes the copy of a template."""
    kind = draw(st.sampled_from(["fee", "plan", "plan", "template"]))
    if kind == "fee":
        timing = draw(st.sampled_from(["", "IN_ADVANCE", "IN_ARREARS"]))
        percent = draw(st.sampled_from(["", "-10", "33.333333"]))
        return charge(name, amount, number, billing_timing=timing, price_adjustment_percent=percent)
    if kind == "plan":
        return charge(name, amount, number, milestone_billing="Y") | {
            "milestones": draw(plans()).rows(name, number)
        }
    rows = Plan((30 * MILLION, 70 * MILLION), draw(st.tuples(DAYS, st.just("") | DAYS)))
    return charge(name, amount, number, template_code="T-1") | {
        "milestones": rows.rows(name, number)
    }


@st.composite
def companies(draw: st.DrawFn, least: int = 2, most: int = 6) -> list[Company]:
    """Subscriptions S-0, S-1 and so on, without the references that they name."""
    count = draw(st.integers(least, most))
    return [draw(contracts(f"S-{number}")) for number in range(count)]


def whole(subscriptions: Sequence[Company]) -> Company:
    """The subscriptions with their references: an upload."""
    return joined(references(), *subscriptions)
