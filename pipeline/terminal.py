"""The terminal, if there is one: rich there, plain text everywhere else.

Colours say something or are not there: red for what was refused or does not tie, green for what ties.
"""

import os
from typing import TextIO

from rich.console import Console
from rich.text import Text
from rich.theme import Theme

CALM = Theme(
    {
        "progress.description": "none", "progress.spinner": "none", "progress.elapsed": "none",
        "bar.complete": "grey50", "bar.finished": "grey50", "bar.pulse": "grey50",
        "bar.back": "grey23",
    }
)  # fmt: skip
"""A bar moves; it has nothing to say that a colour could."""

BAD, GOOD = "red", "green"
MEANINGS = {
    r"^ *error +[A-Z]+-\d+": BAD,
    r"\b(ERROR|REJECTED)\b": BAD,
    r"\bOK\b": GOOD,
}
"""Words of the plain text that have a colour on a terminal."""


def console_on(stream: TextIO) -> Console | None:
    """A console on a stream that is a terminal and can show lines and letters; None otherwise.

    Only a terminal counts: nothing in the environment makes a file or a pipe one. Where NO_COLOR is set,
    nothing is coloured.
    """
    encoding = (getattr(stream, "encoding", "") or "").lower().replace("-", "")
    if not stream.isatty() or os.environ.get("TERM") in ("dumb", "unknown") or encoding != "utf8":
        return None
    return Console(
        file=stream, force_terminal=True, no_color=bool(os.environ.get("NO_COLOR")),
        highlight=False, markup=False, theme=CALM,
    )  # fmt: skip


def coloured(words: str) -> Text:
    """Plain text with colours where they mean something.

    >>> [span.style for span in coloured("Proofs: OK (all)").spans]
    ['green']
    """
    text = Text(words)
    for pattern, style in MEANINGS.items():
        text.highlight_regex(rf"(?m){pattern}", style)
    return text
