"""Inboxes: what is read, what is named in a finding, and what the files' list says."""

import hashlib
import os
from pathlib import Path

import pytest
from openpyxl import Workbook

from pipeline.read import InboxError, read_inputs

LOOKUPS = b"lookup_type,code\nMILESTONE_NAME,Go live\n"


def test_a_mixed_inbox(tmp_path: Path) -> None:
    (tmp_path / "lookups-b.CSV").write_bytes(LOOKUPS)
    (tmp_path / "lookups-a.csv").write_bytes(LOOKUPS + b"MILESTONE_NAME,Kick-off\n")
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "old.xls").write_text("x")
    (tmp_path / "archive.csv").mkdir()
    (tmp_path / "~$milestones.xlsx").write_text("x")
    (tmp_path / "unheard of.csv").write_bytes(b"x,y\n")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no")
    book = Workbook()
    book.active.title = "Lookups"
    book.active.append(["Lookup Type", "Code"])
    book.save(tmp_path / "all.XLSX")
    inputs = read_inputs(tmp_path)
    assert [sheet.file for sheet in inputs.sheets] == ["all.XLSX", "lookups-a.csv", "lookups-b.CSV"]
    assert inputs.files["file"].tolist() == [
        "all.XLSX", "broken.xlsx", "lookups-a.csv", "lookups-b.CSV", "unheard of.csv",
    ]  # fmt: skip
    assert inputs.files["rows_read"].tolist() == [0, 0, 2, 1, 0]
    assert inputs.files["sha256"][3] == hashlib.sha256(LOOKUPS).hexdigest()
    assert inputs.files["bytes"][3] == len(LOOKUPS)
    assert inputs.findings[["code", "severity", "file"]].to_numpy().tolist() == [
        ["FIL-05", "info", "all.XLSX"],
        ["FIL-02", "warning", "archive.csv"],
        ["FIL-01", "error", "broken.xlsx"],
        ["FIL-02", "warning", "notes.txt"],
        ["FIL-02", "warning", "old.xls"],
        ["FIL-02", "warning", "unheard of.csv"],
        ["FIL-02", "warning", "~$milestones.xlsx"],
    ]
    assert "save and close it" in inputs.findings["message"].iloc[-1]


def test_nothing_to_read(tmp_path: Path) -> None:
    inputs = read_inputs(tmp_path)
    assert inputs.findings["code"].tolist() == ["FIL-04"]
    assert inputs.files.empty
    assert inputs.files.dtypes.astype(str).tolist() == ["str", "str", "int64", "int64"]


def test_a_single_file(tmp_path: Path) -> None:
    (tmp_path / "lookups.csv").write_bytes(LOOKUPS)
    assert read_inputs(tmp_path / "lookups.csv").files["file"].tolist() == ["lookups.csv"]
    (tmp_path / "lookups.txt").write_bytes(LOOKUPS)
    assert "FIL-02" in read_inputs(tmp_path / "lookups.txt").findings["code"].tolist()


def test_no_inbox(tmp_path: Path) -> None:
    with pytest.raises(InboxError, match="name a folder"):
        read_inputs(tmp_path / "nowhere")


def test_odd_names(tmp_path: Path) -> None:
    odd = [b"lookups-\xff.csv", b"lookups\n=1+1.csv", "lookups ünï’.csv".encode()]
    for name in odd:
        (tmp_path / os.fsdecode(name)).write_bytes(LOOKUPS)
    files = read_inputs(tmp_path).files["file"].tolist()
    shown = [name.decode("utf-8", "replace").replace("\n", "\\n") for name in odd]
    assert sorted(files) == sorted(shown)


def test_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "lookups.csv").symlink_to(tmp_path / "gone.csv")
    inputs = read_inputs(tmp_path)
    assert inputs.findings["code"].tolist() == ["FIL-01"]
    assert inputs.files["rows_read"].tolist() == [0]


def test_every_message_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("x")
    (tmp_path / "lookups.csv").write_bytes(b"lookup_type,cod\n")
    for message in read_inputs(tmp_path).findings["message"]:
        assert ";" in message


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lookups.csv")
    assert read_inputs(tmp_path).findings["code"].tolist() == ["FIL-04", "FIL-02"]
