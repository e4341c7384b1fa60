"""Rules of actions on what the store holds already: each broken, and just not broken."""

from dataclasses import dataclass

import pandas as pd
import pytest

from pipeline.settings import Settings
from tests.builders import (
    QUIET,
    Company,
    changed,
    check_inbox,
    joined,
    one_subscription,
    references,
)
from tests.desk import Desk

OTHERS = (
    "subscriptions 3: subscription_number=S-2, customer_number=K-1, business_unit=East, "
    "currency=USD, start_date=2026-01-01, end_date=2026-12-31, status=ACTIVE",
    "subscription_lines 3: subscription_number=S-2, line_number=1, product_code=SUB",
    "subscription_lines 4: subscription_number=S-2, line_number=2, product_code=SUB",
)
RENEW = (
    "actions 2: subscription_number=S-1, action=RENEW, effective_date=2027-01-01, "
    "new_subscription_number=S-1R"
)
AMEND = (
    "actions 2: subscription_number=S-2, line_number=1, action=AMEND, effective_date=2026-05-01, "
    "new_line_number=3"
)
HOLD = "actions 2: subscription_number=S-1, action=HOLD, effective_date=2026-05-01"
HOLD_LINE = f"{HOLD}, line_number=1"
REOPEN = (
    "actions 2: subscription_number=S-1, action=REOPEN_MILESTONE, effective_date=2026-03-31, "
    "charge_number=10, sequence=1"
)


@dataclass(frozen=True)
class Case:
    """What was accepted `before`, what is uploaded tonight, where the rule is broken and where not."""

    rule: str
    code: str
    before: tuple[str, ...]
    wrong: str
    right: str
    at: str


CASES = [
    Case("actions.new_subscription_taken", "ACT-07", (), f"{RENEW}, new_subscription_number=S-2",
         RENEW, "actions 2 new_subscription_number"),
    Case("actions.new_line_taken", "ACT-07", (), f"{AMEND}, new_line_number=2", AMEND,
         "actions 2 new_line_number"),
    Case("actions.accepted_new_subscription_number_changed", "ACT-08", (RENEW,),
         f"{RENEW}, new_subscription_number=S-1S", f"{RENEW}, reason=agreed",
         "actions 2 new_subscription_number"),
    Case("actions.accepted_new_line_number_changed", "ACT-08", (AMEND,),
         f"{AMEND}, new_line_number=4", f"{AMEND}, reason=agreed", "actions 2 new_line_number"),
    Case("subscriptions.status_beside_actions", "ACT-09", (HOLD,), "subscriptions 2: status=CLOSED",
         "subscriptions 2: status=ACTIVE", "subscriptions 2 status"),
    Case("subscription_lines.line_status_beside_actions", "ACT-09", (HOLD_LINE,),
         "subscription_lines 2: status=CLOSED", "subscriptions 2: status=ON_HOLD",
         "subscription_lines 2 status"),
    Case("subscription_lines.line_status_beside_actions", "ACT-09", (HOLD_LINE,),
         "subscription_lines 2: status=ACTIVE", "subscription_lines 2: status=",
         "subscription_lines 2 status"),
    Case("milestones.completed_before_reopened", "ACT-10", (REOPEN,),
         "milestones 2: completion_date=2026-03-31", "milestones 2: completion_date=2026-04-01",
         "milestones 2 completion_date"),
    Case("milestones.completed_before_reopened", "ACT-10", (REOPEN,),
         "milestones 2: completion_date=2026-03-11", "milestones 2: completion_date=2026-03-10",
         "milestones 2 completion_date"),
]  # fmt: skip


def company() -> Company:
    """S-1 with milestones, the first complete on 10 March; S-2 beside it, with two lines."""
    return changed(joined(references(), one_subscription()), *OTHERS)


def of_its_own(number: int, *changes: str) -> Company:
    """A case's company, without references, under numbers that no other case has."""
    names = ("subscription_number", "new_subscription_number")
    return {
        table: [
            row | {name: f"{number}/{row[name]}" for name in names if row.get(name)} for row in rows
        ]
        for table, rows in changed(company(), *changes).items()
        if table not in references()
    }


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """What is said of all cases where the rules are broken, and where they are not; each case has
    files of its own in both uploads."""
    desk = Desk(tmp_path_factory.mktemp("actions"))

    def files_of(said: str) -> dict[str, Company]:
        return {
            f"case{number}": of_its_own(
                number, *case.before, *([getattr(case, said)] if said else [])
            )
            for number, case in enumerate(CASES)
        }

    desk.upload(references(), **files_of(""))
    return {
        said: check_inbox(
            desk.write_upload(references(), **files_of(said)), desk.store, Settings(), QUIET
        )[1].findings
        for said in ("wrong", "right")
    }


@pytest.mark.parametrize(
    "number", range(len(CASES)), ids=[f"{one.code} {one.rule} {one.wrong[-20:]}" for one in CASES]
)
def test_the_rule(number: int, found: dict[str, pd.DataFrame]) -> None:
    case, own = CASES[number], f"-case{number}.csv"
    for said, expected in (("wrong", 1), ("right", 0)):
        tonight = found[said][found[said]["file"].str.endswith(own)]
        hits = tonight[tonight["code"] == case.code]
        addresses = (hits["file"].str.removesuffix(own) + " " + hits["row"].astype("str")
                     + " " + hits["column"])  # fmt: skip
        assert addresses.tolist() == [case.at] * expected, tonight.to_string()
