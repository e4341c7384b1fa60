"""Rows without quotes: what stands in the columns stands in the file."""

import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.export.csv_text import Column, LineForm, csv_bytes

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
ROWS = st.integers(0, 4).flatmap(
    lambda rows: st.tuples(
        st.just(rows),
        st.lists(TEXTS | st.lists(TEXTS, min_size=rows, max_size=rows), min_size=1, max_size=6),
    )
)


@given(ROWS, st.sampled_from("|;\t"))
def test_rows_are_joined_as_they_stand(
    given_columns: tuple[int, list[str | list[str]]], separator: str
) -> None:
    rows, texts = given_columns
    columns: list[Column] = [
        one if isinstance(one, str) else arrow.array(one, arrow.large_string()) for one in texts
    ]
    expected = "".join(
        separator.join(one if isinstance(one, str) else one[row] for one in texts) + "\n"
        for row in range(rows)
    )
    assert (
        csv_bytes(columns, rows, LineForm(separator, quotes=False)).to_pybytes()
        == expected.encode()
    )


@pytest.mark.parametrize("texts", [["a", None, "é"], ["", "", ""]])
def test_what_is_missing_is_blank_also_in_a_part_of_a_column(texts: list[str | None]) -> None:
    column = arrow.array(["x", *texts, "y"], arrow.large_string()).slice(1, 3)
    written = csv_bytes(["L", column], 3, LineForm("|", quotes=False)).to_pybytes().decode()
    assert written == "".join(f"L|{text or ''}\n" for text in texts)
