"""Which golden nights run on which database.

Every story runs on SQLite, the stories of milestones on PostgreSQL too. The stories of phases do the
same work on either, so only two of them run twice.
"""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
OF_PHASES = {
    "chain_of_three", "completion_moved_and_taken_back", "evergreen", "mixed", "phase_waits",
}  # fmt: skip
"""Stories of phases that run on SQLite only; acme_pilot and backdated_completion run on both."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the stories that run on SQLite only, where they would run on PostgreSQL."""
    names = {f"test_story[postgresql-{story}]" for story in OF_PHASES}
    left_out = [one for one in items if one.path.parent == HERE and one.name in names]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [one for one in items if one not in left_out]
