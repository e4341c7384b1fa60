"""Terms: from when to when a subscription, a line or a charge lives."""

import pandas as pd

from schemas.rules import rule


@rule("TRM-01", view="subscriptions", column="end_date",
      message="the subscription ends on {end_date}, before it starts on {start_date}: correct one "
              "of the dates")  # fmt: skip
def subscription_ends_before_start(subscriptions: pd.DataFrame) -> pd.Series:
    """A subscription's last day lies before its first."""
    return subscriptions["end_date"] < subscriptions["start_date"]


@rule("TRM-01", view="subscription_lines", column="end_date",
      message="the line ends on {live_until}, before it starts on {live_from}: correct one of the "
              "dates (a blank date is the subscription's)")  # fmt: skip
def line_ends_before_start(lines: pd.DataFrame) -> pd.Series:
    """A line's last day lies before its first."""
    return lines["live_until"] < lines["live_from"]


@rule("TRM-02", view="subscriptions", column="end_date", source="README, What comes in",
      message="the subscription has no end_date: give one, set evergreen to Y, or give it "
              "phases")  # fmt: skip
def subscription_without_end(subscriptions: pd.DataFrame) -> pd.Series:
    """A subscription without end_date that is neither evergreen nor has phases."""
    not_evergreen = subscriptions["evergreen"] == "N"  # what is neither Y nor N is told as that
    return subscriptions["end_date"].isna() & not_evergreen & ~subscriptions["has_phases"]


@rule("TRM-03", view="subscriptions", column="end_date", severity="warning",
      message="the subscription is evergreen and has an end_date: it ends on {end_date}; remove "
              "the date if it should go on")  # fmt: skip
def evergreen_with_end(subscriptions: pd.DataFrame) -> pd.Series:
    """An evergreen subscription that names its end."""
    return subscriptions["end_date"].notna() & (subscriptions["evergreen"] == "Y")


@rule("TRM-04", view="subscription_lines", column="start_date",
      message="the line starts on {start_date}, before its subscription on {subscription_start}: "
              "correct one of the dates")  # fmt: skip
def line_starts_before_subscription(lines: pd.DataFrame) -> pd.Series:
    """A line that starts before its subscription does."""
    return lines["start_date"] < lines["subscription_start"]


@rule("TRM-04", view="subscription_lines", column="end_date",
      message="the line ends on {end_date}, after its subscription on {subscription_end}: correct "
              "one of the dates")  # fmt: skip
def line_ends_after_subscription(lines: pd.DataFrame) -> pd.Series:
    """A line that ends after its subscription does."""
    return lines["end_date"] > lines["subscription_end"]


@rule("TRM-05", view="charges", column="billing_timing", severity="warning",
      message="the charge is billed in arrears, but its line has no end: it is not billed until "
              "the line gets an end_date")  # fmt: skip
def fee_in_arrears_without_end(charges: pd.DataFrame) -> pd.Series:
    """A one-time charge in arrears on a line without end."""
    return (
        (charges["charge_type"] == "ONE_TIME")
        & ~charges["milestone_billing_on"]
        & (charges["billing_timing"] == "IN_ARREARS")
        & charges["line_known"]
        & charges["phase_number"].isna()
        & charges["live_until"].isna()
    )


@rule("CHG-03", view="charges", column="billing_frequency",
      message="a RECURRING charge needs a billing_frequency: MONTHLY, QUARTERLY, HALF_YEARLY or "
              "ANNUAL")  # fmt: skip
def recurring_without_frequency(charges: pd.DataFrame) -> pd.Series:
    """A recurring charge that does not say how long its periods are."""
    return (charges["charge_type"] == "RECURRING") & charges["billing_frequency"].isna()


@rule("CHG-06", view="charges", column="amount", severity="warning",
      message="the amount {amount_minor} is negative: the charge bills credits; make it positive "
              "if that is not meant")  # fmt: skip
def negative_amount(charges: pd.DataFrame) -> pd.Series:
    """A charge whose price is negative."""
    return (charges["amount_minor"] < 0).fillna(False).astype(bool)
