"""The Summary's blocks on what was uploaded: the findings, and the files with their rows."""

from collections.abc import Sequence

import pandas as pd

from pipeline.findings import ERROR, INFO, WARNING
from pipeline.report.layout import Detail
from pipeline.report.page import Page

SEVERITIES = (ERROR, WARNING, INFO)
MOST_LETTERS = 105


def write_findings(page: Page, detail: Detail, findings: pd.DataFrame, refused: int) -> None:
    """How many findings there are, by severity and code, with the first one's words; codes lead to
    it."""
    page.section("What is wrong", "" if findings.empty else _told(refused, detail))
    if findings.empty:
        page.line("0 findings", "plain")
        return
    page.headings(["Severity", "Code", "Count", "The first one says"], right=[2])
    for severity, code, count, first in _counted(findings):
        page.text(0, severity)
        if first < len(detail.rows):
            page.link(1, detail.sheet.tab, code, f"A{detail.heading_row + 2 + first}")
        else:
            page.text(1, code)
        live = f"=COUNTIFS(Findings[Severity],{page.cell(0)},Findings[Code],{page.cell(1)})"
        page.count(2, count, "" if detail.is_cut else live)
        page.text(3, _shortened(str(findings["message"].iloc[first])), "plain")
        page.row += 1


def _told(refused: int, detail: Detail) -> str:
    """`12 rows refused, to be corrected in rejections.xlsx. Live totals of the sheet Findings`"""
    note = detail.source_note.split(";")[0].removesuffix(".") + "."
    if not refused:
        return f"0 rows refused. {note}"
    rows = "1 row" if refused == 1 else f"{refused:,} rows"
    return f"{rows} refused: correct them in rejections.xlsx, and load that. {note}"


def _shortened(text: str) -> str:
    """As much as the rest of the page holds, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_LETTERS else line[: MOST_LETTERS - 2].rstrip() + " …"


def _counted(findings: pd.DataFrame) -> Sequence[tuple[str, str, int, int]]:
    """Findings by severity, the gravest first, and code: how many, and the place of the first."""
    places = findings[["severity", "code"]].assign(place=range(len(findings)))
    counts = places.groupby(["severity", "code"])["place"].agg(["size", "min"]).reset_index()
    columns = (counts[name].tolist() for name in ("severity", "code", "size", "min"))
    listed: list[tuple[str, str, int, int]] = list(zip(*columns, strict=True))
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
