"""manifest.json: what a run read, what it wrote, and what it comes to. Written last."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.export.choice import targets_of
from pipeline.export.controls import amount_in_words
from pipeline.findings import ERROR, INFO, WARNING
from pipeline.record import RunRecord

MANIFEST = "manifest.json"


def write_manifest(record: RunRecord, controls: pd.DataFrame, folder: Path) -> None:
    """Write the manifest of a folder whose other files are complete; it holds no clock."""
    text = json.dumps(
        manifest_of(record, controls, folder), sort_keys=True, indent=2, ensure_ascii=False
    )
    (folder / MANIFEST).write_bytes(text.encode() + b"\n")


def manifest_of(record: RunRecord, controls: pd.DataFrame, folder: Path) -> dict[str, Any]:
    """What the manifest says, as plain values."""
    severities = record.findings["severity"].value_counts()
    longer = _longer_files(record, controls)
    return {
        "run_id": record.run_id,
        "as_of": record.as_of.isoformat(),
        "program_version": record.program_version,
        "targets": list(record.settings.targets),
        "inputs": record.inputs.sort_values(["file", "sha256"]).to_dict("records"),
        "outputs": [_output(path, folder) for path in _files(folder)],
        "counts": {
            "bill_lines": len(record.bill_lines),
            **({"resent_lines": len(record.resent)} if len(record.resent) else {}),
            "revenue_events": len(record.revenue_events),
            "journal_entries": int(record.journal["entry_id"].nunique()),
            "findings": {
                severity: int(severities.get(severity, 0)) for severity in (ERROR, WARNING, INFO)
            },
            "refused_rows": sum(len(sheet.cells) for sheet in record.refused),
        },
        **_scope(record),
        "control_totals": [
            {
                "file": total["file"],
                "business_unit": total["business_unit"],
                "currency": total["currency"],
                "rows": total["rows"],
                "amount": amount_in_words(total["amount_minor"], total["currency"]),
            }
            for total in controls.to_dict("records")
        ],
        **({"longer_than_lines_per_file": longer} if longer else {}),
    }


def _scope(record: RunRecord) -> dict[str, Any]:
    """How many contracts the run is about, where that is not all."""
    at = record.looked_at
    if at is None:
        return {}
    portion = {"portion": at.portion._asdict()} if at.portion else {}
    return {"contracts": {"looked_at": at.contracts, "of": at.of}, **portion}


def _longer_files(record: RunRecord, controls: pd.DataFrame) -> list[str]:
    """The interface files that one invoice, document or entry makes longer than the site wants; by the
    rows that carry amounts."""
    rows = controls.loc[controls["file"].str.contains("/")].groupby("file")["rows"].sum()
    tables = {path for target in targets_of(record.settings) for path in target.tables.values()}
    return [
        name for name in rows[rows > record.settings.lines_per_file].index if name not in tables
    ]


def _files(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST]
    return sorted(found, key=lambda path: path.relative_to(folder).as_posix())


def _output(path: Path, folder: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "file": path.relative_to(folder).as_posix(),
        "sha256": digest,
        "bytes": path.stat().st_size,
    }
