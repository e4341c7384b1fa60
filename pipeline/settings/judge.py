"""Every fault of a settings file, from what is declared. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from pipeline.settings.checks import Check, toml_text
from pipeline.settings.declared import (
    SECTIONS,
    VALUES_BY_NAME,
    Accounts,
    Settings,
    declared_settings,
    roles_of,
)
from pipeline.settings.faults import (
    NO_TABLE,
    NOT_HERE,
    UNKNOWN,
    WRONG,
    Fault,
    address_of,
    unknown,
)
from schemas.outputs import ACCOUNT_ROLES

Names = tuple[str, ...]

POSITIONS = (
    "receivable, contract liability and contract asset are positions of the whole contract, so they "
    "can't be split by product; set revenue here, and the others in [accounts] or "
    '[accounts.business_unit."…"]'
)

NO_SETTING = frozenset(
    one.name for one in fields(Settings) if not one.metadata
)  # what a run adds to its settings


def faults_of(given: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with a file's settings, in the file's order."""
    known = [one.name for one in fields(Settings) if one.name not in NO_SETTING]
    for name, value in given.items():
        if name in SECTIONS:
            yield from _faults_of_section(name, value)
        elif name in VALUES_BY_NAME:
            yield from _faults_of_values((name,), value)
        else:
            yield from _faults_of_one((name,), value, known)


def _faults_of_section(name: str, given: Any) -> Iterator[Fault]:
    if not isinstance(given, dict):
        yield _no_table((name,), given)
        return
    known = [one.name for one in fields(SECTIONS[name])]
    for inner, value in given.items():
        if SECTIONS[name] is Accounts and roles_of(inner):
            yield from _faults_of_owners((name, inner), value)
        else:
            yield from _faults_of_one((name, inner), value, known)


def _faults_of_values(names: Names, given: Any) -> Iterator[Fault]:
    """Texts and tables of texts by name; which ones there are, who is named says (`export.choice`)."""
    if not isinstance(given, dict):
        yield _no_table(names, given)
        return
    for name, values in given.items():
        if not isinstance(values, dict):
            yield _no_table((*names, name), values)
            continue
        for inner, value in values.items():
            texts = value.values() if isinstance(value, dict) else [value]
            if not all(isinstance(text, str) for text in texts):
                address = address_of((*names, name, inner))
                message = f"{address} must be a text or a table of texts, in quotes: correct it"
                yield Fault(WRONG, (*names, name, inner), message, value)


def _faults_of_owners(names: Names, given: Any) -> Iterator[Fault]:
    """Accounts of business units, or of products."""
    if not isinstance(given, dict):
        yield _no_table(names, given)
        return
    for owner, accounts in given.items():
        if not isinstance(accounts, dict):
            yield _no_table((*names, owner), accounts)
            continue
        for role, account in accounts.items():
            yield from _faults_of_own((*names, owner, role), account, roles_of(names[-1]))


def _faults_of_own(names: Names, account: Any, roles: tuple[str, ...]) -> Iterator[Fault]:
    role = names[-1]
    if role in ACCOUNT_ROLES and role not in roles:
        # a bill line or an event moves the position of its contract, whatever product it is for
        yield Fault(NOT_HERE, names, f"{address_of(names)} can't be set: {POSITIONS}", account)
    elif role not in roles:
        yield Fault(UNKNOWN, names, unknown(address_of(names), roles), account)
    else:
        check, default = CHECKS[(names[0], role)]
        yield from faults_of_value(names, account, check, default)


def _faults_of_one(names: Names, value: Any, known: list[str]) -> Iterator[Fault]:
    if names in CHECKS:
        yield from faults_of_value(names, value, *CHECKS[names])
    else:
        elsewhere = "" if isinstance(value, dict) else _elsewhere(names, known)
        yield Fault(UNKNOWN, names, unknown(address_of(names), known, elsewhere), value)


def faults_of_value(
    names: Names, value: Any, check: Check, default: Any, example: str = ""
) -> Iterator[Fault]:
    """Nothing, or what a value must be and how that is written."""
    if check.fits(value):
        return
    if not example and default is not None:
        example = f"{names[-1]} = {toml_text(default)}"
    remedy = f"write {example}, or another that fits" if example else "correct it, or leave it out"
    message = f"{address_of(names)} must be {check.wants}: {remedy}"
    yield Fault(WRONG, names, message, value)


def _elsewhere(names: Names, known: list[str]) -> str:
    """Where a setting of this name, or nearly, belongs, if it is one of another section."""
    places = {known[-1]: known for known in CHECKS}
    close = get_close_matches(names[-1], places, n=1, cutoff=0.8)
    if not close or close[0] in known:
        return ""
    place = places[close[0]]
    return f"{close[0]} {f'below [{place[0]}]' if len(place) > 1 else 'above the first [heading]'}"


def _no_table(names: Names, value: Any) -> Fault:
    heading = address_of(names)
    return Fault(
        NO_TABLE, names,
        f"[{heading}] must be a table of its own: write [{heading}] on a line, its settings below it",
        value,
    )  # fmt: skip


CHECKS: dict[Names, tuple[Check, Any]] = {
    one.path: (one.check, one.default) for one in declared_settings()
}
