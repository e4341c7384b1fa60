"""The README is true: its tables are the models', its commands exist, its smallest inbox bills."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import schemas
from pipeline import cli
from pipeline.settings import read_settings
from pipeline.settings.document import with_settings
from schemas.dictionary import columns_table, rules_table, with_tables
from schemas.rules import RETIRED, RULES

README = Path(__file__).parent.parent / "README.md"


@pytest.fixture(scope="module")
def readme() -> str:
    """The README's text."""
    return README.read_text("utf-8")


def test_the_tables_are_those_of_the_models_and_the_rules(readme: str) -> None:
    assert with_tables(readme) == readme, "write them anew: make docs"
    for model in schemas.TABLES.values():
        assert columns_table(model) in readme
    assert rules_table() in readme


def test_every_rule_stands_in_the_table_and_no_retired_one(readme: str) -> None:
    for rule in RULES:
        assert f"| {rule.code} |" in readme
    assert not {rule.code for rule in RULES} & set(RETIRED)


def test_every_promise_has_its_test(readme: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", readme)
    assert len(named) > 15
    for file, name in named:
        assert f"\ndef {name}(" in (README.parent / file).read_text("utf-8"), f"{file}::{name}"


def test_every_command_stands_in_the_readme(readme: str) -> None:
    told = set(re.findall(r"^\| `(\w+)[^`]*` \|", readme, flags=re.M))
    assert set(cli.main.commands) <= told


def test_the_settings_of_the_readme_are_the_defaults(readme: str, tmp_path: Path) -> None:
    block = re.search(r"```toml\n(.*?)```", readme, flags=re.S)
    assert block
    path = tmp_path / "billing.toml"
    path.write_text(block[1], "utf-8")
    assert read_settings(path) == read_settings(None)
    assert with_settings(readme) == readme, "write them anew: make docs"


def test_the_smallest_inbox_bills_what_the_readme_says(readme: str, tmp_path: Path) -> None:
    block = re.search(r"```\n(customers\.csv .*?)```", readme, flags=re.S)
    assert block
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    name = ""
    for line in block[1].splitlines():
        name = line.split()[0] if not line.startswith(" ") else name
        with (inbox / name).open("a", encoding="utf-8") as file:
            file.write(line.removeprefix(name).strip() + "\n")
    arguments = ["run", str(inbox), "--as-of", "2026-03-31", "--out", str(tmp_path / "out"),
                 "--store", f"sqlite:///{tmp_path / 'store.db'}", "--quiet"]  # fmt: skip
    result = CliRunner().invoke(cli.main, arguments)
    assert result.exit_code == 0, result.output
    lines = (tmp_path / "out" / "2026-03-31-1" / "bill_lines.csv").read_text("utf-8").splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("S-1:1:M1,") and ",3000.00," in lines[1]
