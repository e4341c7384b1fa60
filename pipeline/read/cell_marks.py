"""What the loader does not tell of a worksheet's cells, found in its XML.

The loader gives a formula without a stored value, and an error value such as #N/A, as blanks, and
a percentage as its hundredth. Each would be a silent wrong, so such cells are looked for here:
chunk by chunk, and only in chunks that hold the tell-tale letters.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from pipeline.read.extent import ADDRESS, NO_ADDRESS, RESAVE, Extent, column_place
from pipeline.read.faults import UnreadableError

NOT_XML = f"a worksheet is not in UTF-8 XML; {RESAVE}"
UNCALCULATED_TEXT = "#FORMULA?"
"""Stands in a cell whose formula has no stored value."""

CACHED_TEXT = re.compile(rb"""\st=["']str["']""")
ROOT = re.compile(rb"<(?:([A-Za-z_][\w.-]*):)?worksheet[\s>]")
PLAIN_CELL, PREFIXED_CELL = re.compile(rb"<c[\s/>]"), re.compile(rb"<[^\s<>/:]+:c[\s/>]")
KNOWN_TYPES = tuple(
    f' t="{name}"'.encode()
    for name in ("b", "d", "e", "n", "s", "str", "inlineStr", "shared", "array", "dataTable")
)
"""Of cells and of formulas."""

VALUE_ENDS = (b"</v>", b"<v/>", b"</is>")
ROW_BYTES = 1 << 26
"""The most XML that is searched for the end of a row."""

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

    prefix: bytes
    row_end: bytes
    formula: re.Pattern[bytes]
    uncalculated: re.Pattern[bytes]
    error: re.Pattern[bytes]
    filled: re.Pattern[bytes]
    second: re.Pattern[bytes]
    strange_type: re.Pattern[bytes]

    def refuse_mixed_tags(self, text: bytes) -> None:
        """The loader reads cells whatever their prefix; here they would not be seen."""
        other = b"<c" if self.prefix else b":c"
        if other in text and (PLAIN_CELL if self.prefix else PREFIXED_CELL).search(text):
            raise UnreadableError(f"the worksheet's tags are of two kinds; {RESAVE}")

    def refuse_strange_types(self, text: bytes) -> None:
        """A cell of a type that there is not would be read as a blank."""
        types = text.count(b' t="')
        if types == sum(map(text.count, KNOWN_TYPES)) and b" t='" not in text:
            return
        found = self.strange_type.search(text)
        if found:
            raise UnreadableError(
                f"a cell of the worksheet is of the type {found[1].decode(errors='replace')!r}, which "
                f"there is not; {RESAVE}"
            )

    def refuse_untyped_texts(self, text: bytes) -> None:
        """A text in a cell that is of no such type: one reader takes it, another finds a blank."""
        tag = self.prefix + b":is" if self.prefix else b"is"
        texts = text.count(b"<" + tag + b">") + text.count(b"<" + tag + b" ")
        typed = text.count(b' t="inlineStr"') + text.count(b" t='inlineStr'")
        if texts > typed:
            raise UnreadableError(
                f"a cell of the worksheet holds a text and is of no type; {RESAVE}"
            )

    def refuse_second_values(self, text: bytes) -> None:
        """Of two values in a cell, which one is meant? Most often each is the last of its cell."""
        if all(text.count(end) == text.count(end + b"</c>") for end in VALUE_ENDS):
            return
        if self.second.search(text):
            raise UnreadableError(
                f"a cell of the worksheet holds more than one value, so none of them is sure; {RESAVE}"
            )


def find_marks(chunks: Iterable[bytes], percent_styles: frozenset[str]) -> CellMarks:
    """All marked cells of a worksheet; raises UnreadableError where it is too large to load."""
    marks = CellMarks()
    percentage = _styled(percent_styles)
    extent = Extent()
    for patterns, text in _whole_rows(chunks):
        patterns.refuse_mixed_tags(text)
        patterns.refuse_strange_types(text)
        patterns.refuse_untyped_texts(text)
        patterns.refuse_second_values(text)
        extent.add(text, patterns.filled, plain=not patterns.prefix)
        if b't="e"' in text or b"t='e'" in text:
            for cell in patterns.error.finditer(text):
                marks.errors[address_of(cell[1])] = _error_value(cell[2])
        if patterns.formula.search(text):
            marks.has_formulas = True
            marks.uncalculated += [
                address_of(cell[1])
                for cell in patterns.uncalculated.finditer(text)
                if not (cell[2] and CACHED_TEXT.search(cell[1]))
            ]
        if percentage:
            marks.percentages += [address_of(cell[1]) for cell in percentage.finditer(text)]
    return marks


def has_values(chunks: Iterable[bytes]) -> bool:
    """True where any cell of the worksheet holds a value or a formula."""
    return any(patterns.filled.search(text) for patterns, text in _whole_rows(chunks))


def address_of(attributes: bytes) -> Address:
    """The address among a cell's attributes.

    >>> address_of(b' r="AB12" s="3"')
    (11, 27)
    """
    found = ADDRESS.search(attributes)
    if found is None:
        raise UnreadableError(NO_ADDRESS)
    return int(found[2]) - 1, column_place(found[1])


def _error_value(text: bytes) -> str:
    """A cell's error value, `#N/A`."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise UnreadableError(NOT_XML) from fault


def _whole_rows(chunks: Iterable[bytes]) -> Iterator[tuple[Patterns, bytes]]:
    """The chunks cut anew at the ends of rows, so that no cell is torn in two."""
    rest = b""
    patterns: Patterns | None = None
    for chunk in chunks:
        text = rest + chunk
        if patterns is None:
            root = ROOT.search(text)
            if root is None:
                raise UnreadableError(NOT_XML)
            patterns = _patterns(root[1] or b"")
        cut = text.rfind(patterns.row_end) + 1
        if cut:
            yield patterns, text[:cut]
        rest = text[cut:]
        if len(rest) > ROW_BYTES:
            raise UnreadableError(
                f"a row of a worksheet takes more than {ROW_BYTES >> 20} MB; {RESAVE}"
            )
    if patterns is not None:
        yield patterns, rest


@cache
def _patterns(prefix: bytes) -> Patterns:
    tag = re.escape(prefix + b":") if prefix else b""

    def pattern(source: bytes) -> re.Pattern[bytes]:
        return re.compile(source.replace(b"@", tag), re.DOTALL)

    return Patterns(
        prefix=prefix,
        row_end=b"</" + (prefix + b":" if prefix else b"") + b"row>",
        formula=pattern(rb"<@f[\s/>]"),
        uncalculated=pattern(
            rb"<@c((?:\s[^<>]*)?)>\s*<@f(?:\s[^<>]*)?(?:/>|>[^<]*</@f>)\s*"
            rb"(<@v\s*/>|<@v(?:\s[^<>]*)?>\s*</@v>)?\s*</@c>"
        ),
        error=pattern(
            rb"<@c(\s[^<>]*?\bt=[\"']e[\"'][^<>]*)>(?:<@f[^<]*(?:</@f>)?)?\s*<@v>([^<]*)</@v>"
        ),
        second=pattern(rb"(?:</@(?:v|is)>|<@(?:v|is)\s*/>)[^<]*<@(?:v|is|f)[\s/>]"),
        strange_type=pattern(
            rb"<@c\s(?:[^<>]*\s)?t\s*=\s*[\"'](?!(?:b|d|e|n|s|str|inlineStr)[\"'])([^\"'<>]*)"
        ),
        filled=pattern(rb"<@c((?:\s[^<>]*[^<>/])?)>(?!\s*</@c>)"),
    )


def _styled(styles: frozenset[str]) -> re.Pattern[bytes] | None:
    """Cells with content in one of the styles."""
    if not styles:
        return None
    numbers = "|".join(sorted(styles)).encode()
    return re.compile(
        rb"<(?:[\w.-]+:)?c(\s(?:[^<>]*?\s)?s=[\"'](?:" + numbers + rb")[\"'][^<>]*)(?<!/)>"
    )
