"""Every rule is broken once, and just not broken once, through real files and a real store.

All cases share two uploads, one with the wrong texts and one with the right ones, and each has
subscriptions of its own in them: what is said of one does not depend on its neighbours.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import schemas
from pipeline.findings import COLUMNS as FINDING_COLUMNS
from pipeline.validate import Validated
from schemas.rules import RETIRED, RULES, Rule
from tests.builders import (
    Company,
    bill_night,
    changed,
    import_company,
    joined,
    judge,
    one_subscription,
    only,
    references,
    refused_rows,
    rows_where,
    store_url,
)  # fmt: skip
from tests.validate import phase_rule_cases, test_action_rules
from tests.validate.rule_cases import CASES, Case

SUBSCRIPTION_TABLES = (
    "subscriptions", "subscription_lines", "phases", "charges", "milestones", "actions",
)  # fmt: skip
ON_STORED_ROW = r"( \(this row was stored by an earlier upload\))?"


@dataclass(frozen=True)
class Judged:
    """The rows that a case uploaded, its findings, and its refused rows (table, row)."""

    uploaded: Company
    findings: pd.DataFrame
    refused: set[tuple[str, int]]


@dataclass(frozen=True)
class Night:
    """What became of every case, with its wrong text and with its right one."""

    wrong: list[Judged]
    right: list[Judged]


def with_text(case: Case, text: str) -> Company:
    """S-1 with this text in the case's cell, and references where the case is about them."""
    table, row, heading = case.cell.split()
    own = only(references(), "products", "templates", "template_milestones")
    company = own | one_subscription() if case.of_references else one_subscription()
    return changed(company, *case.given, f"{table} {row}: {heading}={text}")


def of_its_own(company: Company, number: int) -> Company:
    """The company under numbers and codes that no other case has: S-1 becomes 7/S-1."""
    with_references = "templates" in company
    names = [
        "subscription_number", "new_subscription_number", "bill_line_id",
        *(["product_code", "template_code"] if with_references else []),
    ]  # fmt: skip
    return {
        table: [
            row | {name: f"{number}/{row[name]}" for name in names if row.get(name)} for row in rows
        ]
        for table, rows in company.items()
    }


def judged_together(folder: Path, store: str, texts: list[str]) -> list[Judged]:
    """All cases with these texts, in one upload."""
    companies = [
        of_its_own(with_text(case, text), number)
        for number, (case, text) in enumerate(zip(CASES, texts, strict=True))
    ]
    everything = judge(folder, joined(references(), *companies), store)
    first_rows = {
        table: 2 + len(references().get(table, [])) for table in joined(references(), *companies)
    }
    judged = []
    for number, company in enumerate(companies):
        judged.append(judged_case(everything, company, number, first_rows))
        first_rows = {table: row + len(company.get(table, [])) for table, row in first_rows.items()}
    return judged


def judged_case(
    validated: Validated, company: Company, number: int, first_rows: dict[str, int]
) -> Judged:
    """What was said of one case's rows, counted as if they stood in files of their own."""

    def own_row(table: str, row: int) -> int:
        """The row's number in the case, 0 where it is another case's."""
        place = row - first_rows.get(table, row + 1)
        return place + 2 if 0 <= place < len(company.get(table, [])) else 0

    said = [
        finding | {"table": table, "row": own_row(table, finding["row"])}
        | {name: finding[name].replace(f"{number}/", "") for name in ("value", "message")}
        for finding in validated.findings.to_dict("records")
        for table in [finding["file"].removesuffix(".csv")]
        if own_row(table, finding["row"]) and finding["code"] != "HLD-01"
    ]  # fmt: skip
    refused = {(table, own_row(table, row)) for table, row in refused_rows(validated)}
    return Judged(
        company,
        pd.DataFrame(said, columns=[*FINDING_COLUMNS, "table"]).astype({"message": "str"}),
        {(table, row) for table, row in refused if row},
    )


@pytest.fixture(scope="module")
def tonight(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The cases that have a past are stored, and billed where they say so; then all are judged."""
    folder = tmp_path_factory.mktemp("rules")
    store = store_url(folder)
    for past in ("billed", "stored"):
        companies = [
            of_its_own(with_text(case, case.right), number)
            for number, case in enumerate(CASES)
            if case.after == past
        ]
        import_company(folder / past, joined(references(), *companies), store)
        if past == "billed":
            bill_night(store, "2026-03-31")
    return Night(
        wrong=judged_together(folder / "wrong", store, [case.wrong for case in CASES]),
        right=judged_together(folder / "right", store, [case.right for case in CASES]),
    )


def rule_of(case: Case) -> Rule:
    """The rule that a case is about."""
    return next(
        one for one in RULES if f"{one.view}.{one.name}" == case.rule and one.code == case.code
    )


def said_by(rule: Rule, findings: pd.DataFrame) -> pd.DataFrame:
    """The findings that have the rule's code and words."""
    pieces = re.split(r"'\{\w+\}'|\{\w+\}", rule.message)
    words = ".*".join(re.escape(piece) for piece in pieces) + ON_STORED_ROW
    said = findings["message"].str.fullmatch(words).astype(bool)
    return findings[said & (findings["code"] == rule.code)]


def expected_refusal(case: Case, company: Company) -> set[tuple[str, int]]:
    """The rows of what the case refuses: a subscription, a template or a product, whole."""
    prefix, _, _ = company["subscriptions"][0]["subscription_number"].partition("/")
    refused = f"{prefix}/{case.refused}"
    return (
        rows_where(company, SUBSCRIPTION_TABLES, subscription_number=refused)
        | {
            ("adjustments", row)
            for row, cells in enumerate(company.get("adjustments", []), 2)
            if cells["bill_line_id"].startswith(f"{refused}:")
        }
        | rows_where(company, ["templates", "template_milestones"], template_code=refused)
        | rows_where(company, ["products"], product_code=refused)
    )


EACH = pytest.mark.parametrize(
    ("number", "case"),
    list(enumerate(CASES)),
    ids=[f"{case.code} {case.rule} {case.wrong or 'blank'}" for case in CASES],
)


@EACH
def test_a_broken_rule_is_found_at_its_cell(number: int, case: Case, tonight: Night) -> None:
    said = said_by(rule_of(case), tonight.wrong[number].findings)
    table, row, *heading = (case.at or case.cell).split()
    here = said[(said["table"] == table) & (said["row"] == int(row))]
    assert len(here) == 1, tonight.wrong[number].findings.to_string()
    finding = here.iloc[0]
    assert finding["severity"] == ("error" if case.refused else "warning")
    assert finding["sheet"] == ""
    if heading:
        assert finding["column"] == heading[0]
        assert finding["value"] == (case.wrong if case.value is None else case.value)


@EACH
def test_an_error_refuses_its_subscription_whole_and_a_warning_nothing(
    number: int, case: Case, tonight: Night
) -> None:
    judged = tonight.wrong[number]
    expected = expected_refusal(case, judged.uploaded) if case.refused else set()
    assert judged.refused == expected
    if not case.refused:
        assert "error" not in set(judged.findings["severity"]), judged.findings.to_string()


@EACH
def test_a_near_miss_breaks_nothing(number: int, case: Case, tonight: Night) -> None:
    judged = tonight.right[number]
    said = said_by(rule_of(case), judged.findings)
    if case.code not in case.still:
        assert said.empty, said.to_string()
    errors = judged.findings[judged.findings["severity"] == "error"]
    assert set(errors["code"]) == set(case.still), errors.to_string()
    assert bool(judged.refused) == bool(case.still)


def test_every_rule_has_a_case_that_breaks_it_and_one_that_just_does_not() -> None:
    declared = {(one.code, f"{one.view}.{one.name}") for one in RULES}
    cases = [*CASES, *phase_rule_cases.CASES, *test_action_rules.CASES]
    assert {(case.code, case.rule) for case in cases} == declared
    assert not [case for case in CASES if case.wrong == case.right]


@pytest.mark.parametrize("rule", RULES, ids=[f"{one.code} {one.name}" for one in RULES])
def test_a_rule_says_what_to_do(rule: Rule) -> None:
    assert rule.severity in ("error", "warning")
    assert re.fullmatch(r"[A-Z]{3}-[0-9]{2}", rule.code)
    assert re.search(r"[:;,] ", rule.message), "what is wrong, then what to do"
    assert rule.about.endswith(".")


def test_a_retired_code_is_not_given_again() -> None:
    assert not set(RETIRED) & {one.code for one in RULES}


@EACH
def test_a_finding_names_a_column_of_its_own_file(number: int, case: Case, tonight: Night) -> None:
    for finding in tonight.wrong[number].findings.to_dict("records"):
        columns = schemas.columns_of(schemas.TABLES[finding["table"]])
        assert finding["column"] in {column.heading for column in columns}, finding


def test_messages_have_the_words_of_the_sheet(tonight: Night) -> None:
    said = pd.concat([judged.findings for judged in tonight.wrong])["message"]
    odd = said[said.str.contains(r"\bTrue\b|\bFalse\b|\bnan\b|NaT|<NA>|00:00:00")]
    assert odd.empty, odd.tolist()
