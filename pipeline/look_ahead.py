"""Looking ahead: a forecast from what the store holds. Nothing is written."""

import datetime

from sqlalchemy import Connection

from pipeline.forecast import READ_FROM_CONTRACTS, Forecast, Posted, forecast
from pipeline.post import RefusedError, refuse_other_handover
from pipeline.settings import Settings, as_set, settings_from_text
from pipeline.stopwatch import Stopwatch
from pipeline.store import ledger, reading
from pipeline.store.contracts import last_import_number, read_contracts
from pipeline.store.ledger import Run

FURTHEST = 10
"""Years: further ahead, a slip of the keys is likelier than a wish."""


class UntilError(Exception):
    """The forecast would end before it begins, or be of no use; the message says what to do."""


def look_ahead(
    store: str, as_of: datetime.date | None, until: datetime.date, settings: Settings,
    watch: Stopwatch, *, today: datetime.date, by_day: bool,
) -> Forecast:  # fmt: skip
    """What the nights after `as_of` (the store's last night, or today where there is none) will post,
    up to a day; months only, or line by line (`by_day`). Nothing is written."""
    with reading(store, "forecast") as connection:
        last = ledger.last_run(connection)
        night = _night(last, as_of, today)
        _refuse_until(night, until)
        refuse_other_handover(last, settings)
        with watch.stage("read"):
            contracts = read_contracts(connection, only=READ_FROM_CONTRACTS)
            posted = _posted(connection)
            is_posted = _is_posted(connection, last, night, settings)
    with watch.stage("forecast"):
        return forecast(
            contracts, posted, night, until, settings, by_day=by_day, is_posted=is_posted
        )


def _night(
    last_run: Run | None, as_of: datetime.date | None, today: datetime.date
) -> datetime.date:
    last = last_run.as_of if last_run else None
    if as_of is None:
        return last or today
    if last is not None and as_of < last:
        raise RefusedError(
            f"as of {as_of} lies before the store's last night, {last}, which has posted what came "
            f"due since; forecast as of {last} or later"
        )
    return as_of


def _refuse_until(night: datetime.date, until: datetime.date) -> None:
    if until <= night:
        raise UntilError(f"--until {until} is not after the night, {night}: name a later day")
    if until > night.replace(year=night.year + FURTHEST, day=min(night.day, 28)):
        raise UntilError(
            f"--until {until} is more than {FURTHEST} years after the night, {night}: name an "
            "earlier day"
        )


def _posted(connection: Connection) -> Posted:
    """All that is posted so far."""
    run_number, _ = ledger.next_run(connection, datetime.date.min)
    posted = ledger.read_posted(connection, before_run=run_number)
    return Posted(
        posted.assign(sent=True), ledger.read_recognised(connection, before_run=run_number)
    )


def _is_posted(
    connection: Connection, last: Run | None, night: datetime.date, settings: Settings
) -> bool:
    """Whether the last run was this night's, of the contracts as they stand, with these settings."""
    return last is not None and (
        (last.as_of, last.import_number, as_set(settings_from_text(last.settings)))
        == (night, last_import_number(connection), settings)
    )
