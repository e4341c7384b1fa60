"""Documents: lines that share an invoice, and how many of them a file takes. Pure."""

import datetime
from collections.abc import Iterator
from string import Formatter

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.export.row_forms import TargetError
from pipeline.export.row_sources import RowSource
from pipeline.export.targets import SIDE, Documents, Limits
from pipeline.frames import SEPARATOR, code_groups
from pipeline.settings.declared import MOST_LINES_PER_FILE
from pipeline.words import number_text

CHARGES, CREDITS = "charges", "credits"
DOCUMENT = "document"
COUNTER_LENGTH = 4
ISO_DATE = "%Y-%m-%d"


def with_side(lines: pd.DataFrame) -> pd.DataFrame:
    """The lines with `side`: charges or credits."""
    is_credit = (lines["amount_minor"] < 0).to_numpy(bool)
    return lines.assign(**{SIDE: pd.array(np.where(is_credit, CREDITS, CHARGES), dtype="str")})


def with_documents(
    rows: pd.DataFrame, documents: Documents, source: RowSource, of_file: tuple[str, ...],
    run_id: str, as_of: datetime.date,
) -> pd.DataFrame:  # fmt: skip
    """The rows of each document together, in the order in which the documents begin.

    Adds document (int64, from 0), document_line (int64, from 1) and document_number. `of_file` are
    columns that tell files apart: a document is never in two of them.
    """
    names = (*documents.group_by, *of_file, *([SIDE] if documents.credits_apart else []))
    keys = [source.text_of(rows, name, ISO_DATE) for name in names]
    codes, count = code_groups(compute.binary_join_element_wise(*keys, SEPARATOR))
    order = np.argsort(codes, kind="stable")
    codes, arranged = codes[order], rows.iloc[order].reset_index(drop=True)
    firsts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if count else codes
    numbers = _numbers(documents.number, arranged.iloc[firsts], run_id, as_of)
    return arranged.assign(
        document=codes,
        document_line=np.arange(len(codes)) - (firsts[codes] if count else codes) + 1,
        document_number=pd.array(numbers.take(arrow.array(codes)), dtype="str"),
    )


def _numbers(pattern: str, firsts: pd.DataFrame, run_id: str, as_of: datetime.date) -> arrow.Array:
    """Each document's number, from its first row and its place among the run's documents."""
    counted = number_text(pd.Series(np.arange(1, len(firsts) + 1)))
    known: dict[str, arrow.Array | arrow.Scalar] = {
        "counter": compute.utf8_lpad(counted, COUNTER_LENGTH, "0"),
        "run_id": _scalar(run_id),
        "as_of": _scalar(as_of.isoformat()),
        **{
            name: arrow.array(firsts[name], arrow.large_string())
            for name in ("bill_line_id",)
            if name in firsts
        },
    }
    parts: list[arrow.Array | arrow.Scalar] = []
    for literal, name, _, _ in Formatter().parse(pattern):
        parts += [_scalar(literal)] if literal else []
        parts += [known[name]] if name else []
    # a column among constants, so that there is one text a document
    return compute.binary_join_element_wise(
        *parts, arrow.repeat(_scalar(""), len(firsts)), _scalar("")
    )


def file_bounds(
    rows: pd.DataFrame, limits: Limits, sizes: np.ndarray | None, head: int, target: str,
    most: int = MOST_LINES_PER_FILE,
) -> Iterator[slice]:  # fmt: skip
    """Which rows each file takes: as many whole documents as the limits allow, in order.

    `sizes` are the rows' octets (needed for a limit of octets only), `head` those of what stands
    above them. Rows without documents are one each. The ledger's `limits` are never exceeded; the
    site's, `most` rows, by a document that is longer.

    >>> rows = pd.DataFrame({"document": [0, 0, 1, 2]})
    >>> list(file_bounds(rows, Limits(rows=3), None, 0, "x", 9))
    [slice(0, 3, None), slice(3, 4, None)]
    >>> list(file_bounds(rows, Limits(rows=3), None, 0, "x", 1))
    [slice(0, 2, None), slice(2, 3, None), slice(3, 4, None)]
    """
    count = len(rows)
    codes = rows[DOCUMENT].to_numpy() if DOCUMENT in rows else np.arange(count)
    firsts = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]]) if count else codes
    starts = np.append(firsts, count)
    octets = np.append(0, np.cumsum(sizes if sizes is not None else np.zeros(count, np.int64)))
    at = 0
    while at < len(firsts):
        stop = max(at + 1, _most(starts, at, starts[at] + most))
        if limits.documents:
            stop = min(stop, at + limits.documents)
        if limits.rows:
            stop = min(stop, _most(starts, at, starts[at] + limits.rows))
        if limits.bytes:
            most = octets[starts[at]] + limits.bytes - head
            stop = min(stop, _most(octets[starts], at, most))
        if stop == at:
            raise TargetError(_too_large(rows, starts[at], target))
        yield slice(int(starts[at]), int(starts[stop]))
        at = stop


def _most(reached: np.ndarray, at: int, bound: int) -> int:
    """The furthest document whose beginning is reached within the bound."""
    return int(np.searchsorted(reached, bound, side="right")) - 1


def _too_large(rows: pd.DataFrame, first: int, target: str) -> str:
    named = f"document {rows['document_number'].iloc[first]}" if DOCUMENT in rows else "a row"
    return (
        f"{target}: {named} alone is beyond the limits of a file; group by more fields, or raise "
        "[limits], in a target of your own"
    )


def _scalar(text: str) -> arrow.Scalar:
    return arrow.scalar(text, arrow.large_string())
