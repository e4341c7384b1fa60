"""Which nights must be computed one by one, and of which subscriptions. Pure.

Between two changes of a contract, its nights together post what the last of them posts alone. So most
contracts need the last night of a forecast only. Others change on the way: a phase is completed, or an
action takes effect. They need the night before the change and the night of it, and where only the
month of a row matters, the last nights of those months.
"""

import datetime

import numpy as np
import pandas as pd

from pipeline.forecast.expected import Expected, Tables
from pipeline.frames import match
from pipeline.life import ON_HOLD

WITHHOLDS = ("HOLD", "SUSPEND")
ONE_DAY = np.timedelta64(1, "D")
NIGHTS = ["night", "subscription_number"]


def changes_to_come(
    contracts: Tables, expected: Expected, as_of: datetime.date, until: datetime.date
) -> pd.DataFrame:
    """What changes contracts after a night, up to a day: subscription_number, day, withholds (bool)."""
    changes = _changes(contracts, expected)
    within = (changes["day"] > pd.Timestamp(as_of)) & (changes["day"] <= pd.Timestamp(until))
    return changes[within].reset_index(drop=True)


def changing_contracts(contracts: Tables, changes: pd.DataFrame) -> pd.Series:
    """Subscriptions that change on the way, and those of which a hold or an adjustment makes the plan
    alone say too little."""
    held = [
        contracts[name].loc[contracts[name]["status"] == ON_HOLD, "subscription_number"]
        for name in ("subscriptions", "subscription_lines")
    ]
    return pd.concat([changes["subscription_number"], _drifting(contracts), *held]).drop_duplicates(
        ignore_index=True
    )


def nights_to_run(
    contracts: Tables, changes: pd.DataFrame, as_of: datetime.date, until: datetime.date, *,
    by_day: bool,
) -> pd.DataFrame:  # fmt: skip
    """The nights between the two days (neither included): night (datetime64[s]), subscription_number,
    sorted; `changes` are `changes_to_come`.

    A contract whose phase is completed on 10 April needs 9 and 10 April; by month, 31 March and 30
    April.
    """
    night, last = np.datetime64(as_of, "D"), np.datetime64(until, "D")
    days = changes["day"].to_numpy("datetime64[D]")
    numbers = changes["subscription_number"]
    if by_day:
        when = [(days - ONE_DAY, numbers), (days, numbers)]
    else:
        withholds = changes["withholds"].to_numpy(bool)
        when = [
            (_first_of_month(days) - ONE_DAY, numbers),
            (_first_of_month(days, 1) - ONE_DAY, numbers),
            # what came due in the month before a hold is posted, what comes due after it is not
            (days[withholds] - ONE_DAY, numbers[withholds]),
        ]
    drifting = _drifting(contracts)
    when += [(np.repeat(end, len(drifting)), drifting) for end in _month_ends(night, last)]
    wanted = pd.concat(
        [
            pd.DataFrame({"night": day.astype("datetime64[s]"), "subscription_number": of.array})
            for day, of in when
        ],
        ignore_index=True,
    )
    within = (wanted["night"] > pd.Timestamp(as_of)) & (wanted["night"] < pd.Timestamp(until))
    return wanted[within].drop_duplicates().sort_values(NIGHTS, ignore_index=True)


def _changes(contracts: Tables, expected: Expected) -> pd.DataFrame:
    actions = contracts["actions"]
    reached = expected.phases["reached_on"]
    return pd.concat(
        [
            contracts["phases"][["subscription_number"]]
            .assign(day=reached, withholds=False)[reached.notna()],
            actions[["subscription_number"]]
            .assign(day=actions["effective_date"], withholds=actions["action"].isin(WITHHOLDS)),
        ],
        ignore_index=True,
    ).astype({"day": "datetime64[s]", "withholds": bool})  # fmt: skip


def _drifting(contracts: Tables) -> pd.Series:
    """Subscriptions with an adjusted line and a charge that recurs: how much of its revenue a month
    has may depend on the periods begun so far."""
    charges = contracts["charges"]
    recurs = charges[charges["charge_type"] == "RECURRING"]
    adjusted = match(recurs, contracts["adjustments"], ["subscription_number"]) >= 0
    return recurs.loc[adjusted, "subscription_number"].drop_duplicates()


def _first_of_month(days: np.ndarray, later: int = 0) -> np.ndarray:
    return (days.astype("datetime64[M]") + later).astype("datetime64[D]")


def _month_ends(night: np.datetime64, last: np.datetime64) -> np.ndarray:
    """The last days of months from the night on, before the last day."""
    months = np.arange(night.astype("datetime64[M]"), last.astype("datetime64[M]") + 1)
    return (months + 1).astype("datetime64[D]") - ONE_DAY
