"""The revenue side of a run: frames that agree with its bill lines, and with each other."""

import datetime

import numpy as np
import pandas as pd

from schemas.outputs import (
    ContractPositions,
    JournalLines,
    OutputTable,
    RevenueBalances,
    RevenueEvents,
    RevenueLines,
    RevenueToCome,
    RollForward,
    dtypes_of,
)

METHODS = ("MILESTONE", "STRAIGHT_LINE", "POINT_IN_TIME")
EARLIER = "2024-11-01"
"""The month in which the record's contracts began to recognise."""
TONIGHT = "2026-04-01"
"""The first open day, on which tonight's lines and events are posted."""


def typed(model: type[OutputTable], frame: pd.DataFrame) -> pd.DataFrame:
    """A valid frame of an output table from columns, those that are left out blank."""
    dtypes = dtypes_of(model)
    blanks = {"str": "", "int64": 0}
    left_out = {name: blanks.get(dtype) for name, dtype in dtypes.items() if name not in frame}
    whole = frame.assign(**left_out)[list(dtypes)]
    return model.validate(whole.astype(dtypes).reset_index(drop=True))


def revenue_of(bill_lines: pd.DataFrame, as_of: datetime.date) -> dict[str, pd.DataFrame]:
    """The record's frames of revenue, from the lines that the run posts.

    Every charge comes to twice what is billed tonight, all of which it is allocated; an eighth was
    recognised in November 2024, a quarter tonight; of the rest a third comes tonight's month, a
    third 14 months later, and a third has no date.
    """
    keys = ["subscription_number", "charge_number"]
    named = [*keys, "line_number", "business_unit", "currency", "customer_number"]
    charges = bill_lines.groupby(keys, as_index=False).agg(
        **{name: (name, "first") for name in named[2:]}, billed_minor=("amount_minor", "sum")
    )
    total = charges["billed_minor"] * 2
    charges = charges.assign(
        total_minor=total, allocated_minor=total, recognised_before_minor=total // 8,
        recognised_tonight_minor=total // 4,
        remaining_minor=total - total // 8 - total // 4,
        method=np.resize(METHODS, len(charges)),
        revenue_line_id=charges["subscription_number"] + ":" + charges["charge_number"],
        customer_name="Müller & Söhne Maschinenbau GmbH, Werk Süd",
    )  # fmt: skip
    to_come = to_come_of(charges, as_of)
    events = events_of(charges)
    return {
        "revenue_lines": typed(RevenueLines, charges.assign(document_date="2024-01-01")),
        "revenue_events": events,
        "journal": journal_of(bill_lines, events),
        "revenue_balances": typed(RevenueBalances, charges),
        "revenue_to_come": to_come,
        "positions": positions_of(charges, to_come, as_of),
        "roll_forward": roll_forward_of(charges),
    }


def to_come_of(charges: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """The remaining revenue in three parts."""
    third = charges["remaining_minor"] // 3
    first = np.datetime64(as_of, "M")
    parts = [
        charges.assign(month=str(first), amount_minor=third),
        charges.assign(month=str(first + 14), amount_minor=third),
        charges.assign(month=None, amount_minor=charges["remaining_minor"] - 2 * third),
    ]
    whole = pd.concat(parts, ignore_index=True)
    days = pd.to_datetime(whole["month"]).astype("datetime64[s]")
    order = ["subscription_number", "charge_number", "month"]
    return typed(RevenueToCome, whole.assign(month=days).sort_values(order))


def events_of(charges: pd.DataFrame) -> pd.DataFrame:
    """An event for every charge."""
    straight = charges["method"] == "STRAIGHT_LINE"
    what = np.where(straight, "R2026-03", "R1")
    return typed(
        RevenueEvents,
        charges.assign(
            what=what, event_id=charges["revenue_line_id"] + ":" + what,
            satisfaction_date="2026-03-31", accounting_date=TONIGHT,
            percent_millionths=pd.Series(25_000_000, charges.index).mask(straight).astype("Int64"),
            amount_minor=charges["recognised_tonight_minor"],
            reason="25 percent of 12,345.67, complete on 2026-03-31",
        ),
    )  # fmt: skip


def journal_of(bill_lines: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Two lines for every bill line and every event, as if there were no contract assets."""
    sides = []
    for rows, roles in (
        (bill_lines.assign(event_id=""), ("receivable", "contract_liability")),
        (events.assign(bill_line_id=""), ("contract_liability", "revenue")),
    ):
        for sign, role in zip((1, -1), roles, strict=True):
            amount = rows["amount_minor"] * sign
            sides.append(rows.assign(
                role=role, account=f"Ledger:{role}", date=TONIGHT,
                entry_id="2026-03-31-1-" + rows.iloc[:, 0],
                debit_minor=amount.where(amount > 0).astype("Int64"),
                credit_minor=(-amount).where(amount < 0).astype("Int64"),
                narrative="Posted: " + rows["reason"],
            ))  # fmt: skip
    whole = pd.concat(sides, ignore_index=True)
    moved = whole[whole["debit_minor"].notna() | whole["credit_minor"].notna()]
    return typed(JournalLines, moved.sort_values(["entry_id", "debit_minor"], kind="stable"))


def positions_of(
    charges: pd.DataFrame, to_come: pd.DataFrame, as_of: datetime.date
) -> pd.DataFrame:
    """The contracts as they stand."""
    recognised = charges["recognised_before_minor"] + charges["recognised_tonight_minor"]
    tomorrow = np.datetime64(as_of, "D") + 1
    year = pd.Timestamp(tomorrow.astype("datetime64[M]") + 12)
    known, amounts = to_come["month"].notna(), to_come["amount_minor"]
    parts = to_come.assign(
        within_a_year_minor=amounts.where(known & (to_come["month"] < year), 0),
        later_minor=amounts.where(known & (to_come["month"] >= year), 0),
        undated_minor=amounts.where(~known, 0),
    )
    moves = charges.assign(recognised_minor=recognised)
    group = ["subscription_number", "business_unit", "currency"]
    names = ["billed_minor", "recognised_minor", "allocated_minor", "remaining_minor"]
    about = {name: (name, "first") for name in ("customer_number", "customer_name")}
    sums = moves.groupby(group, as_index=False).agg(**about, **{n: (n, "sum") for n in names})
    ahead = parts.groupby(group, as_index=False)[
        ["within_a_year_minor", "later_minor", "undated_minor"]
    ].sum()
    net = sums["billed_minor"] - sums["recognised_minor"]
    return typed(
        ContractPositions,
        sums.assign(liability_minor=net.clip(lower=0), asset_minor=(-net).clip(lower=0)).merge(
            ahead, on=group, how="left", validate="one_to_one"
        ),
    )


def roll_forward_of(charges: pd.DataFrame) -> pd.DataFrame:
    """Two months in which every contract moved."""
    group = ["currency", "subscription_number", "customer_number", "business_unit"]
    names = ["billed_minor", "recognised_before_minor", "recognised_tonight_minor"]
    sums = charges.groupby(group, as_index=False)[names].sum()
    before, tonight = sums["recognised_before_minor"], sums["recognised_tonight_minor"]
    months = [
        sums.assign(month=EARLIER, opening_minor=0, billed_minor=0, recognised_minor=before,
                    closing_minor=-before),
        sums.assign(month=TONIGHT, opening_minor=-before, recognised_minor=tonight,
                    closing_minor=sums["billed_minor"] - before - tonight),
    ]  # fmt: skip
    whole = pd.concat(months, ignore_index=True)
    order = ["currency", "month", "subscription_number"]
    return typed(RollForward, whole.assign(month=pd.to_datetime(whole["month"])).sort_values(order))
