"""Rows of plain separated text, without quotes: a text holds neither separator nor line break."""

from collections.abc import Sequence
from itertools import groupby

import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.export.csv_text import LINE_END, Column


def separated_bytes(columns: Sequence[Column], rows: int, separator: str) -> arrow.Buffer:
    r"""The rows as UTF-8, each with its line end.

    >>> texts = arrow.array(["x", ""], arrow.large_string())
    >>> separated_bytes(["H", "", texts, ""], 2, "|").to_pybytes()
    b'H||x|\nH|||\n'
    """
    pieces = _pieces(columns, separator)
    if not rows or all(isinstance(piece, str) for piece in pieces):
        text = "".join(piece for piece in pieces if isinstance(piece, str))
        return arrow.py_buffer(text.encode() * rows)
    lines = compute.binary_join_element_wise(
        *[_scalar(piece) if isinstance(piece, str) else piece for piece in pieces],
        _scalar(""),
        null_handling="replace",
    )
    octets = lines.buffers()[2]
    return octets.slice(0, compute.sum(compute.binary_length(lines)).as_py())


def _pieces(columns: Sequence[Column], separator: str) -> list[Column]:
    """What a row is joined from: columns, and between them the literal text of a whole run.

    >>> _pieces(["H", "", "USD"], "|")
    ['H||USD\\n']
    """
    parts: list[Column] = []
    for column in columns:
        parts += [column, separator]
    pieces: list[Column] = []
    for constant, run in groupby([*parts[:-1], LINE_END], lambda part: isinstance(part, str)):
        neighbours = list(run)
        pieces += ["".join(neighbours)] if constant else neighbours
    return pieces


def _scalar(text: str) -> arrow.Scalar:
    return arrow.scalar(text, arrow.large_string())
