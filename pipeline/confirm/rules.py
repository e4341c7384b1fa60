"""ANS-01 to ANS-12: what can be wrong with an answer. A rule is a mask over `view.answer_view`. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.findings import ERROR, INFO, WARNING
from pipeline.frames import match
from pipeline.validate.faults import as_written, faults_at, join_faults
from schemas.answers import INVOICED, REJECTED

UNIT = ["bill_line_id"]
SAID = ["line", "told", "transaction_number", "transaction_date", "message"]


@dataclass(frozen=True)
class AnswerRule:
    """One rule: True in its mask is a fault. `{names}` in the message are columns of the view."""

    code: str
    column: str
    message: str
    fault: Callable[[pd.DataFrame], pd.Series]
    severity: str = ERROR


def is_invoiced(rows: pd.DataFrame) -> pd.Series:
    """True for answers that say INVOICED."""
    return rows["told"] == INVOICED


def is_rejected(rows: pd.DataFrame) -> pd.Series:
    """True for answers that say REJECTED."""
    return rows["told"] == REJECTED


def is_unclear(rows: pd.DataFrame) -> pd.Series:
    """True where neither the answer nor a number or message alone says what became of the line."""
    return rows["told"].isna()


OF_ONE_ROW = (
    AnswerRule(
        "ANS-01", "bill_line_id",
        "the row names no line: fill in bill_line_id, or all four parts of its key "
        "(INTERFACE_LINE_ATTRIBUTE1 to 4: subscription, charge, what, revision)",
        lambda rows: rows["line"].isna(),
    ),
    AnswerRule(
        "ANS-02", "bill_line_id",
        "bill_line_id and the parts of the key beside it name two different lines: correct or "
        "remove one of them",
        lambda rows: rows["names_two"],
    ),
    AnswerRule(
        "ANS-03", "bill_line_id",
        "there is no bill line {line}: correct it; bill_lines.csv shows the ids of all lines",
        lambda rows: rows["line"].notna() & ~rows["is_known"],
    ),
    AnswerRule(
        "ANS-04", "bill_line_id",
        "line {line} has not been sent yet, because the files of its run never came out: check the "
        "id, or write them (milestone-billing export {run_id} --out OUT) and send them first",
        lambda rows: rows["is_known"] & ~rows["is_sent"],
    ),
    AnswerRule(
        "ANS-05", "answer",
        "the row does not say what became of line {line}: fill in transaction_number if it is "
        "invoiced, message if it is rejected",
        lambda rows: is_unclear(rows) & rows["message"].isna(),
    ),
    AnswerRule(
        "ANS-05", "answer",
        "the row has both a transaction_number and a message: write INVOICED or REJECTED into answer",
        lambda rows: is_unclear(rows) & rows["message"].notna(),
    ),
    AnswerRule(
        "ANS-06", "transaction_number",
        "line {line} is INVOICED without a number: fill in transaction_number",
        lambda rows: is_invoiced(rows) & rows["transaction_number"].isna(),
    ),
    AnswerRule(
        "ANS-07", "message",
        "line {line} is REJECTED without a reason: fill in message",
        lambda rows: is_rejected(rows) & rows["message"].isna(),
    ),
    AnswerRule(
        "ANS-08", "transaction_number",
        "line {line} is REJECTED, and has a transaction_number: remove it, or write INVOICED",
        lambda rows: is_rejected(rows) & rows["transaction_number"].notna(),
    ),
)  # fmt: skip
"""What a row can be wrong in by itself, in order: a row is told the first of ANS-01 to ANS-04."""

NAMES_NO_SENT_LINE = ("ANS-01", "ANS-02", "ANS-03", "ANS-04")


def is_repeated(rows: pd.DataFrame) -> pd.Series:
    """True where the same was told before: an invoice with the same number, or a rejection in the same
    words and of the same date.

    A line that was sent again since may be rejected for the same reason once more: then only the same
    file, or the same date, tells nothing new.
    """
    date, before = rows["transaction_date"], rows["date_before"]
    invoiced = (
        is_invoiced(rows) & (rows["told_before"] == INVOICED)
        & (rows["transaction_number"] == rows["number_before"])
        & (date.isna() | (date == before))
    )  # fmt: skip
    went_on = (rows["told_before"] == INVOICED) | rows["resent_since"]
    rejected = rows["same_file"] | (rows["same_words"] & (date.notna() | ~went_on))
    return invoiced | (is_rejected(rows) & rejected)


def contradicts_before(rows: pd.DataFrame) -> pd.Series:
    """True where a line that is invoiced is told to be rejected, or to have another number or date."""
    date, before = rows["transaction_date"], rows["date_before"]
    another = (rows["transaction_number"] != rows["number_before"]) | (
        date.notna() & before.notna() & (date != before)
    )
    otherwise = (is_invoiced(rows) & another) | (is_rejected(rows) & ~is_repeated(rows))
    return (rows["told_before"] == INVOICED) & otherwise


def contradicts_another(rows: pd.DataFrame) -> pd.Series:
    """True where the rows of one line say different things: several messages of a rejection don't."""
    if rows.empty:
        return pd.Series([], rows.index, dtype="bool")
    different = rows.groupby("line")[["told", "transaction_number", "transaction_date"]].nunique()
    invoiced = set(rows.loc[is_invoiced(rows), "line"])
    clash = different.index[(different > 1).any(axis=1)]
    return rows["line"].isin(clash) & rows["line"].isin(invoiced)


CONTRADICTS_BEFORE = AnswerRule(
    "ANS-09", "answer",
    "line {line} was confirmed before as INVOICED, number {number_before}, and that stands: remove "
    "the row if it is about another line; if Receivables has undone the invoice, credit it there, "
    "and bill here by an adjustment",
    contradicts_before,
)  # fmt: skip
CONTRADICTS_ANOTHER = AnswerRule(
    "ANS-10", "answer",
    "the rows of line {line} in this upload say different things: keep the one that is true, or "
    "confirm the older file first",
    contradicts_another,
)  # fmt: skip

TOLD_BEFORE = (
    AnswerRule(
        "ANS-11", "answer",
        "this was told of line {line} before: it was taken once, nothing to do",
        lambda rows: ~_was_sent_again(rows), severity=INFO,
    ),
    AnswerRule(
        "ANS-12", "answer",
        "this was told of line {line} before, and the line has been sent again since, so it changes "
        "nothing: if Receivables has rejected it once more, give the day of that in transaction_date",
        lambda rows: _was_sent_again(rows), severity=WARNING,
    ),
)  # fmt: skip
"""What is said of rows that tell nothing new."""


def _was_sent_again(rows: pd.DataFrame) -> pd.Series:
    return is_rejected(rows) & rows["resent_since"] & (rows["told_before"] == REJECTED)


def check_rows(rows: pd.DataFrame, in_cells: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The faults of all rules, and which rows tell what was told before (bool).

    `in_cells` are the faults of single cells: such a row is only asked which line it names.
    """
    errors = in_cells[in_cells["severity"] == ERROR]
    unread = match(rows, errors, ["source", "row"]) >= 0
    faults, wrong = [], np.zeros(len(rows), bool)
    for rule in OF_ONE_ROW:
        apart = wrong if rule.code in NAMES_NO_SENT_LINE else unread
        hit = _mask(rule, rows) & ~apart
        faults.append(_faults(rule, rows[hit]))
        wrong |= hit
    sound = rows[~unread & ~wrong]
    against_before = _mask(CONTRADICTS_BEFORE, sound)
    faults.append(_faults(CONTRADICTS_BEFORE, sound[against_before]))
    sound = sound[~against_before]
    repeated = is_repeated(sound)
    fresh = sound[~repeated]
    clashing = _mask(CONTRADICTS_ANOTHER, fresh)
    faults.append(_faults(CONTRADICTS_ANOTHER, fresh[clashing]))
    twice = fresh[~clashing & fresh[SAID].duplicated().to_numpy(bool)]
    again = sound[repeated | sound.index.isin(twice.index)]
    faults += [_faults(rule, again[_mask(rule, again)]) for rule in TOLD_BEFORE]
    return join_faults(faults), rows.index.isin(again.index)


def _mask(rule: AnswerRule, rows: pd.DataFrame) -> np.ndarray:
    return rule.fault(rows).fillna(False).to_numpy(bool)


def _faults(rule: AnswerRule, rows: pd.DataFrame) -> pd.DataFrame:
    return faults_at(
        rows, table="confirmations", code=rule.code, severity=rule.severity, column=rule.column,
        value=as_written(rows, rule.column), message=rule.message, unit=UNIT,
    )  # fmt: skip
