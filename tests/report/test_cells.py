"""Laws of what goes into a cell, and of the totals over it."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from pipeline.report.cells import LONGEST_TEXT, major_unit, major_units, shown_text, shown_texts
from pipeline.report.live import compares_loosely_alike
from pipeline.report.totals import totals_by_group

AMOUNTS = some.integers(-(10**15) + 1, 10**15 - 1)


@given(AMOUNTS, some.sampled_from([0, 2, 3]))
def test_a_cell_number_is_the_amount_to_15_digits(minor, places):
    (number,) = major_units(pd.Series([minor]), np.array([places]))
    assert Decimal(f"{number:.{places}f}") == Decimal(minor).scaleb(-places)
    assert major_unit(minor, places) == number
    # As the file says it: 16 digits, which a reader turns into the same number again.
    assert float(f"{number:.16G}") == number


@given(some.text(some.characters(), max_size=60))
def test_a_shown_text_holds_no_character_that_a_cell_refuses(text):
    shown = shown_text(text)
    assert shown.isprintable() or not set(shown) & {chr(code) for code in range(9)}
    shown.encode("utf-16-le")
    assert shown_text(shown) == shown


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("a" * LONGEST_TEXT, False),
        ("a" * (LONGEST_TEXT + 1), True),
        ("😀" * (LONGEST_TEXT // 2), False),
        ("😀" * (LONGEST_TEXT // 2 + 1), True),
    ],
)
def test_only_what_is_too_long_is_cut(text, cut):
    (shown,) = shown_texts(pd.Series([text]))
    assert (shown != text) == cut
    assert len(shown.encode("utf-16-le")) // 2 <= LONGEST_TEXT


@settings(deadline=None)
@given(some.lists(some.tuples(some.sampled_from(["East", "West"]), AMOUNTS), max_size=30))
def test_totals_are_exact(lines):
    frame = pd.DataFrame(lines, columns=["business_unit", "amount_minor"]).astype(
        {"business_unit": "str", "amount_minor": "int64"}
    )
    totals = totals_by_group(frame.assign(currency="USD"))
    assert sum(total.net for total in totals.values()) == sum(amount for _, amount in lines)
    assert sum(total.lines for total in totals.values()) == len(lines)
    assert all(total.credits <= 0 <= total.charges for total in totals.values())


def test_a_sum_that_an_int64_cannot_hold():
    frame = pd.DataFrame({"amount_minor": np.full(10_000, 10**15 - 1)})
    (total,) = totals_by_group(frame.assign(business_unit="East", currency="USD")).values()
    assert total.net == 10_000 * (10**15 - 1)


@pytest.mark.parametrize(
    ("names", "alike"),
    [
        (["East", "West"], True),
        (["East 1", "East 01"], True),
        ([], True),
        (["Éire", "Österreich GmbH & Co."], True),
        (["1", "01"], False),
        (["East*"], False),
        (["true"], False),
        (["East", "EAST"], False),
        ([""], False),
        ([" East"], False),
    ],
)
def test_when_a_loose_comparison_will_do(names, alike):
    assert compares_loosely_alike(names) is alike
