"""Nights of more contracts than are held at once: what they post, one run after the other."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from pipeline.findings import WARNING, join_findings, one_finding
from pipeline.nightly import Outcome, run_night
from pipeline.portions import named_in, share_out
from pipeline.read import Inputs, read_inputs
from pipeline.settings import Settings
from pipeline.store import reading, schema
from pipeline.store.rows import read_frame
from tests.builders import (
    QUIET,
    Company,
    contract,
    day,
    joined,
    only,
    references,
    rows_of,
    write_inbox,
)
from tests.desk import NIGHT, Desk, files_below

AT_ONCE = 6
IN_PORTIONS = replace(Settings(), contracts_at_once=AT_ONCE)
KEPT = ("bill_lines", "revenue_lines", "revenue_events", *schema.CONTRACT_TABLES, "refused_rows",
        "findings", "agenda")  # fmt: skip
OF_A_RUN = ["run_number", "import_number", "replaced_by", "source", "position"]
CUSTOMERS = [f"K-{number}" for number in range(1, 7)]
RENEWED = "subscriptions 2: status=ACTIVE, customer_number={}, end_date=2026-06-30"


DATED_AHEAD = "milestones 3: completion_date=2026-04-12"


def customers() -> Company:
    """Six of them."""
    heading = "customer_number | customer_name | bill_to_account | bill_to_site"
    rows = [f"{number} | Name of {number} | 1 | 2" for number in CUSTOMERS]
    return references() | {"customers": rows_of(heading, *rows)}


def of_customer(number: str, customer: str, *more: str) -> Company:
    """A contract of a customer."""
    return contract(number, RENEWED.format(customer), *more)


COMPANY = joined(
    customers(),
    *(of_customer(f"S-{customer}-1", customer) for customer in CUSTOMERS),
    *(of_customer(f"S-{customer}-2", customer, DATED_AHEAD) for customer in CUSTOMERS),
    of_customer("BAD", "K-3", "charges 2: amount=ten"),
    of_customer("NOBODY", "K-9"),
    {
        "actions": rows_of(
            "subscription_number | line_number | action | effective_date | new_subscription_number",
            "S-K-2-1             |             | RENEW  | 2026-07-01     | R-1",
            "BAD                 |             | RENEW  | 2026-07-01     | R-2",
        )
    },
)
LATER = joined(
    only(of_customer("S-K-1-1", "K-1", "milestones 3: completion_date=2026-04-11"), "milestones"),
    only(of_customer("S-K-5-2", "K-5", "milestones 3: completion_date=2026-04-14"), "milestones"),
    of_customer("S-K-4-1", "K-6"),  # another customer than it had
    of_customer("NEW", "K-4"),
)


def nights(
    folder: Path, company: Company, as_of: str, store: str, settings: Settings = IN_PORTIONS
) -> list[Outcome]:
    """All runs of a night."""
    inbox = write_inbox(folder / f"inbox-{as_of}", company)
    return list(run_night(inbox, day(as_of), folder / "out", store, settings, QUIET))


def kept(store: str) -> dict[str, list[tuple]]:
    """What a store holds, but for which run and which import it is of."""
    found = {}
    with reading(store, "test") as connection:
        for name in KEPT:
            table = schema.metadata.tables[name]
            frame = read_frame(connection, select(table).where(*_current(table)))
            plain = frame.drop(columns=OF_A_RUN, errors="ignore").astype(object)
            found[name] = sorted(map(repr, plain.where(plain.notna(), None).to_numpy().tolist()))
    return found


def _current(table: schema.Table) -> list:
    return [table.c.replaced_by == 0] if "replaced_by" in table.c else []


def billed(outcome: Outcome) -> set[str]:
    """The contracts of which a run bills anything."""
    return set(outcome.record.bill_lines["subscription_number"])


def test_portions_keep_what_one_run_would(tmp_path: Path, store_url: str) -> None:
    whole = Desk(tmp_path / "whole")
    for company, as_of in ((COMPANY, NIGHT), (LATER, "2026-04-15")):
        whole.night(company, as_of)
        runs = nights(tmp_path, company, as_of, store_url)
        assert len(runs) > 1
    assert kept(store_url) == kept(whole.store)
    portions = [run.record.looked_at.portion for run in runs if run.record.looked_at]
    assert portions == [(number, len(runs)) for number in range(1, len(runs) + 1)]
    apart = [billed(run) for run in runs]
    assert sum(map(len, apart)) == len(set().union(*apart)), "no contract is in two runs"
    on = Desk(tmp_path, store_url)
    assert on.on("history", "--verify", "--out", tmp_path / "out").exit_code == 0
    again = nights(tmp_path / "again", LATER, "2026-04-15", store_url)
    assert sum(len(run.record.bill_lines) for run in again) == 0


def test_files_of_a_portion_are_whole_and_can_be_written_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    inbox = desk.write_upload(COMPANY)
    config = tmp_path / "billing.toml"
    config.write_text(f"contracts_at_once = {AT_ONCE}\n", "utf-8")
    done = desk.run("--config", config, "--json", inbox=inbox)
    runs = json.loads(done.stdout)["runs"]
    assert done.exit_code == 3, "two contracts were refused"
    assert [run["portion"]["number"] for run in runs] == list(range(1, len(runs) + 1))
    assert sum(run["rows_read"] for run in runs) == sum(map(len, COMPANY.values()))
    assert sum(run["rows_refused"] for run in runs) == 6 + 5, "BAD with its action, and NOBODY"
    for run in runs:
        written = files_below(desk.out / run["run_id"])
        assert json.loads(written["manifest.json"])["portion"] == run["portion"]
        assert ("rejections.xlsx" in written) == bool(run["rows_refused"])
        again = desk.on("export", run["run_id"], "--out", tmp_path / "again")
        assert again.exit_code == 0
        assert files_below(tmp_path / "again" / run["run_id"]) == written


def test_it_is_said_which_portion_a_run_is(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    inbox = desk.write_upload(COMPANY)
    config = tmp_path / "billing.toml"
    config.write_text("contracts_at_once = 10\n", "utf-8")
    done = desk.run("--config", config, inbox=inbox)
    assert "portion 1 of 2 of the night" in done.stdout
    assert "portion 2 of 2 of the night" in done.stdout
    assert "milestone-billing: portion 2 of 2" in done.stderr
    assert "Run 2026-03-31-2" in done.stdout


def test_one_customer_is_one_run(tmp_path: Path) -> None:
    company = joined(customers(), *(of_customer(f"S-{place}", "K-1") for place in range(8)))
    (outcome,) = nights(tmp_path, company, NIGHT, Desk(tmp_path).store)
    assert outcome.record.looked_at is None


def test_a_dry_run_is_one_run(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    inbox = write_inbox(tmp_path / "inbox", COMPANY)
    told = run_night(
        inbox, day(NIGHT), desk.out, desk.store, IN_PORTIONS, QUIET, dry_run=True
    )  # fmt: skip
    (outcome,) = told
    assert outcome.record.looked_at is None
    assert len(billed(outcome)) == 12


def test_a_night_that_stops_between_its_portions_goes_on(tmp_path: Path, store_url: str) -> None:
    whole = Desk(tmp_path / "whole")
    whole.night(COMPANY, NIGHT)
    inbox = write_inbox(tmp_path / "inbox", COMPANY)
    stopped = run_night(inbox, day(NIGHT), tmp_path / "out", store_url, IN_PORTIONS, QUIET)
    first, second = next(stopped), next(stopped)
    stopped.close()
    assert kept(store_url)["bill_lines"] != kept(whole.store)["bill_lines"]
    runs = nights(tmp_path, COMPANY, NIGHT, store_url)
    assert [len(run.record.bill_lines) for run in runs[:2]] == [0, 0]
    assert billed(first) | billed(second) | set().union(*map(billed, runs))
    after = kept(store_url)
    before = kept(whole.store)
    for name in ("findings", "refused_rows"):  # what is refused is told each time
        assert set(after.pop(name)) == set(before.pop(name))
    assert after == before


def test_other_settings_are_heeded_where_their_night_stopped(tmp_path: Path) -> None:
    """What a night must look at because its settings are new, the next one must that goes on."""
    straight = {"charges": rows_of(
        "subscription_number | charge_number | line_number | charge_type | amount | "
        "revenue_method", *(f"S-{customer}-1 | 20 | 1 | ONE_TIME | 365.00 | STRAIGHT_LINE"
                            for customer in CUSTOMERS))}  # fmt: skip
    company = joined(COMPANY, straight)
    by_agenda = replace(IN_PORTIONS, whole_book=0)
    month_end = replace(by_agenda, straight_line_posting="month_end")
    stores = {}
    for stops in (False, True):
        folder = tmp_path / str(stops)
        stores[stops] = Desk(folder).store
        nights(folder, company, "2026-04-10", stores[stops], month_end)
        inbox = write_inbox(folder / "inbox", only(references(), "lookups"))
        if stops:
            stopped = run_night(
                inbox, day("2026-04-20"), folder / "out", stores[stops], by_agenda, QUIET
            )
            next(stopped)
            stopped.close()
        list(run_night(inbox, day("2026-04-20"), folder / "out", stores[stops], by_agenda, QUIET))
    whole, gone_on = kept(stores[False]), kept(stores[True])
    assert len(whole["revenue_events"]) > 2 * len(CUSTOMERS)
    assert gone_on["revenue_events"] == whole["revenue_events"]


def test_what_is_told_of_a_sheet_and_of_the_settings(tmp_path: Path) -> None:
    """A column that is missing is told in whichever portion needs it; that nobody has a business unit,
    only when all are known."""
    company = joined(
        customers(), *(of_customer(f"S-{customer}", customer) for customer in CUSTOMERS[:5]),
        of_customer("WEST", "K-6", "subscriptions 2: business_unit=West"),
    )  # fmt: skip
    inbox = write_inbox(tmp_path / "inbox", company)
    (inbox / "actions.csv").write_text("subscription_number,what\nS-K-1,x\nS-K-5,y\n", "utf-8")
    (config := tmp_path / "billing.toml").write_text(
        'contracts_at_once = 1\n[accounts.business_unit."West"]\nrevenue = "Income:West"\n'
        '[accounts.business_unit."Wets"]\nrevenue = "Income:West"\n', "utf-8",
    )  # fmt: skip
    desk = Desk(tmp_path)
    assert desk.run("--config", config, inbox=inbox).exit_code == 3
    told = [eval(row) for row in kept(desk.store)["findings"]]
    assert {row[5] for row in told if row[0] == "COL-02"} == {"action", "effective_date"}
    assert len([row for row in told if row[0] == "SET-06"]) == 1


def test_a_store_is_billed_in_portions(tmp_path: Path) -> None:
    whole, apart = (Desk(tmp_path / name) for name in ("whole", "apart"))
    for desk in (whole, apart):
        desk.upload(COMPANY)
    config = tmp_path / "billing.toml"
    config.write_text(f"contracts_at_once = {AT_ONCE}\n", "utf-8")
    assert whole.on("bill", "--as-of", NIGHT).exit_code == 0
    told = apart.on("bill", "--as-of", NIGHT, "--config", config, "--json")
    runs = [run["run_id"] for run in json.loads(told.stdout)["runs"]]
    assert runs == [f"{NIGHT}-{number}" for number in range(1, len(runs) + 1)] and len(runs) > 1
    assert kept(apart.store) == kept(whole.store)
    assert apart.on("history", "--verify").exit_code == 0
    tried = apart.on("bill", "--as-of", NIGHT, "--config", config, "--dry-run", "--json")
    assert json.loads(tried.stdout)["lines"] == 0, "a dry run is one run"


def shared(inputs: Inputs, count: int, stored: dict[str, str] | None = None) -> dict[str, int]:
    """The portion of each contract."""
    known = pd.DataFrame(
        {"subscription_number": [*(stored or {})], "customer_number": [*(stored or {}).values()]}
    ).astype("str")
    portions = share_out(inputs, named_in(inputs), known, count)
    assert set(portions.contracts["portion"]) == set(range(1, portions.of + 1))
    assert portions.of <= count
    return portions.contracts.set_index("subscription_number")["portion"].to_dict()


@pytest.mark.parametrize("count", [2, 3, 50])
def test_who_goes_together(tmp_path: Path, count: int) -> None:
    portions = shared(read_inputs(write_inbox(tmp_path, COMPANY)), count, {"OLD": "K-5"})
    for customer in CUSTOMERS:
        assert portions[f"S-{customer}-1"] == portions[f"S-{customer}-2"]
    assert portions["R-1"] == portions["S-K-2-1"], "a contract and the one renewed from it"
    assert portions["R-2"] == portions["BAD"]
    assert portions["OLD"] == portions["S-K-5-1"], "what the store knows"
    assert len(set(portions.values())) > 1


def test_renewals_tie_customers(tmp_path: Path) -> None:
    """A chain of renewals whose contracts name several customers stays in one portion."""
    chain = rows_of(
        "subscription_number | line_number | action | effective_date | new_subscription_number",
        *(f"C-{n} | | RENEW | 2026-07-01 | C-{n + 1}" for n in range(5)),
        "C-5 | | RENEW | 2026-07-01 | C-0",
    )
    made = joined(*(of_customer(f"C-{n}", f"X-{n}") for n in range(6)), {"actions": chain})
    portions = shared(read_inputs(write_inbox(tmp_path, made)), 40)
    assert len({portions[f"C-{n}"] for n in range(6)}) == 1


def test_rows_and_findings_go_with_their_contract(tmp_path: Path) -> None:
    """Every row is in one portion, under its own number; what has no contract, in the first."""
    inputs = read_inputs(write_inbox(tmp_path, COMPANY))
    rows = {sheet.table: sheet for sheet in inputs.sheets}
    charges = rows["charges"]
    bad = int(charges.rows[charges.cells["0"].tolist().index("BAD")])
    findings = join_findings([
        one_finding("ROW-01", WARNING, "of a row", file="charges.csv", row=bad),
        one_finding("ROW-01", WARNING, "of no row that is kept", file="charges.csv", row=9999),
        one_finding("COL-02", WARNING, "of a sheet", file="charges.csv", row=1),
        one_finding("FIL-02", WARNING, "of a file", file="x.txt"),
    ])  # fmt: skip
    inputs = replace(inputs, findings=findings)
    named = named_in(inputs)
    portions = share_out(inputs, named, named.contracts.head(0), 5)
    uploads = [portions.upload_of(number) for number in range(1, portions.of + 1)]
    for sheet in inputs.sheets:
        parts = [one for upload in uploads for one in upload.sheets if one.file == sheet.file]
        assert sorted(row for part in parts for row in part.rows) == sheet.rows.tolist()
        for part in parts:
            at = [sheet.rows.tolist().index(row) for row in part.rows]
            assert part.cells.equals(sheet.cells.iloc[at].reset_index(drop=True))
    home = portions.contracts.set_index("subscription_number")["portion"]["BAD"]
    for number, upload in enumerate(uploads, 1):
        told = set(upload.findings["message"])
        assert ("of a row" in told) == (number == home)
        assert ("of a file" in told) == ("of no row that is kept" in told) == (number == 1)
        assert "of a sheet" in told
        assert ("customers" in {sheet.table for sheet in upload.sheets}) == (number == 1)


@settings(max_examples=10, deadline=None)
@given(some.permutations(range(12)), some.integers(2, 6))
def test_the_order_of_rows_does_not_matter(order: list[int], count: int) -> None:
    numbers = [f"S-{place}" for place in order]
    stored = {number: CUSTOMERS[hash_of(number)] for number in numbers}
    nothing = Inputs.of_nothing()
    assert shared(nothing, count, stored) == shared(nothing, count, dict(sorted(stored.items())))


def hash_of(number: str) -> int:
    """Some customer, always the same."""
    return sum(map(ord, number)) % len(CUSTOMERS)
