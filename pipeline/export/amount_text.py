"""Amounts as a ledger wants them written, and back again for the control totals.

Texts go in and come out: plain decimals such as `-1234.5`, blanks where there is nothing.
"""

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.export.row_forms import BRACKETS, PLAIN, POSITIVE, AmountForm, TargetError
from pipeline.words import join

PARTS = r"^(?P<whole>-?[0-9]+)(?:\.(?P<fraction>[0-9]*))?$"


def amount_texts(texts: arrow.Array, form: AmountForm, column: str) -> arrow.Array:
    """The amounts in this form; decimals that it has no place for are refused, never rounded.

    >>> texts = arrow.array(["-1.5", "", "20"], arrow.large_string())
    >>> amount_texts(texts, AmountForm(2, ",", BRACKETS), "AMOUNT").to_pylist()
    ['(1,50)', '', '20,00']
    """
    if form == PLAIN:
        return texts
    written = texts if form.decimals is None else _with_places(texts, form.decimals, column)
    if form.mark != ".":
        written = compute.replace_substring(written, ".", form.mark)
    is_negative = compute.starts_with(written, "-")
    unsigned = compute.replace_substring(written, "-", "", max_replacements=1)
    if form.negative == POSITIVE:
        return compute.if_else(is_negative, unsigned, written)
    if form.negative == BRACKETS:
        return compute.if_else(is_negative, join("(", unsigned, ")"), written)
    return written


def plain_amounts(texts: arrow.Array, form: AmountForm, is_negative: np.ndarray) -> arrow.Array:
    """The written amounts as plain decimals again; where they carry no sign, `is_negative` says it.

    >>> texts = arrow.array(["(1,50)", "", "20,00"], arrow.large_string())
    >>> plain_amounts(texts, AmountForm(2, ",", BRACKETS), np.zeros(3, bool)).to_pylist()
    ['-1.50', '', '20.00']
    """
    plain = compute.replace_substring(texts, form.mark, ".") if form.mark != "." else texts
    if form.negative == BRACKETS:
        return compute.replace_substring(compute.replace_substring(plain, "(", "-"), ")", "")
    if form.negative == POSITIVE:
        filled = compute.and_(arrow.array(is_negative), compute.not_equal(plain, ""))
        return compute.if_else(filled, join("-", plain), plain)
    return plain


def _with_places(texts: arrow.Array, places: int, column: str) -> arrow.Array:
    parts = compute.extract_regex(texts, PARTS)
    unread = compute.and_(compute.is_null(parts), compute.not_equal(texts, ""))
    if compute.any(unread).as_py():
        raise TargetError(
            f"{column}: {texts.filter(unread)[0].as_py()!r} is no amount; leave decimals out there"
        )
    kept = compute.utf8_rtrim(compute.struct_field(parts, "fraction"), "0")
    finer = compute.fill_null(compute.greater(compute.utf8_length(kept), places), False)
    if compute.any(finer).as_py():
        raise TargetError(
            f"{column}: {texts.filter(finer)[0].as_py()} has more than {places} decimals, and is not "
            "rounded; allow more, or leave decimals out for the currency's own"
        )
    whole = compute.struct_field(parts, "whole")
    if places:
        whole = join(whole, ".", compute.utf8_rpad(kept, places, "0"))
    return compute.fill_null(whole, "")
