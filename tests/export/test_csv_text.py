"""Lines of CSV: quotes only where needed, and what goes in comes out."""

import csv
import io

import pandas as pd
import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.export.csv_text import csv_bytes, guard_text, row_chunks

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    [",", '"', '""', "\r\n", "\n", 'a "b", c', "é€😀", " x ", "'"]
)


def column(*texts: str | None) -> arrow.Array:
    return arrow.array(texts, arrow.large_string())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"),
        ("", ""),
        ("a,b", '"a,b"'),
        ("a;b", "a;b"),
        ('say "no"', '"say ""no"""'),
        ("it's", "it's"),
        ("a\nb", '"a\nb"'),
        ("a\rb", '"a\rb"'),
        ("a\tb", "a\tb"),
        (" a ", " a "),
        ("é€😀", "é€😀"),
        ("ą", "ą"),
    ],
)
def test_quotes_stand_only_where_needed(text: str, written: str) -> None:
    as_column = csv_bytes([column(text, "next")], 2).to_pybytes().decode()
    as_constant = csv_bytes([text, column("x")], 1).to_pybytes().decode()
    assert as_column == written + "\nnext\n"
    assert as_constant == written + ",x\n"


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6), TEXTS)
def test_what_goes_in_is_read_back(rows: list[tuple[str, str]], constant: str) -> None:
    first, second = (column(*texts) for texts in zip(*rows, strict=True))
    written = csv_bytes(["", constant, first, "", "", second, "END"], len(rows)).to_pybytes()
    read = list(csv.reader(io.StringIO(written.decode(), newline=""), strict=True))
    assert read == [["", constant, a, "", "", b, "END"] for a, b in rows]


def test_a_slice_of_a_column_is_written_alone() -> None:
    texts = column("a,b", "c", "d", 'e"f')
    assert csv_bytes([texts[1:3]], 2).to_pybytes() == b"c\nd\n"
    assert csv_bytes([texts[3:]], 1).to_pybytes() == b'"e""f"\n'


def test_blanks_constants_and_no_rows() -> None:
    assert csv_bytes([column("a", None)], 2).to_pybytes() == b"a\n\n"
    assert csv_bytes(["x", "y"], 3).to_pybytes() == b"x,y\n" * 3
    assert csv_bytes([column()], 0).to_pybytes() == b""


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_formula_is_guarded(beginning: str) -> None:
    assert guard_text(column(beginning + "1", "x")).to_pylist() == ["'" + beginning + "1", "x"]


@pytest.mark.parametrize("text", ["", "1=1", " =1", "'=1", "a-b", "x@y", "ab\n=c", "(-1)", "#1"])
def test_a_near_miss_is_not_guarded(text: str) -> None:
    assert guard_text(column(text)).to_pylist() == [text]


@pytest.mark.parametrize(
    ("rows", "chunks"), [(0, []), (1, [1]), (2, [2]), (3, [2, 1]), (4, [2, 2])]
)
def test_chunks_hold_every_row_once(rows: int, chunks: list[int]) -> None:
    frame = pd.DataFrame({"row": range(rows)})
    assert [len(chunk) for chunk in row_chunks(frame, 2)] == chunks
    assert [row for chunk in row_chunks(frame, 2) for row in chunk["row"]] == list(range(rows))
