"""What is mutated: the sample nights' files, in as many worlds as a round has inputs.

A world is the company of the sample nights under other numbers (contract S-1001 of world 7 is
S-1001.7), so that the inputs of a round have nothing to do with each other, and one validation
judges all of them. The store holds every world as it stood after the first night.
"""

import datetime
import re
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pipeline.accept import hold_for
from pipeline.nightly import bill_store, import_inbox
from pipeline.read import read_inputs
from pipeline.settings import Settings
from pipeline.stopwatch import Stopwatch
from pipeline.store import reading
from pipeline.validate import Held

SAMPLE = Path(__file__).parents[2] / "sample_data"
FIRST_NIGHT = datetime.date(2026, 1, 31)
NIGHTS = ("2026-01-31", "2026-02-28", "2026-03-31")
CONTRACT, CUSTOMER = re.compile(rb"\bS-1[0-9]{3}\b"), re.compile(rb"(?<![0-9.])000[1-9][0-9]0\b")
XML = zipfile.ZIP_STORED

Parts = dict[str, bytes]


@dataclass(frozen=True)
class Sample:
    """A file of the sample nights: its name, and its bytes or, of a workbook, its parts."""

    name: str
    data: bytes
    parts: Parts | None


def samples(nights: tuple[str, ...] = NIGHTS) -> list[Sample]:
    """The files of the sample nights, in order; workbooks are unpacked."""
    paths = [path for night in nights for path in sorted((SAMPLE / night).iterdir())]
    return [
        Sample(path.name, path.read_bytes(), unpack(path) if path.suffix == ".xlsx" else None)
        for path in paths
    ]


def unpack(path: Path) -> Parts:
    """The parts of a workbook by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(parts: Parts) -> bytes:
    """A workbook of these parts, not compressed: it is read once."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", XML) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return target.getvalue()


def in_world(data: bytes, world: int) -> bytes:
    """The bytes with the numbers of contracts and customers of another world.

    >>> in_world(b"S-1001,000110,2026", 7)
    b'S-1001.7,000110.7,2026'
    """
    mark = b".%d" % world
    return CUSTOMER.sub(lambda m: m[0] + mark, CONTRACT.sub(lambda m: m[0] + mark, data))


def of_world(sample: Sample, world: int) -> Sample:
    """The sample under the numbers of a world."""
    if sample.parts is None:
        return Sample(sample.name, in_world(sample.data, world), None)
    parts = {
        name: in_world(content, world) if name.endswith(("sharedStrings.xml", "sheet1.xml"))
        or "/worksheets/sheet" in name else content
        for name, content in sample.parts.items()
    }  # fmt: skip
    return Sample(sample.name, sample.data, parts)


def hold_worlds(worlds: int, folder: Path) -> Held:
    """What a store holds of so many worlds after the first night was imported and billed."""
    inbox = folder / "inbox"
    inbox.mkdir()
    for sample in samples(NIGHTS[:1]):
        for world in range(worlds):
            mine = of_world(sample, world)
            stem, _, suffix = sample.name.rpartition(".")
            data = pack(mine.parts) if mine.parts else mine.data
            (inbox / f"{stem}-{world}.{suffix}").write_bytes(data)
    store, quiet = f"sqlite:///{folder / 'store.db'}", Stopwatch(quiet=True)
    import_inbox(inbox, store, Settings(), quiet)
    list(bill_store(FIRST_NIGHT, store, Settings(), quiet, allow_implausible=True))
    with reading(store, "check") as connection:
        return hold_for(connection, read_inputs(inbox))
