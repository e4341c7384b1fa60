"""The contract as it stood: who, what, from when to when, and in which state. Pure."""

import datetime
from typing import Any

import pandas as pd

from pipeline.explain.kept import Kept, actions_at, contracts_at, rows_of
from pipeline.explain.origins import cell_texts, exponent_of
from pipeline.life import contracts_as_of
from pipeline.phases import phase_terms
from schemas import TABLES, columns_of


def contract_account(
    kept: Kept, charge_number: str, import_number: int | None, as_of: datetime.date, handover: str
) -> dict[str, Any]:
    """The contract, the line and the charge, as they stood after an import on a day: plain values,
    in the headings' words; blanks are left out."""
    contracts = contracts_as_of(contracts_at(kept, import_number), as_of)
    charges = _of(contracts["charges"], charge_number=charge_number)
    line = "".join(charges["line_number"].head(1))
    phase = "".join(charges["phase_number"].dropna().head(1))
    phases = phase_terms(contracts["phases"], contracts["subscriptions"], handover)
    return {
        "as_of": as_of.isoformat(),
        "subscription": _first(kept, "subscriptions", contracts["subscriptions"]),
        "customer": _first(kept, "customers", _named(contracts, "customers", "customer_number")),
        "line": _first(
            kept, "subscription_lines", _of(contracts["subscription_lines"], line_number=line)
        ),
        "charge": _first(kept, "charges", charges),
        "phase": _phase(kept, _of(phases, phase_number=phase)) if phase else {},
        "actions": actions_account(kept, import_number, as_of),
    }


def actions_account(
    kept: Kept, import_number: int | None, as_of: datetime.date
) -> list[dict[str, Any]]:
    """The contract's actions in force on a day: what, from when on, and where it was uploaded."""
    in_force = actions_at(kept, import_number, as_of)
    return [
        {"action": row.action, "concerns": row.concerns,
         "effective_date": f"{row.effective_date:%Y-%m-%d}",
         "reason": "" if pd.isna(row.reason) else row.reason, **place}
        for row, place in zip(
            rows_of(in_force), addresses(kept, in_force), strict=True
        )
    ]  # fmt: skip


def addresses(kept: Kept, rows: pd.DataFrame) -> list[dict[str, Any]]:
    """File, sheet, row and time of upload of each row (source, row)."""
    at = pd.Index(kept.origins["source"]).get_indexer(rows["source"])
    origins = kept.origins.iloc[at]
    return [
        {"file": origin.file, "sheet": origin.sheet, "row": int(row),
         "uploaded_at": origin.uploaded_at}
        for origin, row in zip(rows_of(origins), rows["row"], strict=True)
    ]  # fmt: skip


def _of(rows: pd.DataFrame, **key: str) -> pd.DataFrame:
    for name, value in key.items():
        rows = rows[(rows[name] == value).fillna(False).to_numpy(bool)]
    return rows


def _named(contracts: dict[str, pd.DataFrame], table: str, key: str) -> pd.DataFrame:
    return contracts[table][contracts[table][key].isin(contracts["subscriptions"][key])]


def _first(kept: Kept, table: str, rows: pd.DataFrame) -> dict[str, str]:
    """The first of some rows as heading and text; parts of a contract don't repeat its number."""
    row = rows.head(1)
    left_out = "" if table == "subscriptions" else "subscription_number"
    exponent = exponent_of(kept)
    texts = {
        column.heading: cell_texts(row, column, exponent).tolist()
        for column in columns_of(TABLES[table])
        if column.name in row and column.name != left_out
    }
    return {name: str(text[0]) for name, text in texts.items() if text and pd.notna(text[0])}


def _phase(kept: Kept, phases: pd.DataFrame) -> dict[str, str]:
    """A phase with its term."""
    days = {
        name: f"{day:%Y-%m-%d}"
        for name in ("starts_on", "ends_before")
        for day in phases[name].head(1)
        if pd.notna(day)
    }
    return _first(kept, "phases", phases) | days
