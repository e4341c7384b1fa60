"""The uploaded answers, and beside each what the store knows of its line. Pure."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.frames import look_up, match
from pipeline.words import join
from schemas.answers import INVOICED, REJECTED
from schemas.cells import arrow_texts

KEY = ("subscription_number", "charge_number", "what")
PARTS = (*KEY, "revision")
LINE_FORM = (
    r"^(?P<subscription_number>[^:#]+):(?P<charge_number>[^:#]+):(?P<what>[^:#]+?)"
    r"(?:#(?P<revision>[1-9][0-9]*))?$"
)
TOLD_TYPES = {
    "bill_line_id": "str", "of_run": "int64", "answer": "str", "transaction_number": "str",
    "transaction_date": "datetime64[s]", "message": "str", "sha256": "str",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the store knows of the lines that an upload names.

    lines  bill_line_id, run_id (which posted it), sent_in (Int64: the number of the run whose files
           sent it last; missing: they aren't out)
    told   earlier answers, in order: TOLD_TYPES
    """

    lines: pd.DataFrame
    told: pd.DataFrame

    @staticmethod
    def nothing() -> "Asked":
        """Of a store that knows none of them."""
        lines = {"bill_line_id": "str", "run_id": "str", "sent_in": "Int64"}
        return Asked(_empty(lines), _empty(TOLD_TYPES))


def _empty(dtypes: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in dtypes.items()})


def answer_view(rows: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """The rows, and beside each what is known of its line.

    line (its id; missing where none is named), names_two (bool: in two ways that differ), told
    (INVOICED, REJECTED, or missing), is_known, is_sent (bool), run_id, sent_in (see Asked); told_before,
    number_before, date_before (the line's last answer), resent_since (bool: sent again after it);
    same_words, same_file (bool: rejected before in these words and on this date, by this very file).
    """
    line, names_two = _lines(rows)
    named = rows.assign(line=line, names_two=names_two, told=_told(rows))
    at = match(named, asked.lines, ["line"], ["bill_line_id"])
    last = asked.told.drop_duplicates("bill_line_id", keep="last").reset_index(drop=True)
    last_at = match(named, last, ["line"], ["bill_line_id"])
    sent_in = look_up(asked.lines["sent_in"], at, rows.index)
    answered_run = look_up(last["of_run"], last_at, rows.index)
    return named.assign(
        is_known=at >= 0,
        is_sent=sent_in.notna(),
        sent_in=sent_in,
        run_id=look_up(asked.lines["run_id"], at, rows.index),
        told_before=look_up(last["answer"], last_at, rows.index),
        number_before=look_up(last["transaction_number"], last_at, rows.index),
        date_before=look_up(last["transaction_date"], last_at, rows.index),
        resent_since=(sent_in > answered_run).fillna(False).astype(bool),
        **_rejections_before(named, asked.told),
    )


def _lines(rows: pd.DataFrame) -> tuple[pd.Series, np.ndarray]:
    """Each row's line, by its id or else by the parts of its key; True where the two differ."""
    revision = rows["revision"]
    number = arrow.array(revision.astype("str").where(revision.fillna(0) != 0), from_pandas=True)
    suffix = compute.fill_null(join("#", number.cast(arrow.large_string())), "")
    built = join(*_between(":", [arrow_texts(rows[name]) for name in KEY]), suffix)
    whole = rows[list(PARTS)].notna().all(axis=1)
    by_parts = pd.Series(pd.array(built, dtype="str"), rows.index).where(whole)
    line = rows["bill_line_id"].fillna(by_parts)
    said = compute.extract_regex(arrow_texts(rows["bill_line_id"]), LINE_FORM)
    differs = np.zeros(len(rows), bool)
    for name in PARTS:
        part = compute.struct_field(said, name).cast(arrow.large_string())
        if name == "revision":
            part = compute.if_else(compute.equal(part, ""), "0", part)
        given = arrow_texts(rows[name].astype("str").where(rows[name].notna()))
        unequal = compute.not_equal(part, given)  # missing where either is
        differs |= compute.fill_null(unequal, False).to_numpy(zero_copy_only=False)
    return line, differs


def _between(mark: str, parts: list[arrow.Array]) -> list[arrow.Array | str]:
    return [piece for part in parts for piece in (mark, part)][1:]


def _told(rows: pd.DataFrame) -> pd.Series:
    """The answer, or what a number or a message alone says."""
    number, message = rows["transaction_number"].notna(), rows["message"].notna()
    invoiced = pd.Series(INVOICED, rows.index, dtype="str").where(number & ~message)
    rejected = pd.Series(REJECTED, rows.index, dtype="str").where(message & ~number)
    return rows["answer"].fillna(invoiced).fillna(rejected)


def _rejections_before(rows: pd.DataFrame, told: pd.DataFrame) -> dict[str, np.ndarray]:
    """Whether the line was rejected in these words and on this date before (bool: same_words), and
    whether this very file said so (bool: same_file)."""
    if told.empty or "sha256" not in rows:
        return {name: np.zeros(len(rows), bool) for name in ("same_words", "same_file")}
    rejected = _with_day(told[told["answer"] == REJECTED]).reset_index(drop=True)
    words = ["message", "day"]
    found = {"same_words": words, "same_file": [*words, "sha256"]}
    return {
        name: match(_with_day(rows), rejected, ["line", *on], ["bill_line_id", *on]) >= 0
        for name, on in found.items()
    }


def _with_day(rows: pd.DataFrame) -> pd.DataFrame:
    """With the day as a text that is never missing."""
    day = rows["transaction_date"].dt.strftime("%Y-%m-%d").astype("str").fillna("")
    return rows.assign(day=day.where(rows["transaction_date"].notna(), ""))
