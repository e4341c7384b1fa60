"""PHA-01 to PHA-05: phases follow one another, and end as they say."""

import pandas as pd

from schemas.inputs import PHASE_ENDS
from schemas.rules import differs, rule

COMPLETION = "Milestone billing schedules, What happens when a milestone is marked as completed?"
ORDER = "README, How amounts come about, Phases"
MOVED = "README, How amounts come about, Corrections"


@rule("PHA-04", view="phases", column="end_date", source=ORDER,
      message="phase {phase_number} ends on a DATE: give its end_date")  # fmt: skip
def date_missing(phases: pd.DataFrame) -> pd.Series:
    """A phase that ends on a DATE, without one."""
    return (phases["ends"] == "DATE") & phases["end_date"].isna()


@rule("PHA-04", view="phases", column="duration_months", source=ORDER,
      message="phase {phase_number} ends after a DURATION: give its duration_months")  # fmt: skip
def duration_missing(phases: pd.DataFrame) -> pd.Series:
    """A phase that ends after a DURATION, without one."""
    return (phases["ends"] == "DURATION") & phases["duration_months"].isna()


@rule("PHA-04", view="phases", column="milestone_name", source=ORDER,
      message="phase {phase_number} ends on a MILESTONE: name it in milestone_name")  # fmt: skip
def milestone_missing(phases: pd.DataFrame) -> pd.Series:
    """A phase that ends on a MILESTONE, without naming it."""
    return (phases["ends"] == "MILESTONE") & phases["milestone_name"].isna()


@rule("PHA-04", view="phases", column="ends", source=ORDER,
      message="phase {phase_number} ends NEVER, but another phase follows it: only the last may; "
              "give it an end, or remove those after it")  # fmt: skip
def never_but_not_last(phases: pd.DataFrame) -> pd.Series:
    """A phase that never ends, with another after it."""
    return (phases["ends"] == "NEVER") & ~phases["is_last"]


@rule("PHA-04", view="phases", column="end_date", source=ORDER,
      message="phase {phase_number} ends on {end_date}, before it starts on {starts_on}: phases may "
              "not overlap; correct the date, or that of the phase before")  # fmt: skip
def ends_before_it_starts(phases: pd.DataFrame) -> pd.Series:
    """A phase whose end date lies before its start: it would overlap the phase before it."""
    return (phases["ends"] == "DATE") & (phases["end_date"] < phases["starts_on"])


@rule("PHA-01", view="phases", column="completion_date", source=COMPLETION,
      message="phase {phase_number} is completed on {completion_date}, before it starts on "
              "{starts_on}: correct the date")  # fmt: skip
def completed_before_start(phases: pd.DataFrame) -> pd.Series:
    """A completion date before the phase's start."""
    return (phases["ends"] == "MILESTONE") & (phases["completion_date"] < phases["starts_on"])


@rule("PHA-01", view="phases", column="completion_date", source=COMPLETION,
      message="phase {phase_number} is completed on {completion_date}, after the subscription ends "
              "on {subscription_end}: correct the date, or extend the subscription")  # fmt: skip
def completed_after_subscription(phases: pd.DataFrame) -> pd.Series:
    """A completion date after the subscription's end."""
    return (phases["ends"] == "MILESTONE") & (
        phases["completion_date"] > phases["subscription_end"]
    )


@rule("PHA-01", view="phases", column="completion_date", source=COMPLETION,
      message="phase {phase_number} has not begun, because a phase before it is not completed: "
              "complete that one first, or remove this completion_date")  # fmt: skip
def completed_before_it_began(phases: pd.DataFrame) -> pd.Series:
    """A completion date on a phase that has no start yet."""
    return phases["completion_date"].notna() & phases["waits"]


@rule("PHA-06", view="phases", column="completion_date",
      message="phase {phase_number} does not end on a MILESTONE, so it can't be completed: remove "
              "the completion_date, or set ends to MILESTONE")  # fmt: skip
def completed_without_milestone(phases: pd.DataFrame) -> pd.Series:
    """A completion date on a phase that ends otherwise."""
    other = phases["ends"].isin(PHASE_ENDS) & (phases["ends"] != "MILESTONE")
    return other & phases["completion_date"].notna()


@rule("PHA-05", view="phases", column="completion_date", severity="warning", source=MOVED,
      message="phase {phase_number} was completed on '{stored_completion_date}', now "
              "'{completion_date}': credits and further lines follow for what was billed")  # fmt: skip
def completion_moved(phases: pd.DataFrame) -> pd.Series:
    """A completion date changed or removed after something was billed."""
    before = phases["stored_completion_date"]
    return phases["posted"] & before.notna() & differs(phases["completion_date"], before)


@rule("CHG-02", view="phases", column="ends", severity="warning",
      source=MOVED,
      message="the schedule of phase {phase_number} changes after something was billed: credits or "
              "further lines may follow")  # fmt: skip
def billed_schedule_moved(phases: pd.DataFrame) -> pd.Series:
    """Another end, length or anchor of a phase, or a new one before others, after a billing."""
    inserted = phases["stored_ends"].isna() & ~phases["is_last"]
    moved = differs(phases["ends"], phases["stored_ends"])
    for column in ("end_date", "duration_months", "billing_anchor"):
        moved |= differs(phases[column], phases[f"stored_{column}"])
    return phases["posted"] & (inserted | (phases["stored_ends"].notna() & moved))


@rule("PHA-08", view="phases", column="phase_number", severity="warning",
      message="phase {phase_number} would start on {starts_on}, after the subscription ends on "
              "{subscription_end}: nothing of it is billed; extend the subscription, or shorten a phase "
              "before it")  # fmt: skip
def starts_after_subscription(phases: pd.DataFrame) -> pd.Series:
    """A phase that can't begin, because the subscription ends first."""
    return phases["starts_on"] > phases["subscription_end"]


@rule("PHA-07", view="phases", column="end_date", severity="warning",
      message="phase {phase_number} ends {ends}: its end_date {end_date} has no effect; remove it, or "
              "set ends to DATE")  # fmt: skip
def date_without_effect(phases: pd.DataFrame) -> pd.Series:
    """An end date on a phase that does not end on a DATE."""
    other = phases["ends"].isin(PHASE_ENDS) & (phases["ends"] != "DATE")
    return other & phases["end_date"].notna()


@rule("PHA-07", view="phases", column="duration_months", severity="warning",
      message="phase {phase_number} ends {ends}: its duration of {duration_months} months has no "
              "effect; remove it, or set ends to DURATION")  # fmt: skip
def duration_without_effect(phases: pd.DataFrame) -> pd.Series:
    """A duration on a phase that does not end after one."""
    other = phases["ends"].isin(PHASE_ENDS) & (phases["ends"] != "DURATION")
    return other & phases["duration_months"].notna()
