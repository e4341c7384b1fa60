"""Hostile and broken files: each gives findings or is refused by name, and the others go on.

What takes memory is read in a process of its own, whose peak is held against a bound.
"""

import io
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from pipeline.read import inbox, limits, read_inputs
from pipeline.read.faults import UnreadableError

SHEET, BOOK, TEXTS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"
STYLES, RELATIONS = "xl/styles.xml", "xl/_rels/workbook.xml.rels"
HEAD = "lookup_type,code,meaning\n"
PLAIN = HEAD + "MILESTONE_NAME,Go,x\n"
END = b"</sheetData>"
MEGABYTE = 1 << 20

Parts = dict[str, bytes]
Change = Callable[[Parts], Parts]


def sound_parts() -> Parts:
    """The parts of a sound workbook: lookups with one row."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet("lookups")
    sheet.write_row(0, 0, ["lookup_type", "code", "meaning"])
    sheet.write_row(1, 0, ["MILESTONE_NAME", "Go", "x"])
    book.close()
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts) -> bytes:
    """A workbook of these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def swap(part: str, old: bytes, new: bytes) -> Change:
    """The change that puts other bytes into a part, where `old` must stand."""

    def change(parts: Parts) -> Parts:
        assert old in parts[part]
        return {**parts, part: parts[part].replace(old, new, 1)}

    return change


def rows(*xml: bytes) -> Change:
    """The change that adds rows to the sheet."""
    return swap(SHEET, END, b"".join(xml) + END)


def cell(address: str, value: bytes = b"1") -> bytes:
    """A row with one number."""
    row = re.sub("[A-Z]", "", address)
    return f'<row r="{row}"><c r="{address}"><v>'.encode() + value + b"</v></c></row>"


def many_sheets(number: int) -> Change:
    """A workbook of so many sheets, all of one part each."""

    def change(parts: Parts) -> Parts:
        place = range(2, number + 1)
        named = b"".join(b'<sheet name="s%d" sheetId="%d" r:id="r%d"/>' % (n, n, n) for n in place)
        kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
        linked = b"".join(
            b'<Relationship Id="r%d" Type="%s" Target="worksheets/s%d.xml"/>' % (n, kind, n)
            for n in place
        )
        return {
            **parts,
            BOOK: parts[BOOK].replace(b"</sheets>", named + b"</sheets>"),
            RELATIONS: parts[RELATIONS].replace(b"</Relationships>", linked + b"</Relationships>"),
        }

    return change


def with_part(name: str, content: bytes) -> Change:
    """The change that adds a part."""
    return lambda parts: {**parts, name: content}


def deep(part: str, before: bytes) -> Change:
    """A hundred thousand elements inside each other."""
    return swap(part, before, b"<x>" * 100_000 + b"</x>" * 100_000 + before)


def same(parts: Parts) -> Parts:
    """No change."""
    return parts


LATE_ENTITIES = b"<!--" + b"x" * 5000 + b'--><!DOCTYPE l [<!ENTITY a "aaaa">]>'
WORKBOOKS = [
    pytest.param(same, "", "", id="sound"),
    pytest.param(swap(SHEET, b"<worksheet", LATE_ENTITIES + b"<worksheet"), "FIL-01", "entities",
                 id="entities far down in a sheet"),
    pytest.param(swap(BOOK, b"<workbook", LATE_ENTITIES + b"<workbook"), "FIL-01", "entities",
                 id="entities far down in the list of sheets"),
    pytest.param(rows(cell("XFD1048576")), "FIL-01", "too far apart",
                 id="a far cell in a sheet that says it is small"),
    pytest.param(swap(SHEET, b"A1:C2", b"A1:XFD1048576"), "", "",
                 id="a small sheet that says it is the largest"),
    pytest.param(rows(cell("A9999999")), "FIL-01", "beyond the last", id="a row too far"),
    pytest.param(rows(cell("ZZZ5")), "FIL-01", "beyond the last", id="a column too far"),
    pytest.param(rows(cell("A0")), "FIL-01", "beyond the last", id="row 0"),
    pytest.param(rows(cell("A9"), cell("A3")), "FIL-01", "not in order, first in row 3",
                 id="rows not in order"),
    pytest.param(rows(cell("A3"), cell("A3", b"2")), "FIL-01", "stand twice", id="a row twice"),
    pytest.param(rows(b'<row r="3"><c r="A3"><v/><v>7</v></c></row>'), "FIL-01", "more than one value",
                 id="a cell with two values"),
    pytest.param(rows(b'<row r="3"><c r="A3"><v>6</v>B3" t="n"&gt;<v>7</v></c></row>'), "FIL-01",
                 "more than one value", id="two cells that ran into one"),
    pytest.param(rows(b'<row r="3"><c r="A3" t="iStr"><is><t>x</t></is></c></row>'), "FIL-01",
                 "type 'iStr'", id="a cell of an unknown type"),
    pytest.param(rows(b'<row r="3"><c r="A3" t0="inlineStr"><is><t>x</t></is></c></row>'), "FIL-01",
                 "a text and is of no type", id="a text whose type is misspelt"),
    pytest.param(rows(b'<row r="3"><c r="A3" t="inlineStr"><is><t>x</t></is></c></row>'), "", "",
                 id="a text in its cell"),
    pytest.param(rows(b'<row r="3"><c><v>1</v></c></row>'), "FIL-01", "where its cells stand",
                 id="a cell without address"),
    pytest.param(rows(b'<row r="3"><y:c xmlns:y="y" r="XFD9"><v>1</v></y:c></row>'), "FIL-01",
                 "two kinds", id="a cell with a prefix of its own"),
    pytest.param(rows(cell("A1002"), cell("ALM1003")), "FIL-01", "1001 columns wide",
                 id="too many columns"),
    pytest.param(many_sheets(201), "FIL-01", "201 sheets", id="too many sheets"),
    pytest.param(deep(SHEET, b"<sheetData>"), "", "", id="a sheet nested deep"),
    pytest.param(deep(STYLES, b"</styleSheet>"), "", "", id="styles nested deep"),
    pytest.param(swap(TEXTS, b"</sst>", b"<si/>" * 30_000 + b"</sst>"), "FIL-01", "texts, more than",
                 id="too many texts"),
    pytest.param(swap(STYLES, b"</styleSheet>", b" " * (17 << 20) + b"</styleSheet>"), "FIL-01",
                 "more than 16 MB", id="styles of 17 MB"),
    pytest.param(swap(RELATIONS, b"worksheets/sheet1.xml", b"../../../etc/passwd"), "FIL-01", "no item",
                 id="a sheet outside of the workbook"),
    pytest.param(swap(BOOK, b"<sheets>", b'<workbookPr date1904="fa1se"/><sheets>'), "FIL-01",
                 "from which year", id="days counted from nobody knows when"),
    pytest.param(swap(BOOK, b"<sheets>", b'<workbookPr date1904="false"/><sheets>'), "", "",
                 id="days counted from 1900"),
    pytest.param(swap(BOOK, b'name="lookups"', b'name="../../lookups"'), "FIL-03", "../../lookups",
                 id="a sheet's name that is a path"),
    pytest.param(swap(BOOK, b"</sheets>", b'<sheet name="lookups" sheetId="2" r:id="rId1"/></sheets>'),
                 "FIL-01", "twice", id="a sheet named twice"),
    pytest.param(swap(BOOK, b'<sheet name="lookups" sheetId="1" r:id="rId1"/>', b""), "FIL-05",
                 "nothing is read", id="no sheet at all"),
    pytest.param(with_part("xl/vbaProject.bin", b"macro"), "FIL-12", "not run", id="macros"),
    pytest.param(with_part("xl/externalLinks/externalLink1.xml", b"<x/>"), "FIL-13", "not opened",
                 id="values from other workbooks"),
    pytest.param(rows(cell("A3", b"1e309")), "VAL", "", id="a number that is none"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "says"), WORKBOOKS)
def test_workbooks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change, code: str, says: str
) -> None:
    monkeypatch.setattr(limits, "SHARED_TEXTS", 20_000)
    (tmp_path / "extra.xlsx").write_bytes(packed(change(sound_parts())))
    (tmp_path / "lookups.csv").write_text(PLAIN)
    inputs = read_inputs(tmp_path)
    assert "lookups.csv" in {sheet.file for sheet in inputs.sheets}
    found = inputs.findings[["code", "file"]].to_numpy().tolist()
    assert found == ([[code, "extra.xlsx"]] if code.startswith("FIL") else [])
    assert all(says in message for message in inputs.findings["message"])
    assert ("extra.xlsx" in {sheet.file for sheet in inputs.sheets}) == (
        code not in ("FIL-01", "FIL-03", "FIL-05")
    )


def lying(parts: Parts, hidden: int) -> bytes:
    """A workbook whose sheet declares the size and the sum of its beginning only."""
    data = bytearray(packed({**parts, SHEET: parts[SHEET] + b" " * hidden}))
    said = struct.pack("<L", zlib.crc32(parts[SHEET])), struct.pack("<L", len(parts[SHEET]))
    local = zipfile.ZipFile(io.BytesIO(bytes(data))).getinfo(SHEET).header_offset
    central = data.rfind(SHEET.encode()) - 46
    for start, size in ((local + 14, local + 22), (central + 16, central + 24)):
        data[start : start + 4], data[size : size + 4] = said
    return bytes(data)


def encrypted(parts: Parts) -> bytes:
    """A zip whose members say that they are encrypted."""
    data = packed(parts)
    data = re.sub(rb"(PK\x03\x04..)\x00", lambda found: found[1] + b"\1", data, flags=re.DOTALL)
    return re.sub(rb"(PK\x01\x02....)\x00", lambda found: found[1] + b"\1", data, flags=re.DOTALL)


def doubled(parts: Parts) -> bytes:
    """Two parts of one name: which of them is read?"""
    return packed({**parts, SHEET.upper(): parts[SHEET]})


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(lying(sound_parts(), 5 << 20), "not what the workbook says", id="lying"),
        pytest.param(encrypted(sound_parts()), "password", id="encrypted"),
        pytest.param(doubled(sound_parts()), "two parts of one name", id="a part twice"),
        *[
            pytest.param(packed(sound_parts())[:length], "damaged or not one", id=f"cut {length}")
            for length in (4, 40, 1000, 4000)
        ],
        pytest.param(b"PK\3\4" + b"\xff" * 300 + packed(sound_parts())[3000:], "damaged or not one",
                     id="another beginning"),
    ],
)  # fmt: skip
def test_archives(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "a.xlsx").write_bytes(data)
    inputs = read_inputs(tmp_path)
    assert not inputs.sheets
    assert inputs.findings["code"].tolist() == ["FIL-01"]
    assert says in inputs.findings["message"][0]


TEXT_FILES = [
    pytest.param(PLAIN.encode("utf-16-le"), "FIL-01", "NUL", id="UTF-16 without a mark"),
    pytest.param(PLAIN.encode("utf-32"), "FIL-01", "NUL", id="UTF-32"),
    pytest.param((HEAD + "A,B\0,C\n").encode("utf-16"), "FIL-01", "NUL", id="NUL in UTF-16"),
    pytest.param((HEAD + "A,\ud800,C\n").encode("utf-8", "surrogatepass"), "FIL-01", "not UTF-8",
                 id="half a character"),
    pytest.param(PLAIN.replace(",", "|").encode(), "COL-04", "headings", id="another delimiter"),
    pytest.param((HEAD + "A,B,C\r\nD,E,F\rG,H,I\n").encode(), "", "", id="mixed line ends"),
    pytest.param((PLAIN + "A,B," + "x" * (2 * MEGABYTE)).encode(), "FIL-01", "longer than 1 MB",
                 id="an endless line"),
    pytest.param((PLAIN + '"a\n",' * 300_000).encode(), "FIL-01", "quotation mark",
                 id="an endless record of short lines"),
    pytest.param(HEAD[:-1].encode() + b"," * 998 + b"\nA,B,C\n", "FIL-01", "1001 columns",
                 id="too many columns"),
    pytest.param(HEAD[:-1].encode() + b"," * 997 + b"\nA,B,C\n", "CSV-02", "fewer", id="just not"),
    pytest.param(b"\n" * 3_000_000, "FIL-01", "empty", id="nothing but line ends"),
    pytest.param(b"," * 900_000, "COL-04", "headings", id="nothing but delimiters"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "code", "says"), TEXT_FILES)
def test_text_files(tmp_path: Path, data: bytes, code: str, says: str) -> None:
    (tmp_path / "lookups.csv").write_bytes(data)
    inputs = read_inputs(tmp_path)
    assert inputs.findings["code"].tolist() == ([code] if code else [])
    assert all(says in message for message in inputs.findings["message"])


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """It is 5 GB, and takes no room: a file of nothing but holes."""
    with (tmp_path / "lookups.csv").open("wb") as file:
        file.truncate(5 << 30)
    found = read_inputs(tmp_path).findings
    assert found["code"].tolist() == ["FIL-01"]
    assert "more than the 1024 MB" in found["message"][0]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("lookups\u202evsc.csv", "lookups\\u202evsc.csv"),
        ("lookups\x1b[2J.csv", "lookups\\x1b[2J.csv"),
        ("lookups" + "x" * 240 + ".csv", "lookups" + "x" * 240 + ".csv"),
        ("CON.csv", "CON.csv"),
        ("macros.xlsm", "macros.xlsm"),
    ],
)
def test_names(tmp_path: Path, name: str, shown: str) -> None:
    (tmp_path / name).write_text(PLAIN)
    inputs = read_inputs(tmp_path)
    named = [sheet.file for sheet in inputs.sheets] + inputs.findings["file"].tolist()
    assert set(named) - {""} == {shown}


class PanicException(BaseException):
    """As the loader of workbooks raises it: no Exception, and known by its name only."""


@pytest.mark.parametrize(
    "fault", [PanicException("x"), MemoryError(), RecursionError("deep"), LookupError("unknown")]
)
def test_what_nobody_foresaw_refuses_the_file(fault: BaseException) -> None:
    with pytest.raises(UnreadableError, match=";"), inbox.refusing_what_breaks(b""):
        raise fault


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), SystemExit(143), AssertionError()])
def test_what_is_no_fault_of_the_file_goes_on(fault: BaseException) -> None:
    with pytest.raises(type(fault)), inbox.refusing_what_breaks(b""):
        raise fault


READ_ALONE = """
import re, sys
from pathlib import Path
from pipeline.read import read_inputs
def peak():
    return int(re.search(r"VmHWM:\\s*([0-9]+) kB", Path("/proc/self/status").read_text())[1])
before = peak()
inputs = read_inputs(Path(sys.argv[1]))
print((peak() - before) // 1024, *inputs.findings["code"])
"""
"""The peak of this process alone: that of getrusage begins with what the parent took."""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the peak of memory")
def test_bombs_take_no_memory(tmp_path: Path) -> None:
    """All of them in one process: its peak is the worst of them, in MiB above an idle reader."""
    parts = sound_parts()
    with zipfile.ZipFile(tmp_path / "1.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open("xl/media/blank.xml", "w") as part:
            for _ in range(200):
                part.write(b" " * MEGABYTE)
    bombs: dict[str, bytes] = {
        "2.xlsx": lying(parts, 100 * MEGABYTE),
        "3.xlsx": packed(rows(cell("XFD1048576"))(parts)),
        "4.xlsx": packed(rows(cell("A1000000"), cell("CV1000001"))(parts)),
        "5.xlsx": packed(rows(cell("A9"), cell("A3"))(parts)),
        "6.xlsx": packed(swap(SHEET, b"<sheetData>", b" " * (90 << 20) + b"<sheetData>")(parts)),
    }
    for name, data in bombs.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "lookups.csv").write_bytes(PLAIN.encode() + b"A,B," + b"x" * (60 << 20))
    with (tmp_path / "lookups-large.csv").open("wb") as file:
        file.truncate(5 << 30)
    told = subprocess.run(
        [sys.executable, "-c", READ_ALONE, str(tmp_path)], cwd=Path(__file__).parents[2],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert told[1:] == ["FIL-01"] * 7
    assert int(told[0]) < 400, f"{told[0]} MiB"
