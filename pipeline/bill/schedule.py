"""Phase states: where each subscription's schedule stands, and what it waits for."""

import numpy as np
import pandas as pd

from pipeline.frames import look_up, match, sum_groups
from schemas.outputs import PhaseStates, dtypes_of

ON_PHASE = ["subscription_number", "phase_number"]
ON_CHARGE = ["subscription_number", "charge_number"]


def phase_states(
    phases: pd.DataFrame,
    charges: pd.DataFrame,
    day: pd.Timestamp,
    standing: pd.DataFrame,
    lines: pd.DataFrame,
) -> pd.DataFrame:
    """Every phase in order, as it stands once `lines` are posted (schemas.outputs.PhaseStates).

    ENDED lies behind, RUNNING holds tonight, SCHEDULED has its dates and is to come, WAITING has no
    dates yet: an earlier phase waits for its milestone, which waits_for names.
    """
    begun = (phases["starts_on"] <= day).to_numpy(bool)
    ended = begun & (phases["ends_by"] <= day).to_numpy(bool)
    dated = phases["starts_on"].notna().to_numpy(bool)
    open_milestone = ((phases["ends"] == "MILESTONE") & phases["completion_date"].isna()).to_numpy()
    at = match(phases, charges, ["subscription_number"])
    complete = phases.assign(
        state=np.select([ended, begun, dated], ["ENDED", "RUNNING", "SCHEDULED"], "WAITING"),
        waits_for=_waits_for(phases, open_milestone),
        last_day=(phases["ends_by"] - pd.Timedelta(days=1)).where(
            ended | phases["ends_before"].notna()
        ),
        currency=look_up(charges["currency"], at).fillna(""),
        billed_minor=_billed(phases, charges, standing, lines),
    )
    texts = ["phase_name", "milestone_name"]
    dtypes = dtypes_of(PhaseStates)
    return complete.assign(**{name: complete[name].fillna("") for name in texts})[
        list(dtypes)
    ].astype(dtypes)


def _waits_for(phases: pd.DataFrame, open_milestone: np.ndarray) -> pd.Series:
    """The first milestone of the subscription that is still open, for its phase and those after."""
    first_open = phases[open_milestone].drop_duplicates("subscription_number")
    at = match(phases, first_open, ["subscription_number"])
    since = look_up(first_open["ordinal"], at, phases.index).fillna(len(phases)).astype("int64")
    name = look_up(first_open["milestone_name"], at, phases.index)
    return name.where(phases["ordinal"] >= since, "").fillna("")


def _billed(
    phases: pd.DataFrame, charges: pd.DataFrame, standing: pd.DataFrame, lines: pd.DataFrame
) -> np.ndarray:
    """What the charges of each phase have been billed, net of credits."""
    both = pd.concat([standing[[*ON_CHARGE, "amount_minor"]], lines[[*ON_CHARGE, "amount_minor"]]])
    phase_of_charge = match(charges, phases, ON_PHASE)
    charge_at = match(both, charges, ON_CHARGE)
    at = np.append(phase_of_charge, -1)[charge_at]
    amounts = both["amount_minor"].to_numpy(np.int64)
    return sum_groups(amounts[at >= 0], at[at >= 0], len(phases))
