"""The floor of the benchmark: what a query engine needs for the same AutoInvoice lines.

    python benchmarks/floor.py bench/inbox/first 2026-03-31 bench/floor

DuckDB reads the CSV files of an inbox, joins them, splits every charge over its milestones to the
cent and writes the lines that are due, one uncompressed CSV per business unit. It checks nothing,
refuses nothing, remembers nothing. A pipeline that does all this too can be measured against it.

The 372 columns are written in two ways: `plain` gives them all to COPY, `joined` makes one text of
a line, in which runs of constant columns are one piece. `joined` is the quicker, and the default.
"""

import time
from collections.abc import Callable
from pathlib import Path

import click
import duckdb

LAYOUT = Path(__file__).parents[1] / "schemas" / "targets" / "oracle-autoinvoice.columns.txt"
TABLES = (
    "customers", "products", "subscriptions", "subscription_lines", "charges", "milestones",
)  # fmt: skip

DUE_LINES = """
create temp table due_lines as
with plan as (
    select m.subscription_number, m.charge_number, m.sequence::integer as sequence,
        m.milestone_name, m.completion_date::date as completion_date,
        s.customer_number, s.business_unit, s.currency, c.line_number, c.tax_code,
        c.description as charge_description,
        case s.currency when 'JPY' then 1 else 100 end as scale,
        (c.amount::decimal(18, 3) * scale)::bigint as total,
        (m.percent::decimal(9, 6) * 1000000)::bigint as millionths
    from milestones m
    join charges c using (subscription_number, charge_number)
    join subscriptions s using (subscription_number)
    where m.event_type = 'BILLING' and c.milestone_billing = 'Y'
), shares as (
    select *, total * millionths // 100000000 as share, total * millionths % 100000000 as remainder
    from plan
), ranked as (
    select *,
        total - sum(share) over charge as odd_units,
        row_number() over (charge order by remainder desc, sequence) as place
    from shares
    window charge as (partition by subscription_number, charge_number)
), amounts as (
    select *, share + (place <= odd_units)::bigint as amount_minor from ranked
    where completion_date <= ?::date
)
select a.business_unit,
    a.subscription_number || ':' || a.charge_number || ':M' || a.sequence as bill_line_id,
    strftime(a.completion_date, '%Y/%m/%d') as bill_date,
    k.bill_to_account, k.bill_to_site,
    left(coalesce(a.charge_description, p.description) || ' - ' || a.milestone_name, 240)
        as description,
    a.currency,
    case when a.scale = 1 then amount_minor::varchar
        else (amount_minor // 100)::varchar || '.' || lpad((amount_minor % 100)::varchar, 2, '0')
    end as amount,
    a.subscription_number, a.charge_number, 'M' || a.sequence as what, a.tax_code
from amounts a
join subscription_lines l using (subscription_number, line_number)
join products p using (product_code)
join customers k using (customer_number)
where amount_minor <> 0
"""

COLUMNS = {
    "BATCH_SOURCE_NAME": "'Milestone Billing'",
    "CUST_TRX_TYPE_NAME": "'Invoice'",
    "TERM_NAME": "'30 Net'",
    "TRX_DATE": "bill_date",
    "GL_DATE": "bill_date",
    "BILL_CUSTOMER_ACCOUNT_NUMBER": "bill_to_account",
    "BILL_CUSTOMER_SITE_NUMBER": "bill_to_site",
    "LINE_TYPE": "'LINE'",
    "DESCRIPTION": "description",
    "CURRENCY_CODE": "currency",
    "CONVERSION_TYPE": "case currency when 'USD' then 'User' else 'Corporate' end",
    "CONVERSION_DATE": "case currency when 'USD' then null else bill_date end",
    "CONVERSION_RATE": "case currency when 'USD' then '1.00' end",
    "AMOUNT": "amount",
    "QUANTITY": "'1.00'",
    "UNIT_SELLING_PRICE": "amount",
    "INTERFACE_LINE_CONTEXT": "'MILESTONE BILLING'",
    "INTERFACE_LINE_ATTRIBUTE1": "subscription_number",
    "INTERFACE_LINE_ATTRIBUTE2": "charge_number",
    "INTERFACE_LINE_ATTRIBUTE3": "what",
    "INTERFACE_LINE_ATTRIBUTE4": "'0'",
    "TAX_CODE": "tax_code",
    "BU_NAME": "business_unit",
    "END": "'END'",
}
"""What fills the columns, in SQL; a constant is in single quotes throughout."""

FREE_TEXTS = ("DESCRIPTION", "BU_NAME")
"""Columns that can hold a comma or a quote; all others are identifiers, dates and numbers."""


@click.command()
@click.argument("inbox", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("as_of")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--how", type=click.Choice(["joined", "plain"]), default="joined")
def main(inbox: Path, as_of: str, out: Path, how: str) -> None:
    """Write the AutoInvoice lines of INBOX that are due on AS_OF to OUT; print the seconds."""
    click.echo(f"{how}: {write_floor(inbox, as_of, out, how):.2f} s")


def write_floor(inbox: Path, as_of: str, out: Path, how: str = "joined") -> float:
    """Write OUT/<business unit>.csv; returns the seconds it took."""
    copy = {"joined": copy_joined, "plain": copy_plain}[how]
    out.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    with duckdb.connect() as engine:
        for table in TABLES:
            files = str(inbox / f"{table}*.csv").replace("'", "''")
            engine.execute(f"create view {table} as from read_csv('{files}', all_varchar = true)")
        engine.execute(DUE_LINES, [as_of])
        write_units(engine, out, copy)
    return time.perf_counter() - start


def write_units(
    engine: duckdb.DuckDBPyConnection, out: Path, copy: Callable[[], tuple[str, str]]
) -> None:
    """One file per business unit, sorted by key."""
    units = engine.execute("select distinct business_unit from due_lines order by 1").fetchall()
    select, options = copy()
    for (unit,) in units:
        path, name = str(out / f"{unit}.csv").replace("'", "''"), unit.replace("'", "''")
        engine.execute(
            f"copy (select {select} from due_lines where business_unit = '{name}' "
            f"order by bill_line_id) to '{path}' (format csv, header false, {options})"
        )


def copy_plain() -> tuple[str, str]:
    """All 372 columns for COPY, blanks as nulls."""
    layout = LAYOUT.read_text("utf-8").split()
    return ", ".join(COLUMNS.get(name, "null") for name in layout), "delimiter ','"


def copy_joined() -> tuple[str, str]:
    """One text a line: commas and constants between two columns that vary are one piece."""
    pieces, literal = [], ""
    for number, name in enumerate(LAYOUT.read_text("utf-8").split()):
        source = COLUMNS.get(name, "''")
        literal += "," if number else ""
        if source.startswith("'"):
            literal += source[1:-1]
            continue
        pieces += [f"'{literal}'", quoted(source) if name in FREE_TEXTS else source]
        literal = ""
    pieces.append(f"'{literal}'")
    return f"concat({', '.join(pieces)})", "delimiter '\x01', quote '', escape ''"


def quoted(source: str) -> str:
    """The text in quotes where it has a comma or a quote."""
    return (
        f"case when contains({source}, ',') or contains({source}, '\"') "
        f"then '\"' || replace({source}, '\"', '\"\"') || '\"' else {source} end"
    )


if __name__ == "__main__":
    main()
