"""What each shipped target writes, whole: two nights of a small company, against kept files.

There are two business units, three currencies, milestones, a period, a fee, a credit by itself and a
credit that corrects. `REWRITE_TARGETS=1` writes the kept files anew.
"""

import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from pipeline.cli import main
from pipeline.export.targets import shipped_names
from tests.builders import Company, references, rows_of, write_inbox

GOLDEN = Path(__file__).parent / "golden"
REWRITE = bool(os.environ.get("REWRITE_TARGETS"))
NIGHTS = ("2026-03-31", "2026-04-30")
FOLDERS = {
    "generic-csv": "generic", "netsuite-invoices": "netsuite", "oracle-autoinvoice": "ar",
    "oracle-revenue": "revenue", "parquet": "parquet", "quickbooks-invoices": "quickbooks",
    "xero-invoices": "xero",
}  # fmt: skip
SITE = """
[target.xero-invoices]
account_code = "400"
account_codes = { SPARE = "410" }
tax_types = { STD = "20% (VAT on Income)" }
[target.quickbooks-invoices]
items = { SUB = "Implementation" }
"""


def company() -> Company:
    """The first night: S-1 by milestones and a fee, S-2 by the month in yen, S-3 a credit."""
    return references() | {
        "subscriptions": rows_of(
            "subscription_number | customer_number | business_unit | currency | start_date "
            "| end_date | status | payment_terms | purchase_order",
            "S-1 | K-1 | East | USD | 2026-01-01 | 2026-12-31 | ACTIVE | Net 45 | PO, 7",
            "S-2 | K-2 | West | JPY | 2026-03-01 | 2026-12-31 | ACTIVE | IMMEDIATE |",
            "S-3 | K-1 | East | USD | 2026-01-01 | 2026-12-31 | ACTIVE | | =1+1",
            "S-4 | K-1 | West | BHD | 2026-01-01 | 2026-12-31 | ACTIVE | |",
        ),
        "subscription_lines": rows_of(
            "subscription_number | line_number | product_code",
            "S-1 | 1 | SUB", "S-1 | 2 | SPARE", "S-2 | 1 | SUB", "S-3 | 1 | SUB", "S-4 | 1 | SUB",
        ),
        "charges": rows_of(
            "subscription_number | charge_number | line_number | charge_type | amount "
            "| milestone_billing | billing_frequency | tax_code | description",
            'S-1 | 10 | 1 | ONE_TIME  | 10000.00 | Y |         | STD | Rollout, "whole"',
            "S-1 | 20 | 2 | ONE_TIME  | 500.00   |   |         |     | Training",
            "S-2 | 10 | 1 | RECURRING | 30000    |   | MONTHLY | STD | Support",
            "S-3 | 10 | 1 | ONE_TIME  | -250.00  |   |         |     | =Goodwill",
            "S-4 | 10 | 1 | ONE_TIME  | 12.345   |   |         |     | Set-up",
        ),
        "milestones": rows_of(
            "subscription_number | charge_number | event_type | sequence | milestone_name | percent "
            "| completion_date",
            "S-1 | 10 | BILLING | 1 | Kick-off | 30 | 2026-01-01",
            "S-1 | 10 | BILLING | 2 | Go live  | 70 |",
        ),
    }  # fmt: skip


def second_upload() -> Company:
    """The second night: the first milestone came to less, and the second is reached."""
    return {
        "adjustments": rows_of(
            "bill_line_id | adjusted_amount | reason", "S-1:10:M1 | 2900.00 | Late"
        ),
        "milestones": rows_of(
            "subscription_number | charge_number | event_type | sequence | milestone_name | percent "
            "| completion_date",
            "S-1 | 10 | BILLING | 2 | Go live  | 70 | 2026-04-15",
        ),
    }


@dataclass(frozen=True)
class Site:
    """A folder with a store, two nights in it and their files."""

    folder: Path

    def call(self, *arguments: str) -> Result:
        """The command line, on this store."""
        store = f"sqlite:///{self.folder / 'store.db'}"
        return CliRunner().invoke(main, [*arguments, "--store", store, "--quiet"])

    def files(self, out: str = "out") -> dict[str, bytes]:
        """Every file below a folder."""
        root = self.folder / out
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }


def two_nights(folder: Path, *targets: str) -> Site:
    """Both nights, with these targets."""
    site = Site(folder)
    (folder / "billing.toml").write_text(SITE, "utf-8")
    for night, upload in zip(NIGHTS, (company(), second_upload()), strict=True):
        inbox = write_inbox(folder / night, upload)
        told = site.call(
            "run", str(inbox), "--as-of", night, "--out", str(folder / "out"),
            "--config", str(folder / "billing.toml"),
            *(word for name in targets for word in ("--target", name)),
        )  # fmt: skip
        assert told.exit_code == 0, told.output
    return site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Both nights with every shipped target; read only."""
    return two_nights(tmp_path_factory.mktemp("site"), *shipped_names())


def as_text(name: str, octets: bytes) -> str:
    """A file as people compare it: a zip's only member, a table's types and rows."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(octets)) as archive:
            [member] = archive.namelist()
            return archive.read(member).decode()
    if name.endswith(".parquet"):
        table = parquet.read_table(io.BytesIO(octets))
        types = [f"{field.name}: {field.type}" for field in table.schema]
        return "\n".join([*types, *map(repr, table.to_pylist()), ""])
    return octets.decode()


def test_every_shipped_target_has_kept_files() -> None:
    assert tuple(FOLDERS) == shipped_names()


@pytest.mark.parametrize("target", FOLDERS)
def test_a_target_writes_what_is_kept(site: Site, target: str) -> None:
    written = {
        name: as_text(name, octets)
        for name, octets in site.files().items()
        if name.split("/")[1] == FOLDERS[target]
    }
    kept = GOLDEN / target
    if REWRITE:
        for name, text in written.items():
            (kept / name).parent.mkdir(parents=True, exist_ok=True)
            (kept / name).with_name(f"{Path(name).name}.txt").write_bytes(text.encode())
    there = {
        path.relative_to(kept).as_posix().removesuffix(".txt"): path.read_bytes().decode()
        for path in sorted(kept.rglob("*.txt"))
    }
    assert written == there
    assert there


def test_the_same_run_exported_again_is_the_same_bytes(site: Site) -> None:
    assert site.call("export", "2026-04-30-1", "--out", str(site.folder / "again")).exit_code == 0
    once = {name: octets for name, octets in site.files().items() if name.startswith("2026-04")}
    assert site.files("again") == once


def test_another_target_goes_beside_and_the_manifest_names_it(site: Site) -> None:
    arguments = ("export", "2026-03-31-1", "--target", "generic-csv", "--out")
    told = site.call(*arguments, str(site.folder / "out"))
    assert told.exit_code == 1
    assert "may have been sent, so they stay; name another --out for generic-csv" in told.stderr
    assert site.call(*arguments, str(site.folder / "other")).exit_code == 0
    beside = site.files("other")
    assert '"targets": [\n    "generic-csv"\n  ]' in beside["2026-03-31-1/manifest.json"].decode()
    assert "2026-03-31-1/ar" not in {str(Path(name).parent) for name in beside}
    name = "2026-03-31-1/generic/bill_lines.csv"
    assert beside[name] == site.files()[name]


def test_document_numbers_are_never_used_twice(site: Site) -> None:
    numbers = [
        {row.split(",")[0] for row in as_text(name, octets).splitlines()[1:]}
        for name, octets in site.files().items()
        if "/netsuite/" in name
    ]
    assert len(numbers) == 4  # charges and credits, of two nights
    assert sum(map(len, numbers)) == len(set().union(*numbers))
