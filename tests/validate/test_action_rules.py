"""Rules of actions on what the store holds already: each broken, and just not broken."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builders import (
    Company,
    changed,
    import_company,
    joined,
    judge,
    one_subscription,
    references,
    store_url,
)

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


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case.code} {case.rule} {case.wrong[-20:]}"
)
def test_the_rule(case: Case, tmp_path: Path) -> None:
    store = store_url(tmp_path)
    before = changed(company(), *case.before)
    import_company(tmp_path / "before", before, store)
    for said, expected in ((case.wrong, 1), (case.right, 0)):
        tonight = judge(tmp_path / said[-8:], changed(before, said), store).findings
        found = tonight[tonight["code"] == case.code]
        addresses = (found["file"].str.removesuffix(".csv") + " " + found["row"].astype("str")
                     + " " + found["column"])  # fmt: skip
        assert addresses.tolist() == [case.at] * expected, tonight.to_string()
