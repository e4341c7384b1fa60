"""Accept: what the store holds goes to validation, what was accepted goes into the store."""

import datetime
import json

import pandas as pd
from sqlalchemy import Connection

from pipeline.bill import READ_FROM_CONTRACTS
from pipeline.read import Inputs
from pipeline.scope import Scope, look_at
from pipeline.store import agenda, uploads
from pipeline.store import contracts as kept
from pipeline.store.wanted import want_subscriptions
from pipeline.validate import Held, Validated, mentioned_subscriptions


def hold_for(connection: Connection, inputs: Inputs) -> Held:
    """What the store holds of the subscriptions that the upload mentions, and of all references."""
    want_subscriptions(connection, mentioned_subscriptions(inputs))
    tables = kept.read_contracts(connection, wanted=True)
    return Held(
        tables={
            name: frame.astype({"source": "int64", "row": "int64"})
            for name, frame in tables.items()
        },
        posted=kept.posted_amounts(connection),
        recognised=kept.recognised_subscriptions(connection),
        products_with_milestones=_products_with_milestones(connection, inputs),
        sources=kept.read_sources(connection),
    )


def _products_with_milestones(connection: Connection, inputs: Inputs) -> pd.Series:
    """Looked for in all contracts, so only where the upload changes products."""
    if any(sheet.table == "products" for sheet in inputs.sheets):
        return kept.products_with_milestones(connection)
    return pd.Series([], dtype="str")


def accept(connection: Connection, inputs: Inputs, validated: Validated, command: str) -> int:
    """Store the accepted rows, the findings and the refused rows; the import's number."""
    number = kept.next_import_number(connection)
    first_source = kept.next_source(connection)
    kept.record_import(
        connection, number=number, command=command, accepted_at=utc_now(), files=validated.files
    )
    uploads.keep_sources(connection, number, first_source, _described(inputs))
    kept.accept_rows(connection, validated.accepted, number, first_source)
    agenda.note_at_once(connection, _changed(validated))
    uploads.keep_findings(connection, number, validated.findings)
    uploads.keep_refused(connection, number, first_source, validated.refused)
    return number


def _changed(validated: Validated) -> list[str]:
    """The contracts of which any row was accepted."""
    own = [rows["subscription_number"] for rows in validated.accepted.values()
           if "subscription_number" in rows]  # fmt: skip
    return pd.concat(own).drop_duplicates().tolist() if own else []


def contracts_in_force(
    connection: Connection, validated: Validated, scope: Scope
) -> dict[str, pd.DataFrame]:
    """The contracts that the run looks at: those of the scope as the store has them, or else those just
    validated, and all others, which the upload leaves alone."""
    if look_at(connection, scope):
        return kept.read_contracts(connection, wanted=True, only=READ_FROM_CONTRACTS)
    subscription_columns = {
        name: columns
        for name, columns in READ_FROM_CONTRACTS.items()
        if "subscription_number" in columns
    }
    others = kept.read_contracts(connection, wanted=False, only=subscription_columns)
    return {
        name: pd.concat([validated.contracts[name][list(columns)], others[name]], ignore_index=True)
        if name in others and len(others[name])
        else validated.contracts[name]
        for name, columns in READ_FROM_CONTRACTS.items()
    }


def _described(inputs: Inputs) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "table_name": [sheet.table for sheet in inputs.sheets],
            "file": [sheet.file for sheet in inputs.sheets],
            "sheet": [sheet.sheet for sheet in inputs.sheets],
            "headings": [json.dumps(sheet.headings, ensure_ascii=False) for sheet in inputs.sheets],
        }
    ).astype("str")


def utc_now() -> str:
    """Now, for the store's own notes; never for a file's content."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
