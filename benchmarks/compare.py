"""Whether what ran side by side came to the same lines."""

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.floor import LAYOUT
from benchmarks.naive import BILL_LINES
from pipeline.export.archives import is_one_of

KEY = [f"INTERFACE_LINE_ATTRIBUTE{number}" for number in (1, 2, 3)]


def same_lines(folder: Path, night: str) -> bool:
    """Whether the night's AutoInvoice lines are the floor's, each byte for byte; files that were split
    hold them in another order."""
    archives = sorted((folder / "out" / f"{night}-1" / "ar").glob("*.zip"))
    floors = sorted((folder / "floor").glob("*.csv"))
    for floor in floors:
        whole = f"ArAutoinvoiceImport-{floor.stem}.zip"
        own = [path for path in archives if path.name == whole or is_one_of(path.name, whole)]
        ours = [line for path in own for line in _lines_of(path)]
        if sorted(ours) != sorted(floor.read_bytes().splitlines()):
            return False
    return bool(floors)


def same_amounts(folder: Path) -> bool:
    """Whether the naive script has the floor's lines, with their amounts."""
    with (folder / "naive" / BILL_LINES).open(encoding="utf-8", newline="") as file:
        naive = {row["bill_line_id"]: row["amount"] for row in csv.DictReader(file)}
    floor = dict(pair for path in (folder / "floor").glob("*.csv") for pair in _amounts_of(path))
    return naive == floor and bool(floor)


def _amounts_of(floor: Path) -> Iterator[tuple[str, str]]:
    names = LAYOUT.read_text("utf-8").split()
    key, amount = [names.index(name) for name in KEY], names.index("AMOUNT")
    with floor.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            yield ":".join(row[place] for place in key), row[amount]


def _lines_of(archive: Path) -> list[bytes]:
    with zipfile.ZipFile(archive) as opened:
        return opened.read("RaInterfaceLinesAll.csv").splitlines()
