"""Money against Python's exact numbers: nothing is rounded but once, nothing is lost."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as arrow
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline import money

MOST = 10**15 - 1
AMOUNTS = st.integers(-MOST, MOST)
EXPONENTS = st.sampled_from([0, 2, 3, 4])
HUNDRED = money.HUNDRED_PERCENT


def rounded(exact: Fraction) -> int:
    """The whole number next to it, half away from zero."""
    size = abs(exact)
    whole = (2 * size.numerator + size.denominator) // (2 * size.denominator)
    return whole if exact >= 0 else -whole


def ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


# --- reading -------------------------------------------------------------------------------------

NOT_NUMBERS = [
    "", ".", "-", "-.", "+5", "1e3", "1E3", "1,000", "1_000", "1 000", "$5", "5$", "5%", "٣", "１",
    "NaN", "inf", "0x1", "--1", "1-", "1.2.3", " 5", "5 ", "5\n", "½", "(5)", "'5",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_what_is_not_a_plain_decimal_is_not_a_number(text: str) -> None:
    _, _, readable, _ = money.split_decimal(arrow.array([text], arrow.large_string()))
    assert readable.tolist() == [False]


PLAIN = [
    # text, whole, millionths, finer than a millionth
    ("5", 5, 0, False),
    ("5.", 5, 0, False),
    (".5", 0, 500_000, False),
    ("-.5", 0, -500_000, False),
    ("-0", 0, 0, False),
    ("-0.000001", 0, -1, False),
    ("0.0000001", 0, 0, True),
    ("1.00000000", 1, 0, False),
    ("1.10000000", 1, 100_000, False),
    ("1.10000001", 1, 100_000, True),
    ("007.70", 7, 700_000, False),
    ("999999999999999", 999999999999999, 0, False),
    ("-999999999999999.999999", -999999999999999, -999_999, False),
    ("0" * 40 + "1" + ".5" + "0" * 40, 1, 500_000, False),
]


@pytest.mark.parametrize(("text", "whole", "millionths", "finer"), PLAIN)
def test_a_plain_decimal_is_split_exactly(
    text: str, whole: int, millionths: int, finer: bool
) -> None:
    parts = money.split_decimal(arrow.array([text], arrow.large_string()))
    assert [part.tolist()[0] for part in parts] == [whole, millionths, True, finer]


@given(st.lists(st.decimals(-(10**15) + 1, 10**15 - 1, places=6), min_size=1, max_size=5))
def test_splitting_agrees_with_decimal(numbers: list[Decimal]) -> None:
    texts = arrow.array([format(number, "f") for number in numbers], arrow.large_string())
    whole, millionths, readable, finer = money.split_decimal(texts)
    assert readable.all() and not finer.any()
    put_together = [
        int(units) * money.MILLION + int(parts)
        for units, parts in zip(whole, millionths, strict=True)
    ]
    assert put_together == [int(number * money.MILLION) for number in numbers]


MINOR = [
    # text, exponent, minor units, more decimals than the currency, too long
    ("19.99", 2, 1999, False, False),
    ("19.999", 2, None, True, False),
    ("-19.99", 2, -1999, False, False),
    ("1.0", 0, 1, False, False),
    ("1.5", 0, None, True, False),
    ("1.234", 3, 1234, False, False),
    ("9999999999999.99", 2, 999999999999999, False, False),
    ("10000000000000", 2, None, False, True),
    ("-10000000000000", 2, None, False, True),
    ("999999999999999", 0, 999999999999999, False, False),
]


@pytest.mark.parametrize(("text", "exponent", "minor", "finer", "too_long"), MINOR)
def test_minor_units(
    text: str, exponent: int, minor: int | None, finer: bool, too_long: bool
) -> None:
    whole, millionths, _, _ = money.split_decimal(arrow.array([text], arrow.large_string()))
    read = money.to_minor(whole, millionths, ints(exponent))
    assert [part.tolist()[0] for part in read[1:]] == [finer, too_long]
    if minor is not None:
        assert read[0].tolist() == [minor]


@given(st.lists(st.tuples(AMOUNTS, EXPONENTS), min_size=1, max_size=5))
def test_what_is_written_is_read_back(rows: list[tuple[int, int]]) -> None:
    minor, exponents = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    texts = money.as_text(pd.Series(minor), exponents)
    whole, millionths, readable, finer = money.split_decimal(texts)
    assert readable.all() and not finer.any()
    again, too_fine, too_long = money.to_minor(whole, millionths, exponents)
    assert not too_fine.any() and not too_long.any()
    assert again.tolist() == minor.tolist()


# --- writing -------------------------------------------------------------------------------------


@given(st.lists(st.tuples(AMOUNTS, EXPONENTS), min_size=1, max_size=5))
def test_amounts_are_written_as_decimal_writes_them(rows: list[tuple[int, int]]) -> None:
    minor, exponents = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    exact = [Decimal(amount).scaleb(-places) for amount, places in rows]
    plain = money.as_text(pd.Series(minor), exponents).to_pylist()
    assert plain == [
        f"{number:.{places}f}" for number, (_, places) in zip(exact, rows, strict=True)
    ]
    readable = money.readable_text(pd.Series(minor), exponents).to_pylist()
    assert readable == [
        f"{number:,.{places}f}" for number, (_, places) in zip(exact, rows, strict=True)
    ]


@pytest.mark.parametrize(
    ("minor", "exponent", "text"),
    [(0, 2, "0.00"), (-5, 2, "-0.05"), (100_000, 2, "1,000.00"), (100_001, 0, "100,001"),
     (100_000_005, 2, "1,000,000.05"), (-100_000_005, 3, "-100,000.005"), (999_99, 2, "999.99")],
)  # fmt: skip
def test_readable_amounts(minor: int, exponent: int, text: str) -> None:
    assert money.readable_text(pd.Series([minor]), ints(exponent)).to_pylist() == [text]


@given(st.lists(st.integers(-HUNDRED, 10 * HUNDRED), min_size=1, max_size=5))
def test_percents_are_written_without_needless_zeros(millionths: list[int]) -> None:
    texts = money.percent_text(pd.Series(millionths)).to_pylist()
    assert [Decimal(text) * money.MILLION for text in texts] == millionths
    assert not any("." in text and text.endswith(("0", ".")) for text in texts)


@pytest.mark.parametrize(
    ("millionths", "text"),
    [(0, "0"), (100_000_000, "100"), (10_000_000, "10"), (500_000, "0.5"), (1, "0.000001")],
)
def test_percents(millionths: int, text: str) -> None:
    assert money.percent_text(pd.Series([millionths])).to_pylist() == [text]


# --- rounding ------------------------------------------------------------------------------------

HALVES = [
    (5, 2, 3), (-5, 2, -3), (4, 3, 1), (-4, 3, -1), (1, 2, 1), (-1, 2, -1), (1, 3, 0), (0, 7, 0),
    (2, 4, 1), (249, 500, 0), (250, 500, 1), (MOST, 2, 500_000_000_000_000),
]  # fmt: skip


@pytest.mark.parametrize(("numerator", "denominator", "quotient"), HALVES)
def test_halves_go_away_from_zero(numerator: int, denominator: int, quotient: int) -> None:
    assert money.divide_half_away(ints(numerator), ints(denominator)).tolist() == [quotient]


@given(st.integers(-(2**62), 2**62), st.integers(1, 2**40))
def test_division_agrees_with_exact_numbers(numerator: int, denominator: int) -> None:
    quotient = int(money.divide_half_away(ints(numerator), ints(denominator))[0])
    assert quotient == rounded(Fraction(numerator, denominator))


@given(AMOUNTS, st.integers(-HUNDRED, 10 * HUNDRED))
@example(MOST, 10 * HUNDRED)
@example(-MOST, -1)
@example(5, -50_000_000)
def test_an_adjustment_is_rounded_once(minor: int, percent: int) -> None:
    adjusted = int(money.adjust_by_percent(ints(minor), ints(percent))[0])
    exact = Decimal(minor) * (HUNDRED + percent) / HUNDRED
    assert adjusted == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("minor", "percent", "adjusted"),
    [(25_000, -10, 22_500), (5, -50, 3), (-5, -50, -3), (100, 0, 100), (100, -100, 0),
     (1, 1000, 11), (333, -33, 223)],
)  # fmt: skip
def test_adjustments(minor: int, percent: int, adjusted: int) -> None:
    assert money.adjust_by_percent(ints(minor), ints(percent * money.MILLION)).tolist() == [
        adjusted
    ]


# --- splitting -----------------------------------------------------------------------------------

SPLITS = [
    # total, weights, parts
    (14505, [30, 70], [4352, 10153]),
    (547, [3334, 3333, 3333], [183, 182, 182]),
    (100, [3333, 3333, 3334], [33, 33, 34]),
    (10000, [50, 25, 75], [3333, 1667, 5000]),
    (120000, [31, 28, 31], [41334, 37333, 41333]),
    (1, [50, 50], [1, 0]),
    (-1, [50, 50], [-1, 0]),
    (2, [1, 1, 1], [1, 1, 0]),
    (0, [1, 2], [0, 0]),
    (5, [0, 1], [0, 5]),
    (5, [0, 0], [0, 0]),
    (-547, [3334, 3333, 3333], [-183, -182, -182]),
    (MOST, [1], [MOST]),
    (MOST, [1, 1], [500_000_000_000_000, 499_999_999_999_999]),
]


def split(total: int, weights: list[int]) -> list[int]:
    count = len(weights)
    return money.split(
        ints(total), ints(*weights), np.zeros(count, np.int64), np.arange(count)
    ).tolist()


@pytest.mark.parametrize(("total", "weights", "parts"), SPLITS)
def test_splits(total: int, weights: list[int], parts: list[int]) -> None:
    assert split(total, weights) == parts


WEIGHTS = st.lists(st.integers(0, HUNDRED), min_size=1, max_size=20)


@given(AMOUNTS, WEIGHTS)
@example(MOST, [1] * 20)
@example(MOST, [HUNDRED] * 20)
@example(-MOST, [HUNDRED, 1, HUNDRED - 1])
def test_parts_total_the_whole_and_each_is_near_its_share(total: int, weights: list[int]) -> None:
    parts = split(total, weights)
    whole = sum(weights)
    if not whole:
        assert parts == [0] * len(weights)
        return
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, whole)) < 1
    assert parts == [-part for part in split(-total, weights)]


@given(AMOUNTS, st.lists(st.integers(1, 40), min_size=2, max_size=12))
def test_of_equal_weights_the_earlier_gets_the_odd_unit(total: int, weights: list[int]) -> None:
    parts = split(abs(total), weights)
    for first, (weight, part) in enumerate(zip(weights, parts, strict=True)):
        later = [parts[n] for n in range(first + 1, len(parts)) if weights[n] == weight]
        assert all(0 <= part - other <= 1 for other in later)


@given(st.lists(st.tuples(AMOUNTS, st.lists(st.integers(0, 100), min_size=1, max_size=6)),
                min_size=1, max_size=6), st.randoms(use_true_random=False))  # fmt: skip
def test_groups_and_the_order_of_rows_do_not_matter(groups: list, random) -> None:  # type: ignore[no-untyped-def]
    rows = [
        (group, place, weight)
        for group, (_, weights) in enumerate(groups)
        for place, weight in enumerate(weights)
    ]
    random.shuffle(rows)
    group, place, weight = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    parts = money.split(ints(*(total for total, _ in groups)), weight, group, place)
    together = {(row[0], row[1]): part for row, part in zip(rows, parts.tolist(), strict=True)}
    alone = {
        (number, order): part
        for number, (total, weights) in enumerate(groups)
        for order, part in enumerate(split(total, weights))
    }
    assert together == alone


# --- fractions -----------------------------------------------------------------------------------

FRACTIONS = [
    # amount, part, whole, what it comes to
    (547, 2, 3, 365),
    (1, 1, 2, 1),
    (-1, 1, 2, -1),
    (1, 1, 3, 0),
    (-5, 1, 2, -3),
    (5, -1, 2, -3),
    (0, 3, 7, 0),
    (100, 0, 7, 0),
    (MOST, 1, 1, MOST),
    (MOST, MOST, MOST, MOST),
    (MOST, 1, MOST, 1),
    (MOST, 1, 2, 500_000_000_000_000),
    (MOST, 1, HUNDRED, 10_000_000),
    (-MOST, HUNDRED - 1, HUNDRED, -999_999_989_999_999),
    (MOST, money.SAFE_FACTOR, money.SAFE_FACTOR + 1, 999_999_999_666_666),
    (MOST, money.SAFE_FACTOR - 1, money.SAFE_FACTOR, 999_999_999_666_666),
    (900_000_000_000_001, 10**14, 2 * 10**14, 450_000_000_000_001),
]  # fmt: skip


@pytest.mark.parametrize(("minor", "part", "whole", "expected"), FRACTIONS)
def test_a_fraction(minor: int, part: int, whole: int, expected: int) -> None:
    assert expected == rounded(Fraction(minor * part, whole)), "worked out wrongly"
    assert money.fraction(ints(minor), ints(part), ints(whole)).tolist() == [expected]


WIDE = st.integers(1, 400) | st.integers(1, HUNDRED) | st.integers(1, 4 * money.SAFE_FACTOR) | (
    st.integers(1, MOST)
)  # fmt: skip


@given(st.lists(st.tuples(AMOUNTS, WIDE, WIDE), min_size=1, max_size=8), st.booleans())
def test_a_fraction_is_rounded_once_whatever_its_size(
    rows: list[tuple[int, int, int]], negative: bool
) -> None:
    sign = -1 if negative else 1
    cases = [(minor, sign * min(one, other), max(one, other)) for minor, one, other in rows]
    minor, part, whole = (ints(*column) for column in zip(*cases, strict=True))
    assert money.fraction(minor, part, whole).tolist() == [
        rounded(Fraction(amount * share, among)) for amount, share, among in cases
    ]


def test_a_fraction_of_many_by_one_whole() -> None:
    shares = money.fraction(ints(100, 200), ints(1, 2), np.array(3))
    assert shares.tolist() == [33, 133]


# --- totals --------------------------------------------------------------------------------------


@given(st.lists(st.integers(-(2**63) + 1, 2**63 - 1), max_size=20))
def test_a_total_is_exact_however_large(amounts: list[int]) -> None:
    assert money.total(pd.Series(amounts, dtype="int64")) == sum(amounts)


@given(st.lists(st.tuples(st.sampled_from(["EUR", "USD"]), AMOUNTS), min_size=1, max_size=20))
def test_totals_by_key(rows: list[tuple[str, int]]) -> None:
    frame = pd.DataFrame(rows, columns=["currency", "amount_minor"])
    totals = money.totals_by(frame, ["currency"])
    expected = {
        currency: sum(amount for key, amount in rows if key == currency) for currency, _ in rows
    }
    assert dict(zip(totals["currency"], totals["amount_minor"].tolist(), strict=True)) == expected
    assert totals["currency"].is_monotonic_increasing


def test_a_total_past_an_int64_is_refused_not_wrapped() -> None:
    frame = pd.DataFrame({"currency": ["USD"] * 10_000, "amount_minor": MOST})
    with pytest.raises(OverflowError):
        money.totals_by(frame, ["currency"])


@pytest.mark.parametrize(
    ("currency", "places"),
    [("JPY", 0), ("USD", 2), ("BHD", 3), ("CLF", 4), ("XAU", None), ("XXX", None), ("usd", None)],
)
def test_decimals_of_a_currency(currency: str, places: int | None) -> None:
    assert money.currency_exponents().get(currency) == places
    assert money.exponents_of(pd.Series([currency])).tolist() == [2 if places is None else places]
