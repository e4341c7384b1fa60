"""Post: bounds and proofs, then tonight's lines and events and the run's own row, in one transaction.

Before the work is done, `open_night` refuses a night that can't be right whatever it bills.
"""

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

from sqlalchemy import Connection

from pipeline.bill import Bills
from pipeline.books import Books
from pipeline.post.plausibility import Excess, implausible, too_far_ahead
from pipeline.post.proofs import broken_proofs
from pipeline.post.totals import control_totals
from pipeline.recognise import Revenue
from pipeline.settings import Settings, changed_settings, settings_from_text, settings_text
from pipeline.store import answers, ledger
from pipeline.store.ledger import Run


class RefusedError(Exception):
    """The night is refused and nothing is posted; the message says why and what to do."""


def open_night(
    connection: Connection, as_of: datetime.date, settings: Settings, *,
    today: datetime.date | None, said_in: str, allowed: bool,
) -> Settings:  # fmt: skip
    """Refuse a night of a wrong day or handover; its settings, with what this run adds to them: the
    days that it was let through in spite of, and what is other than in the run before.

    `today` is the day by the clock, `said_in` in which file the settings are said.
    """
    last = ledger.last_run(connection)
    _refuse_going_back(last, as_of)
    refuse_other_handover(last, settings)
    ahead = too_far_ahead(
        as_of, last.as_of if last else None, today, settings.plausibility.most_days_ahead
    )
    if ahead and not allowed:
        _refuse(ahead, "name the right night with --as-of")
    changed = (
        changed_settings(last.settings, settings, run_id=last.run_id, file=said_in) if last else {}
    )
    return replace(_let_through(settings, ahead), changed=changed)


def _refuse_going_back(last: Run | None, as_of: datetime.date) -> None:
    """A night before the last one would credit what came due since (DESIGN 6)."""
    if last and as_of < last.as_of:
        raise RefusedError(
            f"as of {as_of} lies before the store's last night, {last.as_of}: it would credit what "
            f"came due since; run as of {last.as_of} or later"
        )


def refuse_other_handover(last: Run | None, settings: Settings) -> None:
    """Another handover than the last run's would credit and bill again what every completed phase has
    billed."""
    before = settings_from_text(last.settings).phase_handover if last else settings.phase_handover
    if before != settings.phase_handover:
        raise RefusedError(
            f"phase_handover is {settings.phase_handover}, but the last run had {before}: it would "
            "credit and bill again what was billed; name the settings file that the last run had "
            "(--config), or set it back"
        )


def refuse_implausible(
    connection: Connection, run: Run, bills: Bills, settings: Settings, *, allowed: bool,
    portions_before: int = 0,
) -> tuple[Run, Settings]:  # fmt: skip
    """A night that no sane company has is refused; where it is allowed, the run and its settings say
    what it was let through in spite of. The night's own portions so far are no nights before it."""
    nights = ledger.billed_totals(connection)
    before = nights[nights["run_number"] < run.run_number - portions_before]
    excesses = implausible(bills.lines, before, settings.plausibility)
    if not excesses:
        return run, settings
    if not allowed:
        _refuse(excesses, "correct what is wrong and run it again")
    through = _let_through(settings, excesses)
    return replace(run, settings=settings_text(through)), through


def _refuse(excesses: Sequence[Excess], remedy: str) -> NoReturn:
    """With each bound's sentence, and below it the lines that it is exceeded by."""
    told = [
        line
        for one in excesses
        for line in (
            f"it {one.sentence}:" if one.lines else f"it {one.sentence}",
            *(f"  {named}" for named in one.lines),
        )
    ]
    raise RefusedError(
        "the night is not plausible, and nothing was posted:\n  "
        + "\n  ".join(told)
        + f"\n{remedy}; if all is right, let it through with --allow-implausible, or raise the bound "
        "in [plausibility] of the settings"
    )


def _let_through(settings: Settings, excesses: Sequence[Excess]) -> Settings:
    """The settings, with these bounds beside those that the run was let through in spite of already."""
    told = [settings.let_through] if settings.let_through else []
    told += [one.sentence for one in excesses]
    return replace(settings, let_through="; ".join(told))


def post(connection: Connection, run: Run, bills: Bills, revenue: Revenue, books: Books) -> None:
    """Post tonight's bill lines, revenue lines and satisfaction events, if every proof holds, and note
    which rejected lines go out again."""
    broken = broken_proofs(bills, revenue, books)
    if broken:
        raise RefusedError("a proof fails, so nothing is posted: " + "; ".join(broken))
    ledger.post_run(connection, run, bills.lines, revenue.lines, revenue.events)
    answers.keep_resent(connection, run.run_number, bills.resent["bill_line_id"])
    ledger.close_run(connection, run.run_number, control_totals(bills, revenue, books))


def new_run(connection: Connection, as_of: datetime.date, command: str, **facts: Any) -> Run:
    """The next run of a night, not posted yet."""
    run_number, run_id = ledger.next_run(connection, as_of)
    return Run(
        run_number=run_number, run_id=run_id, as_of=as_of, command=command,
        sent_after_run=None, **facts,
    )  # fmt: skip
