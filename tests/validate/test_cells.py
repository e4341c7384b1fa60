"""Every kind of cell: what is read, and as what; what is refused, and with which code.

A case is a subscription (or a customer, a template, a lookup) of its own in one upload.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.validate import Validated
from tests.builders import Company, changed, codes, joined, judge, little_company, references

REFUSED: Any = None
"""What a refused cell is read as: nothing."""

MONEY = [
    # currency, text, minor units, code
    ("USD", "12.34", 1234, ""),
    ("USD", "12.3450", REFUSED, "VAL-05"),
    ("USD", "12.3400", 1234, ""),
    ("USD", "12.345", REFUSED, "VAL-05"),
    ("USD", "12.340000000000000000001", REFUSED, "VAL-05"),
    ("USD", "12.3", 1230, ""),
    ("USD", "12", 1200, ""),
    ("USD", "12.", 1200, ""),
    ("USD", ".5", 50, ""),
    ("USD", "007", 700, ""),
    ("USD", " 5 ", 500, ""),
    ("USD", "-0", 0, ""),
    ("USD", "-0.05", -5, ""),
    ("USD", "0.004", REFUSED, "VAL-05"),
    ("USD", "+5", REFUSED, "VAL-04"),
    ("USD", "5-", REFUSED, "VAL-04"),
    ("USD", "--5", REFUSED, "VAL-04"),
    ("USD", "(5.00)", REFUSED, "VAL-04"),
    ("USD", "1e3", REFUSED, "VAL-04"),
    ("USD", "1e309", REFUSED, "VAL-04"),
    ("USD", "-0.00", 0, ""),
    ("USD", "1,000.00", REFUSED, "VAL-04"),
    ("USD", "1.000,00", REFUSED, "VAL-04"),
    ("USD", "1 000", REFUSED, "VAL-04"),
    ("USD", "$5", REFUSED, "VAL-04"),
    ("USD", "5%", REFUSED, "VAL-04"),
    ("USD", "٣", REFUSED, "VAL-04"),
    ("USD", "NaN", REFUSED, "VAL-04"),
    ("USD", "inf", REFUSED, "VAL-04"),
    ("USD", ".", REFUSED, "VAL-04"),
    ("USD", "-", REFUSED, "VAL-04"),
    ("USD", "0x10", REFUSED, "VAL-04"),
    ("USD", "", REFUSED, "VAL-01"),
    ("USD", "9999999999999.99", 999999999999999, ""),
    ("USD", "-9999999999999.99", -999999999999999, ""),
    ("USD", "10000000000000.00", REFUSED, "VAL-09"),
    ("USD", "000000000000000000012.00", 1200, ""),
    ("JPY", "1", 1, ""),
    ("JPY", "1.0", 1, ""),
    ("JPY", "1.5", REFUSED, "VAL-05"),
    ("JPY", "999999999999999", 999999999999999, ""),
    ("BHD", "1.234", 1234, ""),
    ("BHD", "1.2345", REFUSED, "VAL-05"),
    ("BHD", "999999999999.999", 999999999999999, ""),
    ("BHD", "1000000000000.000", REFUSED, "VAL-09"),
    ("CLF", "1.2345", 12345, ""),
    ("JPY", "1000000000000000", REFUSED, "VAL-09"),
    ("USD", "12345678901234567890", REFUSED, "VAL-09"),
]

DAYS = [
    ("2026-03-31", "2026-03-31", ""),
    (" 2026-03-31 ", "2026-03-31", ""),
    ("2026-03-31 00:00:00", "2026-03-31", ""),
    ("2026-03-31T00:00:00", "2026-03-31", ""),
    ("2024-02-29", "2024-02-29", ""),
    ("2000-02-29", "2000-02-29", ""),
    ("2026-02-29", REFUSED, "VAL-06"),
    ("1900-02-29", REFUSED, "VAL-06"),
    ("2026-04-31", REFUSED, "VAL-06"),
    ("2026-13-01", REFUSED, "VAL-06"),
    ("0000-00-00", REFUSED, "VAL-06"),
    ("2026-3-1", REFUSED, "VAL-06"),
    ("20260331", REFUSED, "VAL-06"),
    ("2026-03-31 14:30:00", REFUSED, "VAL-06"),
    ("31 March 2026", REFUSED, "VAL-06"),
    ("46112", REFUSED, "VAL-06"),
    ("tomorrow", REFUSED, "VAL-06"),
    ("29 Feb 1900", REFUSED, "VAL-06"),
    ("0000", REFUSED, "VAL-06"),
    ("٢٠٢٦-٠٣-٣١", REFUSED, "VAL-06"),
    ("03/04/2026", REFUSED, "VAL-07"),
    ("3/4/26", REFUSED, "VAL-07"),
    ("25/12/2026", REFUSED, "VAL-06"),
    ("31.02.2026", REFUSED, "VAL-06"),
    ("05.05.2026", REFUSED, "VAL-06"),
    ("25.12.26", REFUSED, "VAL-07"),
    ("03.04.2026", REFUSED, "VAL-07"),
    ("9999-12-31", REFUSED, "VAL-09"),
    ("3000-01-01", REFUSED, "VAL-09"),
    ("2999-12-31", "2999-12-31", ""),
    ("1900-01-01", "1900-01-01", ""),
    ("1899-12-31", REFUSED, "VAL-09"),
]

IDENTIFIERS = [
    ("000123", "000123", ""),
    ("7", "7", ""),
    ("A B", "A B", ""),
    ("A  B", "A  B", ""),
    (" A1 ", "A1", ""),
    ("A1\u00a0", "A1", ""),
    ("x._/-", "x._/-", ""),
    ("NA", "NA", ""),
    ("None", "None", ""),
    ("1e5", "1e5", ""),
    ("Ümläut-ß", "Ümläut-ß", ""),
    ("契約１", "契約１", ""),
    ("x" * 30, "x" * 30, ""),
    ("x" * 31, REFUSED, "VAL-02"),
    ("é" * 30, "é" * 30, ""),
    ("A:B", REFUSED, "VAL-02"),
    ("A#1", REFUSED, "VAL-02"),
    ("-A", REFUSED, "VAL-02"),
    (".A", REFUSED, "VAL-02"),
    ("=A1", REFUSED, "VAL-02"),
    ("A\u00a0B", REFUSED, "VAL-02"),
    ("A\tB", REFUSED, "VAL-02"),
    ("A\nB", REFUSED, "VAL-02"),
    ("A\u200bB", REFUSED, "VAL-02"),
    ("A\u3164B", REFUSED, "VAL-02"),
    ("../../x", REFUSED, "VAL-02"),
    ("CON", "CON", ""),
    ("x" * 4096, REFUSED, "VAL-02"),
    ("A,B", REFUSED, "VAL-02"),
    ("A'B", REFUSED, "VAL-02"),
    ("", REFUSED, "VAL-01"),
    ("   ", REFUSED, "VAL-01"),
]

STATUSES = [
    ("ACTIVE", "ACTIVE", ""),
    (" ACTIVE ", "ACTIVE", ""),
    ("active", REFUSED, "VAL-03"),
    ("Active", REFUSED, "VAL-03"),
    ("ON HOLD", REFUSED, "VAL-03"),
    ("ON_HOLD", "ON_HOLD", ""),
    ("CANCELLED", REFUSED, "VAL-03"),
    ("", REFUSED, "VAL-01"),
]

FLAGS = [
    ("Y", "Y", ""),
    ("N", "N", ""),
    ("", "Y", ""),
    ("y", REFUSED, "VAL-03"),
    ("Yes", REFUSED, "VAL-03"),
    ("TRUE", REFUSED, "VAL-03"),
    ("1", REFUSED, "VAL-03"),
]

WHOLE = [
    ("1", 1, ""),
    ("1.0", 1, ""),
    ("01", 1, ""),
    ("9999", 9999, ""),
    ("10000", REFUSED, "VAL-09"),
    ("0", REFUSED, "VAL-09"),
    ("-1", REFUSED, "VAL-09"),
    ("1.5", REFUSED, "VAL-04"),
    ("1.0000001", REFUSED, "VAL-04"),
    ("1e2", REFUSED, "VAL-04"),
    ("one", REFUSED, "VAL-04"),
    ("", REFUSED, "VAL-01"),
]

PERCENTS = [
    ("0", 0, ""),
    ("100", 100_000_000, ""),
    ("33.34", 33_340_000, ""),
    ("33.333333", 33_333_333, ""),
    ("33.33333300", 33_333_333, ""),
    ("33.3333333", REFUSED, "VAL-05"),
    ("0.000001", 1, ""),
    ("100.000001", REFUSED, "VAL-09"),
    ("-0.000001", REFUSED, "VAL-09"),
    ("30%", 30_000_000, ""),
    ("30 %", 30_000_000, ""),
    ("30%%", REFUSED, "VAL-04"),
    ("%", REFUSED, "VAL-04"),
    ("33,34", REFUSED, "VAL-04"),
    ("a third", REFUSED, "VAL-04"),
    ("", REFUSED, "VAL-01"),
]

TEXTS = [
    ("x" * 240, "x" * 240, ""),
    ("x" * 241, REFUSED, "VAL-08"),
    ("=1+1", "=1+1", ""),
    ("N/A", "N/A", ""),
    ('say "no"; 5,00', 'say "no"; 5,00', ""),
    ("naïve 😀", "naïve 😀", ""),
    ("line\nbreak", REFUSED, "VAL-08"),
    ("zero\u200bwidth", REFUSED, "VAL-08"),
    ("right\u202eto left", REFUSED, "VAL-08"),
    ("filler\u3164", REFUSED, "VAL-08"),
    ("selector\ufe0f", REFUSED, "VAL-08"),
    ("tag\U000e0041", REFUSED, "VAL-08"),
    ("no character\uffff", REFUSED, "VAL-08"),
    ("bell\x07", REFUSED, "VAL-08"),
    ("", REFUSED, "VAL-01"),
]


def subscription(number: int, currency: str = "USD", amount: str = "1", **cells: str) -> Company:
    """Subscription number 1000 and so on, billed in one sum."""
    name = str(1000 + number)
    base = {
        table: [
            row | {"subscription_number": name} for row in rows
            if row.get("subscription_number") == "S-2"
        ]
        for table, rows in little_company().items()
        if table in ("subscriptions", "subscription_lines", "charges")
    }  # fmt: skip
    subscriptions = {"currency": currency, "start_date": "1900-01-01", "end_date": "2999-12-31"}
    return base | {
        "subscriptions": [base["subscriptions"][0] | subscriptions | cells],
        "charges": [base["charges"][0] | {"amount": amount}],
    }


def template(number: int, **cells: str) -> Company:
    """A template of one milestone."""
    code = {"template_code": str(1000 + number)}
    first = references()["template_milestones"][0]
    return {
        "templates": [references()["templates"][0] | code],
        "template_milestones": [first | code | cells],
    }


def customer(number: int, **cells: str) -> Company:
    return {"customers": [{"customer_number": str(1000 + number), "customer_name": "Acme",
                           "bill_to_account": "1", "bill_to_site": "1"} | cells]}  # fmt: skip


KINDS: dict[str, tuple[str, str, list[tuple], Callable[..., Company]]] = {
    "money": ("charges", "amount", MONEY,
              lambda n, currency, text: subscription(n, currency, text)),
    "day": ("subscriptions", "end_date", DAYS, lambda n, text: subscription(n, end_date=text)),
    "identifier": ("customers", "bill_to_account", IDENTIFIERS,
                   lambda n, text: customer(n, bill_to_account=text)),
    "status": ("subscriptions", "status", STATUSES, lambda n, text: subscription(n, status=text)),
    "flag": ("lookups", "enabled", FLAGS,
             lambda n, text: {"lookups": [{"lookup_type": "MILESTONE_NAME", "code": str(1000 + n),
                                           "meaning": "", "enabled": text}]}),
    "whole": ("template_milestones", "sequence", WHOLE, lambda n, text: template(n, sequence=text)),
    "percent": ("template_milestones", "percent", PERCENTS,
                lambda n, text: template(n, percent=text)),
    "text": ("customers", "customer_name", TEXTS,
             lambda n, text: customer(n, customer_name=text)),
}  # fmt: skip
KEYS = {
    "charges": "subscription_number", "subscriptions": "subscription_number",
    "customers": "customer_number", "lookups": "code", "template_milestones": "template_code",
}  # fmt: skip
NAMES = {"amount": "amount_minor", "percent": "percent_millionths"}

CASES = [
    (kind, number, case)
    for kind, (_, _, cases, _) in KINDS.items()
    for number, case in enumerate(cases)
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Validated]:
    """Each kind's cases in one upload."""
    folder = tmp_path_factory.mktemp("cells")
    return {
        kind: judge(
            folder / kind,
            joined(references(), *(make(n, *case[:-2]) for n, case in enumerate(cases))),
        )
        for kind, (_, _, cases, make) in KINDS.items()
    }


@pytest.mark.parametrize(
    ("kind", "number", "case"),
    CASES,
    ids=[f"{kind} {' '.join(case[:-2])[:34]!r}" for kind, _, case in CASES],
)
def test_a_cell_is_read_exactly_or_refused(
    kind: str, number: int, case: tuple, judged: dict[str, Validated]
) -> None:
    table, heading, _, _ = KINDS[kind]
    text, expected, code = case[-3:]
    row = number + 2 + len(references().get(table, []))
    findings = judged[kind].findings
    here = findings[(findings["file"] == f"{table}.csv") & (findings["row"] == row)]
    said = here[(here["column"] == heading) & here["code"].str.startswith("VAL")]
    assert said["code"].tolist() == ([code] if code else []), here.to_string()
    if code:
        assert said["value"].tolist() == [text.strip()]
        assert said["message"].str.contains(r"[:,;]").all()
    rows = judged[kind].contracts[table]
    read = rows[rows[KEYS[table]] == str(1000 + number)][NAMES.get(heading, heading)].tolist()
    if expected is REFUSED:
        assert read == []
    else:
        assert read == [pd.Timestamp(expected) if kind == "day" else expected]


@pytest.mark.parametrize("kind", KINDS)
def test_the_rows_of_every_file_add_up(kind: str, judged: dict[str, Validated]) -> None:
    files = judged[kind].files
    assert (files["rows_read"] == files["rows_accepted"] + files["rows_refused"]).all()
    assert files["rows_refused"].sum() > 0


UNREADABLE = [
    # the cells, and the findings that they alone account for
    ("subscriptions 2: end_date=31 March 2026", ["VAL-06"]),
    ("milestones 2: percent=x", ["VAL-04"]),
    ("milestones 2: amount=x, percent=", ["VAL-04"]),
    ("subscriptions 2: currency=USDX", ["REF-08", "VAL-08"]),
]


@pytest.mark.parametrize(("change", "expected"), UNREADABLE)
def test_an_unreadable_cell_is_not_also_called_missing(
    change: str, expected: list[str], tmp_path: Path
) -> None:
    validated = judge(tmp_path, changed(little_company(), change))
    assert codes(validated) == expected
