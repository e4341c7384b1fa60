"""The bulk-import workbook: declared by the models, filled from the store, refused where it must be."""

import hashlib
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.utils import get_column_letter

import pipeline.template as template
import schemas
from pipeline import cli
from pipeline.nightly import check_inbox, import_inbox
from pipeline.read import read_inputs
from pipeline.settings import Settings
from pipeline.template import Made, TemplateError, make_template
from schemas.template import TABLES_FOR, TITLE, VERSION, VERSION_LABEL
from tests.builders import QUIET, changed, import_company, joined, little_company, rows_of

OF_EACH_VERSION = {1: "b072"}
"""The first digits of what the tables' columns come to, by version of the template."""


def no_store(folder: Path) -> str:
    """A store that is not there."""
    return f"sqlite:///{folder / 'none.db'}"


def many_kinds() -> dict:
    """The little company, with plans of every kind: amounts in yen, a rest, thirds, an early day."""
    return joined(
        changed(little_company(), "milestones 3: comment==1+1"),
        {
            "subscriptions": rows_of(
                "subscription_number | customer_number | business_unit | currency | start_date "
                "| end_date   | status",
                "S-3 | K-1 | East | JPY | 2026-01-01 | 2026-12-31 | ACTIVE",
                "S-4 | K-1 | West | BHD | 2026-01-01 | 2026-12-31 | DRAFT",
            ),
            "subscription_lines": rows_of(
                "subscription_number | line_number | product_code",
                "S-3                 | 1           | SUB",
                "S-4                 | 01          | SUB",
            ),
            "charges": rows_of(
                "subscription_number | charge_number | line_number | charge_type | amount "
                "| milestone_billing | milestone_revenue",
                "S-3                 | 0010          | 1           | ONE_TIME    | 300 | Y |",
                "S-4                 | 10            | 01          | ONE_TIME    | 9.999 | Y | Y",
            ),
            "milestones": rows_of(
                "subscription_number | charge_number | event_type | sequence | milestone_name "
                "| percent | amount | expected_completion_date | completion_date",
                "S-3 | 0010 | BILLING | 1 | Kick-off |           | 100   | 1900-01-31 | 2026-01-05",
                "S-3 | 0010 | BILLING | 2 | Build    |           | 150   | 2026-05-31 |",
                "S-3 | 0010 | BILLING | 3 | Go live  |           |       |            |",
                "S-4 | 10   | BILLING | 1 | Kick-off | 33.333333 |       | 1900-01-31 |",
                "S-4 | 10   | BILLING | 2 | Go live  | 66.666667 |       | 2900-01-31 |",
                "S-4 | 10   | REVENUE | 1 | Kick-off |           |       |            | 2026-02-01",
                "S-4 | 10   | REVENUE | 2 | Go live  | 40        |       |            |",
            ),
        },
    )


def made(folder: Path, store: str, name: str = "template.xlsx", **wishes) -> Path:
    """A template's path."""
    path = folder / name
    make_template(path, store, **wishes)
    return path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store of plans of every kind, for tests that only read it."""
    folder = tmp_path_factory.mktemp("kept")
    store = f"sqlite:///{folder / 'store.db'}"
    assert import_company(folder / "in", many_kinds(), store).refused == {}
    return store


class TestDeclared:
    def test_the_version_is_raised_with_the_columns(self) -> None:
        told = [
            (table, column.heading, column.kind, column.required)
            for table, model in schemas.TABLES.items()
            for column in schemas.uploaded_columns(model)
        ]
        digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:4]
        assert OF_EACH_VERSION.get(VERSION) == digest, (
            "columns changed: raise schemas.template.VERSION"
        )
        assert max(OF_EACH_VERSION) == VERSION

    @pytest.mark.parametrize("purpose", TABLES_FOR)
    def test_sheets_are_the_models(self, tmp_path: Path, purpose: str) -> None:
        book = openpyxl.load_workbook(made(tmp_path, no_store(tmp_path), purpose=purpose))
        tables = TABLES_FOR[purpose]
        assert book.sheetnames == ["Instructions", *tables, "Lists"]
        assert book["Lists"].sheet_state == "hidden"
        for table in tables:
            columns = schemas.uploaded_columns(schemas.TABLES[table])
            sheet = book[table]
            assert [cell.value for cell in sheet[1]] == [
                column.heading + "*" * column.required for column in columns
            ]
            checks = {str(one.sqref): one for one in sheet.data_validations.dataValidation}
            for place, column in enumerate(columns, 1):
                letter = get_column_letter(place)
                check = checks[f"{letter}2:{letter}2001"]
                assert column.about[:200] in sheet.cell(1, place).comment.text
                assert check.prompt.startswith(column.about[:200]) and len(check.prompt) <= 255
                assert (check.type == "list") == bool(
                    column.allowed or column.chosen_from == "currencies"
                )
                if column.allowed:
                    named = book.defined_names[check.formula1].attr_text
                    area = book["Lists"][named.partition("!")[2]]
                    assert tuple(cell.value for (cell,) in area) == column.allowed
        examples = [row[5] for row in book["Instructions"].iter_rows(values_only=True)]
        assert "S-1" in examples or purpose == "reference"


class TestFromTheStore:
    def test_drop_downs(self, tmp_path: Path, kept: str) -> None:
        book = openpyxl.load_workbook(made(tmp_path, kept))

        def offered(name: str) -> list:
            named = book.defined_names[name].attr_text.partition("!")[2]
            cells = book["Lists"][named]
            return [cell.value for (cell,) in cells] if isinstance(cells, tuple) else [cells.value]

        assert offered("list_milestone_name") == ["Build", "Go live", "Kick-off"]
        assert offered("list_milestone_source") == ["ORDER"]
        assert offered("list_templates") == ["T-1", "T-2"]
        assert offered("list_bill_lines") == [
            "S-1:10:M2", "S-3:0010:M2", "S-3:0010:M3", "S-4:10:M1", "S-4:10:M2",
        ]  # fmt: skip
        assert list(book["milestones"].iter_rows(min_row=2)) == []

    def test_loaded_untouched_it_changes_nothing(self, tmp_path: Path, store_url: str) -> None:
        assert import_company(tmp_path / "in", many_kinds(), store_url).refused == {}
        path = made(tmp_path, store_url, purpose="milestones")
        _, judged = check_inbox(path, store_url, Settings(), QUIET)
        assert judged.findings.empty, judged.findings.to_string()
        assert (int(judged.files["rows_read"].sum()), judged.accepted) == (6, {})

    def test_one_date_is_one_change(self, tmp_path: Path, sqlite_url: str) -> None:
        import_company(tmp_path / "in", many_kinds(), sqlite_url)
        path = made(tmp_path, sqlite_url, subscriptions=("S-3",), purpose="milestones")
        book = openpyxl.load_workbook(path)
        sheet = book["milestones"]
        assert [sheet[f"A{row}"].value for row in (2, 3, 4)] == ["S-3", "S-3", None]
        assert (sheet["B2"].value, sheet["I2"].value, sheet["I2"].number_format) == (
            "0010", 150, "#,##0",
        )  # fmt: skip
        sheet["K3"] = "2026-04-01"
        book.save(path)
        _, judged = import_inbox(path, sqlite_url, Settings(), QUIET)
        assert {name: len(rows) for name, rows in judged.accepted.items()} == {"milestones": 1}
        again = make_template(
            path, sqlite_url, subscriptions=("S-3",), purpose="milestones", overwrite=True
        )
        assert again.milestones == 1

    def test_a_reopened_milestone_keeps_its_former_date(
        self, tmp_path: Path, sqlite_url: str
    ) -> None:
        import_company(tmp_path / "in", little_company(), sqlite_url)
        reopen = rows_of(
            "subscription_number | action           | effective_date | charge_number | sequence",
            "S-1                 | REOPEN_MILESTONE | 2026-03-20     | 10            | 1",
        )
        assert import_company(tmp_path / "next", {"actions": reopen}, sqlite_url).refused == {}
        path = made(tmp_path, sqlite_url, purpose="milestones")
        cell = openpyxl.load_workbook(path)["milestones"]["K2"]
        assert f"{cell.value:%Y-%m-%d}" == "2026-03-10"
        assert "reopened" in cell.comment.text
        _, judged = check_inbox(path, sqlite_url, Settings(), QUIET)
        assert (judged.findings.empty, judged.accepted) == (True, {})

    def test_percents_that_are_not_shown(self, tmp_path: Path, kept: str) -> None:
        """30 of S-1 is complete; of S-4 a milestone that takes the rest, beside 40."""
        book = openpyxl.load_workbook(made(tmp_path, kept, purpose="milestones"))
        names = [f"elsewhere_{name}" for name in ("1", "2", "3", "percent")]
        columns = [
            [cell.value for (cell,) in book["Lists"][book.defined_names[name].attr_text[6:]]]
            for name in names
        ]
        assert list(zip(*columns, strict=True)) == [
            ("S-1", "10", "BILLING", 30), ("S-3", "0010", "BILLING", 100),
            ("S-4", "10", "REVENUE", 60),
        ]  # fmt: skip

    def test_same_store_same_bytes(self, tmp_path: Path, kept: str) -> None:
        first, second = (
            made(tmp_path, kept, name, subscriptions=("S-1", "S-4")).read_bytes()
            for name in ("a.xlsx", "b.xlsx")
        )
        assert first == second


class TestRefused:
    def test_a_file_that_is_there(self, tmp_path: Path) -> None:
        path = made(tmp_path, no_store(tmp_path))
        with pytest.raises(TemplateError, match="--force"):
            make_template(path, no_store(tmp_path))
        said = make_template(path, no_store(tmp_path), purpose="milestones", overwrite=True)
        assert said == Made(path, ("milestones",), None, False)

    def test_a_subscription_that_is_not_there(self, tmp_path: Path, kept: str) -> None:
        with pytest.raises(TemplateError, match="no subscription S-9: check"):
            made(tmp_path, kept, subscriptions=("S-1", "S-9"))
        with pytest.raises(TemplateError, match="no subscription S-1"):
            made(tmp_path, no_store(tmp_path), subscriptions=("S-1",))

    def test_more_milestones_than_a_workbook_takes(
        self, tmp_path: Path, kept: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(template, "MOST_ROWS", 5)
        with pytest.raises(TemplateError, match=r"6 open milestones, .* 5: name some"):
            made(tmp_path, kept, purpose="milestones")
        assert not list(tmp_path.glob("*.xlsx"))

    @pytest.mark.parametrize(
        ("arguments", "status"),
        [
            (["new.xlsx"], 0),
            (["new.csv"], 2),
            (["there/new.xlsx"], 2),
            (["new.xlsx", "--for", "nothing"], 2),
            (["new.xlsx", "--subscription", "S-1"], 2),
        ],
    )
    def test_exit_status(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], status: int
    ) -> None:
        monkeypatch.chdir(tmp_path)
        result = CliRunner().invoke(cli.main, ["template", *arguments])
        assert result.exit_code == status, result.output
        assert list(tmp_path.iterdir()) == ([tmp_path / "new.xlsx"] if status == 0 else [])


class TestVersion:
    @pytest.mark.parametrize(
        ("version", "codes", "rows"),
        [(VERSION, [], 1), (0, [], 1), (VERSION + 1, ["FIL-10"], 0), ("one", ["FIL-11"], 1)],
    )
    def test_a_template_of_another_program(
        self, tmp_path: Path, version: object, codes: list[str], rows: int
    ) -> None:
        path = made(tmp_path, no_store(tmp_path), purpose="milestones")
        book = openpyxl.load_workbook(path)
        assert (book["Instructions"]["A1"].value, book["Instructions"]["A2"].value) == (
            TITLE, VERSION_LABEL,
        )  # fmt: skip
        book["Instructions"]["B2"] = version
        book["milestones"].append(["S-1", "10", "BILLING", 1, "Kick-off"])
        book.save(path)
        inputs = read_inputs(path)
        assert inputs.findings["code"].tolist() == codes
        assert inputs.files["rows_read"].tolist() == [rows]

    def test_instructions_of_others_are_none_of_ours(self, tmp_path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.title = "Instructions"
        book.active.append([VERSION_LABEL, VERSION + 1])
        book.create_sheet("products").append(["product_code", "description", "sales_product_type"])
        book.save(tmp_path / "theirs.xlsx")
        assert read_inputs(tmp_path / "theirs.xlsx").findings["code"].tolist() == ["FIL-05"]
