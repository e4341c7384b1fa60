"""What `history --verify` and `history --audit` say, for people and for machines."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from pipeline.verify import Check

OK, ERROR = "OK", "ERROR"


def verify_account(checks: Sequence[Check]) -> dict[str, Any]:
    """Every check with what differs."""
    told = [
        {"about": one.about, "check": one.says, "result": ERROR if one.differences else OK,
         "differences": list(one.differences)}
        for one in checks
    ]  # fmt: skip
    broken = sum(one["result"] == ERROR for one in told)
    return {"verified": ERROR if broken else OK, "failed": broken, "checks": told}


def verify_words(account: dict[str, Any]) -> str:
    """A line for each check, and below it what differs."""
    lines = []
    for one in account["checks"]:
        lines.append(f"  {one['result']:<6} {one['about']}: {one['check']}")
        lines += [f"           {difference}" for difference in one["differences"]]
    total = len(account["checks"])
    head = (
        f"Verified: {total} checks, all hold"
        if account["verified"] == OK
        else f"Verified: {account['failed']} of {total} checks do not hold"
    )
    return "\n".join([head, *lines])


def audit_account(trail: pd.DataFrame) -> list[dict[str, Any]]:
    """What was said where, in order: who, when, by which command, from which files, into which run."""
    numbers = ("import_number", "run_number", "first_answer", "last_answer")
    return [
        {
            "at": row.done_at, "user": row.user_name, "host": row.host,
            "command_line": row.command_line, "program_version": row.program_version,
            "files": row.files, "run_id": row.run_id if isinstance(row.run_id, str) else None,
            **{name: _number(getattr(row, name)) for name in numbers},
        }
        for row in trail.itertuples()
    ]  # fmt: skip


def audit_words(account: Sequence[dict[str, Any]]) -> str:
    """The trail as text."""
    lines = []
    for one in account:
        what = [
            *([f"import {one['import_number']}"] if one["import_number"] else []),
            *([f"run {one['run_id']}"] if one["run_id"] else []),
            *([f"answers {one['first_answer']} to {one['last_answer']}"]
              if one["first_answer"] else []),
        ]  # fmt: skip
        lines.append(f"{one['at']}  {one['user']} on {one['host']}: {', '.join(what)}")
        lines += [f"  {one['command_line']}"] if one["command_line"] else []
        lines += [f"  {file['sha256']}  {file['file']}" for file in one["files"]]
    return "\n".join(lines) or "nothing was done yet"


def _number(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
