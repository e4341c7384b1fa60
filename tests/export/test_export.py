"""What the files come to is what the ledger says; a difference is named."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow as arrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.export import check_controls, write_exports, write_manifest
from pipeline.export.controls import ControlError, control_of_chunk, join_controls
from pipeline.findings import one_finding
from pipeline.record import RunRecord

MakeLines = Callable[..., pd.DataFrame]
MakeRecord = Callable[..., RunRecord]
MIXED = (
    {"amount_minor": 100},
    {"amount_minor": -250},
    {"subscription_number": "C-2", "currency": "JPY", "amount_minor": 7},
    {
        "subscription_number": "C-3",
        "business_unit": "West",
        "currency": "BHD",
        "amount_minor": 1001,
    },
)


@pytest.fixture
def record(make_lines: MakeLines, make_record: MakeRecord) -> RunRecord:
    return make_record(make_lines(*MIXED))


def test_controls_are_per_file_unit_and_currency(record: RunRecord, tmp_path: Path) -> None:
    controls = write_exports(record, tmp_path)
    east, west = "ar/ArAutoinvoiceImport-East.zip", "ar/ArAutoinvoiceImport-West.zip"
    assert controls.to_numpy().tolist() == [
        [east, "East", "JPY", 1, 7],
        [east, "East", "USD", 2, -150],
        [west, "West", "BHD", 1, 1001],
        ["bill_lines.csv", "East", "JPY", 1, 7],
        ["bill_lines.csv", "East", "USD", 2, -150],
        ["bill_lines.csv", "West", "BHD", 1, 1001],
        *[
            [name, *of_journal]
            for name in ("journal.csv", "journal.hledger")
            for of_journal in (
                ["East", "JPY", 2, 7],
                ["East", "USD", 5, 350],
                ["West", "BHD", 2, 1001],
            )
        ],
    ]
    assert str(controls["rows"].dtype) == str(controls["amount_minor"].dtype) == "int64"
    assert check_controls(record, controls) == []


def test_nothing_to_post_is_all_right(
    make_lines: MakeLines, make_record: MakeRecord, tmp_path: Path
) -> None:
    record = make_record(make_lines())
    controls = write_exports(record, tmp_path)
    assert len(controls) == 0
    assert check_controls(record, controls) == []


AMOUNTS = st.integers(-999_999_999_999_999, 999_999_999_999_999).filter(bool)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30
)
@given(
    st.lists(
        st.tuples(
            AMOUNTS, st.sampled_from(["USD", "JPY", "BHD"]), st.sampled_from(["=A", "a", "A"])
        ),
        min_size=1,
        max_size=12,
    )
)
def test_files_always_come_to_what_the_ledger_says(
    make_lines: MakeLines,
    make_record: MakeRecord,
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[int, str, str]],
) -> None:
    record = make_record(
        make_lines(*({"amount_minor": a, "currency": c, "business_unit": b} for a, c, b in rows))
    )
    assert check_controls(record, write_exports(record, tmp_path_factory.mktemp("out"))) == []


def test_a_tampered_amount_is_caught(
    record: RunRecord, make_lines: MakeLines, make_record: MakeRecord, tmp_path: Path
) -> None:
    """The files are written from a ledger in which one amount is a cent too high."""
    changed = make_record(make_lines({"amount_minor": 101}, *MIXED[1:]))
    assert check_controls(record, write_exports(changed, tmp_path)) == [
        "ar/ArAutoinvoiceImport-East.zip, East, USD: the file holds 2 lines and -1.49, "
        "the ledger 2 lines and -1.50",
        "bill_lines.csv, East, USD: the file holds 2 lines and -1.49, the ledger 2 lines and -1.50",
        "journal.csv, East, USD: the file holds 5 lines and 3.51, the ledger 5 lines and 3.50",
        "journal.hledger, East, USD: the file holds 5 lines and 3.51, the ledger 5 lines and 3.50",
    ]


def test_a_lost_line_and_a_lost_file_are_caught(record: RunRecord, tmp_path: Path) -> None:
    controls = write_exports(record, tmp_path)
    in_zip = controls["file"].str.contains("West")
    assert check_controls(record, controls[~in_zip]) == [
        "ar/ArAutoinvoiceImport-West.zip, West, BHD: the file holds none, "
        "the ledger 1 lines and 1.001"
    ]
    fewer = controls.assign(rows=controls["rows"] - controls["currency"].eq("JPY"))
    assert len(check_controls(record, fewer)) == 4


def test_a_total_beyond_int64_is_exact() -> None:
    most = arrow.array(["999999999999999"] * 20_000, arrow.large_string())
    controls = join_controls([control_of_chunk("a.csv", "East", "JPY", most)])
    assert controls.loc[0, "amount_minor"] == 999_999_999_999_999 * 20_000


def test_decimals_that_the_currency_has_not_are_refused() -> None:
    texts = arrow.array(["1.5"], arrow.large_string())
    with pytest.raises(ControlError, match="too many decimals for JPY"):
        join_controls([control_of_chunk("a.csv", "East", "JPY", texts)])


def test_manifest(record: RunRecord, make_record: MakeRecord, tmp_path: Path) -> None:
    finding = one_finding("MIL-01", "error", "total 99", file="milestones.csv", row=3)
    record = make_record(record.bill_lines, findings=finding)
    controls = write_exports(record, tmp_path)
    write_manifest(record, controls, tmp_path)
    text = (tmp_path / "manifest.json").read_text("utf-8")
    manifest = json.loads(text)
    assert text == json.dumps(manifest, sort_keys=True, indent=2) + "\n"
    assert str(tmp_path) not in text
    assert [manifest[name] for name in ("run_id", "as_of", "program_version")] == [
        "2026-03-31-1",
        "2026-03-31",
        "0.1.0",
    ]
    assert manifest["counts"] == {
        "bill_lines": 4,
        "revenue_events": 0,
        "journal_entries": 4,
        "findings": {"error": 1, "warning": 0, "info": 0},
        "refused_rows": 0,
    }
    assert [entry["file"] for entry in manifest["inputs"]] == ["charges.csv", "milestones.csv"]
    assert manifest["control_totals"][1]["amount"] == "-1.50"
    outputs = {entry.pop("file"): entry for entry in manifest["outputs"]}
    assert list(outputs) == [
        "ar/ArAutoinvoiceImport-East.zip",
        "ar/ArAutoinvoiceImport-West.zip",
        "bill_lines.csv",
        "findings.csv",
        "journal.csv",
        "journal.hledger",
        "revenue_events.csv",
    ]
    octets = (tmp_path / "bill_lines.csv").read_bytes()
    assert outputs["bill_lines.csv"] == {
        "bytes": len(octets),
        "sha256": hashlib.sha256(octets).hexdigest(),
    }
