"""Words of a bill line: why it has its amount, and what the invoice says."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline import money
from pipeline.bill.shares import BY_AMOUNT, BY_PERCENT, BY_REST, BY_WHAT_IS_LEFT
from schemas.cells import arrow_texts

LONGEST_DESCRIPTION = 240
ROUNDED = ", rounded so that the parts total it"
AFTER = " after the other milestones"
LEFT = ", shared over what was not billed yet"


def reasons(lines: pd.DataFrame, charges: pd.DataFrame, shares: pd.DataFrame) -> pd.Series:
    """How each amount came about, such as `30 % of 10,000.00 = 3,000.00`.

    `lines` is tonight's difference; `charges` and `shares` are at `charge_at`, `milestone_at`.
    """
    facts = _facts(lines, charges, shares)
    due = _money(facts, "due_minor")
    texts = _join(_sentences(facts), " = ", due)
    corrected = (facts["revision"] > 0).to_numpy(bool)
    if corrected.any():
        gone = (facts["due_minor"] == 0).to_numpy(bool)
        now_due = compute.if_else(gone, "no longer due", _join("now due: ", texts))
        correction = _join(
            now_due, "; billed before ", _money(facts, "billed_minor"),
            "; the difference is ", _money(facts, "amount_minor"),
        )  # fmt: skip
        texts = compute.if_else(corrected, correction, texts)
    return pd.Series(pd.array(texts, dtype="str"), lines.index)


def _facts(lines: pd.DataFrame, charges: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """What the sentences are about, by line."""
    charge_at, milestone_at = lines["charge_at"].to_numpy(), lines["milestone_at"].to_numpy()
    adjustment = charges["price_adjustment_percent_millionths"].fillna(0).to_numpy(np.int64)
    return lines[["revision", "due_minor", "billed_minor", "amount_minor"]].assign(
        exponent=charges["exponent"].to_numpy(np.int64)[charge_at],
        price_minor=charges["price_minor"].to_numpy(np.int64)[charge_at],
        charge_minor=charges["amount_minor"].to_numpy(np.int64)[charge_at],
        adjustment_millionths=adjustment[charge_at],
        weight_millionths=np.append(shares["weight_millionths"].to_numpy(np.int64), 0)[
            milestone_at
        ],
        shared_by=np.append(shares["shared_by"].to_numpy(object), "")[milestone_at],
        fee=milestone_at < 0,
    )


def _sentences(facts: pd.DataFrame) -> arrow.Array:
    """Each line's sentence, written only for the lines that it is true of."""
    price = facts["price_minor"].to_numpy(np.int64)
    weight = facts["weight_millionths"].to_numpy(np.int64)
    exact = price % money.HUNDRED_PERCENT * weight % money.HUNDRED_PERCENT == 0
    by, fee = facts["shared_by"], facts["fee"]
    adjusted = facts["adjustment_millionths"] != 0
    kinds: list[tuple[pd.Series, Callable[[pd.DataFrame], arrow.Array]]] = [
        (fee & ~adjusted, _in_one_sum),
        (fee & adjusted, _adjusted),
        ((by == BY_PERCENT) & exact, _share),
        ((by == BY_PERCENT) & ~exact, lambda at: _join(_share(at), ROUNDED)),
        (by == BY_AMOUNT, lambda at: _join("fixed amount of ", _money(at, "price_minor"))),
        (by == BY_REST, lambda at: _join("the rest of ", _money(at, "price_minor"), AFTER)),
        (by == BY_WHAT_IS_LEFT, lambda at: _join(_share(at), LEFT)),
    ]
    told = [(np.flatnonzero(mask), words) for mask, words in kinds]
    texts = [words(facts.iloc[at]) for at, words in told if len(at)]
    place = np.concatenate([at for at, _ in told]).argsort(kind="stable")
    return (
        arrow.chunked_array(texts, arrow.large_string()).combine_chunks().take(arrow.array(place))
    )


def _in_one_sum(facts: pd.DataFrame) -> arrow.Array:
    return _join(_money(facts, "charge_minor"), " in one sum")


def _adjusted(facts: pd.DataFrame) -> arrow.Array:
    percent = money.percent_text(facts["adjustment_millionths"])
    return _join(_money(facts, "charge_minor"), " adjusted by ", percent, " %")


def _share(facts: pd.DataFrame) -> arrow.Array:
    percent = money.percent_text(facts["weight_millionths"])
    return _join(percent, " % of ", _money(facts, "price_minor"))


def descriptions(lines: pd.DataFrame, charges: pd.DataFrame, shares: pd.DataFrame) -> pd.Series:
    """What the invoice line says: the charge, or its product, and the milestone; 240 at most."""
    charge = charges["description"].fillna(charges["product_description"])
    named = arrow_texts(charge).take(arrow.array(lines["charge_at"].to_numpy()))
    milestone = arrow_texts(shares["milestone_name"])
    at = arrow.array(np.where(lines["milestone_at"] < 0, 0, lines["milestone_at"]))
    of_milestone = (lines["milestone_at"] >= 0).to_numpy(bool)
    if len(milestone):
        named = compute.if_else(of_milestone, _join(named, " - ", milestone.take(at)), named)
    credit = (lines["amount_minor"] < 0).to_numpy(bool) & (lines["revision"] > 0).to_numpy(bool)
    words = compute.if_else(credit, _join("Credit: ", named), named)
    cut = compute.utf8_slice_codeunits(words, 0, LONGEST_DESCRIPTION)
    return pd.Series(pd.array(cut, dtype="str"), lines.index)


def _money(facts: pd.DataFrame, name: str) -> arrow.Array:
    return money.readable_text(facts[name], facts["exponent"].to_numpy(np.int64))


def _join(*parts: arrow.Array | str) -> arrow.Array:
    pieces = [
        arrow.scalar(part, arrow.large_string()) if isinstance(part, str) else part
        for part in parts
    ]
    return compute.binary_join_element_wise(*pieces, arrow.scalar("", arrow.large_string()))
