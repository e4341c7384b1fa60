"""Everything that the store keeps of one contract, read once; and the contract as it stood."""

import datetime
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from pipeline.bill import READ_FROM_CONTRACTS
from pipeline.frames import match
from pipeline.read.naming import heading_key
from pipeline.settings import Settings, settings_from_text
from pipeline.standing import Ledger
from pipeline.store import ledger, one_contract
from pipeline.store.ledger import Run

MADE_PLACE = ["source", "row"]


@dataclass(frozen=True)
class Kept:
    """One contract in all its versions, and what became of it.

    `versions`: per table every version of every row (`store.one_contract.read_versions`).
    `made_by`: the actions, of whichever contract, that made rows of this one. `origins`: what the
    versions' sources are. `uploads`: the imports that changed it, or what it refers to.
    `lines`, `revenue_lines`, `events`: its ledger rows, with run_number. `answers`: what Receivables
    said of the lines; `resent`: which runs sent rejected lines again; `posters`: who posted which run.
    """

    number: str
    versions: dict[str, pd.DataFrame]
    made_by: pd.DataFrame
    origins: pd.DataFrame
    uploads: pd.DataFrame
    lines: pd.DataFrame
    revenue_lines: pd.DataFrame
    events: pd.DataFrame
    answers: pd.DataFrame
    resent: pd.DataFrame
    runs: list[Run]
    posters: dict[int, str]

    @property
    def is_known(self) -> bool:
        """Whether there is, or ever was, such a contract."""
        return len(self.versions["subscriptions"]) > 0

    def run(self, run_number: int) -> Run:
        """The run of that number."""
        return self._runs_by_number[int(run_number)]

    @cached_property
    def _runs_by_number(self) -> dict[int, Run]:
        return {run.run_number: run for run in self.runs}

    @cached_property
    def headings(self) -> pd.DataFrame:
        """What each source calls its columns: source, key (`naming.heading_key`), typed."""
        return pd.DataFrame(
            [
                (source, heading_key(typed), typed)
                for source, text in zip(
                    self.origins["source"], self.origins["headings"], strict=True
                )
                for typed in json.loads(text)
            ],
            columns=["source", "key", "typed"],
        ).astype({"source": "int64", "key": "str", "typed": "str"})

    @property
    def settings(self) -> Settings:
        """Those of the last run, or the defaults where there was none."""
        return settings_from_text(self.runs[-1].settings) if self.runs else Settings()

    @property
    def last_night(self) -> datetime.date | None:
        """The last night that was run."""
        return max((run.as_of for run in self.runs), default=None)


def keep(connection: Connection, number: str) -> Kept:
    """Read one contract, by its number."""
    versions = one_contract.read_versions(connection, number)
    places = pd.concat([rows[MADE_PLACE] for rows in versions.values()], ignore_index=True)
    origins = one_contract.read_origins(connection, places["source"].unique().tolist())
    by_action = origins.loc[origins["table_name"] == "actions", "source"]
    imports = {int(one) for rows in versions.values() for one in rows["import_number"].unique()}
    return Kept(
        number=number,
        versions=versions,
        made_by=one_contract.read_made_by(connection, places[places["source"].isin(by_action)]),
        origins=origins,
        uploads=one_contract.read_uploads(connection, sorted(imports)),
        lines=one_contract.read_own_lines(connection, number),
        revenue_lines=one_contract.read_own_revenue_lines(connection, number),
        events=one_contract.read_own_events(connection, number),
        answers=one_contract.read_own_answers(connection, number),
        resent=one_contract.read_own_resent(connection, number),
        runs=ledger.read_runs(connection),
        posters=one_contract.read_posters(connection),
    )


def stood_at(versions: pd.DataFrame, import_number: int | None) -> np.ndarray:
    """True for the versions that were in force after an import; None: that are now."""
    if import_number is None:
        return (versions["replaced_by"] == 0).to_numpy(bool)
    begun = versions["import_number"] <= import_number
    gone = (versions["replaced_by"] != 0) & (versions["replaced_by"] <= import_number)
    return (begun & ~gone).to_numpy(bool)


def contracts_at(kept: Kept, import_number: int | None) -> dict[str, pd.DataFrame]:
    """The contract after an import, in the tables and columns that billing reads."""
    return {
        name: kept.versions[name]
        .loc[stood_at(kept.versions[name], import_number), list(columns)]
        .reset_index(drop=True)
        for name, columns in READ_FROM_CONTRACTS.items()
    }


def ledger_of(kept: Kept, before_run: int | None = None) -> Ledger:
    """What was posted of the contract before a run, or by now."""
    lines, stated, events = (
        rows if before_run is None else rows[rows["run_number"] < before_run]
        for rows in (kept.lines, kept.revenue_lines, kept.events)
    )
    sent = {run.run_number for run in kept.runs if run.sent_after_run is not None}
    last = stated.drop_duplicates("revenue_line_id", keep="last")
    months = [
        rows[["subscription_number", "accounting_date"]].assign(
            billed_minor=rows["amount_minor"] if billed else 0,
            recognised_minor=0 if billed else rows["amount_minor"],
        )
        for rows, billed in ((lines, True), (events, False))
    ]
    return Ledger(
        posted=lines.assign(sent=lines["run_number"].isin(sent)).reset_index(drop=True),
        recognised=events.sort_values("event_id", ignore_index=True),
        stated=last.reset_index(drop=True),
        months=pd.concat(months, ignore_index=True),
    )


def version_at(versions: pd.DataFrame, keys: list[str], wanted: pd.DataFrame) -> np.ndarray:
    """Where in `versions` the version is that was in force for each wanted row's keys at its
    import_number; -1 where there was none."""
    asked = wanted[[*keys, "import_number"]].assign(at=np.arange(len(wanted)))
    offered = versions[[*keys, "replaced_by"]].assign(
        begun=versions["import_number"], place=np.arange(len(versions))
    )
    pairs = asked.merge(offered, on=keys, how="inner")
    open_ended = pairs["replaced_by"] == 0
    in_force = (pairs["begun"] <= pairs["import_number"]) & (
        open_ended | (pairs["replaced_by"] > pairs["import_number"])
    )
    found = np.full(len(wanted), -1)
    np.put(found, pairs.loc[in_force, "at"].to_numpy(), pairs.loc[in_force, "place"].to_numpy())
    return found


def actions_at(kept: Kept, import_number: int | None, day: datetime.date) -> pd.DataFrame:
    """The contract's actions that were known after an import and in force on a day."""
    actions = kept.versions["actions"]
    known = actions[stood_at(actions, import_number)]
    return known[known["effective_date"] <= pd.Timestamp(day)].reset_index(drop=True)


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame, a handful at most, as named tuples: each is told in a sentence of its own."""
    return iter(frame.itertuples())


def makers_of(kept: Kept, places: pd.DataFrame) -> np.ndarray:
    """Where in `made_by` the action is that made the row of each place (source, row); or -1."""
    return match(places, kept.made_by, MADE_PLACE)
