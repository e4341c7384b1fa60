"""Views: a table's merged rows with what the rules need to know from other tables beside them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pipeline import money
from pipeline.frames import code_groups, joined_keys, look_up, match, sum_groups
from pipeline.life import LEADS_TO, in_order, is_reopened_with
from pipeline.phases import phase_terms
from schemas.cells import FLAGS
from schemas.inputs import EVENT_TYPES
from schemas.rules import differs

Tables = Mapping[str, pd.DataFrame]

ON_CHARGE = ["subscription_number", "charge_number"]
ON_LINE = ["subscription_number", "line_number"]


def known(frame: pd.DataFrame, other: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """True where a row's key stands in the other frame."""
    return match(frame, other, columns) >= 0


def beside(rows: pd.DataFrame, stored: pd.DataFrame, names: list[str]) -> dict[str, pd.Series]:
    """The stored version of these columns, as `stored_…`; missing where nothing is stored."""
    at = rows["stored_at"].to_numpy()
    return {f"stored_{name}": look_up(stored[name], at, rows.index) for name in names}


def status_by_actions(rows: pd.DataFrame, actions: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """True where accepted actions govern the status of a contract, or of a line."""
    leading = actions[actions["action"].isin(LEADS_TO)]
    of_lines = leading["line_number"].notna()
    return known(rows, leading[of_lines if keys == ON_LINE else ~of_lines], keys)


def reopened_on(milestones: pd.DataFrame, actions: pd.DataFrame) -> pd.Series:
    """The last day on which each milestone was, or will be, reopened."""
    keys = [*ON_CHARGE, "sequence"]
    reopens = actions[actions["action"] == "REOPEN_MILESTONE"]
    last = in_order(reopens).drop_duplicates(keys, keep="last").reset_index(drop=True)
    days = look_up(last["effective_date"], match(milestones, last, keys), milestones.index)
    return days.where(is_reopened_with(milestones))


def product_view(products: pd.DataFrame, used_with_milestones: pd.Series) -> pd.DataFrame:
    """Adds used_with_milestones: a stored charge of the product has milestones."""
    return products.assign(used_with_milestones=products["product_code"].isin(used_with_milestones))


def template_milestone_view(
    rows: pd.DataFrame, stored: pd.DataFrame, templates: pd.DataFrame, lookups: pd.DataFrame
) -> pd.DataFrame:
    """Adds template_known, name_known, source_known, name_is_new, source_is_new."""
    return rows.assign(
        template_known=known(rows, templates, ["template_code"]),
        **_lookup_columns(rows, lookups, stored),
    )


def template_plan_view(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per template and event type, its first; adds total_percent_millionths."""
    groups, count = code_groups(joined_keys(rows, ["template_code", "event_type"]))
    percent = rows["percent_millionths"].fillna(0).to_numpy(np.int64)
    first = rows[~rows[["template_code", "event_type"]].duplicated()]
    return first.assign(total_percent_millionths=sum_groups(percent, groups, count))


def subscription_view(
    merged: Tables, stored: Tables, posted: pd.DataFrame, recognised: pd.Series
) -> pd.DataFrame:
    """Adds customer_known, currency_known, has_phases, posted, recognised_only (revenue has been
    recognised, but nothing billed) and stored values."""
    rows = merged["subscriptions"]
    billed = rows["subscription_number"].isin(posted["subscription_number"])
    return rows.assign(
        customer_known=known(rows, merged["customers"], ["customer_number"]),
        currency_known=rows["currency"].isin(money.currency_exponents().keys()),
        has_phases=known(rows, merged["phases"], ["subscription_number"]),
        has_stored_charges=known(rows, stored["charges"], ["subscription_number"]),
        decimals_change=_decimals_change(rows, stored["subscriptions"]),
        posted=billed,
        recognised_only=rows["subscription_number"].isin(recognised) & ~billed,
        status_by_actions=status_by_actions(rows, stored["actions"], ["subscription_number"]),
        **beside(
            rows, stored["subscriptions"],
            ["currency", "customer_number", "business_unit", "start_date", "end_date",
             "billing_day", "status"],
        ),
    )  # fmt: skip


def _decimals_change(rows: pd.DataFrame, stored: pd.DataFrame) -> np.ndarray:
    """True where the stored currency has another number of decimals than the uploaded one."""
    at = rows["stored_at"].to_numpy()
    before = money.exponents_of(look_up(stored["currency"], at))
    return (at >= 0) & (before != money.exponents_of(rows["currency"]))


def line_view(merged: Tables, stored: Tables, posted: pd.DataFrame) -> pd.DataFrame:
    """Adds subscription_known, product_known, the subscription's term, the line's own, posted."""
    rows, subscriptions = merged["subscription_lines"], merged["subscriptions"]
    at = match(rows, subscriptions, ["subscription_number"])
    start = look_up(subscriptions["start_date"], at, rows.index)
    end = look_up(subscriptions["end_date"], at, rows.index)
    charges = merged["charges"]
    billed = charges[known(charges, posted, ON_CHARGE)]
    return rows.assign(
        subscription_known=at >= 0,
        product_known=known(rows, merged["products"], ["product_code"]),
        subscription_start=start,
        subscription_end=end,
        live_from=rows["start_date"].fillna(start),
        live_until=rows["end_date"].fillna(end),
        posted=known(rows, billed, ON_LINE),
        status_by_actions=status_by_actions(rows, stored["actions"], ON_LINE),
        **beside(
            rows,
            stored["subscription_lines"],
            ["start_date", "end_date", "product_code", "status"],
        ),
    )


def phase_view(merged: Tables, stored: Tables, posted: pd.DataFrame, handover: str) -> pd.DataFrame:
    """Adds subscription_known, the phase's term (`phases.phase_terms`), subscription_end, is_last,
    waits (bool: a phase before it is not completed), posted (of its subscription), stored values."""
    subscriptions = merged["subscriptions"]
    rows = phase_terms(merged["phases"], subscriptions, handover)
    at = match(rows, subscriptions, ["subscription_number"])
    last = ~rows["subscription_number"].duplicated(keep="last")
    return rows.assign(
        subscription_known=at >= 0,
        subscription_end=look_up(subscriptions["end_date"], at),
        is_last=last,
        waits=rows["starts_on"].isna() & (at >= 0),
        posted=rows["subscription_number"].isin(posted["subscription_number"]),
        **beside(
            rows, stored["phases"],
            ["completion_date", "ends", "end_date", "duration_months", "billing_anchor"],
        ),
    )  # fmt: skip


def charge_view(merged: Tables, stored: Tables, posted: pd.DataFrame) -> pd.DataFrame:
    """Adds what a charge's line, product, template and milestones say, posted, stored values."""
    rows, lines = merged["charges"], line_view(merged, stored, posted)
    subscriptions, products = merged["subscriptions"], merged["products"]
    subscription_at = match(rows, subscriptions, ["subscription_number"])
    line_at = match(rows, lines, ON_LINE)
    product_code = look_up(lines["product_code"], line_at, rows.index)
    product_at = match(rows.assign(product_code=product_code), products, ["product_code"])
    in_plan = merged["milestones"][is_in_plan(merged["milestones"])]
    flags = effective_flags(rows)
    has_milestones = (
        rows["template_code"].notna()
        | (rows["milestone_billing"] == "Y")
        | (rows["milestone_revenue"] == "Y")
        | known(rows, in_plan, ON_CHARGE)
    )
    plain = rows[~has_milestones]
    priced_alone = rows[rows["standalone_selling_price_minor"].notna()]
    stored_flags = effective_flags(stored["charges"])
    stored_charges = stored["charges"].assign(
        **stored_flags, price_is_fixed=_price_is_fixed(stored["charges"], stored_flags)
    )
    return rows.assign(
        **flags,
        subscription_known=subscription_at >= 0,
        evergreen=look_up(subscriptions["evergreen"], subscription_at, rows.index),
        exponent=exponents_at(subscriptions, subscription_at),
        line_known=line_at >= 0,
        live_until=look_up(lines["live_until"], line_at, rows.index),
        product_code=product_code,
        sales_product_type=look_up(products["sales_product_type"], product_at, rows.index),
        phase_known=known(rows, merged["phases"], ["subscription_number", "phase_number"]),
        template_known=known(rows, merged["templates"], ["template_code"]),
        has_milestones=has_milestones,
        price_is_fixed=_price_is_fixed(rows, flags),
        beside_other_charges=rows["subscription_number"].isin(plain["subscription_number"]),
        beside_selling_price=rows["subscription_number"].isin(priced_alone["subscription_number"]),
        posted=known(rows, posted, ON_CHARGE),
        **beside(
            rows, stored_charges,
            ["amount_minor", "charge_type", "billing_frequency", "billing_timing", "phase_number",
             "line_number", "template_code", "milestone_billing_on",
             "price_is_fixed", "price_adjustment_percent_millionths"],
        ),
    )  # fmt: skip


def _price_is_fixed(charges: pd.DataFrame, flags: dict[str, pd.Series]) -> pd.Series:
    """True where a price adjustment has no effect: a template or milestones (TPL-06)."""
    on = flags["milestone_billing_on"] | flags["milestone_revenue_on"]
    return charges["template_code"].notna() | on


def effective_flags(charges: pd.DataFrame) -> dict[str, pd.Series]:
    """Whether billing and revenue milestones are on: the charge's flag, else its template's (TPL-05).

    milestone_billing_on, milestone_revenue_on (bool); flag_not_given (bool): nothing says either.
    """
    billing = charges["milestone_billing"].fillna(charges["template_billing"])
    revenue = charges["milestone_revenue"].fillna(charges["template_revenue"])
    return {
        "milestone_billing_on": (billing == "Y").astype(bool),
        "milestone_revenue_on": (revenue == "Y").astype(bool),
        "flag_not_given_billing": billing.isna(),
        "flag_not_given_revenue": revenue.isna(),
    }


def milestone_view(
    merged: Tables, stored: Tables, posted: pd.DataFrame, charges: pd.DataFrame
) -> pd.DataFrame:
    """Adds what the milestone's charge, the lookups and the ledger say; `charges` is a charge view."""
    rows = merged["milestones"]
    at = match(rows, charges, ON_CHARGE)
    before = beside(
        rows, stored["milestones"],
        ["percent_millionths", "amount_minor", "completion_date", "expected_completion_date"],
    )  # fmt: skip
    bills = (rows["event_type"] == "BILLING").to_numpy()
    bare = charges.reset_index(drop=True)

    def of_charge(for_billing: str, for_revenue: str) -> pd.Series:
        billing = look_up(bare[for_billing], at, rows.index).fillna(False).astype(bool)
        revenue = look_up(bare[for_revenue], at, rows.index).fillna(False).astype(bool)
        return billing.where(bills, revenue)

    return rows.assign(
        **_lookup_columns(rows, merged["lookups"], stored["milestones"]),
        **before,
        subscription_known=known(rows, merged["subscriptions"], ["subscription_number"]),
        charge_known=at >= 0,
        charge_amount_minor=look_up(bare["amount_minor"], at, rows.index),
        exponent=look_up(bare["exponent"], at, rows.index).fillna(2).astype("int64"),
        in_plan=is_in_plan(rows),
        switched_on=of_charge("milestone_billing_on", "milestone_revenue_on"),
        kind_is_sure=_is_sure(rows, bare, at),
        flag_not_given=of_charge("flag_not_given_billing", "flag_not_given_revenue"),
        billed=(standing := _posted_minor(rows, posted)) != 0,
        posted_minor=standing,
        reopened_on=reopened_on(rows, merged["actions"]),
    )


def _is_sure(milestones: pd.DataFrame, charges: pd.DataFrame, at: np.ndarray) -> np.ndarray:
    """True where it can be told which milestones are on: not where the kind, a flag or the template
    of the charge is itself at fault."""
    doubtful = charges["template_code"].notna() & ~charges["template_known"]
    doubtful &= charges["template_billing"].isna()  # what has taken its copy needs no template
    for flag in ("milestone_billing", "milestone_revenue"):
        doubtful |= charges[flag].notna() & ~charges[flag].isin(FLAGS)
    unclear = look_up(doubtful, at).fillna(True).to_numpy(bool)
    return milestones["event_type"].isin(EVENT_TYPES).to_numpy(bool) & ~unclear


def plan_view(milestones: pd.DataFrame, charges: pd.DataFrame) -> pd.DataFrame:
    """One row per charge and event type whose milestones are on, with the plan's counts and totals.

    Takes a milestone view and a charge view. The address is that of the plan's first uploaded
    milestone, else of the charge (at_charge, bool); percent_millionths and amount_minor are what the
    row there holds. Adds milestones, percents, amounts, remainders (counts), total_percent_millionths,
    total_amount_minor, charge_amount_minor, exponent; and of those that are not billed:
    open_milestones, open_remainders (counts), open_amount_minor (total), left_minor (the price less
    what is posted).
    """
    plans = pd.concat(
        [
            charges[charges["milestone_billing_on"]].assign(event_type="BILLING"),
            charges[charges["milestone_revenue_on"]].assign(event_type="REVENUE"),
        ],
        ignore_index=True,
    )
    keys = [*ON_CHARGE, "event_type"]
    kept = milestones[milestones["in_plan"]]
    at = match(kept, plans, keys)
    kept, at = kept[at >= 0], at[at >= 0]
    count = len(plans)
    percent, amount = kept["percent_millionths"], kept["amount_minor"]

    def counted(mask: pd.Series) -> np.ndarray:
        return np.bincount(at[mask.to_numpy()], minlength=count)

    still_open = ~kept["billed"]
    open_amount = np.where(still_open, amount.fillna(0).to_numpy(np.int64), 0)

    address = kept[kept["uploaded"]].sort_values(["source", "row"], ascending=[False, True])
    address_at = match(plans, address, keys)
    at_charge = address_at < 0
    return plans.assign(
        at_charge=at_charge,
        percent_millionths=look_up(address["percent_millionths"], address_at),
        amount_minor=plans["amount_minor"].where(
            at_charge, look_up(address["amount_minor"], address_at)
        ),
        charge_amount_minor=plans["amount_minor"].fillna(0).astype("int64"),
        milestones=np.bincount(at, minlength=count),
        percents=counted(percent.notna()),
        amounts=counted(amount.notna()),
        remainders=counted(percent.isna() & amount.isna()),
        total_percent_millionths=sum_groups(percent.fillna(0).to_numpy(np.int64), at, count),
        total_amount_minor=_bounded_sums(amount.fillna(0).to_numpy(np.int64), at, count),
        open_milestones=counted(still_open),
        open_remainders=counted(still_open & percent.isna() & amount.isna()),
        open_amount_minor=_bounded_sums(open_amount, at, count),
        left_minor=plans["amount_minor"].fillna(0).to_numpy(np.int64)
        - sum_groups(kept["posted_minor"].to_numpy(np.int64), at, count),
        source=look_up(address["source"], address_at).fillna(plans["source"]).astype("int64"),
        row=look_up(address["row"], address_at).fillna(plans["row"]).astype("int64"),
        uploaded=plans["uploaded"] | ~at_charge,
    )


def is_in_plan(milestones: pd.DataFrame) -> pd.Series:
    """A milestone of 0 percent is dropped from the plan (DESIGN 4)."""
    return ~(milestones["percent_millionths"] == 0).fillna(False).astype(bool)


def exponents_at(subscriptions: pd.DataFrame, at: np.ndarray) -> np.ndarray:
    """The decimals of each row's currency, given where its subscription stands."""
    return money.exponents_of(look_up(subscriptions["currency"], at))


def _lookup_columns(
    rows: pd.DataFrame, lookups: pd.DataFrame, stored: pd.DataFrame
) -> dict[str, pd.Series]:
    """name_known, source_known: in the lookups and enabled; name_is_new, source_is_new: not stored
    so already. A code that goes out of use does not break what uses it."""
    enabled = lookups[lookups["enabled"] == "Y"]
    names = enabled.loc[enabled["lookup_type"] == "MILESTONE_NAME", "code"]
    sources = enabled.loc[enabled["lookup_type"] == "MILESTONE_SOURCE", "code"]
    before = beside(rows, stored, ["milestone_name", "milestone_source"])
    return {
        "name_known": rows["milestone_name"].isin(names),
        "source_known": rows["milestone_source"].isin(sources),
        "name_is_new": differs(rows["milestone_name"], before["stored_milestone_name"]),
        "source_is_new": differs(rows["milestone_source"], before["stored_milestone_source"]),
    }


def _posted_minor(milestones: pd.DataFrame, posted: pd.DataFrame) -> np.ndarray:
    """What stands posted for each billing milestone, net of corrections; 0 where nothing does."""
    lines = milestones.assign(what="M" + milestones["sequence"].astype("str"))
    bills = (milestones["event_type"] == "BILLING").to_numpy()
    at = np.where(bills, match(lines, posted, [*ON_CHARGE, "what"]), -1)
    return look_up(posted["amount_minor"], at).fillna(0).to_numpy(np.int64)


def _bounded_sums(amounts: np.ndarray, groups: np.ndarray, count: int) -> np.ndarray:
    """Group sums; what exceeds an int64 comes out as a total that no charge can have."""
    high = sum_groups(amounts // money.MILLION, groups, count)
    most = 10**money.MOST_DIGITS // money.MILLION
    low = sum_groups(amounts % money.MILLION, groups, count)
    exact = np.clip(high, -3 * most, 3 * most) * money.MILLION + low
    return np.where(np.abs(high) > 2 * most, np.sign(high) * 2 * 10**money.MOST_DIGITS, exact)
