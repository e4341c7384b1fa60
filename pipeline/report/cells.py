"""Values in the form that a cell of a workbook can hold.

A cell holds at most 32,767 characters (counted in UTF-16, as Excel counts), no control characters,
and numbers of at most 15 significant digits.
"""

import datetime
import re

import numpy as np
import pandas as pd
import pyarrow.compute as compute

from pipeline import money
from schemas.cells import arrow_texts

LONGEST_TEXT = 32_767
CUT_MARK = " … [cut: longer than a cell]"
UNSEEN_IN_ARROW = r"[\x00-\x08\x0b-\x1f\x{fffe}\x{ffff}]|^<r>"
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
FIRST_SERIAL_DAY = np.datetime64("1899-12-30", "D")


def shown_texts(values: pd.Series) -> list[str]:
    """A column's texts as cells can hold them, blanks as "".

    >>> shown_texts(pd.Series(["007", None, "bell" + chr(7)]))
    ['007', '', 'bell\\\\x07']
    """
    texts = compute.fill_null(arrow_texts(values), "")
    suspect = compute.or_(
        compute.match_substring_regex(texts, UNSEEN_IN_ARROW),
        compute.greater(compute.utf8_length(texts), LONGEST_TEXT // 2),
    )
    shown: list[str] = texts.to_pylist()
    for place in np.flatnonzero(suspect.to_numpy(zero_copy_only=False)):
        shown[place] = shown_text(shown[place])
    return shown


def shown_text(text: str) -> str:
    r"""One text as a cell can hold it: what can't be seen as an escape, what is too long cut.

    >>> shown_text("a" + chr(0) + "b")
    'a\\x00b'
    >>> shown_text("two\r\nlines")
    'two\nlines'
    """
    escaped = UNSEEN.sub(_escape, text.replace("\r\n", "\n"))
    if escaped.startswith("<r>") and escaped.endswith("</r>"):
        escaped += " "  # XlsxWriter takes such a text for its own rich text and writes it as XML
    if len(escaped) * 2 <= LONGEST_TEXT:
        return escaped
    units = escaped.encode("utf-16-le")
    if len(units) // 2 <= LONGEST_TEXT:
        return escaped
    return units[: 2 * (LONGEST_TEXT - len(CUT_MARK))].decode("utf-16-le", "ignore") + CUT_MARK


def _escape(found: re.Match[str]) -> str:
    point = ord(found.group())
    return f"\\x{point:02X}" if point < 256 else f"\\u{point:04X}"


def major_units(minor: pd.Series, places: np.ndarray) -> list[float | None]:
    """Amounts as cell numbers: one exact division, right to 15 digits; None where there is none.

    >>> major_units(pd.Series([-123456, 500, None], dtype="Int64"), np.array([2, 0, 2]))
    [-1234.56, 500.0, None]
    """
    whole = minor.fillna(0).to_numpy(np.int64)
    return _blanked((whole / 10.0 ** np.asarray(places)).tolist(), minor)


def major_unit(minor: int, places: int) -> float | str:
    """A total as a cell number, or as a text where it has more digits than a cell keeps.

    >>> major_unit(-123456, 2), major_unit(1234567890123456, 2)
    (-1234.56, '12345678901234.56')
    """
    if abs(minor) < 10**money.MOST_DIGITS:
        return minor / 10**places
    digits = str(abs(minor)).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if minor < 0 else text


def counts(values: pd.Series) -> list[int | None]:
    """Whole numbers, None for 0: the row of a finding that has none, for instance.

    >>> counts(pd.Series([17, 0]))
    [17, None]
    """
    return [number or None for number in values.tolist()]


def shares(millionths: pd.Series) -> list[float | None]:
    """Percentages as cell numbers, of which 1 is shown as 100%; None where there is none.

    >>> shares(pd.Series([33_340_000, None], dtype="Int64"))
    [0.3334, None]
    """
    parts = millionths.fillna(0).to_numpy(np.int64) / float(money.HUNDRED_PERCENT)
    return _blanked(parts.tolist(), millionths)


def day_numbers(days: pd.Series) -> list[float | None]:
    """Days as the numbers that date cells hold, None where there is none.

    >>> day_numbers(pd.Series(["2026-03-31", None], dtype="datetime64[s]"))
    [46112, None]
    """
    numbers = (days.to_numpy("datetime64[D]") - FIRST_SERIAL_DAY).astype(np.int64)
    return _blanked(numbers.tolist(), days)


def _blanked(listed: list[float | None], values: pd.Series) -> list[float | None]:
    """None in the places where a value is missing."""
    for place in np.flatnonzero(values.isna().to_numpy()):
        listed[place] = None
    return listed


def day_number(day: datetime.date) -> int:
    """A day as the number that a date cell holds.

    >>> day_number(datetime.date(2026, 3, 31))
    46112
    """
    return (day - datetime.date(1899, 12, 30)).days


def places_of(currency: str) -> int:
    """Decimals of a currency; 2 where the code is unknown.

    >>> [places_of(code) for code in ("JPY", "USD", "BHD")]
    [0, 2, 3]
    """
    return money.currency_exponents().get(currency, 2)
