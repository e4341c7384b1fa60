"""Running the models and the rules: pandera finds the masks, this module gives them an address."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pandera.pandas as pa

import schemas
from pipeline.findings import ERROR
from pipeline.validate.faults import as_written, faults_at, join_faults
from schemas.inputs import InputTable
from schemas.rules import RULES, Rule, schema_of

CELL_CODES = {
    "not_nullable": "VAL-01",
    "is_identifier": "VAL-02",
    "is_code": "VAL-03",
    "is_printable": "VAL-08",
    "in_range": "VAL-09",
    "is_line_id": "VAL-10",
}
"""The finding that a failed check of a model gives; VAL-04 to VAL-07 come from parsing."""

SHARES = ("percent", "amount")
"""By what a milestone says its share."""


def check_cells(model: type[InputTable], rows: pd.DataFrame, faulty: pd.DataFrame) -> pd.DataFrame:
    """Faults of single cells: required, form, list, length, range. `faulty` cells have theirs."""
    try:
        model.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as found:
        errors = found.schema_errors
    else:
        return join_faults([])
    return join_faults([_cell_faults(model, rows, faulty, error) for error in errors])


def _cell_faults(
    model: type[InputTable], rows: pd.DataFrame, faulty: pd.DataFrame, error: pa.errors.SchemaError
) -> pd.DataFrame:
    column = next(one for one in schemas.columns_of(model) if one.name == error.schema.name)
    check = "not_nullable" if error.check == "not_nullable" else error.check.name
    code = CELL_CODES[check]
    if code == "VAL-01":
        mask = rows[column.name].isna() & ~faulty[column.name]
    else:
        mask = ~error.check_output.reindex(rows.index).fillna(True).astype(bool)
    failed = rows[mask].assign(exponent=2)
    return faults_at(
        failed, table=schemas.table_of(model), code=code, column=column.heading,
        value=as_written(failed, column.name), message=_cell_message(code, column),
        unit=schemas.unit_of(model),
    )  # fmt: skip


def _cell_message(code: str, column: schemas.Column) -> str:
    heading = column.heading
    if code == "VAL-01":
        return f"{heading} is required: fill it in"
    if code == "VAL-02":
        return (
            f"'{{value}}' is not an identifier: {heading} takes letters, digits, inner spaces and "
            f"._/-, begins with a letter or digit, and has at most {column.longest} characters"
        )
    if code == "VAL-03":
        return f"{heading} can't be '{{value}}': write one of {', '.join(column.allowed)}"
    if code == "VAL-10":
        return (
            f"'{{value}}' is not a bill line: {heading} takes the id that bill_lines.csv shows, such "
            "as S-1:10:M2, without a revision (#1)"
        )
    if code == "VAL-08":
        return (
            f"{heading} takes at most {column.longest} printable characters: shorten it, and "
            "remove line breaks and invisible characters"
        )
    return f"'{{value}}' is out of range for {heading}: {_range_of(column)}"


def _range_of(column: schemas.Column) -> str:
    bounds = column.bounds
    unit = 1_000_000 if column.name.endswith("_millionths") else 1
    return (
        f"write a number from {bounds[0] // unit} to {bounds[1] // unit}"
        if bounds
        else "correct it"
    )


def check_rules(view: str, rows: pd.DataFrame, table: str, unit: list[str]) -> pd.DataFrame:
    """Faults of every rule over a view. Warnings are for uploaded rows only: a stored row has had
    its own."""
    if rows.empty:
        return join_faults([])
    plain = rows.reset_index(drop=True)
    try:
        schema_of(view).validate(plain, lazy=True)
    except pa.errors.SchemaErrors as found:
        errors = found.schema_errors
    else:
        return join_faults([])
    faults = []
    for error in errors:
        if not isinstance(error.check_output, pd.Series):
            raise error  # the rule itself failed: our fault, not the input's
        one = RULES[int(error.check.name)]
        faults.append(_rule_faults(one, plain, ~error.check_output.to_numpy(bool), table, unit))
    return join_faults(faults)


def _rule_faults(
    one: Rule, rows: pd.DataFrame, hit: np.ndarray, table: str, unit: list[str]
) -> pd.DataFrame:
    if one.severity != ERROR and "uploaded" in rows:
        hit = hit & rows["uploaded"].to_numpy(bool)
    failed = rows[hit]
    return join_faults(
        faults_at(
            part, table=place, code=one.code, severity=one.severity, column=heading,
            value=_value_at(part, place, heading), message=one.message, unit=unit,
        )
        for part, place, heading in _places(one, failed, table)
    )  # fmt: skip


def _places(one: Rule, failed: pd.DataFrame, table: str) -> Iterator[tuple[pd.DataFrame, str, str]]:
    """The rows with the table and the heading at which they are told.

    A plan stands at one of its milestones, at the share that this one has; or, where no milestone of
    it was uploaded, at its charge, which has no share: there it is the amount, or the flag.
    """
    if "at_charge" not in failed:
        yield failed, table, one.column
        return
    at_charge = failed["at_charge"].to_numpy(bool)
    yield failed[at_charge], "charges", "amount" if one.column in SHARES else one.column
    of_milestones = failed[~at_charge]
    percent, amount = of_milestones["percent_millionths"], of_milestones["amount_minor"]
    by_amount = (percent.isna() & amount.notna()).to_numpy(bool)
    by_percent = (percent.notna() & amount.isna()).to_numpy(bool)
    yield of_milestones[by_amount], table, "amount"
    yield of_milestones[by_percent], table, "percent"
    yield of_milestones[~by_amount & ~by_percent], table, one.column


def _value_at(rows: pd.DataFrame, table: str, heading: str) -> pd.Series | None:
    """What the cells of that heading hold; none where the view has no such column."""
    named = [c.name for c in schemas.columns_of(schemas.TABLES[table]) if c.heading == heading]
    column = named[0] if named else heading
    return as_written(rows, column) if column in rows else None
