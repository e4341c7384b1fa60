"""Workbooks, opened to look at, and computed anew by LibreOffice."""

import itertools
import shutil
import subprocess
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path

import openpyxl
import pytest

ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


@lru_cache(maxsize=24)
def opened(path: Path, *, values: bool = True) -> openpyxl.Workbook:
    """A workbook to look at: with its formulas' values, or with the formulas."""
    return openpyxl.load_workbook(path, data_only=values)


@pytest.fixture(scope="session")
def calculate(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Converts files in one go with LibreOffice, every formula computed anew; gives their folder."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed: nothing to recalculate with")
    root = tmp_path_factory.mktemp("calculated")
    profile = root / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, "utf-8")
    numbers = itertools.count(1)

    def convert(form: str, *paths: Path) -> Path:
        folder = root / str(next(numbers))
        subprocess.run(
            [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to",
             form, "--outdir", str(folder), *map(str, paths)],
            check=True, capture_output=True, timeout=300,
        )  # fmt: skip
        return folder

    return convert


@pytest.fixture(scope="session")
def calc(calculate: Callable[..., Path]) -> Callable[[Path, str], Path]:
    """Converts a file; the same one once."""

    @cache
    def convert(path: Path, form: str) -> Path:
        return calculate(form, path) / f"{path.stem}.{form}"

    return convert
