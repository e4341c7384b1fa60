"""AutoInvoice lines as its declaration has them, position by position."""

import csv
import io
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.export.choice import targets_of
from pipeline.export.csv_text import csv_bytes
from pipeline.export.ledger_text import LedgerTextError
from pipeline.export.render import render_columns
from pipeline.export.row_forms import TargetError
from pipeline.export.target_reader import read_target
from pipeline.export.targets import Target
from pipeline.settings import Receivables, Settings

MakeLines = Callable[..., pd.DataFrame]
AUTOINVOICE = targets_of(Settings())[0]


def written(
    lines: pd.DataFrame, site: Settings | None = None, target: Target = AUTOINVOICE
) -> list[list[str]]:
    """The rendered lines, read back as a CSV reader sees them."""
    columns = render_columns(lines, target.records[0], site or Settings())
    text = csv_bytes(list(columns.values()), len(lines)).to_pybytes().decode()
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def filled(line: list[str]) -> dict[int, str]:
    """Position, from 1, to text, of what is not blank."""
    return {position: text for position, text in enumerate(line, 1) if text}


INVOICE = {
    2: "Milestone Billing",
    3: "Invoice",
    4: "30 Net",
    5: "2026/03/15",
    6: "2026/04/01",
    19: "1001",
    20: "2002",
    26: "LINE",
    27: "Build, first part",
    28: "USD",
    29: "User",
    31: "1.00",
    32: "1234.56",
    33: "1.00",
    35: "1234.56",
    37: "MILESTONE BILLING",
    38: "C-1",
    39: "10",
    40: "M1",
    41: "0",
    54: "STD",
    107: "PO-9",
    287: "East",
    372: "END",
}


def without(line: dict[int, str], *positions: int) -> dict[int, str]:
    return {position: text for position, text in line.items() if position not in positions}


CREDIT = without(INVOICE, 4) | {3: "Credit Memo", 32: "-1.00", 35: "-1.00"}
CASES = [
    ("an invoice line", {}, INVOICE),
    ("its own terms", {"payment_terms": "45 Net"}, INVOICE | {4: "45 Net"}),
    (
        "no purchase order, no tax",
        {"purchase_order": "", "tax_code": ""},
        without(INVOICE, 54, 107),
    ),
    (
        "another currency: a conversion date and no rate",
        {"currency": "EUR"},
        without(INVOICE, 31) | {28: "EUR", 29: "Corporate", 30: "2026/03/15"},
    ),
    (
        "no decimals",
        {"currency": "JPY"},
        without(INVOICE, 31)
        | {28: "JPY", 29: "Corporate", 30: "2026/03/15", 32: "123456", 35: "123456"},
    ),
    (
        "three decimals",
        {"currency": "BHD"},
        without(INVOICE, 31)
        | {28: "BHD", 29: "Corporate", 30: "2026/03/15", 32: "123.456", 35: "123.456"},
    ),
    ("a credit of nothing named", {"amount_minor": -100}, CREDIT),
    (
        "a credit has no terms even where the line has",
        {"amount_minor": -100, "payment_terms": "45 Net"},
        CREDIT,
    ),
    (
        "a credit of a line",
        {"amount_minor": -100, "corrects_bill_line_id": "C-1:10:M1", "revision": 1},
        CREDIT | {41: "1", 130: "MILESTONE BILLING", 131: "C-1", 132: "10", 133: "M1", 134: "0"},
    ),
    (
        "a credit of a correction",
        {"amount_minor": -100, "corrects_bill_line_id": "C 1/a:10:2026-01-01#12", "revision": 13},
        CREDIT
        | {
            41: "13",
            130: "MILESTONE BILLING",
            131: "C 1/a",
            132: "10",
            133: "2026-01-01",
            134: "12",
        },
    ),
    (
        "a positive correction is an invoice line without reference",
        {"corrects_bill_line_id": "C-1:10:M1", "revision": 1},
        INVOICE | {41: "1"},
    ),
    ("text is carried unchanged", {"description": "=1+1"}, INVOICE | {27: "=1+1"}),
    ("a line break is a space", {"description": "a\r\nb\nc\u2028d"}, INVOICE | {27: "a b c d"}),
    ("240 characters fit", {"description": "é" * 240}, INVOICE | {27: "é" * 240}),
    ("more are cut", {"description": "x" * 239 + "😀y"}, INVOICE | {27: "x" * 239 + "😀"}),
]


@pytest.mark.parametrize(("about", "change", "expected"), CASES, ids=[case[0] for case in CASES])
def test_golden_lines(
    make_lines: MakeLines, about: str, change: dict[str, Any], expected: dict[int, str]
) -> None:
    [line] = written(make_lines(change))
    assert len(line) == 372
    assert filled(line) == expected


def test_lines_of_all_cases_together_are_the_same_lines(make_lines: MakeLines) -> None:
    """Alone, a column may be constant; among others it is chosen line by line."""
    changes = [{"what": "M1", **change} for _, change, _ in CASES]
    assert [filled(line) for line in written(make_lines(*changes))] == [case[2] for case in CASES]


def test_settings_fill_their_columns(make_lines: MakeLines) -> None:
    site = Settings(
        receivables=Receivables(
            batch_source="OSS", invoice_type="Inv", credit_memo_type="CM", payment_terms="NOW",
            flexfield_context="CTX, 1", ledger_currency="EUR", conversion_type="Spot",
        )
    )  # fmt: skip
    invoice, credit = written(make_lines({}, {"currency": "EUR", "amount_minor": -100}), site)
    assert [invoice[n - 1] for n in (2, 3, 4, 29, 30, 31, 37)] == [
        "OSS", "Inv", "NOW", "Spot", "2026/03/15", "", "CTX, 1",
    ]  # fmt: skip
    assert [credit[n - 1] for n in (3, 4, 29, 30, 31)] == ["CM", "", "User", "", "1.00"]


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\v\f\x85\u2028\u2029"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(["a\nb", 'c"d', "e,f"])), min_size=1))
def test_every_line_has_372_fields_and_its_own_texts(
    make_lines: MakeLines, texts: list[tuple[str, str, str]]
) -> None:
    lines = make_lines(
        *({"description": a, "business_unit": b, "tax_code": c} for a, b, c in texts)
    )
    read = written(lines)
    assert [len(line) for line in read] == [372] * len(texts)
    assert [(line[26], line[286], line[53], line[371]) for line in read] == [
        (a[:240], b, c.replace("\n", " "), "END") for a, b, c in texts
    ]


@pytest.mark.parametrize("size", [30, 31])
def test_a_key_is_never_cut(make_lines: MakeLines, size: int) -> None:
    lines = make_lines({"charge_number": "ü" * size}, {})
    if size == 30:
        assert written(lines)[0][38] == "ü" * 30
        return
    with pytest.raises(TargetError, match=r"INTERFACE_LINE_ATTRIBUTE2: .* 31 characters"):
        written(lines)


def test_a_malformed_reference_is_refused(make_lines: MakeLines) -> None:
    with pytest.raises(LedgerTextError, match="C-1:10 M1"):
        written(make_lines({"amount_minor": -1, "corrects_bill_line_id": "C-1:10 M1"}))


RULES = {63: "In Advance", 64: "Daily Rate Partial Periods"}
PERIOD = {"service_start": "2026-03-10", "service_end": "2026-04-09"}
PERIOD_CASES = [
    ("a charge for a period", PERIOD, RULES | {66: "2026/03/10", 67: "2026/04/09"}),
    (
        "a period of one day",
        {"service_start": "2026-02-28", "service_end": "2026-02-28"},
        RULES | {66: "2026/02/28", 67: "2026/02/28"},
    ),
    ("a milestone: no period", {}, {}),
    ("an evergreen fee: no last day", {"service_start": "2026-03-10"}, {}),
    ("a credit for a period", {**PERIOD, "amount_minor": -100}, {}),
    (
        "a credit of a line for a period",
        {**PERIOD, "amount_minor": -100, "corrects_bill_line_id": "C-1:10:2026-03-10"},
        {},
    ),
]


@pytest.fixture
def with_rules() -> Target:
    """The shipped declaration with its example of revenue scheduling rules taken in."""
    shipped = files("schemas") / "targets"
    declared = (shipped / "oracle-autoinvoice.toml").read_text("utf-8")
    taken_in, count = re.subn(r"^# ([A-Z_]+ +=)", r"\1", declared, flags=re.MULTILINE)
    assert count == 4
    return read_target("with-rules", taken_in.replace("ar/", "own/"), {})


@pytest.mark.parametrize(
    ("about", "change", "expected"), PERIOD_CASES, ids=[case[0] for case in PERIOD_CASES]
)
def test_revenue_scheduling_rules_as_a_site_would_map_them(
    make_lines: MakeLines,
    with_rules: Target,
    about: str,
    change: dict[str, Any],
    expected: dict[int, str],
) -> None:
    lines = make_lines(change)
    [line], [shipped] = written(lines, target=with_rules), written(lines)
    assert {at: line[at - 1] for at in range(63, 68) if line[at - 1]} == expected
    assert without(filled(line), *expected) == filled(shipped)


def test_revenue_scheduling_rules_are_chosen_line_by_line(
    make_lines: MakeLines, with_rules: Target
) -> None:
    lines = written(make_lines(*(change for _, change, _ in PERIOD_CASES)), target=with_rules)
    assert [line[65] for line in lines] == [case[2].get(66, "") for case in PERIOD_CASES]
    assert [line[66] for line in lines] == [case[2].get(67, "") for case in PERIOD_CASES]
    assert [line[63] for line in lines] == [case[2].get(64, "") for case in PERIOD_CASES]
