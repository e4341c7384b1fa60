"""LibreOffice as a person at the keyboard: opens a workbook, types into cells, saves it as .xlsx."""

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">Sub Main(source As String, target As String, keys As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  book = StarDesktop.loadComponentFromURL(ConvertToURL(source), "_blank", 0, hidden())
  Open keys For Input As #1
  Do While Not EOF(1)
    Line Input #1, typed
    parts = Split(typed, Chr(9))
    book.Sheets.getByName(parts(0)).getCellRangeByName(parts(1)).FormulaLocal = parts(2)
  Loop
  Close #1
  Dim form(0) As New com.sun.star.beans.PropertyValue
  form(0).Name = "FilterName" : form(0).Value = "Calc MS Excel 2007 XML"
  book.storeToURL(ConvertToURL(target), form())
  book.close(True)
  StarDesktop.terminate()
End Sub
</script:module>
"""

Cells = Mapping[tuple[str, str], str]
"""What is typed, by sheet and address."""


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """Runs LibreOffice in a profile of its own, which knows the macro that types."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed: nobody to fill in a workbook")
    profile = tmp_path_factory.mktemp("profile")

    def run(*arguments: str) -> None:
        command = [
            program,
            f"-env:UserInstallation={profile.as_uri()}",
            "--headless",
            "--norestore",
        ]
        subprocess.run([*command, *arguments], check=True, capture_output=True, timeout=180)

    run("--terminate_after_init")  # makes the profile, with an empty macro
    (profile / "user/basic/Standard/Module1.xba").write_text(MODULE, "utf-8")
    return run


@pytest.fixture
def type_into(office: Callable[..., None], tmp_path: Path) -> Callable[[Path, Cells], Path]:
    """Types into a copy of a workbook, and gives the copy that LibreOffice saved."""

    def typed(path: Path, cells: Cells) -> Path:
        keys, target = tmp_path / "keys.txt", tmp_path / f"{path.stem}-saved.xlsx"
        lines = ("\t".join([*address, text]) + "\n" for address, text in cells.items())
        keys.write_text("".join(lines), "utf-8")
        office(f'macro:///Standard.Module1.Main("{path}","{target}","{keys}")')
        assert target.exists(), "LibreOffice saved nothing"
        return target

    return typed
