"""The audit trail: who brought an upload, a run or answers into the store, when and by which command."""

import json

import pandas as pd
from sqlalchemy import Connection, func, select

from pipeline.actor import Actor
from pipeline.store.rows import read_frame
from pipeline.store.schema import answers, audit_trail, imports, runs


def keep_actor(
    connection: Connection, actor: Actor, done_at: str, program_version: str, *,
    import_number: int | None = None, run_number: int | None = None, answers_kept: int = 0,
) -> None:  # fmt: skip
    """Append what a command did, in the transaction in which it does so: the upload that it accepted,
    the run that it posted, or how many answers it has just kept (the last ones)."""
    last = connection.scalar(select(func.coalesce(func.max(audit_trail.c.audit_number), 0))) or 0
    last_answer = connection.scalar(select(func.max(answers.c.answer_number)))
    connection.execute(
        audit_trail.insert().values(
            audit_number=int(last) + 1, done_at=done_at, user_name=actor.user, host=actor.host,
            command_line=actor.command_line, program_version=program_version,
            import_number=import_number, run_number=run_number,
            first_answer=last_answer - answers_kept + 1 if answers_kept else None,
            last_answer=last_answer if answers_kept else None,
        )
    )  # fmt: skip


def read_audit(connection: Connection) -> pd.DataFrame:
    """The trail in order: audit_number (int64), done_at, user_name, host, command_line,
    program_version, import_number, run_number (Int64), run_id, first_answer, last_answer (Int64),
    files (of the upload, or of the answers: a list of file and sha256)."""
    uploaded = (
        select(*audit_trail.c, runs.c.run_id, imports.c.files)
        .outerjoin(imports, imports.c.import_number == audit_trail.c.import_number)
        .outerjoin(runs, runs.c.run_number == audit_trail.c.run_number)
        .order_by(audit_trail.c.audit_number)
    )
    trail = read_frame(connection, uploaded).astype({"audit_number": "int64"})
    told = answers.c
    answered = select(audit_trail.c.audit_number, told.file, told.sha256).join(
        answers, told.answer_number.between(audit_trail.c.first_answer, audit_trail.c.last_answer)
    )
    files = {
        number: _named(rows)
        for number, rows in read_frame(connection, answered.distinct()).groupby("audit_number")
    }
    of_uploads = [
        _named(pd.DataFrame(json.loads(text or "[]"), columns=["file", "sha256"]))
        for text in trail["files"].astype(object).where(trail["files"].notna(), None)
    ]
    both = [
        files.get(number, own)
        for number, own in zip(trail["audit_number"].tolist(), of_uploads, strict=True)
    ]
    return trail.assign(files=pd.Series(both, trail.index, dtype=object))


def _named(files: pd.DataFrame) -> list[dict[str, str]]:
    return files[["file", "sha256"]].sort_values("file").to_dict("records")  # type: ignore[return-value]
