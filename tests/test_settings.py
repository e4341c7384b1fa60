"""A site's settings: what each one does in a night, and what is said of a wrong one."""

import datetime
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as some
from openpyxl import load_workbook

from pipeline.cli import main
from pipeline.export import write_exports
from pipeline.nightly import bill_store
from pipeline.settings import (
    HANDOVERS,
    STRAIGHT_LINE_POSTINGS,
    STRAIGHT_LINES,
    Accounts,
    Receivables,
    Settings,
    SettingsError,
    read_settings,
    settings_from_text,
    settings_text,
)  # fmt: skip
from pipeline.settings.checks import Words
from pipeline.settings.declared import declared_settings
from schemas.outputs import ACCOUNT_ROLES
from tests.builders import QUIET, changed, day, little_company, write_inbox
from tests.desk import NIGHT, Desk, files_below


def night(folder: Path, config: str | bytes | None, company: dict | None = None) -> Result:
    """A night of the little company with these settings."""
    inbox = write_inbox(folder / "inbox", company or little_company())
    path = folder / "billing.toml"
    if config is not None:
        path.write_bytes(config if isinstance(config, bytes) else config.encode())
    return CliRunner().invoke(
        main,
        ["run", str(inbox), "--as-of", NIGHT, "--out", str(folder / "out"),
         "--store", f"sqlite:///{folder / 'store.db'}",
         *(["--config", str(path)] if config is not None else [])],
    )  # fmt: skip


LONGEST = {
    one.path[-1]: one.check.longest for one in declared_settings() if isinstance(one.check, Words)
}
"""Of the texts, by name."""

WRONG = {
    "workbook_rows = 0": "workbook_rows must be a whole number from 1 to 1000000",
    "workbook_rows = 1000001": "workbook_rows must be a whole number",
    "workbook_rows = 1.5": "workbook_rows must be a whole number",
    "workbook_rows = true": "workbook_rows must be a whole number",
    'workbook_rows = "10"': "workbook_rows must be a whole number",
    'first_open_day = "2026-04-01"': "first_open_day must be a date such as 2026-04-01, unquoted",
    "first_open_day = 2026-04-01T00:00:00": "first_open_day must be a date",
    "first_open_day = 20260401": "first_open_day must be a date",
    "first_open_days = 2026-04-01": "first_open_days is not a setting; known here: accounts, ",
    "[receivable]\nbatch_source = 'x'": "receivable is not a setting",
    "receivables = 1": "[receivables] must be a table of its own",
    "[[receivables]]\nbatch_source = 'x'": "[receivables] must be a table of its own",
    "[receivables]\nbatch = 'x'": "receivables.batch is not a setting; known here: batch_source",
    "[receivables]\nreceivables = 'x'": "receivables.receivables is not a setting",
    "[receivables]\ninvoice_type = ''": "receivables.invoice_type must be a text of 1 to 20",
    "[receivables]\ninvoice_type = '  '": "receivables.invoice_type must be a text of 1 to 20",
    "[receivables]\npayment_terms = 30": "receivables.payment_terms must be a text of 1 to 15",
    "[receivables]\nledger_currency = 'US Dollar'": "receivables.ledger_currency must be a text",
    'straight_line = "by_month"': "straight_line must be one of by_day, even_months, in quotes",
    "straight_line = true": "straight_line must be one of by_day, even_months",
    "straight_line = ['by_day']": "straight_line must be one of by_day, even_months",
    'straight_line_posting = "monthly"': (
        "straight_line_posting must be one of nightly, month_end, in quotes"
    ),
    "phase_handover = 'Day_after'": "phase_handover must be one of on_completion, day_after",
    "accounts = 1": "[accounts] must be a table of its own",
    "[[accounts]]\nrevenue = '4000'": "[accounts] must be a table of its own",
    "[account]\nrevenue = '4000'": "account is not a setting",
    "[accounts]\nrevenues = '4000'": (
        "accounts.revenues is not a setting; known here: business_unit, contract_asset, "
        "contract_liability, product, receivable, revenue"
    ),
    "[accounts]\nrevenue = 4000": (
        "accounts.revenue must be an account of 1 to 100 letters, digits, single spaces and "
        ":._/-&, each part beginning with a letter or digit, in quotes"
    ),
    "[accounts.revenue]\nEast = '4000'": "accounts.revenue must be an account of 1 to 100",
    "[accounts]\nbusiness_unit = 'East'": "[accounts.business_unit] must be a table of its own",
    "[accounts.business_unit]\nEast = '4000'": (
        '[accounts.business_unit."East"] must be a table of its own'
    ),
    "[accounts.business_unit.'Vision Operations']\nincome = '4000'": (
        'accounts.business_unit."Vision Operations".income is not a setting; known here: '
        "contract_asset, contract_liability, receivable, revenue"
    ),
    "[accounts.business_unit.East]\nrevenue = ''": (
        'accounts.business_unit."East".revenue must be an account of 1 to 100'
    ),
    "[accounts.product.SUPPORT]\nincome = '4000'": (
        'accounts.product."SUPPORT".income is not a setting; known here: revenue'
    ),
    "[accounts.product.SUPPORT]\nrevenue = 'a;b'": (
        'accounts.product."SUPPORT".revenue must be an account of 1 to 100'
    ),
    "[accounts.product.SUPPORT]\ncontract_liability = '2400'": (
        'accounts.product."SUPPORT".contract_liability can\'t be set: receivable, contract '
        "liability and contract asset are positions of the whole contract, so they can't be split "
        "by product; set revenue here, and the others in [accounts] or "
        '[accounts.business_unit."…"]'
    ),
    "[accounts.product.SUPPORT]\nreceivable = '1200'": (
        'accounts.product."SUPPORT".receivable can\'t be set'
    ),
    "workbook_rows = ": "is not TOML",
    "workbook_rows = 1\nworkbook_rows = 2": "is not TOML",
}


@pytest.mark.parametrize(("config", "said"), WRONG.items(), ids=WRONG.values())
def test_a_wrong_setting(tmp_path: Path, config: str, said: str) -> None:
    done = night(tmp_path, config)
    assert done.exit_code == 2
    assert done.stdout == ""
    head, line = done.stderr.splitlines()
    assert head == "milestone-billing: the settings can't be used, and nothing was done:"
    place = re.escape(str(tmp_path / "billing.toml"))
    assert re.match(rf"  error   SET-0\d  {place}, row \d+: ", line)
    assert said in line
    assert {path.name for path in tmp_path.iterdir()} == {"inbox", "billing.toml"}


@pytest.mark.parametrize("name", LONGEST)
def test_the_longest_texts(tmp_path: Path, name: str) -> None:
    path = tmp_path / "billing.toml"
    path.write_text(f'[receivables]\n{name} = "{"Ü" * LONGEST[name]}"\n', "utf-8")
    assert getattr(read_settings(path).receivables, name) == "Ü" * LONGEST[name]
    assert night(tmp_path, f'[receivables]\n{name} = "{"Ü" * (LONGEST[name] + 1)}"').exit_code == 2


ACCOUNT_TEXTS = {
    "Income:Revenue": True, "4": True, "4000-10.2/3_x": True, "Erlöse & Zinsen": True,
    "a b c:d e": True, "x" * 100: True, "01:02": True, "日本:売上": True,
    "x" * 101: False, "": False, " ": False, " a": False, "a ": False, "a  b": False,
    "a\tb": False, "a\nb": False, "a\n": False, "a\u00a0b": False, ":a": False, "a:": False,
    "a::b": False, "a: b": False, "a :b": False, "-a": False, "a:-b": False, "a;b": False,
    "a|b": False, "(a)": False, "[a]": False, "a,b": False, "=a": False, "a*": False, "*": False,
    "_a": False, "a@b": False, '"a"': False,
}  # fmt: skip


@pytest.mark.parametrize(("account", "fits"), ACCOUNT_TEXTS.items(), ids=map(repr, ACCOUNT_TEXTS))
@pytest.mark.parametrize(
    "table", ["accounts", "accounts.business_unit.East", "accounts.product.SUPPORT"]
)
def test_accounts(tmp_path: Path, table: str, account: str, fits: bool) -> None:
    path = tmp_path / "billing.toml"
    path.write_text(f"[{table}]\nrevenue = {json.dumps(account, ensure_ascii=False)}\n", "utf-8")
    if not fits:
        with pytest.raises(SettingsError, match="must be an account of 1 to 100"):
            read_settings(path)
        return
    accounts = read_settings(path).accounts
    assert accounts.account_of("revenue", "East", "SUPPORT") == account


CHART = """
[accounts]
receivable = "1200"
[accounts.business_unit."Vision Operations"]
revenue = "4100"
contract_liability = "2410"
[accounts.business_unit.East]
receivable = "1210"
[accounts.product."SUPPORT"]
revenue = "4900"
"""


@pytest.mark.parametrize(
    ("role", "unit", "product", "account"),
    [
        ("receivable", "Vision Operations", "SUPPORT", "1200"),
        ("receivable", "East", "", "1210"),
        ("contract_liability", "Vision Operations", "", "2410"),
        ("contract_liability", "East", "SUPPORT", "Liabilities:Contract liability"),
        ("contract_asset", "Vision Operations", "", "Assets:Contract asset"),
        ("revenue", "Vision Operations", "BUILD", "4100"),
        ("revenue", "Vision Operations", "SUPPORT", "4900"),
        ("revenue", "East", "SUPPORT", "4900"),
        ("revenue", "East", "Support", "Income:Revenue"),
        ("revenue", "vision operations", "", "Income:Revenue"),
    ],
)
def test_whose_account(tmp_path: Path, role: str, unit: str, product: str, account: str) -> None:
    """The product's, else the business unit's, else everybody's; names match to the letter."""
    path = tmp_path / "billing.toml"
    path.write_text(CHART, "utf-8")
    settings = read_settings(path)
    assert settings.accounts.account_of(role, unit, product) == account
    assert settings_from_text(settings_text(settings)) == settings


@pytest.mark.parametrize(
    ("name", "values"),
    [("phase_handover", HANDOVERS), ("straight_line", STRAIGHT_LINES),
     ("straight_line_posting", STRAIGHT_LINE_POSTINGS)],
)  # fmt: skip
def test_choices(tmp_path: Path, name: str, values: tuple[str, ...]) -> None:
    """The first of each is the default."""
    path = tmp_path / "billing.toml"
    for value in values:
        path.write_text(f'{name} = "{value}"\n', "utf-8")
        assert getattr(read_settings(path), name) == value
    assert getattr(Settings(), name) == values[0]


def test_settings_of_an_earlier_version() -> None:
    """A store remembers settings from before there were accounts: those are the defaults; no file was
    split."""
    old = json.dumps(
        {
            "first_open_day": "2026-04-01",
            "phase_handover": "day_after",
            "receivables": {**asdict(Receivables()), "batch_source": "Mine"},
            "workbook_rows": 5,
        }
    )
    assert settings_from_text(old) == Settings(
        first_open_day=datetime.date(2026, 4, 1),
        phase_handover="day_after",
        receivables=Receivables(batch_source="Mine"),
        workbook_rows=5,
        lines_per_file=10**9,
    )


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    done = night(tmp_path, "workbook_rows = 5 # é".encode("latin-1"))
    assert done.exit_code == 2
    assert "is not TOML" in done.stderr


@pytest.mark.parametrize("place", ["nowhere.toml", ""])
def test_a_file_that_is_not_there(tmp_path: Path, place: str) -> None:
    done = CliRunner().invoke(
        main, ["bill", "--config", str(tmp_path / place), "--store", f"sqlite:///{tmp_path}/s.db"]
    )
    assert done.exit_code == 2
    assert done.stdout == ""
    assert str(tmp_path) in done.stderr
    assert not (tmp_path / "s.db").exists()


@pytest.mark.parametrize("config", [None, "", "# nothing is set\n", "[receivables]\n"])
def test_the_defaults(tmp_path: Path, config: str | None) -> None:
    path = tmp_path / "billing.toml"
    if config is not None:
        path.write_text(config, "utf-8")
    assert read_settings(None if config is None else path) == Settings()


@given(
    settings=some.builds(
        Settings,
        first_open_day=some.none() | some.dates(),
        workbook_rows=some.integers(1, 1_000_000),
        receivables=some.builds(
            Receivables,
            batch_source=some.text(min_size=1, max_size=50),
            ledger_currency=some.text(),
        ),
        straight_line=some.sampled_from(STRAIGHT_LINES),
        straight_line_posting=some.sampled_from(STRAIGHT_LINE_POSTINGS),
        accounts=some.builds(
            Accounts,
            revenue=some.text(),
            business_unit=some.dictionaries(
                some.text(), some.dictionaries(some.sampled_from(ACCOUNT_ROLES), some.text())
            ),
            product=some.dictionaries(
                some.text(), some.dictionaries(some.just("revenue"), some.text())
            ),
        ),
    )
)
def test_the_store_remembers_settings_as_they_were(settings: Settings) -> None:
    assert settings_from_text(settings_text(settings)) == settings


# What each setting does


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The little company in a store, S-1 with terms of its own; nothing is billed yet."""
    desk = Desk(tmp_path_factory.mktemp("imported"))
    desk.upload(changed(little_company(), "subscriptions 2: payment_terms=60 Net"))
    return desk


@pytest.fixture
def billed(imported: Desk, tmp_path: Path) -> Callable[[str], Path]:
    """Bills the store with these settings, and gives the folder of the files."""

    def billed(config: str) -> Path:
        desk, path, out = imported.copy(tmp_path), tmp_path / "billing.toml", tmp_path / "files"
        path.write_text(config, "utf-8")
        out.mkdir()
        (outcome,) = bill_store(day(NIGHT), desk.store, read_settings(path), QUIET)
        record = outcome.record
        write_exports(record, out)
        return out

    return billed


def bill_lines(folder: Path) -> pd.DataFrame:
    """bill_lines.csv as text."""
    return pd.read_csv(folder / "bill_lines.csv", dtype=str)


def interface_lines(folder: Path) -> pd.DataFrame:
    """The AutoInvoice lines of business unit East, by position from 1, as text."""
    path = folder / "ar" / "ArAutoinvoiceImport-East.zip"
    with zipfile.ZipFile(path) as archive:
        content = archive.read(archive.namelist()[0])
    lines = pd.read_csv(io.BytesIO(content), header=None, dtype=str, keep_default_na=False)
    return lines.set_axis(range(1, lines.shape[1] + 1), axis="columns")


@pytest.mark.parametrize(
    ("first_day", "milestone", "fee"),
    [
        (None, "2026-03-10", "2026-01-01"),
        ("2026-01-01", "2026-03-10", "2026-01-01"),
        ("2026-01-02", "2026-03-10", "2026-01-02"),
        ("2026-03-10", "2026-03-10", "2026-03-10"),
        ("2026-03-11", "2026-03-11", "2026-03-11"),
        ("2026-06-30", "2026-06-30", "2026-06-30"),
    ],
)
def test_first_open_day(
    billed: Callable[[str], Path], first_day: str | None, milestone: str, fee: str
) -> None:
    """The accounting date is the later of the bill date and the first open day."""
    folder = billed(f"first_open_day = {first_day}" if first_day else "")
    lines = bill_lines(folder)
    assert lines["bill_date"].tolist() == ["2026-03-10", "2026-01-01"]
    assert lines["accounting_date"].tolist() == [milestone, fee]
    interface = interface_lines(folder)
    slashed = [text.replace("-", "/") for text in (milestone, fee)]
    assert interface[6].tolist() == slashed
    assert interface[5].tolist() == ["2026/03/10", "2026/01/01"]


RECEIVABLES = """[receivables]
batch_source = "Söurce, 2"
invoice_type = "Type, 3"
payment_terms = "10 Net"
flexfield_context = "Cöntext, 37"
ledger_currency = "EUR"
conversion_type = "Spot"
"""


def test_names_of_receivables(billed: Callable[[str], Path]) -> None:
    """The subscription's own terms prevail; lines in another currency than the ledger's say how they
    are converted."""
    interface = interface_lines(billed(RECEIVABLES))
    assert {place: interface[place].tolist() for place in (2, 3, 4, 28, 29, 30, 37)} == {
        2: ["Söurce, 2"] * 2, 3: ["Type, 3"] * 2, 4: ["60 Net", "10 Net"],
        28: ["USD", "USD"], 29: ["Spot", "Spot"], 30: ["2026/03/10", "2026/01/01"],
        37: ["Cöntext, 37"] * 2,
    }  # fmt: skip


def test_workbook_rows_and_a_run_that_keeps_its_settings(tmp_path: Path, first_night: Desk) -> None:
    """The sheets end there and say so; the CSV holds all lines. Written again under other settings,
    the files are the same."""
    assert night(tmp_path, "workbook_rows = 1\nfirst_open_day = 2026-04-01").exit_code == 0
    place = tmp_path / "out" / f"{NIGHT}-1"
    assert len(bill_lines(place)) == 2
    shown = []
    for folder in (first_night.out / f"{NIGHT}-1", place):
        book = load_workbook(folder / "workbook.xlsx")
        cells = [str(cell.value) for row in book["Bill lines"] for cell in row]
        shown.append(cells.count("S-2:10:FEE"))
    assert shown[0] > shown[1] == 0
    first = files_below(place)
    (tmp_path / "billing.toml").write_text("first_open_day = 2026-05-01\n", "utf-8")
    done = CliRunner().invoke(
        main, ["export", f"{NIGHT}-1", "--out", str(tmp_path / "out"),
               "--store", f"sqlite:///{tmp_path / 'store.db'}"],
        env={"MILESTONE_BILLING_CONFIG": str(tmp_path / "billing.toml")},
    )  # fmt: skip
    assert done.exit_code == 0
    assert files_below(place) == first
    assert datetime.date(2026, 4, 1).isoformat() in first["bill_lines.csv"].decode()
