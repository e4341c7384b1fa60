"""A target's declaration is checked when it is read, and the message says what to do."""

from pathlib import Path

import pytest

from pipeline.export.targets import TargetError, read_target, shipped_targets

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
    assert len(target.layout) == 372
    places = {name: place for place, name in enumerate(target.layout, 1)}
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
