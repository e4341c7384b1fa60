"""Many cells of a sheet at once: whole columns become the XML of whole rows.

XlsxWriter keeps a tuple for every cell, and writes it with a dozen calls: for the million cells of a
large night that is most of the workbook's time and memory. Here a block of cells stands in each of its
rows as one cell, which writes all of them; the file is the same to the byte.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.compute as compute
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from pipeline.words import join

NO_CELL = arrow.scalar("", arrow.large_string())
END_OF_BLOCK = object()
"""Stands in a row's last cell, so that XlsxWriter knows how far the row reaches; writes nothing."""


class BlockSheetError(Exception):
    """XlsxWriter did not write what it was given: an XlsxWriter that this program does not know."""


@dataclass(frozen=True)
class BlockColumn:
    """A column of cells: what each holds, as XML (null: there is no cell), and which of the `looks` it
    has (all the first, where `which` is None)."""

    contents: arrow.Array
    looks: Sequence[Format]
    which: np.ndarray | None = None

    @property
    def look_of_each(self) -> np.ndarray:
        """For each cell, the place of its format in `looks`."""
        return np.zeros(len(self.contents), np.int64) if self.which is None else self.which


class Block:
    """Columns of cells side by side, from one corner on."""

    def __init__(self, row: int, col: int, columns: Sequence[BlockColumn]) -> None:
        self.row, self.col, self.columns = row, col, columns
        self.filled = np.column_stack(
            [column.contents.is_valid().to_numpy(zero_copy_only=False) for column in columns]
        )
        self.unwritten = int(self.filled.any(axis=1).sum())
        self._texts: list[str] = []

    def row_text(self, row: int) -> str:
        """The cells of a row. Formats are numbered as they come to be written, so the cells are not put
        together before the first of them is."""
        if not self._texts:
            self._texts = self._all_texts()
            self.columns = ()
        self.unwritten -= 1
        return self._texts[row - self.row]

    def _all_texts(self) -> list[str]:
        number_of = self._look_numbers()
        count = len(self.filled)
        rows = arrow.array(np.arange(self.row + 1, self.row + 1 + count)).cast(arrow.large_string())
        cells = []
        for at, column in enumerate(self.columns, start=self.col):
            numbers = [f'{number_of.get(look)}"' for look in column.looks]
            look = arrow.array(numbers, arrow.large_string()).take(arrow.array(column.look_of_each))
            begun = join(f'<c r="{xl_col_to_name(at)}', rows, '" s="', look)
            cells.append(join(begun, column.contents))
        joined = compute.binary_join_element_wise(*cells, NO_CELL, null_handling="replace")
        texts: list[str] = joined.to_pylist()
        return texts

    def _look_numbers(self) -> dict[Format, int]:
        """The numbers of the looks that are used, given as if cell after cell were written."""
        first_uses = [
            (used[0], at, look)
            for at, column in enumerate(self.columns)
            for number, look in enumerate(column.looks)
            if len(used := np.flatnonzero(self.filled[:, at] & (column.look_of_each == number)))
        ]
        in_order = sorted(first_uses, key=lambda use: use[:2])
        return {look: look._get_xf_index() for _, _, look in in_order}


class BlockSheet(Worksheet):
    """A worksheet that takes blocks of cells beside single ones.

    In the columns of a block, between its first and its last row, no single cell is written.
    """

    def __init__(self) -> None:
        super().__init__()
        self.table_cells: dict = _Unkept()
        self._blocks: list[Block] = []

    def text_cells(self, texts: Sequence[str], look: Format) -> BlockColumn:
        """Texts that a cell can hold (`cells.shown_texts`); no cell where one is ""."""
        index = self.str_table._get_shared_string_index
        numbers = arrow.array([index(text) if text else None for text in texts], arrow.int64())
        return BlockColumn(
            join(' t="s"><v>', numbers.cast(arrow.large_string()), "</v></c>"), [look]
        )

    def number_cells(
        self, numbers: Sequence[float | None], looks: Sequence[Format], which: np.ndarray | None
    ) -> BlockColumn:
        """Numbers to 16 digits, as XlsxWriter writes them; no cell where one is missing."""
        texts = [None if number is None else f"{number:.16G}" for number in numbers]
        contents = join("><v>", arrow.array(texts, arrow.large_string()), "</v></c>")
        return BlockColumn(contents, looks, which)

    def write_block(self, row: int, col: int, columns: Sequence[BlockColumn]) -> None:
        """Columns of equal length, side by side."""
        block = Block(row, col, columns)
        self._blocks.append(block)
        rows = np.flatnonzero(block.filled.any(axis=1))
        if not len(rows):
            return
        firsts = col + block.filled[rows].argmax(axis=1)
        lasts = col + len(columns) - 1 - block.filled[rows, ::-1].argmax(axis=1)
        rows += row
        self._check_dimensions(int(rows[0]), int(firsts.min()))  # notes how far the sheet reaches
        self._check_dimensions(int(rows[-1]), int(lasts.max()))
        for at, first, last in zip(rows.tolist(), firsts.tolist(), lasts.tolist(), strict=True):
            self.table[at][last] = END_OF_BLOCK
            self.table[at][first] = block

    def refuse_unwritten(self) -> None:
        """Raise BlockSheetError unless every row of every block is in the file."""
        if any(block.unwritten for block in self._blocks):
            raise BlockSheetError(
                f"sheet {self.name} is not complete: this version of XlsxWriter can't be used; "
                "install the version that the program was tested with"
            )

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if isinstance(cell, Block):
            self.fh.write(cell.row_text(row))
        elif cell is not END_OF_BLOCK:
            super()._write_cell(row, col, cell)


class _Unkept(dict):
    """Which table each cell of a sheet is in, not kept: our sheets have one table, and a million cells
    would take as many entries."""

    def __setitem__(self, cell: Any, table: Any) -> None:
        pass
