"""The files of a target: which there are, their rows, and their bytes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as arrow

from pipeline.export.amount_text import plain_amounts
from pipeline.export.archives import opened, unit_names
from pipeline.export.controls import control_of_chunk, ledger_controls
from pipeline.export.csv_text import (
    ROWS_PER_CHUNK,
    Column,
    csv_bytes,
    header_line,
    line_sizes,
    row_chunks,
)
from pipeline.export.documents import file_bounds, with_documents, with_side
from pipeline.export.parquet_tables import expected_table_controls, write_tables
from pipeline.export.render import render_columns
from pipeline.export.row_forms import RowForm
from pipeline.export.row_sources import ROW_SOURCES, rows_of
from pipeline.export.targets import BUSINESS_UNIT, SIDE, Target
from pipeline.record import RunRecord
from pipeline.settings import Settings

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
Rows = Mapping[str, pd.DataFrame]
"""Kind of row to its rows."""


@dataclass(frozen=True)
class Part:
    """The rows that share a path: one file or, where its files are numbered, several."""

    values: Mapping[str, str]
    rows: Rows


def write_target(record: RunRecord, target: Target, folder: Path) -> list[arrow.Table]:
    """Write a target's files, those that have rows; returns the control totals of what was written,
    chunk by chunk."""
    if target.tables:
        return write_tables(record, target, folder)
    controls: list[arrow.Table] = []
    write = _write_numbered if target.is_numbered else _write_one
    for part in _parts(_rows(record, target), target):
        controls += write(part, target, record.settings, folder)
    return controls


def expected_controls(record: RunRecord, target: Target) -> list[pd.DataFrame]:
    """What a target's files must come to by the ledger, in the columns of `join_controls`; numbered
    files go together, with `*` for their number."""
    if target.tables:
        return expected_table_controls(record, target)
    # where the path names nothing, rows without amounts have no say in which files there are
    counted = [form for form in target.records if form.control or target.parts]
    rows = {form.rows: rows_of(record, form.rows, ()) for form in counted}
    return [
        ledger_controls(
            part.rows[form.rows], target.path_of(part.values), ROW_SOURCES[form.rows].amount
        )
        for part in _parts(rows, target)
        for form in target.records
        if form.control
    ]


def joined_files(controls: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """The control totals with the numbered files of a path added up, under the name that is expected.

    >>> columns = ["file", "business_unit", "currency", "rows", "amount_minor"]
    >>> written = [["x/a-001.csv", "E", "USD", 2, 5], ["x/a-002.csv", "E", "USD", 1, 1]]
    >>> expected = pd.DataFrame([["x/a-*.csv", "E", "USD", 3, 6]], columns=columns)
    >>> joined_files(pd.DataFrame(written, columns=columns), expected).values.tolist()
    [['x/a-*.csv', 'E', 'USD', 3, 6]]
    """
    patterns = [name for name in expected["file"].unique() if "*" in name]
    if not patterns:
        return controls
    names = {name: name for name in controls["file"].unique()}
    for pattern in patterns:
        before, _, after = pattern.partition("*")
        for name in names:
            middle = name[len(before) : len(name) - len(after)]
            if name.startswith(before) and name.endswith(after) and middle.isdecimal():
                names[name] = pattern
    keys = ["file", "business_unit", "currency"]
    renamed = controls.assign(file=controls["file"].map(names).astype("str"))
    # totals may be Python integers, beyond an int64
    return renamed.groupby(keys, sort=True, as_index=False)[["rows", "amount_minor"]].sum()


def _rows(record: RunRecord, target: Target) -> dict[str, pd.DataFrame]:
    """The rows of each kind, with their documents."""
    rows = {form.rows: rows_of(record, form.rows, _wanted(form, target)) for form in target.records}
    if SIDE in target.parts or (target.documents and target.documents.credits_apart):
        rows = {name: with_side(frame) for name, frame in rows.items()}
    if not target.documents:
        return rows
    of_file = tuple(part for part in target.parts if part != SIDE)
    return {
        name: with_documents(
            frame, target.documents, ROW_SOURCES[name], of_file, record.run_id, record.as_of
        )
        for name, frame in rows.items()
    }


def _wanted(form: RowForm, target: Target) -> frozenset[str]:
    return form.fields | frozenset(target.documents.group_by if target.documents else ())


def _parts(rows: Rows, target: Target) -> Iterator[Part]:
    """The rows by what the path names, sorted by it; parts without rows are left out."""
    if SIDE in target.parts:
        rows = {name: with_side(frame) for name, frame in rows.items()}
    found = [
        sorted({value for frame in rows.values() for value in frame[name].unique()})
        for name in target.parts
    ]
    units = found[target.parts.index(BUSINESS_UNIT)] if BUSINESS_UNIT in target.parts else []
    names = unit_names(units)
    for values in product(*found):
        given = dict(zip(target.parts, values, strict=True))
        chosen = {name: _those_of(frame, given) for name, frame in rows.items()}
        if any(len(frame) for frame in chosen.values()):
            if BUSINESS_UNIT in given:
                given[BUSINESS_UNIT] = names[given[BUSINESS_UNIT]]
            yield Part(given, chosen)


def _those_of(frame: pd.DataFrame, given: Mapping[str, str]) -> pd.DataFrame:
    if not given:
        return frame
    masks = [frame[name].eq(value).to_numpy(bool) for name, value in given.items()]
    return frame.loc[np.logical_and.reduce(masks)]


def _write_one(part: Part, target: Target, settings: Settings, folder: Path) -> list[arrow.Table]:
    """The only file of a part, some rows at a time."""
    controls: list[arrow.Table] = []
    path = target.path_of(part.values)
    total = sum(len(frame) for frame in part.rows.values())
    with opened(folder / path, target.text.member, total) as file:
        file.write(_head(target))
        for form in target.records:
            for chunk in row_chunks(part.rows[form.rows]):
                columns = render_columns(chunk, form, settings)
                file.write(csv_bytes(list(columns.values()), len(chunk), target.text.lines))
                if form.control:
                    controls.append(_control(chunk, form, columns, path))
    return controls


def _write_numbered(
    part: Part, target: Target, settings: Settings, folder: Path
) -> list[arrow.Table]:
    """The numbered files of a part; what many small files hold is rendered together."""
    controls: list[arrow.Table] = []
    [form] = target.records
    rows, number = part.rows[form.rows], 0
    for block in _blocks(_bounds(rows, target, settings)):
        chunk = rows.iloc[block[0].start : block[-1].stop]
        columns = render_columns(chunk, form, settings)
        for bound in block:
            number += 1
            at, count = bound.start - block[0].start, bound.stop - bound.start
            own = {name: _sliced(column, at, count) for name, column in columns.items()}
            path = target.path_of(part.values, number)
            with opened(folder / path, target.text.member, count) as file:
                file.write(_head(target))
                file.write(csv_bytes(list(own.values()), count, target.text.lines))
            if form.control:
                controls.append(_control(rows.iloc[bound], form, own, path))
    return controls


def _bounds(rows: pd.DataFrame, target: Target, settings: Settings) -> Iterator[slice]:
    """Which rows each file takes."""
    sizes = None
    if target.limits.bytes:
        [form] = target.records
        lines = target.text.lines
        chunks = [
            line_sizes(list(render_columns(chunk, form, settings).values()), len(chunk), lines)
            for chunk in row_chunks(rows)
        ]
        sizes = np.concatenate(chunks)
    return file_bounds(rows, target.limits, sizes, len(_head(target)), target.name)


def _blocks(bounds: Iterator[slice]) -> Iterator[list[slice]]:
    """Neighbouring files together, until they have as many rows as are rendered at a time."""
    block: list[slice] = []
    for bound in bounds:
        block.append(bound)
        if bound.stop - block[0].start >= ROWS_PER_CHUNK:
            yield block
            block = []
    if block:
        yield block


def _sliced(column: Column, at: int, count: int) -> Column:
    return column if isinstance(column, str) else column.slice(at, count)


def _head(target: Target) -> bytes:
    """What stands before the first row."""
    mark = BYTE_ORDER_MARK if target.text.byte_order_mark else b""
    header = header_line(target.records[0].layout, target.text.lines) if target.text.header else b""
    return mark + header


def _control(
    rows: pd.DataFrame, form: RowForm, columns: Mapping[str, Column], path: str
) -> arrow.Table:
    """The totals of the written amounts; business unit and currency are the written ones, too, where
    the file shows them."""
    source = ROW_SOURCES[form.rows]
    unit, currency = (
        columns[form.control[name]] if name in form.control else source.text_of(rows, name, "")
        for name in ("business_unit", "currency")
    )
    name = form.control["amount"]
    is_negative = (rows[source.amount] < 0).to_numpy(bool, na_value=False)
    amounts = plain_amounts(columns[name], form.columns[name].amount, is_negative)
    return control_of_chunk(path, unit, currency, amounts)
