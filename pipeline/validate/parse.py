"""Text to types: identifiers stay text, money becomes minor units, percents millionths, days dates.

A cell that can't be read is left missing and gives a fault with the text as it was typed. Each
column is read over its distinct texts, of which a long column has few.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

import schemas
from pipeline import money
from pipeline.read import Sheet
from pipeline.validate.derived import DERIVED
from pipeline.validate.faults import faults_at, join_faults
from schemas import cells
from schemas.cells import arrow_texts
from schemas.inputs import InputTable

ISO_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T]00:00(?::00(?:\.0+)?)?)?$"
OTHER_DAY = r"^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})$"
SHORT_YEAR_DAY = r"^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}$"
FIRST_DAY, LAST_DAY = pd.Timestamp("1900-01-01"), pd.Timestamp("2999-12-31")

NOT_A_NUMBER = (
    "'{value}' is not a number: write digits with a decimal point, such as 1234.56, without "
    "thousands separators, currency or percent signs"
)
TOO_MANY_DIGITS = "'{value}' has too many digits: an amount has at most 15, decimals included"
TOO_FINE = "'{value}' has more decimals than the currency {currency}: round it yourself"
TOO_FINE_PERCENT = "'{value}' has more than six decimals: round it yourself"
NOT_WHOLE = "'{value}' is not a whole number: write digits only"
NOT_A_DAY = "'{value}' is not a date: write year-month-day, such as 2026-03-31"
OTHER_ORDER = "'{value}' is not written as year-month-day: write {day_first}{month_first}"
TWO_DAYS = "'{value}' can be read as {day_first} and as {month_first}: write the one that is meant"
SHORT_YEAR = (
    "'{value}' depends on who reads it: write year-month-day, the year with four digits, such as "
    "2026-03-31"
)
OUTSIDE_CALENDAR = (
    "'{value}' lies outside the years 1900 to 2999: correct it, or leave the cell blank where "
    "there is no date"
)

Currencies = Callable[[pd.Series], pd.Series]
"""The currency of each subscription number; missing where it is unknown."""


@dataclass(frozen=True)
class Parsed:
    """The uploaded rows of one table.

    `rows`: the model's columns in their types, source (int64, negative), row (int64).
    `faulty`: one bool column per model column, True where a cell could not be read.
    `absent`: for each column, the sources whose sheet does not have it at all.
    """

    rows: pd.DataFrame
    faulty: pd.DataFrame
    absent: dict[str, list[int]]
    faults: pd.DataFrame


def parse_table(
    model: type[InputTable], sheets: Sequence[tuple[int, Sheet]], currencies: Currencies
) -> Parsed:
    """All uploaded rows of a table, typed; `sheets` come with their (negative) source numbers."""
    return _parsed(model, sheets, currencies) if sheets else _nothing_uploaded(model)


@cache
def _nothing_uploaded(model: type[InputTable]) -> Parsed:
    """Most nights bring a few tables only; the others need no parsing."""
    return _parsed(model, (), lambda numbers: numbers)


def _parsed(
    model: type[InputTable], sheets: Sequence[tuple[int, Sheet]], currencies: Currencies
) -> Parsed:
    columns = schemas.columns_of(model)
    place = pd.DataFrame(
        {
            "source": np.repeat([n for n, _ in sheets], [len(sheet.rows) for _, sheet in sheets]),
            "row": np.concatenate([np.array([], np.int64), *(sheet.rows for _, sheet in sheets)]),
        }
    ).astype("int64")
    texts = {
        column.name: _gathered(column.heading, sheets, len(place))
        for column in columns
        if not column.derived
    }
    if schemas.table_of(model) in DERIVED:
        texts |= DERIVED[schemas.table_of(model)](texts)
    paid_in = pd.Series([], dtype="str")
    if any(column.kind == cells.MONEY for column in columns):
        paid_in = currencies(pd.Series(pd.array(texts["subscription_number"], dtype="str")))
    typed, faulty, faults = {}, {}, []
    for column in columns:
        reading = _READINGS[column.kind](texts[column.name], paid_in)
        typed[column.name] = pd.Series(reading.values)
        masks = [mask for mask, _, _ in reading.failures]
        faulty[column.name] = np.any(masks, axis=0) if masks else np.zeros(len(place), bool)
        faults += _cell_faults(model, column, place, texts, paid_in, reading)
    return Parsed(
        rows=pd.DataFrame({**typed, "source": place["source"], "row": place["row"]}),
        faulty=pd.DataFrame(faulty, index=place.index),
        absent={
            column.name: [n for n, sheet in sheets if column.heading not in sheet.columns]
            for column in schemas.uploaded_columns(model)
        },
        faults=join_faults(faults),
    )


@dataclass(frozen=True)
class _Reading:
    """Typed values, and what could not be read: mask, code, message."""

    values: object
    failures: tuple[tuple[np.ndarray, str, str], ...] = ()


def _gathered(heading: str, sheets: Sequence[tuple[int, Sheet]], count: int) -> arrow.Array:
    """A column's texts over all sheets, missing where a sheet doesn't have it."""
    parts = [
        arrow_texts(sheet.cells[str(sheet.columns.index(heading))])
        if heading in sheet.columns
        else arrow.nulls(len(sheet.rows), arrow.large_string())
        for _, sheet in sheets
    ]
    joined = arrow.chunked_array(parts, arrow.large_string()).combine_chunks()
    assert len(joined) == count
    return joined


def _cell_faults(
    model: type[InputTable],
    column: schemas.Column,
    place: pd.DataFrame,
    texts: Mapping[str, arrow.Array],
    paid_in: pd.Series,
    reading: _Reading,
) -> list[pd.DataFrame]:
    found = []
    for mask, code, message in reading.failures:
        if not mask.any():
            continue
        unit = schemas.unit_of(model)
        at = np.flatnonzero(mask)
        rows = place.iloc[at].assign(
            **{name: pd.array(texts[name].take(at), dtype="str") for name in unit}
        )
        if column.kind == cells.MONEY:
            rows = rows.assign(currency=paid_in.iloc[at].to_numpy())
        value = pd.Series(pd.array(texts[column.name].take(at), dtype="str"), rows.index)
        if column.kind == cells.DATE:
            rows = rows.assign(**_two_orders(value))
        found.append(
            faults_at(
                rows,
                table=schemas.table_of(model),
                code=code,
                column=column.heading,
                value=value,
                message=message,
                unit=unit,
            )
        )
    return found


def _read_text(texts: arrow.Array, _paid_in: pd.Series) -> _Reading:
    return _Reading(pd.array(texts, dtype="str"))


def _read_money(texts: arrow.Array, paid_in: pd.Series) -> _Reading:
    given = _present(texts)
    if not given.any():
        return _Reading(pd.array([pd.NA] * len(texts), dtype="Int64"))
    whole, millionths, readable, fine = _decimals(texts)
    exponents = money.exponents_of(paid_in)
    minor, too_fine, too_long = money.to_minor(whole, millionths, exponents)
    too_fine = (too_fine | fine) & readable & given
    too_long = too_long & readable & given & ~too_fine
    good = given & readable & ~too_fine & ~too_long
    return _Reading(
        pd.arrays.IntegerArray(np.where(good, minor, 0), ~good),
        (
            (given & ~readable, "VAL-04", NOT_A_NUMBER),
            (too_fine, "VAL-05", TOO_FINE),
            (too_long, "VAL-09", TOO_MANY_DIGITS),
        ),
    )


def _read_percent(texts: arrow.Array, _paid_in: pd.Series) -> _Reading:
    given = _present(texts)
    plain = compute.replace_substring_regex(texts, r"[\s\x{00A0}]*%$", "")  # 30% says what 30 says
    whole, millionths, readable, fine = _decimals(plain)
    whole = np.clip(whole, -(10**9), 10**9)  # far out of any range, and told so as such
    good = given & readable & ~fine
    return _Reading(
        pd.arrays.IntegerArray(
            np.where(good, whole, 0) * money.MILLION + np.where(good, millionths, 0), ~good
        ),
        (
            (given & ~readable, "VAL-04", NOT_A_NUMBER),
            (given & readable & fine, "VAL-05", TOO_FINE_PERCENT),
        ),
    )


def _read_whole(texts: arrow.Array, _paid_in: pd.Series) -> _Reading:
    given = _present(texts)
    whole, millionths, readable, fine = _decimals(texts)
    good = given & readable & ~fine & (millionths == 0)
    return _Reading(
        pd.arrays.IntegerArray(np.where(good, whole, 0), ~good),
        ((given & ~good, "VAL-04", NOT_WHOLE),),
    )


def _read_days(texts: arrow.Array, _paid_in: pd.Series) -> _Reading:
    encoded = texts.dictionary_encode()
    distinct = encoded.dictionary
    at = compute.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    iso = np.asarray(compute.match_substring_regex(distinct, ISO_DAY))
    shown = pd.Series(pd.array(compute.utf8_slice_codeunits(distinct, 0, 10), dtype="str"))
    days = pd.to_datetime(shown.where(iso), format="%Y-%m-%d", errors="coerce").astype(
        "datetime64[s]"
    )
    known = days.notna().to_numpy()
    inside = known & ((days >= FIRST_DAY) & (days <= LAST_DAY)).to_numpy()
    values = days.where(inside).array.take(at, allow_fill=True)
    orders = _two_orders(pd.Series(pd.array(distinct, dtype="str")))
    day_first, month_first = (orders[name].ne("").to_numpy(bool) for name in orders)
    short = np.asarray(compute.match_substring_regex(distinct, SHORT_YEAR_DAY))

    def rows(mask: np.ndarray) -> np.ndarray:
        return np.append(mask, False)[at].astype(bool)

    return _Reading(
        values,
        (
            (rows(~known & ~short & ~day_first & ~month_first), "VAL-06", NOT_A_DAY),
            (rows(day_first ^ month_first), "VAL-06", OTHER_ORDER),
            (rows(day_first & month_first), "VAL-07", TWO_DAYS),
            (rows(short), "VAL-07", SHORT_YEAR),
            (rows(known & ~inside), "VAL-09", OUTSIDE_CALENDAR),
        ),
    )


def _two_orders(texts: pd.Series) -> dict[str, pd.Series]:
    """What dates in other forms come to, blank where they come to none: day_first, and month_first
    where that is another day. Years of two digits come to none: nobody can tell the century.

    >>> read = _two_orders(pd.Series(["03/04/2026", "20.02.2026", "31.02.2026", "5.5.2026"]))
    >>> read["day_first"].tolist(), read["month_first"].tolist()
    (['2026-04-03', '2026-02-20', '', '2026-05-05'], ['2026-03-04', '', '', ''])
    """
    parts = texts.str.extract(OTHER_DAY)
    first, second, year = parts[0], parts[1], parts[2]

    def read(day: pd.Series, month: pd.Series) -> pd.Series:
        written = (year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)).astype("str")
        days = pd.to_datetime(written, format="%Y-%m-%d", errors="coerce").astype("datetime64[s]")
        return written.where((days >= FIRST_DAY) & (days <= LAST_DAY), "")

    day_first, month_first = read(first, second), read(second, first)
    return {"day_first": day_first, "month_first": month_first.where(month_first != day_first, "")}


def _present(texts: arrow.Array) -> np.ndarray:
    return texts.is_valid().to_numpy(zero_copy_only=False)


def _decimals(texts: arrow.Array) -> tuple[np.ndarray, ...]:
    """`money.split_decimal` of every row, read once per distinct text."""
    encoded = texts.dictionary_encode()
    at = compute.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return tuple(
        np.append(part, part.dtype.type(0))[at] for part in money.split_decimal(encoded.dictionary)
    )


_READINGS = {
    cells.IDENTIFIER: _read_text, cells.TEXT: _read_text, cells.CODE: _read_text,
    cells.FLAG: _read_text, cells.MONEY: _read_money, cells.PERCENT: _read_percent,
    cells.WHOLE: _read_whole, cells.DATE: _read_days,
}  # fmt: skip
