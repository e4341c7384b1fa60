"""What is refused with an error, and what is left as it was."""

from pathlib import Path

import pandas as pd

from tests.builders import (
    bill_night,
    changed,
    codes,
    found,
    import_company,
    judge,
    ledger_lines,
    little_company,
    references,
    refused_rows,
    rows_where,
)  # fmt: skip
from tests.desk import Desk
from tests.validate.rows_in_force import cells, plan

SUBSCRIPTION_TABLES = ("subscriptions", "subscription_lines", "charges", "milestones")


def test_a_refused_subscription_leaves_what_was_stored_and_others_go_on(
    tmp_path: Path, store: str
) -> None:
    import_company(tmp_path / "first", little_company(), store)
    tonight = changed(
        little_company(), "milestones 2: percent=31", "milestones 3: completion_date=2026-03-20",
        "charges 3: amount=600.00",
    )  # fmt: skip
    validated = import_company(tmp_path / "second", tonight, store)
    assert codes(validated) == ["MIL-01"]
    assert refused_rows(validated) == rows_where(
        tonight, SUBSCRIPTION_TABLES, subscription_number="S-1"
    )
    assert plan(validated) == [[1, "Kick-off", 30_000_000], [2, "Go live", 70_000_000]]
    bill_night(store, "2026-03-31")
    lines = ledger_lines(store).set_index("bill_line_id")["amount_minor"].to_dict()
    assert lines == {"S-1:10:M1": 300_000, "S-2:10:FEE": 60_000}


def test_every_error_is_reported_and_each_row_says_its_own(tmp_path: Path) -> None:
    company = changed(
        little_company(),
        "subscriptions 2: status=active, currency=usd",
        "milestones 2: percent=a third, completion_date=03/04/2026",
    )
    validated = judge(tmp_path, company)
    said = [(f["file"], f["row"], f["column"], f["code"])
            for f in validated.findings.to_dict("records") if f["severity"] == "error"]  # fmt: skip
    assert sorted(said) == [
        ("milestones.csv", 2, "completion_date", "VAL-07"),
        ("milestones.csv", 2, "percent", "VAL-04"),
        ("subscriptions.csv", 2, "currency", "REF-08"),
        ("subscriptions.csv", 2, "status", "VAL-03"),
    ]


def test_rows_held_back_with_a_refused_one_say_so(tmp_path: Path) -> None:
    validated = judge(tmp_path, changed(little_company(), "milestones 2: percent=31"))
    held = found(validated, "HLD-01")
    assert [(finding["file"], finding["row"]) for finding in held] == [
        ("charges.csv", 2), ("milestones.csv", 3),
        ("subscription_lines.csv", 2), ("subscriptions.csv", 2),
    ]  # fmt: skip
    assert {finding["severity"] for finding in held} == {"info"}
    assert all("nothing to correct" in str(finding["message"]) for finding in held)
    assert found(judge(tmp_path / "sound", little_company()), "HLD-01") == []


def test_an_error_in_a_stored_row_names_the_file_that_brought_it(
    tmp_path: Path, store: str
) -> None:
    import_company(tmp_path / "first", changed(little_company(), "milestones 2: completion_date="),
                   store)  # fmt: skip
    evergreen = {"subscriptions": [little_company()["subscriptions"][0] | {"evergreen": "Y"}]}
    validated = judge(tmp_path / "second", evergreen, store)
    (finding,) = found(validated, "TPL-03")
    assert (finding["file"], finding["row"]) == ("charges.csv", 2)
    assert "earlier upload" in str(finding["message"])
    assert refused_rows(validated) == {("subscriptions", 2)}
    assert cells(validated, "subscriptions", "evergreen") == [["N"]]


REFERENCES = [
    # the change, the refused rows
    ("customers 2: bill_to_site=", {("customers", 2)}),
    ("products 2: sales_product_type=Subscription", {("products", 2)}),
    ("lookups 3: enabled=yes", {("lookups", 3)}),
    ("templates 2: milestone_billing=maybe",
     {("templates", 2), ("template_milestones", 2), ("template_milestones", 3)}),
    ("template_milestones 5: percent=70%%",
     {("templates", 3), ("template_milestones", 4), ("template_milestones", 5)}),
]  # fmt: skip


def test_a_refused_reference_row_refuses_its_key_and_leaves_the_stored_one(
    tmp_path: Path, stored: str, stored_references: dict
) -> None:
    """Each table has one, in one upload: every other row, and every contract, is accepted."""
    changes = [change for change, _ in REFERENCES]
    validated = judge(tmp_path / "second", changed(little_company(), *changes), stored)
    assert refused_rows(validated) == set().union(*(rows for _, rows in REFERENCES))
    for table in references():
        columns = [name for name in stored_references[table] if name not in ("source", "row")]
        now, before = (
            frame[columns].sort_values(columns[:3], ignore_index=True)
            for frame in (validated.contracts[table], stored_references[table])
        )
        pd.testing.assert_frame_equal(now, before)


def test_a_new_reference_that_is_refused_refuses_what_names_it(tmp_path: Path) -> None:
    validated = judge(tmp_path, changed(little_company(), "customers 2: bill_to_site="))
    assert codes(validated) == ["VAL-01", "REF-01"]
    assert set(validated.contracts["subscriptions"]["subscription_number"]) == {"S-2"}


def test_a_lookup_taken_out_of_use_touches_no_stored_milestone(tmp_path: Path, stored: str) -> None:
    retired = changed(
        little_company(), "lookups 2: enabled=N", "drop templates", "drop template_milestones"
    )
    tonight = judge(tmp_path / "second", retired, stored)
    assert codes(tonight) == []
    renamed = changed(retired, "milestones 3: milestone_name=Kick-off")
    assert codes(judge(tmp_path / "third", renamed, stored)) == ["TPL-09"]


def test_a_row_without_its_key_is_refused_alone(tmp_path: Path) -> None:
    company = changed(little_company(), "charges 4: charge_number=30, amount=5.00")
    validated = judge(tmp_path, company)
    assert refused_rows(validated) == {("charges", 4)}
    assert set(validated.contracts["subscriptions"]["subscription_number"]) == {"S-1", "S-2"}
    assert ("subscription_number", "VAL-01") in {
        (finding["column"], finding["code"]) for finding in validated.findings.to_dict("records")
    }


def test_unbilled_milestones_can_be_changed_and_added(tmp_path: Path, first_night: Desk) -> None:
    tonight = changed(
        little_company(), "milestones 3: percent=40, completion_date=2026-04-02",
        "milestones 4: subscription_number=S-1, charge_number=10, event_type=BILLING, sequence=3, "
        "milestone_name=Build, percent=30",
    )  # fmt: skip
    validated = judge(tmp_path, tonight, first_night.store)
    assert codes(validated, "error", "warning") == []
    assert [row[2] for row in plan(validated)] == [30_000_000, 40_000_000, 30_000_000]


def test_rows_read_are_rows_accepted_and_refused(tmp_path: Path) -> None:
    company = changed(little_company(), "milestones 2: percent=31", "customers 3: customer_name=")
    files = judge(tmp_path, company).files.set_index("file")
    counts = {
        file: tuple(row)
        for file, row in files[["rows_read", "rows_accepted", "rows_refused"]].T.items()
    }
    assert counts == {
        "charges.csv": (2, 0, 2), "customers.csv": (2, 1, 1), "lookups.csv": (6, 6, 0),
        "milestones.csv": (2, 0, 2), "products.csv": (3, 3, 0),
        "subscription_lines.csv": (2, 0, 2), "subscriptions.csv": (2, 0, 2),
        "template_milestones.csv": (4, 4, 0), "templates.csv": (2, 2, 0),
    }  # fmt: skip
