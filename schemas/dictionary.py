"""The README's tables of columns and rules, written from the models and the rules themselves.

`make docs` puts them between the markers of the README; a test fails when they drift.
"""

import re
import sys
from pathlib import Path

import schemas
from schemas import cells
from schemas.inputs import InputTable
from schemas.rules import RULES

KINDS = {
    cells.IDENTIFIER: "identifier", cells.TEXT: "text", cells.CODE: "code", cells.FLAG: "Y or N",
    cells.MONEY: "amount", cells.PERCENT: "percent", cells.WHOLE: "whole number", cells.DATE: "date",
}  # fmt: skip


def columns_table(model: type[InputTable]) -> str:
    """A table's columns as Markdown; the key is marked **bold**, what is required with `*`."""
    rows = [
        f"| {_named(column)} | {kind_words(column)} | {column.about}{_default(column)} |"
        for column in schemas.uploaded_columns(model)
    ]
    about = (model.__doc__ or "").strip().splitlines()[0]
    head = (
        f"**`{schemas.table_of(model)}`**: {about}\n\n| column | holds | about |\n|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def rules_table() -> str:
    """Every rule as Markdown, by code; rules that say the same of several columns share a row."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for one in RULES:
        said = (one.code, table_of_view(one.view), one.severity, one.about)
        columns.setdefault(said, []).append(one.column)
    rows = sorted(
        f"| {code} | {table} | {', '.join(named)} | {severity} | {about} |"
        for (code, table, severity, about), named in columns.items()
    )
    head = "| code | table | column | severity | the fault |\n|---|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def table_of_view(view: str) -> str:
    """The table that a view is about.

    >>> table_of_view("plans")
    'milestones'
    """
    return {"plans": "milestones", "template_plans": "template_milestones"}.get(view, view)


def with_tables(text: str) -> str:
    """The text with what stands between its markers written anew."""
    columns = "\n".join(columns_table(model) for model in schemas.TABLES.values())
    for name, table in (("columns", columns), ("rules", rules_table())):
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)"
        text = re.sub(pattern, rf"\g<1>{_literal(table)}\g<2>", text, flags=re.S)
    return text


def _literal(text: str) -> str:
    """The text for a replacement that takes it as it is."""
    return text.replace("\\", r"\\")


def _named(column: schemas.Column) -> str:
    marked = f"**{column.heading}**" if column.key else column.heading
    return marked + ("*" if column.required else "")


def kind_words(column: schemas.Column) -> str:
    if column.allowed and column.kind == cells.CODE:
        return ", ".join(column.allowed)
    if column.longest and column.kind == cells.TEXT:
        return f"text, at most {column.longest}"
    if column.bounds:
        unit = 1_000_000 if column.kind == cells.PERCENT else 1
        return f"{KINDS[column.kind]}, {column.bounds[0] // unit} to {column.bounds[1] // unit}"
    return KINDS[column.kind]


def _default(column: schemas.Column) -> str:
    return f" Default: {column.default}." if column.default else ""


if __name__ == "__main__":
    readme = Path(sys.argv[1])
    readme.write_text(with_tables(readme.read_text("utf-8")), "utf-8")
