"""Confirm: what Receivables made of the lines, row by row, is accepted, told before, or refused. Pure.

A row stands for itself: one that is refused holds no other back. Corrected in place, the rejections
workbook is the next file to confirm.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.compute as compute

import schemas
from pipeline.confirm.rules import check_rows
from pipeline.confirm.view import Asked, answer_view
from pipeline.findings import ERROR, WARNING, join_findings
from pipeline.frames import match
from pipeline.read import Inputs
from pipeline.record import RefusedSheet
from pipeline.validate.check import check_cells
from pipeline.validate.faults import join_faults, no_faults
from pipeline.validate.parse import Parsed, parse_table
from pipeline.validate.refuse import (
    Refusal,
    faults_of_reading,
    findings_of,
    refused_sheets,
    rows_by_file,
)  # fmt: skip
from schemas.answers import INVOICED, REJECTED, Confirmations
from schemas.cells import arrow_texts

__all__ = ["TABLE", "Asked", "Judged", "judge_answers", "lines_named", "parse_answers"]

TABLE = schemas.table_of(Confirmations)
ANSWER_COLUMNS = [
    "bill_line_id", "of_run", "answer", "transaction_number", "transaction_date", "message", "file",
    "sheet", "row", "sha256",
]  # fmt: skip
INVISIBLE_SPACE = r"[\s\x{00A0}]+"


@dataclass(frozen=True)
class Judged:
    """An upload of answers, judged.

    answers   the answers to keep: ANSWER_COLUMNS
    repeated  how many rows tell what had been told before
    findings  pipeline.findings.COLUMNS
    refused   the refused rows, by sheet
    files     file, sha256, rows_read, rows_accepted, rows_refused
    """

    answers: pd.DataFrame
    repeated: int
    findings: pd.DataFrame
    refused: tuple[RefusedSheet, ...]
    files: pd.DataFrame

    @property
    def invoiced(self) -> int:
        """How many of the answers are INVOICED."""
        return int((self.answers["answer"] == INVOICED).sum())

    @property
    def rejected(self) -> int:
        """How many of the answers are REJECTED."""
        return int((self.answers["answer"] == REJECTED).sum())


def parse_answers(inputs: Inputs) -> Parsed:
    """All uploaded answers, typed. A message may have line breaks: they become spaces."""
    sheets = [(-place - 1, sheet) for place, sheet in enumerate(inputs.sheets)]
    parsed = parse_table(Confirmations, sheets, lambda numbers: numbers)
    words = compute.replace_substring_regex(
        arrow_texts(parsed.rows["message"]), INVISIBLE_SPACE, " "
    )
    message = pd.Series(pd.array(words, dtype="str"), parsed.rows.index)
    return Parsed(parsed.rows.assign(message=message), parsed.faulty, parsed.absent, parsed.faults)


def lines_named(parsed: Parsed) -> list[str]:
    """The ids of the lines that the rows are about, each once."""
    ids = compute.unique(arrow_texts(answer_view(parsed.rows, Asked.nothing())["line"]))
    return ids.drop_null().to_pylist()


def judge_answers(inputs: Inputs, parsed: Parsed, asked: Asked) -> Judged:
    """Judge every row by itself: every fault is found, and what has none is accepted.

    `asked` is what the store knows of `lines_named`.
    """
    rows = answer_view(parsed.rows.assign(sha256=_digests(inputs, parsed)), asked)
    reading = faults_of_reading(inputs, {TABLE: parsed})
    in_cells = join_faults(
        [reading, parsed.faults, check_cells(Confirmations, parsed.rows, parsed.faulty)]
    )
    faults, repeated = check_rows(rows, in_cells)
    headed = _as_headed(inputs, join_faults([in_cells, faults]))
    errors = headed[headed["severity"] == ERROR]
    refusal = Refusal({}, errors[["source", "row"]].drop_duplicates())
    sheets = refused_sheets(inputs, {TABLE: parsed}, headed, refusal)
    wrong = match(rows, refusal.rows, ["source", "row"]) >= 0
    found = findings_of(inputs, _no_sources(), headed, sheets)
    return Judged(
        answers=_answers(inputs, rows[~wrong & ~repeated]),
        repeated=int((repeated & ~wrong).sum()),
        findings=join_findings([_only_sheets_without_rows(inputs), found]),
        refused=tuple(sheet for _, sheet, _ in sheets),
        files=rows_by_file(inputs, sheets),
    )


def _digests(inputs: Inputs, parsed: Parsed) -> np.ndarray:
    """The SHA-256 of each row's file."""
    of_file = dict(zip(inputs.files["file"], inputs.files["sha256"], strict=True))
    return _by_source(parsed.rows, [of_file[sheet.file] for sheet in inputs.sheets])


def _by_source(rows: pd.DataFrame, texts: Sequence[str]) -> np.ndarray:
    """The text of each row's sheet."""
    return np.array([*texts, ""], object)[-rows["source"].to_numpy(np.int64) - 1]


def _as_headed(inputs: Inputs, faults: pd.DataFrame) -> pd.DataFrame:
    """The faults with each column's heading as it stands in the sheet."""
    column = faults["column"]
    for place, sheet in enumerate(inputs.sheets):
        typed = {
            known: heading
            for known, heading in zip(sheet.columns, sheet.headings, strict=True)
            if known is not None
        }
        here = (faults["source"] == -place - 1) & faults["column"].isin(typed)
        column = column.where(~here, faults["column"].map(typed))
    return faults.assign(column=column)


def _answers(inputs: Inputs, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as the store keeps them."""
    addressed = rows.assign(
        bill_line_id=rows["line"],
        of_run=rows["sent_in"],
        answer=rows["told"],
        file=_by_source(rows, [sheet.file for sheet in inputs.sheets]),
        sheet=_by_source(rows, [sheet.sheet for sheet in inputs.sheets]),
    )
    others = {"of_run": "int64", "row": "int64", "transaction_date": "datetime64[s]"}
    dtypes = {name: others.get(name, "str") for name in ANSWER_COLUMNS}
    return addressed[ANSWER_COLUMNS].astype(dtypes).reset_index(drop=True)


def _only_sheets_without_rows(inputs: Inputs) -> pd.DataFrame:
    """The findings of reading; a sheet without headings is none of our business where another sheet of
    its workbook has the answers."""
    found = inputs.findings
    read = [sheet.file for sheet in inputs.sheets]
    beside = (found["code"] == "COL-04") & found["file"].isin(read)
    return found.assign(severity=found["severity"].where(~beside, WARNING))


def _no_sources() -> pd.DataFrame:
    return no_faults()[["source"]].assign(
        file=pd.Series([], dtype="str"), sheet=pd.Series([], dtype="str")
    )
