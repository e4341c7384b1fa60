"""The second lock: what the database itself refuses, whatever code or person asks for it.

kept rows       no UPDATE and no DELETE of the ledger, the runs, the answers, the uploads and the audit
                trail; of a contract's row only `replaced_by` may be set, once, and of a run only that
                its files are out
closed runs     a run is committed only with its closing, the closing is taken only if the run's lines
                and events total its control totals, and then the run takes no more rows
corrections     a line with a revision names the line of its key, without one no line

Triggers hold what constraints can't. Inserting many rows costs nothing on PostgreSQL but one look per
statement; on SQLite one look per row. INSERT OR REPLACE is refused on this program's connections
(`recursive_triggers`) and where the run is closed; elsewhere the totals of the row's run show it.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, text

from pipeline.store import schema

KEPT_WHOLE = (
    "bill_lines", "revenue_lines", "revenue_events", "control_totals", "run_closings",
    "runs_to_close", "answers", "resent_lines", "imports", "sources", "findings", "refused_rows",
    "audit_trail",
)  # fmt: skip
MAY_SET = {"runs": ("sent_after_run", "IS NOT NULL")} | dict.fromkeys(
    schema.CONTRACT_TABLES, ("replaced_by", "<> 0")
)
"""The one column of a table that may change, and when it may not any more."""

OF_A_RUN = ("bill_lines", "revenue_lines", "revenue_events", "control_totals", "resent_lines")

KEPT = "rows of this table are kept as they are: post a correction instead"
IS_CLOSED = "the run is closed: what it posted is complete"
NAMES_NO_LINE = "a correction names the line of its key, and only a correction does"
DOES_NOT_TOTAL = "the lines and events of the run do not total what its proofs said"

OF_ITS_KEY = "NEW.subscription_number || ':' || NEW.charge_number || ':' || NEW.what"
CORRECTS = (
    "NEW.revision = 0 AND NEW.corrects_bill_line_id IS NULL OR NEW.revision > 0"
    f" AND NEW.corrects_bill_line_id IS NOT NULL AND NEW.corrects_bill_line_id = {OF_ITS_KEY}"
)

OFF = """
    SELECT 1 FROM (
        SELECT currency, lines, amount_minor, events, recognised_minor
        FROM control_totals WHERE run_number = NEW.run_number
        UNION ALL SELECT currency, -COUNT(*), -SUM(amount_minor), 0, 0
        FROM bill_lines WHERE run_number = NEW.run_number GROUP BY currency
        UNION ALL SELECT currency, 0, 0, -COUNT(*), -SUM(amount_minor)
        FROM revenue_events WHERE run_number = NEW.run_number GROUP BY currency
    ) AS told GROUP BY currency
    HAVING SUM(lines) <> 0 OR SUM(amount_minor) <> 0
        OR SUM(events) <> 0 OR SUM(recognised_minor) <> 0
"""
"""Currencies in which a run is not what its control totals say; none where all is well."""

EARLIER_TOTALS = """
    INSERT INTO control_totals
        (run_number, currency, lines, amount_minor, events, recognised_minor)
    SELECT run_number, currency, SUM(lines), SUM(amount_minor), SUM(events), SUM(recognised_minor)
    FROM (
        SELECT run_number, currency, COUNT(*) AS lines, SUM(amount_minor) AS amount_minor,
            0 AS events, 0 AS recognised_minor
        FROM bill_lines GROUP BY run_number, currency
        UNION ALL SELECT run_number, currency, 0, 0, COUNT(*), SUM(amount_minor)
        FROM revenue_events GROUP BY run_number, currency
    ) AS posted GROUP BY run_number, currency
"""


def close_earlier_runs(connection: Connection) -> None:
    """Total and close the runs of a store that had no closings: as they stand in the ledger."""
    connection.execute(text(EARLIER_TOTALS))
    for name in ("run_closings", "runs_to_close"):
        connection.execute(text(f"INSERT INTO {name} SELECT run_number FROM runs"))


def set_guards(connection: Connection) -> None:
    """Create the triggers, once."""
    postgresql = connection.dialect.name == "postgresql"
    for statement in _of_postgresql() if postgresql else _of_sqlite():
        connection.exec_driver_sql(statement)


def guard_names() -> set[str]:
    """The names of the triggers that either database has."""
    changes = {f"{name}_{change}" for name in KEPT_WHOLE for change in ("changed", "deleted")}
    of_columns = {
        f"{name}_{change}" for name in MAY_SET for change in ("changed", "set_again", "deleted")
    }
    added = {f"{name}_added" for name in OF_A_RUN}
    return changes | of_columns | added | {"runs_added", "run_closings_added"}


def guards_missing(connection: Connection) -> list[str]:
    """Guards that somebody took away; none in a sound store."""
    if connection.dialect.name == "postgresql":
        there = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    else:
        there = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    return sorted(guard_names() - set(connection.scalars(text(there))))


def broken_references(connection: Connection) -> list[str]:
    """Rows that name a row that is not there, in sentences; SQLite's shell checks no foreign keys."""
    if connection.dialect.name == "postgresql":
        return []  # the server checks them always
    found = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    counted: dict[tuple[str, str], int] = {}
    for table, _, parent, _ in found:
        counted[table, parent] = counted.get((table, parent), 0) + 1
    return [
        f"{count} rows of {table} name a row of {parent} that is not there"
        for (table, parent), count in counted.items()
    ]


def _kept() -> Iterator[tuple[str, str, str]]:
    """Name, event and condition of every trigger that keeps rows as they are."""
    for name in KEPT_WHOLE:
        yield f"{name}_changed", f"UPDATE ON {name}", ""
        yield f"{name}_deleted", f"DELETE ON {name}", ""
    for name, (column, not_when) in MAY_SET.items():
        yield (
            f"{name}_changed",
            f"UPDATE OF {_others(schema.metadata.tables[name], column)} ON {name}",
            "",
        )
        yield f"{name}_set_again", f"UPDATE OF {column} ON {name}", f"OLD.{column} {not_when}"
        yield f"{name}_deleted", f"DELETE ON {name}", ""


def _others(table: Table, column: str) -> str:
    return ", ".join(f'"{one.name}"' for one in table.c if one.name != column)


def _of_sqlite() -> Iterator[str]:
    for name, event, condition in _kept():
        when = f" WHEN {condition}" if condition else ""
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW{when}"
            f" BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        )
    for table in OF_A_RUN:
        yield _added_to_sqlite(table)
    yield (
        "CREATE TRIGGER runs_added AFTER INSERT ON runs FOR EACH ROW"
        " BEGIN INSERT INTO runs_to_close (run_number) VALUES (NEW.run_number); END"
    )
    yield (
        "CREATE TRIGGER run_closings_added BEFORE INSERT ON run_closings FOR EACH ROW"
        f" WHEN EXISTS ({OFF}) BEGIN SELECT RAISE(ABORT, '{DOES_NOT_TOTAL}'); END"
    )


def _added_to_sqlite(table: str) -> str:
    """One trigger a table, with all that is looked at for each new row: it is paid for by the row."""
    faults = {IS_CLOSED: "EXISTS (SELECT 1 FROM run_closings WHERE run_number = NEW.run_number)"}
    if table == "bill_lines":
        # the shell of SQLite leaves foreign keys unchecked, so the line is looked for here as well
        no_line = (
            "NEW.corrects_bill_line_id IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM bill_lines WHERE bill_line_id = NEW.corrects_bill_line_id)"
        )
        faults |= {NAMES_NO_LINE: f"NOT ({CORRECTS}) OR {no_line}"}
    cases = " ".join(f"WHEN {fault} THEN RAISE(ABORT, '{said}')" for said, fault in faults.items())
    when = " OR ".join(f"({fault})" for fault in faults.values())
    return (
        f"CREATE TRIGGER {table}_added BEFORE INSERT ON {table} FOR EACH ROW WHEN {when}"
        f" BEGIN SELECT CASE {cases} END; END"
    )


def _of_postgresql() -> Iterator[str]:
    yield _function("keep_rows", _raise(KEPT))
    yield _function(
        "refuse_closed_runs",
        "IF EXISTS (SELECT 1 FROM added JOIN run_closings USING (run_number))"
        f" THEN {_raise(IS_CLOSED)} END IF; RETURN NULL;",
    )
    yield _function(
        "expect_closing",
        "INSERT INTO runs_to_close (run_number) VALUES (NEW.run_number); RETURN NULL;",
    )
    yield _function(
        "check_totals", f"IF EXISTS ({OFF}) THEN {_raise(DOES_NOT_TOTAL)} END IF; RETURN NEW;"
    )
    for name, event, condition in _kept():
        when = f" WHEN ({condition})" if condition else ""
        yield (
            f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW{when} EXECUTE FUNCTION keep_rows()"
        )
    for table in (*KEPT_WHOLE, *MAY_SET):
        yield (
            f"CREATE TRIGGER {table}_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION keep_rows()"
        )
    for table in OF_A_RUN:
        yield (
            f"CREATE TRIGGER {table}_added AFTER INSERT ON {table} REFERENCING NEW TABLE AS added"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_runs()"
        )
    yield (
        "CREATE TRIGGER runs_added AFTER INSERT ON runs"
        " FOR EACH ROW EXECUTE FUNCTION expect_closing()"
    )
    yield (
        "CREATE TRIGGER run_closings_added BEFORE INSERT ON run_closings"
        " FOR EACH ROW EXECUTE FUNCTION check_totals()"
    )
    yield (  # lines of earlier versions are left as they are
        "ALTER TABLE bill_lines ADD CONSTRAINT correction_names_its_line"
        f" CHECK ({CORRECTS.replace('NEW.', '')}) NOT VALID"
    )


def _function(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f" AS $$ BEGIN {body} END $$"
    )


def _raise(said: str) -> str:
    return f"RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation';"
