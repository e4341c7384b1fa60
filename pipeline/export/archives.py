"""Names of files and zips that any system takes, and zips whose bytes are the same every time."""

import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count as counting
from itertools import islice
from pathlib import Path
from typing import IO

RESERVED = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{port}{n}" for port in ("com", "lpt") for n in range(10)]
)
ANY_NUMBER = "*"
FEWEST_DIGITS = 3
LONGEST_NAME = 200
"""Octets of a business unit in a file name: file systems allow 255 for the whole name."""

FIXED_STAMP = (1980, 1, 1, 0, 0, 0)
UNIX = 3
READABLE = 0o100644 << 16
LEVEL = 1
"""Deflate's quickest level: the lines are mostly commas, and the next level gains little."""

LONGEST_LINE = 8192
"""No line has more octets, by the sizes of its columns: from it follows when zip64 is needed."""


def unit_names(business_units: Iterable[str]) -> dict[str, str]:
    """Business unit to its part of a file's name, sorted by business unit.

    Names that would be one file, on a file system that ignores letter case too, are numbered.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for business_unit in sorted(business_units):
        safe = safe_name(business_unit)
        name, number = safe, 1
        while _same_file(name) in taken:
            number += 1
            name = f"{safe}-{number}"
        taken.add(_same_file(name))
        names[business_unit] = name
    return names


def numbered_names(path: str, count: int, whole: Iterable[str]) -> list[str]:
    """The names of so many parts of a file, which sort as they are counted; none is in `whole`.

    >>> numbered_names("ar/Import-East.zip", 2, ["ar/import-EAST-001.zip", "ar/Import-East.zip"])
    ['ar/Import-East-002.zip', 'ar/Import-East-003.zip']
    """
    taken = {_same_file(name) for name in whole}
    digits = max(FEWEST_DIGITS, len(str(count)))
    names = (with_number(path, f"{number:0{digits}d}") for number in counting(1))
    return list(islice((name for name in names if _same_file(name) not in taken), count))


def with_number(path: str, number: str) -> str:
    """The path with a number (or what stands for one) before its suffix.

    >>> with_number("ar/Import-East.zip", "001"), with_number("my.books/all", "*")
    ('ar/Import-East-001.zip', 'my.books/all-*')
    """
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".") if "." in name else (name, "", "")
    return f"{folder}{slash}{stem}-{number}{dot}{suffix}"


def is_one_of(file: str, path: str) -> bool:
    """Whether a file is one of those whose number a `*` stands for, or a part of one that was split.

    >>> is_one_of("x/a-007.csv", "x/a-*.csv"), is_one_of("ar/East-001.zip", "ar/East.zip")
    (True, True)
    >>> is_one_of("ar/East-2-001.zip", "ar/East.zip"), is_one_of("ar/East-2.zip", "ar/East.zip")
    (False, False)
    """
    pattern = path if ANY_NUMBER in path else with_number(path, ANY_NUMBER)
    before, _, after = pattern.partition(ANY_NUMBER)
    number = file[len(before) : len(file) - len(after)]
    is_number = number.isdecimal() and len(number) >= FEWEST_DIGITS
    return is_number and file == before + number + after


@contextmanager
def opened(path: Path, member: str, rows: int) -> Iterator[IO[bytes]]:
    """A new file of so many rows, or the only member of a new zip, to be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not member:
        with path.open("wb") as file:
            yield file
        return
    large = rows * LONGEST_LINE > zipfile.ZIP64_LIMIT
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(_member(member), "w", force_zip64=large) as file,
    ):
        yield file


def safe_name(text: str) -> str:
    """The text as part of a file name, on any system.

    >>> [safe_name(text) for text in ("Vision Operations", "R&D / East", "..", "nul", "nul.x")]
    ['Vision Operations', 'R_D _ East', '__', '_nul', '_nul.x']
    """
    kept = "".join(
        letter if letter.isalpha() or letter.isdecimal() or letter in " ._-" else "_"
        for letter in unicodedata.normalize("NFC", text)
    )
    short = kept.encode()[:LONGEST_NAME].decode(errors="ignore")
    if not short.strip(". "):
        return "_" * max(len(short), 1)
    return "_" + short if short.split(".")[0].strip().casefold() in RESERVED else short


def _same_file(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())


def _member(name: str) -> zipfile.ZipInfo:
    """A zip entry that says nothing of when, where and by whom it was written."""
    member = zipfile.ZipInfo(name, FIXED_STAMP)
    member.create_system = UNIX
    member.external_attr = READABLE
    member.compress_type = zipfile.ZIP_DEFLATED
    member._compresslevel = LEVEL  # type: ignore[attr-defined]
    return member
