"""Where an entry stands in a TOML file: its reader tells values, not lines."""

import re
from dataclasses import dataclass

HEADING = re.compile(r"\s*(\[{1,2})\s*([^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?$")
ENTRY = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+))\s*=""")


@dataclass(frozen=True)
class TomlPlaces:
    """The lines of a TOML file's headings and entries, counted from 1.

    A heading in double brackets begins anew with each of its kind; `number` says which one, from 1.
    What stands inside a text of several lines, and looks like an entry, counts only where no real
    entry of that name stands before it.
    """

    file: str
    text: str

    def at(self, section: str = "", entry: str = "", number: int = 1) -> str:
        """The file and the line of an entry; of its heading where it isn't there; or of neither.

        >>> places = TomlPlaces("a.toml", '[file]\\npath = 1\\n[[x]]\\ny = 1\\n[[x]]\\n"y" = 2\\n')
        >>> places.at("file", "path"), places.at("x", "y", 2), places.at("file", "size")
        ('a.toml, line 2', 'a.toml, line 6', 'a.toml, line 1')
        """
        lines = self._lines()
        for wanted in ((section, number, entry), (section, number, "")):
            if wanted in lines:
                return f"{self.file}, line {lines[wanted]}"
        return self.file

    def _lines(self) -> dict[tuple[str, int, str], int]:
        found: dict[tuple[str, int, str], int] = {}
        counts: dict[str, int] = {}
        section, number = "", 1
        for line_number, line in enumerate(self.text.splitlines(), 1):
            heading, entry = HEADING.match(line), ENTRY.match(line)
            if heading:
                section = heading[2].replace('"', "")
                if heading[1] == "[[":
                    counts[section] = counts.get(section, 0) + 1
                number = counts.get(section.partition(".")[0], 1)
                found.setdefault((section, number, ""), line_number)
            elif entry:
                name = next(name for name in entry.groups() if name is not None)
                found.setdefault((section, number, name), line_number)
        return found
