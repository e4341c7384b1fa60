"""The border: commands parse, call one verb, print and exit.

Exit status: 0 all clean; 3 finished, with rejected rows; 4 refused, nothing posted; 75 another run
holds the store; 2 wrong usage; 1 our own failure; 130 and 143 stopped by a signal.
"""

import datetime
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import click
import pandas as pd
from rich.console import RenderableType
from sqlalchemy.exc import DBAPIError

from pipeline import (
    __version__,
    in_force,
    nightly,
    screen,
    screen_confirm,
    screen_explain,
    screen_forecast,
    screen_settings,
    screen_status,
    screen_template,
    screen_terminal,
    screen_verify,
    status,
)
from pipeline.actor import Actor, actor_of, masked
from pipeline.explain import UnknownIdError, explain
from pipeline.export import (
    ControlError,
    LedgerTextError,
    TargetError,
    TargetFileError,
    choose_again,
    choose_targets,
    faults_of_targets,
)
from pipeline.export.forecast_file import ForecastFileError, write_forecast
from pipeline.look_ahead import UntilError, look_ahead
from pipeline.outbox import OutboxError, write_judgement
from pipeline.post import RefusedError
from pipeline.read import InboxError
from pipeline.report import BlockSheetError
from pipeline.settings import Settings, SettingsError, read_settings, said_in
from pipeline.spread import Engine, SpreadError, cores
from pipeline.stopping import Stopped, listening
from pipeline.stopwatch import Stopwatch
from pipeline.store import (
    NoStoreError,
    StoreBusyError,
    StoreError,
    StoreVersionError,
    lasts,
    words_of,
)  # fmt: skip
from pipeline.template import TemplateError, TemplateFileError, make_template
from pipeline.terminal import coloured, console_on
from pipeline.validate import has_errors
from pipeline.verify import verify_store
from schemas.template import ALL, TABLES_FOR

CLEAN, FAILED, MISUSED, REJECTED, REFUSED, BUSY = 0, 1, 2, 3, 4, 75

STATUS_OF = {
    InboxError: MISUSED, nightly.RunUnknownError: MISUSED,
    UnknownIdError: MISUSED, status.NoNightError: MISUSED,
    NoStoreError: MISUSED, StoreError: FAILED, OutboxError: FAILED, SpreadError: FAILED,
    UntilError: MISUSED, ForecastFileError: FAILED, TargetFileError: MISUSED,
    TemplateError: MISUSED, TemplateFileError: FAILED,
    ControlError: REFUSED, LedgerTextError: REFUSED, TargetError: REFUSED,
    BlockSheetError: FAILED, RefusedError: REFUSED, StoreVersionError: REFUSED, StoreBusyError: BUSY,
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
        help="The site's settings (billing.toml); `settings` shows what is in force.",
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
target_option = click.option(
    "--target", "targets", multiple=True, metavar="NAME",
    help="Write this target's files; may be given again. It prevails over `targets` of the settings.",
)  # fmt: skip
full_option = click.option(
    "--full", is_flag=True,
    help="Look at all contracts, not only at those with anything new or due; the ledger is the same.",
)  # fmt: skip


def engine_options(command: Callable) -> Callable:
    """Who computes a large night."""
    for option in (
        click.option(
            "--shared", default="", metavar="URL", envvar="MILESTONE_BILLING_SHARED",
            show_envvar=True,
            help="With --cluster: a folder that all its machines see, as a path or a URL.",
        ),
        click.option(
            "--cluster", default="", metavar="URL", envvar="MILESTONE_BILLING_CLUSTER",
            show_envvar=True,
            help="A Dask scheduler, such as tcp://scheduler:8786, whose workers compute the night.",
        ),
        click.option(
            "--workers", type=click.IntRange(1, 1000), metavar="N", default=cores,
            show_default="the cores", envvar="MILESTONE_BILLING_WORKERS", show_envvar=True,
            help="Processes that compute a large night; the result is the same.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


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


class Border(click.Group):
    """The commands, who gave one, and the end of one that is stopped."""

    def parse_args(self, context: click.Context, arguments: list[str]) -> list[str]:
        """Remember the command as it was typed, for the audit trail."""
        context.obj = actor_of(arguments)
        return super().parse_args(context, arguments)

    def invoke(self, context: click.Context) -> Any:
        """Run the command; where it was stopped, say so when no bar stands on the line any more."""
        try:
            return super().invoke(context)
        except click.ClickException as fault:
            fault.message = masked(fault.message)  # type: ignore[misc]
            raise
        except Stopped as stopped:
            click.echo(
                f"milestone-billing: stopped by {stopped.signal.name}; nothing is left half done: "
                "run it again to go on",
                err=True,
            )
            raise


@click.group(cls=Border, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="milestone-billing")
@click.pass_context
def main(context: click.Context) -> None:
    """Milestone billing: spreadsheets in, a ledger, interface files and workbooks out.

    \b
    Example:
      milestone-billing run inbox --as-of 2026-03-31 --out out
    """
    # what is written is its owner's alone: contracts and prices are nobody else's business
    mask = os.umask(0o077)
    os.umask(mask | 0o077)
    context.call_on_close(partial(os.umask, mask))
    context.with_resource(listening())


@main.command()
@inbox_argument
@as_of_option
@out_option("out", "The folder in which the run's own folder is written.")
@store_option
@config_option
@target_option
@click.option("--dry-run", is_flag=True, help="Say what would be done; post and write nothing.")
@allow_implausible_option
@full_option
@engine_options
@json_option
@quiet_option
@timings_option
def run(
    inbox: Path, as_of: datetime.date, out: Path, store: str, config: Path | None,
    targets: tuple[str, ...], dry_run: bool, allow_implausible: bool, full: bool, workers: int,
    cluster: str, shared: str, as_json: bool, quiet: bool, timings: Path | None,
) -> None:  # fmt: skip
    """The whole night: read, validate, accept, bill, post, export, report.

    \b
    Example:
      milestone-billing run inbox --as-of 2026-03-31 --out out
    """
    with _explained(), _watching(quiet, timings) as watch:
        settings = _settings(config, targets)
        night = nightly.run_night(
            inbox, as_of, out, store, settings, watch,
            dry_run=dry_run, allow_implausible=allow_implausible, full=full, actor=_actor(),
            today=datetime.date.today(), said_in=said_in(config, os.environ),
            engine=_engine(workers, cluster, shared),
        )  # fmt: skip
        told = _told_of_each(night, as_json, dry_run)
    _end_night(told, as_json)


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
    _print_judgement("Checked", validated, out, as_json, is_kept=False)


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
        number, validated = nightly.import_inbox(
            inbox, store, _settings(config), watch, actor=_actor()
        )
        write_judgement(validated.findings, validated.refused_in_order, out)
    _print_judgement(f"Import {number}", validated, out, as_json, is_kept=True)


@main.command()
@as_of_option
@store_option
@config_option
@click.option("--dry-run", is_flag=True, help="Say what would be posted; post nothing.")
@allow_implausible_option
@full_option
@engine_options
@json_option
@quiet_option
def bill(
    as_of: datetime.date, store: str, config: Path | None, dry_run: bool, allow_implausible: bool,
    full: bool, workers: int, cluster: str, shared: str, as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Bill from what the store holds, and post; `export` writes the files.

    \b
    Example:
      milestone-billing bill --as-of 2026-03-31
    """
    with _explained(), _watching(quiet, None) as watch:
        night = nightly.bill_store(
            as_of, store, _settings(config), watch,
            dry_run=dry_run, allow_implausible=allow_implausible, full=full, actor=_actor(),
            today=datetime.date.today(), said_in=said_in(config, os.environ),
            engine=_engine(workers, cluster, shared),
        )  # fmt: skip
        told = _told_of_each(night, as_json, dry_run)
    _end_night(told, as_json)


@main.command()
@click.argument("run_id")
@out_option("out", "The folder in which the run's own folder is written.")
@store_option
@config_option
@target_option
@json_option
@quiet_option
def export(
    run_id: str, out: Path, store: str, config: Path | None, targets: tuple[str, ...],
    as_json: bool, quiet: bool,
) -> None:  # fmt: skip
    """Write a run's files again: the same bytes. With --target, for other ledgers than the run was
    made for; only then the settings are read, for what they say of targets.

    \b
    Example:
      milestone-billing export 2026-03-31-1 --out out
      milestone-billing export 2026-03-31-1 --out other --target generic-csv
    """

    def choose(kept: Settings) -> Settings:
        return choose_again(kept, read_settings(config, os.environ), config, targets)

    with _explained(), _watching(quiet, None) as watch:
        outcome = nightly.export_run(run_id, out, store, watch, choose if targets else None)
        told = _told(outcome, as_json, False)
    _end_night([replace(told, rejected=False)], as_json)


@main.command()
@click.option("--verify", is_flag=True,
              help="Compute every run again, and say what does not hold (exit 1).")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path, file_okay=False, exists=True),
              metavar="OUT", help="With --verify: the runs' files in OUT as well.")  # fmt: skip
@click.option("--audit", is_flag=True, help="Who brought what: user, time, command, files, run.")
@store_option
@json_option
def history(verify: bool, out: Path | None, audit: bool, store: str, as_json: bool) -> None:
    """The runs, their totals and their state; or whether all of it still holds; or who brought it.

    \b
    Example:
      milestone-billing history
      milestone-billing history --verify --out out
      milestone-billing history --audit
    """
    if (verify == audit and (verify or out)) or (out and not verify):
        raise click.UsageError("give --verify or --audit, not both; --out goes with --verify")
    if verify:
        _print_verified(store, out, as_json)
    with _explained():
        if audit:
            account = screen_verify.audit_account(nightly.read_trail(store))
        else:
            account = screen.history_account(*nightly.read_history(store))
    words = screen_verify.audit_words if audit else screen.history_words
    _say(screen.as_json(account) if as_json else words(account))


def _print_verified(store: str, out: Path | None, as_json: bool) -> NoReturn:
    with _explained():
        account = screen_verify.verify_account(verify_store(store, out))
    _say(screen.as_json(account) if as_json else screen_verify.verify_words(account))
    sys.exit(FAILED if account["failed"] else CLEAN)


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
        judged = nightly.confirm_answers(file, store, watch, actor=_actor())
        write_judgement(judged.findings, judged.refused, out)
    account, words = screen_confirm.confirm_account, screen_confirm.confirm_words
    _say(screen.as_json(account(judged, out)) if as_json else words(judged, out))
    sys.exit(REJECTED if has_errors(judged.findings) else CLEAN)


@main.command()
@click.argument("file", callback=_writable, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--for", "purpose", type=click.Choice(list(TABLES_FOR)), default=ALL,
              show_default=True, help="Which tables have a sheet.")  # fmt: skip
@click.option("--subscription", "subscriptions", multiple=True, metavar="N",
              help="Fill in the open milestones of this contract; may be repeated.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@store_option
@json_option
def template(
    file: Path, purpose: str, subscriptions: tuple[str, ...], force: bool, store: str, as_json: bool
) -> None:
    """A bulk-import workbook, with drop-downs from the store. For milestones, it holds the open ones,
    so that only completion dates have to be entered.

    \b
    Example:
      milestone-billing template upload.xlsx
      milestone-billing template open.xlsx --for milestones --subscription S-1
    """
    with _explained():
        made = make_template(
            file, store, purpose=purpose, subscriptions=subscriptions, overwrite=force
        )
    account, words = screen_template.template_account, screen_template.template_words
    _say(screen.as_json(account(made)) if as_json else words(made))


@main.command("settings")
@config_option
@click.option("--run", "run_id", metavar="RUN_ID", help="What this run was made with.")
@store_option
@json_option
@click.pass_context
def settings_(
    context: click.Context, config: Path | None, run_id: str | None, store: str, as_json: bool
) -> None:
    """Every setting, its value, and where it came from: the environment, the file or the default.

    \b
    Example:
      milestone-billing settings --config billing.toml
      milestone-billing settings --run 2026-03-31-1
    """
    given = context.get_parameter_source("config")
    if run_id and given is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError("--run shows what a run was made with: leave --config out")
    with _explained():
        if run_id:
            told = in_force.settings_of_run(run_id, store)
        else:
            told = in_force.settings_in_force(config, os.environ, store, Path.cwd())
    if as_json:
        _say(screen.as_json(screen_settings.settings_account(told)))
    else:
        _say(screen_settings.settings_words(told), screen_settings.settings_view(told))


def _actor() -> Actor | None:
    return click.get_current_context().find_object(Actor)


def _engine(workers: int, cluster: str, shared: str) -> Engine:
    if cluster and not shared:
        raise click.UsageError("--cluster needs --shared: a folder that all its machines see")
    return Engine(workers, cluster, shared)


def _settings(config: Path | None, targets: tuple[str, ...] = ()) -> Settings:
    settings = read_settings(
        config, os.environ, lambda given: faults_of_targets(given, config, targets)
    )
    return choose_targets(settings, config, targets or settings.targets)


@dataclass(frozen=True)
class _Told:
    """What is left of a run once it is told of: its figures, and whether any row was rejected."""

    account: dict[str, Any]
    rejected: bool


def _told_of_each(night: Iterator[nightly.Outcome], as_json: bool, dry_run: bool) -> list[_Told]:
    """Say what each run of a night did; of none of them more than its figures is kept."""
    told = []
    for outcome in night:
        told.append(_told(outcome, as_json, dry_run))
        del outcome  # before the next run makes its own
    return told


def _told(outcome: nightly.Outcome, as_json: bool, dry_run: bool) -> _Told:
    """Say what a run did; as JSON, all runs of a night are said at its end."""
    if not as_json:
        _say(
            screen.night_words(outcome, dry_run=dry_run),
            screen_terminal.night_view(outcome, dry_run=dry_run),
        )
    account = screen.night_account(outcome, dry_run=dry_run) if as_json else {}
    return _Told(account, has_errors(outcome.record.findings))


def _end_night(told: Sequence[_Told], as_json: bool) -> NoReturn:
    """The JSON of a night, of several runs in a list, and its exit status."""
    if as_json:
        accounts = [one.account for one in told]
        _say(screen.as_json(accounts[0] if len(accounts) == 1 else {"runs": accounts}))
    sys.exit(REJECTED if any(one.rejected for one in told) else CLEAN)


def _print_judgement(
    title: str, validated: Any, out: Path, as_json: bool, *, is_kept: bool
) -> NoReturn:
    if as_json:
        _say(screen.as_json(screen.judgement_account(validated, out)))
    else:
        _say(
            screen.judgement_words(title, validated, out),
            screen_terminal.judgement_view(title, validated, out, is_kept),
        )
    sys.exit(REJECTED if has_errors(validated.findings) else CLEAN)


def _say(text: str, on_a_terminal: RenderableType | None = None) -> None:
    """The result: on a terminal what is made for it, or the text with its few colours; elsewhere the
    text alone. A reader that has gone away changes nothing of what was done."""
    is_json = text.startswith(("{", "["))  # words begin with a letter; machines get no colour
    console = None if is_json else console_on(sys.stdout)
    try:
        if console:
            console.print(on_a_terminal or coloured(text), soft_wrap=on_a_terminal is None)
        else:
            click.echo(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _close_output()
    except OSError as fault:
        _close_output()
        click.echo(
            "milestone-billing: the command has done its work, but its result can't be printed: "
            f"{fault.strerror}",
            err=True,
        )
        sys.exit(FAILED)


def _close_output() -> None:
    """Nothing more is printed, not even what waits to be when the process ends."""
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
    except SettingsError as fault:
        _complain("the settings can't be used, and nothing was done:", fault.findings)
        sys.exit(MISUSED)
    except tuple(STATUS_OF) as fault:
        click.echo(f"milestone-billing: {masked(str(fault))}", err=True)
        sys.exit(next(status for kind, status in STATUS_OF.items() if isinstance(fault, kind)))
    except DBAPIError as fault:
        click.echo(f"milestone-billing: the store failed: {masked(words_of(fault))}", err=True)
        sys.exit(FAILED)
    except OverflowError as fault:
        click.echo(f"milestone-billing: {fault}; nothing was posted", err=True)
        sys.exit(REFUSED)
    except MemoryError:
        click.echo("milestone-billing: out of memory; nothing was posted", err=True)
        sys.exit(FAILED)


def _complain(words: str, findings: pd.DataFrame) -> None:
    """Everything that is wrong, on standard error; red on a terminal."""
    named = findings.assign(column="")  # the message begins with the setting's name
    lines = [f"milestone-billing: {words}", *screen.finding_words(named, len(named))]
    console = console_on(sys.stderr)
    if console:
        console.print(coloured("\n".join(lines)), soft_wrap=True)
    else:
        click.echo("\n".join(lines), err=True)
