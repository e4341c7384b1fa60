"""What uploads changed of a contract: which value, from what to what, by which file and row. Pure."""

import numpy as np
import pandas as pd

import schemas
from pipeline.explain.kept import Kept, makers_of
from pipeline.explain.origins import cell_texts, element_words, exponent_of, is_first, maker_words
from pipeline.frames import look_up
from pipeline.store.one_contract import OF_CONTRACTS
from schemas.rules import differs

NAMED = ("customers", "products")
"""Of these only changes are told: that there is a customer is nothing that happens to a contract."""

COLUMNS = ["import_number", "table", "element", "is_new", "column", "before", "after", "source",
           "row", "made_by"]  # fmt: skip


def changes_of(kept: Kept) -> pd.DataFrame:
    """Every value that an upload changed, or gave to a new row: COLUMNS; import_number, source, row
    int64, is_new bool, before and after as text, "" for blank. In order of the uploads."""
    told = [
        _changes(kept, name)
        for name in sorted((*OF_CONTRACTS, *NAMED), key=list(schemas.TABLES).index)
        if len(kept.versions[name])
    ]
    if not told:
        return pd.DataFrame(columns=COLUMNS)
    together = pd.concat(told, ignore_index=True)
    kept_ones = ~(together["table"].isin(NAMED) & together["is_new"])
    return together[kept_ones].sort_values("import_number", kind="stable", ignore_index=True)


def _changes(kept: Kept, name: str) -> pd.DataFrame:
    """The changed values of one table, row by row, columns in the model's order."""
    versions, model = kept.versions[name], schemas.TABLES[name]
    keys = schemas.keys_of(model)
    new = is_first(versions, keys)
    exponent = exponent_of(kept)
    maker_at = np.full(len(versions), -1) if name == "actions" else makers_of(kept, versions)
    made = look_up(maker_words(kept.made_by), maker_at, versions.index)
    # a new row is told even if nothing but its key is given
    parts = [_told(kept, name, np.flatnonzero(new)).assign(is_new=True, column="", before="", after="",
                                                         made_by=made[new].fillna(""))]  # fmt: skip
    for column in schemas.uploaded_columns(model):
        if column.key:
            continue
        texts = cell_texts(versions, column, exponent)
        before = texts.shift().where(~new)
        changed = np.where(new, texts.notna(), differs(versions[column.name],
                                                       versions[column.name].shift()))  # fmt: skip
        at = np.flatnonzero(changed.astype(bool))
        parts.append(
            _told(kept, name, at).assign(
                is_new=new[at], column=column.heading, before=before.iloc[at].fillna(""),
                after=texts.iloc[at].fillna(""), made_by=made.iloc[at].fillna(""),
            )
        )  # fmt: skip
    ordered = pd.concat(parts, ignore_index=True).sort_values("place", kind="stable")
    return ordered[COLUMNS]


def _told(kept: Kept, name: str, at: np.ndarray) -> pd.DataFrame:
    """What versions of a table are, and where they stand: place is their own."""
    versions = kept.versions[name].iloc[at]
    return versions[["import_number", "source", "row"]].assign(
        table=name, element=element_words(name, versions), place=at
    )
