"""The files of a target: which there are, their rows, and their bytes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as arrow

from pipeline.export.amount_text import plain_amounts
from pipeline.export.archives import is_one_of, numbered_names, opened, unit_names
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
from pipeline.export.splits import Arranged, Rows, Spans, split
from pipeline.export.targets import BUSINESS_UNIT, SIDE, Target
from pipeline.record import RunRecord
from pipeline.settings import Settings

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
Rendered = tuple[pd.DataFrame, dict[str, Column]]
"""Rows, and the columns that are written of them."""


@dataclass(frozen=True)
class Part:
    """The rows that share a path: one file or, where its files are numbered or too long, several."""

    values: Mapping[str, str]
    rows: Rows


@dataclass(frozen=True)
class File:
    """One file: its path, and from where to where it takes the arranged rows of each kind."""

    path: str
    spans: Spans

    @property
    def total(self) -> int:
        """How many rows it takes."""
        return sum(span.stop - span.start for span in self.spans.values())


def write_target(record: RunRecord, target: Target, folder: Path) -> list[arrow.Table]:
    """Write a target's files, those that have rows; returns the control totals of what was written,
    chunk by chunk."""
    if target.tables:
        return write_tables(record, target, folder)
    controls: list[arrow.Table] = []
    parts = list(_parts(_rows(record, target), target))
    whole = [target.path_of(part.values) for part in parts]
    for part, path in zip(parts, whole, strict=True):
        rows, files = _files(part, path, target, record.settings, whole)
        for block in _blocks(files):
            controls += _write_block(block, rows, target, record.settings, folder)
    return controls


def expected_controls(record: RunRecord, target: Target) -> list[pd.DataFrame]:
    """What a target's files must come to by the ledger, in the columns of `join_controls`; numbered
    files go together, with `*` for their number, and one that was split is expected whole."""
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
    """The control totals with the numbered files of a path, and those of one that was split, added up
    under the name that is expected.

    >>> columns = ["file", "business_unit", "currency", "rows", "amount_minor"]
    >>> written = [["x/a-001.csv", "E", "USD", 2, 5], ["x/a-002.csv", "E", "USD", 1, 1]]
    >>> for name in ("x/a-*.csv", "x/a.csv"):
    ...     expected = pd.DataFrame([[name, "E", "USD", 3, 6]], columns=columns)
    ...     joined_files(pd.DataFrame(written, columns=columns), expected).values.tolist()
    [['x/a-*.csv', 'E', 'USD', 3, 6]]
    [['x/a.csv', 'E', 'USD', 3, 6]]
    """
    owned = ["file", "business_unit"]
    # a name can be that of a part of one business unit and of the whole of another
    known = {unit: of["file"].unique().tolist() for unit, of in expected.groupby("business_unit")}
    found = controls[owned].drop_duplicates()
    names = [_expected(file, known.get(unit, [])) for file, unit in found.to_numpy().tolist()]
    if names == found["file"].tolist():
        return controls
    renamed = controls.merge(found.assign(name=names), on=owned, validate="many_to_one")
    renamed = renamed.drop(columns="file").rename(columns={"name": "file"}).astype({"file": "str"})
    # totals may be Python integers, beyond an int64
    keys = [*owned, "currency"]
    return renamed.groupby(keys, sort=True, as_index=False)[["rows", "amount_minor"]].sum()


def _expected(file: str, names: Sequence[str]) -> str:
    """Under which of the names a file is expected; its own where it is under none."""
    if file in names:
        return file
    return next((name for name in names if is_one_of(file, name)), file)


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


def _files(
    part: Part, path: str, target: Target, settings: Settings, whole: Sequence[str]
) -> tuple[dict[str, Arranged], list[File]]:
    """The rows of a part as its files take them, and the files; `whole` are the names of files that
    are not split, which no part of another one takes."""
    as_they_are = {kind: Arranged(frame) for kind, frame in part.rows.items()}
    if target.is_numbered:
        [form] = target.records
        bounds = _bounds(part.rows[form.rows], target, settings)
        return as_they_are, [
            File(target.path_of(part.values, number), {form.rows: bound})
            for number, bound in enumerate(bounds, 1)
        ]
    if sum(len(part.rows[form.rows]) for form in target.records) <= settings.lines_per_file:
        spans = {kind: slice(0, len(frame)) for kind, frame in part.rows.items()}
        return as_they_are, [File(path, spans)]
    arranged, shares = split(part.rows, target.records, settings)
    names = numbered_names(path, len(shares), whole) if len(shares) > 1 else [path]
    return arranged, [File(name, spans) for name, spans in zip(names, shares, strict=True)]


def _write_block(
    block: Sequence[File], rows: Mapping[str, Arranged], target: Target, settings: Settings,
    folder: Path,
) -> list[arrow.Table]:  # fmt: skip
    """Files side by side: what several small ones hold is rendered together, one by itself some rows at
    a time."""
    controls: list[arrow.Table] = []
    first = block[0].spans
    together = [
        _rendered(rows[form.rows], _joined(first, block[-1].spans, form), form, settings)
        for form in (target.records if len(block) > 1 else ())
    ]
    for file in block:
        with opened(folder / file.path, target.text.member, file.total) as stream:
            stream.write(_head(target))
            for place, form in enumerate(target.records):
                span = file.spans[form.rows]
                pieces = (
                    _rendered(rows[form.rows], piece, form, settings) for piece in _pieces(span)
                )
                own = [_cut(together[place], span, first[form.rows].start)] if together else pieces
                for chunk, columns in own:
                    stream.write(csv_bytes(list(columns.values()), len(chunk), target.text.lines))
                    if form.control:
                        controls.append(_control(chunk, form, columns, file.path))
    return controls


def _rendered(rows: Arranged, span: slice, form: RowForm, settings: Settings) -> Rendered:
    chunk = rows.at(span)
    return chunk, render_columns(chunk, form, settings)


def _cut(rendered: Rendered, span: slice, start: int) -> Rendered:
    """Those of a span, of what was rendered from `start` on."""
    chunk, columns = rendered
    at, count = span.start - start, span.stop - span.start
    return chunk.iloc[at : at + count], {
        name: column if isinstance(column, str) else column.slice(at, count)
        for name, column in columns.items()
    }


def _joined(first: Spans, last: Spans, form: RowForm) -> slice:
    return slice(first[form.rows].start, last[form.rows].stop)


def _pieces(span: slice) -> Iterator[slice]:
    """A span some rows at a time."""
    for start in range(span.start, span.stop, ROWS_PER_CHUNK):
        yield slice(start, min(start + ROWS_PER_CHUNK, span.stop))


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
    return file_bounds(
        rows, target.limits, sizes, len(_head(target)), target.name, settings.lines_per_file
    )


def _blocks(files: Sequence[File]) -> Iterator[list[File]]:
    """Neighbouring files together, of no more rows than are rendered at a time."""
    block: list[File] = []
    total = 0
    for file in files:
        total += file.total
        if block and total > ROWS_PER_CHUNK:
            yield block
            block, total = [], file.total
        block.append(file)
    if block:
        yield block


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
