"""What may not happen to a contract that was stored or billed: each was once a wrong bill."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline import cli

REFERENCES = {
    "customers": "customer_number,customer_name,bill_to_account,bill_to_site\nC-1,Acme,10001,20001\n",
    "products": "product_code,description,sales_product_type\nIMPL,Implementation,SUBSCRIPTION\n",
    "lookups": "lookup_type,code\nMILESTONE_NAME,Done\n",
    "subscription_lines": "subscription_number,line_number,product_code\nS-1,1,IMPL\n",
}
SUBSCRIPTION = (
    "subscription_number,customer_number,business_unit,currency,start_date,end_date,status,"
    "billing_day\n"
)
ACTIVE = "S-1,C-1,East,USD,2026-01-01,2026-12-31,ACTIVE,"
FEE = (
    "subscription_number,charge_number,line_number,charge_type,amount,price_adjustment_percent\n"
    "S-1,1,1,ONE_TIME,100.00,-10\n"
)
MONTHLY = (
    "subscription_number,charge_number,line_number,charge_type,amount,billing_frequency,phase_number\n"
    "S-1,1,1,RECURRING,100.00,MONTHLY,"
)
PHASES = "subscription_number,phase_number,phase_name,ends,duration_months,milestone_name\n"


def night(folder: Path, as_of: str, out: str = "out", store: str = "store", **tables: str) -> int:
    """One night of these tables; the exit status."""
    inbox = folder / f"inbox-{as_of}-{store}"
    inbox.mkdir()
    for name, text in tables.items():
        (inbox / f"{name}.csv").write_text(text, "utf-8")
    arguments = ["run", str(inbox), "--as-of", as_of, "--out", str(folder / out), "--quiet",
                 "--store", f"sqlite:///{folder / store}.db"]  # fmt: skip
    return CliRunner().invoke(cli.main, arguments).exit_code


def rows(folder: Path, run_id: str, name: str) -> list[dict[str, str]]:
    """A file of a run."""
    with (folder / "out" / run_id / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def codes(folder: Path, run_id: str) -> set[str]:
    """The codes of a run's errors and warnings."""
    return {row["code"] for row in rows(folder, run_id, "findings") if row["severity"] != "info"}


def amounts(folder: Path, run_id: str) -> dict[str, str]:
    """The lines of a run with their amounts."""
    return {row["bill_line_id"]: row["amount"] for row in rows(folder, run_id, "bill_lines")}


@pytest.mark.parametrize(
    ("currency", "status", "code"),
    [("JPY", 3, {"CHG-08"}), ("BHD", 3, {"CHG-08"}), ("EUR", 0, set())],
)
def test_stored_amounts_are_not_reread_in_a_currency_of_other_decimals(
    tmp_path: Path, currency: str, status: int, code: set[str]
) -> None:
    later = ACTIVE.replace("2026-01-01", "2026-02-01")
    night(tmp_path, "2026-01-01", subscriptions=SUBSCRIPTION + later, charges=FEE, **REFERENCES)
    changed = SUBSCRIPTION + later.replace("USD", currency)
    assert night(tmp_path, "2026-02-05", subscriptions=changed) == status
    assert codes(tmp_path, "2026-02-05-1") == code
    assert amounts(tmp_path, "2026-02-05-1") == {"S-1:1:FEE": "90.00"}


def test_milestones_do_not_change_an_adjusted_price_that_was_billed(tmp_path: Path) -> None:
    night(tmp_path, "2026-02-01", subscriptions=SUBSCRIPTION + ACTIVE, charges=FEE, **REFERENCES)
    flag = "subscription_number,charge_number,milestone_revenue\nS-1,1,Y\n"
    milestone = (
        "subscription_number,charge_number,event_type,sequence,milestone_name,percent\n"
        "S-1,1,REVENUE,1,Done,100\n"
    )
    assert night(tmp_path, "2026-02-02", charges=flag, milestones=milestone) == 3
    assert "CHG-01" in codes(tmp_path, "2026-02-02-1")
    assert amounts(tmp_path, "2026-02-02-1") == {}


def test_the_billing_day_of_what_was_billed_stands(tmp_path: Path) -> None:
    first = SUBSCRIPTION + ACTIVE + "1"
    night(tmp_path, "2026-03-31", subscriptions=first, charges=MONTHLY + "\n", **REFERENCES)
    assert night(tmp_path, "2026-04-01", subscriptions=SUBSCRIPTION + ACTIVE + "15") == 3
    assert codes(tmp_path, "2026-04-01-1") == {"CHG-01"}
    assert amounts(tmp_path, "2026-04-01-1") == {"S-1:1:2026-04-01": "100.00"}


def test_a_charge_of_a_phase_does_not_live_before_its_line(tmp_path: Path) -> None:
    tables = REFERENCES | {
        "subscription_lines": "subscription_number,line_number,product_code,start_date\n"
        "S-1,1,IMPL,2026-04-01\n",
        "phases": PHASES + "S-1,1,Run,NEVER,,\n",
    }
    subscription = SUBSCRIPTION + ACTIVE
    night(tmp_path, "2026-05-01", subscriptions=subscription, charges=MONTHLY + "1\n", **tables)
    assert amounts(tmp_path, "2026-05-01-1") == {
        "S-1:1:2026-04-01": "100.00",
        "S-1:1:2026-05-01": "100.00",
    }


def test_a_phase_put_before_billed_ones_gives_a_warning(tmp_path: Path) -> None:
    tables = REFERENCES | {"phases": PHASES + "S-1,1,A,DURATION,2,\nS-1,3,B,NEVER,,\n"}
    subscription = SUBSCRIPTION + ACTIVE
    night(tmp_path, "2026-03-31", subscriptions=subscription, charges=MONTHLY + "3\n", **tables)
    night(tmp_path, "2026-04-01", phases=PHASES + "S-1,2,New,MILESTONE,,Approval\n")
    assert codes(tmp_path, "2026-04-01-1") == {"CHG-02"}
    assert amounts(tmp_path, "2026-04-01-1") == {"S-1:1:2026-03-01#1": "-100.00"}


def test_a_phase_that_cannot_begin_is_told(tmp_path: Path) -> None:
    tables = REFERENCES | {"phases": PHASES + "S-1,1,A,DURATION,12,\nS-1,2,B,NEVER,,\n"}
    subscription = SUBSCRIPTION + ACTIVE.replace("12-31", "06-30")
    night(tmp_path, "2026-03-31", subscriptions=subscription, charges=MONTHLY + "1\n", **tables)
    assert codes(tmp_path, "2026-03-31-1") == {"PHA-08"}


def test_another_store_does_not_replace_files_that_may_have_been_sent(tmp_path: Path) -> None:
    first = {"subscriptions": SUBSCRIPTION + ACTIVE, "charges": FEE, **REFERENCES}
    assert night(tmp_path, "2026-02-01", store="one", **first) == 0
    before = amounts(tmp_path, "2026-02-01-1")
    assert night(tmp_path, "2026-02-01", store="two", **REFERENCES) == 1
    assert amounts(tmp_path, "2026-02-01-1") == before == {"S-1:1:FEE": "90.00"}


def test_another_handover_than_the_last_run_had_is_refused(tmp_path: Path) -> None:
    tables = {"subscriptions": SUBSCRIPTION + ACTIVE, "charges": FEE, **REFERENCES}
    night(tmp_path, "2026-02-01", **tables)
    config = tmp_path / "billing.toml"
    config.write_text('phase_handover = "day_after"\n', "utf-8")
    arguments = ["bill", "--as-of", "2026-02-02", "--config", str(config), "--quiet",
                 "--store", f"sqlite:///{tmp_path / 'store'}.db"]  # fmt: skip
    result = CliRunner().invoke(cli.main, arguments)
    assert (result.exit_code, "phase_handover" in result.stderr) == (4, True)
    assert CliRunner().invoke(cli.main, arguments[:3] + arguments[5:]).exit_code == 0
