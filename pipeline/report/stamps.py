"""Saving an openpyxl workbook without a clock in it: the same workbook gives the same bytes."""

import datetime
import re
import shutil
import tempfile
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook

MADE = datetime.datetime(1980, 1, 1)
"""The earliest time that a zip file can state."""

PROPERTIES = "docProps/core.xml"
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")


def save_stamped(workbook: Workbook, path: Path) -> None:
    """Save to `path` with fixed times, in the properties and of the zip's entries."""
    workbook.properties.created = MADE
    with tempfile.TemporaryFile() as saved:
        workbook.save(saved)
        with ZipFile(saved) as source, ZipFile(path, "w", ZIP_DEFLATED) as target:
            for name in source.namelist():
                _copy_entry(source, target, name)


def _copy_entry(source: ZipFile, target: ZipFile, name: str) -> None:
    entry = ZipInfo(name, date_time=MADE.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    if name == PROPERTIES:
        # openpyxl states the time of saving there, whatever the properties say.
        stamp = MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        target.writestr(entry, MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", source.read(name)))
        return
    with source.open(name) as content, target.open(entry, "w", force_zip64=True) as copy:
        shutil.copyfileobj(content, copy, 1 << 20)
