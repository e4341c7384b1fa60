"""What `confirm` says: how many lines are invoiced and rejected, and what is to be mended."""

from pathlib import Path
from typing import Any

from pipeline.confirm import Judged
from pipeline.screen import finding_words, findings_count, upload_words


def confirm_account(judged: Judged, out: Path) -> dict[str, Any]:
    """The figures of an upload of answers, as JSON holds them."""
    return {
        "invoiced": judged.invoiced,
        "rejected": judged.rejected,
        "told_before": judged.repeated,
        "rows_read": int(judged.files["rows_read"].sum()),
        "rows_accepted": int(judged.files["rows_accepted"].sum()),
        "rows_refused": int(judged.files["rows_refused"].sum()),
        "findings": findings_count(judged.findings),
        "folder": str(out),
    }


def confirm_words(judged: Judged, out: Path) -> str:
    """The same in a few lines, with the first findings."""
    told = f", {judged.repeated} told before" if judged.repeated else ""
    lines = [
        "Confirmed",
        f"  answers   {judged.invoiced} invoiced, {judged.rejected} rejected{told}",
        *upload_words(judged.files, judged.findings),
        f"  files     {out}",
    ]
    if judged.rejected:
        lines.append(
            "  next      the next run sends what is rejected again: correct its source first"
        )
    if judged.refused:
        lines.append(f"  correct   {out / 'rejections.xlsx'}, and confirm it again")
    return "\n".join([*lines, *finding_words(judged.findings)])
