"""The contracts as accepted: reading them as they stand or stood, accepting another version."""

import json
from collections.abc import Mapping, Sequence

import pandas as pd
from sqlalchemy import Connection, Table, and_, func, or_, select

import schemas
from pipeline.store.rows import insert_frame, key_rows, read_frame, update_rows
from pipeline.store.schema import CONTRACT_TABLES, bill_lines, imports, revenue_events, sources
from pipeline.store.wanted import are_wanted, of_wanted

CURRENT = 0
"""What `replaced_by` holds while a row is the current version."""


def read_contracts(
    connection: Connection,
    *,
    at_import: int | None = None,
    wanted: bool | None = None,
    only: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, pd.DataFrame]:
    """Every table's rows as they stand, or as they stood at an import.

    `wanted` True keeps only the subscriptions named by `wanted.want_subscriptions`, False all others;
    reference tables are read whole. Each frame has the model's columns, then source and row;
    `only` names the tables and columns that are needed.
    """
    return {
        name: _read_contract_table(connection, table, at_import, wanted, only[name] if only else ())
        for name, table in CONTRACT_TABLES.items()
        if only is None or name in only
    }


def _read_contract_table(
    connection: Connection,
    table: Table,
    at_import: int | None,
    wanted: bool | None,
    only: Sequence[str],
) -> pd.DataFrame:
    columns = table.c
    as_it_stood = (
        columns.replaced_by == CURRENT
        if at_import is None
        else and_(
            columns.import_number <= at_import,
            or_(columns.replaced_by == CURRENT, columns.replaced_by > at_import),
        )
    )
    conditions = [as_it_stood]
    if wanted is not None and "subscription_number" in columns:
        among = are_wanted(columns.subscription_number)
        conditions.append(among if wanted else ~among)
    ours = ("import_number", "replaced_by")
    kept = [columns[name] for name in only] or [one for one in columns if one.name not in ours]
    return read_frame(connection, select(*kept).where(*conditions))


def read_sources(connection: Connection) -> pd.DataFrame:
    """Where stored rows came from: source, file, sheet."""
    return read_frame(connection, select(sources.c.source, sources.c.file, sources.c.sheet))


def business_units(connection: Connection) -> pd.Series:
    """The business units of all contracts, each once."""
    columns = CONTRACT_TABLES["subscriptions"].c
    named = select(columns.business_unit).where(columns.replaced_by == CURRENT).distinct()
    return read_frame(connection, named)["business_unit"]


def products_with_milestones(connection: Connection) -> pd.Series:
    """Codes of the products on which a stored charge has a template or milestones."""
    lines, charges = CONTRACT_TABLES["subscription_lines"], CONTRACT_TABLES["charges"]
    milestones = CONTRACT_TABLES["milestones"]
    planned = (
        select(milestones.c.charge_number)
        .where(
            milestones.c.subscription_number == charges.c.subscription_number,
            milestones.c.charge_number == charges.c.charge_number,
            milestones.c.replaced_by == CURRENT,
        )
        .exists()
    )
    selection = (
        select(lines.c.product_code)
        .join(
            charges,
            and_(
                charges.c.subscription_number == lines.c.subscription_number,
                charges.c.line_number == lines.c.line_number,
            ),
        )
        .where(
            lines.c.replaced_by == CURRENT,
            charges.c.replaced_by == CURRENT,
            or_(
                charges.c.template_code.is_not(None),
                charges.c.milestone_billing == "Y",
                charges.c.milestone_revenue == "Y",
                planned,
            ),
        )
        .distinct()
    )
    return read_frame(connection, selection)["product_code"]


def posted_amounts(connection: Connection) -> pd.DataFrame:
    """What was posted of the named subscriptions (`wanted.want_subscriptions`), net of corrections,
    adjustments left aside: subscription_number, charge_number, what, amount_minor."""
    columns = bill_lines.c
    selection = select(
        columns.subscription_number,
        columns.charge_number,
        columns.what,
        func.sum(columns.amount_minor - columns.adjustment_minor)
        .cast(columns.amount_minor.type)
        .label("amount_minor"),
    ).group_by(columns.subscription_number, columns.charge_number, columns.what)
    theirs = of_wanted(connection, bill_lines, selection)
    return read_frame(connection, theirs).astype({"amount_minor": "int64"})


def read_plan_changes(
    connection: Connection, number: int | None, *, wanted: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The milestones that an import replaced, as they were, and the keys of those that it added to
    plans that were there before; `wanted` says that all of them are of named subscriptions, and
    no other need be looked at."""
    table = CONTRACT_TABLES["milestones"]
    columns = table.c
    kept = ["subscription_number", "charge_number", "event_type", "sequence", "milestone_name",
            "percent_millionths", "amount_minor", "expected_completion_date",
            "completion_date"]  # fmt: skip
    theirs = [are_wanted(columns.subscription_number)] if wanted else []
    replaced = read_frame(
        connection,
        select(*(columns[name] for name in kept)).where(columns.replaced_by == number, *theirs),
    )
    earlier_one = select(columns.sequence).where(columns.import_number < number, *theirs).limit(1)
    if connection.scalar(earlier_one) is None:  # a first upload need not be looked through
        return replaced, replaced.head(0)
    same_plan = table.alias("earlier")
    earlier = (
        select(same_plan.c.sequence)
        .where(
            *(same_plan.c[name] == columns[name] for name in kept[:3]),
            same_plan.c.import_number < columns.import_number,
        )
        .exists()
    )
    same_key = table.alias("former")
    former = (
        select(same_key.c.sequence)
        .where(*(same_key.c[name] == columns[name] for name in kept[:4]),
               same_key.c.replaced_by == columns.import_number)
        .exists()
    )  # fmt: skip
    added = read_frame(
        connection,
        select(*(columns[name] for name in kept[:4])).where(
            columns.import_number == number, earlier, ~former, *theirs
        ),
    )
    return replaced, added


def recognised_subscriptions(connection: Connection) -> pd.Series:
    """The named subscriptions (`wanted.want_subscriptions`) of which revenue has been recognised."""
    numbers = select(revenue_events.c.subscription_number).distinct()
    return read_frame(connection, of_wanted(connection, revenue_events, numbers))[
        "subscription_number"
    ]


def next_import_number(connection: Connection) -> int:
    """The number that the next import takes."""
    return (
        int(connection.scalar(select(func.coalesce(func.max(imports.c.import_number), 0))) or 0) + 1
    )


def accept_rows(
    connection: Connection, accepted: dict[str, pd.DataFrame], number: int, first_source: int
) -> None:
    """Insert the accepted rows as current versions, closing those that they replace.

    Each frame has the table's columns, source (negative: of this upload), row, and replaces (bool).
    """
    for name, frame in accepted.items():
        table, keys = CONTRACT_TABLES[name], schemas.keys_of(schemas.TABLES[name])
        replaced = frame[frame["replaces"]]
        where = " AND ".join(f'"{key}" = ?' for key in keys)
        if len(replaced):
            update_rows(
                connection,
                f'UPDATE "{name}" SET replaced_by = {number} WHERE {where} AND replaced_by = {CURRENT}',
                key_rows(replaced, keys),
            )
        fresh = frame.drop(columns="replaces").sort_values(keys)
        stored_source = fresh["source"].where(
            fresh["source"] > 0, first_source - 1 - fresh["source"]
        )
        insert_frame(
            connection,
            table,
            fresh.assign(source=stored_source, import_number=number, replaced_by=CURRENT),
        )


def record_import(
    connection: Connection, *, number: int, command: str, accepted_at: str, files: pd.DataFrame
) -> None:
    """Note an import: which files, how many rows of each were read, accepted and refused."""
    connection.execute(
        imports.insert().values(
            import_number=number,
            command=command,
            accepted_at=accepted_at,
            files=json.dumps(files.to_dict("records"), ensure_ascii=False),
        )
    )


def read_import_files(connection: Connection, number: int | None) -> pd.DataFrame:
    """The files of an import, as `record_import` noted them; none where there was no import."""
    noted = connection.scalar(select(imports.c.files).where(imports.c.import_number == number))
    return _files(json.loads(noted or "[]"))


def no_files() -> pd.DataFrame:
    """An import's files, where there are none."""
    return _files([])


def _files(noted: list[dict]) -> pd.DataFrame:
    dtypes = {"file": "str", "sha256": "str", "rows_read": "int64",
              "rows_accepted": "int64", "rows_refused": "int64"}  # fmt: skip
    return pd.DataFrame(noted, columns=list(dtypes)).astype(dtypes)


def last_import_number(connection: Connection) -> int:
    """The number of the last import, 0 where there was none."""
    return next_import_number(connection) - 1


def next_source(connection: Connection) -> int:
    """The number that the next source takes."""
    return int(connection.scalar(select(func.coalesce(func.max(sources.c.source), 0))) or 0) + 1
