"""Status: contracts by state on a day, or one contract's proof. Reads the store and changes nothing."""

import datetime

from sqlalchemy import Connection

from pipeline.bill import READ_FROM_CONTRACTS
from pipeline.explain import UnknownIdError, unknown_subscription
from pipeline.explain.kept import contracts_at, keep, ledger_of
from pipeline.settings import Settings, settings_from_text
from pipeline.standing import Ledger, Standing, stand_on
from pipeline.store import ledger, reading
from pipeline.store.contracts import read_contracts
from pipeline.store.ledger import Run


class NoNightError(Exception):
    """Nothing had been run by that day; the message says since when there is something to tell."""


def read_status(store: str, as_of: datetime.date | None, today: datetime.date) -> Standing:
    """Where all contracts stand on a day, by default the last night's (`today` before the first)."""
    with reading(store, "status") as connection:
        runs = ledger.read_runs(connection)
        day, run = _day_and_run(runs, as_of, today)
        contracts = read_contracts(
            connection, at_import=_import_of(run, runs), only=READ_FROM_CONTRACTS
        )
        before = run.run_number + 1 if run else 0
        posted = _read_ledger(connection, before)
        return stand_on(contracts, posted, day, _settings(run), in_words=False)


def read_status_of(
    store: str, number: str, as_of: datetime.date | None, today: datetime.date
) -> Standing:
    """Where one contract stands; only its own rows are read."""
    with reading(store, "status") as connection:
        kept = keep(connection, number)
        if not kept.is_known:
            raise UnknownIdError(unknown_subscription(connection, number))
        day, run = _day_and_run(kept.runs, as_of, today)
        contracts = contracts_at(kept, _import_of(run, kept.runs))
        if contracts["subscriptions"].empty:
            raise UnknownIdError(f"there was no subscription {number} yet on {day}")
        before = run.run_number + 1 if run else 0
        return stand_on(contracts, ledger_of(kept, before), day, _settings(run))


def _day_and_run(
    runs: list[Run], as_of: datetime.date | None, today: datetime.date
) -> tuple[datetime.date, Run | None]:
    """The day, and the last run up to it."""
    if not runs:
        return as_of or today, None
    day = as_of or runs[-1].as_of
    upto = [run for run in runs if run.as_of <= day]
    if not upto:
        raise NoNightError(
            f"there is no run as of {day} or before: the first is {runs[0].run_id}; "
            f"ask for {runs[0].as_of} or later"
        )
    return day, upto[-1]


def _import_of(run: Run | None, runs: list[Run]) -> int | None:
    """The contracts as they stood then; after the last run, as they stand now."""
    return None if run is None or run is runs[-1] else run.import_number


def _read_ledger(connection: Connection, before_run: int) -> Ledger:
    """What was posted of all contracts before a run."""
    posted = ledger.read_posted(connection, before_run=before_run)
    return Ledger(
        posted=posted.assign(sent=posted["sent_after_run"].notna()),
        recognised=ledger.read_recognised(connection, before_run=before_run),
        stated=ledger.read_stated(connection, before_run=before_run),
        months=ledger.read_months(connection, before_run=before_run),
    )


def _settings(run: Run | None) -> Settings:
    return settings_from_text(run.settings) if run else Settings()
