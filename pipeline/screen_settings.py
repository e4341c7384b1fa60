"""What `settings` says: each setting, its value, where it came from and what it does; or JSON."""

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.findings import COLUMNS
from pipeline.in_force import Told
from pipeline.screen import finding_words
from pipeline.settings import settings_of_text
from pipeline.settings.reading import DEFAULT
from pipeline.text_table import aligned

HEADINGS = ("setting", "value", "from", "what it does")
NO_VALUE = "-"


def settings_account(told: Told) -> dict[str, Any]:
    """The settings as JSON holds them; values as the settings file writes them, None where blank."""
    origins = told.in_force.origins
    return {
        "settings": [
            {"setting": address, "value": value or None, "from": origins.get(address, DEFAULT),
             "about": about}
            for address, value, about in settings_of_text(told.in_force.settings)
        ],
        "findings": told.findings[COLUMNS].to_dict("records"),
        "notes": list(told.notes),
    }  # fmt: skip


def settings_words(told: Told) -> str:
    """The settings as a table of text."""
    return "\n".join([*aligned([HEADINGS, *_rows(told)], indent=""), *_remarks(told)])


def settings_view(told: Told) -> RenderableType:
    """The same on a terminal: by section, in any width; in bold what is not the default."""
    rows = settings_account(told)["settings"]
    sections = dict.fromkeys(_section(row["setting"]) for row in rows)
    parts: list[RenderableType] = []
    for section in sections:
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        table.add_column(overflow="fold")
        for row in rows:
            if _section(row["setting"]) == section:
                table.add_row(*_cells(row, section))
        parts += [Text(f"\n[{section}]" if section else ""), table]
    return Group(*parts, *(Text(line) for line in _remarks(told)))


def _section(address: str) -> str:
    """`receivables` of `receivables.batch_source`; an owner of accounts is a section of its own."""
    return address.rpartition(".")[0]


def _cells(row: dict[str, Any], section: str) -> tuple[Text, Text, Text]:
    name = row["setting"].removeprefix(f"{section}.")
    is_default = row["from"] == DEFAULT
    about = row["about"] if is_default else f"{row['about']} ({row['from']})"
    style = "" if is_default else "bold"
    return Text(name, style), Text(row["value"] or NO_VALUE, style), Text(about)


def _rows(told: Told) -> list[tuple[str, str, str, str]]:
    return [
        (one["setting"], one["value"] or NO_VALUE, one["from"], one["about"])
        for one in settings_account(told)["settings"]
    ]


def _remarks(told: Told) -> list[str]:
    said = [*finding_words(told.findings), *(f"  note    {note}" for note in told.notes)]
    return ["", *said] if said else []
