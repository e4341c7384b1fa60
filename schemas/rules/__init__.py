"""The rules: small named functions over a view, each with its code, severity, source and message.

A view is a table's rows with what the rules need to know from other tables looked up beside them
(`pipeline/validate/views.py` builds them). A rule returns a plain bool mask, True where the fault
is. Each view's rules are gathered into one pandera schema, which runs them all (`lazy`), so that
every fault is found and not only the first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pandas as pd
import pandera.pandas as pa

Mask = pd.Series
Fault = Callable[[pd.DataFrame], Mask]


@dataclass(frozen=True)
class Rule:
    """One rule: what it is called, what it looks at, what it says."""

    code: str
    view: str
    severity: str
    column: str
    source: str
    message: str
    name: str
    about: str
    fault: Fault


RULES: list[Rule] = []
"""Every rule, in order of registration: the families in the order of import below."""


def rule(
    code: str, *, view: str, column: str, message: str, source: str = "", severity: str = "error"
) -> Callable[[Fault], Fault]:
    """Register a function as a rule. `{names}` in the message are columns of the view."""

    def register(fault: Fault) -> Fault:
        about = (fault.__doc__ or "").strip().splitlines()[0]
        RULES.append(
            Rule(code, view, severity, column, source, message, fault.__name__, about, fault)
        )
        return fault

    return register


@cache
def schema_of(view: str) -> pa.DataFrameSchema:
    """The pandera schema that holds all rules of a view; a check's name is the rule's place."""

    def check(place: int, one: Rule) -> pa.Check:
        def holds(frame: pd.DataFrame) -> Mask:
            mask = one.fault(frame)
            assert mask.dtype == bool, f"{one.code} {one.name}: a mask must be plain bool"
            return ~mask

        return pa.Check(holds, name=str(place), error=f"{one.code} {one.name}")

    checks = [check(place, one) for place, one in enumerate(RULES) if one.view == view]
    return pa.DataFrameSchema(checks=checks, name=view)


def differs(left: pd.Series, right: pd.Series) -> Mask:
    """True where two values differ; two blanks are equal.

    >>> differs(pd.Series([1, None, 2], dtype="Int64"), pd.Series([1, None, None], dtype="Int64"))
    0    False
    1    False
    2     True
    dtype: bool
    """
    same = (left == right).fillna(False).astype(bool)
    return ~(same | (left.isna() & right.isna()))


from schemas.rules import (  # noqa: E402
    actions,
    changes,
    milestones,
    phases,
    references,
    revenue,
    templates,
    terms,
)

FAMILIES = (references, terms, phases, templates, milestones, revenue, changes, actions)

RETIRED = {
    "CHG-04": "recurring charges were refused until they could be billed",
    "CHG-05": "charges of phases were refused until phases could be followed",
}
"""Codes that are no longer given, and never given again to another fault."""
