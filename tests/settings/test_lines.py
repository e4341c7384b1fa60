"""In which line a setting stands: every way to write one in TOML, and none that only looks like one."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pipeline.settings.lines import lines_of

CASES = {
    "plain": ("a = 1\nb = 2\n", {"a": 1, "b": 2}),
    "comments and blank lines count": ("# c\n\n  a = 1 # b = 2\n", {"a": 3}),
    "below a heading": ("[t]\n\na = 1\n[u]\na = 1\n", {"t": 1, "t.a": 3, "u": 4, "u.a": 5}),
    "quoted names": ("['a b']\n\"c.d\" = 1\n", {"a b": 1, "a b|c.d": 2}),
    "a heading of its own": ("[t.'u v']\nx = 1\n", {"t": 1, "t|u v": 1, "t|u v|x": 2}),
    "names with dots": ("t.a = 1\nt . b = 2\n", {"t": 1, "t.a": 1, "t.b": 2}),
    "a table in a line": ("t = {a = 1, b = {c = 2}}\n", {"t": 1, "t.a": 1, "t.b.c": 1}),
    "an empty table is no heading": ("t = {}\na = 1\n", {"t": 1, "a": 2}),
    "a list over lines": ("x = [\n 'y = 1',\n 2 ]\na = 1\n", {"x": 1, "a": 4}),
    "a text over lines": ('x = """\n[t]\na = 1\n"""\na = 2\n', {"x": 1, "a": 5}),
    "a text over lines, literal": ("x = '''\n[t]\n'''\na = 2\n", {"x": 1, "a": 4}),
    "a list of tables": ("[[t]]\na = 1\n[[t]]\na = 2\n", {"t": 1, "t.a": 2}),
    "line ends of another system": ("a = 1\r\n[t]\r\nb = 2\r\n", {"a": 1, "t": 2, "t.b": 3}),
    "a line end that TOML does not know": ("a = 'x\u2028y'\nb = 1", {"a": 1, "b": 2}),
    "nothing": ("", {}),
}


@pytest.mark.parametrize(("text", "lines"), CASES.values(), ids=CASES)
def test_lines(text: str, lines: dict[str, int]) -> None:
    told = lines_of(text)
    for address, line in lines.items():
        assert told[tuple(address.split("|" if "|" in address else "."))] == line, address
    if not text:
        assert told == {}


names = some.text('ab ."#=[é', min_size=1, max_size=4)
values = some.integers(0, 9) | some.text('a\n"[]=#', max_size=6) | some.lists(some.integers(0, 9))


def written(value: object) -> str:
    """A value as TOML, texts over as many lines as they have."""
    if isinstance(value, str) and "\n" in value and '"' not in value and "\\" not in value:
        return f'"""\n{value}"""'
    return json.dumps(value, ensure_ascii=False)


@given(some.dictionaries(names, some.dictionaries(names, values, max_size=3), max_size=3))
def test_every_setting_stands_where_it_was_written(tables: dict[str, dict]) -> None:
    lines, told = [], {}
    for table, inside in tables.items():
        told[(table,)] = 1 + sum(block.count("\n") + 1 for block in lines)
        lines.append(f"[{json.dumps(table, ensure_ascii=False)}]")
        for name, value in inside.items():
            told[(table, name)] = 1 + sum(block.count("\n") + 1 for block in lines)
            lines.append(f"{json.dumps(name, ensure_ascii=False)} = {written(value)}")
    text = "\n".join(lines)
    assert tomllib.loads(text) == tables
    assert lines_of(text) == told
