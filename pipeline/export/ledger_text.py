"""The fields of ledger rows as text: what every file is written from.

A field is a column of a frame of `schemas.outputs`. Money goes by its name without the unit, as a
plain decimal: `amount` stands for `amount_minor`; percentages likewise: `percent` stands for
`percent_millionths`. A bill line that corrects another has the parts of that line's key as
`corrected_…`.
"""

from functools import cache

import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.money import as_text, exponents_of, percent_text
from schemas.cells import arrow_texts
from schemas.outputs import BillLines

MONEY_UNIT, PERCENT_UNIT = "_minor", "_millionths"
KEY_PARTS = ("subscription_number", "charge_number", "what", "revision")
CORRECTED = "corrected_"
KEY_FORM = (
    r"^(?P<subscription_number>[^:#]+):(?P<charge_number>[^:#]+):(?P<what>[^:#]+)"
    r"(?:#(?P<revision>[0-9]+))?$"
)


class LedgerTextError(ValueError):
    """A ledger row that should not exist; the message names it."""


@cache
def field_names() -> frozenset[str]:
    """Everything that a file can show of a bill line.

    >>> "amount" in field_names(), "amount_minor" in field_names()
    (True, False)
    """
    columns = {name.removesuffix(MONEY_UNIT) for name in BillLines.to_schema().columns}
    return frozenset(columns | {CORRECTED + part for part in KEY_PARTS})


def text_of_field(lines: pd.DataFrame, name: str, date_format: str) -> arrow.Array:
    """One field of all lines as large strings; what is missing is blank.

    >>> lines = pd.DataFrame({"debit_minor": pd.array([150, None], "Int64"), "currency": "USD"})
    >>> text_of_field(lines, "debit", "%Y-%m-%d").to_pylist()
    ['1.50', '']
    """
    if name + MONEY_UNIT in lines:
        values = lines[name + MONEY_UNIT]
        return _blank_where_missing(
            as_text(_filled(values), exponents_of(lines["currency"])), values
        )
    if name + PERCENT_UNIT in lines:
        values = lines[name + PERCENT_UNIT]
        return _blank_where_missing(percent_text(_filled(values)), values)
    if name.startswith(CORRECTED):
        return _corrected_part(arrow_texts(lines["corrects_bill_line_id"]), name)
    values = lines[name]
    if pd.api.types.is_datetime64_dtype(values.dtype):
        return text_of_days(values, date_format)
    if pd.api.types.is_integer_dtype(values.dtype):
        return arrow.array(values.to_numpy()).cast(arrow.large_string())
    return compute.fill_null(arrow_texts(values), "")


def text_of_days(days: pd.Series, date_format: str) -> arrow.Array:
    """Days in the given form, blanks for none; each distinct day is formatted once.

    >>> text_of_days(pd.Series(["2026-03-31", None], dtype="datetime64[s]"), "%Y/%m/%d").to_pylist()
    ['2026/03/31', '']
    """
    encoded = compute.dictionary_encode(arrow.array(days, arrow.timestamp("s"), from_pandas=True))
    texts = compute.strftime(encoded.dictionary.cast(arrow.date32()), format=date_format)
    return compute.fill_null(texts.cast(arrow.large_string()).take(encoded.indices), "")


def is_text_field(lines: pd.DataFrame, name: str) -> bool:
    """Whether people may have typed it: such a field can look like a formula.

    >>> lines = pd.DataFrame({"reason": ["=1"], "amount_minor": [1]})
    >>> [is_text_field(lines, name) for name in ("reason", "amount")]
    [True, False]
    """
    return name in lines and pd.api.types.is_string_dtype(lines[name].dtype)


def _filled(values: pd.Series) -> pd.Series:
    return values.fillna(0).astype("int64")


def _blank_where_missing(texts: arrow.Array, values: pd.Series) -> arrow.Array:
    missing = values.isna().to_numpy(bool)
    return compute.if_else(arrow.array(missing), "", texts) if missing.any() else texts


def _corrected_part(corrected: arrow.Array, name: str) -> arrow.Array:
    """A part of the corrected line's key: C-1:10:M1#2 is C-1, 10, M1 and 2; blank for none."""
    part = name.removeprefix(CORRECTED)
    blank = compute.equal(compute.fill_null(corrected, ""), "")
    parts = compute.extract_regex(corrected, KEY_FORM)
    unreadable = compute.and_(compute.is_null(parts), compute.invert(blank))
    if compute.any(unreadable).as_py():
        example = corrected.filter(unreadable)[0].as_py()
        raise LedgerTextError(f"corrects_bill_line_id {example!r} is not subscription:charge:what")
    text = compute.struct_field(parts, part)
    if part == "revision":
        text = compute.if_else(compute.equal(text, ""), "0", text)
    return compute.if_else(blank, "", text)
