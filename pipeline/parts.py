"""The parts that a night goes in, one run each: mostly one part, and of more contracts than are held at
once as many portions as it takes (`portions`)."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pandas as pd
from sqlalchemy import Connection

from pipeline.portions import FIRST, Portions, named_in, share_out
from pipeline.read import Inputs
from pipeline.record import Portion
from pipeline.scope import Scope, looks_at_all, scope_of_night, scope_of_portion
from pipeline.settings import Settings
from pipeline.spread.buckets import count_buckets
from pipeline.store import agenda
from pipeline.store.wanted import want_subscriptions


@dataclass
class Part:
    """The files and, until it is handed over, the upload of a run.

    `portion` is which one it is, of how many (None: the night is one run), `numbers` are its contracts,
    of which the run looks at all (`looks_at_all`) or at those with anything due.
    """

    files: pd.DataFrame
    portion: Portion | None = None
    numbers: Sequence[str] = ()
    looks_at_all: bool = False
    _inputs: Inputs | None = field(default=None, repr=False)

    @classmethod
    def of_all(cls, inputs: Inputs) -> "Part":
        """The one part of a night."""
        return cls(inputs.files, _inputs=inputs)

    @property
    def is_first(self) -> bool:
        """Whether no other part of the night was before it."""
        return self.portion is None or self.portion.number == FIRST

    @property
    def is_last(self) -> bool:
        """Whether no other part of the night follows."""
        return self.portion is None or self.portion.is_last

    def hand_over(self) -> Inputs:
        """The upload, once: what was uploaded is as large as what is made of it, and whoever has made
        something of it lets it go."""
        inputs, self._inputs = self._inputs, None
        if inputs is None:
            raise ValueError("the upload was handed over before")
        return inputs

    def scope(
        self, connection: Connection, as_of: datetime.date, settings: Settings, *, full: bool
    ) -> Scope:
        """What the run has to look at, once its upload is accepted.

        A night of portions that has to look at all notes so with its first: where it stops in the
        middle, the next one must look at the others all the same, though the settings are the last
        run's by then.
        """
        if self.portion is None:
            return scope_of_night(connection, as_of, settings, full=full)
        if self.looks_at_all and self.is_first:
            agenda.note_all_at_once(connection)
        until = None if self.looks_at_all else as_of
        return scope_of_portion(connection, until, self.numbers, self.portion)

    @contextmanager
    def told_of(self, tell: Callable[[str], None]) -> Iterator[None]:
        """Say which portion begins, and where it comes to no end, what stays of the night."""
        if self.portion is None:
            yield
            return
        number, of = self.portion
        tell(f"portion {number:,} of {of:,}")
        ended = False
        try:
            yield
            ended = True
        finally:
            if not ended:
                posted = f"portions before it: {number - FIRST:,}, posted, and they stay"
                tell(f"portion {number:,} of {of:,} did not end ({posted}); run the night again")


def parts_of_night(
    connection: Connection, inputs: Inputs | None, as_of: datetime.date, settings: Settings,
    *, full: bool,
) -> Iterator[Part]:  # fmt: skip
    """The parts of a night with this upload (None: it has none)."""
    upload = inputs or Inputs.of_nothing()
    whole = looks_at_all(connection, settings, full=full)
    due = agenda.count_contracts(connection) if whole else agenda.count_due(connection, as_of)
    most = settings.contracts_at_once
    if due + sum(len(sheet.rows) for sheet in upload.sheets) <= most:  # it need not be looked into
        return iter([Part.of_all(upload)])
    named = named_in(upload)
    want_subscriptions(connection, named.contracts["subscription_number"].tolist())
    stored = agenda.read_customers(connection, None if whole else as_of)
    both = pd.concat([named.contracts["subscription_number"], stored["subscription_number"]])
    count = count_buckets(both.nunique(), most)
    portions = share_out(upload, named, stored, count) if count > 1 else None
    if portions is None or portions.of == 1:  # one customer's contracts can't be shared out
        return iter([Part.of_all(upload)])
    return _portions(portions, whole)


def _portions(portions: Portions, whole: bool) -> Iterator[Part]:
    for number in range(FIRST, portions.of + FIRST):
        yield Part(
            portions.inputs.files, Portion(number, portions.of), portions.numbers_of(number), whole,
            portions.upload_of(number),
        )  # fmt: skip
