"""Mutators: each makes of a file another one, by the numbers that a seeded generator gives."""

import csv
import io
import re
from collections.abc import Callable
from random import Random

from tests.fuzz.corpus import Parts

Grid = list[list[str]]

ODD_BYTES = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b'"', b'""', b"\r", b"\n", b"\r\n", b",", b";",
    b"\t", b"\x1a", b"\xed\xa0\x80", b"\xc3", b"=", b"'", b"<", b">", b"&", b"]]>", b"PK", b"\x85",
)  # fmt: skip
ODD_CELLS = (
    "", " ", "0", "-0", "-1", "1e309", "NaN", "inf", "١٢", "12,345.67", "(100.00)", "1E5", "+5", "0.1",
    "99999999999999999999", "0.0000001", "1_000", "0x10", "30%", "100", "33.3333333", "0000", "N", "Y",
    "2026-03-31", "9999-12-31", "1900-02-29", "29 Feb 1900", "2026-02-30", "03/04/2026", "0000-00-00",
    "2026-03-31 00:00:00", "2026-03-31T23:59:59Z", "1899-12-31", "46112", "../../x", "CON", "x" * 4096,
    "\u202ex", "S\u200b-1", "a\u00a0b", "\u3164", "=1+1", "@x", "-x", "'x", "NULL", "None", "#N/A",
    "_x0041_", "ACTIVE", "CANCELED", "ONE_TIME", "RECURRING", "BILLING", "active", "S-1001", "10",
    "a\nb", 'a"b', "a,b", "é", "e\u0301", "\U0001f600", "-100.00", "100.00", "0.01", "5.", ".5",
)  # fmt: skip


def mutate_bytes(data: bytes, random: Random) -> bytes:
    """Bytes changed, cut out, put in, doubled, or cut off at the end."""
    out = bytearray(data)
    for _ in range(random.choice((1, 1, 1, 2, 4, 16))):
        at = random.randrange(len(out) + 1)
        length = random.choice((1, 1, 2, 8, 64))
        way = random.randrange(6)
        if way == 0 and at < len(out):
            out[at] ^= 1 << random.randrange(8)
        elif way == 1:
            del out[at : at + length]
        elif way == 2:
            out[at:at] = random.choice(ODD_BYTES)
        elif way == 3:
            out[at:at] = out[max(0, at - length) : at]
        elif way == 4 and random.random() < 0.3:
            del out[at:]
        else:
            out[at : at + length] = random.choice(ODD_BYTES)
    return bytes(out)


def mutate_csv(data: bytes, random: Random) -> bytes:
    """Cells, rows, columns, or the way in which a CSV file is written."""
    grid = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        random.choice(GRID_WAYS)(grid, random)
    return write_csv(grid, random)


def write_csv(grid: Grid, random: Random) -> bytes:
    """The grid as CSV, most often as usual, now and then in another manner."""
    text = io.StringIO()
    csv.writer(
        text,
        delimiter=random.choice(",,,,,,;\t|"),
        lineterminator=random.choice(("\n", "\n", "\n", "\r\n", "\r")),
        quoting=random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    ).writerows(grid)
    encoding = random.choice(("utf-8",) * 8 + ("utf-8-sig", "utf-16", "utf-16-le", "cp1252"))
    return text.getvalue().encode(encoding, "replace")


def _change_cell(grid: Grid, random: Random) -> None:
    row = random.choice(grid)
    if row:
        row[random.randrange(len(row))] = random.choice(ODD_CELLS)


def _edit_cell(grid: Grid, random: Random) -> None:
    row = random.choice(grid)
    if row:
        place = random.randrange(len(row))
        at = random.randrange(len(row[place]) + 1)
        row[place] = row[place][:at] + random.choice(ODD_CELLS)[:3] + row[place][at + 1 :]


def _swap_cells(grid: Grid, random: Random) -> None:
    one, other = random.choice(grid), random.choice(grid)
    if one and other:
        first, second = random.randrange(len(one)), random.randrange(len(other))
        one[first], other[second] = other[second], one[first]


def _drop_row(grid: Grid, random: Random) -> None:
    if len(grid) > 1:
        del grid[random.randrange(len(grid))]


def _double_row(grid: Grid, random: Random) -> None:
    grid.insert(random.randrange(len(grid) + 1), list(random.choice(grid)))


def _move_row(grid: Grid, random: Random) -> None:
    row = grid.pop(random.randrange(len(grid)))
    grid.insert(random.randrange(len(grid) + 1), row)


def _blank_row(grid: Grid, random: Random) -> None:
    grid.insert(random.randrange(len(grid) + 1), random.choice(([], ["", ""], [" "])))


def _longer_row(grid: Grid, random: Random) -> None:
    random.choice(grid).append(random.choice(ODD_CELLS))


def _shorter_row(grid: Grid, random: Random) -> None:
    row = random.choice(grid)
    del row[random.randrange(len(row) + 1) :]


def _drop_column(grid: Grid, random: Random) -> None:
    place = random.randrange(max(1, len(grid[0])))
    for row in grid:
        del row[place : place + 1]


def _double_column(grid: Grid, random: Random) -> None:
    place, to = (random.randrange(max(1, len(grid[0]))) for _ in range(2))
    for row in grid:
        row[to:to] = row[place : place + 1]


def _move_column(grid: Grid, random: Random) -> None:
    place, to = (random.randrange(max(1, len(grid[0]))) for _ in range(2))
    for row in grid:
        cell = row[place : place + 1]
        del row[place : place + 1]
        row[to:to] = cell


GRID_WAYS: tuple[Callable[[Grid, Random], None], ...] = (
    _change_cell, _change_cell, _change_cell, _change_cell, _edit_cell, _edit_cell, _swap_cells,
    _drop_row, _double_row, _move_row, _blank_row, _longer_row, _shorter_row, _drop_column,
    _double_column, _move_column,
)  # fmt: skip

CELL = re.compile(rb"<c [^>]*?(?:/>|>.*?</c>)", re.DOTALL)
ROW = re.compile(rb"<row [^>]*?(?:/>|>.*?</row>)", re.DOTALL)
CELL_BORDER = re.compile(rb"<c [^>]*[^/]>|(?<=.)(?=</c>)")
ADDRESS = re.compile(rb'r="([A-Z]+)([0-9]+)"')
XML_WORDS = (
    b"1048576", b"9999999", b"XFD", b"ZZZZ", b"A0", b"-1", b"0", b"t=\"e\"", b"t=\"s\"", b"t=\"str\"",
    b't="d"', b't="b"', b't="n"', b"<f>1+1</f>", b"<v>1e309</v>", b"<v>NaN</v>", b"<v/>", b"<v>-0</v>",
    b"<v>99999999999</v>", b"<!-- x -->", b"<![CDATA[x]]>", b"&#0;", b"&#x202e;", b"_x000D_", b"s=\"1\"",
    b"<v>2958466</v>", b"<v>60</v>", b"<v>0.5</v>", b"<v>-1</v>", b'<is><t>x</t></is>', b"&amp;", b"&x;",
)  # fmt: skip


def mutate_workbook(parts: Parts, random: Random) -> Parts:
    """Cells, rows, sheets or single parts of a workbook."""
    out = dict(parts)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        random.choice(PART_WAYS)(out, random)
    return out


def _sheet_of(parts: Parts, random: Random) -> str:
    return random.choice(sorted(n for n in parts if "/worksheets/sheet" in n) or sorted(parts))


def _swap_in_sheet(parts: Parts, random: Random, pattern: re.Pattern[bytes]) -> None:
    """A cell or a row that is left out, doubled or exchanged with another."""
    name = _sheet_of(parts, random)
    found = list(pattern.finditer(parts[name]))
    if found:
        one, other = random.choice(found), random.choice(found)
        put = random.choice((b"", one[0] + one[0], other[0], one[0] + other[0]))
        parts[name] = parts[name][: one.start()] + put + parts[name][one.end() :]


def _cells(parts: Parts, random: Random) -> None:
    _swap_in_sheet(parts, random, CELL)


def _rows(parts: Parts, random: Random) -> None:
    _swap_in_sheet(parts, random, ROW)


def _exchange_values(parts: Parts, random: Random) -> None:
    """The contents of two cells exchanged, their addresses kept: a sound sheet of other values."""
    name = _sheet_of(parts, random)
    found = [cell for cell in CELL.finditer(parts[name]) if ADDRESS.search(cell[0])]
    if len(found) > 1:
        one, other = sorted(random.sample(found, 2), key=lambda cell: cell.start())
        texts = [
            ADDRESS.sub(b'r="' + b"".join(ADDRESS.search(here[0]).groups()) + b'"', there[0], count=1)  # type: ignore[union-attr]
            for here, there in ((one, other), (other, one))
        ]  # fmt: skip
        old = parts[name]
        parts[name] = (
            old[: one.start()] + texts[0] + old[one.end() : other.start()] + texts[1]
            + old[other.end() :]
        )  # fmt: skip


def _type_a_value(parts: Parts, random: Random) -> None:
    """One of the odd cells typed into a sheet as text or, where it is one, as a number."""
    name = _sheet_of(parts, random)
    found = [cell for cell in CELL.finditer(parts[name]) if ADDRESS.search(cell[0])]
    if found:
        cell = random.choice(found)
        value = random.choice(ODD_CELLS).replace("&", "&amp;").replace("<", "&lt;").encode()
        address = ADDRESS.search(cell[0])[0]  # type: ignore[index]
        put = b"<c " + address + b' t="inlineStr"><is><t>' + value + b"</t></is></c>"
        if re.fullmatch(rb"-?[0-9.]{1,20}", value) and random.random() < 0.5:
            put = b"<c " + address + b"><v>" + value + b"</v></c>"
        parts[name] = parts[name][: cell.start()] + put + parts[name][cell.end() :]


def _words(parts: Parts, random: Random) -> None:
    """A word of the format where it may stand: an element in a cell, anything else anywhere."""
    name = _sheet_of(parts, random)
    text, word = parts[name], random.choice(XML_WORDS)
    borders = [found.end() for found in CELL_BORDER.finditer(text)]
    if word.startswith(b"<") and borders:
        at = random.choice(borders)
        parts[name] = text[:at] + word + text[at:]
        return
    at = random.randrange(len(text) + 1)
    parts[name] = text[:at] + word + text[at + random.choice((0, 0, 1, 3, 10)) :]


def _any_part(parts: Parts, random: Random) -> None:
    name = random.choice(sorted(parts))
    parts[name] = mutate_bytes(parts[name], random)


def _lose_part(parts: Parts, random: Random) -> None:
    parts.pop(random.choice(sorted(parts)))


def _exchange_parts(parts: Parts, random: Random) -> None:
    one, other = random.choice(sorted(parts)), random.choice(sorted(parts))
    parts[one], parts[other] = parts[other], parts[one]


def _sheet_list(parts: Parts, random: Random) -> None:
    """Sheets renamed, hidden, doubled or left out."""
    book = parts.get("xl/workbook.xml", b"")
    found = list(re.finditer(rb"<sheet [^>]*/>", book))
    if found:
        one, other = random.choice(found), random.choice(found)
        title = random.choice((b"milestones", b"Charges", b"lookups~2", b"errors", b"../x", b"CON"))
        put = random.choice(
            (
                b"",
                one[0] + other[0],
                re.sub(rb'name="[^"]*"', b'name="' + title + b'"', one[0]),
                one[0].replace(b"<sheet ", b'<sheet state="veryHidden" '),
            )
        )
        parts["xl/workbook.xml"] = book[: one.start()] + put + book[one.end() :]


PART_WAYS: tuple[Callable[[Parts, Random], None], ...] = (
    _exchange_values, _exchange_values, _type_a_value, _type_a_value, _type_a_value, _cells, _rows,
    _words, _words, _any_part, _any_part, _lose_part, _exchange_parts, _sheet_list,
)  # fmt: skip
