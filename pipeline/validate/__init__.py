"""Validate: text frames, and what the store holds of the same subscriptions, become accepted typed
rows and findings. Pure: no file, no store, no clock.

A subscription is accepted or refused as one; so is a template with its milestones, and every other
reference row by itself (DESIGN 4).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

import schemas
from pipeline.findings import ERROR, join_findings
from pipeline.frames import look_up, match
from pipeline.read import Inputs, Sheet
from pipeline.record import RefusedSheet
from pipeline.settings import ON_COMPLETION
from pipeline.validate import views
from pipeline.validate.action_views import action_view, adjustment_view
from pipeline.validate.check import check_cells, check_rules
from pipeline.validate.derived import line_parts
from pipeline.validate.doubtful import without_doubtful_plans, without_doubtful_terms
from pipeline.validate.faults import NO_VALUE, join_faults, without_repeats
from pipeline.validate.merge import (
    copied_flags,
    drop_repeated,
    fill_absent,
    fill_defaults,
    has_whole_key,
    is_changed,
    merge,
    template_copies,
)  # fmt: skip
from pipeline.validate.parse import Parsed, parse_table
from pipeline.validate.refuse import (
    Refusal,
    faults_of_reading,
    findings_of,
    not_refused,
    refusal_of,
    refuse_linked,
    refused_sheets,
    rows_by_file,
)  # fmt: skip
from pipeline.validate.renewal import linked_units, made_by_actions, told_at_actions
from schemas.cells import arrow_texts

LINE_ID = "bill_line_id"
SUBSCRIPTION_TABLES = (
    "actions", "subscriptions", "subscription_lines", "phases", "charges", "milestones",
    "adjustments",
)  # fmt: skip
"""The tables of contracts; the actions first, because they make rows of the others."""


@dataclass(frozen=True)
class Held:
    """What the store holds that tonight's upload must agree with.

    `tables`: every table's current rows (model columns, for charges also template_billing and
    template_revenue, then source and row); of the subscription tables only those of the mentioned
    subscriptions. `posted`: their net posted amounts by subscription_number, charge_number, what.
    `recognised`: those of which revenue has been recognised. `sources`: source, file, sheet of
    stored rows.
    """

    tables: Mapping[str, pd.DataFrame]
    posted: pd.DataFrame
    recognised: pd.Series
    products_with_milestones: pd.Series
    sources: pd.DataFrame

    @staticmethod
    def of_nothing() -> "Held":
        """What an empty store holds."""
        at = pd.DataFrame({"source": [], "row": []}, dtype="int64")
        tables = {
            name: pd.concat([schemas.empty(one), at], axis=1)
            for name, one in schemas.TABLES.items()
        }
        flags = pd.DataFrame({"template_billing": [], "template_revenue": []}, dtype="str")
        tables["charges"] = pd.concat([tables["charges"], flags], axis=1)
        posted = ["subscription_number", "charge_number", "what"]
        sources = pd.DataFrame({"source": [], "file": [], "sheet": []}, dtype="str")
        return Held(
            tables=tables,
            posted=pd.DataFrame(columns=posted, dtype="str").assign(amount_minor=0),
            recognised=pd.Series([], dtype="str"),
            products_with_milestones=pd.Series([], dtype="str"),
            sources=sources.astype({"source": "int64"}),
        )


@dataclass(frozen=True)
class Validated:
    """Tonight's upload, judged.

    `accepted`: per table the rows to store (new or changed), with source, row and replaces (bool).
    `contracts`: per table the rows in force after acceptance (subscription tables: of the mentioned
    subscriptions). `files`: file, sha256, rows_read, rows_accepted, rows_refused.
    `refused`: refused rows by the sheet's place in the upload.
    """

    accepted: dict[str, pd.DataFrame]
    contracts: dict[str, pd.DataFrame]
    findings: pd.DataFrame
    refused: dict[int, RefusedSheet]
    files: pd.DataFrame

    @property
    def without_rows(self) -> "Validated":
        """What is told of the upload, when its rows are stored."""
        return replace(self, accepted={}, contracts={})

    @property
    def refused_in_order(self) -> tuple[RefusedSheet, ...]:
        """The refused rows by sheet, in the upload's order."""
        return tuple(self.refused[place] for place in sorted(self.refused))


def mentioned_subscriptions(inputs: Inputs) -> list[str]:
    """Every subscription number that stands in the upload, in order."""
    columns = [
        numbers
        for sheet in inputs.sheets
        for numbers in (subscriptions_in(sheet), column_of(sheet, "new_subscription_number"))
        if numbers is not None and sheet.table in SUBSCRIPTION_TABLES
    ]
    numbers = compute.unique(arrow.chunked_array(columns, arrow.large_string())).drop_null()
    return numbers.sort().to_pylist()


def subscriptions_in(sheet: Sheet) -> arrow.Array | None:
    """The subscription number of each row, missing where it has none; None of a sheet that is not of
    contracts, or has no such column."""
    if sheet.table not in SUBSCRIPTION_TABLES:
        return None
    lines = column_of(sheet, LINE_ID) if sheet.table == "adjustments" else None
    if lines is not None:
        return line_parts({LINE_ID: lines})["subscription_number"]
    return column_of(sheet, "subscription_number")


def column_of(sheet: Sheet, heading: str) -> arrow.Array | None:
    """The texts below a heading; None where the sheet has no such column."""
    if heading not in sheet.columns:
        return None
    return arrow_texts(sheet.cells[str(sheet.columns.index(heading))])


def validate_inputs(inputs: Inputs, held: Held, handover: str = ON_COMPLETION) -> Validated:
    """Judge the upload: every fault is found, and what has none is accepted.

    `handover` is the setting phase_handover, on which the terms of phases depend.
    """
    parsed = _parse(inputs, held)
    reading = faults_of_reading(inputs, parsed)
    references, reference_faults = _judge_references(parsed, held, reading)
    merged, subscription_faults = _judge_subscriptions(parsed, held, references.tables, handover)
    faults = join_faults(
        [
            reading,
            *(one.faults for one in parsed.values()),
            reference_faults,
            told_at_actions(subscription_faults, merged["actions"]),
        ]
    )
    refusal = refuse_linked(refusal_of(faults), linked_units(merged["actions"]))
    merged_all = {**references.merged, **merged}
    accepted = {name: _accepted(name, merged_all[name], held, refusal) for name in merged_all}
    sheets = refused_sheets(inputs, parsed, faults, refusal)
    return Validated(
        accepted={name: rows for name, rows in accepted.items() if len(rows)},
        contracts={
            **references.tables,
            **{name: _in_force(name, merged[name], held, refusal) for name in merged},
        },
        findings=_told_once(inputs, findings_of(inputs, held.sources, faults, sheets)),
        refused={place: sheet for place, sheet, _held_back in sheets},
        files=rows_by_file(inputs, sheets),
    )


def _told_once(inputs: Inputs, found: pd.DataFrame) -> pd.DataFrame:
    """All findings. That a sheet lacks a required column matters only where a row is new: an
    upload of a few columns changes rows that the store holds, and needs no more."""
    lacking = inputs.findings["code"] == "COL-02"
    missed = found[found["code"] == "VAL-01"]
    needed = match(inputs.findings, missed, ["file", "sheet", "column"]) >= 0
    return join_findings([inputs.findings[~lacking | needed], found])


@dataclass(frozen=True)
class _References:
    """Reference tables: as uploaded over stored (`merged`), and as in force (`tables`)."""

    merged: dict[str, pd.DataFrame]
    tables: dict[str, pd.DataFrame]


def _parse(inputs: Inputs, held: Held) -> dict[str, Parsed]:
    """Every uploaded table, typed. The currency of an amount is its subscription's."""
    by_table: dict[str, list[tuple[int, Sheet]]] = {name: [] for name in schemas.TABLES}
    for place, sheet in enumerate(inputs.sheets):
        by_table[sheet.table].append((-place - 1, sheet))
    parsed: dict[str, Parsed] = {}

    def currencies(numbers: pd.Series) -> pd.Series:
        frame = pd.DataFrame({"subscription_number": numbers})
        stored = held.tables["subscriptions"]
        uploaded = parsed["subscriptions"].rows
        uploaded = uploaded[uploaded["currency"].notna()]
        kept = look_up(
            stored["currency"], match(frame, stored, ["subscription_number"]), numbers.index
        )
        given_at = match(frame, uploaded, ["subscription_number"])
        return look_up(uploaded["currency"], given_at, numbers.index).fillna(kept)

    for name, model in schemas.TABLES.items():
        parsed[name] = parse_table(model, by_table[name], currencies)
    return parsed


def _uploaded_rows(
    name: str, parsed: Parsed, base: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The uploaded rows that can be merged (one per key, the key whole), and the faults of cells."""
    model = schemas.TABLES[name]
    keys = schemas.keys_of(model)
    if parsed.rows.empty:
        return parsed.rows, join_faults([])
    filled = fill_absent(parsed.rows, base, match(parsed.rows, base, keys), parsed)
    single, repeated = drop_repeated(model, filled)
    rows = fill_defaults(model, single)
    faults = check_cells(model, rows, parsed.faulty.loc[rows.index])
    whole = has_whole_key(rows, [*keys, *schemas.unit_of(model)])
    return rows[whole], join_faults([repeated, faults])


def _judge_references(
    parsed: dict[str, Parsed], held: Held, reading: pd.DataFrame
) -> tuple[_References, pd.DataFrame]:
    merged: dict[str, pd.DataFrame] = {}
    tables: dict[str, pd.DataFrame] = {}
    all_faults = []
    for family in (
        ("customers",),
        ("products",),
        ("lookups",),
        ("templates", "template_milestones"),
    ):
        faults = [reading, *(parsed[name].faults for name in family)]
        for name in family:
            stored = held.tables[name]
            rows, found = _uploaded_rows(name, parsed[name], stored)
            merged[name] = merge(rows, stored, stored, schemas.keys_of(schemas.TABLES[name]))
            faults.append(found)
            all_faults.append(found)
        found = _check_family(family, merged, tables, held)
        all_faults.append(found)
        refusal = refusal_of(join_faults([*faults, found]))
        tables |= {name: _in_force(name, merged[name], held, refusal) for name in family}
    return _References(merged, tables), join_faults(all_faults)


def _check_family(
    family: tuple[str, ...],
    merged: dict[str, pd.DataFrame],
    tables: dict[str, pd.DataFrame],
    held: Held,
) -> pd.DataFrame:
    """The rules of a family of reference tables."""
    if family == ("products",):
        view = views.product_view(merged["products"], held.products_with_milestones)
        return check_rules("products", view[view["uploaded"]], "products", ["product_code"])
    if "templates" in family:
        rows = merged["template_milestones"]
        stored = held.tables["template_milestones"]
        view = views.template_milestone_view(rows, stored, merged["templates"], tables["lookups"])
        plans = views.template_plan_view(rows)
        return join_faults(
            [
                check_rules(
                    "template_milestones", view[view["uploaded"]], "template_milestones",
                    ["template_code"],
                ),
                check_rules("template_plans", plans, "template_milestones", ["template_code"]),
            ]
        )  # fmt: skip
    return join_faults([])


def _judge_subscriptions(
    parsed: dict[str, Parsed], held: Held, references: dict[str, pd.DataFrame], handover: str
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    merged: dict[str, pd.DataFrame] = {}
    faults = []
    for name in SUBSCRIPTION_TABLES:
        merged[name], found = _merge_table(name, parsed[name], held, merged, references)
        faults.append(found)
    everything = {**references, **merged}
    charges = views.charge_view(everything, held.tables, held.posted)
    milestones = views.milestone_view(everything, held.tables, held.posted, charges)
    unread = join_faults([parsed[name].faults for name in SUBSCRIPTION_TABLES])
    cells = join_faults([unread, *faults])
    phases = views.phase_view(everything, held.tables, held.posted, handover)
    judged = {
        "subscriptions": views.subscription_view(
            everything, held.tables, held.posted, held.recognised
        ),
        "subscription_lines": views.line_view(everything, held.tables, held.posted),
        "phases": without_doubtful_terms(phases, cells, parsed),
        "charges": charges,
        "milestones": milestones,
        "plans": without_doubtful_plans(views.plan_view(milestones, charges), cells, parsed),
        "actions": action_view(everything, held.tables, charges),
        "adjustments": adjustment_view(everything, held.posted, charges, milestones),
    }
    against_rules = join_faults(
        check_rules(view, rows, "milestones" if view == "plans" else view, ["subscription_number"])
        for view, rows in judged.items()
    )
    told = without_repeats(join_faults(faults), unread)
    return merged, join_faults([told, without_repeats(against_rules, cells, NO_VALUE)])


def _merge_table(
    name: str,
    parsed: Parsed,
    held: Held,
    so_far: dict[str, pd.DataFrame],
    references: dict[str, pd.DataFrame],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table's rows: the uploaded ones over what is stored, and over what a template or an action
    uploaded with them makes; and the faults of its cells.

    AMEND copies the charge 1 as 1-2, and a row of this upload says amount 800.00 of 1-2: all else of
    it is as charge 1 has it.
    """
    stored = base = held.tables[name]
    if name == "milestones":
        base = _with_copies(
            name, stored,
            template_copies(
                so_far["charges"], held.tables["charges"], references["template_milestones"]
            ),
        )  # fmt: skip

    def merged_over(base: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        rows, faults = _uploaded_rows(name, parsed, base)
        merged = merge(rows, stored, base, schemas.keys_of(schemas.TABLES[name]))
        if name == "charges":
            merged = copied_flags(merged, stored, references["templates"])
        return merged, faults

    merged, faults = merged_over(base)
    if name == "actions":
        return merged, faults
    made = made_by_actions(name, merged, so_far)
    return merged_over(_with_copies(name, base, made)) if len(made) else (merged, faults)


def _with_copies(name: str, base: pd.DataFrame, copies: pd.DataFrame) -> pd.DataFrame:
    """Below what stands, the copies whose key is not there yet."""
    fresh = copies[match(copies, base, schemas.keys_of(schemas.TABLES[name])) < 0]
    if fresh.empty:
        return base
    below = fresh.reindex(columns=base.columns)
    return pd.concat([base, below], ignore_index=True).astype(base.dtypes.to_dict())


def _accepted(name: str, merged: pd.DataFrame, held: Held, refusal: Refusal) -> pd.DataFrame:
    """The rows of a table to store: new or changed, of units that were not refused."""
    stored = held.tables[name]
    names = [column.name for column in schemas.columns_of(schemas.TABLES[name])]
    extra = ["template_billing", "template_revenue"] if name == "charges" else []
    kept = merged[not_refused(name, merged, refusal)]
    changed = kept[is_changed(kept, stored, [*names, *extra])]
    return changed[[*names, *extra, "source", "row"]].assign(
        replaces=(changed["stored_at"] >= 0).to_numpy()
    )


def _in_force(name: str, merged: pd.DataFrame, held: Held, refusal: Refusal) -> pd.DataFrame:
    """The rows of a table after acceptance: a refused unit stays as the store holds it."""
    stored = held.tables[name]
    columns = list(stored.columns)
    kept = merged.loc[not_refused(name, merged, refusal), columns]
    stays = stored[~not_refused(name, stored, refusal)]
    if stays.empty:
        return kept.reset_index(drop=True)
    return pd.concat([kept, stays], ignore_index=True)


def has_errors(findings: pd.DataFrame) -> bool:
    """Whether any finding is an error: something was refused, or could not be read."""
    return bool((findings["severity"] == ERROR).any())
