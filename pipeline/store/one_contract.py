"""One contract and everything that is kept of it, read by key: in a store of a million lines too."""

import json
import re
from collections.abc import Iterable, Sequence

import pandas as pd
from sqlalchemy import Column, ColumnElement, Connection, Select, Table, func, select

from pipeline.store.contracts import CURRENT
from pipeline.store.rows import read_frame
from pipeline.store.schema import (
    CONTRACT_TABLES,
    answers,
    audit_trail,
    bill_lines,
    imports,
    refused_rows,
    resent_lines,
    revenue_events,
    revenue_lines,
    sources,
)  # fmt: skip
from schemas.outputs import BillLines, OutputTable, RevenueEvents, RevenueLines, dtypes_of

OF_CONTRACTS = tuple(
    name for name, one in CONTRACT_TABLES.items() if "subscription_number" in one.c
)
NAMED_BY = {
    "customers": ("customer_number", "subscriptions"),
    "products": ("product_code", "subscription_lines"),
    "templates": ("template_code", "charges"),
    "template_milestones": ("template_code", "charges"),
}
"""By reference table: the key that contracts name, and the table that names it."""

VERSION = ("source", "row", "import_number", "replaced_by")
MOST_NEIGHBOURS = 200
NUMBERED = re.compile("(new)?subscriptionnumber")
MOST_CANDIDATES = 200
MOST_REFUSALS = 20


def read_versions(connection: Connection, number: str) -> dict[str, pd.DataFrame]:
    """Every version of every row of a subscription, and of the reference rows that it ever named.

    Each frame has the table's columns, then source, row, import_number and replaced_by (int64), its
    versions by key in the order of their imports.
    """
    own = {name: _versions(connection, name, [number]) for name in OF_CONTRACTS}
    named = {
        name: _versions(connection, name, own[by][key].dropna().unique().tolist(), key)
        for name, (key, by) in NAMED_BY.items()
    }
    return {**named, **own}


def _versions(
    connection: Connection, name: str, values: Sequence[str], key: str = "subscription_number"
) -> pd.DataFrame:
    table = CONTRACT_TABLES[name]
    chosen = [_below(connection, table.c[key], table.primary_key.columns, values)]
    versions = read_frame(connection, select(table).where(*chosen))
    keys = [one.name for one in table.primary_key.columns if one.name != "replaced_by"]
    ordered = versions.astype(dict.fromkeys(VERSION, "int64"))
    return ordered.sort_values([*keys, "import_number"], ignore_index=True)


def _below(
    connection: Connection, column: Column, keys: Iterable[Column], values: Sequence[str]
) -> ColumnElement:
    """The rows of these values; where the key is an id that begins with one, by the key's range."""
    first = next(iter(keys))
    if first.name.endswith("_id") and connection.dialect.name == "sqlite" and len(values) == 1:
        # ":" parts an id, and ";" is the sign after it: texts are ordered by their octets here
        return (first >= f"{values[0]}:") & (first < f"{values[0]};") & column.in_(values)
    return column.in_(values)


def read_made_by(connection: Connection, places: pd.DataFrame) -> pd.DataFrame:
    """The actions that stand at these places (source, row): they made rows of a contract."""
    table = CONTRACT_TABLES["actions"]
    found = read_frame(
        connection, select(table).where(table.c.source.in_(places["source"].unique().tolist()))
    ).astype(dict.fromkeys(VERSION, "int64"))
    return found.merge(places.drop_duplicates(), on=["source", "row"], how="inner")


def read_origins(connection: Connection, numbers: Sequence[int]) -> pd.DataFrame:
    """What these sources are: source, import_number (int64), table_name, file, sheet, headings
    (JSON), uploaded_at."""
    selection = (
        select(
            sources.c.source, sources.c.import_number, sources.c.table_name, sources.c.file,
            sources.c.sheet, sources.c.headings, imports.c.accepted_at.label("uploaded_at"),
        )
        .join(imports, imports.c.import_number == sources.c.import_number)
        .where(sources.c.source.in_(list(numbers)))
    )  # fmt: skip
    return read_frame(connection, selection).astype({"source": "int64", "import_number": "int64"})


def read_uploads(connection: Connection, numbers: Sequence[int]) -> pd.DataFrame:
    """These imports: import_number (int64), command, accepted_at, user_name and host (missing of
    those before there was an audit trail); the oldest first."""
    trail = audit_trail.c
    selection = (
        select(
            imports.c.import_number, imports.c.command, imports.c.accepted_at, trail.user_name,
            trail.host,
        )
        .outerjoin(audit_trail, trail.import_number == imports.c.import_number)
        .where(imports.c.import_number.in_(list(numbers)))
    )  # fmt: skip
    return (
        read_frame(connection, selection.order_by(imports.c.import_number))
        .astype({"import_number": "int64"})
    )  # fmt: skip


def read_posters(connection: Connection) -> dict[int, str]:
    """Who posted each run, by its number, as `ann on desk-3`; nobody of those before there was an
    audit trail."""
    trail = audit_trail.c
    rows = connection.execute(
        select(trail.run_number, trail.user_name, trail.host).where(trail.run_number.is_not(None))
    )
    return {row.run_number: f"{row.user_name} on {row.host}" for row in rows}


def read_own_lines(connection: Connection, number: str) -> pd.DataFrame:
    """A subscription's bill lines (schemas.outputs.BillLines) and run_number, in posted order."""
    return _own_rows(connection, bill_lines, BillLines, number, ["run_number", "bill_line_id"])


def read_own_revenue_lines(connection: Connection, number: str) -> pd.DataFrame:
    """A subscription's revenue lines (schemas.outputs.RevenueLines) and run_number."""
    return _own_rows(
        connection, revenue_lines, RevenueLines, number, ["revenue_line_id", "revision"]
    )


def read_own_events(connection: Connection, number: str) -> pd.DataFrame:
    """A subscription's satisfaction events (schemas.outputs.RevenueEvents) and run_number."""
    return _own_rows(connection, revenue_events, RevenueEvents, number, ["run_number", "event_id"])


def _own_rows(
    connection: Connection, table: Table, model: type[OutputTable], number: str, order: list[str]
) -> pd.DataFrame:
    chosen = _below(connection, table.c.subscription_number, table.primary_key.columns, [number])
    dtypes = dtypes_of(model) | {"run_number": "int64"}
    blanks = {name: "" for name, dtype in dtypes.items() if dtype == "str"}
    rows = read_frame(connection, select(*(table.c[name] for name in dtypes)).where(chosen))
    return rows.fillna(blanks).astype(dtypes).sort_values(order, ignore_index=True)


def read_own_answers(connection: Connection, number: str) -> pd.DataFrame:
    """What Receivables answered to a subscription's lines, the oldest first: the columns of the
    table, answer_number and after_run int64."""
    told = answers.c
    selection = select(answers).where(told.bill_line_id.in_(_own_ids(connection, number)))
    return read_frame(connection, selection.order_by(told.answer_number)).astype(
        {"answer_number": "int64", "after_run": "int64", "row": "int64"}
    )


def read_own_resent(connection: Connection, number: str) -> pd.DataFrame:
    """Which runs sent a subscription's lines again: run_number (int64), bill_line_id."""
    columns = resent_lines.c
    selection = select(columns.run_number, columns.bill_line_id).where(
        columns.bill_line_id.in_(_own_ids(connection, number))
    )
    ordered = selection.order_by(columns.run_number, columns.bill_line_id)
    return read_frame(connection, ordered).astype({"run_number": "int64"})


def _own_ids(connection: Connection, number: str) -> Select:
    lines = bill_lines.c
    own = _below(connection, lines.subscription_number, bill_lines.primary_key.columns, [number])
    return select(lines.bill_line_id).where(own)


def read_refusals(connection: Connection, number: str) -> pd.DataFrame:
    """The last rows of this contract that were refused, those at fault first: import_number (int64),
    file, sheet, row (int64), errors. Looked for in all refused rows: there is no key."""
    columns = refused_rows.c
    said = json.dumps(number, ensure_ascii=False)
    selection = (
        select(
            columns.import_number, sources.c.file, sources.c.sheet, columns.row, columns.errors,
            columns.cells, sources.c.headings,
        )
        .join(sources, sources.c.source == columns.source)
        .where(columns.cells.contains(said, autoescape=True))
        .where(sources.c.table_name.in_(OF_CONTRACTS))
        .order_by(columns.import_number.desc(), columns.faulty == "", columns.position)
        .limit(MOST_CANDIDATES)
    )  # fmt: skip
    rows = read_frame(connection, selection).astype({"import_number": "int64", "row": "int64"})
    both = zip(rows.pop("headings"), rows.pop("cells"), strict=True)
    of_it = [number in _numbers_in(headings, cells) for headings, cells in both]
    return rows[of_it].head(MOST_REFUSALS).reset_index(drop=True)


def _numbers_in(headings: str, cells: str) -> set[str]:
    """The contracts that a refused row names, given its headings and cells as they are kept.

    >>> sorted(_numbers_in('["Subscription number", "product code"]', '["S-1", "NOPE"]'))
    ['S-1']
    """
    pairs = zip(json.loads(headings), json.loads(cells), strict=False)
    return {
        cell.strip()
        for heading, cell in pairs
        if cell and NUMBERED.fullmatch(re.sub(r"[\s_*]", "", heading).casefold())
    }


def similar_subscriptions(connection: Connection, number: str) -> list[str]:
    """Numbers of contracts that begin or end as this one does, whatever their case."""
    column = CONTRACT_TABLES["subscriptions"].c.subscription_number
    current = CONTRACT_TABLES["subscriptions"].c.replaced_by == CURRENT
    half = max(1, len(number) // 2)
    found: set[str] = set()
    for near in (
        func.lower(column) == number.lower(),
        column.istartswith(number[:-1] or number, autoescape=True),
        column.istartswith(number[:half], autoescape=True),
        column.iendswith(number[-half:], autoescape=True),
    ):
        chosen = select(column).where(current, near).order_by(column).limit(MOST_NEIGHBOURS)
        found |= set(connection.scalars(chosen))
    return sorted(found)
