"""What the loader does not tell of a worksheet's cells, found in its XML.

The loader gives a formula without a stored value, and an error value such as #N/A, as blanks, and
a percentage as its hundredth. Each would be a silent wrong, so such cells are looked for here:
chunk by chunk, and only in chunks that hold the tell-tale letters.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from pipeline.read.faults import UnreadableError

UNCALCULATED_TEXT = "#FORMULA?"
"""Stands in a cell whose formula has no stored value."""

ADDRESS = re.compile(rb"""\sr=["']([A-Z]{1,3})([0-9]{1,7})["']""")
CACHED_TEXT = re.compile(rb"""\st=["']str["']""")
ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?worksheet[\s>]")
MOST_CELLS = 30_000_000
"""The most cells of a sheet's used range: the loader takes memory for each, blank or not."""

Address = tuple[int, int]
"""Row and column of a cell, both from 0."""


@dataclass
class CellMarks:
    """The cells of a worksheet that the loader's values don't do justice to.

    uncalculated   formulas without a stored value
    errors         error values, with their text
    percentages    cells that are formatted as a percentage
    has_formulas   whether there is any formula
    """

    uncalculated: list[Address] = field(default_factory=list)
    errors: dict[Address, str] = field(default_factory=dict)
    percentages: list[Address] = field(default_factory=list)
    has_formulas: bool = False


@dataclass(frozen=True)
class Patterns:
    """Patterns of one worksheet's XML; its tags may carry a prefix."""

    row_end: bytes
    formula: re.Pattern[bytes]
    uncalculated: re.Pattern[bytes]
    error: re.Pattern[bytes]
    valued: re.Pattern[bytes]
    dimension: re.Pattern[bytes]


def find_marks(chunks: Iterable[bytes], percent_styles: frozenset[str]) -> CellMarks:
    """All marked cells of a worksheet; raises UnreadableError where it is too large to load."""
    marks = CellMarks()
    percentage = _styled(percent_styles)
    extent = Extent()
    for patterns, text in _whole_rows(chunks):
        extent.add(patterns, text)
        if b't="e"' in text or b"t='e'" in text:
            for cell in patterns.error.finditer(text):
                marks.errors[address_of(cell[1])] = cell[2].decode("utf-8")
        if patterns.formula.search(text):
            marks.has_formulas = True
            marks.uncalculated += [
                address_of(cell[1])
                for cell in patterns.uncalculated.finditer(text)
                if not (cell[2] and CACHED_TEXT.search(cell[1]))
            ]
        if percentage:
            marks.percentages += [address_of(cell[1]) for cell in percentage.finditer(text)]
    extent.refuse_if_absurd()
    return marks


def has_values(chunks: Iterable[bytes]) -> bool:
    """True where any cell of the worksheet holds a value or a formula."""
    return any(patterns.valued.search(text) for patterns, text in _whole_rows(chunks))


def address_of(attributes: bytes) -> Address:
    """The address among a cell's attributes.

    >>> address_of(b' r="AB12" s="3"')
    (11, 27)
    """
    found = ADDRESS.search(attributes)
    if found is None:
        raise UnreadableError(
            "the worksheet does not say where its cells stand; "
            "open the workbook in Excel or LibreOffice and save it again as .xlsx"
        )
    return int(found[2]) - 1, column_place(found[1])


def column_place(letters: bytes) -> int:
    """A column's place from its letters: A is 0, XFD 16383."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - ord("A") + 1
    return place - 1


class Extent:
    """The used range of a worksheet: as it is declared, or where that may be wrong, as it is."""

    def __init__(self) -> None:
        self.declared: bool | None = None
        self.rows: set[int] = set()
        self.columns: set[bytes] = set()

    def add(self, patterns: Patterns, text: bytes) -> None:
        """Takes in some whole rows. The first decide whether the declared range is believed."""
        if self.declared is None:
            found = patterns.dimension.search(text)
            self.declared = found is not None and 1 < _cells_of(found) <= MOST_CELLS
        if self.declared:
            return
        cells = [found[1] for found in patterns.valued.finditer(text)]
        places = [found for found in map(ADDRESS.search, cells) if found]
        self.columns.update(found[1] for found in places)
        if places:
            rows = [int(found[2]) for found in places]
            self.rows = {min(rows), max(rows)} | {*sorted(self.rows)[:1], *sorted(self.rows)[-1:]}

    def refuse_if_absurd(self) -> None:
        """Raises UnreadableError where loading the range would take too much memory."""
        if not self.rows:
            return
        places = [column_place(letters) for letters in self.columns]
        height = max(self.rows) - min(self.rows) + 1
        width = max(places) - min(places) + 1
        if height * width > MOST_CELLS:
            raise UnreadableError(
                f"the cells stand too far apart: {height} rows by {width} columns are in use; "
                "delete the stray cells far below or to the right, or split the sheet"
            )


def _cells_of(dimension: re.Match[bytes]) -> int:
    left, top, right, bottom = dimension.groups()
    if right is None:
        return 1
    return (int(bottom) - int(top) + 1) * (column_place(right) - column_place(left) + 1)


def _whole_rows(chunks: Iterable[bytes]) -> Iterator[tuple[Patterns, bytes]]:
    """The chunks cut anew at the ends of rows, so that no cell is torn in two."""
    rest = b""
    patterns: Patterns | None = None
    for chunk in chunks:
        text = rest + chunk
        if patterns is None:
            root = ROOT.search(text)
            if root is None:
                raise UnreadableError(
                    "a worksheet is not in UTF-8 XML; "
                    "open the workbook in Excel or LibreOffice and save it again as .xlsx"
                )
            patterns = _patterns(root[1] or b"")
        cut = text.rfind(patterns.row_end) + 1
        if cut:
            yield patterns, text[:cut]
        rest = text[cut:]
    if patterns is not None:
        yield patterns, rest


@cache
def _patterns(prefix: bytes) -> Patterns:
    tag = re.escape(prefix + b":") if prefix else b""

    def pattern(source: bytes) -> re.Pattern[bytes]:
        return re.compile(source.replace(b"@", tag), re.DOTALL)

    return Patterns(
        row_end=b"</" + (prefix + b":" if prefix else b"") + b"row>",
        formula=pattern(rb"<@f[\s/>]"),
        uncalculated=pattern(
            rb"<@c((?:\s[^>]*)?)>\s*<@f(?:\s[^>]*)?(?:/>|>[^<]*</@f>)\s*"
            rb"(<@v\s*/>|<@v(?:\s[^>]*)?>\s*</@v>)?\s*</@c>"
        ),
        error=pattern(
            rb"<@c(\s[^>]*?\bt=[\"']e[\"'][^>]*)>(?:<@f[^<]*(?:</@f>)?)?\s*<@v>([^<]*)</@v>"
        ),
        valued=pattern(rb"<@c((?:\s[^>]*[^>/])?)>\s*<@(?:f|v|is)[\s/>]"),
        dimension=pattern(
            rb"<@dimension\s[^>]*?ref=[\"']([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?[\"']"
        ),
    )


def _styled(styles: frozenset[str]) -> re.Pattern[bytes] | None:
    """Cells with content in one of the styles."""
    if not styles:
        return None
    numbers = "|".join(sorted(styles)).encode()
    return re.compile(
        rb"<(?:[\w.-]+:)?c(\s(?:[^>]*?\s)?s=[\"'](?:" + numbers + rb")[\"'][^>]*)(?<!/)>"
    )
