"""Settings of a site: `billing.toml`, read once, with a default for everything."""

import datetime
import json
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

ON_COMPLETION, DAY_AFTER = "on_completion", "day_after"
HANDOVERS = (ON_COMPLETION, DAY_AFTER)
"""When a completed phase hands over to the next: on the day of completion, or on the day after."""


class SettingsError(Exception):
    """The settings file can't be used; the message says where and what to do."""


@dataclass(frozen=True)
class Receivables:
    """Constants of the AutoInvoice lines, as the site's Receivables names them."""

    batch_source: str = "Milestone Billing"
    invoice_type: str = "Invoice"
    credit_memo_type: str = "Credit Memo"
    payment_terms: str = "30 Net"
    flexfield_context: str = "MILESTONE BILLING"
    ledger_currency: str = "USD"
    conversion_type: str = "Corporate"


@dataclass(frozen=True)
class Settings:
    """Everything that a site can set.

    first_open_day   lines of closed periods take this accounting date (blank: no period is closed)
    phase_handover   on_completion: the day a milestone phase is completed is the first of the next;
                     day_after: it is the last of the old
    workbook_rows    most detail rows per sheet of the accountants' workbook; the CSV holds them all
    """

    first_open_day: datetime.date | None = None
    phase_handover: str = ON_COMPLETION
    workbook_rows: int = 10_000
    receivables: Receivables = field(default_factory=Receivables)


LONGEST = {
    "batch_source": 50, "invoice_type": 20, "credit_memo_type": 20, "payment_terms": 15,
    "flexfield_context": 30, "ledger_currency": 3, "conversion_type": 30,
}  # fmt: skip


def read_settings(path: Path | None) -> Settings:
    """The settings of a file, or the defaults where there is none.

    >>> read_settings(None).receivables.invoice_type
    'Invoice'
    """
    if path is None:
        return Settings()
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except OSError as fault:
        raise SettingsError(f"{path}: can't be read: {fault.strerror}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise SettingsError(f"{path}: is not TOML: {fault}") from fault
    receivables = given.pop("receivables", {})
    if not isinstance(receivables, dict):
        raise SettingsError(f"{path}: [receivables] must be a table of its own")
    return Settings(
        receivables=Receivables(**_checked(path, "receivables.", Receivables, receivables)),
        **_checked(path, "", Settings, given),
    )


def settings_text(settings: Settings) -> str:
    """The settings as JSON, for the store: what a run was made with stays with it."""
    return json.dumps(asdict(settings), default=str, sort_keys=True)


def settings_from_text(text: str) -> Settings:
    """The settings that `settings_text` wrote.

    >>> settings_from_text(settings_text(Settings())) == Settings()
    True
    """
    given = json.loads(text)
    day = given.pop("first_open_day")
    return Settings(
        first_open_day=datetime.date.fromisoformat(day) if day else None,
        receivables=Receivables(**given.pop("receivables")),
        **given,
    )


def _checked(path: Path, prefix: str, owner: type, given: dict[str, Any]) -> dict[str, Any]:
    known = {entry.name: entry for entry in fields(owner) if entry.name != "receivables"}
    for name, value in given.items():
        if name not in known:
            raise SettingsError(
                f"{path}: {prefix}{name} is not a setting; known here: {', '.join(sorted(known))}"
            )
        _check_value(path, prefix + name, name, value)
    return given


def _check_value(path: Path, address: str, name: str, value: Any) -> None:
    if name == "first_open_day":
        if type(value) is not datetime.date:
            raise SettingsError(f"{path}: {address} must be a date such as 2026-04-01, unquoted")
    elif name == "phase_handover":
        if value not in HANDOVERS:
            raise SettingsError(
                f"{path}: {address} must be one of {', '.join(HANDOVERS)}, in quotes"
            )
    elif name == "workbook_rows":
        if type(value) is not int or not 1 <= value <= 1_000_000:
            raise SettingsError(f"{path}: {address} must be a whole number from 1 to 1000000")
    elif not isinstance(value, str) or not 1 <= len(value.strip()) <= LONGEST[name]:
        raise SettingsError(
            f"{path}: {address} must be a text of 1 to {LONGEST[name]} characters, in quotes"
        )
