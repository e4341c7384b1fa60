"""ACT-03 to ACT-10: what can happen to a contract, and when; adjusted bill lines."""

import pandas as pd

from schemas.rules import differs, rule

TIPS = "Overview of Billing Using Milestones, Tips and Considerations"
LIVING = ("ACTIVE", "ON_HOLD", "UNDER_AMENDMENT", "EXPIRED", "CLOSED")
ALLOWED = {
    "HOLD": ("ACTIVE", "UNDER_AMENDMENT"),
    "RELEASE": ("ON_HOLD",),
    "SUSPEND": ("ACTIVE",),
    "AMEND": ("ACTIVE",),
    "RENEW": ("ACTIVE", "EXPIRED"),
    "DUPLICATE": ("DRAFT", "PENDING_APPROVAL", *LIVING, "CANCELED"),
    "CLOSE": ("ACTIVE", "ON_HOLD", "UNDER_AMENDMENT"),
    "CANCEL": ("DRAFT", "PENDING_APPROVAL"),
    "REOPEN_MILESTONE": LIVING,
}
"""The statuses in which each action can happen."""

OF_A_LINE = ("SUSPEND", "AMEND")
OF_THE_WHOLE = ("RENEW", "DUPLICATE")


@rule("ACT-03", view="actions", column="action", source=f"{TIPS}, 'The suspend action isn't …'",
      message="line {line_number} has a one-time charge with a template or milestones, so it can't "
              "be suspended: use HOLD, or remove the action")  # fmt: skip
def suspended_with_milestones(actions: pd.DataFrame) -> pd.Series:
    """SUSPEND of a line that has a one-time charge with a template or milestones."""
    return (actions["action"] == "SUSPEND") & actions["line_has_milestones"]


@rule("ACT-06", view="actions", column="action", source="README, The life of a contract",
      message="{action} is not possible for {concerns}, which is {status_before} on "
              "{effective_date}: possible then are {possible}")  # fmt: skip
def not_in_this_status(actions: pd.DataFrame) -> pd.Series:
    """An action that the status of its contract, or of its line, does not allow."""
    return actions["target_known"] & ~actions["is_allowed"]


@rule("ACT-07", view="actions", column="line_number",
      message="{action} is about one line: fill in its line_number")  # fmt: skip
def line_not_named(actions: pd.DataFrame) -> pd.Series:
    """SUSPEND or AMEND without a line."""
    return actions["action"].isin(OF_A_LINE) & actions["line_number"].isna()


@rule("ACT-07", view="actions", column="line_number",
      message="{action} is about the whole subscription: leave line_number blank")  # fmt: skip
def line_named_for_whole(actions: pd.DataFrame) -> pd.Series:
    """RENEW or DUPLICATE of a single line."""
    return actions["action"].isin(OF_THE_WHOLE) & actions["line_number"].notna()


@rule("ACT-07", view="actions", column="subscription_number",
      message="there is no subscription {subscription_number}: correct the number, or upload the "
              "subscription with it")  # fmt: skip
def subscription_unknown(actions: pd.DataFrame) -> pd.Series:
    """An action on a subscription that is neither stored nor uploaded."""
    return ~actions["subscription_known"]


@rule("ACT-07", view="actions", column="line_number",
      message="subscription {subscription_number} has no line {line_number}: correct the "
              "number")  # fmt: skip
def line_unknown(actions: pd.DataFrame) -> pd.Series:
    """An action on a line that the subscription does not have."""
    return actions["subscription_known"] & actions["line_number"].notna() & ~actions["line_known"]


@rule("ACT-07", view="actions", column="new_subscription_number",
      message="{action} makes a new subscription: fill in new_subscription_number")  # fmt: skip
def new_subscription_not_named(actions: pd.DataFrame) -> pd.Series:
    """RENEW or DUPLICATE without the number of the new contract."""
    return actions["action"].isin(OF_THE_WHOLE) & actions["new_subscription_number"].isna()


@rule("ACT-07", view="actions", column="subscription_number",
      message="subscription {subscription_number} has no end_date of its own, so it is not known how "
              "long its renewal is: give it one before it is renewed")  # fmt: skip
def renewed_without_end(actions: pd.DataFrame) -> pd.Series:
    """RENEW of a contract that only its phases end."""
    return (actions["action"] == "RENEW") & actions["ends_unknown"]


@rule("ACT-07", view="actions", column="new_subscription_number",
      message="subscription {new_subscription_number} exists already, or another action makes it: "
              "choose a number that is not taken")  # fmt: skip
def new_subscription_taken(actions: pd.DataFrame) -> pd.Series:
    """RENEW or DUPLICATE into a contract that is there, or that another action makes."""
    return actions["action"].isin(OF_THE_WHOLE) & actions["new_subscription_taken"]


@rule("ACT-07", view="actions", column="action",
      message="what this {action} is about is made by another action of this upload: upload it when "
              "that one has been accepted")  # fmt: skip
def of_what_is_made_here(actions: pd.DataFrame) -> pd.Series:
    """RENEW, DUPLICATE or AMEND of what another action of the same upload makes."""
    return actions["is_of_a_copy"]


@rule("ACT-07", view="actions", column="new_line_number",
      message="AMEND makes a new line: fill in new_line_number")  # fmt: skip
def new_line_not_named(actions: pd.DataFrame) -> pd.Series:
    """AMEND without the number of the new line."""
    return (actions["action"] == "AMEND") & actions["new_line_number"].isna()


@rule("ACT-07", view="actions", column="new_line_number",
      message="line {new_line_number} exists already, or another action makes it: choose a number that "
              "is not taken")  # fmt: skip
def new_line_taken(actions: pd.DataFrame) -> pd.Series:
    """AMEND into a line that is there, or that another action makes."""
    return (actions["action"] == "AMEND") & actions["new_line_taken"]


@rule("ACT-07", view="actions", column="new_line_number",
      message="a charge of line {line_number} would get a number of more than 30 characters (its "
              "own, and -{new_line_number}): choose a shorter new_line_number")  # fmt: skip
def new_charge_number_too_long(actions: pd.DataFrame) -> pd.Series:
    """AMEND whose copied charges could not be named."""
    return (actions["action"] == "AMEND") & actions["new_charge_too_long"]


@rule("ACT-07", view="actions", column="sequence",
      message="REOPEN_MILESTONE needs the charge_number and the sequence of a milestone that is "
              "there: milestone {sequence} of charge {charge_number} is not")  # fmt: skip
def milestone_unknown(actions: pd.DataFrame) -> pd.Series:
    """REOPEN_MILESTONE of a milestone that is not there."""
    reopens = actions["action"] == "REOPEN_MILESTONE"
    return reopens & actions["subscription_known"] & ~actions["milestone_known"]


@rule("ACT-06", view="actions", column="sequence",
      message="milestone {sequence} of charge {charge_number} is not complete on {effective_date}, so "
              "it can't be reopened: correct the day, or remove the action")  # fmt: skip
def reopened_while_open(actions: pd.DataFrame) -> pd.Series:
    """REOPEN_MILESTONE of a milestone that is open."""
    reopens = (actions["action"] == "REOPEN_MILESTONE") & actions["milestone_known"]
    return reopens & ~actions["milestone_complete"] & ~actions["is_stored"]


for _column in ("new_subscription_number", "new_line_number"):

    def _changed(actions: pd.DataFrame, column: str = _column) -> pd.Series:
        return actions["is_stored"] & differs(actions[column], actions[f"stored_{column}"])

    _changed.__doc__ = "An accepted action that names another new contract or line."
    _changed.__name__ = f"accepted_{_column}_changed"
    rule(
        "ACT-08", view="actions", column=_column,
        message=f"this action was accepted with {_column} '{{stored_{_column}}}': it can't change; "
                "upload it as it was",
    )(_changed)  # fmt: skip


@rule("ACT-09", view="subscriptions", column="status",
      message="the status of subscription {subscription_number} follows its actions: upload an "
              "action instead, and status as it was, '{stored_status}'")  # fmt: skip
def status_beside_actions(subscriptions: pd.DataFrame) -> pd.Series:
    """Another status for a subscription that actions hold, release, close or cancel."""
    return subscriptions["status_by_actions"] & differs(
        subscriptions["status"], subscriptions["stored_status"]
    )


@rule("ACT-09", view="subscription_lines", column="status",
      message="the status of line {line_number} follows its actions: upload an action instead, and "
              "status as it was, '{stored_status}'")  # fmt: skip
def line_status_beside_actions(lines: pd.DataFrame) -> pd.Series:
    """Another status for a line that actions hold, suspend, amend, release, close or cancel."""
    return lines["status_by_actions"] & differs(lines["status"], lines["stored_status"])


@rule("ACT-10", view="milestones", column="completion_date",
      message="milestone {sequence} was reopened on {reopened_on}: a completion on or before that "
              "day does not count; give a later day")  # fmt: skip
def completed_before_reopened(milestones: pd.DataFrame) -> pd.Series:
    """A new completion date of a milestone, on or before the day on which it was reopened."""
    changed = differs(milestones["completion_date"], milestones["stored_completion_date"])
    early = milestones["completion_date"] <= milestones["reopened_on"]
    return milestones["uploaded"] & (milestones["stored_at"] >= 0) & changed & early


@rule("ACT-05", view="adjustments", column="bill_line_id", source=f"{TIPS}, 'If the bill schedule …'",
      message="there is no bill line {bill_line_id}: name a billing milestone (such as S-1:10:M2), a "
              "one-time charge billed in one sum (S-1:10:FEE), or a period that has been "
              "billed")  # fmt: skip
def adjusted_line_unknown(adjustments: pd.DataFrame) -> pd.Series:
    """An adjustment of a line that is neither planned nor billed."""
    return ~adjustments["line_known"]


@rule("ACT-05", view="adjustments", column="adjusted_amount",
      message="the adjusted_amount {adjusted_amount_minor} has another sign than the charge's amount "
              "{charge_amount_minor}: a line can be adjusted to 0 at most; bill the rest by a charge "
              "of its own")  # fmt: skip
def adjusted_to_other_sign(adjustments: pd.DataFrame) -> pd.Series:
    """An adjustment that turns a charge into a credit, or the other way round."""
    adjusted = adjustments["adjusted_amount_minor"].fillna(0).astype("int64")
    charged = adjustments["charge_amount_minor"].fillna(0).astype("int64")
    return adjustments["line_known"] & (((adjusted < 0) & (charged > 0))
                                        | ((adjusted > 0) & (charged < 0)))  # fmt: skip
