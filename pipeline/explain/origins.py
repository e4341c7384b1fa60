"""Where values came from: the file, the sheet and the row of each, and when that was uploaded. Pure.

A version takes over what its upload left out, so a value comes from the first version of the unbroken
run of versions that have it. What a template or an action gave leads to their row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

import schemas
from pipeline import money
from pipeline.explain.kept import Kept, makers_of, stood_at, version_at
from pipeline.frames import look_up, match
from pipeline.read.naming import heading_key
from pipeline.words import as_series, day_text, number_text
from schemas import cells
from schemas.rules import differs

ON_CHARGE = ["subscription_number", "charge_number"]
OF_VERSION = ["source", "row", "import_number", *ON_CHARGE, "event_type", "sequence"]
UPLOADED, TEMPLATE, ACTION, DEFAULT = "UPLOADED", "TEMPLATE", "ACTION", "DEFAULT"
FROM_TEMPLATE = ["template_code", "event_type", "sequence"]
COLUMNS = [
    "table", "element", "column", "value", "how", "file", "sheet", "row", "heading", "import",
    "uploaded_at", "note",
]  # fmt: skip
ORDER = ("adjustments", "milestones", "template_milestones", "templates", "charges", "phases",
         "subscription_lines", "subscriptions", "products", "customers", "actions")  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Values to be traced: these columns of the rows of a table that stand at these places."""

    table: str
    columns: Sequence[str]
    at: np.ndarray


def origins_of(kept: Kept, wanted: Sequence[Wanted]) -> pd.DataFrame:
    """Each value that is not blank, and where it came from (COLUMNS; row int64, 0 for none).

    The amount of S-1:10:M2 came with its charge in March and its percent with the template, its
    completion date yesterday: three values, three files.
    """
    found = [
        _values(kept, one.table, column, one.at)
        for one in wanted
        for column in schemas.columns_of(schemas.TABLES[one.table])
        if column.name in one.columns and len(one.at)
    ]
    values = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)
    if values.empty:
        return (
            values.reindex(columns=COLUMNS)
            .astype("str")
            .astype({"row": "int64", "import": "int64"})
        )
    traced = _from_action(kept, _from_template(kept, _described(kept, values)))
    rank = traced["table"].map({name: place for place, name in enumerate(ORDER)})
    first_seen = pd.Index(traced["element"].unique()).get_indexer(traced["element"])
    ordered = traced.assign(rank=rank, place=first_seen).sort_values(
        ["rank", "place"], kind="stable", ignore_index=True
    )
    return ordered[COLUMNS].astype({"row": "int64", "import": "int64"})


def value_places(versions: pd.DataFrame, keys: Sequence[str], name: str) -> np.ndarray:
    """For each version, the place of the version from which it has its value of a column.

    `versions` are sorted by key, then import.

    >>> rows = pd.DataFrame({"key": ["a", "a", "a", "b"], "x": [1, 1, 2, 2]})
    >>> value_places(rows, ["key"], "x").tolist()
    [0, 0, 2, 3]
    """
    if versions.empty:
        return np.zeros(0, np.int64)
    changed = is_first(versions, keys) | differs(versions[name], versions[name].shift()).to_numpy(
        bool
    )
    return np.maximum.accumulate(np.where(changed, np.arange(len(versions)), 0))


def is_first(versions: pd.DataFrame, keys: Sequence[str]) -> np.ndarray:
    """True for the first version of each key."""
    return ~versions[list(keys)].duplicated().to_numpy(bool)


def element_words(table: str, rows: pd.DataFrame) -> pd.Series:
    """What each row is, such as `billing milestone 2 of charge 10`."""
    if table == "milestones":
        kind = rows["event_type"].str.lower() + " milestone " + rows["sequence"].astype("str")
        return kind + " of charge " + rows["charge_number"]
    if table == "template_milestones":
        kind = rows["event_type"].str.lower() + " milestone " + rows["sequence"].astype("str")
        return kind + " of template " + rows["template_code"]
    if table == "actions":
        day = as_series(day_text(rows["effective_date"]), rows.index)
        return rows["action"] + " of " + rows["concerns"] + " from " + day
    if table == "adjustments":
        return "adjustment of " + rows["bill_line_id"]
    name = {"subscription_lines": "line"}.get(table, table.removesuffix("s"))
    return f"{name} " + rows[schemas.keys_of(schemas.TABLES[table])[-1]]


def cell_texts(rows: pd.DataFrame, column: schemas.Column, exponent: int) -> pd.Series:
    """A column as a person would type it; missing where it is blank."""
    values = rows[column.name]
    given = values.notna()
    if column.kind == cells.MONEY:
        texts = money.as_text(values.fillna(0).astype("int64"), np.full(len(rows), exponent))
    elif column.kind == cells.PERCENT:
        texts = money.percent_text(values.fillna(0).astype("int64"))
    elif column.kind == cells.WHOLE:
        texts = number_text(values.fillna(0).astype("int64"))
    elif column.kind == cells.DATE:
        texts = day_text(values)
    else:
        return values.astype("str")
    return as_series(texts, rows.index).where(given)


def exponent_of(kept: Kept) -> int:
    """The decimals of the contract's currency."""
    return int(money.exponents_of(kept.versions["subscriptions"]["currency"].tail(1))[-1])


def _values(kept: Kept, table: str, column: schemas.Column, at: np.ndarray) -> pd.DataFrame:
    """One column of some rows: table, element, column, value, note, and beside them the version that
    each value comes from, as OF_VERSION says. Blanks are left out."""
    versions = kept.versions[table]
    at = at[versions[column.name].notna().to_numpy(bool)[at]]
    rows = versions.iloc[at].reset_index(drop=True)
    first = value_places(versions, schemas.keys_of(schemas.TABLES[table]), column.name)[at]
    origin = versions.iloc[first].reset_index(drop=True).reindex(columns=OF_VERSION)
    texts = cell_texts(rows, column, exponent_of(kept))
    has_default = column.default in column.allowed
    told = f"{column.default}, for which a blank stands too"
    note = pd.Series("", rows.index, dtype="str")
    return origin.assign(
        table=table, element=element_words(table, rows), column=column.heading, name=column.name,
        value=texts, note=note.where(~(has_default & (texts == column.default)), told),
    )  # fmt: skip


def _described(kept: Kept, values: pd.DataFrame) -> pd.DataFrame:
    """The values with the address of each (source, row), and the heading that its sheet has for the
    column: how (UPLOADED, or DEFAULT where the sheet has no such column), file, sheet, uploaded_at,
    heading."""
    places = pd.Index(kept.origins["source"]).get_indexer(values["source"])
    typed = look_up(
        kept.headings["typed"],
        match(values.assign(key=_keys(values["column"])), kept.headings, ["source", "key"]),
        values.index,
    )
    how = pd.Series(DEFAULT, values.index, dtype="str").where(typed.isna(), UPLOADED)
    address = {
        name: look_up(kept.origins[name], places, values.index)
        for name in ("file", "sheet", "uploaded_at")
    } | {"import": look_up(kept.origins["import_number"], places, values.index)}
    return values.assign(how=how, heading=typed.fillna(""), **address)


def _keys(headings: pd.Series) -> pd.Series:
    return headings.map({one: heading_key(one) for one in headings.unique()})


def _from_template(kept: Kept, traced: pd.DataFrame) -> pd.DataFrame:
    """Milestones that were copied from a template lead to its row (TPL-08), and so do the columns
    that the first upload of such a milestone left out."""
    template = kept.versions["template_milestones"]
    by_upload = (traced["how"] == UPLOADED) & ~_is_of(kept, traced, "template_milestones")
    at = np.flatnonzero((traced["table"] == "milestones") & ~by_upload)
    copies = traced.iloc[at]
    if copies.empty or template.empty:
        return traced
    charge_at = version_at(kept.versions["charges"], ON_CHARGE, copies)
    code = look_up(kept.versions["charges"]["template_code"], charge_at, copies.index)
    found = version_at(template, FROM_TEMPLATE, copies.assign(template_code=code))
    keys = schemas.keys_of(schemas.TABLES["template_milestones"])
    first = np.full(len(copies), -1)
    for name in copies["name"].unique():
        if name in template:
            own = (copies["name"] == name).to_numpy(bool) & (found >= 0)
            first = np.where(own, value_places(template, keys, name)[found], first)
    told = first >= 0
    origin = template.iloc[first[told]]
    copied = _described(
        kept,
        copies[told].assign(source=origin["source"].to_numpy(), row=origin["row"].to_numpy()),
    ).assign(how=TEMPLATE, note="copied from template " + code[told])
    rest = traced.drop(index=copied.index)
    return pd.concat([rest, copied]).sort_index()


def _is_of(kept: Kept, rows: pd.DataFrame, table: str) -> pd.Series:
    """True where the row's sheet is one of that table."""
    sources = kept.origins.loc[kept.origins["table_name"] == table, "source"]
    return rows["source"].isin(sources)


def _from_action(kept: Kept, traced: pd.DataFrame) -> pd.DataFrame:
    """Rows that an action made lead to its row; the values themselves were copied."""
    made = _is_of(kept, traced, "actions") & (traced["table"] != "actions")
    if not made.any():
        return traced
    words = look_up(maker_words(kept.made_by), makers_of(kept, traced), traced.index)
    return traced.assign(
        how=traced["how"].where(~made, ACTION),
        heading=traced["heading"].where(~made, ""),
        note=traced["note"].where(~made, "made by " + words),
    )


def maker_words(actions: pd.DataFrame) -> pd.Series:
    """`RENEW of subscription S-1, effective 2027-01-01`."""
    day = as_series(day_text(actions["effective_date"]), actions.index)
    of = "subscription " + actions["subscription_number"]
    line = (" line " + actions["line_number"]).fillna("")
    return actions["action"] + " of " + of + line + ", effective " + day


def rows_at(kept: Kept, table: str, import_number: int | None, **key: str) -> np.ndarray:
    """The places of a table's rows with this key, as they stood after an import."""
    versions = kept.versions[table]
    chosen = stood_at(versions, import_number)
    for name, value in key.items():
        chosen = chosen & (versions[name] == value).fillna(False).to_numpy(bool)
    return np.flatnonzero(chosen)
