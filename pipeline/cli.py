"""The border: commands parse, call one verb, print and exit.

Exit status: 0 all clean; 3 finished, with rejected rows; 4 refused, nothing posted; 75 another run
holds the store; 2 wrong usage; 1 our own failure.
"""

import datetime
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click
from sqlalchemy.exc import DBAPIError

from pipeline import (
    __version__,
    nightly,
    screen,
    screen_confirm,
    screen_explain,
    screen_forecast,
    screen_status,
    status,
)
from pipeline.explain import UnknownIdError, explain
from pipeline.export import ControlError, LedgerTextError, TargetError
from pipeline.export.forecast_file import ForecastFileError, write_forecast
from pipeline.look_ahead import UntilError, look_ahead
from pipeline.outbox import OutboxError, write_judgement
from pipeline.post import RefusedError
from pipeline.read import InboxError
from pipeline.settings import Settings, SettingsError, read_settings
from pipeline.stopwatch import Stopwatch
from pipeline.store import (
    NoStoreError,
    StoreBusyError,
    StoreError,
    StoreVersionError,
    lasts,
)  # fmt: skip
from pipeline.validate import has_errors

CLEAN, FAILED, MISUSED, REJECTED, REFUSED, BUSY = 0, 1, 2, 3, 4, 75

STATUS_OF = {
    InboxError: MISUSED, SettingsError: MISUSED, nightly.RunUnknownError: MISUSED,
    UnknownIdError: MISUSED, status.NoNightError: MISUSED,
    NoStoreError: MISUSED, StoreError: FAILED, OutboxError: FAILED,
    UntilError: MISUSED, ForecastFileError: FAILED,
    ControlError: REFUSED, LedgerTextError: REFUSED, TargetError: REFUSED,
    RefusedError: REFUSED, StoreVersionError: REFUSED, StoreBusyError: BUSY,
}  # fmt: skip


class Day(click.ParamType):
    """A date as year-month-day."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime.date:
        """The day, between 1900 and 2999."""
        try:
            day = value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
        except ValueError:
            self.fail(
                f"'{value}' is not a date: write year-month-day, such as 2026-03-31", param, ctx
            )
        if not 1900 <= day.year <= 2999:
            self.fail(f"'{value}' lies outside the years 1900 to 2999", param, ctx)
        return day


def _lasting(_context: click.Context, _parameter: click.Parameter, store: str) -> str:
    with _explained():
        if not lasts(store):
            raise click.BadParameter("a store in memory forgets what was billed: name a file")
    return store


def store_option(command: Callable) -> Callable:
    """Where the store is."""
    return click.option(
        "--store", default="sqlite:///milestone-billing.db", show_default=True, metavar="URL",
        envvar="MILESTONE_BILLING_STORE", show_envvar=True, callback=_lasting,
        help="The store: sqlite:///FILE, or postgresql://USER@HOST/DATABASE for a team.",
    )(command)  # fmt: skip


def as_of_option(command: Callable) -> Callable:
    """The night."""
    return click.option(
        "--as-of", type=Day(), metavar="DATE", default=datetime.date.today, show_default="today",
        help="The night that is billed, such as 2026-03-31.",
    )(command)  # fmt: skip


def config_option(command: Callable) -> Callable:
    """The site's settings."""
    return click.option(
        "--config", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
        envvar="MILESTONE_BILLING_CONFIG", show_envvar=True,
        help="The site's settings (billing.toml); without it, the defaults.",
    )(command)  # fmt: skip


def out_option(default: str, about: str) -> Callable[[Callable], Callable]:
    """Where the files go."""
    return click.option(
        "--out", type=click.Path(path_type=Path, file_okay=False), metavar="OUT", default=default,
        show_default=True, help=about,
    )  # fmt: skip


allow_implausible_option = click.option(
    "--allow-implausible", is_flag=True,
    help="Let a night through that exceeds a bound of [plausibility]; the workbook says so.",
)  # fmt: skip
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")
quiet_option = click.option("--quiet", is_flag=True, help="No progress on standard error.")


def _writable(
    _context: click.Context, _parameter: click.Parameter, path: Path | None
) -> Path | None:
    if path and not path.absolute().parent.is_dir():
        raise click.BadParameter(f"the folder {path.parent} does not exist: make it first")
    return path


timings_option = click.option(
    "--timings", callback=_writable, type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write each stage's seconds and peak memory to this file, as JSON.",
)  # fmt: skip
inbox_argument = click.argument("inbox", type=click.Path(path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="milestone-billing")
def main() -> None:
    """Milestone billing: spreadsheets in, a ledger, interface files and workbooks out.

    \b
    Example:
      milestone-billing run inbox --as-of 2026-03-31 --out out
    """
    signal.signal(signal.SIGTERM, _stop)


@main.command()
@inbox_argument
@as_of_option
@out_option("out", "The folder in which the run's own folder is written.")
@store_option
@config_option
@click.option("--dry-run", is_flag=True, help="Say what would be done; post and write nothing.")
@allow_implausible_option
@json_option
@quiet_option
@timings_option
def run(
    inbox: Path, as_of: datetime.date, out: Path, store: str, config: Path | None, dry_run: bool,
    allow_implausible: bool, as_json: bool, quiet: bool, timings: Path | None,
) -> None:  # fmt: skip
    """The whole night: read, validate, accept, bill, post, export, report.

    \b
    Example:
      milestone-billing run inbox --as-of 2026-03-31 --out out
    """
    with _explained(), _watching(quiet, timings) as watch:
        settings = _settings(config)
        outcome = nightly.run_night(
            inbox, as_of, out, store, settings, watch,
            dry_run=dry_run, allow_implausible=allow_implausible,
        )  # fmt: skip
    _print_night(outcome, as_json, dry_run)


@main.command()
@inbox_argument
@out_option("check", "The folder for findings.csv and rejections.xlsx.")
@store_option
@config_option
@json_option
@quiet_option
def check(
    inbox: Path, out: Path, store: str, config: Path | None, as_json: bool, quiet: bool
) -> None:
    """Read and validate only: findings.csv and rejections.xlsx, nothing is stored.

    \b
    Example:
      milestone-billing check inbox --out check
    """
    with _explained(), _watching(quiet, None) as watch:
        _, validated = nightly.check_inbox(inbox, store, _settings(config), watch)
        write_judgement(validated.findings, validated.refused_in_order, out)
    _print_judgement("Checked", validated, out, as_json)


@main.command("import")
@inbox_argument
@out_option("import", "The folder for findings.csv and rejections.xlsx.")
@store_option
@config_option
@json_option
@quiet_option
def import_(
    inbox: Path, out: Path, store: str, config: Path | None, as_json: bool, quiet: bool
) -> None:
    """Read, validate and store what is accepted; bill nothing.

    \b
    Example:
      milestone-billing import milestones.xlsx --out import
    """
    with _explained(), _watching(quiet, None) as watch:
        number, validated = nightly.import_inbox(inbox, store, _settings(config), watch)
        write_judgement(validated.findings, validated.refused_in_order, out)
    _print_judgement(f"Import {number}", validated, out, as_json)


@main.command()
@as_of_option
@store_option
@config_option
@click.option("--dry-run", is_flag=True, help="Say what would be posted; post nothing.")
@allow_implausible_option
@json_option
@quiet_option
def bill(
    as_of: datetime.date, store: str, config: Path | None, dry_run: bool, allow_implausible: bool,
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Bill from what the store holds, and post; `export` writes the files.

    \b
    Example:
      milestone-billing bill --as-of 2026-03-31
    """
    with _explained(), _watching(quiet, None) as watch:
        outcome = nightly.bill_store(
            as_of, store, _settings(config), watch,
            dry_run=dry_run, allow_implausible=allow_implausible,
        )  # fmt: skip
    _print_night(outcome, as_json, dry_run)


@main.command()
@click.argument("run_id")
@out_option("out", "The folder in which the run's own folder is written.")
@store_option
@json_option
@quiet_option
def export(run_id: str, out: Path, store: str, as_json: bool, quiet: bool) -> None:
    """Write a run's files again: the same bytes.

    \b
    Example:
      milestone-billing export 2026-03-31-1 --out out
    """
    with _explained(), _watching(quiet, None) as watch:
        outcome = nightly.export_run(run_id, out, store, watch)
    _print_night(outcome, as_json, False, status=CLEAN)


@main.command()
@store_option
@json_option
def history(store: str, as_json: bool) -> None:
    """The runs, their totals and their state.

    \b
    Example:
      milestone-billing history
    """
    with _explained():
        account = screen.history_account(*nightly.read_history(store))
    _say(screen.as_json(account) if as_json else screen.history_words(account))


@main.command("explain")
@click.argument("name", metavar="ID")
@store_option
@json_option
def explain_(name: str, store: str, as_json: bool) -> None:
    """Why a bill line or a revenue event is as it is, and from which file and row; or a
    subscription's whole story. What is not posted yet is explained as well.

    \b
    Example:
      milestone-billing explain S-1:10:M2
      milestone-billing explain S-1:10:R2026-03
      milestone-billing explain S-1
    """
    with _explained():
        account = explain(store, name, datetime.date.today())
    _say(screen.as_json(account) if as_json else screen_explain.explanation_words(account))


@main.command("status")
@click.argument("subscription", required=False)
@click.option(
    "--as-of", type=Day(), metavar="DATE", default=None, show_default="the last night",
    help="The day that is asked about, such as 2026-03-31.",
)  # fmt: skip
@store_option
@json_option
def status_(
    subscription: str | None, as_of: datetime.date | None, store: str, as_json: bool
) -> None:
    """Contracts by state, and what of their price is billed; or one contract's proof.

    \b
    Example:
      milestone-billing status --as-of 2026-03-31
      milestone-billing status S-1
    """
    today = datetime.date.today()
    with _explained():
        if subscription:
            standing = status.read_status_of(store, subscription, as_of, today)
            account = screen_status.proof_account(standing)
        else:
            account = screen_status.status_account(status.read_status(store, as_of, today))
    words = screen_status.proof_words if subscription else screen_status.status_words
    _say(screen.as_json(account) if as_json else words(account))
    sys.exit(CLEAN if account["proof"] == screen_status.OK else FAILED)


@main.command("forecast")
@click.option("--until", type=Day(), metavar="DATE", required=True,
              help="The last day that is forecast, such as 2027-03-31.")  # fmt: skip
@click.option("--as-of", type=Day(), metavar="DATE", default=None, show_default="the last night",
              help="The night after which the forecast begins.")  # fmt: skip
@store_option
@config_option
@click.option("--out", callback=_writable, type=click.Path(path_type=Path, dir_okay=False),
              metavar="FILE", help="Write every line and event to come to this CSV file.")  # fmt: skip
@json_option
@quiet_option
@timings_option
def forecast_(
    until: datetime.date, as_of: datetime.date | None, store: str, config: Path | None,
    out: Path | None, as_json: bool, quiet: bool, timings: Path | None,
) -> None:  # fmt: skip
    """What the nights to come will bill and recognise, by month, if every milestone is reached when it
    is expected; and the milestones that are late.

    \b
    Example:
      milestone-billing forecast --until 2027-03-31 --out forecast.csv
    """
    today = datetime.date.today()
    with _explained(), _watching(quiet, timings) as watch:
        told = look_ahead(
            store, as_of, until, _settings(config), watch, today=today, by_day=out is not None
        )
        if out:
            write_forecast(told.rows, out)
    account = screen_forecast.forecast_account
    _say(screen.as_json(account(told)) if as_json else screen_forecast.forecast_words(told))


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@out_option("confirm", "The folder for findings.csv and rejections.xlsx.")
@store_option
@json_option
@quiet_option
def confirm(file: Path, out: Path, store: str, as_json: bool, quiet: bool) -> None:
    """Read what Receivables made of the lines: a CSV file, a workbook, or a folder of such.

    Each row names a line (bill_line_id, or INTERFACE_LINE_ATTRIBUTE1 to 4) and has a
    transaction_number and transaction_date if it is invoiced, a message if it is rejected. A
    rejected line is sent again by the next run.

    \b
    Example:
      milestone-billing confirm receivables-2026-04-01.csv
    """
    with _explained(), _watching(quiet, None) as watch:
        judged = nightly.confirm_answers(file, store, watch)
        write_judgement(judged.findings, judged.refused, out)
    account, words = screen_confirm.confirm_account, screen_confirm.confirm_words
    _say(screen.as_json(account(judged, out)) if as_json else words(judged, out))
    sys.exit(REJECTED if has_errors(judged.findings) else CLEAN)


def _settings(config: Path | None) -> Settings:
    return read_settings(config)


def _print_night(
    outcome: nightly.Outcome, as_json: bool, dry_run: bool, status: int | None = None
) -> NoReturn:
    if as_json:
        _say(screen.as_json(screen.night_account(outcome, dry_run=dry_run)))
    else:
        _say(screen.night_words(outcome, dry_run=dry_run))
    rejected = REJECTED if has_errors(outcome.record.findings) else CLEAN
    sys.exit(rejected if status is None else status)


def _print_judgement(title: str, validated: Any, out: Path, as_json: bool) -> NoReturn:
    if as_json:
        _say(screen.as_json(screen.judgement_account(validated, out)))
    else:
        _say(screen.judgement_words(title, validated, out))
    sys.exit(REJECTED if has_errors(validated.findings) else CLEAN)


def _say(text: str) -> None:
    """The result; a reader that has gone away changes nothing of what was done."""
    try:
        click.echo(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _watching(quiet: bool, timings: Path | None) -> Iterator[Stopwatch]:
    watch = Stopwatch(quiet=quiet)
    yield watch
    if timings:
        try:
            watch.write(timings)
        except OSError as fault:
            click.echo(f"milestone-billing: {timings}: not written: {fault.strerror}", err=True)


@contextmanager
def _explained() -> Iterator[None]:
    """Known failures end in one sentence and their exit status; only our own faults show a trace."""
    try:
        yield
    except tuple(STATUS_OF) as fault:
        click.echo(f"milestone-billing: {fault}", err=True)
        sys.exit(next(status for kind, status in STATUS_OF.items() if isinstance(fault, kind)))
    except DBAPIError as fault:
        words = str(fault.orig).strip().splitlines()
        click.echo(f"milestone-billing: the store failed: {words[0] if words else ''}", err=True)
        sys.exit(FAILED)
    except OverflowError as fault:
        click.echo(f"milestone-billing: {fault}; nothing was posted", err=True)
        sys.exit(REFUSED)
    except MemoryError:
        click.echo("milestone-billing: out of memory; nothing was posted", err=True)
        sys.exit(FAILED)


def _stop(_number: int, _frame: FrameType | None) -> None:
    click.echo("milestone-billing: stopped by SIGTERM; run it again to go on", err=True)
    sys.exit(128 + signal.SIGTERM)
