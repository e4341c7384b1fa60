"""The scope of a run: all contracts, or those that anything can have changed of since the last one.

run(A ∪ B) = run(A) ∪ run(B), and of the contracts that the agenda leaves out nothing is due. So a night
that looks at some posts what a night that looks at all would post; `--full` and `history --verify` look
at all, and show it.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection

from pipeline import __version__
from pipeline.record import LookedAt, Portion
from pipeline.settings import Settings, as_set, settings_from_text
from pipeline.store import agenda, ledger
from pipeline.store.wanted import want_subscriptions, want_their_lines


@dataclass(frozen=True)
class Scope:
    """What a run looks at.

    `numbers` are its contracts, in order (None: all), of `contracts` in the store; `portion` is which
    of its night's portions they are, of how many (None: the night is one run).
    """

    numbers: pd.Series | None = None
    contracts: int = 0
    portion: Portion | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is all contracts."""
        return self.numbers is None

    @property
    def portions_before(self) -> int:
        """How many portions of its night were before it."""
        return self.portion.number - 1 if self.portion else 0

    @property
    def is_followed(self) -> bool:
        """Whether it is a portion that others of its night follow."""
        return self.portion is not None and not self.portion.is_last

    @property
    def looked_at(self) -> LookedAt | None:
        """How many it is, and of how many; none: all."""
        if self.numbers is None:
            return None
        return LookedAt(len(self.numbers), self.contracts, self.portion)


WHOLE = Scope()


def looks_at_all(connection: Connection, settings: Settings, *, full: bool) -> bool:
    """Whether the next run has to look at all contracts: where that is asked for, where the store has
    `whole_book` of them or fewer, and where the settings or the program are not the last run's."""
    contracts = agenda.count_contracts(connection)
    return full or contracts <= settings.whole_book or not _goes_on(connection, settings)


def scope_of_night(
    connection: Connection, as_of: datetime.date, settings: Settings, *, full: bool
) -> Scope:
    """What the next run has to look at, once its own upload is accepted: all contracts also where
    something is due of each of them."""
    if looks_at_all(connection, settings, full=full):
        return WHOLE
    contracts = agenda.count_contracts(connection)
    numbers = agenda.read_due(connection, as_of)
    return Scope(numbers, contracts) if len(numbers) < contracts else WHOLE


def scope_of_portion(
    connection: Connection, as_of: datetime.date | None, numbers: Sequence[str],
    portion: Portion,
) -> Scope:  # fmt: skip
    """What a portion's run has to look at, of these contracts; without a day, all of them."""
    want_subscriptions(connection, numbers)
    own = agenda.read_due_of_wanted(connection, as_of)
    return Scope(own, agenda.count_contracts(connection), portion)


def scope_of_run(connection: Connection, run_number: int) -> Scope:
    """What a run looked at."""
    told = agenda.read_looked_at(connection, run_number)
    return Scope(*told) if told else WHOLE


def keep_scope(connection: Connection, run_number: int, scope: Scope) -> None:
    """Note what a run looked at, with the run."""
    if not scope.is_whole:
        agenda.keep_looked_at(connection, run_number, scope.contracts, scope.portion)


def look_at(connection: Connection, scope: Scope) -> bool:
    """Make the next readings of this transaction those of the scope; whether it is of some contracts
    only (`wanted` of the store's readings)."""
    if scope.numbers is None:
        return False
    want_subscriptions(connection, scope.numbers.tolist())
    want_their_lines(connection)
    return True


def _goes_on(connection: Connection, settings: Settings) -> bool:
    """Whether the last run had the settings and the program of this one."""
    last = ledger.last_run(connection)
    return last is not None and (
        (last.program_version, as_set(settings_from_text(last.settings)))
        == (__version__, as_set(settings))
    )
