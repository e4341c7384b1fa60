"""The parts of an .xlsx file: a zip of XML, opened with care before anything is loaded from it."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO
from xml.etree import ElementTree

from pipeline.read.faults import UnreadableError

MOST_BYTES = 1 << 30
"""The most that a workbook may hold when unpacked: a small file can unpack to any size."""

CHUNK_BYTES = 1 << 22
OLD_FORMAT = bytes.fromhex("d0cf11e0a1b11ae1")
PERCENT_FORMATS = {"9", "10"}
BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, KeyError,
    NotImplementedError, RuntimeError, OSError, ElementTree.ParseError, ValueError,
)  # fmt: skip
"""What the standard library raises on a damaged, encrypted or strange archive."""


@dataclass(frozen=True)
class Package:
    """An opened workbook.

    `parts` names the XML part of each worksheet by its title, in the workbook's order;
    `percent_styles` are the cell styles (their numbers as in the XML) that show a percentage;
    `uncalculated` says that a program wrote it and no spreadsheet has calculated it since.
    """

    archive: zipfile.ZipFile
    parts: dict[str, str]
    percent_styles: frozenset[str]
    uncalculated: bool

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
        _refuse_dangers(archive)
        book_part = _targets(archive, "")["officeDocument"][0]
        book = ElementTree.fromstring(archive.read(book_part))
        parts = _worksheet_parts(archive, book_part, book)
        return Package(archive, parts, _percent_styles(archive, book_part), _uncalculated(book))


@contextmanager
def _as_unreadable() -> Iterator[None]:
    try:
        yield
    except BROKEN as fault:
        raise UnreadableError(
            f"the workbook is damaged or not one ({fault}); "
            "open it in Excel or LibreOffice and save it again as .xlsx"
        ) from fault


def _refuse_dangers(archive: zipfile.ZipFile) -> None:
    """Unpacks the XML once, so that sizes are true and not only declared."""
    total = sum(member.file_size for member in archive.infolist())
    if total > MOST_BYTES:
        raise UnreadableError(
            f"the workbook unpacks to {total >> 20} MB, more than the {MOST_BYTES >> 20} MB that "
            "are read; split it, or save its sheets as CSV UTF-8"
        )
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels")):
            with archive.open(member) as part:
                _drain(part, member.filename)


def _drain(part: IO[bytes], name: str) -> None:
    head = part.read(CHUNK_BYTES)
    if b"<!DOCTYPE" in head[:4096]:
        raise UnreadableError(
            f"the workbook defines XML entities of its own in {name}, which no spreadsheet does; "
            "open it in Excel or LibreOffice and save it again as .xlsx"
        )
    while part.read(CHUNK_BYTES):
        pass


def _targets(archive: zipfile.ZipFile, part: str) -> dict[str, list[str]]:
    """The parts that a part refers to, by the last word of the relation's type and by its id."""
    path = PurePosixPath(part)
    relations = str(path.parent / "_rels" / f"{path.name}.rels") if part else "_rels/.rels"
    found: dict[str, list[str]] = {}
    for relation in ElementTree.fromstring(archive.read(relations)):
        target = relation.get("Target", "")
        full = target[1:] if target.startswith("/") else str(path.parent / target)
        for name in (relation.get("Type", "").rpartition("/")[2], "#" + relation.get("Id", "")):
            found.setdefault(name, []).append(full)
    return found


def _worksheet_parts(
    archive: zipfile.ZipFile, book_part: str, book: ElementTree.Element
) -> dict[str, str]:
    targets = _targets(archive, book_part)
    worksheets = set(targets.get("worksheet", []))
    parts = {}
    for sheet in book.iterfind("./{*}sheets/{*}sheet"):
        identity = next((value for name, value in sheet.items() if name.endswith("}id")), "")
        (part,) = targets["#" + identity]
        if part in worksheets:
            parts[sheet.get("name", "")] = part
    return parts


def _percent_styles(archive: zipfile.ZipFile, book_part: str) -> frozenset[str]:
    targets = _targets(archive, book_part).get("styles", [])
    if not targets:
        return frozenset()
    styles = ElementTree.fromstring(archive.read(targets[0]))
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
