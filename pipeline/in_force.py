"""Settings as they are in force, or as a run was made with. Reads the store and changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.export import faults_of_targets
from pipeline.findings import no_findings
from pipeline.nightly import run_of
from pipeline.settings import (
    InForce,
    Settings,
    read_in_force,
    settings_from_text,
    settings_of_text,
    stray_variables,
    unknown_owners,
)
from pipeline.store import NoStoreError, reading
from pipeline.store.contracts import read_contracts

USUAL_NAME = "billing.toml"


@dataclass(frozen=True)
class Told:
    """Settings, where those that are no default came from, and what is to be known of them.

    findings    accounts of business units and products that the store does not know
    notes       what is not read, in sentences
    """

    in_force: InForce
    findings: pd.DataFrame
    notes: tuple[str, ...] = ()


def settings_in_force(
    config: Path | None, environment: Mapping[str, str], store: str, folder: Path
) -> Told:
    """The settings that a run would be made with now; `folder` is where the command is given."""
    in_force = read_in_force(config, environment, lambda given: faults_of_targets(given, config))
    notes = [
        f"{name} is no variable of this program and is not read: correct its name, or unset it"
        for name in stray_variables(environment)
    ]
    if config is None and (folder / USUAL_NAME).exists():
        notes.append(
            f"{USUAL_NAME} in this folder is not read: name it with --config {USUAL_NAME}, or in "
            "MILESTONE_BILLING_CONFIG"
        )
    return Told(in_force, _nobodys(in_force.settings, store), tuple(notes))


def settings_of_run(run_id: str, store: str) -> Told:
    """The settings that a run was made with; which of them were defaults then is not known."""
    with reading(store, "settings") as connection:
        run = run_of(connection, run_id)
    settings = settings_from_text(run.settings)
    origins = {address: f"run {run_id}" for address, _, _ in settings_of_text(settings)}
    excesses = f"the run exceeded bounds and was let through: {settings.let_through}"
    notes = (excesses,) if settings.let_through else ()
    return Told(InForce(settings, origins), no_findings(), notes)


def _nobodys(settings: Settings, store: str) -> pd.DataFrame:
    """Warnings of owners that the store does not know; none where there is no store to ask."""
    accounts = settings.accounts
    if not (accounts.business_unit or accounts.product):
        return no_findings()  # and the store is not even looked for
    try:
        with reading(store, "settings") as connection:
            known = read_contracts(
                connection,
                only={"subscriptions": ("business_unit",), "products": ("product_code",)},
            )
    except NoStoreError:
        return no_findings()
    return unknown_owners(
        accounts, known["subscriptions"]["business_unit"], known["products"]["product_code"]
    )
