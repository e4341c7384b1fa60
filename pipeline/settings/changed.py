"""Settings that are other than in the run before: a forgotten settings file would go unseen. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.findings import join_findings, one_finding
from pipeline.settings.checks import toml_text
from pipeline.settings.declared import (
    POSTED_THERE,
    Declared,
    Settings,
    declared_settings,
)
from pipeline.settings.faults import CHANGED, CODES
from pipeline.settings.reading import settings_of_text
from pipeline.settings.text import settings_from_text

WRITTEN_SO = "tonight's files of this target are written with it"

Change = tuple[str, str, str, str]
"""A setting's address, its value before and now as the file writes it (blank: none), what follows."""


def changed_settings(
    before: str, settings: Settings, *, run_id: str, file: str
) -> dict[str, dict[str, str]]:
    """By address, what is told of each setting that amounts, dates or accounts depend on and that was
    another in the run before: file, value, message.

    `before` is the JSON that was kept with that run, `run_id` its id; `file` is where the settings of
    now are said. What the run's version of the program did not know does not count.

    >>> from pipeline.settings.text import settings_text
    >>> before = settings_text(Settings(straight_line="even_months", workbook_rows=5))
    >>> told = changed_settings(before, Settings(), run_id="2026-03-31-1", file="defaults")
    >>> {address: (one["file"], one["value"]) for address, one in told.items()}
    {'straight_line': ('defaults', '"by_day"')}
    """
    known = json.loads(before)
    earlier = settings_from_text(before)
    changes = [
        *_changes_of_declared(known, earlier, settings),
        *_changes_of_others(known, earlier, settings),
    ]
    return {
        address: {
            "file": file,
            "value": now,
            "message": f"{now + ' is in force' if now else 'it is not set'}, and the last run, "
            f"{run_id}, had {was or 'none'}: {follows}; if this is not meant, name the settings file "
            "of that run (--config)",
        }
        for address, was, now, follows in changes
    }


def findings_of_changes(settings: Settings) -> pd.DataFrame:
    """A warning for each setting that a run had otherwise than the run before."""
    severity = CODES[CHANGED][0]
    return join_findings(
        one_finding(
            CHANGED, severity, told["message"], file=told["file"], column=address,
            value=told["value"],
        )
        for address, told in settings.changed.items()
    )  # fmt: skip


def _changes_of_declared(
    known: Mapping[str, Any], earlier: Settings, settings: Settings
) -> Iterator[Change]:
    """Settings with one value each."""
    for one in declared_settings():
        was, now = _value(earlier, one), _value(settings, one)
        is_harmless = one.harmless is not None and one.harmless(was, now)
        if one.follows and was != now and _knows(known, one.path) and not is_harmless:
            yield one.address, toml_text(was), toml_text(now), one.follows


def _changes_of_others(
    known: Mapping[str, Any], earlier: Settings, settings: Settings
) -> Iterator[Change]:
    """Accounts of business units and products, and what the site sets for a target of both runs."""
    was, now = _others(known, earlier, settings), _others(known, settings, earlier)
    for address in dict.fromkeys([*was, *now]):
        before, after = was.get(address, ""), now.get(address, "")
        if before != after:
            is_account = address.startswith("accounts.")
            yield address, before, after, POSTED_THERE if is_account else WRITTEN_SO


def _others(known: Mapping[str, Any], settings: Settings, beside: Settings) -> dict[str, str]:
    """By address, the settings that are not declared one by one, without targets that the run beside
    did not write."""
    declared = {one.address for one in declared_settings()}
    left_out = tuple(f"target.{name}." for name in settings.target if name not in beside.targets)
    return {
        address: value
        for address, value, _ in settings_of_text(settings)
        if address not in declared
        and not address.startswith(left_out)
        and _knows(known, address.split(".")[: 2 if address.startswith("accounts.") else 1])
    }


def _value(settings: Settings, one: Declared) -> Any:
    owner = getattr(settings, one.path[0]) if len(one.path) > 1 else settings
    return getattr(owner, one.path[-1])


def _knows(known: Any, path: Any) -> bool:
    """Whether the settings that a run kept have this place."""
    for name in path:
        if name not in known:
            return False
        known = known[name]
    return True
