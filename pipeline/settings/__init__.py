"""Settings of a site: `billing.toml` and the environment, read once, with a default for everything.

declared.py     every setting once: its default, what it may be, what it does
checks.py       what a value may be
reading.py      the file and the environment -> settings in force, or every fault as a finding
lines.py        in which line of the file a setting stands
text.py         settings as JSON, as the store keeps them with a run
owners.py       accounts of business units and products that nobody knows
changed.py      what is other than in the run before, and what follows
document.py     the README's block of settings
"""

from pipeline.settings.changed import changed_settings, findings_of_changes
from pipeline.settings.declared import (
    BY_DAY,
    DAY_AFTER,
    DEFAULT_TARGETS,
    EVEN_MONTHS,
    HANDOVERS,
    MONTH_END,
    NIGHTLY,
    ON_COMPLETION,
    STRAIGHT_LINE_POSTINGS,
    STRAIGHT_LINES,
    Accounts,
    Plausibility,
    Receivables,
    Settings,
)
from pipeline.settings.faults import SettingsError
from pipeline.settings.owners import unknown_owners
from pipeline.settings.reading import (
    DEFAULTS,
    InForce,
    read_in_force,
    read_settings,
    said_in,
    settings_of_text,
    stray_variables,
)
from pipeline.settings.text import as_set, settings_from_text, settings_text

__all__ = [
    "BY_DAY",
    "DAY_AFTER",
    "DEFAULTS",
    "DEFAULT_TARGETS",
    "EVEN_MONTHS",
    "HANDOVERS",
    "MONTH_END",
    "NIGHTLY",
    "ON_COMPLETION",
    "STRAIGHT_LINES",
    "STRAIGHT_LINE_POSTINGS",
    "Accounts",
    "InForce",
    "Plausibility",
    "Receivables",
    "Settings",
    "SettingsError",
    "as_set",
    "changed_settings",
    "findings_of_changes",
    "read_in_force",
    "read_settings",
    "said_in",
    "settings_from_text",
    "settings_of_text",
    "settings_text",
    "stray_variables",
    "unknown_owners",
]
