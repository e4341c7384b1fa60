"""What is declared in schemas/ is declared nowhere else: everything that needs it is derived."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Date, Integer, Text

import schemas
from pipeline.findings import COLUMNS
from pipeline.store.schema import CONTRACT_TABLES, bill_lines, findings
from schemas import cells
from schemas.outputs import BillLines, MilestoneStates, Withheld, dtypes_of

ROOT = Path(__file__).parents[1]
OF_THE_STORE = {"source", "row", "import_number", "replaced_by"}
COPIED = {"template_billing", "template_revenue"}
KINDS = {
    cells.IDENTIFIER: Text, cells.TEXT: Text, cells.CODE: Text, cells.FLAG: Text, cells.DATE: Date,
    cells.MONEY: BigInteger, cells.PERCENT: BigInteger, cells.WHOLE: Integer,
}  # fmt: skip


@pytest.mark.parametrize("name", schemas.TABLES)
def test_a_store_table_is_its_models(name: str) -> None:
    table, model = CONTRACT_TABLES[name], schemas.TABLES[name]
    declared = {column.name: column for column in schemas.columns_of(model)}
    stored = {column.name: column for column in table.columns if column.name in declared}
    more = set(table.columns.keys()) - set(declared)
    assert more == OF_THE_STORE | (COPIED if name == "charges" else set())
    assert list(stored) == list(declared)
    for column in declared.values():
        assert type(stored[column.name].type) is KINDS[column.kind], column.name
        assert stored[column.name].nullable == (not column.required), column.name
    keys = [column.name for column in table.primary_key.columns]
    assert keys == [*schemas.keys_of(model), "replaced_by"]


def test_the_ledger_is_its_models() -> None:
    assert bill_lines.columns.keys() == [*dtypes_of(BillLines), "run_number"]
    assert [column.name for column in bill_lines.primary_key.columns] == ["bill_line_id"]


def test_findings_are_stored_as_they_are_found() -> None:
    assert findings.columns.keys() == ["import_number", "position", *COLUMNS]


@pytest.mark.parametrize("model", [BillLines, Withheld, MilestoneStates])
def test_every_output_column_has_a_type_of_the_store(model: type) -> None:
    assert set(dtypes_of(model).values()) <= {"str", "int64", "Int64", "datetime64[s]"}


def lists_of_names(path: Path) -> list[list[str]]:
    """Every list, tuple or set of text constants in a file."""
    return [
        [one.value for one in node.elts if isinstance(one, ast.Constant)]  # type: ignore[misc]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.List | ast.Tuple | ast.Set)
    ]


@pytest.mark.parametrize("name", schemas.TABLES)
def test_no_module_repeats_a_tables_columns(name: str) -> None:
    """A list that holds all columns of a table repeats it. Billing says which ones it reads."""
    declared = {column.name for column in schemas.columns_of(schemas.TABLES[name])}
    repeated = [
        f"{path.relative_to(ROOT)}: {names}"
        for path in sorted((ROOT / "pipeline").rglob("*.py"))
        if path != ROOT / "pipeline/bill/charges.py"
        for names in lists_of_names(path)
        if declared <= set(names)
    ]
    assert not repeated


@pytest.mark.parametrize("model", [BillLines, Withheld, MilestoneStates])
def test_no_module_repeats_an_outputs_columns(model: type) -> None:
    declared = set(dtypes_of(model))
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        for names in lists_of_names(path):
            assert not declared <= set(names), path
