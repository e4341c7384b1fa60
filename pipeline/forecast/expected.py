"""Expected days: on which day each open milestone counts as reached. Pure.

One that is expected on a day to come is reached on it; one whose day is past, or is the night itself,
on the day after the night. One without a day is not counted.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.frames import look_up, match
from pipeline.life import contracts_as_of
from pipeline.phases import phase_terms

Tables = Mapping[str, pd.DataFrame]

ON_PHASE = ["subscription_number", "phase_number"]
ONE_DAY = pd.Timedelta(days=1)
UNDATED = "no expected date"
BEHIND = "waits for a milestone before it"
TOO_LATE = "expected after the subscription ends"


@dataclass(frozen=True)
class Expected:
    """When what is open is reached, if all comes true.

    Both frames have, at the places of the contracts' own rows: is_open (bool), reached_on
    (datetime64[s]; missing: not open, or not counted), days_late (int64, 0: not late) and why (text:
    why it is not counted, blank where it is).
    """

    milestones: pd.DataFrame
    phases: pd.DataFrame


def expected_days(contracts: Tables, as_of: datetime.date, handover: str) -> Expected:
    """The days on which milestones and phases count as reached, as known after a night.

    As of 31 March, one expected on 15 March counts as reached on 1 April, 16 days late; one expected
    on 30 June on that day.
    """
    in_force = contracts_as_of(contracts, as_of)
    milestones, phases = in_force["milestones"], in_force["phases"]
    by_milestone = phases["ends"] == "MILESTONE"
    of_phases = _expected(phases, by_milestone, as_of)
    return Expected(
        _expected(milestones, pd.Series(True, milestones.index), as_of),
        _in_turn(phases, of_phases, in_force["subscriptions"], handover),
    )


def come_true(contracts: Tables, expected: Expected, night: datetime.date) -> dict:
    """The contracts as a night finds them if all comes true: phases that are reached by then are
    completed. What a milestone bills does not depend on when its day is known, so all have theirs."""
    milestones, phases = contracts["milestones"], contracts["phases"]
    reached = expected.phases["reached_on"]
    known = reached.where(reached <= pd.Timestamp(night))
    days = expected.milestones["reached_on"]
    return dict(contracts) | {
        "milestones": milestones.assign(
            completion_date=days.where(days.notna(), milestones["completion_date"])
        ),
        "phases": phases.assign(
            completion_date=known.where(known.notna(), phases["completion_date"])
        ),
    }


def _expected(rows: pd.DataFrame, can_be: pd.Series, as_of: datetime.date) -> pd.DataFrame:
    night = pd.Timestamp(as_of).as_unit("s")
    days = rows["expected_completion_date"]
    is_open = can_be & rows["completion_date"].isna()
    late = (night - days).dt.days.where(is_open & (days < night)).fillna(0).astype("int64")
    reached = days.where(days > night, night + ONE_DAY).where(is_open & days.notna())
    return pd.DataFrame(
        {
            "is_open": is_open.to_numpy(bool),
            "reached_on": reached.astype("datetime64[s]").to_numpy(),
            "days_late": late.to_numpy(),
            "why": np.where(is_open & days.isna(), UNDATED, "").astype(object),
        },
        index=rows.index,
    ).astype({"why": "str"})


def _in_turn(
    phases: pd.DataFrame, expected: pd.DataFrame, subscriptions: pd.DataFrame, handover: str
) -> pd.DataFrame:
    """The phases' days with none before the phase begins; what waits behind a milestone that is not
    counted is not counted either."""
    if not expected["is_open"].any():
        return expected
    wanted = expected["reached_on"]
    at = match(phases, subscriptions, ["subscription_number"])
    last_day = look_up(subscriptions["end_date"], at, phases.index)
    # each round settles at least one more phase of every chain
    for _ in range(len(phases) + 1):
        completed = phases["completion_date"]
        tried = phases.assign(
            completion_date=expected["reached_on"].where(expected["is_open"], completed)
        )
        terms = phase_terms(tried, subscriptions, handover)
        begins = look_up(terms["starts_on"], match(phases, terms, ON_PHASE), phases.index)
        in_turn = wanted.where(~(begins > wanted), begins)
        beyond = in_turn > last_day
        days = in_turn.where(begins.notna() & ~beyond)
        settled = (days.isna() & expected["reached_on"].isna()) | (days == expected["reached_on"])
        expected = expected.assign(
            reached_on=days.astype("datetime64[s]"),
            why=expected["why"].where(wanted.isna() | days.notna(), BEHIND)
            .where(wanted.isna() | begins.isna() | ~beyond, TOO_LATE)
            .where(wanted.isna() | days.isna(), ""),
        )  # fmt: skip
        if settled.all():
            break
    return expected
