"""The Summary's block on the milestones that hold up a subscription's phases."""

import datetime

import pandas as pd

from pipeline.report.cells import day_numbers
from pipeline.report.layout import Detail
from pipeline.report.page import Page
from schemas.outputs import PhaseStates as P

MOST_AWAITED = 10


def write_awaited(page: Page, detail: Detail, phases: pd.DataFrame, as_of: datetime.date) -> None:
    """How many milestones are awaited, and the first ten, the longest overdue before the others."""
    page.section_of_contracts("Phases that wait for a milestone")
    awaited = awaited_milestones(phases, as_of)
    if awaited.empty:
        page.line("0 phases: none waits", "plain")
        return
    page.link(0, detail.sheet.tab, _told(awaited))
    page.row += 1
    page.headings(
        ["Subscription", "Phase", "Expected", "Late", "Phases after it", "Milestone"], right=[4]
    )
    shown = awaited.head(MOST_AWAITED)
    days = day_numbers(shown[P.expected_completion_date])
    texts = (shown[name].tolist() for name in (P.subscription_number, P.phase_number, P.waits_for))
    for subscription, phase, milestone, day, late, after in zip(
        *texts, days, shown["late"].tolist(), shown["phases_after"].tolist(), strict=True
    ):
        page.text(0, subscription)
        page.text(1, phase)
        page.day(2, day)
        if late or day is None:
            page.text(3, "late" if late else "no date")
        page.count(4, after)
        page.text(5, milestone, "plain")
        page.row += 1


def awaited_milestones(phases: pd.DataFrame, as_of: datetime.date) -> pd.DataFrame:
    """The phases whose open milestone keeps others from beginning, by the day it is expected.

    Adds late (bool: expected before tonight) and phases_after (int64: how many wait behind it).
    """
    is_open = (phases[P.ends] == "MILESTONE") & phases[P.completion_date].isna()
    awaited = phases[is_open & phases[P.starts_on].notna()]
    waiting = phases.loc[phases[P.state] == "WAITING", P.subscription_number].value_counts()
    after = awaited[P.subscription_number].map(waiting).fillna(0).astype("int64")
    return awaited.assign(
        late=awaited[P.expected_completion_date] < pd.Timestamp(as_of), phases_after=after
    ).sort_values(
        [P.expected_completion_date, P.subscription_number], ignore_index=True, kind="stable"
    )


def _told(awaited: pd.DataFrame) -> str:
    """`12 milestones awaited, 3 of them late; 14 phases begin only after them (the first 10)`."""
    count, late, after = len(awaited), int(awaited["late"].sum()), awaited["phases_after"].sum()
    milestones = f"{count:,} {'milestone' if count == 1 else 'milestones'} awaited, {late:,} late"
    told = f"{milestones}; {after:,} {'phase begins' if after == 1 else 'phases begin'} only after"
    more = f" (the first {MOST_AWAITED} below)" if count > MOST_AWAITED else ""
    return f"{told} {'it' if count == 1 else 'them'}{more}: see Schedule"
