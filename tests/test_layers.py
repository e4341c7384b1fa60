"""Which module may import which, and what no module does: read from the source, not run."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from importlinter.api import use_cases  # type: ignore[attr-defined]

ROOT = Path(__file__).parents[1]

PURE = (
    "pipeline/validate", "pipeline/bill", "pipeline/money.py", "pipeline/frames.py",
    "pipeline/findings.py", "pipeline/record.py", "pipeline/post/proofs.py", "schemas",
    "pipeline/post/totals.py", "pipeline/verify/checks.py",
    "pipeline/recognise", "pipeline/journal.py", "pipeline/books.py", "pipeline/words.py",
    "pipeline/closed_periods.py", "pipeline/phases.py", "pipeline/periods.py",
    "pipeline/template/open_milestones.py", "pipeline/template/choices.py",
)  # fmt: skip
WORLD = frozenset(
    ["os", "sys", "io", "pathlib", "shutil", "tempfile", "subprocess", "socket", "time", "random",
     "sqlalchemy", "sqlite3", "psycopg", "openpyxl", "xlsxwriter", "python_calamine", "click",
     "rich", "filelock", "zipfile", "csv", "locale"]
)  # fmt: skip
"""Modules that touch files, the clock, the environment, chance, a database or a terminal."""

CALLS = frozenset(["now", "today", "utcnow", "open", "print", "input", "getenv", "read_text",
                   "write_text", "read_csv", "to_csv", "read_excel", "to_excel"])  # fmt: skip

Check = Callable[[ast.AST], str | None]


WRITES_THE_README = ROOT / "schemas/dictionary.py"
"""A tool of the house, no part of a night."""

DICTIONARIES = frozenset(["tables", "self.stages[-1]"])
"""What may be filled by name: dictionaries, not frames."""


def sources(*places: str) -> list[Path]:
    """The Python files of these folders and files."""
    found = [
        path
        for place in places
        for path in ([ROOT / place] if place.endswith(".py") else (ROOT / place).rglob("*.py"))
    ]
    assert found, places
    return sorted(set(found) - {WRITES_THE_README})


def offences(check: Check, *places: str) -> list[str]:
    """What the check says of any node, with its address."""
    return [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)} {said}"
        for path in sources(*places)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if (said := check(node))
    ]


def imported(node: ast.AST) -> Iterator[str]:
    """The top-level names of the modules that a statement imports."""
    if isinstance(node, ast.Import):
        yield from (name.name.split(".")[0] for name in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module.split(".")[0]


def called(node: ast.AST) -> str:
    """The last name of what is called, blank where nothing is."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return getattr(function, "attr", getattr(function, "id", ""))


def touches_the_world(node: ast.AST) -> str | None:
    """Imports of what reads or writes anything but its arguments, and calls that do."""
    worldly = sorted(WORLD & set(imported(node)))
    if worldly:
        return f"imports {', '.join(worldly)}"
    return f"calls {called(node)}" if called(node) in CALLS else None


def changes_a_frame(node: ast.AST) -> str | None:
    """`frame["x"] = …`, which in pandas changes the caller's frame; `.loc` and `.iloc` likewise."""
    targets = getattr(node, "targets", []) or [getattr(node, "target", None)]
    if not isinstance(node, ast.Assign | ast.AugAssign):
        return None
    for target in targets:
        if isinstance(target, ast.Subscript):
            owner = ast.unparse(target.value)
            named = isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str)
            placed = owner.endswith((".loc", ".iloc", ".at", ".iat"))
            if placed or (named and owner not in DICTIONARIES):
                return f"assigns {ast.unparse(target)}"
    return None


def works_in_place(node: ast.AST) -> str | None:
    """`inplace=True`."""
    for keyword in getattr(node, "keywords", []):
        if keyword.arg == "inplace":
            return "inplace"
    return None


def walks_rows(node: ast.AST) -> str | None:
    """Rows one at a time: iterrows, apply along the rows."""
    if called(node) in ("iterrows", "applymap"):
        return called(node)
    if called(node) == "apply":
        along = [one for one in node.keywords if one.arg == "axis"]  # type: ignore[attr-defined]
        return "apply(axis=…)" if along else None
    return None


def makes_floats_of_money(node: ast.AST) -> str | None:
    """`float(…)` or `.astype(float)` of anything whose name says that it is money."""
    if called(node) in ("float", "to_numeric") and "minor" in ast.unparse(node):
        return ast.unparse(node)
    if called(node) == "astype" and "float" in ast.unparse(node) and "minor" in ast.unparse(node):
        return ast.unparse(node)
    return None


def hides_faults(node: ast.AST) -> str | None:
    """A bare `except`, or one of everything."""
    if isinstance(node, ast.ExceptHandler):
        said = ast.unparse(node.type) if node.type else "everything"
        return said if said in ("everything", "Exception", "BaseException") else None
    return None


def test_pure_modules_touch_nothing() -> None:
    assert not offences(touches_the_world, *PURE)


@pytest.mark.parametrize(
    "check",
    [changes_a_frame, works_in_place, walks_rows, hides_faults],
    ids=lambda check: check.__name__,
)
def test_no_module(check: Check) -> None:
    assert not offences(check, "pipeline", "schemas")


def test_money_is_never_a_float() -> None:
    """But in a workbook, whose cells hold nothing else."""
    found = offences(makes_floats_of_money, "pipeline", "schemas")
    assert not [one for one in found if not one.startswith("pipeline/report/")]


@pytest.mark.parametrize(
    ("check", "bad", "good"),
    [
        (changes_a_frame, "frame['x'] = 1", "frame = frame.assign(x=1)"),
        (changes_a_frame, "frame.loc[rows, 'x'] += 1", "taken[name] = 1"),
        (works_in_place, "frame.drop('x', inplace=True)", "frame.drop('x')"),
        (walks_rows, "frame.apply(one, axis=1)", "column.apply(one)"),
        (walks_rows, "frame.iterrows()", "frame.itertuples()"),
        (hides_faults, "try: x\nexcept Exception: pass", "try: x\nexcept ValueError: pass"),
        (hides_faults, "try: x\nexcept: pass", "try: x\nfinally: pass"),
        (makes_floats_of_money, "float(amount_minor)", "float(width)"),
        (touches_the_world, "from pathlib import Path", "from schemas import cells"),
        (touches_the_world, "datetime.date.today()", "datetime.date(2026, 3, 31)"),
    ],
)
def test_the_checks_see_what_they_look_for(check: Check, bad: str, good: str) -> None:
    assert any(check(node) for node in ast.walk(ast.parse(bad)))
    assert not any(check(node) for node in ast.walk(ast.parse(good)))


def test_sql_stands_in_the_store_only() -> None:
    """Others hold a connection, and never say what to do with it."""

    def says_sql(node: ast.AST) -> str | None:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            wanted = {name.name for name in node.names} - {"Connection", "DBAPIError"}
            return f"imports {wanted}" if wanted else None
        return None

    found = offences(says_sql, "pipeline", "schemas")
    assert not [one for one in found if not one.startswith("pipeline/store/")]


def test_click_stands_at_the_border_only() -> None:
    def clicks(node: ast.AST) -> str | None:
        return "click" if "click" in set(imported(node)) else None

    assert {one.split(":")[0] for one in offences(clicks, "pipeline", "schemas")} == {
        "pipeline/cli.py"
    }


def test_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The contracts of .importlinter: `lint-imports` says which import breaks one."""
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT))
    assert use_cases.lint_imports(config_filename=".importlinter", cache_dir=None)
