"""The store's tables. Those of the contracts and of the ledger are derived from the models.

A contract row is never changed: an import that brings another version closes the old one
(`replaced_by` takes the import's number, 0 while it is current) and inserts the new. So the
contracts can be read as they stood at any import, and every row knows where it came from.
"""

from collections.abc import Sequence

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)  # fmt: skip
from sqlalchemy.types import TypeEngine

import schemas
from schemas import cells
from schemas.outputs import BillLines, OutputTable, RevenueEvents, RevenueLines, dtypes_of

metadata = MetaData()

STORED_TYPES: dict[str, type[TypeEngine]] = {
    cells.IDENTIFIER: Text, cells.TEXT: Text, cells.CODE: Text, cells.FLAG: Text,
    cells.MONEY: BigInteger, cells.PERCENT: BigInteger, cells.WHOLE: Integer, cells.DATE: Date,
}  # fmt: skip

COPIED_FLAGS = ("template_billing", "template_revenue")
"""The template's own flags, as they were when a charge took its copy (TPL-05, TPL-08)."""


def _contract_table(name: str) -> Table:
    model = schemas.TABLES[name]
    keys = schemas.keys_of(model)
    declared = [
        Column(
            column.name,
            STORED_TYPES[column.kind],
            primary_key=column.name in keys,
            nullable=not column.required,
            autoincrement=False,
        )
        for column in schemas.columns_of(model)
    ]
    copied = [Column(flag, Text) for flag in COPIED_FLAGS if name == "charges"]
    return Table(
        name,
        metadata,
        *declared,
        *copied,
        Column("source", Integer, nullable=False),
        Column("row", Integer, nullable=False),
        Column("import_number", Integer, nullable=False),
        Column("replaced_by", Integer, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )


imports = Table(
    "imports",
    metadata,
    Column("import_number", Integer, primary_key=True, autoincrement=False),
    Column("command", Text, nullable=False),
    Column("accepted_at", Text, nullable=False),
    Column("files", Text, nullable=False),  # JSON: file, sha256, rows read, accepted, refused
)

sources = Table(
    "sources",
    metadata,
    Column("source", Integer, primary_key=True, autoincrement=False),
    Column("import_number", Integer, ForeignKey("imports.import_number"), nullable=False),
    Column("table_name", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("headings", Text, nullable=False),  # JSON
)

findings = Table(
    "findings",
    metadata,
    Column("import_number", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("code", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row", BigInteger, nullable=False),
    Column("column", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("message", Text, nullable=False),
)

refused_rows = Table(
    "refused_rows",
    metadata,
    Column("import_number", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("source", Integer, ForeignKey("sources.source"), nullable=False),
    Column("row", Integer, nullable=False),
    Column("cells", Text, nullable=False),  # JSON
    Column("errors", Text, nullable=False),
    Column("faulty", Text, nullable=False),
)

CONTRACT_TABLES = {name: _contract_table(name) for name in schemas.TABLES}

runs = Table(
    "runs",
    metadata,
    Column("run_number", Integer, primary_key=True, autoincrement=False),
    Column("run_id", Text, nullable=False, unique=True),
    Column("as_of", Date, nullable=False),
    Column("command", Text, nullable=False),
    Column("import_number", Integer, nullable=False),  # the contracts as they stood
    Column("own_import", Integer),  # the run's own upload, if it had one
    Column("inputs_digest", Text, nullable=False),
    Column("settings", Text, nullable=False),  # JSON
    Column("program_version", Text, nullable=False),
    Column("posted_at", Text, nullable=False),
    Column("sent_after_run", Integer),  # null until the files are out; then the last run by then
)

_LEDGER_TYPES: dict[str, type[TypeEngine]] = {
    "str": Text, "int64": BigInteger, "Int64": BigInteger, "datetime64[s]": Date,
}  # fmt: skip


def _ledger_columns(model: type[OutputTable], keys: Sequence[str], refers: dict[str, str]) -> list:
    """A ledger table's columns, by its model: days may be missing, and what may be blank refers."""
    declared = model.to_schema().columns

    def column(name: str, dtype: str) -> Column:
        if name in refers:
            return Column(name, Text, ForeignKey(refers[name]))
        return Column(
            name, _LEDGER_TYPES[dtype], primary_key=name in keys, autoincrement=False,
            nullable=name not in keys and (declared[name].nullable or dtype == "datetime64[s]"),
        )  # fmt: skip

    return [column(name, dtype) for name, dtype in dtypes_of(model).items()]


bill_lines = Table(
    "bill_lines",
    metadata,
    *_ledger_columns(
        BillLines, ["bill_line_id"], {"corrects_bill_line_id": "bill_lines.bill_line_id"}
    ),
    Column("run_number", Integer, ForeignKey("runs.run_number"), nullable=False),
    CheckConstraint(
        "bill_line_id = subscription_number || ':' || charge_number || ':' || what"
        " || CASE WHEN revision = 0 THEN '' ELSE '#' || revision END",
        name="bill_line_id_is_its_key",
    ),
    sqlite_with_rowid=False,
)
Index("bill_lines_by_run", bill_lines.c.run_number)

revenue_lines = Table(
    "revenue_lines",
    metadata,
    *_ledger_columns(RevenueLines, ["revenue_line_id", "revision"], {}),
    Column("run_number", Integer, ForeignKey("runs.run_number"), nullable=False),
    CheckConstraint(
        "revenue_line_id = subscription_number || ':' || charge_number",
        name="revenue_line_id_is_its_key",
    ),
    sqlite_with_rowid=False,
)
Index("revenue_lines_by_run", revenue_lines.c.run_number)

revenue_events = Table(
    "revenue_events",
    metadata,
    *_ledger_columns(RevenueEvents, ["event_id"], {}),
    Column("run_number", Integer, ForeignKey("runs.run_number"), nullable=False),
    ForeignKeyConstraint(
        ["revenue_line_id", "line_revision"],
        ["revenue_lines.revenue_line_id", "revenue_lines.revision"],
    ),
    CheckConstraint(
        "event_id = revenue_line_id || ':' || what"
        " || CASE WHEN revision = 0 THEN '' ELSE '#' || revision END",
        name="event_id_is_its_key",
    ),
    sqlite_with_rowid=False,
)
Index("revenue_events_by_run", revenue_events.c.run_number)

BY_SUBSCRIPTION = tuple(
    Index(f"{table.name}_by_subscription", table.c.subscription_number).ddl_if("postgresql")
    for table in (bill_lines, revenue_lines, revenue_events)
)
"""SQLite finds a subscription's rows by the key instead (`wanted`)."""

answers = Table(
    "answers",
    metadata,
    Column("answer_number", Integer, primary_key=True, autoincrement=False),
    Column("bill_line_id", Text, ForeignKey("bill_lines.bill_line_id"), nullable=False),
    Column(
        "of_run", Integer, ForeignKey("runs.run_number"), nullable=False
    ),  # whose files it answers
    Column("answer", Text, nullable=False),
    Column("transaction_number", Text),
    Column("transaction_date", Date),
    Column("message", Text),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("sha256", Text, nullable=False),  # of the file
    Column("accepted_at", Text, nullable=False),
    Column("after_run", Integer, nullable=False),  # the last run by then: later runs know of it
    CheckConstraint("answer IN ('INVOICED', 'REJECTED')", name="answer_is_known"),
    CheckConstraint(
        "answer <> 'INVOICED' OR transaction_number IS NOT NULL", name="invoiced_has_a_number"
    ),
)
Index("answers_by_line", answers.c.bill_line_id)

resent_lines = Table(
    "resent_lines",
    metadata,
    Column("run_number", Integer, ForeignKey("runs.run_number"), primary_key=True),
    Column("bill_line_id", Text, ForeignKey("bill_lines.bill_line_id"), primary_key=True),
    sqlite_with_rowid=False,
)
"""Rejected lines that a run sent again, under the same key; nothing of them is posted again."""

control_totals = Table(
    "control_totals",
    metadata,
    Column("run_number", Integer, ForeignKey("runs.run_number"), primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("lines", BigInteger, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("recognised_minor", BigInteger, nullable=False),
    Column("debit_minor", BigInteger),  # null: the run is older than this table
    Column("credit_minor", BigInteger),
    CheckConstraint("debit_minor = credit_minor", name="entries_balance"),
)
"""What each run's proofs said that it comes to, by currency; no row where that is nothing."""

run_closings = Table(
    "run_closings",
    metadata,
    Column(
        "run_number", Integer, ForeignKey("runs.run_number"), primary_key=True, autoincrement=False
    ),
)
"""Runs that are posted whole: the last row of a run, which `guards` takes only if all totals hold."""

runs_to_close = Table(
    "runs_to_close",
    metadata,
    Column(
        "run_number", Integer,
        ForeignKey("run_closings.run_number", deferrable=True, initially="DEFERRED"),
        primary_key=True, autoincrement=False,
    ),
)  # fmt: skip
"""Filled by a trigger on `runs`: its key is checked at the commit, so no run is kept unclosed."""

agenda = Table(
    "agenda",
    metadata,
    Column("subscription_number", Text, primary_key=True),
    Column("look_on", Date),
    sqlite_with_rowid=False,
)
"""On which night each contract must be looked at again: none, and it must be uploaded or answered
first. No row of the ledger: what stands here says where to look, never what is due."""
Index("agenda_by_day", agenda.c.look_on)

run_scopes = Table(
    "run_scopes",
    metadata,
    Column("run_number", Integer, ForeignKey("runs.run_number"), primary_key=True),
    Column("contracts", Integer, nullable=False),  # that the store held
    Column("portion", Integer),  # which, of a night that went in so many `portions`
    Column("portions", Integer),
)
"""Runs that looked at some contracts only, `looked_at`; every other run looked at all."""

looked_at = Table(
    "looked_at",
    metadata,
    Column("run_number", Integer, ForeignKey("runs.run_number"), primary_key=True),
    Column("subscription_number", Text, primary_key=True),
    sqlite_with_rowid=False,
)

audit_trail = Table(
    "audit_trail",
    metadata,
    Column("audit_number", Integer, primary_key=True, autoincrement=False),
    Column("done_at", Text, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("command_line", Text, nullable=False),  # as it was typed, passwords masked
    Column("program_version", Text, nullable=False),
    Column("import_number", Integer, ForeignKey("imports.import_number")),
    Column("run_number", Integer, ForeignKey("runs.run_number")),
    Column("first_answer", Integer),
    Column("last_answer", Integer),
)
"""Who brought what: one row for each command that accepted an upload, posted a run or kept answers."""
