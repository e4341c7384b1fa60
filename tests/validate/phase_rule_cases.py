"""The rules of phases with the one cell that breaks each, and the text that just does not.

S-1 has a milestone phase from 1 January (open), then a year, then one that never ends; a charge of
310.00 a month in each of the first two.
"""

from dataclasses import dataclass

OPEN = "phases 2: completion_date="
TWO_MILESTONES = "phases 3: ends=MILESTONE, milestone_name=Approval, duration_months="
ENDED = "subscriptions 2: end_date=2026-06-30"


@dataclass(frozen=True)
class Case:
    """`cell` says `wrong` where the rule is broken and `right` where it just is not.

    `given` holds in both. `at` is the address of the finding where it is not the cell, `value` what
    it quotes where that is not the wrong text. `after` is "billed" where the right text was
    accepted and billed before, as of 31 March 2026. `refused` is the subscription that an error
    refuses whole.
    """

    rule: str
    code: str
    cell: str
    wrong: str
    right: str
    given: tuple[str, ...] = ()
    at: str = ""
    value: str | None = None
    after: str = ""
    refused: str = "S-1"


ERRORS = [
    Case("phases.date_missing", "PHA-04", "phases 3 end_date", "", "2026-12-31",
         ("phases 3: ends=DATE, duration_months=",)),
    Case("phases.duration_missing", "PHA-04", "phases 3 duration_months", "", "1"),
    Case("phases.milestone_missing", "PHA-04", "phases 2 milestone_name", "", "x"),
    Case("phases.never_but_not_last", "PHA-04", "phases 3 ends", "NEVER", "DURATION",
         ("phases 3: duration_months=12",)),
    Case("phases.ends_before_it_starts", "PHA-04", "phases 3 end_date", "2026-03-09", "2026-03-10",
         ("phases 2: completion_date=2026-03-10", "phases 3: ends=DATE, duration_months=")),
    Case("phases.ends_before_it_starts", "PHA-04", "phases 2 end_date", "2025-12-31", "2026-01-01",
         ("phases 2: ends=DATE, milestone_name=",)),
    Case("phases.completed_before_start", "PHA-01", "phases 2 completion_date",
         "2025-12-31", "2026-01-01"),
    Case("phases.completed_before_start", "PHA-01", "phases 3 completion_date",
         "2026-03-09", "2026-03-10", ("phases 2: completion_date=2026-03-10", TWO_MILESTONES)),
    Case("phases.completed_after_subscription", "PHA-01", "phases 2 completion_date",
         "2026-07-01", "2026-06-30", (ENDED,)),
    Case("phases.completed_after_subscription", "PHA-01", "subscriptions 2 end_date",
         "2026-03-09", "2026-03-10", ("phases 2: completion_date=2026-03-10",),
         at="phases 2 completion_date", value="2026-03-10"),
    Case("phases.completed_before_it_began", "PHA-01", "phases 2 completion_date",
         "", "2026-03-10", (TWO_MILESTONES, "phases 3: completion_date=2026-04-01"),
         at="phases 3 completion_date", value="2026-04-01"),
    Case("phases.completed_without_milestone", "PHA-06", "phases 3 completion_date",
         "2026-03-10", ""),
    Case("phases.completed_without_milestone", "PHA-06", "phases 2 ends", "DATE", "MILESTONE",
         ("phases 2: completion_date=2026-03-10, end_date=2026-03-09",),
         at="phases 2 completion_date", value="2026-03-10"),
    Case("phases.subscription_of_phase_unknown", "REF-03", "phases 5 subscription_number",
         "S-9", "S-1", ("phases 5: phase_number=0, phase_name=Before, ends=DURATION, "
                        "duration_months=1",), refused="S-9"),
    Case("charges.phase_unknown", "REF-09", "charges 3 phase_number", "4", "3"),
    Case("charges.phase_unknown", "REF-09", "charges 3 phase_number", "02", "2"),
]  # fmt: skip

WARNINGS = [
    Case("phases.starts_after_subscription", "PHA-08", "subscriptions 2 end_date",
         "2027-03-09", "2027-03-10", ("phases 2: completion_date=2026-03-10",),
         at="phases 4 phase_number", value="3"),
    Case("phases.date_without_effect", "PHA-07", "phases 3 end_date", "2026-12-31", ""),
    Case("phases.date_without_effect", "PHA-07", "phases 3 ends", "DURATION", "DATE",
         ("phases 3: end_date=2026-12-31, duration_months=12",), at="phases 3 end_date",
         value="2026-12-31"),
    Case("phases.duration_without_effect", "PHA-07", "phases 4 duration_months", "12", ""),
    Case("phases.completion_moved", "PHA-05", "phases 2 completion_date",
         "2026-03-11", "2026-03-10", after="billed"),
    Case("phases.completion_moved", "PHA-05", "phases 2 completion_date", "", "2026-03-10",
         after="billed"),
    Case("phases.billed_schedule_moved", "CHG-02", "phases 3 duration_months", "11", "12",
         after="billed", at="phases 3 ends", value="DURATION"),
    Case("phases.billed_schedule_moved", "CHG-02", "phases 4 ends", "DURATION", "NEVER",
         ("phases 4: duration_months=12",), after="billed"),
    Case("phases.billed_schedule_moved", "CHG-02", "phases 3 billing_anchor", "CONTINUE", "",
         after="billed", at="phases 3 ends", value="DURATION"),
    Case("phases.billed_schedule_moved", "CHG-02", "phases 3 end_date", "2026-12-30", "2026-12-31",
         ("phases 3: ends=DATE, duration_months=",), after="billed", at="phases 3 ends",
         value="DATE"),
    Case("subscriptions.billed_end_date_changed", "CHG-02", "subscriptions 2 end_date",
         "2026-12-30", "2026-12-31", after="billed"),
    Case("subscription_lines.billed_end_date_changed", "CHG-02", "subscription_lines 2 end_date",
         "2026-12-30", "2026-12-31", ("subscriptions 2: end_date=2026-12-31",), after="billed"),
]  # fmt: skip

CHANGES = [
    Case("charges.billed_phase_number_changed", "CHG-01", "charges 2 phase_number", "3", "1",
         after="billed"),
    Case("charges.billed_phase_number_changed", "CHG-01", "charges 2 phase_number", "", "1",
         after="billed"),
    Case("charges.billed_billing_frequency_changed", "CHG-01", "charges 2 billing_frequency",
         "QUARTERLY", "MONTHLY", after="billed"),
    Case("charges.billed_billing_timing_changed", "CHG-01", "charges 2 billing_timing",
         "IN_ARREARS", "", after="billed"),
    Case("charges.billed_price_adjustment_percent_millionths_changed", "CHG-01",
         "charges 2 price_adjustment_percent", "-10", "", after="billed"),
    Case("charges.recurring_without_frequency", "CHG-03", "charges 2 billing_frequency",
         "", "MONTHLY"),
]  # fmt: skip

CASES = [*ERRORS, *WARNINGS, *CHANGES]
