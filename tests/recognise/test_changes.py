"""What a change of the contract does to revenue that was recognised: reversed, corrected, caught up.

A case stands on three nights: as of 31 March, 30 April and 31 May 2026.
"""

import pytest

from tests.bill.contracts import charge, milestones, subscription
from tests.builders import Company, joined
from tests.recognise.revenue_nights import Ledger
from tests.schedules import plain, schedule

NIGHTS = ("2026-03-31", "2026-04-30", "2026-05-31")
SPREAD = {"revenue_method": "STRAIGHT_LINE"}


def planned(number: int, plan: str, amount: str = "10000.00", status: str = "ACTIVE",
            **cells: str) -> Company:  # fmt: skip
    """A subscription of 2026 with one charge that is recognised by this plan."""
    name = f"S-{number}"
    return joined(
        subscription(name, status=status), charge(name, amount, milestone_revenue="Y", **cells),
        milestones(name, plan, event_type="REVENUE"),
    )  # fmt: skip


def spread(number: int, amount: str = "365.00", ends: str = "2026-12-31", status: str = "ACTIVE",
           **cells: str) -> Company:  # fmt: skip
    """A subscription of 2026 with one charge that is recognised over it, 1.00 a day."""
    name = f"S-{number}"
    return joined(
        subscription(name, end_date=ends, status=status), charge(name, amount, **(SPREAD | cells))
    )


def fee(number: int, amount: str, status: str = "ACTIVE", **cells: str) -> Company:
    """A subscription of 2026 with one charge that is recognised at once."""
    name = f"S-{number}"
    return joined(subscription(name, status=status), charge(name, amount, **cells))


def two(number: int, alone: str) -> Company:
    """Two fees of 50.00, the second of which sells for 50.00 alone."""
    name = f"S-{number}"
    return joined(
        subscription(name), charge(name, "50.00", "10", standalone_selling_price=alone),
        charge(name, "50.00", "20", standalone_selling_price="50"),
    )  # fmt: skip


def phased(number: int, completed: str) -> Company:
    """310.00 a month until a milestone, recognised at once, from 1 January."""
    return schedule(
        f"S-{number}", "start_date=2026-01-01",
        phases=[f"ends=MILESTONE, completion_date={completed}", "ends=NEVER"],
        charges=["amount=310.00, phase_number=1, revenue_method=POINT_IN_TIME"],
    )  # fmt: skip


CASES = [
    # why, the three companies, and the events of each night: id, satisfied on, posted on, amount
    ("a milestone completed in the past, then one in the future",
     [planned(0, "20%, 30%, 50%"), planned(0, "20%, 30% 2026-02-10, 50% 2026-05-20"),
      planned(0, "20%, 30% 2026-02-10, 50% 2026-05-20")],
     [[], ["R2 2026-02-10 2026-02-10 3000.00"], ["R3 2026-05-20 2026-05-20 5000.00"]]),
    ("moved: reversed on its old day, recognised on the new",
     [planned(1, "20%, 30% 2026-03-10, 50%"), planned(1, "20%, 30% 2026-04-10, 50%"),
      planned(1, "20%, 30% 2026-04-10, 50%")],
     [["R2 2026-03-10 2026-03-10 3000.00"],
      ["R2#1 2026-03-10 2026-03-10 -3000.00", "R2#2 2026-04-10 2026-04-10 3000.00"], []]),
    ("moved to a day to come: reversed tonight",
     [planned(2, "100% 2026-03-10"), planned(2, "100% 2026-05-05"),
      planned(2, "100% 2026-05-05")],
     [["R1 2026-03-10 2026-03-10 10000.00"], ["R1#1 2026-03-10 2026-04-30 -10000.00"],
      ["R1#2 2026-05-05 2026-05-05 10000.00"]]),
    ("taken back, and complete after all",
     [planned(3, "30% 2026-03-10, 70%"), planned(3, "30%, 70%"),
      planned(3, "30% 2026-03-10, 70%")],
     [["R1 2026-03-10 2026-03-10 3000.00"], ["R1#1 2026-03-10 2026-04-30 -3000.00"],
      ["R1#2 2026-03-10 2026-05-31 3000.00"]]),
    ("another percentage, and one that is new",
     [planned(4, "30% 2026-03-10, 70%"), planned(4, "40% 2026-03-10, 10% 2026-04-02, 50%"),
      planned(4, "40% 2026-03-10, 10% 2026-04-02, 50% 2026-05-01")],
     [["R1 2026-03-10 2026-03-10 3000.00"],
      ["R1#1 2026-03-10 2026-04-30 1000.00", "R2 2026-04-02 2026-04-02 1000.00"],
      ["R3 2026-05-01 2026-05-01 5000.00"]]),
    ("out of the plan",
     [planned(5, "30% 2026-03-10, 70%"), planned(5, "0% 2026-03-10, 100%"),
      planned(5, "0% 2026-03-10, 100% 2026-05-01")],
     [["R1 2026-03-10 2026-03-10 3000.00"], ["R1#1 2026-03-10 2026-04-30 -3000.00"],
      ["R2 2026-05-01 2026-05-01 10000.00"]]),
    ("the second of two halves of an odd cent, completed first",
     [planned(6, "50%, 50% 2026-03-10", "0.05"), planned(6, "50% 2026-02-10, 50% 2026-03-10", "0.05"),
      planned(6, "50% 2026-02-10, 50% 2026-03-10", "0.05")],
     [["R2 2026-03-10 2026-03-10 0.03"],
      ["R1 2026-02-10 2026-02-10 0.03", "R2#1 2026-03-10 2026-04-30 -0.01"], []]),
    ("draft again, and active",
     [planned(7, "30% 2026-03-10, 70%"), planned(7, "30% 2026-03-10, 70%", status="DRAFT"),
      planned(7, "30% 2026-03-10, 70%")],
     [["R1 2026-03-10 2026-03-10 3000.00"], ["R1#1 2026-03-10 2026-04-30 -3000.00"],
      ["R1#2 2026-03-10 2026-05-31 3000.00"]]),
    ("canceled", [fee(8, "500.00"), fee(8, "500.00", "CANCELED"), fee(8, "500.00", "CANCELED")],
     [["RFEE 2026-01-01 2026-01-01 500.00"], ["RFEE#1 2026-01-01 2026-04-30 -500.00"], []]),
    ("canceled, over time",
     [spread(9), spread(9, status="CANCELED"), spread(9, status="CANCELED")],
     [["R2026-01 2026-01-31 2026-01-31 31.00", "R2026-02 2026-02-28 2026-02-28 28.00",
       "R2026-03 2026-03-31 2026-03-31 31.00"],
      ["RC2026-04-30 2026-04-30 2026-04-30 -90.00"], []]),
    ("a hold withholds no revenue",
     [fee(10, "500.00", "ON_HOLD"), fee(10, "500.00"), fee(10, "500.00", "ON_HOLD")],
     [["RFEE 2026-01-01 2026-01-01 500.00"], [], []]),
    ("held over time", [spread(11), spread(11, status="ON_HOLD"), spread(11, status="ON_HOLD")],
     [["R2026-01 2026-01-31 2026-01-31 31.00", "R2026-02 2026-02-28 2026-02-28 28.00",
       "R2026-03 2026-03-31 2026-03-31 31.00"],
      ["R2026-04 2026-04-30 2026-04-30 30.00"], ["R2026-05 2026-05-31 2026-05-31 31.00"]]),
    ("an end that moves nearer: 90 of 365 days are 90 of 180 now",
     [spread(12, "360.00"), spread(12, "360.00", "2026-06-29"),
      spread(12, "360.00", "2026-06-29")],
     # 360 × 31/365, 59/365, 90/365 = 30.58, 58.19, 88.77; of 180 days, 2.00 a day
     [["R2026-01 2026-01-31 2026-01-31 30.58", "R2026-02 2026-02-28 2026-02-28 27.61",
       "R2026-03 2026-03-31 2026-03-31 30.58"],
      ["R2026-04 2026-04-30 2026-04-30 60.00", "RC2026-04-30 2026-04-30 2026-04-30 91.23"],
      ["R2026-05 2026-05-31 2026-05-31 62.00"]]),
    ("an end before what is recognised, and back",
     [spread(13), spread(13, ends="2026-02-28"), spread(13)],
     [["R2026-01 2026-01-31 2026-01-31 31.00", "R2026-02 2026-02-28 2026-02-28 28.00",
       "R2026-03 2026-03-31 2026-03-31 31.00"],
      ["RC2026-04-30 2026-04-30 2026-04-30 275.00"],
      ["R2026-04 2026-04-30 2026-04-30 30.00", "R2026-05 2026-05-31 2026-05-31 31.00",
       "RC2026-05-31 2026-05-31 2026-05-31 -275.00"]]),
    ("another price", [spread(14), spread(14, "730.00"), spread(14, "730.00")],
     [["R2026-01 2026-01-31 2026-01-31 31.00", "R2026-02 2026-02-28 2026-02-28 28.00",
       "R2026-03 2026-03-31 2026-03-31 31.00"],
      ["R2026-04 2026-04-30 2026-04-30 60.00", "RC2026-04-30 2026-04-30 2026-04-30 90.00"],
      ["R2026-05 2026-05-31 2026-05-31 62.00"]]),
    ("over time, after a catch-up at once, and over time again",
     [spread(15), spread(15, "730.00"), spread(15, "730.00", revenue_method="POINT_IN_TIME")],
     [["R2026-01 2026-01-31 2026-01-31 31.00", "R2026-02 2026-02-28 2026-02-28 28.00",
       "R2026-03 2026-03-31 2026-03-31 31.00"],
      ["R2026-04 2026-04-30 2026-04-30 60.00", "RC2026-04-30 2026-04-30 2026-04-30 90.00"],
      ["R2026-01#1 2026-01-31 2026-05-31 -31.00", "R2026-02#1 2026-02-28 2026-05-31 -28.00",
       "R2026-03#1 2026-03-31 2026-05-31 -31.00", "R2026-04#1 2026-04-30 2026-05-31 -60.00",
       "RC2026-04-30#1 2026-04-30 2026-05-31 -90.00", "RFEE 2026-01-01 2026-01-01 730.00"]]),
    ("at once, then over time",
     [fee(16, "365.00"), spread(16), spread(16)],
     [["RFEE 2026-01-01 2026-01-01 365.00"],
      ["R2026-01 2026-01-31 2026-01-31 31.00", "R2026-02 2026-02-28 2026-02-28 28.00",
       "R2026-03 2026-03-31 2026-03-31 31.00", "R2026-04 2026-04-30 2026-04-30 30.00",
       "RC2026-04-30 2026-04-30 2026-04-30 -365.00"],
      ["R2026-05 2026-05-31 2026-05-31 31.00"]]),
    ("a free charge recognises nothing, until it has a price",
     [fee(17, "0.00"), fee(17, "500.00"), fee(17, "500.00")],
     [[], ["RFEE 2026-01-01 2026-01-01 500.00"], []]),
    ("free milestones likewise",
     [planned(18, "30% 2026-03-10, 70%", "0.00"), planned(18, "30% 2026-03-10, 70%", "100.00"),
      planned(18, "30% 2026-03-10, 70%", "0.00")],
     [[], ["R1 2026-03-10 2026-03-10 30.00"], ["R1#1 2026-03-10 2026-05-31 -30.00"]]),
    ("another selling price", [two(19, "50"), two(19, "150"), two(19, "150")],
     [["10:RFEE 2026-01-01 2026-01-01 50.00", "20:RFEE 2026-01-01 2026-01-01 50.00"],
      ["10:RFEE#1 2026-01-01 2026-04-30 25.00", "20:RFEE#1 2026-01-01 2026-04-30 -25.00"], []]),
    ("a phase completed earlier than billed",
     [phased(20, ""), phased(20, "2026-03-11"), phased(20, "2026-01-31")],
     [["R2026-01-01 2026-01-01 2026-01-01 310.00", "R2026-02-01 2026-02-01 2026-02-01 310.00",
       "R2026-03-01 2026-03-01 2026-03-01 310.00"],
      # 10 of 31 days of March
      ["R2026-03-01#1 2026-03-01 2026-04-30 -210.00"],
      ["R2026-01-01#1 2026-01-01 2026-05-31 -10.00",
       "R2026-02-01#1 2026-02-01 2026-05-31 -310.00",
       "R2026-03-01#2 2026-03-01 2026-05-31 -100.00"]]),
    ("a millionth of a percent",
     [planned(21, "0.000001% 2026-03-10, 99.999999%", "9999999999999.99"),
      planned(21, "0.000001% 2026-03-10, 99.999999% 2026-04-01", "9999999999999.99"),
      planned(21, "0.000001% 2026-03-10, 99.999999% 2026-04-01", "9999999999999.99")],
     [["R1 2026-03-10 2026-03-10 100000.00"],
      ["R2 2026-04-01 2026-04-01 9999999899999.99"], []]),
]  # fmt: skip


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, list[str]]]:
    """Every subscription's events, night by night."""
    return play(Ledger(tmp_path_factory.mktemp("changes")))


def play(ledger: Ledger) -> list[dict[str, list[str]]]:
    nights = []
    for place, night in enumerate(NIGHTS):
        revenue = ledger.night(night, *(case[1][place] for case in CASES))
        balances = revenue.balances
        parts = ["recognised_before_minor", "recognised_tonight_minor", "remaining_minor"]
        assert (balances["allocated_minor"] == balances[parts].sum(axis=1)).all()
        events = revenue.events.sort_values("event_id")
        nights.append({
            name: [
                f"{row.event_id.removeprefix(f'{name}:').removeprefix(short(name))} "
                f"{row.satisfaction_date:%Y-%m-%d} {row.accounting_date:%Y-%m-%d} "
                f"{plain(row.amount_minor)}"
                for row in of.itertuples()
            ]
            for name, of in events.groupby("subscription_number")
        })  # fmt: skip
    return nights


def short(name: str) -> str:
    """The charge's number goes without saying where there is one charge."""
    return "" if name == "S-19" else "10:"


@pytest.mark.parametrize(
    ("number", "case"), list(enumerate(CASES)), ids=[case[0] for case in CASES]
)
def test_a_change(number: int, case: tuple, histories: list[dict[str, list[str]]]) -> None:
    assert [night.get(f"S-{number}", []) for night in histories] == case[2]
