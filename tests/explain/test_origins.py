"""Where values came from: partial uploads over several nights, templates, and rows that actions made.

Contracts of several tests share the nights; the files of each are its own, `milestones-parts.csv`.
"""

from typing import Any

import pytest

from tests.builders import Company, changed, contract, only, references, rows_of
from tests.explain.little import Desk, acted, completed, origins
from tests.explain.uploads import cell_at, same
from tests.schedules import schedule

Accounts = dict[str, dict[str, Any]]
MILESTONE_2 = "billing milestone 2 of charge 10"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """After all nights; only looked at."""
    return Desk(tmp_path_factory.mktemp("origins"))


@pytest.fixture(scope="module")
def told(desk: Desk) -> Accounts:
    """What is known in the end, by id; `before` is what was known of POSTED's line at first."""
    first_night(desk)
    before = desk.explain("POSTED:10:M1")
    second_night(desk)
    third_night(desk)
    desk.bill({}, "2026-05-02", parts=dated("PARTS"), signed=SIGNED)
    desk.bill({}, "2027-01-02")
    names = [
        "PARTS:10:M2", "BACK:10:M2", "POSTED:10:M1", "POSTED:10:M2", "TEMPLATE:10:M1",
        "TEMPLATE:10:M2", "EDITED:10:M2", "LATE:10:M2", "RENEWED:20:2027-01-01", "RENEWED",
        "COPY:20:2026-05-01", "AMENDED:20-2:2026-05-01", "ADJUSTED:10:M1", "ADJUSTED:10:M1#1",
        "DEFAULT:10:FEE",
    ]  # fmt: skip
    return {"before": before, **{name: desk.explain(name) for name in names}}


def check_every_value(desk: Desk, account: dict[str, Any]) -> None:
    """Every value stands in the file, and in the row, that it is said to come from."""
    for value in account["values"]:
        if value["how"] in ("UPLOADED", "TEMPLATE"):
            path = desk.inbox_of(value["import"]) / value["file"]
            cell = cell_at(path, value["sheet"], value["row"], value["heading"])
            assert same(cell, value["value"]) or (not cell and value["note"]), value


def with_template(number: str, template: str) -> Company:
    """A contract that takes a copy of a template; only the first milestone's date is uploaded."""
    copy = f"charges 2: milestone_billing=, template_code={template}"
    return contract(number, copy, "drop milestones") | completed(1, "2026-03-10", number)


def monthly(number: str) -> Company:
    """A fee of 500.00, and a charge 20 of 310.00 a month."""
    terms = "customer_number=K-2, start_date=2026-01-01, end_date=2026-12-31"
    return schedule(number, terms, charges=["charge_type=ONE_TIME, amount=500.00", "amount=310.00"])


def first_night(desk: Desk) -> None:
    """2026-03-31: everything but LATE."""
    desk.bill(
        references(), "2026-03-31",
        parts=contract("PARTS"), back=contract("BACK"), posted=contract("POSTED"),
        template=with_template("TEMPLATE", "T-1"), edited=with_template("EDITED", "T-1"),
        plain=contract("DEFAULT", "charges 2: milestone_billing=", "drop milestones"),
        renewed=monthly("RENEW-ME"), copied=monthly("COPY-ME"),
        amended=monthly("AMENDED"), adjusted=contract("ADJUSTED"),
    )  # fmt: skip


def dated(number: str) -> Company:
    """A date of the second milestone, and nothing else."""
    return {
        "milestones": rows_of(
            "subscription_number | charge_number | event_type | sequence | completion_date",
            f"{number} | 10 | BILLING | 2 | 2026-04-02",
        )
    }


def percent_of_back(percent: int) -> Company:
    """BACK's second milestone comes to so much, and a third to the rest."""
    third = ("milestones 4: subscription_number=S-1, charge_number=10, event_type=BILLING, "
             f"sequence=3, milestone_name=Build, percent={70 - percent}")  # fmt: skip
    return only(contract("BACK", f"milestones 3: percent={percent}", third), "milestones")


def second_night(desk: Desk) -> None:
    """2026-04-01: a name, a percent, an address, both templates; actions and an adjustment."""
    template = {
        table: [row for row in rows if row["template_code"] == "T-1"]
        for table, rows in only(references(), "templates", "template_milestones").items()
    }
    desk.bill(
        {}, "2026-04-01",
        parts=only(contract("PARTS", "milestones 3: milestone_name=Build"), "milestones"),
        back=percent_of_back(60),
        posted=changed(only(references(), "customers"), "customers 2: bill_to_site=9999"),
        edited=changed(template, "templates 2: milestone_billing=N",
                       "template_milestones 2: percent=50", "template_milestones 3: percent=50"),
        late={"template_milestones": rows_of(
            "template_code | event_type | sequence | milestone_name", "T-2 | BILLING | 2 | Build")},
        renewed=acted("RENEW-ME | | RENEW | 2027-01-01 | | | RENEWED"),
        copied=acted("COPY-ME | | DUPLICATE | 2026-05-01 | | | COPY"),
        amended=acted("AMENDED | 1 | AMEND | 2026-05-01 | | | | 2"),
        adjusted={"adjustments": rows_of(
            "bill_line_id | adjusted_amount | reason", "ADJUSTED:10:M1 | 2500.00 | goodwill")},
    )  # fmt: skip


def third_night(desk: Desk) -> None:
    """2026-04-02: what was open is reached; LATE takes its copy of a template that came in parts."""
    desk.bill(
        {}, "2026-04-02", parts=dated("PARTS"), back=percent_of_back(70),
        posted=completed(2, "2026-04-02", "POSTED"), edited=completed(2, "2026-04-02", "EDITED"),
        late=with_template("LATE", "T-2"),
    )  # fmt: skip


SIGNED = {"subscriptions": rows_of("subscription_number | status", "COPY | ACTIVE")}


def test_each_column_has_an_origin_of_its_own(desk: Desk, told: Accounts) -> None:
    """The percent came first, the name changed in the second upload, the date came in the third; a
    fourth says the date again, and changes nothing."""
    account = told["PARTS:10:M2"]
    assert origins(account, MILESTONE_2) == {
        "milestone_name": ("2 milestones-parts.csv", 3),
        "percent": ("1 milestones-parts.csv", 3),
        "completion_date": ("3 milestones-parts.csv", 2),
    }
    assert origins(account, "charge 10")["amount"] == ("1 charges-parts.csv", 2)
    check_every_value(desk, account)


def test_a_value_that_went_and_came_back_comes_from_the_last_upload(
    desk: Desk, told: Accounts
) -> None:
    account = told["BACK:10:M2"]
    assert origins(account, MILESTONE_2)["percent"] == ("3 milestones-back.csv", 3)
    assert origins(account, MILESTONE_2)["milestone_name"] == ("1 milestones-back.csv", 3)
    check_every_value(desk, account)


def test_a_posted_line_keeps_its_origins(desk: Desk, told: Accounts) -> None:
    """What was uploaded later is not what the line came from."""
    account = told["POSTED:10:M2"]
    assert told["POSTED:10:M1"]["values"] == told["before"]["values"]
    assert origins(told["POSTED:10:M1"], "customer K-1")["bill_to_site"] == ("1 customers.csv", 2)
    assert origins(account, "customer K-1") == {
        "customer_name": ("1 customers.csv", 2),
        "bill_to_account": ("1 customers.csv", 2),
        "bill_to_site": ("2 customers-posted.csv", 2),
    }
    check_every_value(desk, account)


def test_what_was_copied_leads_to_the_templates_row(desk: Desk, told: Accounts) -> None:
    account = told["TEMPLATE:10:M1"]
    places = {
        (value["element"], value["column"]): (value["how"], value["file"], value["row"])
        for value in account["values"]
    }
    own, uploaded = "billing milestone 1 of charge 10", ("UPLOADED", "milestones-template.csv", 2)
    assert places[own, "percent"] == ("TEMPLATE", "template_milestones.csv", 2)
    assert places[own, "milestone_name"] == uploaded
    assert places[own, "completion_date"] == uploaded
    assert places[MILESTONE_2, "percent"] == ("TEMPLATE", "template_milestones.csv", 3)
    assert places["template T-1", "milestone_billing"] == ("UPLOADED", "templates.csv", 2)
    notes = {value["note"] for value in account["values"] if value["how"] == "TEMPLATE"}
    assert notes == {"copied from template T-1"}
    assert "TPL-08" in [rule["code"] for rule in account["rules"]]
    check_every_value(desk, account)
    check_every_value(desk, told["TEMPLATE:10:M2"])


def test_a_later_edit_of_the_template_is_not_what_was_copied(desk: Desk, told: Accounts) -> None:
    account = told["EDITED:10:M2"]
    own = origins(account, MILESTONE_2)
    assert own["percent"] == ("1 template_milestones.csv", 3)
    assert own["completion_date"] == ("3 milestones-edited.csv", 2)
    assert origins(account, "template T-1") == {"milestone_billing": ("1 templates.csv", 2)}
    check_every_value(desk, account)


def test_a_template_that_came_in_parts(desk: Desk, told: Accounts) -> None:
    """The template's own row was changed in part before it was copied: the percent is the first
    upload's, the name the second's."""
    account = told["LATE:10:M2"]
    assert origins(account, MILESTONE_2)["percent"] == ("1 template_milestones.csv", 5)
    assert origins(account, MILESTONE_2)["milestone_name"] == ("2 template_milestones-late.csv", 2)
    check_every_value(desk, account)


def test_a_renewal_leads_to_its_action(told: Accounts) -> None:
    account = told["RENEWED:20:2027-01-01"]
    amount = next(value for value in account["values"] if value["column"] == "amount")
    assert (amount["how"], amount["file"], amount["row"], amount["import"]) == (
        "ACTION", "actions-renewed.csv", 2, 2,
    )  # fmt: skip
    assert amount["note"] == "made by RENEW of subscription RENEW-ME, effective 2027-01-01"
    customer = next(value for value in account["values"] if value["column"] == "bill_to_site")
    assert customer["how"] == "UPLOADED"
    made = told["RENEWED"]["story"][0]["entries"][0]["says"]
    assert "made by RENEW of subscription RENEW-ME" in made


def test_a_duplicate_that_was_changed_since(told: Accounts) -> None:
    places = {
        (value["element"], value["column"]): (value["how"], value["file"])
        for value in told["COPY:20:2026-05-01"]["values"]
    }
    assert places["subscription COPY", "status"] == ("UPLOADED", "subscriptions-signed.csv")
    assert places["subscription COPY", "start_date"] == ("ACTION", "actions-copied.csv")
    assert places["charge 20", "amount"] == ("ACTION", "actions-copied.csv")


def test_an_amended_line_leads_to_its_action(told: Accounts) -> None:
    values = told["AMENDED:20-2:2026-05-01"]["values"]
    amount = next(value for value in values if value["column"] == "amount")
    assert (amount["how"], amount["file"]) == ("ACTION", "actions-amended.csv")
    assert amount["note"] == "made by AMEND of subscription AMENDED line 1, effective 2026-05-01"


def test_an_adjustment(desk: Desk, told: Accounts) -> None:
    account = told["ADJUSTED:10:M1#1"]
    assert account["kind"] == "ADJUSTMENT"
    assert account["amount"] == "-500.00"
    assert [rule["code"] for rule in account["rules"]] == [
        "MIL-02", "MIL-03", "ACT-05", "CORRECTIONS",
    ]  # fmt: skip
    assert origins(account, "adjustment of ADJUSTED:10:M1") == {
        "adjusted_amount": ("2 adjustments-adjusted.csv", 2),
        "reason": ("2 adjustments-adjusted.csv", 2),
    }
    assert not origins(told["ADJUSTED:10:M1"], "adjustment of ADJUSTED:10:M1"), "it came before"
    check_every_value(desk, account)


def test_a_default_says_so(told: Accounts) -> None:
    values = told["DEFAULT:10:FEE"]["values"]
    said = {value["column"]: (value["how"], value["value"], value["note"]) for value in values}
    assert said["billing_timing"] == (
        "DEFAULT", "IN_ADVANCE", "IN_ADVANCE, for which a blank stands too",
    )  # fmt: skip
    assert said["evergreen"][:2] == ("DEFAULT", "N")
