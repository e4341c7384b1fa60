"""Templates: when their copy is taken, what changes it, and whose flags prevail."""

from pathlib import Path

import pandas as pd

from tests.builders import (
    bill,
    changed,
    codes,
    contracts_of,
    import_company,
    joined,
    judge,
    little_company,
    one_subscription,
    only,
    references,
    rows_of,
)  # fmt: skip
from tests.validate.rows_in_force import cells, plan

SUBSCRIPTION_TABLES = ("subscriptions", "subscription_lines", "charges", "milestones")
WITH_TEMPLATE = changed(
    joined(references(), one_subscription()),
    "charges 2: milestone_billing=, template_code=T-1",
    "drop milestones",
)
OWN_FIRST = rows_of(
    "subscription_number | charge_number | event_type | sequence | milestone_name | percent",
    "S-1 | 10 | BILLING | 1 | Build | 40",
    "S-1 | 10 | BILLING | 2 | Go live | 60",
)
THIRDS = [[1, "Kick-off", 30_000_000], [2, "Go live", 70_000_000]]


def test_a_charge_takes_a_copy_of_its_template_when_first_accepted(tmp_path: Path) -> None:
    validated = judge(tmp_path, WITH_TEMPLATE)
    assert codes(validated) == []
    assert plan(validated) == THIRDS
    assert cells(validated, "milestones", "milestone_source") == [["ORDER"], ["ORDER"]]


def test_rows_of_the_same_upload_change_the_copy_by_key(tmp_path: Path) -> None:
    validated = judge(tmp_path, WITH_TEMPLATE | {"milestones": OWN_FIRST})
    assert codes(validated) == []
    assert plan(validated) == [[1, "Build", 40_000_000], [2, "Go live", 60_000_000]]


def test_a_copy_keeps_what_an_absent_column_does_not_say(tmp_path: Path) -> None:
    upload = {"milestones": rows_of(
        "subscription_number | charge_number | event_type | sequence | completion_date",
        "S-1 | 10 | BILLING | 2 | 2026-03-20",
    )}  # fmt: skip
    validated = judge(tmp_path, WITH_TEMPLATE | upload)
    assert codes(validated) == []
    assert plan(validated) == THIRDS
    days = cells(validated, "milestones", "completion_date")
    assert days == [[None], [pd.Timestamp("2026-03-20")]]


def test_rows_of_a_later_upload_change_the_copy_by_key(tmp_path: Path, store: str) -> None:
    import_company(tmp_path / "first", WITH_TEMPLATE, store)
    tonight = judge(tmp_path / "second", {"milestones": OWN_FIRST}, store)
    assert codes(tonight) == []
    assert plan(tonight) == [[1, "Build", 40_000_000], [2, "Go live", 60_000_000]]


def test_a_later_edit_of_the_template_changes_no_subscription(tmp_path: Path, store: str) -> None:
    import_company(tmp_path / "first", WITH_TEMPLATE, store)
    edited = changed(
        references(),
        "templates 2: milestone_billing=N",
        "template_milestones 2: percent=50",
        "template_milestones 3: percent=50",
    )
    import_company(tmp_path / "edit", edited, store)
    other = WITH_TEMPLATE["charges"][0] | {"charge_number": "20", "milestone_billing": "Y"}
    again = only(WITH_TEMPLATE, *SUBSCRIPTION_TABLES)
    tonight = judge(tmp_path / "again", again | {"charges": [*again["charges"], other]}, store)
    assert codes(tonight) == []
    halves = [[1, "Kick-off", 50_000_000], [2, "Go live", 50_000_000]]
    assert plan(tonight) == THIRDS + halves, "charge 20 takes its copy tonight"
    assert cells(tonight, "charges", "template_billing") == [["Y"], ["N"]]


def test_a_template_is_copied_only_once(tmp_path: Path, store: str) -> None:
    dropped = changed(WITH_TEMPLATE | {"milestones": [dict(row) for row in OWN_FIRST]},
                      "milestones 2: percent=0", "milestones 3: percent=100")  # fmt: skip
    import_company(tmp_path / "first", dropped, store)
    tonight = judge(tmp_path / "second", WITH_TEMPLATE, store)
    assert codes(tonight) == []
    assert plan(tonight) == [[1, "Build", 0], [2, "Go live", 100_000_000]]


def test_a_refused_charge_takes_no_copy_and_takes_it_when_it_is_accepted(
    tmp_path: Path, store: str
) -> None:
    wrong = changed(WITH_TEMPLATE, "charges 2: amount=ten")
    assert plan(import_company(tmp_path / "first", wrong, store)) == []
    assert plan(judge(tmp_path / "second", WITH_TEMPLATE, store)) == THIRDS


FLAGS = [
    # template's flag, charge's flag, billed by milestones
    ("Y", "", True),
    ("Y", "Y", True),
    ("Y", "N", False),
    ("N", "", False),
    ("N", "Y", True),
    ("N", "N", False),
]


def test_the_flags_of_the_charge_prevail(tmp_path: Path) -> None:
    company = joined(
        references(),
        *(
            changed(
                joined(only(WITH_TEMPLATE, *SUBSCRIPTION_TABLES), {"milestones": OWN_FIRST}),
                *(f"{table} 2: subscription_number=S-{number}" for table in SUBSCRIPTION_TABLES),
                f"milestones 3: subscription_number=S-{number}",
                f"charges 2: template_code=T-{number}, milestone_billing={charge}",
            )
            | {"templates": [references()["templates"][0] | {
                "template_code": f"T-{number}", "milestone_billing": template}]}
            for number, (template, charge, _) in enumerate(FLAGS, 10)
        ),
    )  # fmt: skip
    lines = bill(contracts_of(tmp_path, company), "2026-03-31").lines
    in_one_sum = set(lines["subscription_number"])
    assert in_one_sum == {
        f"S-{number}" for number, (_, _, by_milestones) in enumerate(FLAGS, 10) if not by_milestones
    }
    assert set(lines["what"]) == {"FEE"}


def test_a_template_without_milestones_is_legal(tmp_path: Path) -> None:
    company = changed(WITH_TEMPLATE, "drop template_milestones")
    assert codes(judge(tmp_path / "none", company)) == ["MIL-01"]
    own = judge(tmp_path / "own", company | {"milestones": OWN_FIRST})
    assert codes(own) == []
    assert [row[0] for row in plan(own)] == [1, 2]


def test_the_template_may_be_left_out(tmp_path: Path) -> None:
    validated = judge(tmp_path, little_company())
    assert codes(validated) == []
    assert plan(validated) == THIRDS
