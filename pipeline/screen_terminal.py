"""The end of a run or an upload on a terminal: the figures as a table, what waits, what ties, what next.

The plain text of `screen` says the same figures; this says them for an eye, in any width.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pipeline import money
from pipeline.findings import ERROR, WARNING
from pipeline.nightly import Outcome
from pipeline.screen import findings_count, place_of, scope_words
from pipeline.terminal import BAD, GOOD
from pipeline.validate import Validated

MOST_SHOWN = 5
MOST_LINES = 20


def night_view(outcome: Outcome, *, dry_run: bool) -> RenderableType:
    """What a run came to."""
    record = outcome.record
    told = _facts()
    for label, words, style in [
        *_before(outcome),
        *_waiting(outcome),
        *_rows(record.inputs, record.findings),
        ("ties", _ties(outcome), GOOD),
        ("files", str(outcome.folder or "none yet"), ""),
        *_labelled("next", _next(outcome, dry_run)),
    ]:
        told.add_row(label, Text(words, style))
    parts: list[RenderableType] = [
        Text(f"Run {record.run_id}, as of {record.as_of}{', dry run' if dry_run else ''}", "bold"),
        _amounts(outcome),
        Text(""),
        told,
        *_findings(record.findings),
    ]
    return Group(*parts, *_planned(outcome) if dry_run else ())


def judgement_view(title: str, validated: Validated, out: Path, is_kept: bool) -> RenderableType:
    """What a check or an import came to."""
    told = _facts()
    rows = _rows(validated.files, validated.findings)
    for label, words, style in [*rows, ("files", str(out), "")]:
        told.add_row(label, Text(words, style))
    if validated.refused_in_order:
        told.add_row("next", f"correct {out / 'rejections.xlsx'}, and load it again")
    elif not is_kept:
        told.add_row("next", "load it: milestone-billing run, or import")
    else:
        told.add_row("next", "bill it: milestone-billing bill")
    return Group(Text(title, "bold"), told, *_findings(validated.findings))


def _facts() -> Table:
    """Labels on the left, words that wrap on the right."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, min_width=10)
    table.add_column(overflow="fold")
    return table


def _amounts(outcome: Outcome) -> RenderableType:
    """What was billed, credited, recognised and withheld, by currency and business unit."""
    record = outcome.record
    is_credit = record.bill_lines["amount_minor"] < 0
    kinds = {
        "billed": record.bill_lines[~is_credit],
        "credited": record.bill_lines[is_credit],
        "recognised": record.revenue_events,
        "withheld": record.withheld,
        "sent again": record.resent,
    }
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    table.add_column("", no_wrap=True, min_width=10)
    for heading in ("amount", "number"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("business unit", overflow="fold")
    for label, rows in kinds.items():
        for place, cells in enumerate(_totals(rows)):
            table.add_row(label if place == 0 else "", *cells)
    if not table.row_count:
        return Text("nothing to bill, nothing to recognise: the store stands as it should")
    return table


def _totals(rows: pd.DataFrame) -> list[tuple[str, str, str]]:
    keys = ["currency", "business_unit"]
    if rows.empty:
        return []
    totals = money.totals_by(rows[[*keys, "amount_minor"]], keys)
    numbers = rows.groupby(keys, sort=True).size().tolist()
    exponents = money.exponents_of(totals["currency"])
    amounts = money.readable_text(totals["amount_minor"], exponents).to_pylist()
    return [
        (f"{currency} {amount}", f"{number:,}", unit)
        for currency, amount, number, unit in zip(
            totals["currency"], amounts, numbers, totals["business_unit"], strict=True
        )
    ]


def _before(outcome: Outcome) -> list[tuple[str, str, str]]:
    told = [("", f"an earlier, interrupted run was finished first: {folder}", "")
            for folder in outcome.finished_before]  # fmt: skip
    if outcome.resumed:
        told.append(("", "this night was posted before and interrupted: its files are new", ""))
    return told + _labelled("contracts", scope_words(outcome))


def _waiting(outcome: Outcome) -> list[tuple[str, str, str]]:
    """What is due and held, and what is late."""
    held, late = len(outcome.record.withheld), len(outcome.record.late_milestones)
    told = []
    if held:
        told.append(f"{_count(held, 'line')} on hold: the release of the hold bills them")
    if late:
        told.append(
            f"{_count(late, 'milestone')} past the expected date: milestone-billing forecast names them"
        )
    return _labelled("waits", told)


def _labelled(label: str, sentences: list[str]) -> list[tuple[str, str, str]]:
    """Sentences below one another; only the first says what they are about."""
    return [("" if place else label, words, "") for place, words in enumerate(sentences)]


def _rows(files: pd.DataFrame, findings: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Rows read, accepted and refused; red where any was."""
    if files.empty:
        return [("rows", "no upload", "")]
    read, refused = int(files["rows_read"].sum()), int(files["rows_refused"].sum())
    counts = findings_count(findings)
    told = [("rows", f"{read:,} read, {read - refused:,} accepted", "")]
    if refused or counts[ERROR]:
        told.append(("refused", f"{refused:,} rows, {_count(counts[ERROR], 'error')}", BAD))
    if counts[WARNING]:
        told.append(("warnings", f"{counts[WARNING]:,}", ""))
    return told


def _ties(outcome: Outcome) -> str:
    """A run that fails a proof is refused and never gets here."""
    files = "; the files total the ledger" if outcome.folder else ""
    return f"every price, allocation, contract and journal entry adds up{files}"


def _next(outcome: Outcome, dry_run: bool) -> list[str]:
    record = outcome.record
    told = []
    if dry_run:
        return ["nothing was posted, stored or written: run it without --dry-run"]
    if record.refused and outcome.folder:
        told.append(f"correct {outcome.folder / 'rejections.xlsx'}, and load it again")
    if outcome.folder is None:
        told.append(f"milestone-billing export {record.run_id} --out OUT writes the files")
    elif len(record.lines_for_receivables) and (outcome.folder / "ar").is_dir():
        told.append(
            f"load {outcome.folder / 'ar'} into Receivables, then: milestone-billing confirm ANSWER"
        )
    elif len(record.bill_lines) or len(record.revenue_events):
        told.append(f"hand over the files in {outcome.folder}")
    return told or ["nothing is left to do"]


def _findings(findings: pd.DataFrame) -> list[RenderableType]:
    """The first error and warning of each kind, with its place and what to do."""
    told = findings[findings["severity"].isin([ERROR, WARNING])]
    kinds = told.drop_duplicates(["severity", "code"])
    order = np.argsort((kinds["severity"] != ERROR).to_numpy(), kind="stable")
    shown = kinds.iloc[order].head(MOST_SHOWN)
    if shown.empty:
        return []
    table = _facts()
    for row in shown.itertuples():
        code = Text(str(row.code), BAD if row.severity == ERROR else "")
        table.add_row(code, f"{place_of(row)}: {row.message}")
    more = len(told) - len(shown)
    rest = [Text(f"… {more:,} more errors and warnings in findings.csv")] if more else []
    return [Text(""), table, *rest]


def _planned(outcome: Outcome) -> list[RenderableType]:
    """The first lines that a dry run would post; the plain text has them all."""
    lines = outcome.record.bill_lines
    shown = lines.head(MOST_LINES)
    if shown.empty:
        return []
    amounts = money.readable_text(shown["amount_minor"], money.exponents_of(shown["currency"]))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for heading in ("would post", "dated"):
        table.add_column(heading, overflow="fold")
    table.add_column("amount", justify="right", no_wrap=True)
    for row, amount in zip(shown.itertuples(), amounts.to_pylist(), strict=True):
        table.add_row(
            str(row.bill_line_id), f"{row.bill_date:%Y-%m-%d}", f"{row.currency} {amount}"
        )
    more = len(lines) - len(shown)
    rest = [Text(f"… {more:,} more lines: --dry-run | less, or --json")] if more else []
    return [Text(""), table, *rest]


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit}{'' if number == 1 else 's'}"
