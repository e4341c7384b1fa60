"""The tables that come in: one pandera model each, the only place where their columns are named.

A model's field is the source of the column's heading, its parsing, its checks, its column in the
store and its row in the data dictionary. The field's name is the heading, but for money and
percentages, whose names end in the unit (`amount_minor` has the heading `amount`).
"""

from typing import ClassVar

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from schemas.cells import code, date, flag, identifier, line_id, money, percent, text, whole

# lists of what the store knows, from which a column is chosen
CUSTOMERS, PRODUCTS, TEMPLATES, SUBSCRIPTIONS = (
    "customers", "products", "templates", "subscriptions",
)  # fmt: skip
MILESTONE_NAME, MILESTONE_SOURCE = "MILESTONE_NAME", "MILESTONE_SOURCE"
BUSINESS_UNITS, CURRENCIES, BILL_LINES = "business_units", "currencies", "bill_lines"

EVENT_TYPES = ("BILLING", "REVENUE")
LOOKUP_TYPES = (MILESTONE_NAME, MILESTONE_SOURCE)
SALES_PRODUCT_TYPES = ("SUBSCRIPTION", "COVERAGE")
CHARGE_TYPES = ("ONE_TIME", "RECURRING")
BILLING_FREQUENCIES = ("MONTHLY", "QUARTERLY", "HALF_YEARLY", "ANNUAL")
BILLING_TIMINGS = ("IN_ADVANCE", "IN_ARREARS")
PHASE_ENDS = ("DATE", "DURATION", "MILESTONE", "NEVER")
BILLING_ANCHORS = ("CONTINUE", "RESET")
REVENUE_METHODS = ("MILESTONE", "STRAIGHT_LINE", "POINT_IN_TIME")
ACTIONS = (
    "HOLD", "RELEASE", "SUSPEND", "AMEND", "RENEW", "DUPLICATE", "CLOSE", "CANCEL",
    "REOPEN_MILESTONE",
)  # fmt: skip
STATUSES = (
    "DRAFT", "PENDING_APPROVAL", "ACTIVE", "ON_HOLD",
    "UNDER_AMENDMENT", "EXPIRED", "CLOSED", "CANCELED",
)  # fmt: skip

Text = Series[str]
Int = Series[pd.Int64Dtype]
Day = Series[np.datetime64]


class InputTable(pa.DataFrameModel):
    """What all input tables share.

    Config.name is the table's name: of a sheet, and of the beginning of a CSV file's name.
    Config.metadata["unit"] names the columns whose rows are accepted or refused together.
    """


class Customers(InputTable):
    """Who is billed: one row per customer."""

    class Config:
        name = "customers"
        metadata: ClassVar = {"unit": "customer_number"}

    customer_number: Text = identifier("The customer's number.", key=True, example="C-1")
    customer_name: Text = text("The customer's name.", 240, required=True, example="Acme")
    bill_to_account: Text = identifier(
        "The bill-to account number in Receivables.", required=True, example="10001"
    )
    bill_to_site: Text = identifier(
        "The bill-to site number in Receivables.", required=True, example="20001"
    )


class Products(InputTable):
    """What is sold: one row per product."""

    class Config:
        name = "products"
        metadata: ClassVar = {"unit": "product_code"}

    product_code: Text = identifier("The product's code.", key=True, example="IMPL")
    description: Text = text(
        "What an invoice line calls the product.", 240, required=True, example="Implementation"
    )
    sales_product_type: Text = code(
        "SUBSCRIPTION may have milestones, COVERAGE may not.", SALES_PRODUCT_TYPES, required=True
    )


class Lookups(InputTable):
    """The milestone names and sources that may be used."""

    class Config:
        name = "lookups"
        metadata: ClassVar = {"unit": "lookup_type code"}

    lookup_type: Text = code("Which list the code belongs to.", LOOKUP_TYPES, key=True)
    code: Text = text(
        "The milestone name or source itself.", 30, key=True, example="Design accepted"
    )
    meaning: Text = text("What the code stands for.", 240, example="The customer signed the design")
    enabled: Text = flag("N takes the code out of use.", standard="Y")


class Templates(InputTable):
    """Milestone templates: named plans that a one-time charge takes a copy of."""

    class Config:
        name = "templates"
        metadata: ClassVar = {"unit": "template_code"}

    template_code: Text = identifier("The template's code.", key=True, example="T-1")
    template_name: Text = text(
        "The template's name.", 120, required=True, example="Thirty, seventy"
    )
    description: Text = text("What the template is for.", 300)
    milestone_billing: Text = flag("Y: its charges are billed by milestones.", required=True)
    milestone_revenue: Text = flag("Y: their revenue is recognised by milestones.", required=True)


class TemplateMilestones(InputTable):
    """The milestones of a template."""

    class Config:
        name = "template_milestones"
        metadata: ClassVar = {"unit": "template_code"}

    template_code: Text = identifier(
        "The template that the milestone belongs to.",
        key=True,
        example="T-1",
        chosen_from=TEMPLATES,
    )
    event_type: Text = code("Whether the milestone bills or recognises.", EVENT_TYPES, key=True)
    sequence: Int = whole("The milestone's place in the plan.", least=1, most=9999, key=True)
    milestone_name: Text = text(
        "A name from the lookup MILESTONE_NAME.",
        30,
        required=True,
        example="Design accepted",
        chosen_from=MILESTONE_NAME,
    )
    milestone_source: Text = text(
        "A source from the lookup MILESTONE_SOURCE.",
        30,
        required=True,
        example="ORDER",
        chosen_from=MILESTONE_SOURCE,
    )
    percent_millionths: Int = percent(
        "Share of the charge's amount.", "percent", least=0, most=100, required=True
    )
    comment: Text = text("A remark.", 300)


class Subscriptions(InputTable):
    """Contracts: one row per subscription, with one customer, currency and business unit."""

    class Config:
        name = "subscriptions"
        metadata: ClassVar = {"unit": "subscription_number"}

    subscription_number: Text = identifier("The contract's number.", key=True, example="S-1")
    customer_number: Text = identifier(
        "Who is billed.", required=True, example="C-1", chosen_from=CUSTOMERS
    )
    business_unit: Text = text(
        "The business unit that bills.",
        100,
        required=True,
        example="East",
        chosen_from=BUSINESS_UNITS,
    )
    currency: Text = text(
        "ISO 4217 code, such as USD.", 3, required=True, example="USD", chosen_from=CURRENCIES
    )
    start_date: Day = date("First day of the contract.", required=True)
    end_date: Day = date("Last day of the contract.")
    evergreen: Text = flag("Y: the contract has no end.", standard="N")
    status: Text = code("Where the contract stands.", STATUSES, required=True, example="ACTIVE")
    billing_day: Int = whole("Day of the month on which periods begin.", least=1, most=31)
    payment_terms: Text = text("Terms as Receivables names them.", 15, example="30 Net")
    purchase_order: Text = text("The customer's purchase order.", 50, example="PO 4711")


class SubscriptionLines(InputTable):
    """Subscription products: one row per product on a subscription."""

    class Config:
        name = "subscription_lines"
        metadata: ClassVar = {"unit": "subscription_number"}

    subscription_number: Text = identifier(
        "The contract's number.", key=True, example="S-1", chosen_from=SUBSCRIPTIONS
    )
    line_number: Text = identifier("The line's number on the contract.", key=True, example="1")
    product_code: Text = identifier(
        "The product.", required=True, example="IMPL", chosen_from=PRODUCTS
    )
    status: Text = code(
        "Where the line stands.", STATUSES, standard="the subscription's", example="ACTIVE"
    )
    start_date: Day = date("First day of the line; by default the subscription's.")
    end_date: Day = date("Last day of the line; by default the subscription's.")


class Phases(InputTable):
    """Stretches of a subscription's schedule, in the order of their numbers."""

    class Config:
        name = "phases"
        metadata: ClassVar = {"unit": "subscription_number"}

    subscription_number: Text = identifier(
        "The contract's number.", key=True, example="S-1", chosen_from=SUBSCRIPTIONS
    )
    phase_number: Text = identifier("The phase's number; 2 comes before 10.", key=True, example="1")
    phase_name: Text = text("The phase's name.", 120, required=True, example="Pilot")
    ends: Text = code("What ends the phase.", PHASE_ENDS, required=True, example="MILESTONE")
    end_date: Day = date("Last day of a phase that ends on a DATE.")
    duration_months: Int = whole(
        "Length of a phase that ends after a DURATION.", least=1, most=1200
    )
    milestone_name: Text = text(
        "What ends a phase that ends on a MILESTONE, in your words.", 120, example="Pilot accepted"
    )
    expected_completion_date: Day = date("When the milestone is expected to be reached.")
    completion_date: Day = date("When it was, or will be, reached: the next phase starts then.")
    billing_anchor: Text = code(
        "CONTINUE keeps the billing periods running, RESET begins new ones at the phase's start.",
        BILLING_ANCHORS, standard="RESET after a milestone phase, else CONTINUE",
    )  # fmt: skip


class Charges(InputTable):
    """Prices: one row per charge on a line."""

    class Config:
        name = "charges"
        metadata: ClassVar = {"unit": "subscription_number"}

    subscription_number: Text = identifier(
        "The contract's number.", key=True, example="S-1", chosen_from=SUBSCRIPTIONS
    )
    charge_number: Text = identifier("The charge's number on the contract.", key=True, example="10")
    line_number: Text = identifier(
        "The line that the charge belongs to.", required=True, example="1"
    )
    charge_type: Text = code("Billed once, or by periods.", CHARGE_TYPES, required=True)
    amount_minor: Int = money(
        "The whole price, or the price of one period.", "amount", required=True
    )
    description: Text = text(
        "What an invoice line says.", 240, example="Implementation, fixed price"
    )
    billing_frequency: Text = code("Length of a recurring charge's period.", BILLING_FREQUENCIES)
    billing_timing: Text = code(
        "Billed at the beginning or at the end.", BILLING_TIMINGS, standard="IN_ADVANCE"
    )
    phase_number: Text = identifier("The phase that the charge belongs to.", example="1")
    periodic_billing: Text = flag("Y: billed by periods; excludes milestones.")
    periodic_revenue: Text = flag("Y: recognised by periods; excludes milestones.")
    template_code: Text = identifier(
        "The milestone template that the charge takes a copy of.",
        example="T-1",
        chosen_from=TEMPLATES,
    )
    milestone_billing: Text = flag("Prevails over the template's, where given.")
    milestone_revenue: Text = flag("Prevails over the template's, where given.")
    standalone_selling_price_minor: Int = money(
        "Weight of the charge in the contract's revenue.", "standalone_selling_price"
    )
    revenue_method: Text = code("How revenue is recognised.", REVENUE_METHODS)
    price_adjustment_percent_millionths: Int = percent(
        "Added to the price; -10 is a tenth off. No effect on a charge with a template or milestones.",
        "price_adjustment_percent", least=-100, most=1000,
    )  # fmt: skip
    tax_code: Text = text("Tax classification in Receivables.", 50, example="VAT20")


class Milestones(InputTable):
    """A charge's own milestones; they change the copy of its template by key."""

    class Config:
        name = "milestones"
        metadata: ClassVar = {"unit": "subscription_number"}

    subscription_number: Text = identifier(
        "The contract's number.", key=True, example="S-1", chosen_from=SUBSCRIPTIONS
    )
    charge_number: Text = identifier("The charge.", key=True, example="10")
    event_type: Text = code("Whether the milestone bills or recognises.", EVENT_TYPES, key=True)
    sequence: Int = whole("The milestone's place in the plan.", least=1, most=9999, key=True)
    milestone_name: Text = text(
        "A name from the lookup MILESTONE_NAME.",
        30,
        required=True,
        example="Design accepted",
        chosen_from=MILESTONE_NAME,
    )
    milestone_source: Text = text(
        "A source from the lookup MILESTONE_SOURCE.",
        30,
        example="ORDER",
        chosen_from=MILESTONE_SOURCE,
    )
    source_reference: Text = text("Number of the order or task behind it.", 120, example="4711")
    percent_millionths: Int = percent(
        "Share of the charge's amount; 0 drops the milestone; blank, with a blank amount: the rest.",
        "percent", least=0, most=100,
    )  # fmt: skip
    amount_minor: Int = money("Fixed share, instead of a percent.", "amount")
    expected_completion_date: Day = date("When it is expected to be reached.")
    completion_date: Day = date("When it was, or will be, reached.")
    comment: Text = text("A remark.", 300, example="signed by the customer")


class Adjustments(InputTable):
    """Other amounts for single bill lines, billed already or still to be billed."""

    class Config:
        name = "adjustments"
        metadata: ClassVar = {"unit": "subscription_number"}

    bill_line_id: Text = line_id(
        "The line, such as S-1:10:M2; without a revision.",
        key=True,
        example="S-1:10:M2",
        chosen_from=BILL_LINES,
    )
    adjusted_amount_minor: Int = money(
        "What the line comes to in all.", "adjusted_amount", required=True
    )
    reason: Text = text("Why.", 240, required=True, example="discount agreed")
    subscription_number: Text = text("The line's contract.", 30, derived=True)
    charge_number: Text = text("The line's charge.", 30, derived=True)
    what: Text = text("What the line is for.", 30, derived=True)


class Actions(InputTable):
    """What happens to a contract, from a day on."""

    class Config:
        name = "actions"
        metadata: ClassVar = {"unit": "subscription_number"}

    subscription_number: Text = identifier(
        "The contract's number.", key=True, example="S-1", chosen_from=SUBSCRIPTIONS
    )
    line_number: Text = identifier("The line; blank: the whole contract.", example="1")
    action: Text = code("What happens.", ACTIONS, key=True)
    effective_date: Day = date("From when on; a day to come waits.", key=True)
    charge_number: Text = identifier("REOPEN_MILESTONE: the milestone's charge.", example="10")
    sequence: Int = whole("REOPEN_MILESTONE: the milestone's number.", least=1, most=9999)
    new_subscription_number: Text = identifier(
        "RENEW, DUPLICATE: the number of the new contract.", example="S-2"
    )
    new_line_number: Text = identifier("AMEND: the number of the new line.", example="2")
    reason: Text = text("Why.", 240, example="order 4711")
    concerns: Text = text("What the action is about.", 120, key=True, derived=True)


INPUT_TABLES: tuple[type[InputTable], ...] = (
    Customers, Products, Lookups, Templates, TemplateMilestones,
    Subscriptions, SubscriptionLines, Phases, Charges, Milestones, Adjustments, Actions,
)  # fmt: skip
"""Every input table, each after those it refers to."""
