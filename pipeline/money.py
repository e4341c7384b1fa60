"""Money: whole minor units in int64. The only module that rounds.

Amounts have at most 15 digits (9,999,999,999,999.99 in a currency of two decimals), so that they
stay exact in a spreadsheet too.
"""

from functools import cache

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute
from iso4217 import Currency

from schemas.cells import arrow_texts

MOST_DIGITS = 15
BLANK = arrow.scalar("", arrow.large_string())
POINT = arrow.scalar(".", arrow.large_string())
MILLION = 1_000_000
HUNDRED_PERCENT = 100 * MILLION
"""100 percent in millionths of a percent."""

NUMBER_FORM = r"^(?P<sign>-?)0*(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*?)0*)?$"


@cache
def currency_exponents() -> dict[str, int]:
    """ISO 4217 code to number of decimals; codes without minor units (XAU, XDR) are left out.

    >>> [currency_exponents()[code] for code in ("JPY", "USD", "BHD")]
    [0, 2, 3]
    """
    return {
        currency.code: currency.exponent for currency in Currency if currency.exponent is not None
    }


def exponents_of(currencies: pd.Series) -> np.ndarray:
    """Decimals of each currency (int64); 2 where the code is unknown."""
    coded = compute.dictionary_encode(arrow_texts(currencies.astype("str")))
    known = [currency_exponents().get(code, 2) for code in coded.dictionary.to_pylist()]
    at = compute.fill_null(coded.indices, len(known)).to_numpy(zero_copy_only=False)
    return np.array([*known, 2], np.int64)[at]


def split_decimal(texts: arrow.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Plain decimal texts as (whole part, millionths, is a number, is finer than a millionth).

    Both parts carry the sign. Refused, as not a number: exponents, thousands separators, currency
    signs, blanks inside. A whole part of more than 15 digits comes out as 10 to the 15th, which is
    more than any amount may be.

    >>> [part.tolist() for part in split_decimal(arrow.array(["-1.50", "007", "1,000"]))]
    [[-1, 7, 0], [-500000, 0, 0], [True, True, False], [False, False, False]]
    """
    ascii_digits = compute.match_substring_regex(texts, r"^-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)$")
    parts = compute.extract_regex(texts, NUMBER_FORM)
    whole = compute.struct_field(parts, "whole")
    fraction = compute.struct_field(parts, "fraction")
    short = compute.less_equal(compute.utf8_length(whole), MOST_DIGITS)
    readable = compute.fill_null(ascii_digits, False)
    whole = compute.if_else(short, whole, str(10**MOST_DIGITS))
    fine = compute.fill_null(compute.greater(compute.utf8_length(fraction), 6), False)

    def digits(values: arrow.Array) -> np.ndarray:
        safe = compute.if_else(readable, values, "")
        filled = compute.if_else(compute.equal(safe, ""), "0", safe)
        return compute.cast(compute.fill_null(filled, "0"), arrow.int64()).to_numpy(
            zero_copy_only=False
        )

    sign = np.where(
        compute.fill_null(compute.equal(compute.struct_field(parts, "sign"), "-"), False), -1, 1
    )
    millionths = compute.utf8_rpad(compute.utf8_slice_codeunits(fraction, 0, 6), 6, "0")
    return (
        digits(whole) * sign,
        digits(millionths) * sign,
        readable.to_numpy(zero_copy_only=False),
        fine.to_numpy(zero_copy_only=False),
    )


def to_minor(
    whole: np.ndarray, millionths: np.ndarray, exponents: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Minor units, with what had more decimals than the currency, and what has too many digits.

    >>> to_minor(np.array([12, 12]), np.array([340000, 345000]), np.array([2, 2]))
    (array([1234, 1234]), array([False,  True]), array([False, False]))
    """
    unit = 10 ** (6 - exponents)
    scale = 10**exponents
    too_long = np.abs(whole) >= 10 ** (MOST_DIGITS - exponents)
    minor = np.where(too_long, 0, whole) * scale + np.sign(millionths) * (
        np.abs(millionths) // unit
    )
    return minor, np.abs(millionths) % unit != 0, too_long


def as_text(minor: pd.Series, exponents: np.ndarray) -> arrow.Array:
    """Plain decimals with the currency's own number of places.

    >>> as_text(pd.Series([-5, 123456, 100]), np.array([2, 2, 0])).to_pylist()
    ['-0.05', '1234.56', '100']
    """
    values, places_of_each = minor.to_numpy(np.int64), np.asarray(exponents, np.int64)
    texts = arrow.array(values).cast(arrow.large_string())
    for places in np.unique(places_of_each).tolist():
        if places:
            pointed = compute.binary_replace_slice(texts, -places, -places, ".")
            texts = compute.if_else(places_of_each == places, pointed, texts)
    small = (np.abs(values) < 10**places_of_each) & (places_of_each > 0)
    if small.any():
        padded = _small_texts(values[small], places_of_each[small])
        texts = compute.replace_with_mask(texts, arrow.array(small), padded)
    return texts


def _small_texts(values: np.ndarray, places_of_each: np.ndarray) -> arrow.Array:
    """Amounts of less than one major unit, in which zeros stand before the digits: `-0.05`."""
    digits = arrow.array(np.abs(values)).cast(arrow.large_string())
    texts = digits
    for places in np.unique(places_of_each).tolist():
        padded = compute.utf8_lpad(digits, places, "0")
        texts = compute.if_else(places_of_each == places, padded, texts)
    whole = arrow.array(np.where(values < 0, "-0", "0")).cast(arrow.large_string())
    return compute.binary_join_element_wise(whole, texts, POINT)


def percent_text(millionths: pd.Series) -> arrow.Array:
    """Percentages as plain decimals without needless zeros.

    >>> percent_text(pd.Series([33_340_000, 100_000_000, -500_000])).to_pylist()
    ['33.34', '100', '-0.5']
    """
    full = as_text(millionths, np.full(len(millionths), 6))
    return compute.replace_substring_regex(full, r"\.?0+$", "")


def total(minor: pd.Series) -> int:
    """The exact sum, which may be more than an int64 holds."""
    values = minor.to_numpy(np.int64)
    return int((values // MILLION).sum()) * MILLION + int((values % MILLION).sum())


def totals_by(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The frame's `…_minor` columns totalled by key, sorted; a total past an int64 is refused."""
    amounts = [name for name in frame.columns if name.endswith("_minor")]
    if (frame[amounts].astype("float64").abs().sum() > 9e18).any():
        raise OverflowError("amounts total more than this program can hold exactly")
    return frame.groupby(keys, as_index=False, sort=True)[amounts].sum()


def divide_half_away(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Quotients rounded half away from zero; denominators are positive.

    >>> divide_half_away(np.array([5, -5, 4]), np.array([2, 2, 3])).tolist()
    [3, -3, 1]
    """
    size = np.abs(numerator)
    quotient = size // denominator
    up = 2 * (size - quotient * denominator) >= denominator
    return np.sign(numerator) * (quotient + up)


def adjust_by_percent(minor: np.ndarray, millionths: np.ndarray) -> np.ndarray:
    """Amounts raised by a percentage, rounded once (DESIGN 6: after proration).

    >>> adjust_by_percent(np.array([25000]), np.array([-10_000_000])).tolist()
    [22500]
    """
    factor = HUNDRED_PERCENT + millionths
    hundreds, rest = np.divmod(np.abs(minor), HUNDRED_PERCENT)
    return np.sign(minor) * (
        hundreds * factor + divide_half_away(rest * factor, np.array(HUNDRED_PERCENT))
    )


def prorate(
    minor: np.ndarray, days: np.ndarray, days_in_period: np.ndarray, millionths: np.ndarray
) -> np.ndarray:
    """Amounts for the days served of a whole period, then raised by a percentage; rounded once.

    600.00 for 16 of 31 days is 309.68; 500.00 for half a period at -10 percent is 225.00:

    >>> at = [np.array(n) for n in ([60000, 50000], [16, 15], [31, 30], [0, -10_000_000])]
    >>> prorate(*at).tolist()
    [30968, 22500]
    """
    plain = divide_half_away(minor * days, days_in_period)
    adjusted = np.flatnonzero(millionths != 0)
    if len(adjusted):
        # exact beyond an int64: amount, days and percentage are multiplied before they are divided
        whole = (minor * days)[adjusted].astype(object) * (HUNDRED_PERCENT + millionths[adjusted])
        exact = divide_half_away(whole, days_in_period[adjusted].astype(object) * HUNDRED_PERCENT)
        plain[adjusted] = exact.astype(np.int64)
    return plain


SAFE_FACTOR = 3_000_000_000
"""Two numbers up to this one multiply within an int64."""


def fraction(minor: np.ndarray, part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Each amount times part / whole, rounded once, exact whatever the size; `whole` is positive.

    2 / 3 of 5.47, and half of nine trillion:

    >>> at = [np.array(n) for n in ([547, 900_000_000_000_001], [2, 10**14], [3, 2 * 10**14])]
    >>> fraction(*at).tolist()
    [365, 450000000000001]
    """
    minor, part, whole = (
        np.asarray(one, np.int64) for one in np.broadcast_arrays(minor, part, whole)
    )
    sign, size, share = np.sign(minor) * np.sign(part), np.abs(minor), np.abs(part)
    wide = np.flatnonzero((share > SAFE_FACTOR) | (whole > SAFE_FACTOR))
    narrow_share = np.where(share > SAFE_FACTOR, 0, share)
    times, rest = np.divmod(size, whole)
    rest = np.where(whole > SAFE_FACTOR, 0, rest)
    parts = times * narrow_share + divide_half_away(rest * narrow_share, whole)
    if len(wide):
        product = size[wide].astype(object) * share[wide].astype(object)
        parts[wide] = divide_half_away(product, whole[wide].astype(object)).astype(np.int64)
    return sign * parts


def split(
    totals: np.ndarray, weights: np.ndarray, groups: np.ndarray, order: np.ndarray
) -> np.ndarray:
    """Each group's total shared by weight: the largest remainders get the odd units.

    `groups` are codes from 0; `totals[g]` is the total of group g, of either sign; `weights` are
    not negative; ties go to the lower `order`. A group
    whose weights are all zero gets nothing. The parts of a group total it exactly, and each is
    within one unit of its exact share (MIL-02).

    5.47 at 33.34 / 33.33 / 33.33 percent:

    >>> split(np.array([547]), np.array([3334, 3333, 3333]), np.zeros(3, int), np.arange(3)).tolist()
    [183, 182, 182]
    """
    size = np.abs(totals)
    weight_of_group = np.bincount(groups, minlength=len(totals)).astype(np.int64) * 0
    np.add.at(weight_of_group, groups, weights)
    whole_weight = np.maximum(weight_of_group, 1)[groups]
    times, rest = np.divmod(size[groups], whole_weight)
    more, remainder = _multiply_and_divide(rest, weights, whole_weight)
    share = times * weights + more
    given = np.zeros(len(totals), np.int64)
    np.add.at(given, groups, share)
    odd_units = np.where(weight_of_group > 0, size - given, 0)
    uneven = np.flatnonzero(odd_units[groups] > 0)
    ranked = uneven[np.lexsort((order[uneven], -remainder[uneven], groups[uneven]))]
    if len(ranked):
        starts = np.flatnonzero(np.r_[True, np.diff(groups[ranked]) != 0])
        rank = np.arange(len(ranked)) - np.repeat(starts, np.diff(np.r_[starts, len(ranked)]))
        share[ranked[rank < odd_units[groups[ranked]]]] += 1
    return share * np.sign(totals)[groups]


def _multiply_and_divide(
    left: np.ndarray, right: np.ndarray, divisor: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Quotient and remainder of left * right / divisor, where both are less than the divisor."""
    wide = np.flatnonzero(divisor > SAFE_FACTOR)
    if not len(wide):
        return np.divmod(left * right, divisor)
    quotient, remainder = np.divmod(np.where(divisor > SAFE_FACTOR, 0, left) * right, divisor)
    product = left[wide].astype(object) * right[wide].astype(object)
    quotient[wide] = (product // divisor[wide].astype(object)).astype(np.int64)
    remainder[wide] = (product % divisor[wide].astype(object)).astype(np.int64)
    return quotient, remainder


def readable_text(minor: pd.Series, exponents: np.ndarray) -> arrow.Array:
    """Amounts with thousands separators, for sentences.

    >>> readable_text(pd.Series([-123456789, 100000, 5]), np.array([2, 0, 2])).to_pylist()
    ['-1,234,567.89', '100,000', '0.05']
    """
    values = minor.to_numpy(np.int64)
    plain = as_text(pd.Series(np.abs(values)), exponents)
    scale = 10 ** np.asarray(exponents, np.int64)
    whole = np.abs(values) // scale
    cents = compute.replace_substring_regex(plain, r"^[0-9]+", "")
    grouped = _group_text(whole, 1)
    step = 1000
    while (whole >= step).any():
        higher = compute.binary_join_element_wise(
            _group_text(whole, step), grouped, arrow.scalar(",", arrow.large_string())
        )
        grouped = compute.if_else(whole >= step, higher, grouped)
        step *= 1000
    signs = arrow.array(np.where(values < 0, "-", "")).cast(arrow.large_string())
    return compute.binary_join_element_wise(signs, grouped, cents, BLANK)


def _group_text(whole: np.ndarray, step: int) -> arrow.Array:
    """Three digits of the whole, filled with zeros where digits stand before them."""
    digits = arrow.array(whole // step % 1000).cast(arrow.large_string())
    return compute.if_else(whole // step >= 1000, compute.utf8_lpad(digits, 3, "0"), digits)
