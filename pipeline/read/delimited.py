"""CSV files: bytes in, grid out, with the number of every record kept.

Two ways lead to the same grid. Plain files (as many cells in every record as there are headings,
quotes only around whole cells) go through Arrow, whole columns at
once. All others go record by record through the standard reader, which is slower and strict.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest

import numpy as np
import pandas as pd
import pyarrow as arrow
from pyarrow import csv as arrow_csv

from pipeline.findings import ERROR, WARNING, one_finding, tidy_findings
from pipeline.read import limits
from pipeline.read.encoding import to_utf8
from pipeline.read.faults import UnreadableError
from pipeline.read.naming import match_headings
from pipeline.read.sheets import (
    SEARCHED_ROWS,
    Grid,
    Reading,
    build_sheet,
    column_letters,
    heading_place,
    no_headings,
    refuse_width,
)
from pipeline.read.texts import TEXT, trim_texts

DELIMITERS = ",;\t"
BLOCK_BYTES = 1 << 24
BATCH_RECORDS = 1_000
QUOTE, LINE_FEED, RETURN = b'"\n\r'


@dataclass(frozen=True)
class Layout:
    """How the records of a file are to be cut: the delimiter, and which record has the headings.

    `head` are the first records, down to the one with the headings.
    """

    delimiter: str
    head: tuple[tuple[str, ...], ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The record with the headings."""
        return self.head[-1]

    @property
    def heading_place(self) -> int:
        """How many records stand above it."""
        return len(self.head) - 1


def read_delimited(data: bytes, table: str, file: str) -> Reading:
    """The rows of a CSV file; raises UnreadableError where its text can't be trusted."""
    plain = to_utf8(data)
    if not plain.strip():
        raise UnreadableError("the file is empty; export it again")
    layout = find_layout(plain, table)
    if layout is None:
        return Reading(findings=[no_headings(table, file, "")])
    refuse_width(layout.headings)
    columns = read_whole(plain, layout)
    findings: list[pd.DataFrame] = []
    if columns is None:
        columns, findings = read_records(plain, layout, file)
    reading = build_sheet(
        Grid(
            table=table,
            file=file,
            sheet="",
            heading_row=layout.heading_place + 1,
            headings=layout.headings,
            columns=columns,
            above=layout.head[:-1],
        )
    )
    return Reading(reading.sheets, findings + reading.findings)


def find_layout(data: bytes, table: str) -> Layout | None:
    """The delimiter and the record under which the most headings are known, a comma before others.

    >>> find_layout(b"Lookup type;Code\\nMILESTONE_NAME;Go live\\n", "lookups")
    Layout(delimiter=';', head=(('Lookup type', 'Code'),))
    """
    layouts = []
    for delimiter in DELIMITERS:
        head = _first_records(data, delimiter)
        place = heading_place(head, table)
        if place is not None:
            layouts.append(Layout(delimiter, tuple(map(trim_texts, head[: place + 1]))))
    return max(
        layouts,
        key=lambda layout: len(set(match_headings(layout.headings, table)) - {None}),
        default=None,
    )


def _first_records(data: bytes, delimiter: str) -> list[list[str]]:
    records: list[list[str]] = []
    lines = _Lines(data)
    try:
        for record in islice(csv.reader(lines, delimiter=delimiter), SEARCHED_ROWS):
            records.append(record)
            lines.since = 0
    except (csv.Error, _EndlessRecordError):
        pass  # the strict reading names the record
    return records


class _EndlessRecordError(Exception):
    """A record goes on over more lines than any that is meant."""


class _Lines:
    """The lines of a file for the standard reader, which would put a record together from all of
    them if quotation marks say so. `since` are the characters since the last record ended."""

    def __init__(self, data: bytes) -> None:
        self._lines = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="")
        self.since = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.since += len(line)
        if self.since > limits.LINE_BYTES + len(line):
            raise _EndlessRecordError
        return line


def read_whole(data: bytes, layout: Layout) -> list[arrow.Array] | None:
    """The columns below the headings, or None where the file is not plain."""
    start = _heading_start(data, layout.heading_place)
    if start is None or not is_plain(data, layout.delimiter):
        return None
    names = [f"f{place}" for place in range(len(layout.headings))]
    try:
        table = arrow_csv.read_csv(
            arrow.BufferReader(arrow.py_buffer(data).slice(start)),
            read_options=arrow_csv.ReadOptions(
                autogenerate_column_names=True, block_size=BLOCK_BYTES
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.delimiter,
                newlines_in_values=b'"' in data,
                ignore_empty_lines=False,
            ),
            convert_options=arrow_csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, TEXT),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except arrow.ArrowInvalid:
        return None  # records of unequal length, or one longer than a block
    return [column.slice(1) for column in table.columns]


def _heading_start(data: bytes, above: int) -> int | None:
    """Where the heading record begins, unless quotes above it may hide the ends of lines.

    >>> [_heading_start(data, 1) for data in (b"Title\\nCode\\n", b'"Title"\\nCode\\n')]
    [6, None]
    """
    start = 0
    for _ in range(above):
        start = data.find(b"\n", start) + 1
    return None if b'"' in data[:start] else start


def is_plain(data: bytes, delimiter: str) -> bool:
    """True where lines end in a line feed and quotes stand only around whole cells.

    >>> [is_plain(data, ",") for data in (b'a,"b""c"\\n', b'a,5" pipe\\n', b'"a"b\\n', b'"a')]
    [True, False, False, False]
    """
    if data.count(b"\r") != data.count(b"\r\n"):
        return False
    if b'"' not in data:
        return True
    text = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(text == QUOTE)
    if len(quotes) % 2:
        return False
    ends = np.array([ord(delimiter), QUOTE, LINE_FEED], np.uint8)
    opening, closing = quotes[::2], quotes[1::2]
    before = text[np.maximum(opening - 1, 0)][opening > 0]
    after = text[np.minimum(closing + 1, len(text) - 1)][closing < len(text) - 1]
    # An opening quote right after a quote is the second of a doubled pair: it must touch it.
    return bool(np.isin(before, ends).all() and np.isin(after, np.append(ends, RETURN)).all())


def read_records(
    data: bytes, layout: Layout, file: str
) -> tuple[list[arrow.ChunkedArray], list[pd.DataFrame]]:
    """The columns below the headings, record by record, with findings on ragged records."""
    width = len(layout.headings)
    chunks: list[list[arrow.Array]] = [[] for _ in range(width)]
    surplus: list[pd.DataFrame] = []
    short: list[int] = []
    for first_row, batch in _strict_records(data, layout):
        columns = list(zip_longest(*batch, fillvalue=""))[:width]
        columns += [("",) * len(batch)] * (width - len(columns))
        for chunk, column in zip(chunks, columns, strict=True):
            chunk.append(arrow.array(column, TEXT))
        surplus += _surplus_cells(batch, width, first_row, file)
        short += _short_records(batch, width, first_row)
    whole = [arrow.chunked_array(chunk, TEXT) for chunk in chunks]
    return whole, surplus + ([_short_finding(short, file)] if short else [])


def _strict_records(data: bytes, layout: Layout) -> Iterator[tuple[int, list[list[str]]]]:
    """The records below the headings by the batch, with the number of each batch's first row."""
    lines = _Lines(data)
    reader = csv.reader(lines, delimiter=layout.delimiter, strict=True)
    read = 0
    batch: list[list[str]] = []
    try:
        for _ in islice(reader, layout.heading_place + 1):
            read += 1
            lines.since = 0
        while True:
            batch = []
            for record in islice(reader, BATCH_RECORDS):
                batch.append(record)
                lines.since = 0
            if not batch:
                return
            yield read + 1, batch
            read += len(batch)
    except (csv.Error, _EndlessRecordError) as fault:
        if isinstance(fault, _EndlessRecordError):
            fault = csv.Error("the record goes on over too many lines")
        raise UnreadableError(
            f"row {read + len(batch) + 1} has a quotation mark that is not closed, or that does "
            f"not stand around a whole cell ({fault}), so the rows can't be told apart; "
            "put it right, or save the file again from a spreadsheet"
        ) from fault


def _surplus_cells(
    batch: list[list[str]], width: int, first_row: int, file: str
) -> list[pd.DataFrame]:
    longer = [
        (row, [cell.strip() for cell in record[width:] if cell.strip()])
        for row, record in enumerate(batch, first_row)
        if len(record) > width
    ]
    surplus = [(row, cells) for row, cells in longer if cells]
    if not surplus:
        return []
    frame = pd.DataFrame(
        {
            "code": "CSV-01",
            "severity": ERROR,
            "file": file,
            "row": [row for row, _ in surplus],
            "column": column_letters(width),
            "value": [" | ".join(cells) for _, cells in surplus],
            "message": [
                f"the row has values beyond the last heading ({len(cells)} too many), so its cells "
                "may stand in the wrong columns; put a cell that contains a delimiter into "
                "quotation marks, or delete what is too much"
                for _, cells in surplus
            ],
        }
    )
    return [tidy_findings(frame)]


def _short_records(batch: list[list[str]], width: int, first_row: int) -> list[int]:
    return [
        row
        for row, record in enumerate(batch, first_row)
        if len(record) < width and any(cell.strip() for cell in record)
    ]


def _short_finding(short: list[int], file: str) -> pd.DataFrame:
    return one_finding(
        "CSV-02", WARNING,
        f"{len(short)} of the rows have fewer cells than there are headings, first row "
        f"{short[0]}; the missing cells are read as blank: check that the file is complete",
        file=file, row=short[0],
    )  # fmt: skip
