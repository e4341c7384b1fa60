"""Words of revenue: how an allocated amount, and how each event's amount, came about."""

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline import money
from pipeline.recognise.by_month import CATCH_UP
from pipeline.words import BLANK, as_series, day_text, join, money_text


def line_reasons(charges: pd.DataFrame) -> pd.Series:
    """`25 of 150 parts of the contract's 100.00, by standalone selling price`, or the charge's own
    total; `charges` are `allocation.revenue_lines_due`."""
    shared = join(
        money_text(charges, "weight_minor"), " of ", money_text(charges, "contract_weight"),
        " of the standalone selling prices, of the contract's ",
        money_text(charges, "contract_minor"), " = ", money_text(charges, "allocated_minor"),
    )  # fmt: skip
    own = join("the charge's own total, ", money_text(charges, "allocated_minor"))
    return as_series(
        compute.if_else(charges["is_shared"].to_numpy(bool), shared, own), charges.index
    )


def event_reasons(rows: pd.DataFrame, charges: pd.DataFrame) -> pd.Series:
    """How each event's amount came about, such as `30 % of 10,000.00 = 3,000.00`.

    `rows` are tonight's differences, `charges` is at `charge_at`.
    """
    at = rows["charge_at"].to_numpy(np.int64)
    facts = rows.reindex(
        columns=["what", "satisfaction_date", "starts", "percent_millionths", "amount_minor",
                 "due_minor", "before_minor", "earned_minor", "should_be_minor",
                 "recognised_minor", "is_gone", "corrects"]
    ).assign(
        exponent=charges["exponent"].to_numpy(np.int64)[at],
        allocated_minor=charges["allocated_minor"].to_numpy(np.int64)[at],
    )  # fmt: skip
    gone = facts["is_gone"].to_numpy(bool)
    catches_up = ~gone & facts["what"].str.startswith(CATCH_UP).to_numpy(bool)
    by_month = facts["starts"].notna().to_numpy(bool)
    corrects = ~gone & facts["corrects"].eq(True).to_numpy(bool)
    kinds = [
        (catches_up, _catch_up),
        (by_month & ~catches_up, _month),
        (gone, _gone),
        (corrects & ~catches_up & ~by_month, _corrected),
    ]
    first = ~np.logical_or.reduce([mask for mask, _ in kinds])
    told = [(np.flatnonzero(mask), words) for mask, words in [*kinds, (first, _point)]]
    texts = [words(facts.iloc[here]) for here, words in told if len(here)]
    if not texts:
        return pd.Series([], dtype="str")
    place = np.concatenate([here for here, _ in told]).argsort(kind="stable")
    gathered = arrow.chunked_array(texts, arrow.large_string()).combine_chunks()
    return as_series(gathered.take(arrow.array(place)), rows.index)


def _point(facts: pd.DataFrame) -> arrow.Array:
    """`30 % of 10,000.00 on 2026-03-10 = 3,000.00`; a period is `25.00 on 2026-02-01, at once`."""
    day = join(" on ", day_text(facts["satisfaction_date"]))
    percent = facts["percent_millionths"]
    shares = join(
        money.percent_text(percent.fillna(0)), " % of ", _money(facts, "allocated_minor"), day,
        " = ", _money(facts, "amount_minor"), _rounded(facts),
    )  # fmt: skip
    at_once = join(_money(facts, "amount_minor"), day, ", at once")
    return compute.if_else(percent.notna().to_numpy(bool), shares, at_once)


def _rounded(facts: pd.DataFrame) -> arrow.Array:
    """Where the share alone would round otherwise: what is complete is rounded as a whole."""
    alone = money.fraction(
        facts["allocated_minor"].to_numpy(np.int64),
        facts["percent_millionths"].fillna(0).to_numpy(np.int64),
        np.array(money.HUNDRED_PERCENT),
    )
    odd = alone != facts["amount_minor"].to_numpy(np.int64)
    told = arrow.scalar(
        ", so that all that is complete comes to its percentage", arrow.large_string()
    )
    return compute.if_else(odd, told, BLANK)


def _month(facts: pd.DataFrame) -> arrow.Array:
    """`2026-02-01 to 2026-02-28: 1,939.73 of 12,000.00 is earned by then, less 1,019.18 before =
    920.55`."""
    before = facts.assign(before_minor=facts["earned_minor"] - facts["amount_minor"])
    return join(
        day_text(facts["starts"]), " to ", day_text(facts["satisfaction_date"]), ": ",
        _money(facts, "earned_minor"), " of ", _money(facts, "allocated_minor"),
        " is earned by then, less ", _money(before, "before_minor"), " before = ",
        _money(facts, "amount_minor"),
    )  # fmt: skip


def _catch_up(facts: pd.DataFrame) -> arrow.Array:
    """`the days recognised so far now come to 800.00; recognised before 1,000.00; …`."""
    return join(
        "the days recognised so far now come to ", _money(facts, "should_be_minor"), " of ",
        _money(facts, "allocated_minor"), "; recognised before ",
        _money(facts, "recognised_minor"), "; the difference is ", _money(facts, "amount_minor"),
    )  # fmt: skip


def _gone(facts: pd.DataFrame) -> arrow.Array:
    """`no longer recognised on 2026-03-10; recognised before 3,000.00; the difference is -3,000.00`."""
    return join(
        "no longer recognised on ", day_text(facts["satisfaction_date"]), "; recognised before ",
        _money(facts, "before_minor"), "; the difference is ", _money(facts, "amount_minor"),
    )  # fmt: skip


def _corrected(facts: pd.DataFrame) -> arrow.Array:
    """`now 3,600.00 of 12,000.00; recognised before 3,000.00; the difference is 600.00`."""
    return join(
        "now ", _money(facts, "due_minor"), " of ", _money(facts, "allocated_minor"),
        "; recognised before ", _money(facts, "before_minor"), "; the difference is ",
        _money(facts, "amount_minor"),
    )  # fmt: skip


def _money(facts: pd.DataFrame, name: str) -> arrow.Array:
    return money_text(facts.assign(**{name: facts[name].fillna(0).astype("int64")}), name)
