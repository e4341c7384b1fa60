"""A target's declaration is checked when it is read, and the message says what to do."""

from pathlib import Path

import pytest

from pipeline.export.row_forms import TargetError
from pipeline.export.targets import (
    RecordFile,
    read_record_file,
    read_target,
    shipped_record_files,
    shipped_targets,
)

GOOD = """
[file]
archive = "x/file-{}.zip"
member = "lines.csv"
layout = "layout.txt"
settings = "receivables"
date_format = "%d.%m.%Y"
[control]
business_unit = "UNIT"
currency = "CURRENCY"
amount = "AMOUNT"
[columns]
UNIT = { value = "field:business_unit" }
CURRENCY = { value = "field:currency" }
AMOUNT = { value = "field:amount" }
TERMS = { charge = ["field:payment_terms", "setting:payment_terms"], size = 15 }
"""
LAYOUT = "BLANK\nUNIT\nCURRENCY\nAMOUNT\nTERMS\n"


def read(folder: Path, declared: str, layout: str = LAYOUT) -> object:
    (folder / "site.toml").write_text(declared)
    (folder / "layout.txt").write_text(layout)
    return read_target(folder, "site.toml")


def test_a_site_can_add_a_target(tmp_path: Path) -> None:
    read(tmp_path, GOOD)


def test_the_shipped_layout_is_autoinvoice() -> None:
    [target] = shipped_targets()
    layout = target.form.layout
    assert len(layout) == 372
    places = {name: place for place, name in enumerate(layout, 1)}
    assert [places[name] for name in ("ORG_ID", "TRX_NUMBER", "LINE_TYPE", "AMOUNT")] == [
        1, 7, 26, 32,
    ]  # fmt: skip
    assert [places[name] for name in ("REFERENCE_LINE_CONTEXT", "BU_NAME", "END")] == [
        130,
        287,
        372,
    ]


FAULTS = [
    ("AMOUNT = {", "AMOUNTS = {", "AMOUNTS is no column of layout.txt"),
    ("field:currency", "field:curency", "curency is no field"),
    ("setting:payment_terms", "setting:terms", "terms is no setting"),
    ("field:business_unit", "business_unit", "must begin with field:, setting: or text:"),
    ("charge = [", "refund = [", "refund is not one of"),
    ("size = 15", "size = 0", "size must be a whole number"),
    ("size = 15", 'too_long = "cut"', "too_long is"),
    ("size = 15", 'size = 15, too_long = "wrap"', "too_long is"),
    ("charge = [", 'value = "text:x", charge = [', "either `value` or one value by case"),
    ('{ value = "field:amount" }', '"field:amount"', "write it as"),
    ('{ value = "field:amount" }', "{ size = 3 }", "either `value` or one value by case"),
    ('{ value = "field:amount" }', "{ value = [] }", "an empty list"),
    ("file-{}.zip", "file.zip", "write {} once"),
    ('"layout.txt"', '"other.txt"', "there is no other.txt"),
    ('"receivables"', '"ledger"', "is no section"),
    ('"receivables"', '"workbook_rows"', "is no section"),
    ('member = "lines.csv"', "", "must have exactly"),
    ("[control]", "[controls]", "must have exactly"),
    ('amount = "AMOUNT"', 'amount = "BLANK"', "BLANK is not filled"),
    ("[columns]", "[columns", "is not TOML"),
    ('date_format = "%d.%m.%Y"', "date_format = 1", "[file] date_format must be a text"),
]


@pytest.mark.parametrize(("good", "bad", "message"), FAULTS)
def test_a_faulty_declaration_is_named(tmp_path: Path, good: str, bad: str, message: str) -> None:
    assert good in GOOD
    with pytest.raises(TargetError) as fault:
        read(tmp_path, GOOD.replace(good, bad))
    assert message in str(fault.value)
    assert "site.toml" in str(fault.value)


def test_a_layout_names_each_column_once(tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="every column once"):
        read(tmp_path, GOOD, LAYOUT + "UNIT\n")


RECORDS = """
[file]
path = "x/records.txt"
separator = "|"
settings = ""
date_format = "%d-%b-%y"
[control]
revenue_lines = "TOTAL"
[[record]]
rows = "revenue_lines"
layout = "layout.txt"
[record.columns]
TYPE = { value = "text:L" }
TOTAL = { value = "field:total" }
FROM = { straight_line = "field:starts_on" }
[[record]]
rows = "satisfaction_events"
layout = "layout.txt"
[record.columns]
TYPE = { value = "text:S" }
PERCENT = { milestone = "field:satisfied_percent" }
"""
RECORD_LAYOUT = "TYPE\nTOTAL\nFROM\nPERCENT\n"


def read_records(folder: Path, declared: str) -> RecordFile:
    (folder / "site.toml").write_text(declared)
    (folder / "layout.txt").write_text(RECORD_LAYOUT)
    return read_record_file(folder, "site.toml")


def test_a_site_can_add_a_file_of_records(tmp_path: Path) -> None:
    file = read_records(tmp_path, RECORDS)
    assert [form.rows for form in file.records] == ["revenue_lines", "satisfaction_events"]
    assert {form.separator for form in file.records} == {"|"}


def test_records_can_take_settings(tmp_path: Path) -> None:
    declared = RECORDS.replace('settings = ""', 'settings = "receivables"').replace(
        '"text:L"', '"setting:batch_source"'
    )
    read_records(tmp_path, declared)


RECORD_FAULTS = [
    ('separator = "|"', 'separator = "||"', "separator: give one of"),
    ('separator = "|"', 'separator = "x"', "separator: give one of"),
    ('separator = "|"', "", "must have exactly"),
    ('path = "x/records.txt"', 'paths = "x/records.txt"', "must have exactly"),
    ('settings = ""', 'settings = "ledger"', "is no section"),
    ('revenue_lines = "TOTAL"', 'amount = "TOTAL"', "must have exactly: revenue_lines"),
    ('revenue_lines = "TOTAL"', 'revenue_lines = "PERCENT"', "PERCENT is not filled"),
    ('rows = "revenue_lines"', 'rows = "bills"', "[[record]] 1: bills are no rows of a run"),
    ('rows = "revenue_lines"', 'rows = "bill_lines"', "field"),
    ('rows = "satisfaction_events"', 'rows = "revenue_documents"', "milestone is not one of"),
    ('rows = "satisfaction_events"', 'rows = "revenue_lines"', "satisfied_percent is no field"),
    ("field:total", "field:total_minor", "total_minor is no field"),
    ('"text:L"', '"setting:batch_source"', "name the section"),
    ("straight_line =", "charge =", "charge is not one of"),
    ("PERCENT =", "PERCENTS =", "[[record]] 2: PERCENTS is no column of layout.txt"),
    ("[control]", "[controls]", "must have exactly: file, control, record"),
    ('separator = "|"', "separator = 1", "[file] separator must be a text"),
]


@pytest.mark.parametrize(("good", "bad", "message"), RECORD_FAULTS)
def test_a_faulty_declaration_of_records_is_named(
    tmp_path: Path, good: str, bad: str, message: str
) -> None:
    assert good in RECORDS
    with pytest.raises(TargetError) as fault:
        read_records(tmp_path, RECORDS.replace(good, bad))
    assert message in str(fault.value)
    assert "site.toml" in str(fault.value)


def test_the_lines_that_are_controlled_are_there_once(tmp_path: Path) -> None:
    twice = RECORDS.replace('"satisfaction_events"', '"revenue_lines"').replace("percent", "total")
    with pytest.raises(TargetError, match=r"one .*record.* must have the rows revenue_lines"):
        read_records(tmp_path, twice.replace("satisfied_total", "total"))


def test_a_record_is_written_in_double_brackets(tmp_path: Path) -> None:
    first = RECORDS.partition('[[record]]\nrows = "satisfaction')[0]
    with pytest.raises(TargetError, match=r"site.toml: write \[\[record\]\]"):
        read_records(tmp_path, first.replace("[[record]]", "[record]"))


def test_the_shipped_files_are_told_apart() -> None:
    assert [target.name for target in shipped_targets()] == ["oracle-autoinvoice"]
    assert [file.name for file in shipped_record_files()] == ["oracle-revenue-management"]
