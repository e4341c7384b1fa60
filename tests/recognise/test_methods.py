"""Which method a charge's revenue is recognised by."""

import pytest

from pipeline.recognise import Revenue
from tests.bill.contracts import charge, milestones, subscription
from tests.builders import Company, joined, rows_of
from tests.recognise.revenue_nights import Ledger, said

MILESTONE, STRAIGHT_LINE, POINT_IN_TIME = "MILESTONE", "STRAIGHT_LINE", "POINT_IN_TIME"
RECURRING = {"charge_type": "RECURRING", "billing_frequency": "MONTHLY"}
HALVES = ["BILLING: 50% 2026-02-01, 50%"]
FIFTHS = ["REVENUE: 20% 2026-03-02, 80%"]
TEMPLATES: Company = {
    "templates": rows_of(
        "template_code | template_name | milestone_billing | milestone_revenue",
        "T-REV  | Revenue | N | Y",
        "T-BOTH | Both    | Y | Y",
    ),
    "template_milestones": rows_of(
        "template_code | event_type | sequence | milestone_name | milestone_source | percent",
        "T-REV  | REVENUE | 1 | Kick-off | ORDER | 40",
        "T-REV  | REVENUE | 2 | Go live  | ORDER | 60",
        "T-BOTH | REVENUE | 1 | Kick-off | ORDER | 40",
        "T-BOTH | REVENUE | 2 | Go live  | ORDER | 60",
        "T-BOTH | BILLING | 1 | Go live  | ORDER | 100",
    ),
}

CASES = [
    # why, cells of the charge, milestones, method, events by the end of March of 365.00 in 2026
    ("a fee", {}, [], POINT_IN_TIME, ["RFEE 36500"]),
    ("a fee with periodic revenue", {"periodic_revenue": "Y"}, [], STRAIGHT_LINE,
     ["R2026-01 3100", "R2026-02 2800", "R2026-03 3100"]),
    ("said to have none", {"periodic_revenue": "N"}, [], POINT_IN_TIME, ["RFEE 36500"]),
    ("a fee, spread out all the same", {"revenue_method": STRAIGHT_LINE}, [], STRAIGHT_LINE,
     ["R2026-01 3100", "R2026-02 2800", "R2026-03 3100"]),
    ("periodic revenue, at once all the same",
     {"periodic_revenue": "Y", "revenue_method": POINT_IN_TIME}, [], POINT_IN_TIME, ["RFEE 36500"]),
    ("recurring", RECURRING, [], STRAIGHT_LINE,
     ["R2026-01 36500", "R2026-02 36500", "R2026-03 36500"]),
    ("recurring, at once", RECURRING | {"revenue_method": POINT_IN_TIME}, [], POINT_IN_TIME,
     ["R2026-01-01 36500", "R2026-02-01 36500", "R2026-03-01 36500"]),
    ("recurring, at once, in arrears",
     RECURRING | {"revenue_method": POINT_IN_TIME, "billing_timing": "IN_ARREARS"}, [],
     POINT_IN_TIME, ["R2026-01-01 36500", "R2026-02-01 36500", "R2026-03-01 36500"]),
    ("billing milestones only", {"milestone_billing": "Y"}, HALVES, POINT_IN_TIME, ["RFEE 36500"]),
    ("revenue milestones only", {"milestone_revenue": "Y"}, FIFTHS, MILESTONE, ["R1 7300"]),
    ("both", {"milestone_billing": "Y", "milestone_revenue": "Y"}, HALVES + FIFTHS, MILESTONE,
     ["R1 7300"]),
    ("milestones, and the method says so",
     {"milestone_revenue": "Y", "revenue_method": MILESTONE}, FIFTHS, MILESTONE, ["R1 7300"]),
    ("milestones, and the method says otherwise",
     {"milestone_revenue": "Y", "revenue_method": POINT_IN_TIME}, FIFTHS, POINT_IN_TIME,
     ["RFEE 36500"]),
    ("a template of billing milestones", {"template_code": "T-1"}, [], POINT_IN_TIME,
     ["RFEE 36500"]),
    ("its revenue milestones switched on", {"template_code": "T-1", "milestone_revenue": "Y"},
     FIFTHS, MILESTONE, ["R1 7300"]),
    ("a template of revenue milestones", {"template_code": "T-REV"}, [], MILESTONE, []),
    ("one of them reached", {"template_code": "T-REV"}, ["REVENUE: 40% 2026-03-02, 60%"],
     MILESTONE, ["R1 14600"]),
    ("switched off", {"template_code": "T-REV", "milestone_revenue": "N"}, [], POINT_IN_TIME,
     ["RFEE 36500"]),
    ("a template of both, revenue switched off",
     {"template_code": "T-BOTH", "milestone_revenue": "N"}, [], POINT_IN_TIME, ["RFEE 36500"]),
    ("a template of both, billing switched off",
     {"template_code": "T-BOTH", "milestone_billing": "N"}, [], MILESTONE, []),
]  # fmt: skip


def company(number: int, cells: dict[str, str], plans: list[str]) -> Company:
    """A subscription of 2026 with one charge of 365.00."""
    name = f"S-{number}"
    kinds = [plan.split(": ", 1) for plan in plans]
    return joined(
        subscription(name), charge(name, "365.00", **cells),
        *(milestones(name, plan, event_type=kind) for kind, plan in kinds),
    )  # fmt: skip


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Revenue:
    companies = [company(n, cells, plans) for n, (_, cells, plans, _, _) in enumerate(CASES)]
    return Ledger(tmp_path_factory.mktemp("methods")).night("2026-03-31", TEMPLATES, *companies)


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(CASES)), ids=[case[0] for case in CASES]
)
def test_the_method_and_what_it_recognises(number: int, case: tuple, march: Revenue) -> None:
    _, _, _, method, events = case
    balance = march.balances[march.balances["subscription_number"] == f"S-{number}"].iloc[0]
    assert balance["method"] == method
    assert [
        f"{event.removeprefix('10:')} {minor}" for event, _, _, minor in said(march, f"S-{number}")
    ] == events
    line = march.lines[march.lines["subscription_number"] == f"S-{number}"].iloc[0]
    assert (line["revenue_line_id"], line["revision"], line["method"]) == (
        f"S-{number}:10", 0, method,
    )  # fmt: skip
    of_charge = march.events[march.events["subscription_number"] == f"S-{number}"]
    assert set(of_charge["method"]) <= {method}
    assert set(of_charge["revenue_line_id"]) <= {f"S-{number}:10"}


def test_a_charge_has_one_revenue_line(march: Revenue) -> None:
    assert march.lines["revenue_line_id"].is_unique
    assert len(march.lines) == len(CASES)
