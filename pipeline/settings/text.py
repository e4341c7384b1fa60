"""Settings as JSON, for the store: what a run was made with stays with it."""

import datetime
import json
from dataclasses import asdict, replace
from typing import Any

from pipeline.settings.declared import MOST_LINES_PER_FILE, SECTIONS, Settings


def settings_text(settings: Settings) -> str:
    """The settings as JSON."""
    return json.dumps(asdict(settings), default=str, sort_keys=True)


def as_set(settings: Settings) -> Settings:
    """The settings as the site sets them, without what a run adds to them.

    >>> as_set(Settings(let_through="bills too much")) == Settings()
    True
    """
    return replace(settings, let_through="", changed={})


def settings_from_text(text: str) -> Settings:
    """The settings that `settings_text` wrote; what an earlier version did not know is the default.

    >>> settings_from_text(settings_text(Settings())) == Settings()
    True
    """
    given: dict[str, Any] = json.loads(text)
    day = given.pop("first_open_day")
    sections: dict[str, Any] = {
        name: kind(**given.pop(name, {})) for name, kind in SECTIONS.items()
    }
    plain: dict[str, Any] = {
        name: tuple(one) if isinstance(one, list) else one for name, one in given.items()
    }
    # versions that did not know the setting wrote one file: written again, it is the same
    plain.setdefault("lines_per_file", MOST_LINES_PER_FILE)
    return Settings(
        first_open_day=datetime.date.fromisoformat(day) if day else None, **sections, **plain
    )
