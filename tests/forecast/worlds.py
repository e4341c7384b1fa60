"""Contracts at random, some of whose milestones are still open, late, undated or scheduled, and some
of which actions will change."""

import datetime
import random

import pandas as pd

from tests.schedules import Contracts

STATUSES = ["ACTIVE"] * 6 + ["ON_HOLD", "DRAFT"]
ACTIONS = ["HOLD", "HOLD", "RELEASE", "RELEASE", "CLOSE", "REOPEN_MILESTONE", "SUSPEND"]
AGO = datetime.timedelta(days=40)


def still_open(
    known: Contracts, night: datetime.date, span: int, chance: random.Random
) -> Contracts:
    """The contracts as they may stand on a night: what was completed later is open, with or without an
    expected day; charges with revenue milestones may be billed by the same ones."""

    def day() -> pd.Timestamp:
        return pd.Timestamp(night - AGO + datetime.timedelta(chance.randint(0, span + 60)))

    def days(count: int, missing: float) -> list[object]:
        return [pd.NaT if chance.random() < missing else day() for _ in range(count)]

    def opened(rows: pd.DataFrame) -> pd.DataFrame:
        completed = rows["completion_date"].where(rows["completion_date"] <= pd.Timestamp(night))
        return rows.assign(completion_date=completed).assign(
            expected_completion_date=pd.Series(
                days(len(rows), 0.25), rows.index, dtype="datetime64[s]"
            )
        )

    revenue = opened(known["milestones"])
    scheduled = pd.Series(days(len(revenue), 0.85), revenue.index, dtype="datetime64[s]")
    revenue = revenue.assign(completion_date=revenue["completion_date"].fillna(scheduled))
    milestones = pd.concat([revenue, revenue.assign(event_type="BILLING")], ignore_index=True)
    keys = set(zip(revenue["subscription_number"], revenue["charge_number"], strict=True))
    charges, subscriptions = known["charges"], known["subscriptions"]
    by_milestones = [
        "Y" if key in keys and chance.random() < 0.6 else None
        for key in zip(charges["subscription_number"], charges["charge_number"], strict=True)
    ]
    status = [chance.choice(STATUSES) for _ in range(len(subscriptions))]
    changed = known | {
        "milestones": milestones,
        "phases": opened(known["phases"]),
        "charges": charges.assign(
            milestone_billing=pd.Series(by_milestones, charges.index, dtype="str")
        ),
        "subscriptions": subscriptions.assign(
            status=pd.Series(status, subscriptions.index, dtype="str")
        ),
    }
    return changed | {
        "actions": _actions(changed, night, span, chance),
        "adjustments": _adjustments(changed, chance),
    }


def _actions(
    known: Contracts, night: datetime.date, span: int, chance: random.Random
) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for number in known["subscriptions"]["subscription_number"]:
        for _ in range(chance.choice([0, 0, 1, 2])):
            action = chance.choice(ACTIONS)
            ahead = datetime.timedelta(days=chance.randint(-30, span))
            row: dict[str, object] = {
                "subscription_number": number, "action": action, "concerns": str(len(rows)),
                "effective_date": pd.Timestamp(night + ahead), "source": 1, "row": 1,
            }  # fmt: skip
            own = known["milestones"]
            own = own[own["subscription_number"] == number]
            if action == "SUSPEND":
                row["line_number"] = "1"
            if action == "REOPEN_MILESTONE" and own.empty:
                continue
            if action == "REOPEN_MILESTONE":
                row["charge_number"] = own["charge_number"].iloc[0]
                row["sequence"] = chance.choice(own["sequence"].tolist())
            rows.append(row)
    return _typed(rows, known["actions"])


def _adjustments(known: Contracts, chance: random.Random) -> pd.DataFrame:
    """Now and then a milestone's line comes to another amount, billed or not; or a period's."""
    milestones = known["milestones"]
    billing = milestones[milestones["event_type"] == "BILLING"]
    return _typed(
        [
            {"bill_line_id": f"{row.subscription_number}:{row.charge_number}:M{row.sequence}",
             "subscription_number": row.subscription_number, "charge_number": row.charge_number,
             "what": f"M{row.sequence}", "adjusted_amount_minor": chance.randint(0, 9999),
             "reason": "agreed", "source": 1, "row": 1}
            for row in billing.itertuples() if chance.random() < 0.1
        ],
        known["adjustments"],
    )  # fmt: skip


def _typed(rows: list[dict[str, object]], like: pd.DataFrame) -> pd.DataFrame:
    if not rows:
        return like
    return pd.DataFrame(rows, columns=list(like.columns)).astype(like.dtypes)
