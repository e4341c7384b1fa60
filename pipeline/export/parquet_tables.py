"""Parquet tables of what a run posted, and the description of their columns.

An amount stands twice: `amount_minor` is whole minor units (int64), `amount` the same as a decimal.
The same run gives the same bytes with the same version of pyarrow, which writes its own name inside.
"""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute
from pyarrow import parquet

from pipeline.export.controls import control_of_chunk, ledger_controls
from pipeline.export.ledger_text import MONEY_UNIT, PERCENT_UNIT, text_of_field
from pipeline.export.row_sources import BILL_LINES, ROW_SOURCES
from pipeline.export.targets import Target
from pipeline.record import RunRecord
from schemas.cells import arrow_texts
from schemas.outputs import BillLines, JournalLines, OutputTable, RevenueEvents, dtypes_of

AMOUNT = arrow.decimal128(24, 4)
PERCENT = arrow.decimal128(12, 6)
ROWS_PER_GROUP = 100_000
MODELS: dict[str, type[OutputTable]] = {
    BILL_LINES: BillLines, "revenue_events": RevenueEvents, "journal": JournalLines,
}  # fmt: skip
OF_RUN = {
    "run_id": (arrow.string(), "the run that posted the row"),
    "as_of": (arrow.date32(), "the night of the run"),
}
TYPES = {"str": arrow.string(), "int64": arrow.int64(), "Int64": arrow.int64(),
         "datetime64[s]": arrow.date32()}  # fmt: skip
README_HEAD = """# The tables of a run

Each table holds what one run posted, one row a line; lines that are sent again are in the table of
the run that posted them. `…_minor` is whole minor units of the currency, and the column beside it the
same as a decimal. Days are days without a time; the last day of a period belongs to it.
"""


def write_tables(record: RunRecord, target: Target, folder: Path) -> list[arrow.Table]:
    """Write the tables and their description; returns the control totals of the tables, read back
    from disk."""
    controls = []
    for rows, path in target.tables.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        parquet.write_table(
            _table(record, rows), folder / path, row_group_size=ROWS_PER_GROUP, compression="zstd"
        )
        controls.append(_read_back(folder, path, rows))
    (folder / target.readme).parent.mkdir(parents=True, exist_ok=True)
    (folder / target.readme).write_bytes(_readme(target).encode())
    return controls


def expected_table_controls(record: RunRecord, target: Target) -> list[pd.DataFrame]:
    """What the tables must come to by the ledger."""
    return [
        ledger_controls(_posted(record, rows), path, ROW_SOURCES[rows].amount)
        for rows, path in target.tables.items()
    ]


def _posted(record: RunRecord, rows: str) -> pd.DataFrame:
    return {
        BILL_LINES: record.bill_lines, "revenue_events": record.revenue_events,
        "journal": record.journal,
    }[rows]  # fmt: skip


def _table(record: RunRecord, rows: str) -> arrow.Table:
    frame = _posted(record, rows)
    run = [record.run_id, record.as_of]
    columns = {
        name: arrow.repeat(arrow.scalar(value, kind), len(frame))
        for value, (name, (kind, _)) in zip(run, OF_RUN.items(), strict=True)
    }
    for name, kind, _ in _columns_of(MODELS[rows]):
        columns[name] = _column(frame, name).cast(kind)
    return arrow.table(columns)


def _column(frame: pd.DataFrame, name: str) -> arrow.Array:
    if name not in frame:  # the decimal beside whole units
        texts = text_of_field(frame, name, "")
        return compute.if_else(compute.equal(texts, ""), None, texts)
    if pd.api.types.is_string_dtype(frame[name].dtype):
        return compute.fill_null(arrow_texts(frame[name]), "")
    if pd.api.types.is_datetime64_dtype(frame[name].dtype):
        return arrow.array(frame[name], arrow.timestamp("s"), from_pandas=True)
    return arrow.array(frame[name], arrow.int64(), from_pandas=True)


def _columns_of(model: type[OutputTable]) -> Iterator[tuple[str, arrow.DataType, str]]:
    """Name, type and meaning of each column; units are followed by the decimal that they make."""
    declared = model.to_schema().columns
    for name, dtype in dtypes_of(model).items():
        yield name, TYPES[dtype], declared[name].description or ""
        if name.endswith(MONEY_UNIT):
            yield name.removesuffix(MONEY_UNIT), AMOUNT, "the same, in the currency's own unit"
        elif name.endswith(PERCENT_UNIT):
            yield name.removesuffix(PERCENT_UNIT), PERCENT, "the same, in percent"


def _read_back(folder: Path, path: str, rows: str) -> arrow.Table:
    amount = ROW_SOURCES[rows].amount.removesuffix(MONEY_UNIT)
    table = parquet.read_table(folder / path, columns=["business_unit", "currency", amount])
    unit, currency, amounts = (column.combine_chunks() for column in table.columns)
    unit, currency = (one.cast(arrow.large_string()) for one in (unit, currency))
    return control_of_chunk(path, unit, currency, amounts)


def _readme(target: Target) -> str:
    """The columns of every table, from the models."""
    parts = [README_HEAD]
    for rows, path in target.tables.items():
        parts.append(f"## {Path(path).name}\n\n{MODELS[rows].__doc__}\n")
        parts.append("| column | type | about |\n|---|---|---|")
        parts += [f"| {name} | {kind} | {about} |" for name, (kind, about) in OF_RUN.items()]
        parts += [
            f"| {name} | {kind} | {about} |" for name, kind, about in _columns_of(MODELS[rows])
        ]
        parts.append("")
    return "\n".join(parts)
