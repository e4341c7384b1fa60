"""Control totals: what stands in the written files, added up again and held against the ledger.

The totals are taken from the text of the amount column, as it goes into the file, and never from
the ledger's integers: a fault in the rendering shows as a difference.
"""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline import money
from pipeline.export.csv_text import Column

KEYS = ["file", "business_unit", "currency"]
EXACT = arrow.decimal128(38, 6)


class ControlError(ValueError):
    """What was written can't be right by itself; the message names the file and its totals."""


def control_of_chunk(
    file: str, business_units: Column, currencies: Column, amounts: arrow.Array
) -> arrow.Table:
    """Lines and amount per business unit and currency of some written lines; a blank amount is 0.

    `amounts` are plain decimals, as texts or as decimals. Returns business_unit, currency,
    amount_sum (decimal), amount_count, file.
    """
    table = arrow.table(
        {
            "business_unit": _whole_column(business_units, len(amounts)),
            "currency": _whole_column(currencies, len(amounts)),
            "amount": compute.cast(_digits(amounts), EXACT),
        }
    )
    totals = table.group_by(["business_unit", "currency"]).aggregate(
        [("amount", "sum"), ("amount", "count")]
    )
    return totals.append_column("file", arrow.repeat(file, totals.num_rows))


def join_controls(chunks: Sequence[arrow.Table]) -> pd.DataFrame:
    """The control totals of all files, sorted.

    Returns file, business_unit, currency (str), rows (int64), amount_minor (int64; Python integers
    where a total is beyond an int64).

    >>> texts = arrow.array(["1.50", "-0.25"], arrow.large_string())
    >>> chunk = control_of_chunk("a.csv", "East", "USD", texts)
    >>> join_controls([chunk, chunk]).values.tolist()
    [['a.csv', 'East', 'USD', 4, 250]]
    """
    columns = [*KEYS, "rows", "amount_minor"]
    if not chunks:
        return _typed(pd.DataFrame([], columns=columns))
    totals = (
        arrow.concat_tables(chunks)
        .group_by(KEYS)
        .aggregate([("amount_count", "sum"), ("amount_sum", "sum")])
        .sort_by([(key, "ascending") for key in KEYS])
        .to_pylist()
    )
    rows = [
        [*(total[key] for key in KEYS), total["amount_count_sum"], _minor_of(total)]
        for total in totals
    ]
    return _typed(pd.DataFrame(rows, columns=columns))


def ledger_controls(rows: pd.DataFrame, file: str, amount: str = "amount_minor") -> pd.DataFrame:
    """What a file that holds these rows must come to, in the columns of `join_controls`.

    `amount` is the column that is added up, in minor units; a missing amount counts as nothing.
    """
    groups = rows.groupby(["business_unit", "currency"], sort=True)[amount]
    totals = [
        [file, business_unit, currency, len(amounts), money.total(amounts.fillna(0))]
        for (business_unit, currency), amounts in groups
    ]
    return _typed(pd.DataFrame(totals, columns=[*KEYS, "rows", "amount_minor"]))


def differences(expected: pd.DataFrame, controls: pd.DataFrame) -> list[str]:
    """Where the written files are not what the ledger says, in words; empty where all is right.

    >>> written = join_controls([control_of_chunk("a.csv", "East", "JPY", arrow.array(["5"]))])
    >>> differences(written.assign(amount_minor=6), written)
    ['a.csv, East, JPY: the file holds 1 lines and 5, the ledger 1 lines and 6']
    """
    ledger, files = _by_key(expected), _by_key(controls)
    return [
        f"{', '.join(key)}: the file holds {_words(files.get(key), key)}, "
        f"the ledger {_words(ledger.get(key), key)}"
        for key in sorted(ledger.keys() | files.keys())
        if ledger.get(key) != files.get(key)
    ]


def refuse_unbalanced(debits: Sequence[arrow.Table], credits: Sequence[arrow.Table]) -> None:
    """Refuse a journal file whose debits and credits, as written, are not equal.

    >>> one, two = (arrow.array([text], arrow.large_string()) for text in ("1", "2"))
    >>> refuse_unbalanced(
    ...     [control_of_chunk("journal.csv", "East", "JPY", one)],
    ...     [control_of_chunk("journal.csv", "East", "JPY", two)],
    ... )
    Traceback (most recent call last):
    pipeline.export.controls.ControlError: journal.csv, East, JPY: debits of 1, credits of 2
    """
    both = [_by_key(join_controls(side)) for side in (debits, credits)]
    for key in both[0]:
        owed, owned = (amount_in_words(side[key][1], key[-1]) for side in both)
        if owed != owned:
            raise ControlError(f"{', '.join(key)}: debits of {owed}, credits of {owned}")


def amount_in_words(amount_minor: int, currency: str) -> str:
    """A total of any size as a plain decimal.

    >>> amount_in_words(-123456, "USD"), amount_in_words(7, "BHD"), amount_in_words(0, "JPY")
    ('-1234.56', '0.007', '0')
    """
    places = money.currency_exponents().get(currency, 2)
    sign = "-" if amount_minor < 0 else ""
    digits = str(abs(amount_minor)).rjust(places + 1, "0")
    whole = len(digits) - places
    return sign + digits[:whole] + ("." + digits[whole:] if places else "")


def _minor_of(total: dict[str, object]) -> int:
    amount = total["amount_sum_sum"]
    assert isinstance(amount, Decimal)
    places = money.currency_exponents().get(str(total["currency"]), 2)
    sign, digits, exponent = amount.as_tuple()
    assert isinstance(exponent, int)
    units, rest = divmod(int("".join(map(str, digits))) * 10**places, 10**-exponent)
    if rest:
        raise ControlError(
            f"{total['file']}: {amount} has too many decimals for {total['currency']}"
        )
    return -units if sign else units


def _digits(amounts: arrow.Array) -> arrow.Array:
    if arrow.types.is_decimal(amounts.type):
        return compute.fill_null(amounts.cast(EXACT), 0)
    blank = compute.equal(amounts, "")
    return compute.if_else(blank, "0", amounts) if compute.any(blank).as_py() else amounts


def _whole_column(column: Column, rows: int) -> arrow.Array:
    if isinstance(column, str):
        return arrow.repeat(arrow.scalar(column, arrow.large_string()), rows)
    return column


def _typed(controls: pd.DataFrame) -> pd.DataFrame:
    small = all(abs(amount) < 2**63 for amount in controls["amount_minor"])
    types = {**dict.fromkeys(KEYS, "str"), "rows": "int64"}
    return controls.astype({**types, "amount_minor": "int64" if small else "object"})


def _by_key(controls: pd.DataFrame) -> dict[tuple[str, ...], tuple[int, int]]:
    keys = zip(*(controls[key].tolist() for key in KEYS), strict=True)
    values = zip(controls["rows"].tolist(), controls["amount_minor"].tolist(), strict=True)
    return dict(zip(keys, values, strict=True))


def _words(values: tuple[int, int] | None, key: tuple[str, ...]) -> str:
    if values is None:
        return "none"
    return f"{values[0]} lines and {amount_in_words(values[1], key[-1])}"
