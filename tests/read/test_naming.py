"""Which table a file or a sheet holds, which column a heading stands for."""

import pytest

from pipeline.read.naming import match_headings, table_of_file, table_of_sheet


@pytest.mark.parametrize(
    ("stem", "table"),
    [
        ("milestones", "milestones"),
        ("Milestones-east 2026", "milestones"),
        ("subscription_lines", "subscription_lines"),
        ("SUBSCRIPTION  LINES-3", "subscription_lines"),
        ("subscription-_lines", "subscription_lines"),
        ("subscriptions", "subscriptions"),
        ("template milestones", "template_milestones"),
        ("templates", "templates"),
        ("  customers", "customers"),
        ("my milestones", None),
        ("milestone", None),
        ("unheard_of", None),
        ("", None),
    ],
)
def test_table_of_file(stem: str, table: str | None) -> None:
    assert table_of_file(stem) == table


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("milestones", "milestones"),
        ("Template Milestones", "template_milestones"),
        ("milestones~2", "milestones"),
        ("milestones~12", "milestones"),
        ("milestones~", None),
        ("milestones~x", None),
        ("milestones-east", None),
        ("Sheet1", None),
    ],
)
def test_table_of_sheet(title: str, table: str | None) -> None:
    assert table_of_sheet(title) == table


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("completion_date", "completion_date"),
        ("Completion Date", "completion_date"),
        ("COMPLETIONDATE *", "completion_date"),
        ("completion\u00a0date*", "completion_date"),
        ("\ufeffCompletion_ Date", "completion_date"),
        ("percent", "percent"),
        ("percent_millionths", None),
        ("completion-date", None),
        ("errors", None),
        ("", None),
    ],
)
def test_match_headings(heading: str, column: str | None) -> None:
    assert match_headings([heading], "milestones") == (column,)
