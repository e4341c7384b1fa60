"""Upserts by key: the uploaded rows over what the store holds, and a template's copy under both."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

import schemas
from pipeline.findings import INFO
from pipeline.frames import code_groups, joined_keys, look_up, match
from pipeline.validate.derived import SHOWN_AT
from pipeline.validate.faults import faults_at, join_faults
from pipeline.validate.parse import Parsed
from schemas.inputs import InputTable
from schemas.rules import differs

REPEATED = (
    "the row with this key stands in this upload more than once, with different values: keep one"
)
READ_ONCE = "the same row stands in this upload more than once: it was read once, nothing to do"


def has_whole_key(rows: pd.DataFrame, keys: Sequence[str]) -> np.ndarray:
    """True where no part of the key is missing."""
    return rows[list(keys)].notna().all(axis=1).to_numpy(bool)


def drop_repeated(model: type[InputTable], rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows with one row per key, and the faults of those that stand twice (DESIGN 4).

    Equal rows are read once and noted; different ones are an error on each of them. Rows without a
    whole key are left as they are.
    """
    keys = schemas.keys_of(model)
    names = [column.name for column in schemas.columns_of(model)]
    whole = has_whole_key(rows, keys)
    repeated = pd.Series(whole, rows.index) & rows[keys].duplicated(keep=False)
    if not repeated.any():
        return rows, join_faults([])
    among = rows[repeated]
    groups, count = code_groups(joined_keys(among, keys))
    distinct_rows = ~among[names].duplicated().to_numpy()
    versions = np.bincount(groups[distinct_rows], minlength=count)
    clash = pd.Series(versions[groups] > 1, among.index)
    again = ~clash & among[keys].duplicated()
    unit, table = schemas.unit_of(model), schemas.table_of(model)
    heading = SHOWN_AT.get(keys[-1], keys[-1])  # no key is of those whose name is not the heading

    def noted(chosen: pd.DataFrame, code: str, message: str, **more: str) -> pd.DataFrame:
        value = chosen[heading].astype("str")
        return faults_at(
            chosen, table=table, code=code, column=heading, value=value, message=message,
            unit=unit, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    faults = join_faults(
        [
            noted(among[clash], "KEY-01", REPEATED),
            noted(among[again], "KEY-02", READ_ONCE, severity=INFO),
        ]
    )
    surplus = among.index[(again | (clash & among[keys].duplicated())).to_numpy()]
    return rows.drop(index=surplus), faults


def fill_absent(
    rows: pd.DataFrame, base: pd.DataFrame, at: np.ndarray, parsed: Parsed
) -> pd.DataFrame:
    """Columns that a sheet doesn't have say nothing: the row keeps what stood before.

    A blank cell in a column that the sheet has clears the value.
    """
    filled = {}
    for name, sources in parsed.absent.items():
        if sources and len(base):
            silent = rows["source"].isin(sources).to_numpy() & (at >= 0)
            if silent.any():
                filled[name] = rows[name].where(~silent, look_up(base[name], at, rows.index))
    return rows.assign(**filled)


def fill_defaults(model: type[InputTable], rows: pd.DataFrame) -> pd.DataFrame:
    """Blank codes and flags take the model's default."""
    standard = {
        column.name: column.default
        for column in schemas.columns_of(model)
        if column.default in column.allowed
    }
    return rows.assign(**{name: rows[name].fillna(value) for name, value in standard.items()})


def merge(
    rows: pd.DataFrame, stored: pd.DataFrame, base: pd.DataFrame, keys: list[str]
) -> pd.DataFrame:
    """The uploaded rows and those of the base that were not uploaded.

    Adds: uploaded (bool); stored_at (int64: the place of the row's stored version in `stored`, -1
    where there is none). `base` is `stored`, under it the template's copies.
    """
    if base.empty:
        return rows.assign(uploaded=True, stored_at=-1).reset_index(drop=True)
    rest = base[match(base, rows, keys) < 0]
    joined = pd.concat([rows.assign(uploaded=True), rest.assign(uploaded=False)], ignore_index=True)
    return joined.assign(stored_at=match(joined, stored, keys))


def is_changed(merged: pd.DataFrame, stored: pd.DataFrame, names: Sequence[str]) -> np.ndarray:
    """True where a row is new or any of its values differs from the stored one."""
    at = merged["stored_at"].to_numpy()
    changed = at < 0
    if len(stored):
        for name in names:
            changed |= differs(merged[name], look_up(stored[name], at, merged.index)).to_numpy()
    return changed


def template_copies(
    charges: pd.DataFrame, stored_charges: pd.DataFrame, template_milestones: pd.DataFrame
) -> pd.DataFrame:
    """The milestones that charges take over from their template, when first accepted with it.

    TPL-08. `charges` are the merged charges; the copies have the columns of milestones, and the
    source and row of the template's milestone.
    """
    milestone_columns = schemas.empty(schemas.TABLES["milestones"])
    already = look_up(
        stored_charges["template_code"], charges["stored_at"].to_numpy(), charges.index
    )
    taking = charges[charges["template_code"].notna() & already.isna() & charges["uploaded"]]
    copied = taking[["subscription_number", "charge_number", "template_code"]].merge(
        template_milestones, on="template_code", how="inner", validate="many_to_many"
    )
    return (
        copied.reindex(columns=[*milestone_columns.columns, "source", "row"])
        .astype({**milestone_columns.dtypes.astype(str).to_dict(), "source": "int64", "row": "int64"})
    )  # fmt: skip


def copied_flags(
    charges: pd.DataFrame, stored_charges: pd.DataFrame, templates: pd.DataFrame
) -> pd.DataFrame:
    """The charges with the template's flags as they were when the copy was taken.

    Adds template_billing and template_revenue (Y, N, or missing without a template).
    """
    at = charges["stored_at"].to_numpy()
    taken_before = look_up(stored_charges["template_code"], at, charges.index).notna()
    template_at = match(charges, templates, ["template_code"])
    return charges.assign(
        **{
            copied: look_up(stored_charges[copied], at, charges.index).where(
                taken_before, look_up(templates[flag], template_at, charges.index)
            )
            for copied, flag in (
                ("template_billing", "milestone_billing"),
                ("template_revenue", "milestone_revenue"),
            )
        }
    )
