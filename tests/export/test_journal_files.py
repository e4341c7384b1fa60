"""revenue_events.csv, journal.csv and journal.hledger: to the letter, and as hledger reads them."""

import csv
import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from pipeline.export import csv_text, plain_text
from pipeline.export.controls import ControlError, join_controls
from pipeline.export.csv_files import write_journal, write_revenue_events
from pipeline.export.plain_text import write_plain_text
from pipeline.journal import journal_lines
from pipeline.money import currency_exponents
from pipeline.settings import Accounts, Settings

Make = Callable[..., pd.DataFrame]
Hledger = Callable[..., str]
RUN = "2026-03-31-1"


@pytest.fixture
def hledger() -> Hledger:
    """Runs hledger on some files: `hledger([path], "balance")` gives what it prints."""
    program = shutil.which("hledger")
    if program is None:
        pytest.skip("hledger is not installed")

    def run(files: list[Path], *arguments: str) -> str:
        named = [part for file in files for part in ("-f", str(file))]
        done = subprocess.run(
            [program, *named, *arguments],
            capture_output=True,
            timeout=60,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    return run


@pytest.fixture
def make_journal(make_lines: Make, make_events: Make) -> Make:
    """The journal of bill lines and events, each a list of what differs from the usual one."""

    def make(
        billed: list[dict[str, Any]],
        recognised: list[dict[str, Any]],
        run_id: str = RUN,
        site: Settings | None = None,
        **net_before: int,
    ) -> pd.DataFrame:
        before = pd.DataFrame(
            {"subscription_number": [*net_before], "net_minor": [*net_before.values()]}
        ).astype({"subscription_number": "str", "net_minor": "int64"})
        return journal_lines(
            run_id, make_lines(*billed), make_events(*recognised), before, site or Settings()
        )

    return make


BILLED = [
    {"amount_minor": 123456, "reason": "25 % of 4,938.24", "bill_date": "2026-04-01"},
    {"subscription_number": "C-2", "currency": "JPY", "amount_minor": 1000,
     "reason": "fee", "bill_date": "2026-04-01"},
]  # fmt: skip
RECOGNISED = [
    {"amount_minor": 200000, "reason": "event; belongs to a closed period: posted on the first "
     "open day, 2026-04-01"},
    {"subscription_number": "C-3", "currency": "BHD", "amount_minor": -1234,
     "satisfaction_date": "2026-04-01", "reason": "taken back"},
]  # fmt: skip


def test_revenue_events_golden(make_events: Make, tmp_path: Path) -> None:
    events = make_events(
        {},
        {"percent_millionths": None, "amount_minor": -5, "revision": 1},
        {"currency": "BHD", "percent_millionths": 100_000_000, "accounting_date": "2026-03-20"},
        {"currency": "JPY", "percent_millionths": 0, "charge_number": "=1"},
    )
    controls = join_controls(write_revenue_events(events, tmp_path))
    assert (tmp_path / "revenue_events.csv").read_bytes().decode() == (
        "revenue_line_id,event_id,subscription_number,charge_number,method,satisfaction_date,"
        "accounting_date,percent,currency,amount,allocated_amount\n"
        "C-1:10,C-1:10:R1,C-1,10,MILESTONE,2026-03-20,2026-04-01,33.34,USD,1646.37,4938.24\n"
        "C-1:10,C-1:10:R2,C-1,10,MILESTONE,2026-03-20,2026-04-01,,USD,-0.05,4938.24\n"
        "C-1:10,C-1:10:R3,C-1,10,MILESTONE,2026-03-20,2026-03-20,100,BHD,164.637,493.824\n"
        "C-1:10,C-1:10:R4,C-1,'=1,MILESTONE,2026-03-20,2026-04-01,0,JPY,164637,493824\n"
    )
    assert controls.to_numpy().tolist() == [
        ["revenue_events.csv", "East", "BHD", 1, 164637],
        ["revenue_events.csv", "East", "JPY", 1, 164637],
        ["revenue_events.csv", "East", "USD", 2, 164632],
    ]


def test_journal_golden(make_journal: Make, tmp_path: Path) -> None:
    write_journal(make_journal(BILLED, RECOGNISED), tmp_path)
    assert (tmp_path / "journal.csv").read_bytes().decode() == (
        "entry_id,date,account,debit,credit,currency,subscription_number,bill_line_id,event_id,"
        "narrative\n"
        f"{RUN}-000001,2026-04-01,Assets:Accounts receivable,1234.56,,USD,C-1,C-1:10:M1,,"
        '"Billed: 25 % of 4,938.24"\n'
        f"{RUN}-000001,2026-04-01,Liabilities:Contract liability,,1234.56,USD,C-1,C-1:10:M1,,"
        '"Billed: 25 % of 4,938.24"\n'
        f"{RUN}-000002,2026-04-01,Assets:Accounts receivable,1000,,JPY,C-2,C-1:10:M2,,"
        "Billed: fee\n"
        f"{RUN}-000002,2026-04-01,Liabilities:Contract liability,,1000,JPY,C-2,C-1:10:M2,,"
        "Billed: fee\n"
        f"{RUN}-000003,2026-04-01,Liabilities:Contract liability,1234.56,,USD,C-1,,C-1:10:R1,"
        '"Recognised: event; belongs to a closed period: posted on the first open day, '
        '2026-04-01"\n'
        f"{RUN}-000003,2026-04-01,Assets:Contract asset,765.44,,USD,C-1,,C-1:10:R1,"
        '"Recognised: event; belongs to a closed period: posted on the first open day, '
        '2026-04-01"\n'
        f"{RUN}-000003,2026-04-01,Income:Revenue,,2000.00,USD,C-1,,C-1:10:R1,"
        '"Recognised: event; belongs to a closed period: posted on the first open day, '
        '2026-04-01"\n'
        f"{RUN}-000004,2026-04-01,Income:Revenue,1.234,,BHD,C-3,,C-1:10:R2,Reversed: taken back\n"
        f"{RUN}-000004,2026-04-01,Liabilities:Contract liability,,1.234,BHD,C-3,,C-1:10:R2,"
        "Reversed: taken back\n"
    )


def test_plain_text_golden(make_journal: Make, tmp_path: Path) -> None:
    write_plain_text(make_journal(BILLED, RECOGNISED), tmp_path)
    assert (tmp_path / "journal.hledger").read_bytes().decode() == (
        f"""\
; The journal of one run. Check it: hledger -f journal.hledger check --strict

commodity 1000.000 BHD
commodity 1000. JPY
commodity 1000.00 USD
account Assets:Accounts receivable  ; type: A
account Liabilities:Contract liability  ; type: L
account Assets:Contract asset  ; type: A
account Income:Revenue  ; type: R

2026-04-01 ({RUN}-000001) Billed: 25 % of 4,938.24
    ; subscription: C-1, bill_line: C-1:10:M1
    Assets:Accounts receivable  1234.56 USD
    Liabilities:Contract liability  -1234.56 USD

2026-04-01 ({RUN}-000002) Billed: fee
    ; subscription: C-2, bill_line: C-1:10:M2
    Assets:Accounts receivable  1000 JPY
    Liabilities:Contract liability  -1000 JPY

2026-04-01 ({RUN}-000003) Recognised: event, belongs to a closed period: posted on the first """
        f"""open day, 2026-04-01
    ; subscription: C-1, event: C-1:10:R1
    Liabilities:Contract liability  1234.56 USD
    Assets:Contract asset  765.44 USD
    Income:Revenue  -2000.00 USD

2026-04-01 ({RUN}-000004) Reversed: taken back
    ; subscription: C-3, event: C-1:10:R2
    Income:Revenue  1.234 BHD
    Liabilities:Contract liability  -1.234 BHD
"""
    )


def test_both_journals_come_to_their_debits(make_journal: Make, tmp_path: Path) -> None:
    journal = make_journal(BILLED, RECOGNISED)
    for write, name in ((write_journal, "journal.csv"), (write_plain_text, "journal.hledger")):
        assert join_controls(write(journal, tmp_path)).to_numpy().tolist() == [
            [name, "East", "BHD", 2, 1234],
            [name, "East", "JPY", 2, 1000],
            [name, "East", "USD", 5, 123456 + 200000],
        ]


def test_nothing_to_post_is_a_header(
    make_journal: Make, make_events: Make, tmp_path: Path, hledger: Hledger
) -> None:
    journal = make_journal([], [])
    assert write_journal(journal, tmp_path) == []
    assert write_plain_text(journal, tmp_path) == []
    assert write_revenue_events(make_events(), tmp_path) == []
    for name in ("journal.csv", "revenue_events.csv"):
        assert (tmp_path / name).read_bytes().count(b"\n") == 1
    assert hledger([tmp_path / "journal.hledger"], "check", "--strict") == ""


@pytest.mark.parametrize("write", [write_journal, write_plain_text])
def test_debits_that_are_not_the_credits(write: Any, make_journal: Make, tmp_path: Path) -> None:
    journal = make_journal(BILLED, [])
    off = journal.assign(debit_minor=journal["debit_minor"] + 1)
    with pytest.raises(
        ControlError, match=r"^journal\.\w+, East, JPY: debits of 1001, credits of 1000$"
    ):
        write(off, tmp_path)


def test_chunks_change_nothing(
    make_journal: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An entry may begin in one chunk and end in the next."""
    journal = make_journal(BILLED, RECOGNISED)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder, rows in ((whole, 100), (parts, 2)):
        folder.mkdir()
        monkeypatch.setattr(
            plain_text, "row_chunks", lambda frame, rows=rows: csv_text.row_chunks(frame, rows)
        )
        write_plain_text(journal, folder)
    name = "journal.hledger"
    assert (parts / name).read_bytes() == (whole / name).read_bytes()


# What hledger makes of it


def balances_by_hledger(hledger: Hledger, *files: Path) -> dict[tuple[str, str], int]:
    """Account and currency to minor units, of all files together."""
    rows, _ = json.loads(hledger([*files], "balance", "--flat", "-O", "json"))
    amounts = [(account, amount) for account, *_, row in rows for amount in row]
    balances = {(name, amount["acommodity"]): _minor(amount) for name, amount in amounts}
    return {key: amount for key, amount in balances.items() if amount}


def _minor(amount: dict[str, Any]) -> int:
    places = currency_exponents()[amount["acommodity"]]
    quantity = amount["aquantity"]
    return int(Decimal(quantity["decimalMantissa"]).scaleb(places - quantity["decimalPlaces"]))


def balances_of(*journals: pd.DataFrame) -> dict[tuple[str, str], int]:
    """The same from the frames."""
    lines = pd.concat(journals)
    signed = (lines["debit_minor"].fillna(0) - lines["credit_minor"].fillna(0)).astype("int64")
    sums = signed.groupby([lines["account"], lines["currency"]]).sum()
    return {key: int(amount) for key, amount in sums.items() if amount}


LARGE = [
    *BILLED,
    {"amount_minor": 999_999_999_999_999},
    {"subscription_number": "C-4", "currency": "BHD", "amount_minor": 1000},
    {"subscription_number": "C-4", "currency": "BHD", "amount_minor": 1},
    {"subscription_number": "C-5", "currency": "JPY", "amount_minor": -7},
]


def test_hledger_balances(make_journal: Make, tmp_path: Path, hledger: Hledger) -> None:
    journal = make_journal(LARGE, RECOGNISED)
    write_plain_text(journal, tmp_path)
    file = tmp_path / "journal.hledger"
    assert hledger([file], "check", "--strict") == ""
    assert hledger([file], "check", "ordereddates", "accounts", "commodities", "balanced") == ""
    assert balances_by_hledger(hledger, file) == balances_of(journal)


def test_several_nights_add_up(make_journal: Make, tmp_path: Path, hledger: Hledger) -> None:
    """The second night's event ends the first night's liability; each file declares its own."""
    nights = [
        make_journal([BILLED[0]], []),
        make_journal([], [RECOGNISED[0]], run_id="2026-04-30-1", **{"C-1": 123456}),
        make_journal([], [], run_id="2026-05-31-1"),
    ]
    files = []
    for number, journal in enumerate(nights):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_plain_text(journal, folder)
        files.append(folder / "journal.hledger")
    assert hledger(files, "check", "--strict") == ""
    found = balances_by_hledger(hledger, *files)
    assert found == balances_of(*nights)
    assert found == {
        ("Assets:Accounts receivable", "USD"): 123456,
        ("Assets:Contract asset", "USD"): 76544,
        ("Income:Revenue", "USD"): -200000,
    }


def test_hledger_knows_contracts_and_types(
    make_journal: Make, tmp_path: Path, hledger: Hledger
) -> None:
    """Per contract with --pivot; the balance sheet and the income statement without settings."""
    write_plain_text(make_journal(BILLED, RECOGNISED), tmp_path)
    files = [tmp_path / "journal.hledger"]

    def answered(*arguments: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(hledger(files, *arguments, "-O", "csv"))))[1:]

    assert answered("balance", "Income:Revenue", "-N", "--pivot", "subscription") == [
        ["C-1", "-2000.00 USD"], ["C-3", "1.234 BHD"],
    ]  # fmt: skip
    assert answered("balance", "Assets:Accounts receivable", "-N", "--pivot", "bill_line") == [
        ["C-1:10:M1", "1234.56 USD"], ["C-1:10:M2", "1000 JPY"],
    ]  # fmt: skip
    assert answered("balance", "Income:Revenue", "-N", "--pivot", "event") == [
        ["C-1:10:R1", "-2000.00 USD"], ["C-1:10:R2", "1.234 BHD"],
    ]  # fmt: skip
    assert answered("balance", "-N", "tag:subscription=C-2")[0][1] == "1000 JPY"
    report = hledger(files, "incomestatement", "-O", "csv")
    assert '"Income:Revenue","-1.234 BHD, 2000.00 USD"' in report


def test_account_types_do_not_hang_on_names(
    make_journal: Make, tmp_path: Path, hledger: Hledger
) -> None:
    """Numbers say nothing of what an account is, so the file does; one for two roles is declared
    once."""
    site = Settings(accounts=Accounts("1200", "2400 Vorauszahlungen & Ähnliches", "1200", "4000"))
    journal = make_journal(BILLED, RECOGNISED, site=site)
    write_plain_text(journal, tmp_path)
    file = tmp_path / "journal.hledger"
    assert hledger([file], "check", "--strict") == ""
    assert file.read_text("utf-8").count("account 1200  ; type: A\n") == 1
    assert file.read_text("utf-8").count("account 1200") == 1
    assert balances_by_hledger(hledger, file) == balances_of(journal)
    assert '"4000",' in hledger([file], "incomestatement", "-O", "csv")


AWKWARD = {
    "a; b": "a, b",
    "payee | note": "payee / note",
    "one\ntwo\r\nthree\x85four\u2028five": "one two three four five",
    "  two  spaces\tand a tab  ": "two spaces and a tab",
    "=SUM(A1)": "=SUM(A1)",
    "2026-01-01=2026-02-02": "2026-01-01=2026-02-02",
    "\"quoted\" and 'single'": "\"quoted\" and 'single'",
    "Über 9 € — 日本 😀": "Über 9 € — 日本 😀",
    "(code) * ! [date:2026-01-01]": "(code) * ! [date:2026-01-01]",
    "type: x, subscription: other": "type: x, subscription: other",
    "; comment": ", comment",
    "12.00 USD @@ 3 EUR": "12.00 USD @@ 3 EUR",
    "zero\u200bwidth\ufeff": "zero width",
    "end comment": "end comment",
    "\\backslash %s {0}": "\\backslash %s {0}",
}


@pytest.mark.parametrize(("narrative", "said"), AWKWARD.items(), ids=map(repr, AWKWARD))
def test_awkward_narratives(
    narrative: str, said: str, make_journal: Make, tmp_path: Path, hledger: Hledger
) -> None:
    """As a reason, and as the whole description; nothing else of the entry changes."""
    for lead, own in (("Billed: ", make_journal([{**BILLED[0], "reason": narrative}], [])),
                      ("", make_journal([BILLED[0]], []).assign(narrative=narrative))):  # fmt: skip
        write_plain_text(own, tmp_path)
        file = tmp_path / "journal.hledger"
        assert hledger([file], "check", "--strict") == ""
        transactions = json.loads(hledger([file], "print", "-O", "json"))
        assert [one["tdescription"] for one in transactions] == [lead + said]
        assert transactions[0]["tcode"] == f"{RUN}-000001"
        assert transactions[0]["ttags"] == [["subscription", "C-1"], ["bill_line", "C-1:10:M1"]]
        assert balances_by_hledger(hledger, file) == balances_of(own)


@hypothesis_settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20
)
@given(some.lists(some.text(some.characters(codec="utf-8")), min_size=1, max_size=40))
def test_any_narratives(
    make_journal: Make, tmp_path: Path, hledger: Hledger, narratives: list[str]
) -> None:
    journal = make_journal([{**BILLED[0], "reason": text} for text in narratives], [])
    write_plain_text(journal, tmp_path)
    file = tmp_path / "journal.hledger"
    assert len(json.loads(hledger([file], "print", "--strict", "-O", "json"))) == len(narratives)
    assert balances_by_hledger(hledger, file) == balances_of(journal)


@pytest.mark.parametrize("narrative", ["=SUM(A1)", "@x", "-1", "+1", "\tx", "\nx", 'a "b", c\nd'])
def test_csv_narratives_come_back(narrative: str, make_journal: Make, tmp_path: Path) -> None:
    """A spreadsheet reads text, never a formula; a CSV reader gets the text with the guard."""
    write_journal(make_journal(BILLED, []).assign(narrative=narrative), tmp_path)
    with (tmp_path / "journal.csv").open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file, strict=True))
    guard = "'" if narrative[0] in "=@-+\t\n" else ""
    assert {row["narrative"] for row in read} == {guard + narrative}
    assert [(row["debit"], row["credit"]) for row in read[:2]] == [("1234.56", ""), ("", "1234.56")]
