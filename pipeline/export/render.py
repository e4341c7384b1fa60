"""Rows of a run in the columns of a target: its declaration carried out, whatever the target."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.export.amount_text import amount_texts
from pipeline.export.csv_text import Column, contains_any
from pipeline.export.row_forms import (
    ALWAYS,
    FIELD,
    LOOKUP,
    PLAIN,
    TEXT,
    RowForm,
    Source,
    TargetColumn,
    TargetError,
)
from pipeline.export.row_sources import ROW_SOURCES
from pipeline.settings import Settings

ISO_DATE = "%Y-%m-%d"
LINE_BREAKS = "\n\v\f\r\x85\u2028\u2029"
"""An interface file has one line a row: a break inside a text becomes a space."""


def render_columns(rows: pd.DataFrame, form: RowForm, settings: Settings) -> dict[str, Column]:
    """Every column of the form's layout for these rows; blank where nothing fills it."""
    section = getattr(settings, form.settings) if form.settings else None
    cases = ROW_SOURCES[form.rows].cases
    masks = {
        case: cases[case](rows, section)
        for case in {case for column in form.columns.values() for case, _ in column.choices}
        if case != ALWAYS
    }
    texts = _source_texts(rows, form, section, masks)
    filled = {
        name: _finished(_choose(column, texts, masks), column, len(rows))
        for name, column in form.columns.items()
    }
    return {name: filled.get(name, "") for name in form.layout}


def _source_texts(
    rows: pd.DataFrame, form: RowForm, section: Any, masks: Mapping[str, np.ndarray]
) -> dict[Source, Column]:
    """Each source once, however many columns it fills, without what would break the row; none of a case
    in which no row is."""
    sources = {
        source
        for column in form.columns.values()
        for case, chosen in column.choices
        if case == ALWAYS or masks[case].any()
        for source in chosen
    }
    return {
        source: _writable(_text_of(source, rows, form, section), form.separator)
        for source in sources
    }


def _text_of(source: Source, rows: pd.DataFrame, form: RowForm, section: Any) -> Column:
    text_of = ROW_SOURCES[form.rows].text_of
    if source.kind == FIELD:
        return text_of(rows, source.name, source.date_format)
    if source.kind == LOOKUP:
        field, texts = form.lookups[source.name]
        return _looked_up(text_of(rows, field, ISO_DATE), texts) if texts else ""
    if source.kind == TEXT:
        return source.name
    own = form.values.get(source.name)
    return own if own is not None else str(getattr(section, source.name))


def _looked_up(keys: arrow.Array, texts: Mapping[str, str]) -> arrow.Array:
    """The text of each key, blank where there is none; each distinct key is looked up once.

    >>> keys = arrow.array(["A", "B", "A"], arrow.large_string())
    >>> _looked_up(keys, {"A": "200"}).to_pylist()
    ['200', '', '200']
    """
    coded = compute.dictionary_encode(keys)
    found = [texts.get(key, "") for key in coded.dictionary.to_pylist()]
    return arrow.array(found, arrow.large_string()).take(coded.indices)


def _writable(text: Column, separator: str) -> Column:
    """The text with a space for each line break and separator."""
    pattern = rf"\r\n|[{LINE_BREAKS}{re.escape(separator)}]"
    if isinstance(text, str):
        return re.sub(pattern, " ", text)
    if not contains_any(text, LINE_BREAKS + separator):
        return text
    return compute.replace_substring_regex(text, pattern, " ")


def _choose(
    column: TargetColumn, texts: dict[Source, Column], masks: dict[str, np.ndarray]
) -> Column:
    """The text of the first case that holds; a constant where all lines agree."""
    chosen: Column = ""
    for case, sources in reversed(column.choices):
        if case != ALWAYS and not masks[case].any():
            continue
        text = _first_not_blank([texts[source] for source in sources])
        if case == ALWAYS or masks[case].all():
            chosen = text
        else:
            chosen = compute.if_else(arrow.array(masks[case]), _operand(text), _operand(chosen))
    return chosen


def _first_not_blank(texts: list[Column]) -> Column:
    *earlier, chosen = texts
    for text in reversed(earlier):
        if isinstance(text, str):
            chosen = text or chosen
        else:
            chosen = compute.if_else(compute.equal(text, ""), _operand(chosen), text)
    return chosen


def _operand(text: Column) -> arrow.Array | arrow.Scalar:
    return arrow.scalar(text, arrow.large_string()) if isinstance(text, str) else text


def _finished(text: Column, column: TargetColumn, rows: int) -> Column:
    """The text as the column wants it: amounts in their form, nothing missing, nothing too long."""
    if column.amount != PLAIN:
        whole = arrow.repeat(_operand(text), rows) if isinstance(text, str) else text
        text = amount_texts(whole, column.amount, column.name)
    if column.required:
        is_blank = (
            text == "" if isinstance(text, str) else compute.any(compute.equal(text, "")).as_py()
        )
        if is_blank and rows:
            raise TargetError(
                f"{column.name}: the interface needs it, and a row has nothing for it; give it at its "
                "source, or in [target.…] of the settings"
            )
    return _fit(text, column)


def _fit(text: Column, column: TargetColumn) -> Column:
    """The text within the column's size, counted in characters, which are never taken apart."""
    if column.size is None:
        return text
    if isinstance(text, str):
        longest = len(text)
    else:
        # octets are at least as many as characters, and are counted without looking at them
        longest = compute.max(compute.binary_length(text)).as_py() or 0
        if longest > column.size:
            longest = compute.max(compute.utf8_length(text)).as_py()
    if longest <= column.size:
        return text
    if column.cut:
        whole = isinstance(text, str)
        return text[: column.size] if whole else compute.utf8_slice_codeunits(text, 0, column.size)
    raise TargetError(_too_long(text, column))


def _too_long(text: Column, column: TargetColumn) -> str:
    texts = arrow.array([text]) if isinstance(text, str) else text
    example = texts.filter(compute.greater(compute.utf8_length(texts), column.size))[0].as_py()
    return (
        f"{column.name}: {example!r} has {len(example)} characters, the interface column holds "
        f"{column.size}; shorten it at its source"
    )
