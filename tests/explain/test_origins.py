"""Where values came from: partial uploads over several nights, templates, and rows that actions made."""

from pathlib import Path

import pytest

from tests.builders import Company, changed, little_company, only, references, rows_of
from tests.explain.little import Desk, acted, completed
from tests.explain.uploads import cell_at, same

MILESTONE_2 = "billing milestone 2 of charge 10"


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str) -> Desk:
    return Desk(tmp_path, sqlite_url)


def check_every_value(desk: Desk, name: str) -> None:
    """Every value stands in the file, and in the row, that it is said to come from."""
    for value in desk.explain(name)["values"]:
        if value["how"] in ("UPLOADED", "TEMPLATE"):
            path = desk.inbox_of(value["import"]) / value["file"]
            cell = cell_at(path, value["sheet"], value["row"], value["heading"])
            assert same(cell, value["value"]) or (not cell and value["note"]), value


def test_each_column_has_an_origin_of_its_own(desk: Desk) -> None:
    """The percent came first, the name changed in the second upload, the date came in the third; a
    fourth says the date again, and changes nothing."""
    desk.night(little_company(), "2026-03-31")
    renamed = only(changed(little_company(), "milestones 3: milestone_name=Build"), "milestones")
    desk.night(renamed, "2026-04-01")
    dated = {
        "milestones": rows_of(
            "subscription_number | charge_number | event_type | sequence | completion_date",
            "S-1 | 10 | BILLING | 2 | 2026-04-02",
        )
    }
    desk.night(dated, "2026-04-02")
    desk.night(dated, "2026-04-03")
    assert desk.origins("S-1:10:M2", MILESTONE_2) == {
        "milestone_name": ("2 milestones.csv", 3),
        "percent": ("1 milestones.csv", 3),
        "completion_date": ("3 milestones.csv", 2),
    }
    assert desk.origins("S-1:10:M2", "charge 10")["amount"] == ("1 charges.csv", 2)
    check_every_value(desk, "S-1:10:M2")


def test_a_value_that_went_and_came_back_comes_from_the_last_upload(desk: Desk) -> None:
    desk.night(little_company(), "2026-03-31")
    for percent, day in (("60", "2026-04-01"), ("70", "2026-04-02")):
        rest = 100 - int(percent)
        desk.night(
            only(
                changed(
                    little_company(),
                    f"milestones 3: percent={percent}",
                    *([f"milestones 4: subscription_number=S-1, charge_number=10, "
                       f"event_type=BILLING, sequence=3, milestone_name=Build, percent={rest - 30}"]
                      if rest > 30 else
                      ["milestones 4: subscription_number=S-1, charge_number=10, "
                       "event_type=BILLING, sequence=3, milestone_name=Build, percent=0"]),
                ),
                "milestones",
            ),
            day,
        )  # fmt: skip
    assert desk.origins("S-1:10:M2", MILESTONE_2)["percent"] == ("3 milestones.csv", 3)
    assert desk.origins("S-1:10:M2", MILESTONE_2)["milestone_name"] == ("1 milestones.csv", 3)
    check_every_value(desk, "S-1:10:M2")


def test_a_posted_line_keeps_its_origins(desk: Desk) -> None:
    """What was uploaded later is not what the line came from."""
    desk.night(little_company(), "2026-03-31")
    before = desk.explain("S-1:10:M1")
    desk.night(
        changed(only(little_company(), "customers"), "customers 2: bill_to_site=9999"), "2026-04-01"
    )
    desk.night(completed(2, "2026-04-02"), "2026-04-02")
    assert desk.explain("S-1:10:M1")["values"] == before["values"]
    assert desk.origins("S-1:10:M1", "customer K-1")["bill_to_site"] == ("1 customers.csv", 2)
    assert desk.origins("S-1:10:M2", "customer K-1") == {
        "customer_name": ("1 customers.csv", 2),
        "bill_to_account": ("1 customers.csv", 2),
        "bill_to_site": ("2 customers.csv", 2),
    }
    check_every_value(desk, "S-1:10:M2")


def with_template() -> Company:
    """S-1 takes a copy of T-1 (30 and 70 percent); only the first milestone's date is uploaded."""
    company = changed(
        little_company(), "charges 2: milestone_billing=, template_code=T-1", "drop milestones"
    )
    return company | completed(1, "2026-03-10")


def test_what_was_copied_leads_to_the_templates_row(desk: Desk) -> None:
    desk.night(with_template(), "2026-03-31")
    account = desk.explain("S-1:10:M1")
    told = {
        (value["element"], value["column"]): (value["how"], value["file"], value["row"])
        for value in account["values"]
    }
    own = "billing milestone 1 of charge 10"
    assert told[own, "percent"] == ("TEMPLATE", "template_milestones.csv", 2)
    assert told[own, "milestone_name"] == ("UPLOADED", "milestones.csv", 2)
    assert told[own, "completion_date"] == ("UPLOADED", "milestones.csv", 2)
    assert told[MILESTONE_2, "percent"] == ("TEMPLATE", "template_milestones.csv", 3)
    assert told["template T-1", "milestone_billing"] == ("UPLOADED", "templates.csv", 2)
    notes = {value["note"] for value in account["values"] if value["how"] == "TEMPLATE"}
    assert notes == {"copied from template T-1"}
    assert "TPL-08" in [rule["code"] for rule in account["rules"]]
    check_every_value(desk, "S-1:10:M1")
    check_every_value(desk, "S-1:10:M2")


def test_a_later_edit_of_the_template_is_not_what_was_copied(desk: Desk) -> None:
    desk.night(with_template(), "2026-03-31")
    later = changed(
        only(references(), "templates", "template_milestones"),
        "templates 2: milestone_billing=N",
        "template_milestones 2: percent=50", "template_milestones 3: percent=50",
    )  # fmt: skip
    desk.night(later, "2026-04-01")
    desk.night(completed(2, "2026-04-02"), "2026-04-02")
    own = desk.origins("S-1:10:M2", MILESTONE_2)
    assert own["percent"] == ("1 template_milestones.csv", 3)
    assert own["completion_date"] == ("3 milestones.csv", 2)
    assert desk.origins("S-1:10:M2", "template T-1") == {
        "milestone_billing": ("1 templates.csv", 2)
    }
    check_every_value(desk, "S-1:10:M2")


def test_a_template_that_came_in_parts(desk: Desk) -> None:
    """The template's own row was changed in part before it was copied: the percent is the first
    upload's, the name the second's."""
    desk.night(references(), "2026-03-01")
    renamed = {
        "template_milestones": rows_of(
            "template_code | event_type | sequence | milestone_name",
            "T-1           | BILLING    | 2        | Build",
        )
    }
    desk.night(renamed, "2026-03-02")
    company = with_template()
    desk.night(
        {table: company[table] for table in company if table not in references()}, "2026-03-31"
    )
    own = desk.origins("S-1:10:M2", MILESTONE_2)
    assert own["percent"] == ("1 template_milestones.csv", 3)
    assert own["milestone_name"] == ("2 template_milestones.csv", 2)
    check_every_value(desk, "S-1:10:M2")


def with_a_monthly_charge() -> Company:
    """S-2 has a charge 20 of 310.00 a month on its line 1."""
    return changed(
        little_company(),
        "charges 4: subscription_number=S-2, charge_number=20, line_number=1, "
        "charge_type=RECURRING, amount=310.00, billing_frequency=MONTHLY",
    )


def test_a_renewal_leads_to_its_action(desk: Desk) -> None:
    desk.night(with_a_monthly_charge(), "2026-03-31")
    desk.night(acted("S-2 | | RENEW | 2027-01-01 | | | S-2R"), "2027-01-02")
    account = desk.explain("S-2R:20:2027-01-01")
    amount = next(value for value in account["values"] if value["column"] == "amount")
    assert (amount["how"], amount["file"], amount["row"], amount["import"]) == (
        "ACTION", "actions.csv", 2, 2,
    )  # fmt: skip
    assert amount["note"] == "made by RENEW of subscription S-2, effective 2027-01-01"
    customer = next(value for value in account["values"] if value["column"] == "bill_to_site")
    assert customer["how"] == "UPLOADED"
    story = desk.explain("S-2R")["story"]
    assert "made by RENEW of subscription S-2" in story[0]["entries"][0]["says"]


def test_a_duplicate_that_was_changed_since(desk: Desk) -> None:
    desk.night(with_a_monthly_charge(), "2026-03-31")
    desk.night(acted("S-2 | | DUPLICATE | 2026-05-01 | | | S-2D"), "2026-04-01")
    signed = {"subscriptions": rows_of("subscription_number | status", "S-2D | ACTIVE")}
    desk.night(signed, "2026-05-01")
    told = {
        (value["element"], value["column"]): (value["how"], value["file"])
        for value in desk.explain("S-2D:20:2026-05-01")["values"]
    }
    assert told["subscription S-2D", "status"] == ("UPLOADED", "subscriptions.csv")
    assert told["subscription S-2D", "start_date"] == ("ACTION", "actions.csv")
    assert told["charge 20", "amount"] == ("ACTION", "actions.csv")


def test_an_amended_line_leads_to_its_action(desk: Desk) -> None:
    desk.night(with_a_monthly_charge(), "2026-03-31")
    desk.night(acted("S-2 | 1 | AMEND | 2026-05-01 | | | | 2"), "2026-05-02")
    account = desk.explain("S-2:20-2:2026-05-01")
    amount = next(value for value in account["values"] if value["column"] == "amount")
    assert (amount["how"], amount["file"]) == ("ACTION", "actions.csv")
    assert amount["note"] == "made by AMEND of subscription S-2 line 1, effective 2026-05-01"


def test_an_adjustment(desk: Desk) -> None:
    desk.night(little_company(), "2026-03-31")
    adjusted = {
        "adjustments": rows_of(
            "bill_line_id | adjusted_amount | reason", "S-1:10:M1 | 2500.00 | goodwill"
        )
    }
    desk.night(adjusted, "2026-04-01")
    account = desk.explain("S-1:10:M1#1")
    assert account["kind"] == "ADJUSTMENT"
    assert account["amount"] == "-500.00"
    assert [rule["code"] for rule in account["rules"]] == [
        "MIL-02", "MIL-03", "ACT-05", "CORRECTIONS",
    ]  # fmt: skip
    assert desk.origins("S-1:10:M1#1", "adjustment of S-1:10:M1") == {
        "adjusted_amount": ("2 adjustments.csv", 2),
        "reason": ("2 adjustments.csv", 2),
    }
    assert not desk.origins("S-1:10:M1", "adjustment of S-1:10:M1"), "it came before that"
    check_every_value(desk, "S-1:10:M1#1")


def test_a_default_says_so(desk: Desk) -> None:
    desk.night(little_company(), "2026-03-31")
    values = desk.explain("S-2:10:FEE")["values"]
    told = {value["column"]: (value["how"], value["value"], value["note"]) for value in values}
    assert told["billing_timing"] == (
        "DEFAULT", "IN_ADVANCE", "IN_ADVANCE, for which a blank stands too",
    )  # fmt: skip
    assert told["evergreen"][:2] == ("DEFAULT", "N")
