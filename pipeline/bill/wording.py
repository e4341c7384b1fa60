"""Words of a bill line: why it has its amount, and what the invoice says."""

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline import money
from pipeline.bill.shares import BY_AMOUNT, BY_PERCENT, BY_REST, BY_WHAT_IS_LEFT
from schemas.cells import arrow_texts

LONGEST_DESCRIPTION = 240


def reasons(lines: pd.DataFrame, charges: pd.DataFrame, shares: pd.DataFrame) -> pd.Series:
    """How each amount came about, such as `30 % of 10,000.00 = 3,000.00`.

    `lines` is tonight's difference; `charges` and `shares` are at `charge_at`, `milestone_at`.
    """
    exponents = charges["exponent"].to_numpy(np.int64)[lines["charge_at"]]
    price = charges["price_minor"].to_numpy(np.int64)[lines["charge_at"]]
    due = _money(lines["due_minor"], exponents)
    texts = arrow.nulls(len(lines), arrow.large_string())
    for mask, words in _sentences(lines, charges, shares, price, exponents):
        texts = compute.if_else(mask, words, texts)
    texts = _join(texts, " = ", due)
    corrected = (lines["revision"] > 0).to_numpy(bool)
    billed = _money(lines["billed_minor"], exponents)
    amount = _money(lines["amount_minor"], exponents)
    gone = (lines["due_minor"] == 0).to_numpy(bool)
    now_due = compute.if_else(gone, "no longer due", _join("now due: ", texts))
    texts = compute.if_else(
        corrected, _join(now_due, "; billed before ", billed, "; the difference is ", amount), texts
    )
    return pd.Series(pd.array(texts, dtype="str"), lines.index)


def _sentences(
    lines: pd.DataFrame, charges: pd.DataFrame, shares: pd.DataFrame, price: np.ndarray,
    exponents: np.ndarray,
) -> list[tuple[np.ndarray, arrow.Array]]:  # fmt: skip
    whole = _money(pd.Series(price), exponents)
    at = lines["milestone_at"].to_numpy()
    weight = np.append(shares["weight_millionths"].to_numpy(np.int64), 0)[at]
    by = np.append(shares["shared_by"].to_numpy(object), "")[at]
    exact = (price % money.HUNDRED_PERCENT * weight) % money.HUNDRED_PERCENT == 0
    percent = money.percent_text(pd.Series(weight))
    share = _join(percent, " % of ", whole)
    rounded = _join(share, ", rounded so that the parts total it")
    adjustment = charges["price_adjustment_percent_millionths"].fillna(0).to_numpy(np.int64)
    adjustment = adjustment[lines["charge_at"]]
    amount = _money(
        pd.Series(charges["amount_minor"].to_numpy(np.int64)[lines["charge_at"]]), exponents
    )
    adjusted = _join(amount, " adjusted by ", money.percent_text(pd.Series(adjustment)), " %")
    fee = at < 0
    return [
        (fee, _join(amount, " in one sum")),
        (fee & (adjustment != 0), adjusted),
        ((by == BY_PERCENT) & exact, share),
        ((by == BY_PERCENT) & ~exact, rounded),
        (by == BY_AMOUNT, _join("fixed amount of ", whole)),
        (by == BY_REST, _join("the rest of ", whole, " after the other milestones")),
        (
            by == BY_WHAT_IS_LEFT,
            _join(percent, " % of ", whole, ", shared over what was not billed yet"),
        ),
    ]


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


def _money(minor: pd.Series, exponents: np.ndarray) -> arrow.Array:
    return money.readable_text(minor, exponents)


def _join(*parts: arrow.Array | str) -> arrow.Array:
    pieces = [
        arrow.scalar(part, arrow.large_string()) if isinstance(part, str) else part
        for part in parts
    ]
    return compute.binary_join_element_wise(*pieces, arrow.scalar("", arrow.large_string()))
