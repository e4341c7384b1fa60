"""Every rule with the one cell that breaks it, and the text of that cell that just does not."""

from dataclasses import dataclass

FEE = ("charges 2: milestone_billing=, amount=500.00", "drop milestones")
"""S-1 without milestones: 500.00 in one sum."""

RECOGNISED = (*FEE, "charges 2: billing_timing=IN_ARREARS, revenue_method=STRAIGHT_LINE")
RECURRING = ("charges 2: billing_frequency=MONTHLY",)
PILOT = (
    "phases 2: subscription_number=S-1, phase_number=1, phase_name=Pilot, ends=MILESTONE, "
    "milestone_name=Signed"
)
LIVE = (
    "phases 3: subscription_number=S-1, phase_number=10, phase_name=Live, ends=MILESTONE, "
    "milestone_name=Closed down"
)
BY_AMOUNT = ("milestones 2: percent=, amount=3000.00", "milestones 3: percent=, amount=7000.00")
SECOND_LINE = "subscription_lines 3: subscription_number=S-1, line_number=2, product_code=SUB"
SECOND_CHARGE = (
    "charges 3: subscription_number=S-1, charge_number=20, line_number=1, charge_type=ONE_TIME, "
    "amount=5.00"
)
DROPPED_MILESTONE = (
    "milestones 4: subscription_number=S-1, charge_number=10, event_type=BILLING, sequence=3, "
    "milestone_name=Build, percent=0"
)
SECOND_SUBSCRIPTION = (
    "subscriptions 3: subscription_number=S-2, customer_number=K-1, business_unit=East, "
    "currency=USD, start_date=2026-01-01, end_date=2026-12-31, status=ACTIVE",
    "subscription_lines 3: subscription_number=S-2, line_number=1, product_code=SUB",
)
DROPPED_TEMPLATE_ROW = (
    "template_milestones 6: template_code=T-1, event_type=BILLING, sequence=3, "
    "milestone_name=Build, milestone_source=ORDER, percent=0"
)


@dataclass(frozen=True)
class Case:
    """`cell` says `wrong` where the rule is broken and `right` where it just is not.

    `given` holds in both. `at` is the address of the finding where it is not the cell, `value` what
    it quotes where that is not the wrong text. `refused` is what is refused with it; warnings refuse
    nothing. `after` is what happened before tonight: "stored" or "billed" with the right text.
    `still` are errors that even the near miss has.
    """

    rule: str
    code: str
    cell: str
    wrong: str
    right: str
    given: tuple[str, ...] = ()
    at: str = ""
    value: str | None = None
    refused: str = "S-1"
    after: str = ""
    still: tuple[str, ...] = ()

    @property
    def of_references(self) -> bool:
        """The case is about reference rows and has some of its own."""
        return self.cell.split()[0] in ("products", "templates", "template_milestones")


WARNS = ""

REFERENCES = [
    Case("subscriptions.customer_unknown", "REF-01", "subscriptions 2 customer_number",
         "K-9", "K-2"),
    Case("subscription_lines.product_unknown", "REF-02", "subscription_lines 2 product_code",
         "SUB2", "SPARE"),
    Case("subscription_lines.subscription_of_line_unknown", "REF-03",
         "subscription_lines 3 subscription_number", "S-9", "S-1", (SECOND_LINE,), refused="S-9"),
    Case("charges.subscription_of_charge_unknown", "REF-03", "charges 3 subscription_number",
         "S-9", "S-1", (SECOND_CHARGE,), refused="S-9"),
    Case("milestones.subscription_of_milestone_unknown", "REF-03",
         "milestones 4 subscription_number", "S-9", "S-1", (DROPPED_MILESTONE,), refused="S-9"),
    Case("charges.line_unknown", "REF-04", "charges 2 line_number", "01", "1"),
    Case("milestones.charge_unknown", "REF-05", "milestones 4 charge_number", "11", "10",
         (DROPPED_MILESTONE,)),
    Case("charges.template_of_charge_unknown", "REF-06", "charges 2 template_code", "t-1", "T-1"),
    Case("template_milestones.template_of_row_unknown", "REF-07",
         "template_milestones 6 template_code", "T-9", "T-1", (DROPPED_TEMPLATE_ROW,),
         refused="T-9"),
    Case("subscriptions.currency_unknown", "REF-08", "subscriptions 2 currency", "XAU", "XOF"),
    Case("subscriptions.currency_unknown", "REF-08", "subscriptions 2 currency", "usd", "USD"),
]  # fmt: skip

TERMS = [
    Case("subscriptions.subscription_ends_before_start", "TRM-01", "subscriptions 2 end_date",
         "2025-12-31", "2026-01-01"),
    Case("subscription_lines.line_ends_before_start", "TRM-01", "subscription_lines 2 end_date",
         "2026-05-31", "2026-06-01", ("subscription_lines 2: start_date=2026-06-01",)),
    Case("subscriptions.subscription_without_end", "TRM-02", "subscriptions 2 end_date",
         "", "2026-12-31"),
    Case("subscriptions.subscription_without_end", "TRM-02", "subscriptions 2 evergreen",
         "N", "Y", ("subscriptions 2: end_date=", *FEE), at="subscriptions 2 end_date", value=""),
    Case("subscriptions.subscription_without_end", "TRM-02", "phases 2 subscription_number",
         "S-2", "S-1", ("subscriptions 2: end_date=", *FEE, *SECOND_SUBSCRIPTION, PILOT),
         at="subscriptions 2 end_date", value=""),
    Case("subscriptions.evergreen_with_end", "TRM-03", "subscriptions 2 end_date",
         "2026-12-31", "", ("subscriptions 2: evergreen=Y", *FEE), refused=WARNS),
    Case("subscription_lines.line_starts_before_subscription", "TRM-04",
         "subscription_lines 2 start_date", "2025-12-31", "2026-01-01"),
    Case("subscription_lines.line_ends_after_subscription", "TRM-04",
         "subscription_lines 2 end_date", "2027-01-01", "2026-12-31"),
    Case("charges.fee_in_arrears_without_end", "TRM-05", "charges 2 billing_timing",
         "IN_ARREARS", "IN_ADVANCE", ("subscriptions 2: end_date=, evergreen=Y", *FEE),
         refused=WARNS),
    Case("charges.fee_in_arrears_without_end", "TRM-05", "charges 2 phase_number", "", "1",
         ("subscriptions 2: end_date=, evergreen=Y", *FEE, "charges 2: billing_timing=IN_ARREARS",
          PILOT),
         at="charges 2 billing_timing", value="IN_ARREARS", refused=WARNS),
    Case("phases.never_but_not_last", "PHA-04", "phases 2 phase_number", "9", "11",
         (PILOT, "phases 2: ends=NEVER, milestone_name=", LIVE), at="phases 2 ends",
         value="NEVER"),
    Case("charges.recurring_without_frequency", "CHG-03", "charges 2 billing_frequency",
         "", "MONTHLY", (*FEE, "charges 2: charge_type=RECURRING")),
    Case("charges.negative_amount", "CHG-06", "charges 2 amount", "-0.01", "0.00", FEE,
         refused=WARNS),
]  # fmt: skip

TEMPLATES = [
    Case("charges.milestones_on_coverage", "TPL-01", "subscription_lines 2 product_code",
         "COV", "SUB", at="charges 2 template_code", value=""),
    Case("charges.milestones_on_coverage", "TPL-01", "subscription_lines 2 product_code",
         "COV", "SUB", ("drop milestones", "charges 2: milestone_billing=, template_code=T-1"),
         at="charges 2 template_code", value="T-1"),
    Case("products.coverage_under_milestones", "TPL-01", "products 2 sales_product_type",
         "COVERAGE", "SUBSCRIPTION", refused="SUB", after="stored"),
    Case("charges.milestones_on_recurring", "TPL-02", "charges 2 charge_type",
         "RECURRING", "ONE_TIME", RECURRING),
    Case("charges.milestones_on_evergreen", "TPL-03", "subscriptions 2 evergreen", "Y", "N",
         at="charges 2 template_code", value=""),
    Case("charges.milestones_with_periodic_billing", "TPL-04", "charges 2 periodic_billing",
         "Y", "N"),
    Case("charges.milestones_with_periodic_revenue", "TPL-04", "charges 2 periodic_revenue",
         "Y", "N"),
    Case("charges.adjustment_without_effect", "TPL-06", "charges 2 price_adjustment_percent",
         "-0.000001", "0", refused=WARNS),
    Case("charges.milestones_beside_other_charges", "TPL-07", "charges 3 subscription_number",
         "S-1", "S-2", (*SECOND_SUBSCRIPTION, SECOND_CHARGE), at="charges 2 charge_number",
         value="10", refused=WARNS),
    Case("template_milestones.template_name_not_in_lookup", "TPL-09",
         "template_milestones 4 milestone_name", "Retired", "Build", refused="T-2"),
    Case("template_milestones.template_source_not_in_lookup", "TPL-09",
         "template_milestones 4 milestone_source", "FAX", "ORDER", refused="T-2"),
    Case("milestones.name_not_in_lookup", "TPL-09", "milestones 2 milestone_name",
         "Retired", "Build"),
    Case("milestones.name_not_in_lookup", "TPL-09", "milestones 2 milestone_name",
         "go live", "Go live"),
    Case("milestones.source_not_in_lookup", "TPL-09", "milestones 2 milestone_source",
         "FAX", "ORDER"),
    Case("template_plans.template_not_whole", "TPL-10", "template_milestones 5 percent",
         "49.999999", "50", at="template_milestones 4 percent", value="50", refused=WARNS),
]  # fmt: skip

MILESTONES = [
    Case("plans.no_billing_milestone", "MIL-01", "charges 2 milestone_billing", "Y", "N",
         ("drop milestones",)),
    Case("plans.no_billing_milestone", "MIL-01", "milestones 2 percent", "0", "100",
         ("milestones 3: percent=0",), at="charges 2 milestone_billing", value="Y"),
    Case("plans.no_revenue_milestone", "MIL-01", "charges 2 milestone_revenue", "Y", "N"),
    Case("plans.no_revenue_milestone", "MIL-01", "milestones 4 event_type", "BILLING", "REVENUE",
         ("charges 2: milestone_revenue=Y", DROPPED_MILESTONE, "milestones 4: percent=100"),
         at="charges 2 milestone_revenue", value="Y"),
    Case("plans.percents_and_amounts", "MIL-01", "milestones 3 amount", "7000.00", "",
         ("milestones 3: percent=",), at="milestones 2 percent", value="30"),
    Case("plans.more_than_one_remainder", "MIL-01", "milestones 2 percent", "", "30",
         ("milestones 3: percent=",)),
    Case("plans.percents_not_hundred", "MIL-01", "milestones 3 percent", "69.999999", "70",
         at="milestones 2 percent", value="30"),
    Case("plans.percents_not_hundred", "MIL-01", "milestones 3 percent", "70.000001", "70.000000",
         at="milestones 2 percent", value="30"),
    Case("plans.percents_not_hundred", "MIL-01", "milestones 3 percent", "70.1", "",
         (DROPPED_MILESTONE.replace("percent=0", "percent=30"), "milestones 2: percent="),
         at="milestones 2 percent", value="", still=("MIL-01",)),
    Case("plans.amounts_not_charge", "MIL-01", "milestones 3 amount", "6999.99", "7000.00",
         BY_AMOUNT, at="milestones 2 amount", value="3000.00"),
    Case("plans.rest_not_shared", "MIL-01", "milestones 3 amount", "6999.99", "7000.00",
         (*BY_AMOUNT, "milestones 2: amount="), at="milestones 2 percent", value="",
         after="billed"),
    Case("plans.rest_not_shared", "MIL-01", "milestones 2 percent", "0", "29.999999",
         ("milestones 2: completion_date=", "milestones 3: percent=, completion_date=2026-03-10"),
         at="milestones 3 percent", value="", after="billed"),
    Case("milestones.percent_and_amount", "MIL-05", "milestones 2 amount", "3000.00", "",
         at="milestones 2 percent", value="30"),
    Case("milestones.amount_outside_charge", "MIL-06", "milestones 2 amount",
         "10000.01", "10000.00", (*BY_AMOUNT, "milestones 3: amount=")),
    Case("milestones.amount_outside_charge", "MIL-06", "milestones 2 amount",
         "-0.01", "0.00", (*BY_AMOUNT, "milestones 3: amount=")),
    Case("milestones.milestone_without_flag", "MIL-07", "charges 2 milestone_billing", "", "Y",
         at="milestones 3 event_type", value="BILLING"),
    Case("milestones.milestone_switched_off", "MIL-08", "charges 2 milestone_billing", "N", "Y",
         at="milestones 3 event_type", value="BILLING", refused=WARNS),
]  # fmt: skip

CHANGES = [
    Case("milestones.billed_percent_millionths_changed", "MIL-04", "milestones 2 percent",
         "29.999999", "30.0", ("milestones 3: percent=",), after="billed"),
    Case("milestones.billed_amount_minor_changed", "MIL-04", "milestones 2 amount",
         "2999.99", "3000", (*BY_AMOUNT, "milestones 3: amount="), after="billed"),
    Case("milestones.billed_completion_date_changed", "MIL-04", "milestones 2 completion_date",
         "2026-03-11", "2026-03-10", after="billed"),
    Case("milestones.billed_completion_date_changed", "MIL-04", "milestones 2 completion_date",
         "", "2026-03-10", after="billed"),
    Case("milestones.billed_expected_completion_date_changed", "MIL-04",
         "milestones 2 expected_completion_date", "2026-03-02", "2026-03-01", after="billed"),
    Case("charges.billed_amount_minor_changed", "CHG-01", "charges 2 amount",
         "10000.01", "10000.00", after="billed"),
    Case("charges.billed_charge_type_changed", "CHG-01", "charges 2 charge_type",
         "RECURRING", "ONE_TIME", after="billed"),
    Case("charges.billed_billing_frequency_changed", "CHG-01", "charges 2 billing_frequency",
         "MONTHLY", "", after="billed"),
    Case("charges.billed_billing_timing_changed", "CHG-01", "charges 2 billing_timing",
         "IN_ARREARS", "IN_ADVANCE", after="billed"),
    Case("charges.billed_phase_number_changed", "CHG-01", "charges 2 phase_number",
         "P-1", "", after="billed"),
    Case("charges.billed_line_number_changed", "CHG-01", "charges 2 line_number",
         "2", "1", (SECOND_LINE,), after="billed"),
    Case("charges.billed_template_code_changed", "CHG-01", "charges 2 template_code",
         "T-1", "", after="billed"),
    Case("charges.billed_milestone_billing_on_changed", "CHG-01", "charges 2 milestone_billing",
         "N", "Y", after="billed"),
    Case("charges.billed_price_adjustment_percent_millionths_changed", "CHG-01",
         "charges 2 price_adjustment_percent", "-10", "-5", FEE, after="billed"),
    Case("subscriptions.billed_currency_changed", "CHG-01", "subscriptions 2 currency",
         "EUR", "USD", after="billed"),
    Case("subscriptions.billed_customer_number_changed", "CHG-01",
         "subscriptions 2 customer_number", "K-2", "K-1", after="billed"),
    Case("subscriptions.billed_business_unit_changed", "CHG-01", "subscriptions 2 business_unit",
         "West", "East", after="billed"),
    Case("subscriptions.billed_start_date_changed", "CHG-01", "subscriptions 2 start_date",
         "2026-01-02", "2026-01-01", after="billed"),
    Case("subscriptions.billed_billing_day_changed", "CHG-01", "subscriptions 2 billing_day",
         "15", "", after="billed"),
    Case("subscriptions.currency_of_other_decimals", "CHG-08", "subscriptions 2 currency",
         "JPY", "USD", after="stored"),
    Case("charges.billed_price_changed", "CHG-01", "charges 2 milestone_revenue", "Y", "N",
         (*FEE, "charges 2: price_adjustment_percent=-5"), after="billed"),
    Case("subscriptions.recognised_only_currency_changed", "CHG-01", "subscriptions 2 currency",
         "EUR", "USD", RECOGNISED, after="billed"),
    Case("subscriptions.recognised_only_business_unit_changed", "CHG-01",
         "subscriptions 2 business_unit", "West", "East", RECOGNISED, after="billed"),
    Case("subscription_lines.billed_start_date_changed", "CHG-01",
         "subscription_lines 2 start_date", "2026-01-02", "", after="billed"),
    Case("subscription_lines.billed_product_code_changed", "CHG-01",
         "subscription_lines 2 product_code", "SPARE", "SUB", after="billed"),
    Case("subscriptions.billed_end_date_changed", "CHG-02", "subscriptions 2 end_date",
         "2026-12-30", "2026-12-31", refused=WARNS, after="billed"),
    Case("subscription_lines.billed_end_date_changed", "CHG-02", "subscription_lines 2 end_date",
         "2026-12-30", "2026-12-31", refused=WARNS, after="billed"),
    Case("charges.another_template", "CHG-07", "charges 2 template_code", "T-2", "T-1",
         after="stored"),
    Case("charges.another_template", "CHG-07", "charges 2 template_code", "", "T-1",
         after="stored"),
    Case("subscriptions.billed_subscription_withdrawn", "STA-01", "subscriptions 2 status",
         "CANCELED", "CLOSED", after="billed"),
    Case("subscription_lines.billed_line_withdrawn", "STA-01", "subscription_lines 2 status",
         "DRAFT", "CLOSED", after="billed"),
]  # fmt: skip

REVENUE_PLAN = (
    "milestones 4: subscription_number=S-1, charge_number=10, event_type=REVENUE, sequence=1, "
    "milestone_name=Build, percent=100"
)
REVENUE = [
    Case("charges.some_selling_prices_missing", "REV-02",
         "charges 2 standalone_selling_price", "", "0",
         (SECOND_CHARGE, "charges 3: standalone_selling_price=5.00")),
    Case("charges.negative_selling_price", "REV-03", "charges 2 standalone_selling_price",
         "-0.01", "0.00"),
    Case("charges.milestone_method_without_milestones", "REV-04", "charges 2 milestone_revenue",
         "N", "Y", ("charges 2: revenue_method=MILESTONE", REVENUE_PLAN),
         at="charges 2 revenue_method", value="MILESTONE"),
    Case("charges.milestone_method_without_milestones", "REV-04", "charges 2 revenue_method",
         "MILESTONE", "POINT_IN_TIME"),
    Case("charges.milestones_without_milestone_method", "REV-05", "charges 2 revenue_method",
         "STRAIGHT_LINE", "MILESTONE", ("charges 2: milestone_revenue=Y", REVENUE_PLAN),
         refused=WARNS),
    Case("charges.straight_line_without_end", "REV-06", "charges 2 revenue_method",
         "STRAIGHT_LINE", "POINT_IN_TIME", ("subscriptions 2: end_date=, evergreen=Y", *FEE),
         refused=WARNS),
    Case("charges.straight_line_without_end", "REV-06", "charges 2 periodic_revenue", "Y", "N",
         ("subscriptions 2: end_date=, evergreen=Y", *FEE), at="charges 2 revenue_method",
         value="", refused=WARNS),
]  # fmt: skip

HELD = "actions 2: subscription_number=S-1, action=HOLD, effective_date=2026-05-01"
LINE_ACTION = "actions 2: subscription_number=S-1, line_number=1, effective_date=2026-05-01"
REOPENED = (
    "actions 2: subscription_number=S-1, action=REOPEN_MILESTONE, effective_date=2026-05-01, "
    "charge_number=10, sequence=1"
)
RENEWED = (
    "actions 2: subscription_number=S-1, action=RENEW, effective_date=2027-01-01, "
    "new_subscription_number=S-1R"
)
AMENDED = (f"{LINE_ACTION}, action=AMEND, new_line_number=2", *FEE)
LONG_CHARGE = (
    "charges 3: subscription_number=S-1, charge_number=123456789012345678901234567890, "
    "line_number=1, charge_type=RECURRING, amount=5.00, billing_frequency=MONTHLY"
)
ADJUSTED = "adjustments 2: bill_line_id=S-1:10:M2, adjusted_amount=5.00, reason=Goodwill"
ACTIONS = [
    Case("actions.suspended_with_milestones", "ACT-03", "charges 2 milestone_billing", "Y", "N",
         (f"{LINE_ACTION}, action=SUSPEND", "drop milestones"), at="actions 2 action",
         value="SUSPEND"),
    Case("actions.not_in_this_status", "ACT-06", "actions 2 action", "RELEASE", "HOLD", (HELD,)),
    Case("actions.not_in_this_status", "ACT-06", "subscriptions 2 status", "ACTIVE", "DRAFT",
         (HELD, "actions 2: action=CANCEL"), at="actions 2 action", value="CANCEL"),
    Case("actions.line_not_named", "ACT-07", "actions 2 line_number", "", "1",
         (f"{LINE_ACTION}, action=SUSPEND", *FEE)),
    Case("actions.line_named_for_whole", "ACT-07", "actions 2 line_number", "1", "", (RENEWED,)),
    Case("actions.subscription_unknown", "ACT-07", "actions 2 subscription_number", "S-8", "S-1",
         (HELD,), refused="S-8"),
    Case("actions.line_unknown", "ACT-07", "actions 2 line_number", "9", "1", (HELD,)),
    Case("actions.new_subscription_not_named", "ACT-07", "actions 2 new_subscription_number", "",
         "S-1R", (RENEWED,)),
    Case("actions.renewed_without_end", "ACT-07", "subscriptions 2 end_date", "", "2026-12-31",
         (RENEWED, *FEE, PILOT, LIVE, "phases 3: ends=DURATION, milestone_name=, "
          "duration_months=12"), at="actions 2 subscription_number", value="S-1",
         refused="S-1"),
    Case("actions.new_line_not_named", "ACT-07", "actions 2 new_line_number", "", "2", AMENDED),
    Case("actions.of_what_is_made_here", "ACT-07", "actions 3 action", "AMEND", "HOLD",
         (*AMENDED, "actions 3: subscription_number=S-1, line_number=2, new_line_number=3, "
          "effective_date=2026-06-01")),
    Case("actions.new_charge_number_too_long", "ACT-07", "charges 3 charge_type", "RECURRING",
         "ONE_TIME", (*AMENDED, LONG_CHARGE),
         at="actions 2 new_line_number", value="2"),
    Case("actions.milestone_unknown", "ACT-07", "actions 2 sequence", "3", "1", (REOPENED,)),
    Case("actions.reopened_while_open", "ACT-06", "actions 2 effective_date", "2026-03-09",
         "2026-03-10", (REOPENED,), at="actions 2 sequence", value="1"),
    Case("adjustments.adjusted_line_unknown", "ACT-05", "adjustments 2 bill_line_id", "S-1:10:M3",
         "S-1:10:M2", (ADJUSTED,)),
    Case("adjustments.adjusted_line_unknown", "ACT-05", "adjustments 2 bill_line_id", "S-1:10:FEE",
         "S-1:10:M1", (ADJUSTED,)),
    Case("adjustments.adjusted_to_other_sign", "ACT-05", "adjustments 2 adjusted_amount", "-0.01",
         "0.00", (ADJUSTED,)),
]  # fmt: skip

CASES = [*REFERENCES, *TERMS, *TEMPLATES, *MILESTONES, *CHANGES, *REVENUE, *ACTIONS]
