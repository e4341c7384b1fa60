"""The settings in force: the environment over the file over the defaults."""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.findings import join_findings
from pipeline.settings.checks import toml_text
from pipeline.settings.declared import SECTIONS, Settings, declared_settings
from pipeline.settings.faults import (
    UNREADABLE,
    Fault,
    SettingsError,
    address_of,
    finding_of,
)
from pipeline.settings.judge import faults_of, faults_of_value
from pipeline.settings.lines import lines_of

PREFIX = "MILESTONE_BILLING_"
VARIABLES = {PREFIX + one.address.upper(): one for one in declared_settings() if len(one.path) == 1}
"""The settings that the environment may say: those outside any section."""

OF_THE_COMMAND = tuple(PREFIX + one for one in ("CONFIG", "STORE", "WORKERS", "CLUSTER", "SHARED"))
"""What the environment says for options of the commands."""

DEFAULT, DEFAULTS, ENVIRONMENT = "default", "defaults", "environment"
NO_ENVIRONMENT: Mapping[str, str] = {}


@dataclass(frozen=True)
class InForce:
    """Settings, and by address where each that is no default came from: `billing.toml, line 3`."""

    settings: Settings
    origins: Mapping[str, str]


Judge = Callable[[Mapping[str, Any]], Iterable[Fault]]
"""What else is wrong with values, by name, of settings that are not declared here (`export.choice`)."""


def _nothing(_given: Mapping[str, Any]) -> Iterable[Fault]:
    return ()


def read_settings(
    path: Path | None, environment: Mapping[str, str] = NO_ENVIRONMENT, judge: Judge = _nothing
) -> Settings:
    """The settings of a file and of the environment; the defaults where neither says anything.

    >>> read_settings(None).receivables.invoice_type
    'Invoice'
    >>> read_settings(None, {"MILESTONE_BILLING_WORKBOOK_ROWS": "50"}).workbook_rows
    50
    """
    return read_in_force(path, environment, judge).settings


def read_in_force(
    path: Path | None, environment: Mapping[str, str] = NO_ENVIRONMENT, judge: Judge = _nothing
) -> InForce:
    """The settings and where they came from; raises SettingsError with all that is wrong, with what
    `judge` says of them too."""
    given, places, found = _read(path) if path else ({}, {}, [])
    found += [
        finding_of(fault, str(path), _line(places, fault.names), address_of(fault.names))
        for fault in faults_of(given)
    ]
    said = _said_by(environment)
    found += list(_findings_of_variables(said))
    settled = {VARIABLES[name].address: value for name, value in said.items()}
    variable_of = {VARIABLES[name].address: name for name in said}
    for fault in judge({**given, **settled}):
        address = address_of(fault.names)
        if address in variable_of:
            found.append(finding_of(fault, ENVIRONMENT, 0, variable_of[address]))
        else:
            line = _line(places, fault.names)
            found.append(finding_of(fault, str(path) if line else "", line, address))
    if found:
        raise SettingsError(join_findings(found))
    origins = {address_of(names): f"{path}, line {line}" for names, line in places.items()}
    told = {VARIABLES[name].address: f"environment, {name}" for name in said}
    return InForce(_settings({**given, **settled}), {**origins, **told})


def settings_of_text(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Every setting: its address, its value as the file writes it (blank: none), what it does."""
    for one in declared_settings():
        owner = getattr(settings, one.path[0]) if len(one.path) > 1 else settings
        yield one.address, toml_text(getattr(owner, one.path[-1])), one.about
    for name in ("business_unit", "product"):
        for owner, accounts in getattr(settings.accounts, name).items():
            for role, account in accounts.items():
                address = address_of(("accounts", name, owner, role))
                yield address, toml_text(account), f"of this {name.replace('_', ' ')} only"
    for name, values in settings.target.items():
        for inner, value in values.items():
            texts = value.items() if isinstance(value, dict) else [("", value)]
            for last, text in texts:
                address = address_of(tuple(part for part in ("target", name, inner, last) if part))
                yield address, toml_text(text), "of this target only"


def said_in(path: Path | None, environment: Mapping[str, str] = NO_ENVIRONMENT) -> str:
    """In what settings are said: the file's name, the environment, or nowhere.

    >>> said_in(Path("etc/billing.toml"), {"MILESTONE_BILLING_WORKBOOK_ROWS": "50"}), said_in(None)
    ('billing.toml, environment', 'defaults')
    """
    places = [path.name] if path else []
    places += [ENVIRONMENT] if _said_by(environment) else []
    return ", ".join(places) or DEFAULTS


def stray_variables(environment: Mapping[str, str]) -> list[str]:
    """Variables that are called like ours and say nothing."""
    ours = {*VARIABLES, *OF_THE_COMMAND}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in ours)


def _read(path: Path) -> tuple[dict[str, Any], dict[tuple[str, ...], int], list[pd.DataFrame]]:
    """What the file says, in which lines, and what is wrong with the file itself."""
    try:
        text = path.read_text("utf-8")
        return tomllib.loads(text), lines_of(text), []
    except OSError as fault:
        said = f"can't be read: {fault.strerror}: name another file, or make this one readable"
        row = 0
    except UnicodeDecodeError:
        said, row = "is not TOML: it is not UTF-8: save it as UTF-8", 0
    except tomllib.TOMLDecodeError as fault:
        said = f"is not TOML: {fault}: correct what stands there"
        line = re.search(r"at line (\d+)", str(fault))
        row = int(line[1]) if line else len(text.splitlines())
    return {}, {}, [finding_of(Fault(UNREADABLE, (), f"the file {said}"), str(path), row, "")]


def _line(places: Mapping[tuple[str, ...], int], names: tuple[str, ...]) -> int:
    return places.get(names, 0)


def _said_by(environment: Mapping[str, str]) -> dict[str, Any]:
    """The values of the variables that are set; a blank one is not."""
    return {
        name: one.check.from_text(environment[name].strip())
        for name, one in VARIABLES.items()
        if environment.get(name, "").strip()
    }


def _findings_of_variables(said: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
    for name, value in said.items():
        one = VARIABLES[name]
        example = f"{name}={one.default}" if one.default is not None else ""
        for fault in faults_of_value((name,), value, one.check, one.default, example):
            yield finding_of(fault, ENVIRONMENT, 0, name)


def _settings(given: Mapping[str, Any]) -> Settings:
    """The settings of values that fit; lists are kept as they can't be changed."""
    sections: dict[str, Any] = {
        name: kind(**given.get(name, {})) for name, kind in SECTIONS.items()
    }
    plain: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in given.items()
        if name not in SECTIONS
    }
    return Settings(**plain, **sections)
