"""Which rules a bill line or an event follows: code, one line, and where it is written. Pure."""

from collections.abc import Sequence

import pandas as pd

SAID = {
    "MIL-02": "a bill line's amount is its milestone's percentage of the charge's amount (or its "
              "own), and the lines total the charge's amount to the last minor unit",
    "MIL-03": "a bill line's date is its milestone's completion date, whatever that date is",
    "TPL-06": "a price adjustment has no effect on a charge with a template or milestones",
    "TPL-08": "the charge took a copy of the template; a later edit of the template changes nothing",
    "PHA-01": "a milestone phase ends on its completion date, and on that date the next one starts",
    "PHA-02": "a one-time charge of a phase is billed at the phase's start, in arrears when it ends",
    "PHA-03": "recurring charges are billed by period; a completion cuts the running period short, "
              "and it is prorated by its days",
    "PHA-05": "a completion date that moves after something was billed by it is followed by credits",
    "REV-01": "a charge has one revenue line; each completed revenue milestone recognises its "
              "percentage of the allocated revenue on its completion date",
    "ACT-02": "what milestones bill and recognise stays with the old line of an amendment",
    "ACT-04": "nothing of a contract on hold is billed; a release bills what waited; revenue goes on",
    "ACT-05": "a bill line can be adjusted to another amount, and the revenue line follows",
    "ONE-SUM": "a one-time charge without milestones is billed in one sum, at its start or, in "
               "arrears, on the day after its last day; it is never prorated",
    "PERIODS": "a recurring charge is billed by period, on its first day, or in arrears on the day "
               "after its last: its price for the days served of the whole period's days",
    "CORRECTIONS": "a correction is a line of its own, of the difference; the original stands",
    "STRAIGHT-LINE": "recognised to date is the exact figure to that day, rounded; a month gets the "
                     "difference",
    "AT-ONCE": "recognised at once: at its start, in arrears at its end",
    "ALLOCATION": "the contract's price is shared over its charges by standalone selling price, "
                  "where there is one; else each charge has its own total",
}  # fmt: skip
"""A rule's code, or a word where it has none, and what it says."""

AMOUNTS, REVENUE, LIFE = "How amounts come about", "Revenue", "The life of a contract"
SECTIONS = {
    **dict.fromkeys(("MIL-02", "MIL-03", "TPL-06", "TPL-08"), f"{AMOUNTS}: Milestones"),
    **dict.fromkeys(("PHA-01", "PHA-02", "PHA-03"), f"{AMOUNTS}: Phases"),
    **dict.fromkeys(("ONE-SUM", "PERIODS"), f"{AMOUNTS}: Recurring charges"),
    **dict.fromkeys(("PHA-05", "CORRECTIONS"), f"{AMOUNTS}: Corrections"),
    **dict.fromkeys(("REV-01", "STRAIGHT-LINE", "AT-ONCE", "ALLOCATION"), REVENUE),
    "ACT-02": LIFE,
    "ACT-04": f"{AMOUNTS}: Statuses",
    "ACT-05": f"{LIFE}: Adjustments",
}
"""By rule: the README's section that tells of it, and the paragraph by its first words."""

BY_KIND = {
    "MILESTONE": ("MIL-02", "MIL-03"),
    "ONE_TIME": ("ONE-SUM",),
    "RECURRING": ("PERIODS",),
}
IN_PHASE = {"ONE_TIME": ("PHA-02",), "RECURRING": ("PHA-03",)}
BY_METHOD = {
    "MILESTONE": ("REV-01",),
    "STRAIGHT_LINE": ("STRAIGHT-LINE",),
    "POINT_IN_TIME": ("AT-ONCE",),
}


def rules_of_line(
    kind: str, values: pd.DataFrame, *, is_correction: bool, is_withheld: bool, is_amended: bool
) -> list[dict[str, str]]:
    """The rules of a bill line of a kind, given the values that it comes from.

    >>> line = {"is_correction": False, "is_withheld": True, "is_amended": False}
    >>> [rule["code"] for rule in rules_of_line("MILESTONE", _NO_VALUES, **line)]
    ['MIL-02', 'MIL-03', 'ACT-04']
    """
    phases = IN_PHASE.get(kind, ()) if (values["table"] == "phases").any() else ()
    shown = [("ACT-04", is_withheld), ("ACT-02", is_amended and kind == "MILESTONE")]
    besides = [code for code, holds in shown if holds]
    return told(
        [*BY_KIND[kind], *phases, *_of_values(values, is_correction), *besides,
         *_corrected(is_correction)]
    )  # fmt: skip


def rules_of_event(
    method: str, values: pd.DataFrame, *, is_correction: bool
) -> list[dict[str, str]]:
    """The rules of a satisfaction event, by the method of its revenue line."""
    shared = (values["column"] == "standalone_selling_price").any()
    allocation = ("ALLOCATION",) if shared else ()
    codes = [
        *BY_METHOD[method],
        *allocation,
        *_of_values(values, is_correction),
        *_corrected(is_correction),
    ]
    return told(codes)


def told(codes: Sequence[str]) -> list[dict[str, str]]:
    """Each rule once: code, says, source (where the README tells of it).

    >>> told(["MIL-02"])[0]["source"]
    'README, How amounts come about: Milestones'
    """
    return [
        {"code": code, "says": SAID[code], "source": f"README, {SECTIONS[code]}"}
        for code in dict.fromkeys(codes)
    ]


def _of_values(values: pd.DataFrame, is_correction: bool = False) -> list[str]:
    """Rules that show in the values: a template's copy, an adjustment, a completed phase."""
    copied = (values["how"] == "TEMPLATE").any()
    adjusted = (values["table"] == "adjustments").any()
    completed = ((values["table"] == "phases") & (values["column"] == "completion_date")).any()
    by_milestone = ((values["table"] == "milestones") | (values["column"] == "template_code")).any()
    priced = (values["column"] == "price_adjustment_percent").any()
    shown = [("TPL-08", copied), ("PHA-01", completed),
             ("PHA-05", completed and is_correction), ("ACT-05", adjusted),
             ("TPL-06", by_milestone and priced)]  # fmt: skip
    return [code for code, holds in shown if holds]


def _corrected(is_correction: bool) -> list[str]:
    return ["CORRECTIONS"] if is_correction else []


_NO_VALUES = pd.DataFrame({"table": [], "how": [], "column": []}, dtype="str")
