"""Blocks of cells: the same file, to the byte, as XlsxWriter writes cell by cell."""

import datetime
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from pipeline.report.blocks import BlockSheet, BlockSheetError
from pipeline.report.workbook import TEXT_STAYS_TEXT

TOP, LEFT = 3, 1
NUMBERS = st.one_of(
    st.none(),
    st.integers(-(10**15) + 1, 10**15 - 1).map(lambda minor: minor / 100),
    st.integers(0, 60_000),
)
ROWS = st.lists(
    st.tuples(st.sampled_from(["", "a", "=1+1", "<&>\"'", "007", "é_x0041_"]), NUMBERS,
              st.sampled_from([0, 2, 3]), st.sampled_from(["", "z", "a"])),
    max_size=40,
)  # fmt: skip


def workbook_of(path: Path, rows: list[tuple], sheet_class: type[Worksheet]) -> dict[str, str]:
    """A table with a text, a number that has one of three looks, a text that is written over, and a
    text; beside it a note, and two rows of a height of their own."""
    with Workbook(str(path), TEXT_STAYS_TEXT) as workbook:
        workbook.set_properties({"created": datetime.datetime(2026, 3, 31)})
        first = workbook.add_worksheet("First", sheet_class)
        sheet = workbook.add_worksheet("Rows", sheet_class)
        text, over = workbook.add_format({"num_format": "@"}), workbook.add_format({"bold": True})
        first.write_string(0, 0, "007", over)
        looks = [workbook.add_format({"num_format": form}) for form in ("0", "0.00", "0.000")]
        for at, look in enumerate((text, looks[1], text, text), start=LEFT):
            sheet.set_column(at, at, 20, look)
        texts, numbers, places, lasts = ([row[at] for row in rows] for at in range(4))
        which = np.searchsorted([0, 2, 3], places)
        if sheet_class is BlockSheet and rows:
            sheet.write_block(
                TOP,
                LEFT,
                [sheet.text_cells(texts, text), sheet.number_cells(numbers, looks, which)],
            )
            sheet.write_column(TOP, LEFT + 2, texts)
            sheet.write_block(TOP, LEFT + 3, [sheet.text_cells(lasts, text)])
        else:
            sheet.write_column(TOP, LEFT, texts)
            for row, (number, look) in enumerate(zip(numbers, which, strict=True), start=TOP):
                if number is not None:
                    sheet.write_number(row, LEFT + 1, number, looks[look])
            sheet.write_column(TOP, LEFT + 2, texts)
            sheet.write_column(TOP, LEFT + 3, lasts)
        if rows:
            sheet.write_string(TOP, LEFT + 2, "over", over)
            sheet.write_string(TOP + len(rows) - 1, LEFT + 5, "beside")
            sheet.set_row(TOP, 30)
        sheet.set_row(TOP + len(rows) + 1, 45)
        headings = [{"header": f"Column {number}"} for number in range(4)]
        bottom = TOP + max(len(rows), 1) - 1
        sheet.add_table(TOP - 1, LEFT, bottom, LEFT + 3, {"columns": headings})
    if sheet_class is BlockSheet:
        sheet.refuse_unwritten()
    with ZipFile(path) as parts:
        return {name: parts.read(name).decode() for name in parts.namelist()}


@settings(max_examples=40, deadline=None)
@given(rows=ROWS)
def test_blocks_are_the_same_bytes_as_single_cells(
    rows: list[tuple], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("blocks")
    by_block = workbook_of(folder / "blocks.xlsx", rows, BlockSheet)
    assert by_block == workbook_of(folder / "cells.xlsx", rows, Worksheet)


def test_a_block_that_xlsxwriter_leaves_out_is_told(tmp_path: Path) -> None:
    with Workbook(str(tmp_path / "book.xlsx"), TEXT_STAYS_TEXT) as workbook:
        sheet = workbook.add_worksheet("Rows", BlockSheet)
        sheet.write_block(0, 0, [sheet.text_cells(["a", "b"], workbook.add_format())])
        sheet.write_string(1, 0, "over a cell of the block")
    with pytest.raises(BlockSheetError, match="sheet Rows is not complete"):
        sheet.refuse_unwritten()
