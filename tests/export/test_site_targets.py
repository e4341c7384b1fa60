"""A target of a site's own: written in TOML only, kept with the run, and wrong ones explained."""

import csv
import io
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from pipeline.export.row_forms import TargetFileError
from pipeline.export.target_reader import read_target
from tests.builders import changed, little_company, write_inbox
from tests.export.test_target_files import NIGHTS, Site, two_nights

LEDGER = """# The ledger of a company that we made up: Kassabuch, version 9.
[file]
path = "kassabuch/{business_unit}-{currency}-{number}.txt"
separator = ";"
header = true
byte_order_mark = true
date_format = "%d.%m.%Y"

[limits]
documents = 2

[settings]
tenant = "0815"

[lookups]
accounts = "product_code"

[documents]
group_by = ["customer_number", "bill_date"]
number = "KB/{run_id}/{counter}"

[[record]]
rows = "bill_lines"

[record.control]
amount = "Betrag; brutto"

[record.columns]
Mandant          = { value = "setting:tenant" }
Beleg            = { value = "field:document_number", size = 20, required = true }
Zeile            = { value = "field:document_line" }
Art              = { charge = "text:RE", credit = "text:GU" }
"Betrag; brutto" = { value = "field:amount", decimals = 3, decimal_mark = ",", negative = "brackets" }
Konto            = { value = ["lookup:accounts", "text:8400"] }
"Fällig"         = { value = ["field:due_date", "field:bill_date"] }
Gebucht          = { value = "field:accounting_date", date_format = "%Y%m%d" }
Text             = { value = "field:description", size = 12, too_long = "cut" }
"""
HEAD = '\ufeffMandant;Beleg;Zeile;Art;"Betrag; brutto";Konto;Fällig;Gebucht;Text'


def with_own_target(folder: Path) -> Path:
    """billing.toml, and the made-up ledger's file beside it."""
    (folder / "targets").mkdir()
    (folder / "targets" / "kassabuch.toml").write_text(LEDGER, "utf-8")
    config = folder / "billing.toml"
    config.write_text(
        'targets = ["kassabuch"]\n[target.kassabuch]\ntenant = "4711"\naccounts = { SPARE = "8401" }\n'
    )
    return config


def one_night(site: Site, config: Path) -> None:
    company = changed(
        little_company(),
        "charges 4: subscription_number=S-2, charge_number=20, line_number=2, charge_type=ONE_TIME, "
        "amount=-70.5, description=Goodwill",
        "charges 5: subscription_number=S-1, charge_number=30, line_number=1, charge_type=ONE_TIME, "
        "amount=1, description=a;b",
        "subscription_lines 4: subscription_number=S-2, line_number=2, product_code=SPARE",
    )
    inbox = write_inbox(site.folder / "inbox", company)
    told = site.call("run", str(inbox), "--as-of", NIGHTS[0], "--config", str(config),
                     "--out", str(site.folder / "out"))  # fmt: skip
    assert told.exit_code == 0, told.output


@pytest.fixture(scope="module")
def after_one_night(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A night with the made-up ledger; only looked at."""
    site = Site(tmp_path_factory.mktemp("ledger"))
    one_night(site, with_own_target(site.folder))
    return site


def test_a_made_up_ledger_is_toml_only(after_one_night: Site) -> None:
    site = after_one_night
    files = {
        name.partition("/")[2]: octets.decode().split("\n")
        for name, octets in site.files().items()
        if "/kassabuch/" in name
    }
    assert files == {
        "kassabuch/East-USD-001.txt": [
            HEAD,
            "4711;KB/2026-03-31-1/0001;1;RE;3000,000;8400;09.04.2026;20260310;Implementati",
            '4711;KB/2026-03-31-1/0002;1;RE;1,000;8400;31.01.2026;20260101;"a;b"',
            "",
        ],
        "kassabuch/East-USD-002.txt": [
            HEAD,
            "4711;KB/2026-03-31-1/0003;1;RE;500,000;8400;31.01.2026;20260101;Implementati",
            "4711;KB/2026-03-31-1/0003;2;GU;(70,500);8401;31.01.2026;20260101;Goodwill",
            "",
        ],
    }
    assert '"targets": [\n    "kassabuch"' in site.files()["2026-03-31-1/manifest.json"].decode()


def test_a_run_keeps_the_target_that_it_had(after_one_night: Site, tmp_path: Path) -> None:
    """Its file may change or go: the run's files are the same, and others can be written beside."""
    site = Site(shutil.copytree(after_one_night.folder, tmp_path, dirs_exist_ok=True))
    config = tmp_path / "billing.toml"
    once = site.files()
    own = tmp_path / "targets" / "kassabuch.toml"
    own.write_text(LEDGER.replace("%d.%m.%Y", "%Y"), "utf-8")
    own.unlink()
    config.write_text("", "utf-8")
    assert site.call("export", "2026-03-31-1", "--out", str(tmp_path / "out")).exit_code == 0
    assert site.files() == once
    told = site.call("export", "2026-03-31-1", "--out", str(tmp_path / "more"), "--target", "kassabuch",
                     "--target", "generic-csv", "--config", str(config))  # fmt: skip
    assert told.exit_code == 0, told.output
    more = site.files("more")
    assert all(more[name] == octets for name, octets in once.items() if "/kassabuch/" in name)
    assert "2026-03-31-1/generic/bill_lines.csv" in more


WRONG = [
    ("field:accounting_date", "field:acounting_date", "Gebucht: acounting_date is no field"),
    ("setting:tenant", "setting:tennant", "Mandant: tennant is no setting; known are tenant"),
    ("lookup:accounts", "lookup:account", "Konto: account is no lookup; known are accounts"),
    ('["lookup:accounts", ', '["accounts", ', "must begin with field:, setting:, lookup: or"),
    ("decimals = 3", "decimals = 9", "decimals must be a whole number from 0 to 6"),
    ('negative = "brackets"', 'negative = "red"', "negative is one of minus, positive"),
    ('credit = "text:GU"', 'refund = "text:GU"', "Art: refund is not one of"),
    ("size = 20", "size = 0", "Beleg: size must be a whole number of characters"),
    ('separator = ";"', 'separator = "x"', "separator: give one of"),
    ("header = true", 'header = "yes"', "header: must be true or false"),
    ("header = true", "headings = true", "headings is not known; known here: path"),
    ("kassabuch/{b", "../{b", "path: must be a folder and a file"),
    ("kassabuch/{b", "ar/{b", "ar/ and revenue/ are Oracle's"),
    ("-{number}", "", "{number} in its path tells another file begins"),
    ("documents = 2", "documents = 0", "documents: must be a whole number, from 1"),
    ("documents = 2", "invoices = 2", "invoices is not known; known here: documents"),
    ('"customer_number", "b', '"customer", "b', "group_by: customer is no field"),
    ("{counter}", "1", "number: must hold {run_id} and {counter}, or {bill_line_id}"),
    ('accounts = "product_code"', 'accounts = "product"', "product is no field of bill_lines"),
    ('rows = "bill_lines"', 'rows = "bills"', "bills are no rows of a run; known are bill"),
    ('amount = "Betrag; brutto"', 'total = "Betrag; brutto"', "total is not known"),
    ('amount = "Betrag; brutto"', "", "must name the written amount"),
    ("[record.control]", "[record.controls]", "controls is not known; known here: rows"),
    ("[limits]", "[limit]", "limit is not known; known here: file, settings"),
]


@pytest.mark.parametrize(("good", "bad", "said"), WRONG, ids=[case[2] for case in WRONG])
def test_what_is_wrong_is_named_with_its_line(good: str, bad: str, said: str) -> None:
    assert good in LEDGER
    wrong = LEDGER.replace(good, bad, 1)
    with pytest.raises(TargetFileError) as fault:
        read_target("kassabuch", wrong, {})
    assert said in str(fault.value)
    place = re.match(r"kassabuch\.toml, line (\d+): ", str(fault.value))
    assert place
    told = wrong.splitlines()[int(place[1]) - 1]
    assert any(part in told for part in (*bad.split()[:1], "path", "[[record]]")), told


def test_errors_of_choice_are_wrong_usage(tmp_path: Path) -> None:
    site = Site(tmp_path)
    config = with_own_target(tmp_path)
    inbox = write_inbox(tmp_path / "inbox", little_company())
    own = tmp_path / "targets" / "kassabuch.toml"

    def refused(*more: str) -> str:
        told = site.call("run", str(inbox), "--as-of", NIGHTS[0], "--config", str(config),
                         "--out", str(tmp_path / "out"), *more)  # fmt: skip
        assert told.exit_code == 2
        assert not (tmp_path / "store.db").exists()
        return told.stderr

    assert "there is no target kasse; known are generic-csv" in refused("--target", "kasse")
    assert "the target kassabuch is named twice" in refused(*["--target", "kassabuch"] * 2)
    own.write_text(LEDGER.replace("header = true", "header = yes"), "utf-8")
    assert "kassabuch.toml is not TOML: Invalid value (at line 5, column 10)" in refused()
    own.write_text(LEDGER.replace("kassabuch/", "xero/"), "utf-8")
    both = ("--target", "kassabuch", "--target", "xero-invoices")
    assert "kassabuch and xero-invoices both write into xero/" in refused(*both)
    own.write_text(LEDGER, "utf-8")
    config.write_text("[target.kassabuch]\nkonto = '1'\n")
    said = refused("--target", "kassabuch")
    assert "[target.kassabuch] konto is no setting of it; known are tenant, accounts" in said
    config.write_text("[target.kasse]\nkonto = '1'\n")
    assert "[target.kasse]: there is no target kasse" in refused()
    own.rename(own.with_name("parquet.toml"))
    config.write_text("")
    assert "parquet is a shipped target; give yours another name" in refused()


def test_a_text_that_does_not_fit_stops_the_run(tmp_path: Path) -> None:
    """Nothing is posted, and nothing appears."""
    site = Site(tmp_path)
    config = with_own_target(tmp_path)
    own = tmp_path / "targets" / "kassabuch.toml"
    own.write_text(LEDGER.replace("size = 20", "size = 16"), "utf-8")
    inbox = write_inbox(tmp_path / "inbox", little_company())
    told = site.call("run", str(inbox), "--as-of", NIGHTS[0], "--config", str(config),
                     "--out", str(tmp_path / "out"))  # fmt: skip
    assert told.exit_code == 4
    assert "Beleg: 'KB/2026-03-31-1/0001' has 20 characters" in told.stderr
    assert site.files() == {}


def readme_example() -> str:
    """The target that the README shows."""
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    section = text.partition("## Files for other ledgers")[2]
    block = re.search(r"```toml\n(.*?)```", section, flags=re.S)
    assert block
    return block[1]


def test_the_example_of_the_readme_works(tmp_path: Path) -> None:
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "my-ledger.toml").write_text(readme_example(), "utf-8")
    site = two_nights(tmp_path, "my-ledger")
    written = {name: octets for name, octets in site.files().items() if "/my-ledger/" in name}
    rows = [
        row
        for octets in written.values()
        for row in csv.DictReader(io.StringIO(octets.decode(), newline=""), delimiter=";")
    ]
    assert [Path(name).name for name in written] == [
        "East-charges-001.csv", "East-credits-001.csv", "West-charges-001.csv",
        "East-charges-001.csv", "East-credits-001.csv", "West-charges-001.csv",
    ]  # fmt: skip
    assert {row["Amount"] for row in rows if row["Type"] == "CN"} == {"250,000", "100,000"}
    assert zipfile.is_zipfile(tmp_path / "out/2026-03-31-1/workbook.xlsx")
