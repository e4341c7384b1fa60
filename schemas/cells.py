"""What a cell of an input table can be, said once for every column of every model.

A model's field carries its kind in its metadata. From the kind follow how the cell's text is
parsed, the column's type in memory, its type in the store, and what the data dictionary says.

kind        in the sheet              in memory                      in the store
identifier  00123, C-1/7              text                           text
text        any printable text        text                           text
code        one of a list             text                           text
flag        Y or N                    text                           text
money       1234.56                   int64, minor units             integer
percent     33.34                     int64, millionths of a percent integer
whole       3                         int64                          integer
date        2026-03-31                datetime64[s]                  date
"""

from typing import Any

import pandas as pd
import pandera.pandas as pa
import pyarrow as arrow
import pyarrow.compute as compute
from pandera import extensions

IDENTIFIER, TEXT, CODE, FLAG = "identifier", "text", "code", "flag"
MONEY, PERCENT, WHOLE, DATE = "money", "percent", "whole", "date"

LONGEST_IDENTIFIER = 30
"""An interface attribute of Receivables holds 30 characters, so an identifier does too."""

IDENTIFIER_FORM = r"^[\p{L}\p{N}](?:[\p{L}\p{N} ._/-]*[\p{L}\p{N}._/-])?$"
"""Letters, digits, inner spaces and `._/-`, beginning with a letter or digit (`:` and `#` are ours)."""

INVISIBLE = (
    r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}"
    r"\x{034F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}\x{2065}\x{2800}\x{3164}"
    r"\x{FE00}-\x{FE0F}\x{FFA0}\x{FFF0}-\x{FFF8}\x{FFFE}\x{FFFF}\x{E0000}-\x{E0FFF}]"
)
"""Control and formatting characters, and the fillers, selectors and blanks that Unicode counts among
letters and marks: unseen in a sheet, so that two texts look alike that are not; trouble in a file."""

FLAGS = ("Y", "N")


def arrow_texts(values: pd.Series) -> arrow.Array:
    """A text column as one Arrow array of large strings, blanks as nulls."""
    texts = arrow.array(values, arrow.large_string(), from_pandas=True)
    return texts.combine_chunks() if isinstance(texts, arrow.ChunkedArray) else texts


def _distinct(values: pd.Series, check: Any) -> pd.Series:
    """`check` on the distinct texts only: a column of a million rows often holds a dozen texts."""
    encoded = compute.dictionary_encode(arrow_texts(values))
    answers = check(encoded.dictionary).take(encoded.indices)
    return pd.Series(answers.fill_null(True).to_numpy(zero_copy_only=False), index=values.index)


@extensions.register_check_method(statistics=["longest"], check_type="vectorized")
def is_identifier(values: pd.Series, *, longest: int) -> pd.Series:
    """True where the text has the form of an identifier and at most `longest` characters."""
    return _distinct(
        values,
        lambda texts: compute.and_(
            compute.and_not(
                compute.match_substring_regex(texts, IDENTIFIER_FORM),
                compute.match_substring_regex(texts, INVISIBLE),
            ),
            compute.less_equal(compute.utf8_length(texts), longest),
        ),
    )


@extensions.register_check_method(statistics=["longest"], check_type="vectorized")
def is_printable(values: pd.Series, *, longest: int) -> pd.Series:
    """True where the text has at most `longest` characters and none that a reader can't see."""
    return _distinct(
        values,
        lambda texts: compute.and_(
            compute.invert(compute.match_substring_regex(texts, INVISIBLE)),
            compute.less_equal(compute.utf8_length(texts), longest),
        ),
    )


LINE_ID_FORM = r"^[^:#]{1,30}:[^:#]{1,30}:[^:#]{1,30}$"


@extensions.register_check_method(statistics=["longest"], check_type="vectorized")
def is_line_id(values: pd.Series, *, longest: int) -> pd.Series:
    """True where the text has the form subscription:charge:what, without a revision."""
    return _distinct(
        values,
        lambda texts: compute.and_(
            compute.match_substring_regex(texts, LINE_ID_FORM),
            compute.less_equal(compute.utf8_length(texts), longest),
        ),
    )


@extensions.register_check_method(statistics=["allowed"], check_type="vectorized")
def is_code(values: pd.Series, *, allowed: tuple[str, ...]) -> pd.Series:
    """True where the text is one of the allowed codes, in upper case as they stand."""
    codes = arrow.array(list(allowed), arrow.large_string())
    return _distinct(values, lambda texts: compute.is_in(texts, value_set=codes))


def _field(kind: str, about: str, *, required: bool, key: bool, **checks: Any) -> Any:
    heading_of = checks.pop("heading", None)
    example = checks.pop("example", None)
    chosen_from = checks.pop("chosen_from", None)
    allowed = checks.pop("allowed", ())
    longest = checks.pop("longest", None)
    default = checks.pop("standard", None)
    derived = checks.pop("derived", False)
    also = checks.pop("also", ())
    bounds = checks.get("in_range")
    return pa.Field(
        nullable=not (required or key),
        description=about,
        metadata={
            "kind": kind,
            "key": key,
            "required": required or key,
            "heading": heading_of,
            "allowed": allowed,
            "longest": longest,
            "bounds": tuple(bounds.values()) if bounds else None,
            "default": default,
            "example": example,
            "chosen_from": chosen_from,
            "derived": derived,
            "also": also,
        },
        **checks,
    )


def identifier(about: str, *, required: bool = False, key: bool = False, **more: Any) -> Any:
    """Text that names something: leading zeros survive."""
    return _field(
        IDENTIFIER, about, required=required, key=key,
        longest=LONGEST_IDENTIFIER, is_identifier=LONGEST_IDENTIFIER, **more,
    )  # fmt: skip


def text(
    about: str, longest: int, *, required: bool = False, key: bool = False, **more: Any
) -> Any:
    """Printable text of at most `longest` characters."""
    return _field(
        TEXT, about, required=required, key=key, longest=longest, is_printable=longest, **more
    )


def line_id(about: str, *, key: bool = False, **more: Any) -> Any:
    """The id of a bill line that corrects no other."""
    return _field(TEXT, about, required=False, key=key, longest=100, is_line_id=100, **more)


def code(
    about: str, allowed: tuple[str, ...], *, required: bool = False, key: bool = False, **more: Any
) -> Any:
    """One of a fixed list of upper-case codes."""
    return _field(
        CODE,
        about,
        required=required,
        key=key,
        allowed=allowed,
        is_code={"allowed": allowed},
        **more,
    )


def flag(about: str, *, required: bool = False, **more: Any) -> Any:
    """Y or N."""
    return _field(
        FLAG, about, required=required, key=False, allowed=FLAGS, is_code={"allowed": FLAGS}, **more
    )


def money(about: str, heading: str, *, required: bool = False) -> Any:
    """An amount in the currency of the subscription, with no more decimals than it has."""
    return _field(MONEY, about, required=required, key=False, heading=heading)


def percent(about: str, heading: str, *, least: int, most: int, required: bool = False) -> Any:
    """A percentage with at most six decimals, between `least` and `most` percent."""
    bounds = {"min_value": least * 1_000_000, "max_value": most * 1_000_000}
    return _field(PERCENT, about, required=required, key=False, heading=heading, in_range=bounds)


def whole(
    about: str, *, least: int, most: int, required: bool = False, key: bool = False, **more: Any
) -> Any:
    """A whole number between `least` and `most`."""
    bounds = {"min_value": least, "max_value": most}
    return _field(WHOLE, about, required=required, key=key, in_range=bounds, **more)


def date(about: str, *, required: bool = False, key: bool = False) -> Any:
    """A calendar day between 1900 and 2999."""
    return _field(DATE, about, required=required, key=key)
