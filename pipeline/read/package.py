"""The parts of an .xlsx file: a zip of XML, opened with care before anything is loaded from it."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree import ElementTree

from pipeline.read import limits
from pipeline.read.faults import UnreadableError

CHUNK_BYTES = 1 << 22
LOCAL_HEADER = struct.Struct("<26x2H")
"""What stands before a part's name: it ends in the lengths of the name and of what follows it."""
RESAVE = "open it in Excel or LibreOffice and save it again as .xlsx"
OWN_ENTITIES = (b"<!DOCTYPE", b"<!ENTITY")
SHARED_TEXTS_BEGIN = re.compile(rb"<(?:[\w.-]+:)?sst[\s/>]")
SHARED_TEXT = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")
LONGEST_TAG = 16
"""Of the words that are looked for: one that is torn in two is seen with the next piece."""

ENCRYPTED = 0x1
MACROS, OTHER_WORKBOOKS = "xl/vbaproject.bin", "xl/externallinks/"
OLD_FORMAT = bytes.fromhex("d0cf11e0a1b11ae1")
PERCENT_FORMATS = {"9", "10"}
KNOWN_DAYS = {None, "0", "1", "false", "true"}
BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, LookupError,
    NotImplementedError, RuntimeError, OSError, ElementTree.ParseError, ValueError, struct.error,
)  # fmt: skip
"""What the standard library raises on a damaged, encrypted or strange archive."""


@dataclass(frozen=True)
class Package:
    """An opened workbook.

    `parts` names the XML part of each worksheet by its title, in the workbook's order;
    `percent_styles` are the cell styles (their numbers as in the XML) that show a percentage;
    `uncalculated` says that a program wrote it and no spreadsheet has calculated it since;
    `has_macros` and `has_links` that it carries macros, and values from other workbooks.
    """

    archive: zipfile.ZipFile
    parts: dict[str, str]
    percent_styles: frozenset[str]
    uncalculated: bool
    has_macros: bool
    has_links: bool

    def chunks(self, title: str) -> Iterator[bytes]:
        """The XML of a worksheet, a few megabytes at a time."""
        with _as_unreadable(), self.archive.open(self.parts[title]) as part:
            yield from iter(lambda: part.read(CHUNK_BYTES), b"")


def open_package(data: bytes) -> Package:
    """The workbook's parts; raises UnreadableError where it is none, or too large to load."""
    if data.startswith(OLD_FORMAT):
        raise UnreadableError(
            "the workbook is protected by a password, or in the old .xls format; "
            "save it as .xlsx without a password"
        )
    if not data.startswith(b"PK"):
        raise UnreadableError("the file is no .xlsx workbook; save it as .xlsx in a spreadsheet")
    with _as_unreadable():
        archive = zipfile.ZipFile(io.BytesIO(data))
        _refuse_dangers(archive, data)
        book_part = _targets(archive, "")["officeDocument"][0]
        book = _described(archive, book_part)
        _refuse_unknown_days(book)
        names = [name.lower() for name in archive.namelist()]
        return Package(
            archive,
            _worksheet_parts(archive, book_part, book),
            _percent_styles(archive, book_part),
            _uncalculated(book),
            has_macros=MACROS in names,
            has_links=any(name.startswith(OTHER_WORKBOOKS) for name in names),
        )


@contextmanager
def _as_unreadable() -> Iterator[None]:
    try:
        yield
    except BROKEN as fault:
        raise UnreadableError(f"the workbook is damaged or not one ({fault}); {RESAVE}") from fault


def _refuse_dangers(archive: zipfile.ZipFile, data: bytes) -> None:
    """Unpacks the XML once, so that sizes are true and not only declared."""
    members = archive.infolist()
    names = {member.filename.lower() for member in members}
    if len(names) < len(members):
        raise UnreadableError(f"the workbook holds two parts of one name; {RESAVE}")
    if any(member.flag_bits & ENCRYPTED for member in members):
        raise UnreadableError(
            "the workbook is protected by a password; save it as .xlsx without a password"
        )
    total = sum(member.file_size for member in members)
    if total > limits.UNPACKED_BYTES:
        raise UnreadableError(
            f"the workbook unpacks to {total >> 20} MB, more than the "
            f"{limits.UNPACKED_BYTES >> 20} MB that are read; split it, or save its sheets as CSV "
            "UTF-8"
        )
    shared = sum(
        _inspect(member, data)
        for member in members
        if member.filename.lower().endswith((".xml", ".rels"))
    )
    if shared > limits.SHARED_TEXTS:
        raise UnreadableError(
            f"the workbook holds {shared} texts, more than the {limits.SHARED_TEXTS} that are read; "
            "split it, or save its sheets as CSV UTF-8"
        )


def _inspect(member: zipfile.ZipInfo, data: bytes) -> int:
    """Unpacks a part to its end, looking for what no spreadsheet writes; its shared texts."""
    texts, tail, is_shared = 0, b"", False
    for piece in _unpacked(member, data):
        text = tail + piece
        if any(word in text for word in OWN_ENTITIES):
            raise UnreadableError(
                f"the workbook defines XML entities of its own in {member.filename}, which no "
                f"spreadsheet does; {RESAVE}"
            )
        is_shared = is_shared or SHARED_TEXTS_BEGIN.search(text) is not None
        if is_shared:
            texts += len(SHARED_TEXT.findall(text))
        tail = text[-LONGEST_TAG:]
    return texts


def _unpacked(member: zipfile.ZipInfo, data: bytes) -> Iterator[bytes]:
    """A part's content, a few megabytes at a time. The loader unpacks all that is there, however
    little a part declares, so this does too, and stops at what is more than declared."""
    head = data[member.header_offset : member.header_offset + LOCAL_HEADER.size]
    start = member.header_offset + LOCAL_HEADER.size + sum(LOCAL_HEADER.unpack(head))
    packed: bytes | memoryview = memoryview(data)[start : start + member.compress_size]
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnreadableError(f"the workbook is packed in a way that no spreadsheet uses; {RESAVE}")
    stored = member.compress_type == zipfile.ZIP_STORED
    unpacking, size, check = zlib.decompressobj(-zlib.MAX_WBITS), 0, 0
    while True:
        if stored:
            piece, packed = bytes(packed[:CHUNK_BYTES]), packed[CHUNK_BYTES:]
        else:
            piece = unpacking.decompress(packed, CHUNK_BYTES)
            packed = unpacking.unconsumed_tail
        size, check = size + len(piece), zlib.crc32(piece, check)
        if not piece or size > member.file_size:
            break
        yield piece
    if (size, check) != (member.file_size, member.CRC):
        raise UnreadableError(
            f"the workbook's part {member.filename} is not what the workbook says of it, in size or "
            f"content; {RESAVE}"
        )


def _described(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """A part that is built up in memory: small in any workbook that is meant."""
    if archive.getinfo(part).file_size > limits.DESCRIBED_BYTES:
        raise UnreadableError(
            f"the workbook's part {part} takes more than {limits.DESCRIBED_BYTES >> 20} MB; copy "
            "what is to be read into a new workbook"
        )
    return ElementTree.fromstring(archive.read(part))


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, list[str]]:
    """The parts that a part refers to, by the last word of the relation's type and by its id."""
    path = PurePosixPath(part)
    relations = str(path.parent / "_rels" / f"{path.name}.rels") if part else "_rels/.rels"
    found: dict[str, list[str]] = {}
    for relation in _described(archive, relations):
        target = relation.get("Target", "")
        full = target[1:] if target.startswith("/") else str(path.parent / target)
        for name in (relation.get("Type", "").rpartition("/")[2], "#" + relation.get("Id", "")):
            found.setdefault(name, []).append(full)
    return found


def _refuse_unknown_days(book: ElementTree.Element) -> None:
    """Days are numbers, counted from 1900 or from 1904: what says neither would be four years off."""
    told = [of.get("date1904") for of in book.findall("./{*}workbookPr")]
    if not set(told) <= KNOWN_DAYS:
        raise UnreadableError(f"the workbook does not say from which year it counts days; {RESAVE}")


def _worksheet_parts(
    archive: zipfile.ZipFile, book_part: str, book: ElementTree.Element
) -> dict[str, str]:
    targets = _targets(archive, book_part)
    worksheets = set(targets.get("worksheet", []))
    parts: dict[str, str] = {}
    sheets = book.findall("./{*}sheets/{*}sheet")
    if len(sheets) > limits.SHEETS:
        raise UnreadableError(
            f"the workbook has {len(sheets)} sheets, more than the {limits.SHEETS} that are read; "
            "split it"
        )
    for sheet in sheets:
        identity = next((value for name, value in sheet.items() if name.endswith("}id")), "")
        (part,) = targets["#" + identity]
        if part in worksheets:
            title = sheet.get("name", "")
            if title in parts or part in parts.values():
                raise UnreadableError(f"the workbook names the sheet {title!r} twice; {RESAVE}")
            parts[title] = part
    return parts


def _percent_styles(archive: zipfile.ZipFile, book_part: str) -> frozenset[str]:
    targets = _targets(archive, book_part).get("styles", [])
    if not targets:
        return frozenset()
    styles = _described(archive, targets[0])
    formats = PERCENT_FORMATS | {
        form.get("numFmtId", "")
        for form in styles.iterfind("./{*}numFmts/{*}numFmt")
        if _shows_percent(form.get("formatCode", ""))
    }
    return frozenset(
        str(place)
        for place, style in enumerate(styles.iterfind("./{*}cellXfs/{*}xf"))
        if style.get("numFmtId") in formats
    )


def _shows_percent(format_code: str) -> bool:
    """True where the sign is more than a quoted text or an escaped character.

    >>> [_shows_percent(code) for code in ("0.00%", '0.00"%"', "0\\\\%")]
    [True, False, False]
    """
    return "%" in re.sub(r'"[^"]*"|\\.|_.', "", format_code)


def _uncalculated(book: ElementTree.Element) -> bool:
    settings = book.find("./{*}calcPr")
    return settings is not None and settings.get("fullCalcOnLoad", "") in ("1", "true")
