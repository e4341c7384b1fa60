"""One zip per business unit, with a name that every system takes, and the same bytes twice."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipeline.export.archives import safe_name, unit_names
from pipeline.export.choice import targets_of
from pipeline.export.target_files import write_target
from pipeline.record import RunRecord
from pipeline.settings import Settings

AUTOINVOICE = targets_of(Settings())[0]
MakeLines = Callable[..., pd.DataFrame]
MakeRecord = Callable[..., RunRecord]


def names_of(*business_units: str) -> list[str]:
    return list(unit_names(business_units).values())


def test_two_business_units_get_a_zip_each(
    make_lines: MakeLines, make_record: MakeRecord, tmp_path: Path
) -> None:
    lines = make_lines({}, {"business_unit": "West/2"}, {}, {"business_unit": "West/2"})
    write_target(make_record(lines), AUTOINVOICE, tmp_path)
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.zip"))
    assert found == ["ar/ArAutoinvoiceImport-East.zip", "ar/ArAutoinvoiceImport-West_2.zip"]
    for name, keys in zip(found, (["M1", "M3"], ["M2", "M4"]), strict=True):
        with zipfile.ZipFile(tmp_path / name) as archive:
            assert archive.testzip() is None
            [member] = archive.infolist()
            text = archive.read(member).decode()
        assert member.filename == "RaInterfaceLinesAll.csv"
        assert member.date_time == (1980, 1, 1, 0, 0, 0)
        assert member.external_attr >> 16 == 0o100644
        assert text.endswith(",END\n")
        assert "\r" not in text
        assert [line.split(",")[40] for line in text.splitlines()] == keys  # after a quoted comma


def test_no_lines_no_zip(make_lines: MakeLines, make_record: MakeRecord, tmp_path: Path) -> None:
    assert write_target(make_record(make_lines()), AUTOINVOICE, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_the_same_lines_give_the_same_bytes(
    make_lines: MakeLines, make_record: MakeRecord, tmp_path: Path
) -> None:
    lines = make_lines(*({"amount_minor": amount} for amount in range(1, 500)))
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write_target(make_record(lines), AUTOINVOICE, tmp_path / folder)
    one, two = ((path.read_bytes()) for path in sorted(tmp_path.rglob("*.zip")))
    assert one == two


@pytest.mark.parametrize(
    ("business_unit", "name"),
    [
        ("Vision Operations", "Vision Operations"),
        ("A.b_c-d 9", "A.b_c-d 9"),
        ("R&D", "R_D"),
        ("a/../b", "a_.._b"),
        ("Zürich 東京", "Zürich 東京"),
        ("m²", "m_"),
        ("😀", "_"),
        (".", "_"),
        ("..", "__"),
        ("CON", "_CON"),
        ("con.txt", "_con.txt"),
        ("Console", "Console"),
        ("LPT1", "_LPT1"),
        ("LPT10", "LPT10"),
    ],
)
def test_names_are_safe(business_unit: str, name: str) -> None:
    assert safe_name(business_unit) == name


@pytest.mark.parametrize(
    ("business_units", "names"),
    [
        (["East", "West"], ["East", "West"]),
        (["a/b", "a:b", "a_b"], ["a_b", "a_b-2", "a_b-3"]),
        (["EAST", "East", "east"], ["EAST", "East-2", "east-3"]),
        (["A", "A-2", "a"], ["A", "A-2", "a-3"]),
        (["Zu\u0308rich", "Zürich"], ["Zürich", "Zürich-2"]),
        (["STRASSE", "straße"], ["STRASSE", "straße-2"]),
    ],
)
def test_names_that_are_one_file_are_numbered(business_units: list[str], names: list[str]) -> None:
    assert names_of(*reversed(business_units)) == names


def test_a_long_name_is_cut_between_characters() -> None:
    one, two = names_of("東" * 100, "東" * 99 + "京")
    assert len(f"ArAutoinvoiceImport-{two}.zip".encode()) <= 255
    assert one != two
