"""Which rows each file takes, where a file would have more lines than the site wants. Pure.

What the ledger takes as one stays in one file: the lines of an invoice, a credit and the line that it
corrects, a revenue document with its lines and events, a journal entry. These are filled into files
in the order in which they begin; in each file, rows stand in the order of the whole.

    whole     A1 B1 A2 C1 C2     three invoices, at most 3 lines a file
    -001      A1 B1 A2
    -002      C1 C2
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as arrow

from pipeline.export.cases import is_correcting_credit
from pipeline.export.documents import DOCUMENT
from pipeline.export.invoices import group_codes
from pipeline.export.row_forms import RowForm
from pipeline.export.row_sources import BILL_LINES, ROW_SOURCES
from pipeline.frames import code_groups, joined_keys, positions
from pipeline.settings import Settings
from schemas.outputs import BillLines as B

Rows = Mapping[str, pd.DataFrame]
"""Kind of row to its rows."""

Spans = Mapping[str, slice]
"""Kind of row to those that a file takes, of the arranged rows."""

EVERY_KIND_HAS = ("subscription_number",)


@dataclass(frozen=True)
class Arranged:
    """Rows in an order in which those of a file are side by side (None: as they are)."""

    frame: pd.DataFrame
    order: np.ndarray | None = None

    def at(self, span: slice) -> pd.DataFrame:
        """The rows from one place of the order to another."""
        return self.frame.iloc[span] if self.order is None else self.frame.take(self.order[span])


def split(
    rows: Rows, forms: Sequence[RowForm], settings: Settings
) -> tuple[dict[str, Arranged], list[Spans]]:
    """The rows as files of `lines_per_file` take them, and what each file takes; what stays together and
    has more lines has a file of its own.

    `forms` are the records of the file, in its order; each writes a line for every row of its kind.
    """
    units = _units(rows, forms, settings)
    count = 1 + max(int(codes.max(initial=-1)) for codes in units.values())
    sizes = np.zeros(count, np.int64)
    for form in forms:
        sizes = sizes + np.bincount(units[form.rows], minlength=count)
    file_of = file_of_each(sizes, settings.lines_per_file)
    files = {kind: file_of[codes] for kind, codes in units.items()}
    bounds = {
        kind: np.searchsorted(np.sort(of), np.arange(file_of[-1] + 2)) for kind, of in files.items()
    }
    spans: list[Spans] = [
        {kind: slice(int(of[number]), int(of[number + 1])) for kind, of in bounds.items()}
        for number in range(int(file_of[-1]) + 1)
    ]
    return {kind: _arranged(rows[kind], of) for kind, of in files.items()}, spans


def _arranged(frame: pd.DataFrame, files: np.ndarray) -> Arranged:
    """The rows by the file of each."""
    in_order = bool((files[1:] >= files[:-1]).all())
    return Arranged(frame, None if in_order else np.argsort(files, kind="stable"))


def file_of_each(sizes: np.ndarray, most: int) -> np.ndarray:
    """The file, from 0, that takes each unit of so many lines: as many as fit, in their order.

    >>> file_of_each(np.array([2, 1, 1, 7, 3]), 3).tolist()
    [0, 0, 1, 2, 3]
    """
    reached = np.append(0, np.cumsum(sizes))
    firsts = [0]
    while firsts[-1] < len(sizes):
        at = firsts[-1]
        stop = int(np.searchsorted(reached, reached[at] + most, side="right")) - 1
        firsts.append(max(stop, at + 1))
    return np.repeat(np.arange(len(firsts) - 1), np.diff(firsts))


def joined_groups(codes: np.ndarray, ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The groups (codes from 0) with those that are tied made one; each is called by its least.

    `ones` and `others` are the codes at the two ends of each tie.

    >>> joined_groups(np.array([0, 1, 2, 3, 1]), np.array([3, 3]), np.array([2, 0])).tolist()
    [0, 1, 0, 0, 1]
    """
    names = np.arange(int(codes.max(initial=-1)) + 1)
    while True:
        before, least = names, np.minimum(names[ones], names[others])
        names = before.copy()
        for ends in (ones, others):
            np.minimum.at(names, before[ends], least)
        while not np.array_equal(further := names[names], names):
            names = further
        if np.array_equal(names, before):
            return names[codes]


def _units(rows: Rows, forms: Sequence[RowForm], settings: Settings) -> dict[str, np.ndarray]:
    """What stays together, by kind: codes from 0 in the order in which they begin in the file."""
    kinds = list(dict.fromkeys(form.rows for form in forms))
    starts = np.cumsum([0, *(len(rows[kind]) for kind in kinds)])
    keys = {ROW_SOURCES[kind].together for kind in kinds}
    key = keys.pop() if len(keys) == 1 else EVERY_KIND_HAS
    codes = np.arange(starts[-1])
    if key:
        texts = [joined_keys(rows[kind], key) for kind in kinds]
        codes, _ = code_groups(arrow.chunked_array(texts).combine_chunks())
    ties = [
        (start + one, start + other)
        for kind, start in zip(kinds, starts, strict=False)
        for one, other in _ties(rows[kind], [form for form in forms if form.rows == kind], settings)
    ]
    if ties:
        ones, others = (np.concatenate(ends) for ends in zip(*ties, strict=True))
        codes = joined_groups(codes, codes[ones], codes[others])
    codes = pd.factorize(codes)[0].astype(np.int64)
    return dict(zip(kinds, np.split(codes, starts[1:-1]), strict=True))


def _ties(
    frame: pd.DataFrame, forms: Sequence[RowForm], settings: Settings
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Places of rows that stay with other rows of their kind."""
    if DOCUMENT in frame:
        yield _to_the_first(frame[DOCUMENT].to_numpy())
    for form in forms:
        if form.invoices:
            yield _to_the_first(group_codes(frame, form, settings)[0])
    if forms[0].rows == BILL_LINES:
        credits = np.flatnonzero(is_correcting_credit(frame, None))
        corrected = joined_keys(frame.iloc[credits], [B.corrects_bill_line_id])
        lines = (
            positions(corrected, joined_keys(frame, [B.bill_line_id])) if len(credits) else credits
        )
        yield credits[lines >= 0], lines[lines >= 0]


def _to_the_first(codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row tied to the first of its group."""
    _, firsts, groups = np.unique(codes, return_index=True, return_inverse=True)
    return np.arange(len(codes)), firsts[groups]
