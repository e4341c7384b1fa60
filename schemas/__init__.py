"""The tables' models and what can be asked of them: columns, headings, keys, kinds."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from schemas import cells
from schemas.answers import Confirmations
from schemas.inputs import INPUT_TABLES, InputTable

MEMORY_TYPES = {
    cells.IDENTIFIER: "str", cells.TEXT: "str", cells.CODE: "str", cells.FLAG: "str",
    cells.MONEY: "Int64", cells.PERCENT: "Int64", cells.WHOLE: "Int64", cells.DATE: "datetime64[s]",
}  # fmt: skip

EXAMPLES = {
    cells.MONEY: "1234.56", cells.PERCENT: "30", cells.WHOLE: "1", cells.DATE: "2026-03-31",
}  # fmt: skip
"""What a cell can look like where the model gives no example of its own."""


@dataclass(frozen=True)
class Column:
    """One column of an input table, as its model declares it.

    `example` is a cell as a person types it, "" where none is given; `chosen_from` names the list of
    values that the store knows (`schemas.template`), None where there is none.
    """

    name: str
    heading: str
    kind: str
    key: bool
    required: bool
    about: str
    allowed: tuple[str, ...]
    longest: int | None
    bounds: tuple[int, int] | None
    default: str | None
    derived: bool
    also: tuple[str, ...]
    example: str
    chosen_from: str | None

    @property
    def memory_type(self) -> str:
        """The dtype of the column in a typed frame."""
        return MEMORY_TYPES[self.kind]


@cache
def columns_of(model: type[InputTable]) -> tuple[Column, ...]:
    """The columns of a table in the order of its model.

    >>> [column.heading for column in columns_of(TABLES["customers"])]
    ['customer_number', 'customer_name', 'bill_to_account', 'bill_to_site']
    """

    def column(name: str, field: Any) -> Column:
        about: dict[str, Any] = field.metadata
        return Column(
            name=name,
            heading=about["heading"] or name,
            kind=about["kind"],
            key=about["key"],
            required=about["required"],
            about=field.description,
            allowed=tuple(about["allowed"]),
            longest=about["longest"],
            bounds=about["bounds"],
            default=about["default"],
            derived=about["derived"],
            also=tuple(about["also"]),
            example=_example(about),
            chosen_from=about["chosen_from"],
        )

    return tuple(column(name, field) for name, field in model.to_schema().columns.items())


def _example(about: dict[str, Any]) -> str:
    allowed = tuple(about["allowed"])
    return about["example"] or (allowed[0] if allowed else EXAMPLES.get(about["kind"], ""))


@cache
def uploaded_columns(model: type[InputTable]) -> tuple[Column, ...]:
    """The columns that a sheet has; the others are derived from them.

    >>> [column.name for column in uploaded_columns(TABLES["adjustments"])]
    ['bill_line_id', 'adjusted_amount_minor', 'reason']
    """
    return tuple(column for column in columns_of(model) if not column.derived)


@cache
def keys_of(model: type[InputTable]) -> list[str]:
    """The columns that tell one row of the table from another."""
    return [column.name for column in columns_of(model) if column.key]


def table_of(model: type[InputTable]) -> str:
    """The name of the model's table."""
    return str(model.Config.name)


def unit_of(model: type[InputTable]) -> list[str]:
    """The columns whose rows are accepted or refused together."""
    return str(model.Config.metadata["unit"]).split()  # type: ignore[index]


@cache
def naming_columns(model: type[InputTable]) -> list[str]:
    """The columns of which a sheet of the table has at least one: its key, unless the model says."""
    named = (model.Config.metadata or {}).get("named_by", "")
    return str(named).split() or keys_of(model)


TABLES: dict[str, type[InputTable]] = {table_of(model): model for model in INPUT_TABLES}
"""Every input table by its name, each after those it refers to."""

MODELS = TABLES | {table_of(Confirmations): Confirmations}
"""These, and what Receivables answers: it comes in by a command of its own, never in an inbox."""


def typed(frame: pd.DataFrame, model: type[InputTable]) -> pd.DataFrame:
    """The frame with every column of the table in its memory type, absent ones blank."""
    return frame.reindex(columns=[column.name for column in columns_of(model)]).astype(
        {column.name: column.memory_type for column in columns_of(model)}
    )


def empty(model: type[InputTable]) -> pd.DataFrame:
    """A typed frame of the table with no row."""
    return typed(pd.DataFrame(), model)
