"""Settings of a site: `billing.toml`, read once, with a default for everything."""

import datetime
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from schemas.outputs import ACCOUNT_ROLES, REVENUE

ON_COMPLETION, DAY_AFTER = "on_completion", "day_after"
HANDOVERS = (ON_COMPLETION, DAY_AFTER)
"""When a completed phase hands over to the next: on the day of completion, or on the day after."""

BY_DAY, EVEN_MONTHS = STRAIGHT_LINES = ("by_day", "even_months")
"""What a month of a straight line weighs: its days, or the same as any other month."""

NIGHTLY, MONTH_END = STRAIGHT_LINE_POSTINGS = ("nightly", "month_end")
"""How far a straight line is recognised: up to the night, or in whole months only."""


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
class Accounts:
    """The general ledger's accounts, by what stands on them.

    `business_unit` and `product` name other accounts for some business units and products, such as
    {"SUPPORT": {"revenue": "Income:Support"}}; a product can only have its own revenue.
    """

    receivable: str = "Assets:Accounts receivable"
    contract_liability: str = "Liabilities:Contract liability"
    contract_asset: str = "Assets:Contract asset"
    revenue: str = "Income:Revenue"
    business_unit: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    product: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def account_of(self, role: str, business_unit: str, product_code: str = "") -> str:
        """The account for one of `ACCOUNT_ROLES`: the product's, else the business unit's, else
        everybody's.

        >>> accounts = Accounts(business_unit={"East": {"revenue": "Income:East"}})
        >>> accounts.account_of("revenue", "East"), accounts.account_of("revenue", "West")
        ('Income:East', 'Income:Revenue')
        """
        of_product = self.product.get(product_code, {})
        of_unit = self.business_unit.get(business_unit, {})
        return of_product.get(role) or of_unit.get(role) or getattr(self, role)


@dataclass(frozen=True)
class Plausibility:
    """Bounds beyond which a night is refused unless it is let through (`post.plausibility`).

    most_billed               total that a night bills in a currency; a currency without decimals, or of
                              little value, a hundred times as much
    most_credits              total that it credits, likewise
    most_lines_per_contract   lines of one contract in a night (three a charge are always allowed)
    most_times_largest_night  how many times the largest night so far of its currency a line may be
    """

    most_billed: int = 1_000_000_000_000
    most_credits: int = 100_000_000_000
    most_lines_per_contract: int = 1000
    most_times_largest_night: int = 1000


@dataclass(frozen=True)
class Settings:
    """Everything that a site can set.

    first_open_day         lines of closed periods take this accounting date (blank: none is closed)
    phase_handover         on_completion: the day a milestone phase is completed is the first of the
                           next; day_after: it is the last of the old
    straight_line          by_day: each day of the service period recognises the same;
                           even_months: each month does
    straight_line_posting  nightly: recognised up to the night; month_end: in whole months only
    workbook_rows          most detail rows per sheet of the accountants' workbook; the CSV holds
                           them all
    let_through            no setting: the bounds that a run exceeded and was let through in spite of
    """

    first_open_day: datetime.date | None = None
    phase_handover: str = ON_COMPLETION
    straight_line: str = BY_DAY
    straight_line_posting: str = NIGHTLY
    workbook_rows: int = 10_000
    receivables: Receivables = field(default_factory=Receivables)
    accounts: Accounts = field(default_factory=Accounts)
    plausibility: Plausibility = field(default_factory=Plausibility)
    let_through: str = ""


SECTIONS = ("receivables", "accounts", "plausibility")
NO_SETTING = "let_through"
MOST_OF_A_BOUND = 10**15
CHOICES = {
    "phase_handover": HANDOVERS,
    "straight_line": STRAIGHT_LINES,
    "straight_line_posting": STRAIGHT_LINE_POSTINGS,
}
LONGEST = {
    "batch_source": 50, "invoice_type": 20, "credit_memo_type": 20, "payment_terms": 15,
    "flexfield_context": 30, "ledger_currency": 3, "conversion_type": 30,
}  # fmt: skip
LONGEST_ACCOUNT = 100
ACCOUNT_PART = r"[^\W_](?: ?[\w./&-])*"
ACCOUNT_FORM = re.compile(rf"{ACCOUNT_PART}(?::{ACCOUNT_PART})*")
"""What plain-text accounting programs read: two spaces or a semicolon would end the account."""


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
    sections = {name: _table(path, name, given.pop(name, {})) for name in SECTIONS}
    return Settings(
        receivables=Receivables(
            **_checked(path, "receivables.", Receivables, sections["receivables"])
        ),
        accounts=Accounts(**_checked_accounts(path, sections["accounts"])),
        plausibility=Plausibility(**_checked_bounds(path, sections["plausibility"])),
        **_checked(path, "", Settings, given),
    )


def settings_text(settings: Settings) -> str:
    """The settings as JSON, for the store: what a run was made with stays with it."""
    return json.dumps(asdict(settings), default=str, sort_keys=True)


def settings_from_text(text: str) -> Settings:
    """The settings that `settings_text` wrote; what an earlier version did not know is the default.

    >>> settings_from_text(settings_text(Settings())) == Settings()
    True
    """
    given = json.loads(text)
    day = given.pop("first_open_day")
    return Settings(
        first_open_day=datetime.date.fromisoformat(day) if day else None,
        receivables=Receivables(**given.pop("receivables")),
        accounts=Accounts(**given.pop("accounts", {})),
        plausibility=Plausibility(**given.pop("plausibility", {})),
        **given,
    )


def _table(path: Path, address: str, given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise SettingsError(f"{path}: [{address}] must be a table of its own")
    return given


def _checked(path: Path, prefix: str, owner: type, given: dict[str, Any]) -> dict[str, Any]:
    known = [entry.name for entry in fields(owner) if entry.name not in (*SECTIONS, NO_SETTING)]
    for name, value in given.items():
        _refuse_unknown(path, prefix, name, known)
        _check_value(path, prefix + name, name, value)
    return given


def _refuse_unknown(path: Path, prefix: str, name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise SettingsError(
            f"{path}: {prefix}{name} is not a setting; known here: {', '.join(sorted(known))}"
        )


def _check_value(path: Path, address: str, name: str, value: Any) -> None:
    if name == "first_open_day":
        if type(value) is not datetime.date:
            raise SettingsError(f"{path}: {address} must be a date such as 2026-04-01, unquoted")
    elif name in CHOICES:
        if value not in CHOICES[name]:
            raise SettingsError(
                f"{path}: {address} must be one of {', '.join(CHOICES[name])}, in quotes"
            )
    elif name == "workbook_rows":
        if type(value) is not int or not 1 <= value <= 1_000_000:
            raise SettingsError(f"{path}: {address} must be a whole number from 1 to 1000000")
    elif not isinstance(value, str) or not 1 <= len(value.strip()) <= LONGEST[name]:
        raise SettingsError(
            f"{path}: {address} must be a text of 1 to {LONGEST[name]} characters, in quotes"
        )


def _checked_bounds(path: Path, given: dict[str, Any]) -> dict[str, Any]:
    for name, value in given.items():
        _refuse_unknown(path, "plausibility.", name, [entry.name for entry in fields(Plausibility)])
        if type(value) is not int or not 1 <= value <= MOST_OF_A_BOUND:
            raise SettingsError(
                f"{path}: plausibility.{name} must be a whole number from 1 to {MOST_OF_A_BOUND}"
            )
    return given


def _checked_accounts(path: Path, given: dict[str, Any]) -> dict[str, Any]:
    """The accounts, and the tables of the business units and products that have their own."""
    for name, value in given.items():
        _refuse_unknown(path, "accounts.", name, [entry.name for entry in fields(Accounts)])
        if name in ACCOUNT_ROLES:
            _check_account(path, f"accounts.{name}", value)
            continue
        for owner, own in _table(path, f"accounts.{name}", value).items():
            address = f'accounts.{name}."{owner}"'
            roles = (REVENUE,) if name == "product" else ACCOUNT_ROLES
            _check_own_accounts(path, address, roles, _table(path, address, own))
    return given


def _check_own_accounts(
    path: Path, address: str, roles: Sequence[str], own: dict[str, Any]
) -> None:
    for role, account in own.items():
        if role in ACCOUNT_ROLES and role not in roles:
            # a bill line or an event moves the position of its contract, whatever product it is for
            raise SettingsError(
                f"{path}: {address}.{role} can't be set: receivable, contract liability and "
                "contract asset are positions of the whole contract, so they can't be split by "
                "product; set revenue here, and the others in [accounts] or "
                '[accounts.business_unit."…"]'
            )
        _refuse_unknown(path, f"{address}.", role, roles)
        _check_account(path, f"{address}.{role}", account)


def _check_account(path: Path, address: str, value: Any) -> None:
    fits = isinstance(value, str) and len(value) <= LONGEST_ACCOUNT
    if not fits or not ACCOUNT_FORM.fullmatch(value):
        raise SettingsError(
            f"{path}: {address} must be an account of 1 to {LONGEST_ACCOUNT} letters, digits, "
            "single spaces and :._/-&, each part beginning with a letter or digit, in quotes"
        )
