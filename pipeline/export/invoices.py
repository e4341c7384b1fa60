"""The invoices that Receivables is expected to make of the lines of a run. Pure.

Receivables groups the lines of a file into transactions: lines that agree in certain columns become
one. A target says in `[record.invoices]` which columns these are; which lines agree is read from what
the target writes in them, so that a site's own way to fill a column is followed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as arrow

from pipeline.export.choice import targets_of
from pipeline.export.csv_text import Column
from pipeline.export.render import render_columns
from pipeline.export.row_forms import InvoiceForm, RowForm
from pipeline.export.row_sources import due_dates, rows_of
from pipeline.frames import code_groups, sum_groups
from pipeline.record import RunRecord
from pipeline.settings import Settings
from schemas.invoices import ExpectedInvoiceLines, ExpectedInvoices
from schemas.outputs import BillLines, dtypes_of, nothing_of

B, V, L = BillLines, ExpectedInvoices, ExpectedInvoiceLines
FEWEST_DIGITS = 4


@dataclass(frozen=True)
class Invoiced:
    """The invoices in the order of their numbers (ExpectedInvoices), and their lines, in the same
    order (ExpectedInvoiceLines)."""

    invoices: pd.DataFrame
    lines: pd.DataFrame


def expected_invoices(record: RunRecord) -> Invoiced:
    """What becomes of the lines that the run sends, by the first of its targets that groups lines;
    nothing where none does.

    Numbers go by business unit, and in it by the first line.
    """
    forms = [
        form
        for target in targets_of(record.settings)
        for form in target.records
        if form.invoices is not None
    ]
    if not forms or record.lines_for_receivables.empty:
        return Invoiced(nothing_of(ExpectedInvoices), nothing_of(ExpectedInvoiceLines))
    form = forms[0]
    rows = rows_of(record, form.rows, form.fields).reset_index(drop=True)
    codes, count = _numbered(rows, *group_codes(rows, form, record.settings))
    numbers = _numbers(count)
    order = np.argsort(codes, kind="stable")
    shown = [name for name in dtypes_of(ExpectedInvoiceLines) if name != L.invoice]
    lines = rows[shown].take(order).reset_index(drop=True)
    lines.insert(0, L.invoice, numbers.take(codes[order]).array)
    return Invoiced(_invoices(rows, codes, numbers, form, record.settings), lines)


def group_codes(rows: pd.DataFrame, form: RowForm, settings: Settings) -> tuple[np.ndarray, int]:
    """Which rows agree in all grouping columns: codes from 0 in order of appearance, and how many.

    A column at a time, so that not all of their texts are in memory together.
    """
    assert form.invoices is not None
    codes = np.zeros(len(rows), np.int64)
    for name in form.invoices.group_by:
        column = _written(rows, form, [name], settings)[name]
        if not isinstance(column, str):
            own, count = code_groups(column)
            if count > 1:  # else all rows agree
                codes = pd.factorize(codes * count + own)[0].astype(np.int64)
    return codes, int(codes.max(initial=-1)) + 1


def _numbered(rows: pd.DataFrame, codes: np.ndarray, count: int) -> tuple[np.ndarray, int]:
    """The codes in the order of their numbers, from 0: by business unit, then by the first line."""
    firsts = np.flatnonzero(~pd.Series(codes).duplicated().to_numpy())
    units = rows[B.business_unit].take(firsts).reset_index(drop=True)
    place = np.empty(count, np.int64)
    place[units.argsort(kind="stable").to_numpy()] = np.arange(count)
    return place[codes], count


def _written(
    rows: pd.DataFrame, form: RowForm, names: Sequence[str], settings: Settings
) -> dict[str, Column]:
    """These columns as the file has them; those that nothing fills are blank."""
    filled = {name: form.columns[name] for name in names if name in form.columns}
    return render_columns(rows, replace(form, layout=tuple(names), columns=filled), settings)


def _numbers(count: int) -> pd.Series:
    """`0001`, `0002`, …: as many digits as the last one needs, so that they sort."""
    digits = max(FEWEST_DIGITS, len(str(count)))
    return pd.Series(np.arange(1, count + 1)).astype("str").str.zfill(digits)


def _invoices(
    rows: pd.DataFrame, codes: np.ndarray, numbers: pd.Series, form: RowForm, settings: Settings
) -> pd.DataFrame:
    """An invoice has what its first line says: in what is shown here, all of them agree."""
    assert form.invoices is not None
    count = len(numbers)
    places = np.empty(count, np.int64)
    places[codes[::-1]] = np.arange(len(rows))[::-1]  # the first of each is written last
    firsts = rows.take(places).reset_index(drop=True)
    told = _told(firsts, form, form.invoices, settings)
    date = pd.to_datetime(told["date"], format=_date_format(form, form.invoices.date))
    of_first = pd.DataFrame(
        {"bill_date": date.astype("datetime64[s]"), "payment_terms": told["terms"]}
    )
    return pd.DataFrame({
        V.invoice: numbers,
        V.business_unit: firsts[B.business_unit],
        V.customer_number: firsts[B.customer_number],
        V.account: told["account"],
        V.site: told["site"],
        V.transaction_type: told["type"],
        V.currency: firsts[B.currency],
        V.transaction_date: of_first["bill_date"],
        V.terms: told["terms"],
        V.due_date: due_dates(of_first, ""),
        V.lines: np.bincount(codes, minlength=count),
        V.amount_minor: sum_groups(rows[B.amount_minor].to_numpy(np.int64), codes, count),
    }).astype(dtypes_of(ExpectedInvoices))  # fmt: skip


def _told(
    firsts: pd.DataFrame, form: RowForm, invoices: InvoiceForm, settings: Settings
) -> pd.DataFrame:
    """What the file says of each first line: account, site, type, date, terms."""
    written = _written(firsts, form, list(invoices.shown.values()), settings)
    texts = {
        entry: arrow.repeat(text, len(firsts)) if isinstance(text, str) else text
        for entry, text in ((entry, written[name]) for entry, name in invoices.shown.items())
    }
    return pd.DataFrame({entry: pd.array(text, dtype="str") for entry, text in texts.items()})


def _date_format(form: RowForm, name: str) -> str:
    """The form in which the column's dates are written."""
    _, sources = form.columns[name].choices[0]
    return sources[0].date_format
