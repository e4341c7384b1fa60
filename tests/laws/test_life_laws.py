"""Laws of a contract's life: whatever happens to it, the ledger is what is due, and only once."""

import datetime
import tempfile
from functools import cache
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from pipeline.bill import READ_FROM_CONTRACTS
from pipeline.explain import explain
from pipeline.life import contracts_as_of
from pipeline.store import reading
from pipeline.store.contracts import read_contracts
from tests.builders import (
    Company,
    bill,
    bill_night,
    import_company,
    joined,
    ledger_lines,
    references,
    rows_of,
    store_url,
)

LINE_KEY = ["subscription_number", "charge_number", "what"]
NAMES = st.sampled_from(["L-1", "L-2", "L-3"])
DAYS = st.integers(-20, 20)
FIRST = datetime.date(2026, 1, 31)
Amounts = dict[tuple[str, str, str], int]


def contract(name: str, status: str) -> Company:
    """5.47 in thirds, and 310.00 a month on each of two lines."""
    return {
        "subscriptions": rows_of(
            "subscription_number | customer_number | business_unit | currency | start_date "
            "| end_date   | status",
            f"{name} | K-1 | East | USD | 2026-01-01 | 2027-12-31 | {status}",
        ),
        "subscription_lines": rows_of(
            "subscription_number | line_number | product_code",
            f"{name}             | 1           | SUB",
            f"{name}             | 2           | SUB",
        ),
        "charges": rows_of(
            "subscription_number | charge_number | line_number | charge_type | amount "
            "| billing_frequency | milestone_billing | milestone_revenue",
            f"{name} | 10 | 1 | ONE_TIME  | 5.47   |         | Y | Y",
            f"{name} | 20 | 1 | RECURRING | 310.00 | MONTHLY |   |",
            f"{name} | 30 | 2 | RECURRING | 310.00 | MONTHLY |   |",
        ),
        "milestones": rows_of(
            "subscription_number | charge_number | event_type | sequence | milestone_name | percent",
            *(
                f"{name} | 10 | {kind} | {sequence} | Build | {percent}"
                for kind in ("BILLING", "REVENUE")
                for sequence, percent in ((1, "33.34"), (2, "33.33"), (3, "33.33"))
            ),
        ),
    }


@cache
def store_of_contracts() -> bytes:
    """A store that holds the contracts as they begin, so that no example uploads them."""
    with tempfile.TemporaryDirectory() as name:
        begun = (contract("L-1", "ACTIVE"), contract("L-2", "ACTIVE"), contract("L-3", "DRAFT"))
        import_company(Path(name) / "0", joined(references(), *begun), store_url(Path(name)))
        return (Path(name) / "store.db").read_bytes()


class Lives(RuleBasedStateMachine):
    """Uploads and nights, in any order. An upload that is refused must leave all as it was."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name)
        (self.path / "store.db").write_bytes(store_of_contracts())
        self.store = store_url(self.path)
        self.day = FIRST
        self.uploads = 0
        self.before: Amounts = {}

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            if self.before:
                self.check_explanations()
            self.folder.cleanup()

    def check_explanations(self) -> None:
        """Every posted line stands once in its contract's story; the last ones explain themselves."""
        lines = ledger_lines(self.store)
        for name, own in lines.groupby("subscription_number"):
            story = explain(self.store, name, self.day)
            told = [one["id"] for part in story["story"] for one in part["entries"] if "id" in one]
            assert sorted(one for one in told if ":R" not in one) == sorted(own["bill_line_id"])
        for line in lines.tail(3).to_dict("records"):
            account = explain(self.store, line["bill_line_id"], self.day)
            assert account["run"] and account["rules"] and account["values"]
            assert account["sentence"] == line["reason"]

    def upload(self, company: Company) -> None:
        self.uploads += 1
        import_company(self.path / str(self.uploads), company, self.store)

    def from_tonight(self, days: int) -> str:
        return (self.day + datetime.timedelta(days)).isoformat()

    @rule(name=NAMES, sequence=st.integers(1, 3), days=st.none() | DAYS)
    def complete_or_move(self, name: str, sequence: int, days: int | None) -> None:
        on = "" if days is None else self.from_tonight(days)
        headings = (
            "subscription_number | charge_number | event_type | sequence | milestone_name "
            "| completion_date"
        )
        rows = [
            f"{name} | 10 | {kind} | {sequence} | Build | {on}" for kind in ("BILLING", "REVENUE")
        ]
        self.upload({"milestones": rows_of(headings, *rows)})

    @rule(
        name=NAMES,
        line=st.sampled_from(["", "1", "2"]),
        action=st.sampled_from(["HOLD", "RELEASE", "CLOSE", "CANCEL", "SUSPEND"]),
        days=DAYS,
    )
    def act(self, name: str, line: str, action: str, days: int) -> None:
        self.upload(
            {
                "actions": rows_of(
                    "subscription_number | line_number | action | effective_date",
                    f"{name} | {line} | {action} | {self.from_tonight(days)}",
                )
            }
        )

    @rule(name=NAMES, line=st.sampled_from(["1", "2"]), days=DAYS)
    def amend(self, name: str, line: str, days: int) -> None:
        self.upload(
            {
                "actions": rows_of(
                    "subscription_number | line_number | action | effective_date | new_line_number",
                    f"{name} | {line} | AMEND | {self.from_tonight(days)} | {line}A",
                )
            }
        )

    @rule(name=NAMES, sequence=st.integers(1, 3))
    def reopen(self, name: str, sequence: int) -> None:
        self.upload(
            {
                "actions": rows_of(
                    "subscription_number | action | effective_date | charge_number | sequence",
                    f"{name} | REOPEN_MILESTONE | {self.from_tonight(0)} | 10 | {sequence}",
                )
            }
        )

    @rule(
        name=NAMES,
        line=st.sampled_from(["10:M1", "10:M2", "20:2026-01-01", "30:2026-02-01"]),
        amount=st.sampled_from(["0.00", "0.01", "1.82", "5.00"]),
    )
    def adjust(self, name: str, line: str, amount: str) -> None:
        self.upload(
            {
                "adjustments": rows_of(
                    "bill_line_id | adjusted_amount | reason", f"{name}:{line} | {amount} | agreed"
                )
            }
        )

    @rule(name=st.just("L-3"))
    def activate(self, name: str) -> None:
        self.upload({"subscriptions": contract(name, "ACTIVE")["subscriptions"]})

    @rule(days=st.sampled_from([0, 1, 12, 31]))
    def night(self, days: int) -> None:
        """Posts what is due, and a second run nothing; proofs that fail would refuse the night.

        The night looks at what the agenda names, the second run at all contracts.
        """
        self.day += datetime.timedelta(days)
        bill_night(self.store, self.day.isoformat(), by_agenda=True)
        lines = ledger_lines(self.store)
        assert lines["bill_line_id"].is_unique
        assert not lines.duplicated([*LINE_KEY, "revision"]).any()
        posted = amounts_of(lines)
        due, held, withdrawn = self.computed_afresh()
        assert only_of(posted, held, within=False) == only_of(due, held, within=False)
        assert only_of(posted, held, within=True) == only_of(self.before, held, within=True)
        assert not only_of(posted, {(name, None) for name in withdrawn}, within=True)
        again = bill_night(self.store, self.day.isoformat(), by_agenda=True, full=True).record
        assert again.bill_lines.empty and again.revenue_lines.empty and again.revenue_events.empty
        self.before = posted

    def computed_afresh(self) -> tuple[Amounts, set[tuple[str, str | None]], set[str]]:
        """What is due where nothing is posted; the charges on hold; the contracts that bill nothing."""
        with reading(self.store, "test") as connection:
            contracts = read_contracts(connection, only=READ_FROM_CONTRACTS)
        bills = bill(contracts, self.day.isoformat())
        terms = bills.terms[bills.terms["held"]]
        stands = contracts_as_of(contracts, self.day)["subscriptions"]
        withdrawn = stands.loc[stands["status"].isin(["DRAFT", "CANCELED"]), "subscription_number"]
        return (
            amounts_of(pd.concat([bills.lines[[*LINE_KEY, "amount_minor"]],
                                  bills_withheld(bills.withheld)])),
            set(zip(terms["subscription_number"], terms["charge_number"], strict=True)),
            set(withdrawn),
        )  # fmt: skip


def bills_withheld(withheld: pd.DataFrame) -> pd.DataFrame:
    """What is due of charges on hold, in the columns of lines."""
    return withheld[[*LINE_KEY, "amount_minor"]]


def amounts_of(lines: pd.DataFrame) -> Amounts:
    """Net minor units by line; a line that was taken back is left out."""
    net = lines.groupby(LINE_KEY)["amount_minor"].sum()
    rows = net[net != 0].reset_index()
    return dict(
        zip(zip(*(rows[name] for name in LINE_KEY), strict=True), rows["amount_minor"], strict=True)
    )


def only_of(amounts: Amounts, charges: set[tuple[str, str | None]], *, within: bool) -> Amounts:
    """The amounts of these charges (None: of all of a contract), or of all others."""
    return {
        key: amount
        for key, amount in amounts.items()
        if ((key[0], key[1]) in charges or (key[0], None) in charges) == within
    }


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=3, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
