"""Actions through real files and the pure stages: what just takes effect, and what just does not.

A case is a little company with one charge that recurs, its actions, a night, and what has been billed
by then when nothing was posted before. `?` in front of a line: it is due and withheld.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from pipeline.life import contracts_as_of
from tests.builders import (
    Company,
    amounts,
    bill,
    bill_night,
    changed,
    contracts_of,
    day,
    import_company,
    joined,
    ledger_lines,
    references,
    rows_of,
    store_url,
)


@dataclass(frozen=True)
class Case:
    """The actions (separated by `;`: line, action, day, new line), the night, what is due by then."""

    why: str
    actions: str
    as_of: str
    due: tuple[str, ...]
    changes: tuple[str, ...] = ()


CASES = [
    Case("a hold of tomorrow waits", "- HOLD 2026-02-02", "2026-02-01", ("01-01", "02-01")),
    Case("a hold of the night itself holds", "- HOLD 2026-02-01", "2026-02-01",
         ("?01-01", "?02-01")),
    Case("a hold of one line leaves the other", "1 HOLD 2026-01-05", "2026-01-31", ("?01-01",)),
    Case("a release of tomorrow waits", "- HOLD 2026-01-05; - RELEASE 2026-02-02", "2026-02-01",
         ("?01-01", "?02-01")),
    Case("a release of the night itself releases", "- HOLD 2026-01-05; - RELEASE 2026-02-01",
         "2026-02-01", ("01-01", "02-01")),
    Case("released and held on one day: the hold prevails",
         "- HOLD 2026-01-05; - RELEASE 2026-02-01; - HOLD 2026-02-01", "2026-02-01",
         ("?01-01", "?02-01")),
    Case("held and closed on one day: the closing prevails",
         "- HOLD 2026-01-31; - CLOSE 2026-01-31", "2026-02-01", ("01-01",)),
    Case("a release takes an uploaded ON_HOLD back", "- RELEASE 2026-01-20", "2026-01-31",
         ("01-01",), ("subscriptions 2: status=ON_HOLD",)),
    Case("… but not a day before", "- RELEASE 2026-01-20", "2026-01-19", ("?01-01",),
         ("subscriptions 2: status=ON_HOLD",)),
    Case("a release of the line leaves the contract's hold",
         "- HOLD 2026-01-05; 1 HOLD 2026-01-06; 1 RELEASE 2026-01-07", "2026-01-31", ("?01-01",)),
    Case("closed on the last day of a period", "- CLOSE 2026-01-31", "2026-02-28", ("01-01",)),
    Case("closed a day later: one day of February", "- CLOSE 2026-02-01", "2026-02-28",
         ("01-01", "02-01 10.00")),
    Case("closed before the start: nothing was ever due", "- CLOSE 2025-12-31", "2026-02-28", ()),
    Case("closed on the first day: that day", "- CLOSE 2026-01-01", "2026-02-28",
         ("01-01 9.03",)),
    Case("closed twice: the first prevails", "1 CLOSE 2026-01-10; - CLOSE 2026-01-20",
         "2026-02-28", ("01-01 90.32",)),
    Case("closed after the end: the end stands", "- CLOSE 2027-06-30", "2027-06-30",
         ("01-01", "02-01"), ("subscriptions 2: end_date=2026-02-28",)),
    Case("closed as a whole, before the line's own end", "- CLOSE 2026-01-31", "2026-02-28", ("01-01",),
         ("subscription_lines 2: end_date=2026-06-30",)),
    Case("a whole amended line is closed with the contract", "1 AMEND 2026-01-16 2; - CLOSE 2026-01-31",
         "2026-02-28", ("01-01 135.48", "10-2:01-16 144.52"),
         ("subscription_lines 2: end_date=2026-06-30",)),
    Case("amended tomorrow waits", "1 AMEND 2026-02-02 2", "2026-02-01", ("01-01", "02-01")),
    Case("amended on the first day of a period", "1 AMEND 2026-02-01 2", "2026-02-01",
         ("01-01", "10-2:02-01")),
    Case("amended on the second day", "1 AMEND 2026-02-02 2", "2026-02-02",
         ("01-01", "02-01 10.00", "10-2:02-02 270.00")),
    Case("amended to a line that is a draft: the old one bills on", "1 AMEND 2026-02-01 2",
         "2026-02-01", ("01-01", "02-01"),
         ("subscription_lines 3: subscription_number=S-1, line_number=2, product_code=SUB, "
          "status=DRAFT, start_date=2026-02-01",)),
    Case("amended on the first day of all", "1 AMEND 2026-01-01 2", "2026-01-31",
         ("10-2:01-01",)),
    Case("a draft that is canceled", "- CANCEL 2026-01-05", "2026-01-31", (),
         ("subscriptions 2: status=DRAFT",)),
]  # fmt: skip


def company(actions: str, changes: tuple[str, ...] = ()) -> Company:
    """S-1: 280.00 a month from 1 January 2026, on line 1; and its actions."""
    plain = references() | {
        "subscriptions": rows_of(
            "subscription_number | customer_number | business_unit | currency | start_date "
            "| end_date   | status | billing_day",
            "S-1 | K-1 | East | USD | 2026-01-01 | 2026-12-31 | ACTIVE | 1",
        ),
        "subscription_lines": rows_of(
            "subscription_number | line_number | product_code | status | start_date",
            "S-1                 | 1           | SUB          |        |",
        ),
        "charges": rows_of(
            "subscription_number | charge_number | line_number | charge_type | amount "
            "| billing_frequency",
            "S-1                 | 10            | 1           | RECURRING   | 280.00 | MONTHLY",
        ),
        "actions": [action_row(said) for said in actions.split("; ")],
    }
    return changed(plain, *changes)


def action_row(said: str) -> dict[str, str]:
    """`1 AMEND 2026-02-02 2` as a row; `-` is the whole contract."""
    line, action, effective, *new = said.split()
    return {
        "subscription_number": "S-1", "line_number": line.strip("-"), "action": action,
        "effective_date": effective, "new_line_number": "".join(new),
    }  # fmt: skip


def told(lines: pd.DataFrame, mark: str = "") -> set[str]:
    """The lines as a case says them, with amounts: `10-2:02-02 270.00`."""
    number = lines["charge_number"].where(lines["charge_number"] != "10", "")
    name = number.where(number == "", number + ":") + lines["what"].str[-5:]
    whole = lines["amount_minor"] // 100, lines["amount_minor"] % 100
    amount = whole[0].astype("str") + "." + whole[1].astype("str").str.zfill(2)
    return set((mark + name + " " + amount).tolist())


def expected(case: Case) -> set[str]:
    """The case's lines; one without an amount is a whole month, of 280.00."""
    return {one if " " in one else f"{one} 280.00" for one in case.due}


def company_of(number: int, case: Case) -> Company:
    """The case's company, without references, its subscription numbered."""
    own = company(case.actions, case.changes)
    return {
        table: [row | {"subscription_number": f"S-{number}"} for row in rows]
        for table, rows in own.items()
        if table not in references()
    }


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """All cases in one company, accepted whole."""
    everyone = (company_of(number, case) for number, case in enumerate(CASES))
    return contracts_of(tmp_path_factory.mktemp("cases"), joined(references(), *everyone))


def one_contract(contracts: dict[str, pd.DataFrame], name: str) -> dict[str, pd.DataFrame]:
    """A subscription's rows, and the references."""
    return {
        table: rows[rows["subscription_number"] == name].reset_index(drop=True)
        if "subscription_number" in rows
        else rows
        for table, rows in contracts.items()
    }


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.why for case in CASES])
def test_what_is_due(number: int, contracts: dict[str, pd.DataFrame]) -> None:
    case = CASES[number]
    bills = bill(one_contract(contracts, f"S-{number}"), case.as_of)
    assert told(bills.lines) | told(bills.withheld, "?") == expected(case)


STATUSES = [
    ("1 AMEND 2026-02-01 2", "2026-01-31", "ACTIVE"),
    ("1 AMEND 2026-02-01 2", "2026-02-01", "CLOSED"),
    ("1 SUSPEND 2026-02-01", "2026-02-01", "ON_HOLD"),
    ("1 SUSPEND 2026-02-01; 1 RELEASE 2026-02-03", "2026-02-03", "ACTIVE"),
    ("1 CLOSE 2026-02-01", "2026-01-31", "ACTIVE"),
    ("1 CLOSE 2026-02-01", "2026-02-01", "CLOSED"),
]
"""Actions of line 1, a day, and the status of line 1 on it."""


@pytest.fixture(scope="module")
def lines_of_statuses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The contracts of all these, accepted whole."""
    active = ("subscription_lines 2: status=ACTIVE",)
    everyone = (
        company_of(number, Case("", actions, "", (), active))
        for number, (actions, _, _) in enumerate(STATUSES)
    )
    return contracts_of(tmp_path_factory.mktemp("statuses"), joined(references(), *everyone))


@pytest.mark.parametrize("number", range(len(STATUSES)), ids=[" ".join(one) for one in STATUSES])
def test_the_status_of_a_line(number: int, lines_of_statuses: dict[str, pd.DataFrame]) -> None:
    _, on, status = STATUSES[number]
    own = one_contract(lines_of_statuses, f"S-{number}")
    lines = contracts_as_of(own, day(on))["subscription_lines"].set_index("line_number")
    assert lines.loc["1", "status"] == status


def test_a_draft_holds_the_old_line_under_amendment(tmp_path: Path) -> None:
    draft = next(case for case in CASES if "that is a draft" in case.why)
    uploaded = contracts_of(tmp_path, company(draft.actions, draft.changes))
    lines = contracts_as_of(uploaded, day(draft.as_of))["subscription_lines"]
    assert dict(zip(lines["line_number"], lines["status"], strict=True))["1"] == "UNDER_AMENDMENT"


def test_nothing_is_changed_of_the_callers_frames(tmp_path: Path) -> None:
    uploaded = contracts_of(tmp_path, company("1 AMEND 2026-02-01 2; - CLOSE 2026-03-01"))
    before = {table: rows.copy() for table, rows in uploaded.items()}
    contracts_as_of(uploaded, day("2026-12-31"))
    for table, rows in uploaded.items():
        pd.testing.assert_frame_equal(rows, before[table])


TERMS = rows_of(
    "start      | end        | renewed    | until      | why",
    "2026-01-01 | 2026-12-31 | 2027-01-01 | 2027-12-31 | a year",
    "2024-01-31 | 2025-01-30 | 2025-01-31 | 2026-01-30 | a year from the 31st",
    "2024-02-29 | 2025-02-27 | 2025-02-28 | 2026-02-27 | a year from 29 February",
    "2024-03-01 | 2025-02-28 | 2025-03-01 | 2026-02-28 | a year after a leap day",
    "2027-03-01 | 2028-02-29 | 2028-03-01 | 2029-02-28 | a year with a leap day: twelve months",
    "2026-01-31 | 2026-02-27 | 2026-02-28 | 2026-03-27 | a month from the 31st",
    "2026-01-31 | 2026-02-28 | 2026-03-01 | 2026-03-29 | no whole months: 29 days",
    "2026-01-01 | 2026-02-14 | 2026-02-15 | 2026-03-31 | no whole months: 45 days",
    "2026-01-01 | 2026-03-31 | 2026-06-10 | 2026-09-09 | three months, after a gap",
)


def test_a_renewal_is_as_long_as_the_contract_was(tmp_path: Path) -> None:
    def renewed(number: int, term: dict[str, str]) -> Company:
        plain = company_of(number, Case("", "- RENEW 2026-01-01", "", ()))
        plain["subscriptions"][0] |= {"start_date": term["start"], "end_date": term["end"]}
        plain["actions"][0] |= {
            "effective_date": term["renewed"], "new_subscription_number": f"R-{number}",
        }  # fmt: skip
        return plain

    terms = [renewed(number, term) for number, term in enumerate(TERMS)]
    uploaded = contracts_of(tmp_path, joined(references(), *terms))["subscriptions"]
    renewals = uploaded.set_index("subscription_number").loc[
        [f"R-{number}" for number in range(len(TERMS))]
    ]
    assert renewals["start_date"].dt.strftime("%Y-%m-%d").tolist() == [
        term["renewed"] for term in TERMS
    ]
    assert renewals["end_date"].dt.strftime("%Y-%m-%d").tolist() == [
        term["until"] for term in TERMS
    ]
    assert set(renewals["status"]) == {"ACTIVE"}


RENEW = (
    "actions 2: line_number=, action=RENEW, effective_date=2026-05-01, new_subscription_number=R"
)


def test_an_evergreen_contract_renews_without_an_end(tmp_path: Path) -> None:
    evergreen = changed(
        company("- RENEW 2026-05-01"), RENEW, "subscriptions 2: end_date=, evergreen=Y"
    )
    bills = bill(one_contract(contracts_of(tmp_path, evergreen), "R"), "2027-05-01")
    assert len(bills.lines) == 13
    assert bills.lines["amount_minor"].unique().tolist() == [28000]


def test_a_renewal_takes_what_recurs_in_the_last_phase(tmp_path: Path) -> None:
    phased = changed(
        company("- RENEW 2026-05-01"), RENEW,
        "phases 2: subscription_number=S-1, phase_number=1, phase_name=Pilot, ends=DATE, "
        "end_date=2026-02-28",
        "phases 3: subscription_number=S-1, phase_number=2, phase_name=Live, ends=DURATION, "
        "duration_months=2",
        "charges 2: phase_number=1",
        "charges 3: subscription_number=S-1, charge_number=20, line_number=1, "
        "charge_type=RECURRING, amount=560.00, billing_frequency=MONTHLY, phase_number=2",
        "subscriptions 2: end_date=2026-04-30",
    )  # fmt: skip
    bills = bill(one_contract(contracts_of(tmp_path, phased), "R"), "2026-12-31")
    assert amounts(bills.lines) == {f"R:20:2026-{month:02}-01": 56000 for month in range(5, 9)}


LIFE = ("1 AMEND 2026-02-15 2", "1 CLOSE 2026-02-15")


@pytest.mark.parametrize(("said", "goes_on"), [(LIFE[0], {"R:10-2:2026-05-01"}), (LIFE[1], set())])
@pytest.mark.parametrize("together", [True, False])
def test_a_renewal_leaves_out_lines_that_have_ended(
    said: str, goes_on: set[str], together: bool, tmp_path: Path
) -> None:
    """… whether they ended by the same upload or an earlier one."""
    store = store_url(tmp_path)
    begun = changed(company(said), "subscriptions 2: end_date=2026-04-30")
    renewal = action_row("- RENEW 2026-05-01") | {"new_subscription_number": "R"}
    if together:
        begun["actions"].append(renewal)
    import_company(tmp_path / "1", begun, store)
    bill_night(store, "2026-02-28")
    import_company(tmp_path / "2", {"actions": [renewal]}, store)
    bill_night(store, "2026-05-01")
    posted = amounts(ledger_lines(store))
    assert {name for name in posted if name.startswith("R")} == goes_on


def test_a_status_can_be_uploaded_whatever_happened_before(tmp_path: Path) -> None:
    """An amended contract, renewed ahead, is put on hold: nothing is billed (ACT-04)."""
    store = store_url(tmp_path)
    begun = company("1 AMEND 2026-01-15 2")
    begun["actions"].append(action_row("- RENEW 2027-01-01") | {"new_subscription_number": "R"})
    import_company(tmp_path / "1", begun, store)
    bill_night(store, "2026-01-31")
    held = changed(begun, "subscriptions 2: status=ON_HOLD", "drop actions")
    validated = import_company(tmp_path / "2", held, store)
    assert not (validated.findings["severity"] == "error").any()
    assert bill_night(store, "2026-02-28").record.bill_lines.empty


def test_an_amended_line_is_released_but_not_active_again(tmp_path: Path) -> None:
    """… so it can't be amended once more, and be billed twice."""
    store = store_url(tmp_path)
    begun = company("1 AMEND 2026-02-15 2; 1 HOLD 2026-03-05; 1 RELEASE 2026-03-06")
    import_company(tmp_path / "1", begun, store)
    again = {"actions": [action_row("1 AMEND 2026-03-15 3")]}
    validated = import_company(tmp_path / "2", again, store)
    errors = validated.findings[validated.findings["severity"] == "error"]
    assert errors["code"].tolist() == ["ACT-06"]


def test_an_adjusted_line_that_is_due_again_has_its_own_date(tmp_path: Path) -> None:
    """Adjusted, taken back by an end date, and due again: its period's day, not the night's."""
    store = store_url(tmp_path)
    plain = company("- RELEASE 2026-01-01")
    import_company(tmp_path / "1", changed(plain, "drop actions"), store)
    bill_night(store, "2026-02-28")
    adjusted = rows_of("bill_line_id | adjusted_amount | reason",
                       "S-1:10:2026-02-01 | 200.00 | agreed")  # fmt: skip
    import_company(tmp_path / "2", {"adjustments": adjusted}, store)
    for as_of, end in (("2026-03-01", "2026-01-31"), ("2026-03-02", "2026-02-28")):
        moved = rows_of("subscription_number | end_date", f"S-1 | {end}")
        import_company(tmp_path / as_of, {"subscriptions": moved}, store)
        lines = bill_night(store, as_of).record.bill_lines
    last = lines.set_index("bill_line_id").loc["S-1:10:2026-02-01#2"]
    assert (last["kind"], str(last["bill_date"])[:10]) == ("RECURRING", "2026-02-01")


def test_an_action_uploaded_twice_acts_once_and_a_night_can_be_billed_again(tmp_path: Path) -> None:
    store = store_url(tmp_path)
    amended = company("1 AMEND 2026-02-15 2")
    import_company(tmp_path / "1", amended, store)
    bill_night(store, "2026-02-28")
    once = ledger_lines(store)
    assert amounts(once) == {
        "S-1:10:2026-01-01": 28000, "S-1:10:2026-02-01": 14000, "S-1:10-2:2026-02-15": 14000,
    }  # fmt: skip
    import_company(tmp_path / "2", {"actions": amended["actions"]}, store)
    bill_night(store, "2026-02-28")
    pd.testing.assert_frame_equal(ledger_lines(store), once)


def test_revenue_that_comes_back_is_posted_on_the_night_that_says_so(tmp_path: Path) -> None:
    """A fee waived in February and set back in April: January's books stay as they were."""
    fee = changed(company("- RELEASE 2026-01-01"), "drop actions",
                  "charges 2: charge_type=ONE_TIME, billing_frequency=")  # fmt: skip
    store = store_url(tmp_path)
    import_company(tmp_path / "1", fee, store)
    bill_night(store, "2026-01-31")
    for as_of, amount in (("2026-02-28", "0.00"), ("2026-04-30", "280.00")):
        adjusted = rows_of("bill_line_id | adjusted_amount | reason",
                           f"S-1:10:FEE | {amount} | agreed")  # fmt: skip
        import_company(tmp_path / as_of, {"adjustments": adjusted}, store)
        last = bill_night(store, as_of)
    posted = last.record.revenue_events["accounting_date"].dt.strftime("%Y-%m-%d").tolist()
    assert posted == ["2026-04-30"]
