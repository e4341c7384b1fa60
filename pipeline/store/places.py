"""Where a posted row stands in its run's files: counted in the store, as the files are written."""

import datetime

from sqlalchemy import Column, ColumnElement, Connection, and_, func, or_, select

from pipeline.store.schema import bill_lines, resent_lines, revenue_events, revenue_lines

MEASURED = ("MILESTONE", "POINT_IN_TIME")
LEAST_PARTS = 2 * 10**12
"""A period of a smaller part of its line than this one rounds to no part, and is not sent."""


def rows_before(connection: Connection, run_number: int, line_id: str) -> int:
    """How many lines of the run stand before this one in bill_lines.csv."""
    return _counted(
        connection,
        bill_lines.c.run_number == run_number,
        _octets(connection, bill_lines.c.bill_line_id) < line_id,
    )


def unit_rows_before(
    connection: Connection, run_number: int, line_id: str, business_unit: str
) -> int:
    """How many lines of the business unit stand before this one in the run's zip: those that it
    posted, and those that it sent again."""
    lines = bill_lines.c
    return _sent(
        connection, run_number, lines.business_unit == business_unit,
        _octets(connection, lines.bill_line_id) < line_id,
    )  # fmt: skip


def lines_sent(connection: Connection, run_number: int, business_unit: str = "") -> int:
    """How many lines the run sends, of the business unit or of all: posted, and sent again."""
    of_unit = [bill_lines.c.business_unit == business_unit] if business_unit else []
    return _sent(connection, run_number, *of_unit)


def _sent(connection: Connection, run_number: int, *conditions: ColumnElement) -> int:
    lines, again = bill_lines.c, resent_lines.c
    return _counted(connection, lines.run_number == run_number, *conditions) + _counted(
        connection, again.run_number == run_number, lines.bill_line_id == again.bill_line_id,
        *conditions,
    )  # fmt: skip


def business_units_of(connection: Connection, run_number: int) -> list[str]:
    """The business units that the run sends lines of."""
    lines, again = bill_lines.c, resent_lines.c
    posted = select(lines.business_unit).where(lines.run_number == run_number)
    resent = (
        select(lines.business_unit)
        .join(resent_lines, again.bill_line_id == lines.bill_line_id)
        .where(again.run_number == run_number)
    )
    return sorted(set(connection.scalars(posted.union(resent))))


def events_before(connection: Connection, run_number: int, event_id: str) -> int:
    """How many events of the run stand before this one in revenue_events.csv."""
    return _counted(
        connection,
        revenue_events.c.run_number == run_number,
        _octets(connection, revenue_events.c.event_id) < event_id,
    )


def satisfaction_row(connection: Connection, run_number: int, event_id: str) -> int | None:
    """The row of an event in the run's file for Revenue Management; None where it has none.

    First stand the documents (one per product line with a revenue line in the run), then the revenue
    lines, then the events that satisfy something.
    """
    events = revenue_events.c
    sent = and_(events.run_number == run_number, _satisfies_something())
    if not _counted(connection, sent, events.event_id == event_id):
        return None
    upto = _counted(connection, sent, _octets(connection, events.event_id) <= event_id)
    return _documents_and_lines(connection, run_number) + upto


def revenue_rows_sent(connection: Connection, run_number: int) -> int:
    """How many rows the run sends to Revenue Management."""
    sent = and_(revenue_events.c.run_number == run_number, _satisfies_something())
    return _documents_and_lines(connection, run_number) + _counted(connection, sent)


def _documents_and_lines(connection: Connection, run_number: int) -> int:
    lines = revenue_lines.c
    of_run = lines.run_number == run_number
    documents = select(lines.subscription_number, lines.line_number).where(of_run).distinct()
    found = connection.scalar(select(func.count()).select_from(documents.subquery()))
    return int(found or 0) + _counted(connection, of_run)


def _satisfies_something() -> ColumnElement:
    """An event of 0 percent is not sent, nor one of a line that is recognised over time. A period
    has no percent: its part is its amount's of the allocated amount."""
    events = revenue_events.c
    size = func.abs(events.allocated_minor)
    is_a_part = and_(
        events.percent_millionths.is_(None), events.method == "POINT_IN_TIME", size > 0,
        func.abs(events.amount_minor) >= (size + (LEAST_PARTS - 1)) // LEAST_PARTS,
    )  # fmt: skip
    return and_(events.method.in_(MEASURED), or_(events.percent_millionths != 0, is_a_part))


def entries_before(
    connection: Connection, run_number: int, accounting_date: datetime.date, *, line_id: str = "",
    event_id: str = "",
) -> int:  # fmt: skip
    """How many entries of the run's journal stand before that of a bill line, or of an event.

    Entries are in the order of their day, bills before events, then of their id.
    """
    lines, events = bill_lines.c, revenue_events.c
    upto_bill = lines.accounting_date < accounting_date
    upto_event = events.accounting_date < accounting_date
    if line_id:
        same_day = lines.accounting_date == accounting_date
        upto_bill |= and_(same_day, _octets(connection, lines.bill_line_id) < line_id)
    else:
        upto_bill = lines.accounting_date <= accounting_date
        same_day = events.accounting_date == accounting_date
        upto_event |= and_(same_day, _octets(connection, events.event_id) < event_id)
    return _counted(
        connection, lines.run_number == run_number, lines.amount_minor != 0, upto_bill
    ) + _counted(connection, events.run_number == run_number, events.amount_minor != 0, upto_event)


def _counted(connection: Connection, *conditions: ColumnElement) -> int:
    return int(connection.scalar(select(func.count()).where(*conditions)) or 0)


def _octets(connection: Connection, column: Column) -> ColumnElement:
    """The column as the files sort it, by its octets, whatever the database's own order."""
    return column.collate("C") if connection.dialect.name == "postgresql" else column
