"""Words of a bill line: why it has its amount, and what the invoice says."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline import money
from pipeline.bill.shares import BY_AMOUNT, BY_PERCENT, BY_REST, BY_WHAT_IS_LEFT
from pipeline.words import BLANK, MINUS, day_text, either, join, money_text, number_text
from schemas.cells import arrow_texts

NOW_SERVED = " (now served "
LONGEST_DESCRIPTION = 240


def reasons(lines: pd.DataFrame, charges: pd.DataFrame, shares: pd.DataFrame) -> pd.Series:
    """How each amount came about, such as `1,500.00 × 16/31 days = 774.19`.

    `lines` is tonight's difference; `charges` and `shares` are at `charge_at`, `milestone_at`.
    """
    facts = _facts(lines, charges, shares)
    texts = _with_adjustments(facts, _sentences(facts))
    corrected = (facts["revision"] > 0).to_numpy(bool)
    if corrected.any():
        gone = ((facts["due_minor"] == 0) & ~facts["is_adjusted"]).to_numpy(bool)
        now_due = compute.if_else(gone, "no longer due", join("now due: ", texts))
        correction = join(
            now_due, "; billed before ", money_text(facts, "billed_minor"),
            "; the difference is ", money_text(facts, "amount_minor"),
        )  # fmt: skip
        texts = compute.if_else(corrected, correction, texts)
    return pd.Series(pd.array(texts, dtype="str"), lines.index)


def _facts(lines: pd.DataFrame, charges: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """What the sentences are about, by line."""
    charge_at, milestone_at = lines["charge_at"].to_numpy(), lines["milestone_at"].to_numpy()

    def of_charge(name: str) -> np.ndarray:
        return charges[name].fillna(0).to_numpy(np.int64)[charge_at]

    def of_share(name: str) -> np.ndarray:
        return np.append(shares[name].to_numpy(np.int64), 0)[milestone_at]

    own = ["revision", "billed_minor", "amount_minor", "kind", "service_start", "service_end",
           "days_served", "days_in_period", "is_adjusted", "adjusted_because"]  # fmt: skip
    return lines[own].assign(
        adjusted_minor=lines["due_minor"],
        due_minor=lines["due_minor"].where(~lines["is_adjusted"], lines["own_minor"]),
        kind=_own_kind(lines),
        exponent=of_charge("exponent"),
        price_minor=of_charge("price_minor"),
        charge_minor=of_charge("amount_minor"),
        adjustment_millionths=of_charge("price_adjustment_percent_millionths"),
        in_arrears=(charges["billing_timing"] == "IN_ARREARS").to_numpy(bool)[charge_at],
        weight_millionths=of_share("weight_millionths"),
        left_minor=of_share("left_minor"),
        left_millionths=of_share("left_millionths"),
        shared_by=np.append(shares["shared_by"].to_numpy(object), "")[milestone_at],
    )


def _sentences(facts: pd.DataFrame) -> arrow.Array:
    """Each line's sentence, written only for the lines that it is true of."""
    by, kind = facts["shared_by"], facts["kind"]
    exact = _is_exact(facts)
    gone = facts["due_minor"] == 0
    kinds: list[tuple[pd.Series, Callable[[pd.DataFrame], arrow.Array]]] = [
        (gone, lambda at: join(money_text(at, "due_minor"), "")),
        (~gone & (kind == "ONE_TIME"), _one_sum),
        (~gone & (kind == "RECURRING"), _period),
        (~gone & (by == BY_PERCENT) & exact, _exact_share),
        (~gone & (by == BY_PERCENT) & ~exact, _rounded_share),
        (~gone & (by == BY_AMOUNT), _fixed_amount),
        (~gone & (by == BY_REST), _rest),
        (~gone & (by == BY_WHAT_IS_LEFT), _share_of_rest),
    ]
    told = [(np.flatnonzero(mask), words) for mask, words in kinds]
    texts = [words(facts.iloc[at]) for at, words in told if len(at)]
    place = np.concatenate([at for at, _ in told]).argsort(kind="stable")
    gathered = arrow.chunked_array(texts, arrow.large_string()).combine_chunks()
    return gathered.take(arrow.array(place))


def _own_kind(lines: pd.DataFrame) -> pd.Series:
    """What kind a line is by itself; an adjustment is of the kind of the line that it adjusts."""
    milestone = (lines["milestone_at"] >= 0).to_numpy(bool)
    fee = (lines["what"] == "FEE").to_numpy(bool)
    own = np.select([milestone, fee], ["MILESTONE", "ONE_TIME"], "RECURRING")
    return lines["kind"].where(lines["kind"] != "ADJUSTMENT", pd.Series(own, lines.index))


def _with_adjustments(facts: pd.DataFrame, texts: arrow.Array) -> arrow.Array:
    """`30 % of 10,000.00 = 3,000.00, adjusted to 2,500.00: goodwill`."""
    adjusted = facts["is_adjusted"].to_numpy(bool)
    if not adjusted.any():
        return texts
    told = join(
        texts, ", adjusted to ", money_text(facts, "adjusted_minor"), ": ",
        arrow_texts(facts["adjusted_because"]),
    )  # fmt: skip
    return compute.if_else(adjusted, told, texts)


def _is_exact(facts: pd.DataFrame) -> np.ndarray:
    """True where the percentage of the price is a whole number of minor units."""
    price, weight = facts["price_minor"].to_numpy(np.int64), facts["weight_millionths"].to_numpy()
    return price % money.HUNDRED_PERCENT * weight % money.HUNDRED_PERCENT == 0


def _one_sum(facts: pd.DataFrame) -> arrow.Array:
    """`one-time charge of 500.00 at its start on 2026-01-05, adjusted by -10 % = 450.00`."""
    starts, ends = day_text(facts["service_start"]), day_text(facts["service_end"])
    when = compute.if_else(
        facts["in_arrears"].to_numpy(bool),
        join(" after its last day, ", compute.fill_null(ends, "")),
        join(" at its start on ", starts),
    )
    return join("one-time charge of ", money_text(facts, "charge_minor"), when, _adjusted(facts))


def _period(facts: pd.DataFrame) -> arrow.Array:
    """`600.00 × 16/31 days = 309.68`; a whole period is `600.00 for a whole period of 31 days`."""
    whole = (facts["days_served"] == facts["days_in_period"]).to_numpy(bool)
    price, of = money_text(facts, "charge_minor"), number_text(facts["days_in_period"])
    cut = join(price, " × ", number_text(facts["days_served"]), "/", of, " days")
    words = compute.if_else(whole, join(price, " for a whole period of ", of, " days"), cut)
    adjusted = (facts["adjustment_millionths"] != 0).to_numpy(bool)
    plain_end = compute.if_else(whole, BLANK, join(" = ", money_text(facts, "due_minor")))
    return join(words, compute.if_else(adjusted, _adjusted(facts), plain_end))


def _adjusted(facts: pd.DataFrame) -> arrow.Array:
    """The price adjustment and what it comes to; blank where there is none."""
    percent = money.percent_text(facts["adjustment_millionths"])
    words = join(", adjusted by ", percent, " % = ", money_text(facts, "due_minor"))
    return compute.if_else((facts["adjustment_millionths"] != 0).to_numpy(bool), words, BLANK)


def _exact_share(facts: pd.DataFrame) -> arrow.Array:
    """`30 % of 10,000.00 = 3,000.00`."""
    return join(_share(facts), " = ", money_text(facts, "due_minor"))


def _rounded_share(facts: pd.DataFrame) -> arrow.Array:
    """`33.34 % of 5.47 = 1.823698, rounded up to 1.83 so that the parts total 5.47`."""
    price, weight = facts["price_minor"].to_numpy(np.int64), facts["weight_millionths"].to_numpy()
    hundreds, rest = np.divmod(np.abs(price), money.HUNDRED_PERCENT)
    below = hundreds * weight + rest * weight // money.HUNDRED_PERCENT
    fraction = arrow.array(rest * weight % money.HUNDRED_PERCENT).cast(arrow.large_string())
    up = np.abs(facts["due_minor"].to_numpy(np.int64)) > below
    exact = facts.assign(below_minor=np.sign(price) * below)
    digits = compute.replace_substring_regex(compute.utf8_lpad(fraction, 8, "0"), "0+$", "")
    pointed = compute.if_else((facts["exponent"] == 0).to_numpy(bool), join(".", digits), digits)
    signed = compute.if_else((price < 0) & (below == 0), MINUS, BLANK)
    return join(
        _share(facts), " = ", signed, money_text(exact, "below_minor"), pointed,
        _rounded(up, (price < 0)), money_text(facts, "due_minor"),
        " so that the parts total ", money_text(facts, "price_minor"),
    )  # fmt: skip


def _rounded(away: np.ndarray, negative: np.ndarray) -> arrow.Array:
    """Which way a share went: up and down are said of positive amounts only."""
    positive = either(away, ", rounded up to ", ", rounded down to ")
    below_zero = either(away, ", rounded away from zero to ", ", rounded towards zero to ")
    return compute.if_else(negative, below_zero, positive)


def _fixed_amount(facts: pd.DataFrame) -> arrow.Array:
    """`fixed amount 2,500.00 of 7,500.00`."""
    return join(
        "fixed amount ", money_text(facts, "due_minor"), " of ", money_text(facts, "price_minor")
    )


def _rest(facts: pd.DataFrame) -> arrow.Array:
    """`what the other milestones leave of 7,500.00 = 1,250.00`."""
    price, due = money_text(facts, "price_minor"), money_text(facts, "due_minor")
    return join("what the other milestones leave of ", price, " = ", due)


def _share_of_rest(facts: pd.DataFrame) -> arrow.Array:
    """`50 of 66.66 percent of the 3.64 not billed before the plan changed = 2.73`."""
    return join(
        money.percent_text(facts["weight_millionths"]), " of ",
        money.percent_text(facts["left_millionths"]), " percent of the ",
        money_text(facts, "left_minor"), " not billed before the plan changed = ",
        money_text(facts, "due_minor"),
    )  # fmt: skip


def _share(facts: pd.DataFrame) -> arrow.Array:
    percent = money.percent_text(facts["weight_millionths"])
    return join(percent, " % of ", money_text(facts, "price_minor"))


def descriptions(lines: pd.DataFrame, charges: pd.DataFrame, shares: pd.DataFrame) -> pd.Series:
    """What the invoice line says: the charge, or its product, and the milestone or the service
    period; 240 characters at most."""
    charge = charges["description"].fillna(charges["product_description"])
    named = arrow_texts(charge).take(arrow.array(lines["charge_at"].to_numpy()))
    milestone = arrow_texts(shares["milestone_name"])
    at = arrow.array(np.where(lines["milestone_at"] < 0, 0, lines["milestone_at"]))
    of_milestone = (lines["milestone_at"] >= 0).to_numpy(bool)
    if len(milestone):
        named = compute.if_else(of_milestone, join(named, " - ", milestone.take(at)), named)
    recurring = (lines["kind"] == "RECURRING").to_numpy(bool)
    if recurring.any():
        # a correction of a period that is still served in part: its days are those that are left
        left = (lines["revision"] > 0) & (lines["due_minor"] != 0)
        now = arrow.array(np.where(left, NOW_SERVED, " ("), arrow.large_string())
        named = compute.if_else(recurring, join(named, now, _served(lines), ")"), named)
    credit = (lines["amount_minor"] < 0).to_numpy(bool) & (lines["revision"] > 0).to_numpy(bool)
    words = compute.if_else(credit, join("Credit: ", named), named)
    cut = compute.utf8_slice_codeunits(words, 0, LONGEST_DESCRIPTION)
    return pd.Series(pd.array(cut, dtype="str"), lines.index)


def _served(lines: pd.DataFrame) -> arrow.Array:
    """The service period, such as `2026-03-10 to 2026-04-09`."""
    starts, ends = day_text(lines["service_start"]), day_text(lines["service_end"])
    return join(compute.fill_null(starts, ""), " to ", compute.fill_null(ends, ""))
