"""A run's folder appears whole or not at all."""

import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from pipeline.outbox import (
    OutboxError,
    PreparedFiles,
    nothing_left_aside,
    prepare_files,
    publish,
)  # fmt: skip
from pipeline.record import RefusedSheet, RunRecord

MakeLines = Callable[..., pd.DataFrame]
MakeRecord = Callable[..., RunRecord]
RUN = "2026-03-31-1"


@pytest.fixture
def record(make_lines: MakeLines, make_record: MakeRecord) -> RunRecord:
    return make_record(make_lines({}, {"business_unit": "West", "amount_minor": -7}))


@pytest.fixture(params=[100, 3000], ids=["in the first file", "in the workbook"])
def full_disk(request: pytest.FixtureRequest) -> Iterator[None]:
    """No file can grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (request.param, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_folder_is_published_whole(record: RunRecord, tmp_path: Path) -> None:
    outbox = tmp_path / "new" / "out"
    prepared = prepare_files(record, outbox)
    assert not (outbox / RUN).exists()
    assert publish(prepared) == outbox / RUN
    assert [path.name for path in outbox.iterdir()] == [RUN]
    assert list(content(outbox / RUN)) == [
        "ar/ArAutoinvoiceImport-East.zip",
        "ar/ArAutoinvoiceImport-West.zip",
        "bill_lines.csv",
        "findings.csv",
        "journal.csv",
        "journal.hledger",
        "manifest.json",
        "revenue_events.csv",
        "workbook.xlsx",
    ]


def test_the_same_run_writes_the_same_bytes(record: RunRecord, tmp_path: Path) -> None:
    one, two = (publish(prepare_files(record, tmp_path / name)) for name in ("one", "two"))
    assert content(one) == content(two)


def test_refused_rows_have_a_workbook(
    record: RunRecord, make_record: MakeRecord, tmp_path: Path
) -> None:
    refused = RefusedSheet(
        table="customers", file="customers.csv", sheet="", headings=("customer_number",),
        cells=pd.DataFrame({"0": ["K 1"]}, dtype="str"), row_numbers=pd.Series([2]),
        errors=pd.Series(["no name; give one"], dtype="str"),
        faulty=pd.Series(["customer_number"], dtype="str"),
    )  # fmt: skip
    with_refused = make_record(record.bill_lines, refused=(refused,))
    assert "rejections.xlsx" in content(publish(prepare_files(with_refused, tmp_path)))


def test_publishing_again_replaces(record: RunRecord, tmp_path: Path) -> None:
    publish(prepare_files(record, tmp_path))
    before = content(tmp_path / RUN)
    (tmp_path / RUN / "left over.txt").write_text("of a former version", "utf-8")
    publish(prepare_files(record, tmp_path))
    assert content(tmp_path / RUN) == before
    assert [path.name for path in tmp_path.iterdir()] == [RUN]


def test_another_run_of_the_same_name_is_not_replaced(
    record: RunRecord, make_lines: MakeLines, make_record: MakeRecord, tmp_path: Path
) -> None:
    publish(prepare_files(record, tmp_path))
    before = content(tmp_path / RUN)
    with pytest.raises(OutboxError, match="another run of this name"):
        prepare_files(make_record(make_lines({})), tmp_path)
    assert content(tmp_path / RUN) == before


def killed_before_the_second_rename(prepared: PreparedFiles) -> None:
    (prepared.outbox / RUN).rename(prepared.outbox / f".{RUN}.old")


def killed_before_the_old_one_is_removed(prepared: PreparedFiles) -> None:
    (prepared.outbox / RUN).rename(prepared.outbox / f".{RUN}.old")
    prepared.folder.rename(prepared.outbox / RUN)


def killed_while_writing(prepared: PreparedFiles) -> None:
    (prepared.folder / "manifest.json").unlink()
    (prepared.folder / "half.csv").write_text("half")


@pytest.mark.parametrize(
    "kill",
    [killed_before_the_second_rename, killed_before_the_old_one_is_removed, killed_while_writing],
)
def test_the_next_run_heals_what_a_kill_left(
    record: RunRecord, tmp_path: Path, kill: Callable[[PreparedFiles], None]
) -> None:
    expected = content(publish(prepare_files(record, tmp_path)))
    kill(prepare_files(record, tmp_path))
    assert content(publish(prepare_files(record, tmp_path))) == expected
    assert [path.name for path in tmp_path.iterdir()] == [RUN]


def test_a_failed_rename_leaves_the_former_folder(record: RunRecord, tmp_path: Path) -> None:
    place = publish(prepare_files(record, tmp_path))
    expected = content(place)
    prepared = prepare_files(record, tmp_path)
    shutil.rmtree(prepared.folder)
    with pytest.raises(OutboxError):
        publish(prepared)
    assert content(place) == expected
    assert [path.name for path in tmp_path.iterdir()] == [RUN]


@pytest.mark.parametrize("fault", [SystemExit(143), KeyboardInterrupt(), OSError("the store")])
def test_what_is_not_published_does_not_stay(
    record: RunRecord, tmp_path: Path, fault: BaseException
) -> None:
    """Files that are written and then not posted: a signal, a commit that failed. Another's stay."""
    another = tmp_path / f".{RUN}.another-machine-1.part"
    another.mkdir()
    with pytest.raises(type(fault)), nothing_left_aside(tmp_path):
        prepare_files(record, tmp_path)
        raise fault
    assert list(tmp_path.iterdir()) == [another]


def test_a_file_in_the_outbox_s_place_is_explained(record: RunRecord, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("not a folder")
    with pytest.raises(OutboxError, match=r"out: can't be written: .*; free space"):
        prepare_files(record, tmp_path / "out")


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_leaves_nothing(record: RunRecord, tmp_path: Path) -> None:
    with pytest.raises(OutboxError, match="can't be written: File too large"):
        prepare_files(record, tmp_path)
    assert list(tmp_path.iterdir()) == []
