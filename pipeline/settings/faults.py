"""What can be wrong with settings: findings, as of any other input, all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import pandas as pd

from pipeline.findings import ERROR, WARNING, one_finding
from pipeline.settings.checks import toml_text

UNREADABLE, UNKNOWN, WRONG, NO_TABLE, NOT_HERE, NOBODYS, CHANGED, NO_TARGET = (
    "SET-01", "SET-02", "SET-03", "SET-04", "SET-05", "SET-06", "SET-07", "SET-08",
)  # fmt: skip
CODES = {
    UNREADABLE: (ERROR, "The file can't be read, or is not TOML."),
    UNKNOWN: (ERROR, "A setting that there is not."),
    WRONG: (ERROR, "A value that the setting can't have."),
    NO_TABLE: (ERROR, "A value where a table belongs."),
    NOT_HERE: (ERROR, "An account that a product can't have of its own."),
    NOBODYS: (WARNING, "Accounts of a business unit or a product that the store does not know."),
    CHANGED: (WARNING, "Other than in the last run, and amounts, dates or accounts depend on it."),
    NO_TARGET: (ERROR, "A target that there is not, or whose declaration can't be used."),
}
"""Every code with its severity and the fault; the README's table is made of it."""

MOST_VALUE = 200


@dataclass(frozen=True)
class Fault:
    """Something wrong with one setting, before it is known in which line it stands."""

    code: str
    names: tuple[str, ...]
    message: str
    value: Any = None


class SettingsError(Exception):
    """Settings can't be used, and nothing is run. `findings` say everything that is wrong."""

    def __init__(self, findings: pd.DataFrame) -> None:
        self.findings = findings
        super().__init__("; ".join(findings["message"]))


def finding_of(fault: Fault, file: str, row: int, column: str) -> pd.DataFrame:
    """The fault with its address: the file and the line, or the environment's variable."""
    severity = CODES[fault.code][0]
    value = "" if fault.value is None else _shown(fault.value)
    return one_finding(
        fault.code, severity, fault.message, file=file, row=row, column=column, value=value
    )


def unknown(address: str, known: Sequence[str], elsewhere: str = "") -> str:
    """What is said of a setting that there is not.

    >>> unknown("receivables.batch", ["batch_source", "invoice_type"])
    'receivables.batch is not a setting; known here: batch_source, invoice_type: write batch_source'
    """
    name = address.rpartition(".")[2]
    nearest = elsewhere or next(iter(get_close_matches(name, known, n=1, cutoff=0.5)), "")
    remedy = f"write {nearest}" if nearest else "write one of these, or remove it"
    return f"{address} is not a setting; known here: {', '.join(sorted(known))}: {remedy}"


def address_of(names: Sequence[str]) -> str:
    """How a setting is called: names of business units and products are quoted.

    >>> address_of(("accounts", "business_unit", "East", "revenue"))
    'accounts.business_unit."East".revenue'
    """
    quoted = {2} if len(names) > 2 else set()
    return ".".join(f'"{name}"' if place in quoted else name for place, name in enumerate(names))


def _shown(value: Any) -> str:
    """The value as it was given, not longer than an eye takes in."""
    text = value if isinstance(value, str) else _plain(value)
    return text if len(text) <= MOST_VALUE else text[:MOST_VALUE] + "…"


def _plain(value: Any) -> str:
    if isinstance(value, list) and any(isinstance(one, dict) for one in value):
        return "a list of tables"
    return "a table" if isinstance(value, dict) else toml_text(value)
