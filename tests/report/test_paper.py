"""How sheets print: heights of wrapped texts, and blocks that stay whole."""

import itertools

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipeline.report.paper import page_breaks
from pipeline.report.wrapping import lines_needed

SIZES = some.lists(some.integers(1, 60), min_size=1, max_size=30)


@given(SIZES, some.integers(5, 50))
def test_a_block_that_fits_on_a_page_is_never_torn(sizes, rows_a_page):
    starts = [0, *itertools.accumulate(sizes)]
    end = starts.pop()
    breaks = page_breaks(starts, end, rows_a_page)
    assert set(breaks) <= set(starts)
    tops = []  # where pages begin: at the breaks, and where a page is full
    for top, following in itertools.pairwise([0, *breaks, end]):
        tops += range(top, following, rows_a_page)
    for start, stop in itertools.pairwise([*starts, end]):
        if stop - start <= rows_a_page:
            assert not any(start < top < stop for top in tops)


def test_the_summary_breaks_between_blocks(write, record_of):
    sheet = openpyxl.load_workbook(write(record_of()))["Summary"]
    texts = [row[0] for row in sheet.iter_rows(values_only=True)]
    breaks = [entry.id for entry in sheet.row_breaks.brk]
    assert breaks and all(texts[row - 1] is None and texts[row] for row in breaks)
    assert {texts[row] for row in breaks} <= {
        "What is wrong", "Revenue", "Where the price of the contracts stands", "Inputs", "Sheets",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 40, 1),
        ("short", 40, 1),
        ("W" * 28, 40, 1),
        ("W" * 29, 40, 2),
        ("i" * 60, 40, 1),
        ("a sentence of forty letters, or somewhat", 40, 1),
        ("a sentence of more than that, which is surely too long", 40, 2),
        ("one\ntwo\nthree", 40, 3),
        ("one\n" + "a word " * 12, 40, 3),
        ("x" * 400, 40, 11),
    ],
)
def test_lines_of_a_text(text, width, lines):
    assert lines_needed([text], width) == [lines]


@given(some.lists(some.text(some.characters(codec="utf-8"), max_size=300)))
def test_every_text_has_a_line_and_no_more_than_letters(texts):
    counted = lines_needed(texts, 40)
    assert all(1 <= lines <= len(text) + 1 for text, lines in zip(texts, counted, strict=True))
