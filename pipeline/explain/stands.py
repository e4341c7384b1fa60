"""Where a contract stands now, and what it waits for, as plain values. Pure."""

from typing import Any

import pandas as pd

from pipeline.bill.plan import planned_lines
from pipeline.bill.shares import milestone_what
from pipeline.explain.kept import Kept, rows_of
from pipeline.explain.row import amount_words
from pipeline.explain.waiting import (
    BILLED_STATES,
    DUE,
    LONGEST_PERIOD,
    NEXT_RUN,
    SCHEDULED,
    WITHHELD,
    line_waiting_words,
)  # fmt: skip
from pipeline.standing import Standing, proofs_of_positions

AHEAD = ("OPEN", "SCHEDULED")
AMOUNTS = ("price", "billed", "unbilled", "withheld", "adjusted_away", "remaining")


def stands_account(kept: Kept, standing: Standing) -> dict[str, Any]:
    """Status and amounts of the contract, after all that is posted."""
    contract = standing.contracts.iloc[0]
    position = proofs_of_positions(standing).iloc[0]
    return {
        "status": contract["status"],
        "currency": contract["currency"],
        **{name: amount_words(kept, contract[f"{name}_minor"]) for name in AMOUNTS},
        **{name: amount_words(kept, position[f"{name}_minor"])
           for name in ("recognised", "liability", "asset")},
    }  # fmt: skip


def waits_account(kept: Kept, standing: Standing) -> list[dict[str, str]]:
    """Each line that is due, withheld or planned, and each phase without dates: id, state, because."""
    bills = standing.bills
    due = [
        {"id": line.bill_line_id, "state": DUE, "because": f"it has come due, and {NEXT_RUN}"}
        for line in rows_of(bills.lines)
    ]
    withheld = [
        {"id": line.bill_line_id, "state": WITHHELD, "because": line.withheld_because}
        for line in rows_of(bills.withheld)
    ]
    told = {one["id"] for one in (*due, *withheld)}
    return [
        *due, *withheld, *_milestones(standing, told), *_timed(standing), *_phases(standing)
    ]  # fmt: skip


def _timed(standing: Standing) -> list[dict[str, str]]:
    """Each charge's next line that comes with a day; milestones are told apart."""
    terms, day = standing.bills.terms, pd.Timestamp(standing.as_of)
    until = (day + LONGEST_PERIOD).as_unit("s")
    plan = planned_lines(terms, standing.bills.revenue_shares.head(0), until)
    bills = terms["bills"].to_numpy(bool)[plan["charge_at"].to_numpy()]
    ahead = plan[bills & (plan["bill_date"] > day).to_numpy(bool)].sort_values("bill_date")
    return [
        {"id": f"{line.subscription_number}:{line.charge_number}:{line.what}",
         "state": SCHEDULED, "because": f"its date is {line.bill_date:%Y-%m-%d}"}
        for line in rows_of(ahead.drop_duplicates("charge_number"))
    ]  # fmt: skip


def _milestones(standing: Standing, told: set[str]) -> list[dict[str, str]]:
    milestones = standing.bills.milestones
    ids = (
        milestones["subscription_number"] + ":" + milestones["charge_number"] + ":"
        + milestone_what(milestones)
    )  # fmt: skip
    bills = milestones["event_type"] == "BILLING"
    waits = (bills & ~milestones["state"].isin(BILLED_STATES)) | milestones["state"].isin(AHEAD)
    return [
        {"id": row.id, "state": row.state, "because": line_waiting_words(row)}
        for row in rows_of(milestones.assign(id=ids)[waits & ~ids.isin(told)])
    ]


def _phases(standing: Standing) -> list[dict[str, str]]:
    phases = standing.bills.phases
    return [
        {"id": "", "state": phase.state,
         "because": f"phase {phase.phase_number} ({phase.phase_name}) waits for the milestone "
                    f"'{phase.waits_for}'"}
        for phase in rows_of(phases[phases["waits_for"] != ""])
    ]  # fmt: skip
