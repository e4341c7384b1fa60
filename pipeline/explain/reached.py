"""When something was reached: the first run that knew of it, on or after its day. Pure."""

import numpy as np
import pandas as pd

import schemas
from pipeline.explain.kept import Kept, contracts_at
from pipeline.explain.origins import element_words, value_places
from pipeline.frames import match
from pipeline.life import contracts_as_of
from pipeline.phases import phase_terms

NEVER = 2**62
ON_PHASE = ["subscription_number", "phase_number"]


def reached_by(kept: Kept) -> pd.DataFrame:
    """What became true of the contract: run_at (int64: the place among the runs of the first that
    counted it, -1: none yet), day (datetime64[s]) and says; in the order of their days."""
    told = pd.concat(
        [_completed(kept, "milestones"), _completed(kept, "phases"), _begun(kept), _acted(kept)],
        ignore_index=True,
    )
    runs = kept.runs
    known_at = np.searchsorted([run.import_number for run in runs], told["since"], "left")
    days = np.array([run.as_of for run in runs], "datetime64[D]")
    due_at = np.searchsorted(days, told["day"].to_numpy("datetime64[D]"), "left")
    at = np.maximum(known_at, due_at)
    imports = np.append([run.import_number for run in runs], NEVER).astype(np.int64)
    still = imports[at] < told["until"].to_numpy(np.int64)
    happened = (at < len(runs)) & still
    waits = (at >= len(runs)) & (told["until"] == NEVER).to_numpy(bool)
    return (
        told.assign(run_at=np.where(happened, at, -1))[happened | waits]
        .sort_values("day", kind="stable", ignore_index=True)[["run_at", "day", "says"]]
    )  # fmt: skip


def _completed(kept: Kept, table: str) -> pd.DataFrame:
    """Milestones, or phases that end on one, with a completion date, as long as they had it."""
    versions = kept.versions[table]
    keys = schemas.keys_of(schemas.TABLES[table])
    place = value_places(versions, keys, "completion_date")
    begins = place == np.arange(len(versions))
    changed = versions[begins].reset_index(drop=True)
    same_key = ~changed[keys].shift(-1).ne(changed[keys]).any(axis=1).to_numpy(bool)
    following = np.append(changed["import_number"].to_numpy(np.int64)[1:], NEVER)[: len(changed)]
    until = np.where(same_key, following, NEVER)
    dated = changed["completion_date"].notna().to_numpy(bool)
    name = " '" + changed["milestone_name"].fillna("") + "'"
    verb = " is reached" if table == "milestones" else " ends: its milestone is reached"
    words = element_words(table, changed)
    says = words + (name if table == "milestones" else "") + verb
    return _told(changed["import_number"], until, changed["completion_date"], says)[dated]


def _begun(kept: Kept) -> pd.DataFrame:
    """Phases, from their first day on, as the contract stands now."""
    as_of = kept.last_night
    contracts = contracts_at(kept, None)
    if as_of is not None:
        contracts = contracts_as_of(contracts, as_of)
    terms = phase_terms(
        contracts["phases"], contracts["subscriptions"], kept.settings.phase_handover
    )
    terms = terms[terms["starts_on"].notna()].reset_index(drop=True)
    versions = kept.versions["phases"]
    first = match(terms, versions, ON_PHASE)
    since = versions["import_number"].to_numpy(np.int64)[first]
    says = "phase " + terms["phase_number"] + " (" + terms["phase_name"].fillna("") + ") begins"
    before = terms["follows"].to_numpy(np.int64)
    ended = _completion_known(versions)
    earlier = terms["phase_number"].to_numpy(object)[before] if len(terms) else []
    known = np.array([ended.get(number, 0) for number in earlier], np.int64)
    return _told(
        pd.Series(np.maximum(since, np.where(before >= 0, known, 0))), NEVER, terms["starts_on"],
        says,
    )  # fmt: skip


def _completion_known(versions: pd.DataFrame) -> dict[str, int]:
    """By phase: the import that brought its completion date, as it stands."""
    place = value_places(versions, ON_PHASE, "completion_date")
    current = (versions["replaced_by"] == 0).to_numpy(bool)
    numbers = versions["phase_number"][current].tolist()
    imports = versions["import_number"].to_numpy(np.int64)[place[current]].tolist()
    return dict(zip(numbers, imports, strict=True))


def _acted(kept: Kept) -> pd.DataFrame:
    """Actions, from their effective date on."""
    versions = kept.versions["actions"]
    first = ~versions[schemas.keys_of(schemas.TABLES["actions"])].duplicated()
    actions = versions[first].reset_index(drop=True)
    why = (": " + actions["reason"]).fillna("")
    says = actions["action"] + " of " + actions["concerns"] + " takes effect" + why
    return _told(actions["import_number"], NEVER, actions["effective_date"], says)


def _told(
    since: pd.Series, until: np.ndarray | int, day: pd.Series, says: pd.Series
) -> pd.DataFrame:
    """Known from an import on, until another; of a day."""
    return pd.DataFrame(
        {"since": since.to_numpy(np.int64), "until": until, "day": day.to_numpy("datetime64[s]"),
         "says": says.astype("str").to_numpy()}
    ).astype({"until": "int64", "says": "str"})  # fmt: skip
