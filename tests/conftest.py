"""Fixtures that the tests of several stages share."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def soffice(tmp_path: Path) -> Callable[..., Path]:
    """Converts a file with LibreOffice, in a profile of its own, and gives the new path.

    `soffice(path, "xlsx")`; `options` are those of the import filter.
    """
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed")

    def convert(path: Path, suffix: str, options: str = "") -> Path:
        folder = tmp_path / "converted"
        command = [
            program,
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--headless", "--norestore", "--convert-to", suffix, "--outdir", str(folder),
            *([f"--infilter={options}"] if options else []),
            str(path),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        return folder / f"{path.stem}.{suffix}"

    return convert
