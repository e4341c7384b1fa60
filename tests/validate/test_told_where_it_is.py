"""Findings stand at cells that there are, quote what these hold, and say nothing that only seems so
because another cell can't be read."""

from pathlib import Path

import pytest

import schemas
from tests.builders import (
    Company,
    bill_night,
    changed,
    import_company,
    joined,
    judge,
    little_company,
    one_subscription,
    only,
    references,
    store_url,
)  # fmt: skip

BY_AMOUNT = ("milestones 2: percent=, amount=3000.00", "milestones 3: percent=, amount=7000.00")
HOLD = (
    "actions 2: subscription_number=S-1, line_number=1, action=HOLD, effective_date=2026-02-01, "
    "reason=a",
    "actions 3: subscription_number=S-1, line_number=1, action=HOLD, effective_date=2026-02-01, "
    "reason=b",
)
PHASES = (
    "phases 2: subscription_number=S-1, phase_number=1, phase_name=Pilot, ends=DATE, "
    "end_date=2026-03-31",
    "phases 3: subscription_number=S-1, phase_number=2, phase_name=Live, ends=MILESTONE, "
    "milestone_name=Done, completion_date=2026-05-01",
)
FIRST_IN_WORDS = "phases 2: end_date=31 March"


def told(folder: Path, company: Company, store: str | None = None) -> list[tuple[str, ...]]:
    """Code, table and row, column, value of everything but what is held back."""
    findings = judge(folder, company, store).findings
    kept = findings[findings["code"] != "HLD-01"]
    tables = kept["file"].str.removesuffix(".csv") + " " + kept["row"].astype("str")
    return list(zip(kept["code"], tables, kept["column"], kept["value"], strict=True))


def upload(*changes: str) -> Company:
    """S-1 with its references, some cells of it otherwise."""
    return joined(references(), changed(one_subscription(), *changes))


def test_an_action_that_stands_twice_is_told_at_its_action(tmp_path: Path) -> None:
    found = told(tmp_path, upload(*HOLD))
    assert found == [("KEY-01", f"actions {row}", "action", "HOLD") for row in (2, 3)]
    headings = {one.heading for one in schemas.uploaded_columns(schemas.TABLES["actions"])}
    assert {column for _, _, column, _ in found} <= headings


FAULTY = [
    # one cell, and the only finding that it is worth
    (("milestones 3: event_type=billing",), "VAL-03", "milestones 3 event_type billing"),
    (("milestones 3: event_type=billing", "charges 2: milestone_revenue=N"),
     "VAL-03", "milestones 3 event_type billing"),
    (("milestones 3: sequence=two",), "VAL-04", "milestones 3 sequence two"),
    (("milestones 3: charge_number=1:0",), "VAL-02", "milestones 3 charge_number 1:0"),
    (("milestones 3: percent=7O",), "VAL-04", "milestones 3 percent 7O"),
    (("charges 2: milestone_billing=yes",), "VAL-03", "charges 2 milestone_billing yes"),
    (("charges 2: charge_type=ONE TIME",), "VAL-03", "charges 2 charge_type ONE TIME"),
    (("charges 2: amount=1.234,56", *BY_AMOUNT), "VAL-04", "charges 2 amount 1.234,56"),
    (("charges 2: template_code=T-9, milestone_billing=",),
     "REF-06", "charges 2 template_code T-9"),
    (("subscriptions 2: end_date=, evergreen=no",), "VAL-03", "subscriptions 2 evergreen no"),
    ((*PHASES, FIRST_IN_WORDS), "VAL-06", "phases 2 end_date 31 March"),
    ((*PHASES, "phases 2: ends=Date"), "VAL-03", "phases 2 ends Date"),
    ((*PHASES, "subscriptions 2: start_date=1/2/26"), "VAL-07", "subscriptions 2 start_date 1/2/26"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "code", "cell"), FAULTY, ids=[cell for _, _, cell in FAULTY])
def test_what_depends_on_a_faulty_cell_is_not_told(
    changes: tuple[str, ...], code: str, cell: str, tmp_path: Path
) -> None:
    table, row, column, value = cell.split(maxsplit=3)
    assert told(tmp_path, upload(*changes)) == [(code, f"{table} {row}", column, value)]


def test_what_does_not_depend_on_a_faulty_cell_is_told(tmp_path: Path) -> None:
    """Another charge's plan, the same row's name, a second unreadable cell."""
    second = little_company()["milestones"]
    company = upload("milestones 3: event_type=billing, milestone_name=Party, completion_date=soon")
    other = changed(one_subscription(), "milestones 2: percent=29")
    other = {
        table: [row | {"subscription_number": "S-9"} for row in rows]
        for table, rows in only(
            other, "subscriptions", "subscription_lines", "charges", "milestones"
        ).items()
    }
    assert len(second)
    found = told(tmp_path, joined(company, other))
    assert [(code, column) for code, _, column, _ in found] == [
        ("TPL-09", "milestone_name"), ("VAL-03", "event_type"), ("VAL-06", "completion_date"),
        ("MIL-01", "percent"),
    ]  # fmt: skip


def test_a_plan_stands_at_its_charge_where_only_that_is_uploaded(tmp_path: Path) -> None:
    store = store_url(tmp_path)
    import_company(tmp_path / "first", upload(*BY_AMOUNT), store)
    charges = only(changed(one_subscription(), "charges 2: amount=9000.00"), "charges")
    assert told(tmp_path / "unbilled", charges, store) == [
        ("MIL-01", "charges 2", "amount", "9000.00")
    ]
    bill_night(store, "2026-03-31")
    assert told(tmp_path / "billed", charges, store) == [
        ("CHG-01", "charges 2", "amount", "9000.00"),
        *[("MIL-01", "charges 2", "amount", "9000.00")] * 2,
    ]


def test_a_plan_stands_at_the_share_that_its_milestone_has(tmp_path: Path) -> None:
    mixed = told(tmp_path / "mixed", upload("milestones 2: percent=, amount=3000.00"))
    assert mixed == [("MIL-01", "milestones 2", "amount", "3000.00")]
    short = told(tmp_path / "short", upload("milestones 2: percent=40", "milestones 3: percent=50"))
    assert short == [("MIL-01", "milestones 2", "percent", "40")]


DAYS = [
    ("31.02.2026", "VAL-06",
     "'31.02.2026' is not a date: write year-month-day, such as 2026-03-31"),
    ("20.02.2026", "VAL-06", "'20.02.2026' is not written as year-month-day: write 2026-02-20"),
    ("6/15/2026", "VAL-06", "'6/15/2026' is not written as year-month-day: write 2026-06-15"),
    ("5/5/2026", "VAL-06", "'5/5/2026' is not written as year-month-day: write 2026-05-05"),
    ("3/4/2026", "VAL-07",
     "'3/4/2026' can be read as 2026-04-03 and as 2026-03-04: write the one that is meant"),
    ("20.02.26", "VAL-07",
     "'20.02.26' depends on who reads it: write year-month-day, the year with four digits, such as "
     "2026-03-31"),
]  # fmt: skip


def test_a_date_in_another_form_is_told_what_is_true_of_it(tmp_path: Path) -> None:
    rows = [{"bill_line_id": "", "completion_date": text} for text, _, _ in DAYS]
    template = one_subscription()["milestones"][1]
    company = upload() | {
        "milestones": [
            template | {"sequence": str(at), "completion_date": row["completion_date"]}
            for at, row in enumerate(rows, 1)
        ]
    }
    found = judge(tmp_path, company).findings
    said = found[found["column"] == "completion_date"]
    assert list(zip(said["value"], said["code"], said["message"], strict=True)) == DAYS
