"""The record of a run: all that its files are written from, whether tonight or a year later."""

import datetime
from dataclasses import dataclass

import pandas as pd

from pipeline.settings import Settings


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


@dataclass(frozen=True)
class RunRecord:
    """One run, as its files show it. Frames are sorted by key; money is int64 minor units.

    inputs      file, sha256, rows_read, rows_accepted, rows_refused
    bill_lines  the lines posted by this run (schemas.outputs.BillLines)
    milestones  every billing and revenue milestone with its state (schemas.outputs.MilestoneStates)
    phases      every phase with its state (schemas.outputs.PhaseStates)
    withheld    lines due, not posted because of a hold (schemas.outputs.Withheld)
    balances    per business unit and currency: price, billed_before, billed_tonight, withheld,
                unbilled, all `…_minor`; price = the sum of the other four
    findings    pipeline.findings.COLUMNS

    Of revenue, each a frame of schemas.outputs:

    revenue_lines     the revenue lines posted by this run (RevenueLines)
    revenue_events    the satisfaction events posted by this run (RevenueEvents)
    journal           the general ledger's side of both (JournalLines)
    revenue_balances  every charge's allocated revenue and where it stands (RevenueBalances)
    revenue_to_come   what is still to be recognised, by charge and month (RevenueToCome)
    positions         every contract's liability or asset (ContractPositions)
    roll_forward      every month of every contract that moved, up to this run (RollForward)
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
