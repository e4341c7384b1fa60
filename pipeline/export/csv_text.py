"""Lines of text from whole columns: each becomes one Arrow array, and they are joined in one go.

A column is a large-string array (nulls are blanks), or a plain `str` where every row has the same
text. Constant columns that stand side by side cost no more than one of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

Column: TypeAlias = arrow.Array | str

LINE_END = "\n"
ROWS_PER_CHUNK = 100_000
"""So many lines are in memory at a time."""

FORMULA_BEGINNINGS = np.frombuffer(b"=+-@\t\r\n", np.uint8)


@dataclass(frozen=True)
class LineForm:
    """How the columns of a line stand side by side.

    With `quotes`, a text that holds a separator, a quote or a line break is quoted, as RFC 4180 asks
    for; without them nothing is, and whoever fills the columns keeps such texts out.
    """

    separator: str = ","
    quotes: bool = True
    line_end: str = LINE_END

    @property
    def troublesome(self) -> str:
        """The marks for which a text is quoted."""
        return self.separator + '"\r\n' if self.quotes else ""


COMMAS = LineForm()


def row_chunks(frame: pd.DataFrame, rows_per_chunk: int = ROWS_PER_CHUNK) -> Iterator[pd.DataFrame]:
    """The frame some rows at a time: rendered and written one by one, memory stays flat.

    >>> [len(chunk) for chunk in row_chunks(pd.DataFrame({"row": range(5)}), 2)]
    [2, 2, 1]
    """
    for start in range(0, len(frame), rows_per_chunk):
        yield frame.iloc[start : start + rows_per_chunk]


def csv_bytes(columns: Sequence[Column], rows: int, form: LineForm = COMMAS) -> arrow.Buffer:
    r"""The lines as UTF-8, each with its line end; quotes only where they are needed.

    >>> csv_bytes([arrow.array(["a,b", "c"], arrow.large_string()), "", "x"], 2).to_pybytes()
    b'"a,b",,x\nc,,x\n'
    >>> csv_bytes(["H", "", "x,y"], 1, LineForm("|", quotes=False)).to_pybytes()
    b'H||x,y\n'
    """
    if not rows:
        return arrow.py_buffer(b"")
    pieces = _pieces(columns, form)
    if all(isinstance(piece, str) for piece in pieces):
        return arrow.py_buffer("".join(pieces).encode() * rows)
    return _octets(_joined(pieces))


def line_sizes(columns: Sequence[Column], rows: int, form: LineForm = COMMAS) -> np.ndarray:
    """The octets of each line that `csv_bytes` writes (int64), its line end included.

    >>> line_sizes([arrow.array(["a,b", "é"], arrow.large_string()), "x"], 2).tolist()
    [8, 5]
    """
    pieces = _pieces(columns, form)
    if all(isinstance(piece, str) for piece in pieces):
        return np.full(rows, len("".join(pieces).encode()), np.int64)
    lengths = compute.binary_length(_joined(pieces))
    return lengths.to_numpy(zero_copy_only=False).astype(np.int64)


def header_line(names: Sequence[str], form: LineForm = COMMAS) -> bytes:
    r"""The first line of a file that names its columns.

    >>> header_line(["code", "value"])
    b'code,value\n'
    """
    return csv_bytes(list(names), 1, form).to_pybytes()


def guard_text(texts: arrow.Array) -> arrow.Array:
    """Texts that a spreadsheet would take for a formula get a leading quote.

    >>> guard_text(arrow.array(["=1+1", "1=1", "-x"], arrow.large_string())).to_pylist()
    ["'=1+1", '1=1', "'-x"]
    """
    suspect = np.isin(_first_octets(texts), FORMULA_BEGINNINGS)
    if not suspect.any():
        return texts
    guarded = compute.binary_join_element_wise(_scalar("'"), texts, _scalar(""))
    return compute.if_else(arrow.array(suspect), guarded, texts)


def contains_any(texts: arrow.Array, marks: str) -> bool:
    """Whether any of the marks stands in any of the texts: one look at the whole column.

    >>> contains_any(arrow.array(["a", "b,c"], arrow.large_string()), ",;")
    True
    """
    octets = _octets(texts).to_pybytes()
    return any(mark.encode() in octets for mark in marks)


def _pieces(columns: Sequence[Column], form: LineForm) -> list[Column]:
    """What a line is joined from: columns, and between them the literal text of a whole run."""
    pieces: list[Column] = []
    literal = ""
    for number, column in enumerate(columns):
        literal += form.separator if number else ""
        if isinstance(column, str):
            literal += _quote_constant(column, form)
            continue
        if literal:
            pieces.append(literal)
        pieces.append(_quote_where_needed(column, form))
        literal = ""
    return [*pieces, literal + form.line_end]


def _joined(pieces: Sequence[Column]) -> arrow.Array:
    return compute.binary_join_element_wise(
        *[_scalar(piece) if isinstance(piece, str) else piece for piece in pieces],
        _scalar(""),
        null_handling="replace",
    )


def _quote_constant(text: str, form: LineForm) -> str:
    if any(mark in text for mark in form.troublesome):
        return '"' + text.replace('"', '""') + '"'
    return text


def _quote_where_needed(texts: arrow.Array, form: LineForm) -> arrow.Array:
    if not form.quotes or not contains_any(texts, form.troublesome):
        return texts
    doubled = compute.replace_substring(texts, '"', '""') if contains_any(texts, '"') else texts
    quoted = compute.binary_join_element_wise(_scalar('"'), doubled, _scalar('"'), _scalar(""))
    pattern = f"[{re.escape(form.troublesome)}]"
    return compute.if_else(compute.match_substring_regex(texts, pattern), quoted, texts)


def _octets(texts: arrow.Array) -> arrow.Buffer:
    """The encoded text of all rows, one after the other."""
    data, offsets = texts.buffers()[2], _offsets(texts)
    if data is None or not len(texts):
        return arrow.py_buffer(b"")
    return data.slice(int(offsets[0]), int(offsets[-1] - offsets[0]))


def _first_octets(texts: arrow.Array) -> np.ndarray:
    """The first octet of each text (uint8), 0 where it is blank."""
    firsts = np.zeros(len(texts), np.uint8)
    offsets = _offsets(texts)
    filled = offsets[1:] > offsets[:-1]
    if filled.any():
        octets = np.frombuffer(texts.buffers()[2], np.uint8)
        firsts[filled] = octets[offsets[:-1][filled]]
    return firsts


def _offsets(texts: arrow.Array) -> np.ndarray:
    """Where each text begins in the octets, and where the last one ends."""
    if not len(texts):
        return np.zeros(1, np.int64)
    offsets: np.ndarray = np.frombuffer(texts.buffers()[1], np.int64)
    return offsets[texts.offset : texts.offset + len(texts) + 1]


def _scalar(text: str) -> arrow.Scalar:
    return arrow.scalar(text, arrow.large_string())
