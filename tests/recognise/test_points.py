"""On which day a fee, a period or a milestone is recognised at once, and not before."""

from pathlib import Path

import pandas as pd
import pytest

from pipeline.settings import DAY_AFTER, ON_COMPLETION, Settings
from tests.bill.contracts import (
    ARREARS,
    charge,
    fee,
    milestones,
    subscription,
    with_line,
    with_subscription,
)  # fmt: skip
from tests.builders import Company, amounts, contracts_of, joined, references, rows_of
from tests.desk import Desk
from tests.recognise.revenue_nights import Ledger, said
from tests.schedules import company_of, schedule

AT_ONCE = "revenue_method=POINT_IN_TIME"
FEE = "charge_type=ONE_TIME, amount=500.00"
LATE = "billing_timing=IN_ARREARS"
COMPLETED = "ends=MILESTONE, completion_date=2026-03-10"
THE_END = "2028-12-31"


def in_phases(number: int, charge_words: str, *phases: str, ends: str = "2026-12-31") -> Company:
    """A subscription from 15 January with these phases and one charge."""
    return schedule(
        f"S-{number}", f"start_date=2026-01-15, end_date={ends}", phases=phases,
        charges=[charge_words],
    )  # fmt: skip


CASES = [
    # why, the company, its events on completion, and with the handover "day_after" where they differ
    ("a fee, on the first day", fee("S-0"), ["RFEE 2026-01-01"]),
    ("the line's own start", with_line(fee("S-1"), start_date="2026-02-15"), ["RFEE 2026-02-15"]),
    ("in arrears, on the last day", fee("S-2", **ARREARS), ["RFEE 2026-12-31"]),
    ("the line's own end", with_line(fee("S-3", **ARREARS), end_date="2026-02-28"),
     ["RFEE 2026-02-28"]),
    ("a line of one day", with_line(fee("S-4", **ARREARS), start_date="2026-02-28",
                                    end_date="2026-02-28"), ["RFEE 2026-02-28"]),
    ("no end", with_subscription(fee("S-5"), end_date="", evergreen="Y"), ["RFEE 2026-01-01"]),
    ("no end, in arrears", with_subscription(fee("S-6", **ARREARS), end_date="", evergreen="Y"),
     []),
    ("a milestone phase, at its start", in_phases(7, f"{FEE}, phase_number=1", COMPLETED,
                                                  "ends=NEVER"), ["RFEE 2026-01-15"]),
    ("in arrears, when it is reached", in_phases(8, f"{FEE}, {LATE}, phase_number=1", COMPLETED,
                                                 "ends=NEVER"), ["RFEE 2026-03-10"]),
    ("the phase after it", in_phases(9, f"{FEE}, phase_number=2", COMPLETED, "ends=NEVER"),
     ["RFEE 2026-03-10"], ["RFEE 2026-03-11"]),
    ("in arrears while it is awaited", in_phases(10, f"{FEE}, {LATE}, phase_number=1",
                                                 "ends=MILESTONE", "ends=NEVER"), []),
    ("the phase after, while it is awaited", in_phases(11, f"{FEE}, phase_number=2",
                                                       "ends=MILESTONE", "ends=NEVER"), []),
    ("the phase after, in arrears", in_phases(12, f"{FEE}, {LATE}, phase_number=2",
                                              "ends=MILESTONE", "ends=NEVER"), []),
    ("a phase that ends on a date", in_phases(13, f"{FEE}, {LATE}, phase_number=1",
                                              "ends=DATE, end_date=2026-05-31", "ends=NEVER"),
     ["RFEE 2026-05-31"]),
    ("completed on its first day", in_phases(
        14, f"{FEE}, {LATE}, phase_number=1", "ends=MILESTONE, completion_date=2026-01-15",
        "ends=NEVER"), ["RFEE 2026-01-15"]),
    ("a phase that begins after the end", in_phases(
        15, f"{FEE}, {LATE}, phase_number=2", "ends=DATE, end_date=2026-12-31", "ends=NEVER"), []),
    ("each period on its first day", in_phases(
        16, f"amount=310.00, phase_number=1, {AT_ONCE}", COMPLETED, "ends=NEVER"),
     ["R2026-01-15 2026-01-15", "R2026-02-15 2026-02-15"]),
    ("each period on its last day", in_phases(
        17, f"amount=310.00, phase_number=1, {LATE}, {AT_ONCE}", COMPLETED, "ends=NEVER"),
     ["R2026-01-15 2026-02-14", "R2026-02-15 2026-03-09"],
     ["R2026-01-15 2026-02-14", "R2026-02-15 2026-03-10"]),
    ("a period of no day", in_phases(
        18, f"amount=310.00, phase_number=1, {AT_ONCE}",
        "ends=MILESTONE, completion_date=2026-01-15", "ends=NEVER"),
     [], ["R2026-01-15 2026-01-15"]),
    ("milestones, on their days, wherever those are", joined(
        subscription("S-19"), charge("S-19", "100.00", milestone_revenue="Y"),
        milestones("S-19", "20% 2027-02-01, 30%, 50% 2019-05-05", event_type="REVENUE")),
     ["R1 2027-02-01", "R3 2019-05-05"]),
    ("several on one day", joined(
        subscription("S-20"), charge("S-20", "0.05", milestone_revenue="Y"),
        milestones("S-20", ", ".join(["20% 2026-02-02"] * 5), event_type="REVENUE")),
     [f"R{n} 2026-02-02" for n in range(1, 6)]),
]  # fmt: skip


def expected(case: tuple, handover: str) -> list[str]:
    return case[3] if handover == DAY_AFTER and len(case) > 3 else case[2]


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    companies = [case[1] for case in CASES]
    return contracts_of(tmp_path_factory.mktemp("points"), company_of(*companies))


def recognised(
    ledger: Ledger, night: str, contracts: dict[str, pd.DataFrame]
) -> dict[str, list[str]]:
    """Every subscription's events after a night, as `RFEE 2026-01-01`."""
    revenue = ledger.night_of(night, contracts)
    return {
        f"S-{number}": [
            f"{event.removeprefix('10:')} {day}"
            for event, day, _, _ in said(revenue, f"S-{number}")
        ]
        for number in range(len(CASES))
    }


@pytest.mark.parametrize("handover", [ON_COMPLETION, DAY_AFTER])
def test_each_event_on_its_day(
    handover: str, contracts: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path, Settings(phase_handover=handover))
    after = recognised(ledger, THE_END, contracts)
    assert {name: sorted(events) for name, events in after.items()} == {
        f"S-{number}": expected(case, handover) for number, case in enumerate(CASES)
    }
    balances = ledger.revenue.balances
    whole = balances[["recognised_tonight_minor", "remaining_minor"]].sum(axis=1)
    assert (balances["allocated_minor"] == whole).all()


@pytest.mark.parametrize("night", ["2026-01-14", "2026-03-09", "2026-03-10", "2026-12-30"])
def test_and_none_before_it(night: str, contracts: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    after = recognised(Ledger(tmp_path), night, contracts)
    for number, case in enumerate(CASES):
        due = [event for event in case[2] if event.split()[1] <= night]
        assert sorted(after[f"S-{number}"]) == due, case[0]


@pytest.mark.parametrize("timing", ["IN_ADVANCE", "IN_ARREARS"])
@pytest.mark.parametrize("until", ["evergreen=Y", "end_date=2027-02-15"])
def test_an_adjusted_period_that_is_recognised_at_once(
    tmp_path: Path, timing: str, until: str
) -> None:
    """The night is posted, and what the charge recognises and bills in all is the adjusted total."""
    charge = f"amount=700, billing_timing={timing}, revenue_method=POINT_IN_TIME"
    contract = schedule("S-1", f"start_date=2026-01-16, {until}", charges=[charge])
    desk = Desk(tmp_path)
    desk.bill(joined(references(), contract), "2026-03-20")
    reduced = rows_of(
        "bill_line_id     | adjusted_amount | reason",
        "S-1:10:2026-01-16 | 500.00         | agreed",
    )
    night = desk.bill({"adjustments": reduced}, "2026-03-21").record
    assert amounts(night.bill_lines) == {"S-1:10:2026-01-16#1": -20000}
    [balance] = night.revenue_balances.to_dict("records")
    assert balance["allocated_minor"] == balance["total_minor"]
    assert night.revenue_events["amount_minor"].sum() < 0
