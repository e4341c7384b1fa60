"""The README's settings, written from their declarations: `python -m pipeline.settings.document FILE`.

A test fails when they drift.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from pipeline.settings.checks import toml_text
from pipeline.settings.declared import SECTIONS, VALUES_BY_NAME, Settings
from pipeline.settings.faults import CODES

COMMENT_AT = 32


def settings_block() -> str:
    """Every setting with its default and what it does, as TOML."""
    lines = list(_lines(Settings, ""))
    for name, owner in SECTIONS.items():
        about = next(one.metadata["about"] for one in fields(Settings) if one.name == name)
        lines += ["", _with_comment(f"[{name}]", about), *_lines(owner, name)]
    for one in [one for one in fields(Settings) if one.name in VALUES_BY_NAME]:
        heading = f"# [{one.name}.{one.metadata['example']}]"
        lines += ["", _with_comment(heading, one.metadata["about"])]
    return "\n".join(["```toml", *lines, "```", ""])


def codes_table() -> str:
    """What can be wrong with settings, as Markdown."""
    rows = [f"| {code} | {severity} | {fault} |" for code, (severity, fault) in CODES.items()]
    return "\n".join(["| code | severity | the fault |", "|---|---|---|", *rows, ""])


def with_settings(text: str) -> str:
    """The text with what stands between its markers written anew."""
    for name, told in (("settings", settings_block()), ("settings codes", codes_table())):
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)"
        literal = told.replace("\\", r"\\")
        text = re.sub(pattern, rf"\g<1>{literal}\g<2>", text, flags=re.S)
    return text


def _lines(owner: type, name: str) -> Iterator[str]:
    for one in fields(owner):
        told = one.metadata
        if "roles" in told:
            yield f'# [{name}.{one.name}."{told["example"]}"]'.ljust(46) + f"  {told['about']}"
        elif "check" in told:
            mark = "# " if one.default is None else ""
            shown = told["example"] if one.default is None else one.default
            yield _with_comment(f"{mark}{one.name} = {toml_text(shown)}", told["about"])


def _with_comment(text: str, about: str) -> str:
    return f"{text.ljust(COMMENT_AT - 1)} # {about}"


if __name__ == "__main__":
    readme = Path(sys.argv[1])
    readme.write_text(with_settings(readme.read_text("utf-8")), "utf-8")
