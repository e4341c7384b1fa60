"""Settings that are other than in the run before: each is told, once, and nothing else is."""

import csv
import datetime
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from pipeline.settings import (
    Accounts,
    Plausibility,
    Receivables,
    Settings,
    changed_settings,
    read_settings,
    said_in,
    settings_from_text,
    settings_text,
)
from pipeline.settings.declared import declared_settings
from tests.builders import little_company, write_inbox
from tests.desk import NIGHT, Desk
from tests.schedules import company_of, schedule

LAST = "2026-03-31-1"
MARCH, APRIL = datetime.date(2026, 3, 1), datetime.date(2026, 4, 1)


def changed(before: Settings, now: Settings) -> list[str]:
    """The addresses that are told."""
    return list(changed_settings(settings_text(before), now, run_id=LAST, file="billing.toml"))


def of_east(**roles: str) -> dict[str, Any]:
    """Accounts of one business unit's own."""
    return {"accounts": Accounts(business_unit={"East": roles} if roles else {})}


XERO = {"targets": ("oracle-revenue", "oracle-autoinvoice", "xero-invoices")}
CODE = {"target": {"xero-invoices": {"account_code": "400", "account_codes": {"A": "1"}}}}
OTHER_CODE = {"target": {"xero-invoices": {"account_code": "400", "account_codes": {"A": "2"}}}}
OWN = 'accounts.business_unit."East".revenue'


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({}, {}, []),
        ({"straight_line": "even_months"}, {}, ["straight_line"]),
        ({}, {"straight_line_posting": "month_end"}, ["straight_line_posting"]),
        ({"first_open_day": MARCH}, {"first_open_day": APRIL}, []),
        ({}, {"first_open_day": MARCH}, []),
        ({"first_open_day": APRIL}, {"first_open_day": MARCH}, ["first_open_day"]),
        ({"first_open_day": MARCH}, {}, ["first_open_day"]),
        ({}, {"receivables": Receivables(ledger_currency="EUR")}, ["receivables.ledger_currency"]),
        ({"accounts": Accounts(receivable="1200", revenue="4000")}, {},
         ["accounts.receivable", "accounts.revenue"]),
        ({}, of_east(revenue="4100"), [OWN]),
        (of_east(revenue="4100"), of_east(), [OWN]),
        (of_east(revenue="4100"), of_east(revenue="4200"), [OWN]),
        (of_east(revenue="4100"), of_east(revenue="4100"), []),
        ({}, XERO, []),
        (XERO, {}, ["targets"]),
        ({}, XERO | CODE, []),
        (XERO | CODE, {}, ["targets"]),
        (XERO | CODE, XERO | OTHER_CODE, ['target.xero-invoices."account_codes".A']),
        ({"workbook_rows": 5, "let_through": "it bills much", "changed": {"x": {"file": "y"}},
          "plausibility": Plausibility(most_billed=5)}, {}, []),
    ],
)  # fmt: skip
def test_what_is_told(before: dict[str, Any], now: dict[str, Any], told: list[str]) -> None:
    assert [one.replace('"', "") for one in changed(Settings(**before), Settings(**now))] == [
        one.replace('"', "") for one in told
    ]


def test_every_setting_is_one_or_the_other() -> None:
    """Amounts, dates and accounts depend on it, or it is one of these; another handover is refused."""
    silent = {one.address for one in declared_settings() if not one.follows}
    bounds = {one.address for one in declared_settings() if one.path[0] == "plausibility"}
    quiet = {"phase_handover", "workbook_rows", "whole_book", "contracts_at_once",
             "contracts_per_bucket", "lines_per_file"}  # fmt: skip
    assert silent == quiet | bounds


def test_what_an_earlier_version_did_not_know() -> None:
    """Is no change, whatever it is now."""
    now = replace(
        Settings(straight_line="even_months", accounts=Accounts(revenue="4000", product={"A": {
            "revenue": "4100"}})), **CODE, **XERO)  # fmt: skip
    before = json.loads(settings_text(Settings()))
    del before["straight_line"], before["accounts"]["revenue"], before["accounts"]["product"]
    del before["target"], before["targets"], before["changed"]
    assert not changed_settings(json.dumps(before), now, run_id=LAST, file="defaults")
    del before["accounts"]
    assert not changed_settings(json.dumps(before), now, run_id=LAST, file="defaults")


def test_what_a_run_adds_is_kept_with_it() -> None:
    told = changed_settings(
        settings_text(Settings(first_open_day=MARCH)), Settings(), run_id=LAST, file="defaults"
    )
    settings = replace(Settings(), changed=told)
    assert settings_from_text(settings_text(settings)) == settings
    assert told == {
        "first_open_day": {
            "file": "defaults", "value": "",
            "message": "it is not set, and the last run, 2026-03-31-1, had 2026-03-01: what belongs to "
            "periods that were closed is posted into them; if this is not meant, name the settings "
            "file of that run (--config)",
        }
    }  # fmt: skip


def test_where_settings_are_said(tmp_path: Path) -> None:
    path = tmp_path / "billing.toml"
    assert said_in(path) == "billing.toml"
    assert said_in(None, {"MILESTONE_BILLING_STRAIGHT_LINE": "by_day"}) == "environment"
    assert said_in(None, {"MILESTONE_BILLING_STRAIGHT_LINE": " ", "HOME": "/"}) == "defaults"


# Through the command line


def findings(desk: Desk, run_id: str) -> list[tuple[str, str, str, str]]:
    """Code, severity, file and column of a run's findings."""
    text = (desk.out / run_id / "findings.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return [(row["code"], row["severity"], row["file"], row["column"]) for row in rows]


TOLD = ("accounts.revenue", "straight_line")
YEAR = company_of(
    schedule("S-3", "start_date=2026-01-01, end_date=2026-12-31", charges=["amount=1200.00"])
)


def test_a_forgotten_settings_file(tmp_path: Path) -> None:
    """`bill` and `run` warn of it, once: on the screen, in findings.csv, in the workbook, and in what
    is written again. With the same settings as the night before they say nothing."""
    desk = Desk(tmp_path)
    path = desk.folder / "site.toml"
    path.write_text('straight_line = "even_months"\n[accounts]\nrevenue = "4000"\n', "utf-8")
    config = ("--config", path)
    desk.upload(YEAR)

    def bill(as_of: str, *more: object) -> str:
        done = desk.on("bill", "--as-of", as_of, "--quiet", *more)
        assert done.exit_code == 0
        return done.stdout

    assert "SET-07" not in bill("2026-01-31", *config) + bill("2026-02-10", *config)
    forgotten = bill("2026-02-28", "--dry-run")
    assert 'warning SET-07  defaults, straight_line: "by_day" is in force' in forgotten
    assert 'had "even_months": what straight lines have recognised so far' in forgotten
    assert bill("2026-02-28").count("warning SET-07") == len(TOLD)
    assert "SET-07" not in bill("2026-03-01")

    write_inbox(desk.inbox, little_company())
    assert "SET-07  site.toml" in desk.run(*config, "--quiet").stdout
    told = findings(desk, f"{NIGHT}-1")
    assert [one for one in told if one[0] == "SET-07"] == [
        ("SET-07", "warning", "site.toml", one) for one in TOLD
    ]
    book = load_workbook(desk.out / f"{NIGHT}-1" / "workbook.xlsx", read_only=True)
    shown = [row for row in book["Findings"].iter_rows(values_only=True) if "SET-07" in row]
    assert len(shown) == len(TOLD)
    again = desk.folder / "again"
    assert desk.on("export", f"{NIGHT}-1", "--out", again, "--quiet").exit_code == 0
    assert desk.files("again").items() <= desk.files().items()


def test_the_readme_s_settings_change_nothing(tmp_path: Path) -> None:
    """A file that says the defaults is as none."""
    path = tmp_path / "billing.toml"
    path.write_text(
        'straight_line = "by_day"\ntargets = ["oracle-revenue", "oracle-autoinvoice"]\n'
    )
    assert not changed(Settings(), read_settings(path))
