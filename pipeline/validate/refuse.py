"""Refusal: which units and rows are refused, what each is told, and how the rows add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

import schemas
from pipeline.findings import ERROR, INFO, tidy_findings
from pipeline.frames import look_up, match
from pipeline.read import Inputs, is_ours
from pipeline.record import NOTHING_TO_CORRECT, RefusedSheet
from pipeline.validate.faults import COLUMNS, fill_in, no_faults, unit_texts
from pipeline.validate.parse import Parsed

HELD_BACK = (
    "held back with {family} {unit}, of which another row has an error: " + NOTHING_TO_CORRECT
)
ON_STORED_ROW = " (this row was stored by an earlier upload)"


@dataclass(frozen=True)
class Refusal:
    """What is refused: units by family, and single rows that belong to no unit."""

    units: dict[str, set[str]]
    rows: pd.DataFrame


def family_of(table: str) -> str:
    """Tables whose rows are accepted or refused together share a family.

    >>> family_of("charges"), family_of("template_milestones"), family_of("products")
    ('subscription', 'template', 'product')
    """
    unit = schemas.unit_of(schemas.MODELS[table])[0]
    return unit.removesuffix("_number").removesuffix("_code").removesuffix("_type")


def refusal_of(faults: pd.DataFrame) -> Refusal:
    """The units and rows that have an error."""
    errors = faults[faults["severity"] == ERROR]
    families = errors["table"].map({name: family_of(name) for name in schemas.TABLES})
    named = errors["unit"] != ""
    units: dict[str, set[str]] = {
        str(family): set(errors.loc[named & (families == family), "unit"])
        for family in families.unique()
    }
    return Refusal(units, errors.loc[~named, ["source", "row"]].drop_duplicates())


def refuse_linked(refusal: Refusal, linked: pd.DataFrame) -> Refusal:
    """A contract that an action makes is refused with the one that it is made from, and the other
    way round; so along a chain of them."""
    refused = set(refusal.units.get("subscription", set()))
    while len(linked) and refused:
        touched = linked.isin(refused)
        half = linked[touched.any(axis=1) & ~touched.all(axis=1)]
        if half.empty:
            break
        refused |= set(half.to_numpy().ravel().tolist())
    return Refusal({**refusal.units, "subscription": refused}, refusal.rows)


def not_refused(table: str, rows: pd.DataFrame, refusal: Refusal) -> np.ndarray:
    """True for rows whose unit is not refused (rows without a unit are never merged)."""
    refused = refusal.units.get(family_of(table), set())
    if not refused:
        return np.ones(len(rows), bool)
    units = pd.Series(unit_texts(rows, schemas.unit_of(schemas.MODELS[table])), dtype="str")
    return ~units.isin(refused).to_numpy()


def faults_of_reading(inputs: Inputs, parsed: Mapping[str, Parsed]) -> pd.DataFrame:
    """Errors that reading found at a data row: they refuse the row's unit as any other error does.

    They are findings already, so they carry no code here and are not reported again.
    """
    errors = inputs.findings[(inputs.findings["severity"] == ERROR) & (inputs.findings["row"] > 0)]
    frames = [no_faults()]
    for place, sheet in enumerate(inputs.sheets):
        here = errors[(errors["file"] == sheet.file) & (errors["sheet"] == sheet.sheet)]
        if here.empty:
            continue
        rows = parsed[sheet.table].rows
        at_fault = rows[(rows["source"] == -place - 1) & rows["row"].isin(here["row"])]
        said = here.merge(at_fault[["source", "row"]], on="row", how="inner")
        unit = unit_texts(at_fault, schemas.unit_of(schemas.MODELS[sheet.table]))
        units = at_fault[["row"]].assign(unit=unit)
        frames.append(
            said.merge(units, on="row", how="inner").assign(code="", table=sheet.table)[COLUMNS]
        )
    return pd.concat(frames, ignore_index=True)


def refused_sheets(
    inputs: Inputs, parsed: Mapping[str, Parsed], faults: pd.DataFrame, refusal: Refusal
) -> list[tuple[int, RefusedSheet, np.ndarray]]:
    """Every sheet with refused rows: its place, the rows, and which are only held back (bool)."""
    errors = faults[(faults["severity"] == ERROR) & (faults["source"] < 0)]
    found = []
    for place, sheet in enumerate(inputs.sheets):
        rows = parsed[sheet.table].rows
        here = rows[rows["source"] == -place - 1]
        own = errors[errors["source"] == -place - 1]
        refused = ~not_refused(sheet.table, here, refusal) | here["row"].isin(own["row"]).to_numpy()
        if not refused.any():
            continue
        numbers = here.loc[refused, "row"].reset_index(drop=True)
        said = _said(own).reindex(numbers.to_numpy())
        held_back = said["errors"].isna().to_numpy()
        units = unit_texts(here[refused], schemas.unit_of(schemas.MODELS[sheet.table]))
        told = pd.DataFrame({"family": family_of(sheet.table), "unit": units}, dtype="str")
        note = fill_in(HELD_BACK, told)
        kept = [place for place, heading in enumerate(sheet.headings) if not is_ours(heading)]
        found.append(
            (
                place,
                RefusedSheet(
                    table=sheet.table,
                    file=sheet.file,
                    sheet=sheet.sheet,
                    headings=tuple(sheet.headings[place] for place in kept),
                    cells=_renumbered(sheet.cells.loc[refused, [str(place) for place in kept]]),
                    row_numbers=numbers,
                    errors=said["errors"].reset_index(drop=True).fillna(note),
                    faulty=said["faulty"].fillna("").reset_index(drop=True),
                ),
                held_back,
            )
        )
    return found


def _renumbered(cells: pd.DataFrame) -> pd.DataFrame:
    return cells.set_axis([str(place) for place in range(cells.shape[1])], axis=1).reset_index(
        drop=True
    )


def _said(errors: pd.DataFrame) -> pd.DataFrame:
    """Per row number: its errors in one text, and the headings at fault (one per line)."""
    lines = errors.assign(
        errors=(errors["column"] + ": " + errors["message"]).str.removeprefix(": ")
    ).sort_values(["row", "column", "code", "errors"])
    return lines.groupby("row").agg(
        errors=("errors", lambda texts: "\n".join(dict.fromkeys(texts))),
        faulty=("column", lambda texts: "\n".join(dict.fromkeys(text for text in texts if text))),
    )


def findings_of(
    inputs: Inputs, stored_sources: pd.DataFrame, faults: pd.DataFrame,
    sheets: Sequence[tuple[int, RefusedSheet, np.ndarray]],
) -> pd.DataFrame:  # fmt: skip
    """The faults as findings, and a note for every row that is only held back."""
    told = faults[faults["code"] != ""].reset_index(drop=True)
    uploaded = pd.DataFrame(
        {
            "source": [-place - 1 for place in range(len(inputs.sheets))],
            "file": [sheet.file for sheet in inputs.sheets],
            "sheet": [sheet.sheet for sheet in inputs.sheets],
        }
    ).astype({"source": "int64", "file": "str", "sheet": "str"})
    sources = pd.concat([uploaded, stored_sources.astype({"source": "int64"})], ignore_index=True)
    at = match(told, sources, ["source"])
    stored = told["source"] > 0
    addressed = told.assign(
        file=look_up(sources["file"], at),
        sheet=look_up(sources["sheet"], at),
        message=told["message"].where(~stored, told["message"] + ON_STORED_ROW),
    )
    held = [
        pd.DataFrame(
            {
                "code": "HLD-01", "severity": INFO, "file": sheet.file, "sheet": sheet.sheet,
                "row": sheet.row_numbers[held_back], "message": sheet.errors[held_back],
            }
        )
        for _, sheet, held_back in sheets
        if held_back.any()
    ]  # fmt: skip
    return tidy_findings(pd.concat([addressed, *held], ignore_index=True))


def rows_by_file(
    inputs: Inputs, sheets: Sequence[tuple[int, RefusedSheet, np.ndarray]]
) -> pd.DataFrame:
    """How the rows of each file add up: read = accepted + refused."""
    read: dict[str, int] = {}
    refused: dict[str, int] = {}
    for sheet in inputs.sheets:
        read[sheet.file] = read.get(sheet.file, 0) + len(sheet.rows)
    for _, rejected, _ in sheets:
        refused[rejected.file] = refused.get(rejected.file, 0) + len(rejected.row_numbers)
    files = inputs.files[["file", "sha256"]]
    rows_read = files["file"].map(read).fillna(0).astype("int64")
    rows_refused = files["file"].map(refused).fillna(0).astype("int64")
    return files.assign(
        rows_read=rows_read, rows_accepted=rows_read - rows_refused, rows_refused=rows_refused
    )
