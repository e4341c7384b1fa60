"""What `history` says of answers: by run, and below the runs what waits, by age."""

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.sent import REJECTED, UNANSWERED, ages_of
from pipeline.text_table import aligned
from schemas.outputs import AGES

Account = dict[str, Any]


def sent_account(of_run: pd.DataFrame, as_of: datetime.date) -> Account:
    """What became of a run's lines, as JSON holds it: how many are sent and unanswered, their amounts
    by currency and by days since the bill date (as of the last night), and what is rejected.

    `of_run` are the run's rows of `answers.read_answers_by_run`.
    """
    waiting = of_run[of_run["state"] == UNANSWERED]
    rejected = of_run[of_run["state"] == REJECTED]
    aged = waiting.assign(age=ages_of(waiting["bill_date"], as_of)[1])
    return {
        "unanswered": int(waiting["lines"].sum()),
        "unanswered_by_age": _totals(aged.astype({"age": "str"}), ["currency", "age"]),
        "rejected": _totals(rejected, ["currency"]),
    }


def _totals(rows: pd.DataFrame, keys: list[str]) -> list[Account]:
    totals = money.totals_by(rows[[*keys, "amount_minor"]], keys)
    lines = rows.groupby(keys, sort=True)["lines"].sum().to_numpy(np.int64)
    amounts = money.as_text(totals["amount_minor"], money.exponents_of(totals["currency"]))
    return [
        dict(zip([*keys, "lines", "amount"], values, strict=True))
        for values in zip(
            *(totals[key].tolist() for key in keys), lines.tolist(), amounts.to_pylist(),
            strict=True,
        )
    ]  # fmt: skip


def sent_words(account: list[Account]) -> list[str]:
    """What all runs together wait for: a row by currency with an amount for each age, then what is
    rejected; nothing where nothing waits."""
    if not account:
        return []
    by_age = _summed(account, "unanswered_by_age", "age")
    rejected = _summed(account, "rejected", "")
    words = []
    if by_age:
        as_of = max(run["as_of"] for run in account)
        rows = [["currency", "lines", *AGES]]
        for currency in sorted({currency for currency, _ in by_age}):
            ages = [by_age.get((currency, age), (0, None)) for age in AGES]
            amounts = ["-" if amount is None else str(amount) for _, amount in ages]
            rows.append([currency, str(sum(lines for lines, _ in ages)), *amounts])
        words += ["", f"sent and unanswered, by days since the bill date, as of {as_of}"]
        words += aligned(rows, left=1)
    if rejected:
        words += ["", "rejected: the next run sends it again, unless it is on hold"]
        words += aligned(
            [["currency", "lines", "amount"]]
            + [[code, str(lines), str(sum_)] for (code, _), (lines, sum_) in rejected.items()],
            left=1,
        )
    return words


def _summed(account: list[Account], name: str, key: str) -> dict[tuple[str, str], tuple]:
    """Lines and amount over all runs, by currency and the key."""
    sums: dict[tuple[str, str], tuple] = {}
    for total in (total for run in account for total in run[name]):
        place = (total["currency"], total.get(key, ""))
        lines, amount = sums.get(place, (0, Decimal(0)))
        sums[place] = (lines + total["lines"], amount + Decimal(total["amount"]))
    return dict(sorted(sums.items()))
