"""The Summary's blocks on what was uploaded: the findings, and the files with their rows."""

from collections.abc import Sequence

import pandas as pd

from pipeline.findings import ERROR, INFO, WARNING
from pipeline.report.layout import Detail
from pipeline.report.page import Page

SEVERITIES = (ERROR, WARNING, INFO)


def write_findings(page: Page, detail: Detail, findings: pd.DataFrame) -> None:
    """How many findings there are, by severity and code."""
    page.section("Findings", "" if findings.empty else detail.source_note.split(";")[0])
    if findings.empty:
        page.line("0 findings", "plain")
        return
    page.headings(["Severity", "Code", "Count"], right=range(2, 8))
    for severity, code, count in _counted(findings):
        page.text(0, severity)
        page.text(1, code)
        live = f"=COUNTIFS(Findings[Severity],{page.cell(0)},Findings[Code],{page.cell(1)})"
        page.count(2, count, "" if detail.is_cut else live)
        page.row += 1


def _counted(findings: pd.DataFrame) -> Sequence[tuple[str, str, int]]:
    """Findings by severity, the gravest first, and code."""
    counts = findings.groupby(["severity", "code"]).size().rename("count").reset_index()
    columns = (counts[name].tolist() for name in ("severity", "code", "count"))
    listed: list[tuple[str, str, int]] = list(zip(*columns, strict=True))
    rank = {severity: place for place, severity in enumerate(SEVERITIES)}
    return sorted(listed, key=lambda entry: (rank.get(entry[0], len(rank)), entry[1]))


def write_inputs(page: Page, inputs: pd.DataFrame) -> tuple[int, ...]:
    """The uploaded files; the rows, as people count, where they are written."""
    page.section("Inputs")
    if inputs.empty:
        page.line("no files", "plain")
        return ()
    page.headings(["File", "Rows read", "Accepted", "Refused", "SHA-256"], right=[1, 2, 3])
    rows = []
    columns = ("file", "rows_read", "rows_accepted", "rows_refused", "sha256")
    for file, read, accepted, refused, sha256 in zip(
        *(inputs[name].tolist() for name in columns), strict=True
    ):
        page.text(0, file)
        page.count(1, int(read))
        page.count(2, int(accepted))
        page.count(3, int(refused))
        page.text(4, sha256, "plain")
        page.row += 1
        rows.append(page.row)
    return tuple(rows)
