"""The record of a run: all that its files are written from, whether tonight or a year later."""

import datetime
from dataclasses import dataclass, field
from typing import NamedTuple

import pandas as pd

from pipeline.settings import Settings
from schemas.forecasts import AwaitedMilestones, ForecastMonths
from schemas.outputs import (
    BillLines,
    ChargeProducts,
    PlanChanges,
    RejectedLines,
    SentTotals,
    UnansweredLines,
    nothing_of,
)

NOTHING_TO_CORRECT = "nothing to correct here"
"""How the note of a row ends that is sound itself, and only held back."""


@dataclass(frozen=True)
class RefusedSheet:
    """The refused rows of one uploaded sheet, in its layout.

    `cells` has one `str` column per uploaded column, named "0", "1", …, blanks missing; `rows`
    in it are in the uploaded order. `row_numbers` say where each row stood, `errors` what is wrong
    with it and what to do (one text, several faults separated by line breaks), `faulty` the
    headings at fault, separated by line breaks.
    """

    table: str
    file: str
    sheet: str
    headings: tuple[str, ...]
    cells: pd.DataFrame
    row_numbers: pd.Series
    errors: pd.Series
    faulty: pd.Series


class Portion(NamedTuple):
    """Which portion of its night a run is, of how many; the first is 1."""

    number: int
    of: int

    @property
    def is_last(self) -> bool:
        """Whether none of its night follows."""
        return self.number == self.of


@dataclass(frozen=True)
class LookedAt:
    """How many contracts a run looked at, where it did not look at all: they were uploaded or answered
    since the last run, had a date that came, or wait on hold; or they are a `portion` of its night's,
    of how many."""

    contracts: int
    of: int
    portion: Portion | None = None

    @property
    def sentence(self) -> str:
        """`Tonight 2,500 of 250,000 contracts were looked at: …`"""
        if self.portion:
            return (
                f"This run is portion {self.portion.number:,} of {self.portion.of:,} of its night: "
                f"{self.contracts:,} contracts. What follows leaves the others out: those of which "
                "anything is due are in the other portions' runs."
            )
        return (
            f"Tonight {self.contracts:,} of {self.of:,} contracts were looked at: those that were "
            "uploaded or answered, have a date that came, or wait on hold. Nothing is due of the "
            "others; what follows leaves them out. --full looks at all."
        )


@dataclass(frozen=True)
class RunRecord:
    """One run, as its files show it. Frames are sorted by key; money is int64 minor units.

    inputs      file, sha256, rows_read, rows_accepted, rows_refused
    bill_lines  the lines posted by this run (schemas.outputs.BillLines)
    milestones  every billing and revenue milestone with its state (schemas.outputs.MilestoneStates)
    plan_changes  plans that this run's upload changed, before and after (PlanChanges)
    phases      every phase with its state (schemas.outputs.PhaseStates)
    withheld    lines due, not posted because of a hold (schemas.outputs.Withheld)
    balances    per business unit and currency: price, billed_before, billed_tonight, withheld,
                unbilled, adjusted_away, all `…_minor`; price = the sum of the other five
    findings    pipeline.findings.COLUMNS

    Of revenue, each a frame of schemas.outputs:

    revenue_lines     the revenue lines posted by this run (RevenueLines)
    revenue_events    the satisfaction events posted by this run (RevenueEvents)
    journal           the general ledger's side of both (JournalLines)
    revenue_balances  every charge's allocated revenue and where it stands (RevenueBalances)
    revenue_to_come   what is still to be recognised, by charge and month (RevenueToCome)
    positions         every contract's liability or asset (ContractPositions)
    roll_forward      every month of every contract that moved, up to this run (RollForward)

    Of what Receivables answered, likewise:

    resent       lines of earlier runs that it rejected and that this run sends again (BillLines)
    rejected     all lines that it rejected: sent again, or waiting (RejectedLines)
    unanswered   the oldest lines that are sent and unanswered, `workbook_rows` of them at most, this
                 run's included (UnansweredLines)
    sent_totals  all that was sent and what became of it, this run's lines included (SentTotals)

    Of what is to come, each a frame of schemas.forecasts:

    forecast         twelve months by currency, from the day after the night (ForecastMonths)
    late_milestones  open milestones past their expected date (AwaitedMilestones)

    products  what every charge is for (ChargeProducts)

    looked_at  how many contracts all of this is about, where it is not all (None: all)
    """

    run_id: str
    as_of: datetime.date
    program_version: str
    settings: Settings
    inputs: pd.DataFrame
    bill_lines: pd.DataFrame
    milestones: pd.DataFrame
    phases: pd.DataFrame
    withheld: pd.DataFrame
    balances: pd.DataFrame
    findings: pd.DataFrame
    revenue_lines: pd.DataFrame
    revenue_events: pd.DataFrame
    journal: pd.DataFrame
    revenue_balances: pd.DataFrame
    revenue_to_come: pd.DataFrame
    positions: pd.DataFrame
    roll_forward: pd.DataFrame
    refused: tuple[RefusedSheet, ...]
    resent: pd.DataFrame = field(default_factory=lambda: nothing_of(BillLines))
    rejected: pd.DataFrame = field(default_factory=lambda: nothing_of(RejectedLines))
    unanswered: pd.DataFrame = field(default_factory=lambda: nothing_of(UnansweredLines))
    sent_totals: pd.DataFrame = field(default_factory=lambda: nothing_of(SentTotals))
    forecast: pd.DataFrame = field(default_factory=lambda: nothing_of(ForecastMonths))
    late_milestones: pd.DataFrame = field(default_factory=lambda: nothing_of(AwaitedMilestones))
    plan_changes: pd.DataFrame = field(default_factory=lambda: nothing_of(PlanChanges))
    products: pd.DataFrame = field(default_factory=lambda: nothing_of(ChargeProducts))

    @property
    def lines_for_receivables(self) -> pd.DataFrame:
        """The lines that this run posted, and those that it sends again, by bill_line_id: a line stands
        before its credit."""
        if self.resent.empty:
            return self.bill_lines
        together = pd.concat([self.bill_lines, self.resent], ignore_index=True)
        return together.sort_values(BillLines.bill_line_id, ignore_index=True)

    looked_at: LookedAt | None = None
