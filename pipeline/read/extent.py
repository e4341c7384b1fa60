"""Where the cells of a worksheet stand, found in its XML before anything is loaded.

The loader takes memory for every cell between the first and the last one, whatever the sheet says
of its own size, and it takes the rows to be in order: of two cells with one address it keeps the
last. So the addresses themselves are looked at, some megabytes at a time.
"""

import re

import numpy as np

from pipeline.read import limits
from pipeline.read.faults import UnreadableError

ADDRESS = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
BEGINNING = b'<c r="'
"""How every spreadsheet begins a cell; anything else is looked at one by one."""

LONGEST_ADDRESS = 11
"""XFD1048576, and the quotation mark after it."""

RESAVE = "open the workbook in Excel or LibreOffice and save it again as .xlsx"
NO_ADDRESS = f"the worksheet does not say where its cells stand; {RESAVE}"
FEW_CELLS, MOST_BLANKS = 2_000_000, 20
"""A used range of so many cells is loaded in any case, a larger one where no more than 19 in 20 of
its cells are blank."""


class Extent:
    """The used range of a worksheet: its first and last row, first and last column, from 0."""

    def __init__(self) -> None:
        self.top, self.bottom = limits.SHEET_ROWS, -1
        self.left, self.right = limits.SHEET_COLUMNS, -1
        self.cells = 0
        self.last = -1

    def add(self, text: bytes, filled: re.Pattern[bytes], plain: bool) -> None:
        """Takes in some whole rows. `filled` finds cells that hold something, with their attributes;
        `plain` says that the tags have no prefix. Raises UnreadableError where the cells are not in
        order, or so far apart that they would fill the memory."""
        places = places_of(text) if plain else None
        if places is None or not self._takes(places):
            self._take(_filled_places(text, filled))
        else:
            self._take(places)

    def _takes(self, places: np.ndarray) -> bool:
        """Whether the cells can stay, those included that are only formatted."""
        if not len(places):
            return True
        in_order = places[0] > self.last and bool((np.diff(places) > 0).all())
        return in_order and not self._too_far(*self._joined(places), self.cells + len(places))

    def _take(self, places: np.ndarray) -> None:
        if not len(places):
            return
        _refuse_disorder(self.last, places)
        self.top, self.bottom, self.left, self.right = self._joined(places)
        self.cells += len(places)
        self.last = int(places[-1])
        if self._too_far(self.top, self.bottom, self.left, self.right, self.cells):
            height, width = self.bottom - self.top + 1, self.right - self.left + 1
            raise UnreadableError(
                f"the cells stand too far apart: {height} rows by {width} columns are in use; "
                "delete the stray cells far below or to the right, or split the sheet"
            )

    def _joined(self, places: np.ndarray) -> tuple[int, int, int, int]:
        rows, columns = np.divmod(places, limits.SHEET_COLUMNS)
        return (
            min(self.top, int(rows[0])), max(self.bottom, int(rows[-1])),
            min(self.left, int(columns.min())), max(self.right, int(columns.max())),
        )  # fmt: skip

    @staticmethod
    def _too_far(top: int, bottom: int, left: int, right: int, cells: int) -> bool:
        area = (bottom - top + 1) * (right - left + 1)
        return area > min(limits.CELLS, max(FEW_CELLS, MOST_BLANKS * cells))


def column_place(letters: bytes) -> int:
    """A column's place from its letters: A is 0, XFD 16383."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return place - 1


def places_of(text: bytes) -> np.ndarray | None:
    """The cells' places, row × 16384 + column from 0 (int64); None where not all of them begin as
    spreadsheets write them, or one lies beyond the last row or column.

    >>> places_of(b'<c r="A1"><v>1</v></c><c r="C2"/>').tolist()
    [0, 16386]
    """
    letters = np.frombuffer(text, np.uint8)
    starts = np.flatnonzero((letters[:-1] == ord("<")) & (letters[1:] == ord("c")))
    after = letters[np.minimum(starts + 2, len(letters) - 1)]
    starts = starts[(after <= ord(" ")) | (after == ord(">")) | (after == ord("/"))]
    if not len(starts):
        return np.array([], np.int64)
    if text.count(BEGINNING) != len(starts):
        return None
    return _addresses(letters, starts + len(BEGINNING))


def _addresses(letters: np.ndarray, starts: np.ndarray) -> np.ndarray | None:
    row, column = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    under_way = np.ones(len(starts), bool)
    for step in range(LONGEST_ADDRESS):
        one = letters[np.minimum(starts + step, len(letters) - 1)].astype(np.int64)
        ended = under_way & (one == ord('"'))
        under_way &= ~ended
        digit = under_way & (one >= ord("0")) & (one <= ord("9"))
        letter = under_way & (one >= ord("A")) & (one <= ord("Z")) & (row == 0)
        if (under_way != (digit | letter)).any():
            return None
        row = np.where(digit, row * 10 + one - ord("0"), row)
        column = np.where(letter, column * 26 + one - ord("A") + 1, column)
        if not under_way.any():
            break
    inside = (row >= 1) & (row <= limits.SHEET_ROWS)
    inside &= (column >= 1) & (column <= limits.SHEET_COLUMNS)
    if under_way.any() or not inside.all():
        return None
    return (row - 1) * limits.SHEET_COLUMNS + column - 1


def _filled_places(text: bytes, filled: re.Pattern[bytes]) -> np.ndarray:
    """The places of the cells that hold something; raises UnreadableError where one has none."""
    found = []
    for cell in filled.finditer(text):
        address = ADDRESS.search(cell[1])
        if address is None:
            raise UnreadableError(NO_ADDRESS)
        row, column = int(address[2]) - 1, column_place(address[1])
        if not (0 <= row < limits.SHEET_ROWS and column < limits.SHEET_COLUMNS):
            raise UnreadableError(
                f"the worksheet has a cell {(address[1] + address[2]).decode()}, beyond the last row "
                f"or column that a sheet has; {RESAVE}"
            )
        found.append(row * limits.SHEET_COLUMNS + column)
    return np.array(found, np.int64)


def _refuse_disorder(last: int, places: np.ndarray) -> None:
    before = np.append(last, places[:-1])
    wrong = np.flatnonzero(places <= before)
    if len(wrong):
        row = int(places[wrong[0]]) // limits.SHEET_COLUMNS + 1
        raise UnreadableError(
            f"the cells of the worksheet stand twice or not in order, first in row {row}, so the rows "
            f"can't be told for sure; {RESAVE}"
        )
