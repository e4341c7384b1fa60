"""What may not happen to a contract that was stored or billed: each was once a wrong bill."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.nightly import import_inbox
from pipeline.read import read_inputs
from pipeline.settings import Settings
from pipeline.validate import Held, validate_inputs
from tests.builders import QUIET, bill_night, references
from tests.desk import NIGHT, Desk, files_below

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


@dataclass(frozen=True)
class Told:
    """What a night said: whether rows were refused, the codes of its errors and warnings, and its
    lines with their amounts."""

    is_refused: bool
    codes: set[str]
    amounts: dict[str, str]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Nothing has happened yet."""
    return Desk(tmp_path)


def night(desk: Desk, as_of: str, **tables: str) -> Told:
    """One night of these tables: accepted, and billed."""
    desk.uploads += 1
    inbox = desk.inbox_of(desk.uploads)
    inbox.mkdir()
    for name, text in tables.items():
        (inbox / f"{name}.csv").write_text(text, "utf-8")
    _, validated = import_inbox(inbox, desk.store, Settings(), QUIET)
    lines = bill_night(desk.store, as_of).record.bill_lines
    found = validated.findings
    return Told(
        bool(validated.files["rows_refused"].sum()),
        set(found.loc[found["severity"] != "info", "code"]),
        {row.bill_line_id: f"{row.amount_minor / 100:.2f}" for row in lines.itertuples()},
    )


def test_stored_amounts_are_not_reread_in_a_currency_of_other_decimals(desk: Desk) -> None:
    """Three contracts become JPY, BHD and EUR; the first two are refused, and bill as they were."""
    later = ACTIVE.replace("2026-01-01", "2026-02-01")
    numbers = {"JPY": "S-1", "BHD": "S-2", "EUR": "S-3"}

    def for_each(head: str, row: str) -> str:
        rows = (row.replace("S-1", number) + "\n" for number in numbers.values())
        return head + "".join(rows)

    head, fee = FEE.splitlines(keepends=True)
    line_head, line = REFERENCES["subscription_lines"].splitlines(keepends=True)
    night(
        desk, "2026-01-01",
        **REFERENCES | {"subscriptions": for_each(SUBSCRIPTION, later),
                        "charges": for_each(head, fee.strip()),
                        "subscription_lines": for_each(line_head, line.strip())},
    )  # fmt: skip
    changed = SUBSCRIPTION + "".join(
        later.replace("S-1", number).replace("USD", currency) + "\n"
        for currency, number in numbers.items()
    )
    told = night(desk, "2026-02-05", subscriptions=changed)
    assert (told.is_refused, told.codes) == (True, {"CHG-08"})
    assert told.amounts == {f"{number}:1:FEE": "90.00" for number in numbers.values()}
    assert [run["billed"] for run in desk.history()] == [{}, {"EUR": "90.00", "USD": "180.00"}]


def test_milestones_do_not_change_an_adjusted_price_that_was_billed(desk: Desk) -> None:
    night(desk, "2026-02-01", subscriptions=SUBSCRIPTION + ACTIVE, charges=FEE, **REFERENCES)
    flag = "subscription_number,charge_number,milestone_revenue\nS-1,1,Y\n"
    milestone = (
        "subscription_number,charge_number,event_type,sequence,milestone_name,percent\n"
        "S-1,1,REVENUE,1,Done,100\n"
    )
    told = night(desk, "2026-02-02", charges=flag, milestones=milestone)
    assert told.is_refused
    assert "CHG-01" in told.codes
    assert told.amounts == {}


def test_the_billing_day_of_what_was_billed_stands(desk: Desk) -> None:
    first = SUBSCRIPTION + ACTIVE + "1"
    night(desk, "2026-03-31", subscriptions=first, charges=MONTHLY + "\n", **REFERENCES)
    told = night(desk, "2026-04-01", subscriptions=SUBSCRIPTION + ACTIVE + "15")
    assert told == Told(True, {"CHG-01"}, {"S-1:1:2026-04-01": "100.00"})


def test_a_charge_of_a_phase_does_not_live_before_its_line(desk: Desk) -> None:
    tables = REFERENCES | {
        "subscription_lines": "subscription_number,line_number,product_code,start_date\n"
        "S-1,1,IMPL,2026-04-01\n",
        "phases": PHASES + "S-1,1,Run,NEVER,,\n",
    }
    subscription = SUBSCRIPTION + ACTIVE
    told = night(desk, "2026-05-01", subscriptions=subscription, charges=MONTHLY + "1\n", **tables)
    assert told.amounts == {"S-1:1:2026-04-01": "100.00", "S-1:1:2026-05-01": "100.00"}


def test_a_phase_put_before_billed_ones_gives_a_warning(desk: Desk) -> None:
    tables = REFERENCES | {"phases": PHASES + "S-1,1,A,DURATION,2,\nS-1,3,B,NEVER,,\n"}
    subscription = SUBSCRIPTION + ACTIVE
    night(desk, "2026-03-31", subscriptions=subscription, charges=MONTHLY + "3\n", **tables)
    told = night(desk, "2026-04-01", phases=PHASES + "S-1,2,New,MILESTONE,,Approval\n")
    assert told.codes == {"CHG-02"}
    assert told.amounts == {"S-1:1:2026-03-01#1": "-100.00"}


def test_a_phase_that_cannot_begin_is_told(tmp_path: Path) -> None:
    tables = REFERENCES | {
        "phases": PHASES + "S-1,1,A,DURATION,12,\nS-1,2,B,NEVER,,\n",
        "subscriptions": SUBSCRIPTION + ACTIVE.replace("12-31", "06-30"),
        "charges": MONTHLY + "1\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    found = validate_inputs(read_inputs(tmp_path), Held.of_nothing()).findings
    assert set(found.loc[found["severity"] != "info", "code"]) == {"PHA-08"}


def test_another_store_does_not_replace_files_that_may_have_been_sent(
    after_first_night: Desk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = after_first_night.out
    before = files_below(out)
    other = Desk(tmp_path_factory.mktemp("other"))
    inbox = other.write_upload(references())
    assert other.on("run", inbox, "--as-of", NIGHT, "--out", out, "--quiet").exit_code == 1
    assert files_below(out) == before


def test_another_handover_than_the_last_run_had_is_refused(after_first_night: Desk) -> None:
    config = after_first_night.folder / "billing.toml"
    config.write_text('phase_handover = "day_after"\n', "utf-8")
    bill = ("bill", "--as-of", "2026-04-01", "--quiet")
    done = after_first_night.on(*bill, "--config", config)
    assert (done.exit_code, "phase_handover" in done.stderr) == (4, True)
    assert after_first_night.on(*bill).exit_code == 0
