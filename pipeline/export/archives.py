"""Interface files in zips, one per business unit: the same lines give the same bytes."""

import unicodedata
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as arrow

from pipeline.export.controls import control_of_chunk
from pipeline.export.csv_text import csv_bytes, row_chunks
from pipeline.export.render import render_columns
from pipeline.export.targets import Target
from pipeline.settings import Settings

RESERVED = frozenset(
    ["con", "prn", "aux", "nul"] + [f"{port}{n}" for port in ("com", "lpt") for n in range(10)]
)
LONGEST_NAME = 200
"""Octets of a business unit in a file name: file systems allow 255 for the whole name."""

FIXED_STAMP = (1980, 1, 1, 0, 0, 0)
UNIX = 3
READABLE = 0o100644 << 16
LEVEL = 1
"""Deflate's quickest level: the lines are mostly commas, and the next level gains little."""

LONGEST_LINE = 8192
"""No line has more octets, by the sizes of its columns: from it follows when zip64 is needed."""


def write_archives(
    bill_lines: pd.DataFrame, target: Target, settings: Settings, folder: Path
) -> list[arrow.Table]:
    """Write one zip per business unit that has lines; returns the control totals of the chunks."""
    controls: list[arrow.Table] = []
    names = archive_names(target, bill_lines["business_unit"].unique())
    for business_unit, name in names.items():
        lines = bill_lines.loc[bill_lines["business_unit"].eq(business_unit)]
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        controls += _write_archive(lines, target, settings, folder, name)
    return controls


def archive_names(target: Target, business_units: Iterable[str]) -> dict[str, str]:
    """Business unit to the path of its zip, with forward slashes, sorted by business unit.

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
        names[business_unit] = target.archive.format(name)
    return names


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


def _write_archive(
    lines: pd.DataFrame, target: Target, settings: Settings, folder: Path, name: str
) -> list[arrow.Table]:
    controls = []
    large = len(lines) * LONGEST_LINE > zipfile.ZIP64_LIMIT
    with (
        zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(_member(target.member), "w", force_zip64=large) as file,
    ):
        for chunk in row_chunks(lines):
            columns = render_columns(chunk, target.form, settings)
            file.write(csv_bytes(list(columns.values()), len(chunk)))
            business_unit, currency, amount = (
                columns[target.control[entry]] for entry in ("business_unit", "currency", "amount")
            )
            controls.append(control_of_chunk(name, business_unit, currency, amount))
    return controls


def _member(name: str) -> zipfile.ZipInfo:
    """A zip entry that says nothing of when, where and by whom it was written."""
    member = zipfile.ZipInfo(name, FIXED_STAMP)
    member.create_system = UNIX
    member.external_attr = READABLE
    member.compress_type = zipfile.ZIP_DEFLATED
    member._compresslevel = LEVEL  # type: ignore[attr-defined]
    return member
