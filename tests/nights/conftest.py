"""Which golden nights run on which database.

Every story runs on SQLite. Those that lean on the store most (what was posted, held, adjusted, copied or
corrected before) run on PostgreSQL too; the others do the same work on either.
"""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
ON_BOTH = {"action_amend", "adjusted_lines", "same_night_twice", "template_copy"}
"""Stories that run on both databases, as `refused_then_corrected` does."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the stories that run on SQLite only, where they would run on PostgreSQL."""
    kept = {f"test_story[postgresql-{story}]" for story in ON_BOTH}
    left_out = [
        one
        for one in items
        if one.path.parent == HERE
        and one.name.startswith("test_story[postgresql-")
        and one.name not in kept
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [one for one in items if one not in left_out]
