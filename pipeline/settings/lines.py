"""In which line of a settings file each setting stands."""

import tomllib
from collections.abc import Iterator
from typing import Any

Names = tuple[str, ...]


def lines_of(text: str) -> dict[Names, int]:
    """The first line (1 is the first) of every table and key of a TOML text that can be read.

    >>> lines_of('a = 1\\n\\n[b."c d"]\\ne.f = [\\n  2,\\n]\\ng = {h = 3}')[("b", "c d", "g", "h")]
    7
    """
    places: dict[Names, int] = {}
    table: Names = ()
    for line, block in _statements(text):
        inside = list(_names(tomllib.loads(block)))
        is_heading = block.lstrip().startswith("[")
        for names in inside:
            places.setdefault(names if is_heading else (*table, *names), line)
        table = inside[-1] if is_heading else table
    return places


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each heading and each assignment with the line on which it begins: the fewest lines that can be
    read on their own, for a text or a list may go on over several."""
    began, block = 1, ""
    for line, words in enumerate(text.split("\n"), 1):
        began = began if block else line
        block += words + "\n"
        try:
            given = tomllib.loads(block)
        except tomllib.TOMLDecodeError:
            continue
        if given:
            yield began, block
        block = ""


def _names(given: dict[str, Any]) -> Iterator[Names]:
    """Every name in it, the outer ones first."""
    for name, value in given.items():
        yield (name,)
        inner = value[-1] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            yield from ((name, *names) for names in _names(inner))
