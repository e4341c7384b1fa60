"""Every setting, declared once: its name, its default, what it may be, what it does.

The checks of a settings file, the README's block and the command `settings` all come from here: a
new setting is a new field.
"""
# ruff: noqa: RUF009 (the calls give dataclass fields, which nothing shares)

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from pipeline.settings.checks import Account, Check, Day, Names, OneOf, Whole, Words
from schemas.outputs import ACCOUNT_ROLES, REVENUE

ON_COMPLETION, DAY_AFTER = "on_completion", "day_after"
HANDOVERS = (ON_COMPLETION, DAY_AFTER)
"""When a completed phase hands over to the next: on the day of completion, or on the day after."""

BY_DAY, EVEN_MONTHS = STRAIGHT_LINES = ("by_day", "even_months")
"""What a month of a straight line weighs: its days, or the same as any other month."""

NIGHTLY, MONTH_END = STRAIGHT_LINE_POSTINGS = ("nightly", "month_end")
"""How far a straight line is recognised: up to the night, or in whole months only."""

DEFAULT_TARGETS = ("oracle-autoinvoice", "oracle-revenue")
LONGEST_NAME = 60

MOST_LINES_PER_FILE = 10**9
"""More than any file has: nothing is split."""

MOST_OF_A_BOUND = 10**15
A_BOUND = Whole(1, MOST_OF_A_BOUND)

SENT_WITH_IT = "tonight's lines go to Receivables with it"
POSTED_THERE = (
    "tonight's entries go to the account in force, and what stands on another stays there"
)
"""What a night does that has another value than the night before."""


def setting(
    default: Any, check: Check, about: str, *, example: Any = None, follows: str = "",
    harmless: Callable[[Any, Any], bool] | None = None,
) -> Any:  # fmt: skip
    """A setting: a field that says what it may be and what it does.

    `example` is shown in the README where the default is blank. `follows` says what a night does that
    has another value than the night before; blank where no amount, date or account depends on it.
    `harmless` says of which values, before and now, nothing of the kind is to be feared.
    """
    told = {"check": check, "about": about, "example": example}
    return field(default=default, metadata={**told, "follows": follows, "harmless": harmless})


def _goes_on(before: datetime.date | None, now: datetime.date | None) -> bool:
    """Whether a first open day is the one before or a later one, as month after month is closed."""
    return before is None or (now is not None and now >= before)


def _holds_all(before: Sequence[str], now: Sequence[str]) -> bool:
    """Whether nothing is missing that was there before."""
    return set(before) <= set(now)


def section(owner: type, about: str) -> Any:
    """A table of settings, `[name]` in the file."""
    return field(default_factory=owner, metadata={"section": owner, "about": about})


def owned(roles: Sequence[str], example: str, about: str) -> Any:
    """Accounts of some owners' own: a table for each, such as `[accounts.product."SUPPORT"]`."""
    metadata = {"roles": tuple(roles), "about": about, "example": example}
    return field(default_factory=dict, metadata=metadata)


def values_by_name(example: str, about: str) -> Any:
    """Texts, and tables of texts, of something that says itself which ones: `[target.NAME]`."""
    return field(
        default_factory=dict, metadata={"values": True, "about": about, "example": example}
    )


@dataclass(frozen=True)
class Receivables:
    """Constants of the AutoInvoice lines, as the site's Receivables names them."""

    batch_source: str = setting(
        "Milestone Billing", Words(50), "batch source of the lines", follows=SENT_WITH_IT
    )
    invoice_type: str = setting(
        "Invoice", Words(20), "transaction type of what is charged", follows=SENT_WITH_IT
    )
    credit_memo_type: str = setting(
        "Credit Memo", Words(20), "transaction type of what is credited", follows=SENT_WITH_IT
    )
    payment_terms: str = setting(
        "30 Net", Words(15), "where a subscription gives none",
        follows="tonight's invoices without terms of their own are due by it",
    )  # fmt: skip
    flexfield_context: str = setting(
        "MILESTONE BILLING", Words(30), "context under which a line is known again",
        follows="a credit of tonight names the line that it corrects under a context in which "
        "Receivables may not have it",
    )  # fmt: skip
    ledger_currency: str = setting(
        "USD", Words(3), "converted as User at rate 1; any other by conversion_type",
        follows="tonight's lines in it are converted at rate 1, those in the former one no more",
    )  # fmt: skip
    conversion_type: str = setting(
        "Corporate", Words(30), "how other currencies are converted",
        follows="tonight's lines in other currencies are converted by it",
    )  # fmt: skip


@dataclass(frozen=True)
class Accounts:
    """The general ledger's accounts, by what stands on them.

    `business_unit` and `product` name other accounts for some business units and products, such as
    {"SUPPORT": {"revenue": "Income:Support"}}; a product can only have its own revenue.
    """

    receivable: str = setting(
        "Assets:Accounts receivable", Account(), "what customers owe", follows=POSTED_THERE
    )
    contract_liability: str = setting(
        "Liabilities:Contract liability", Account(), "billed and not yet recognised",
        follows=POSTED_THERE,
    )  # fmt: skip
    contract_asset: str = setting(
        "Assets:Contract asset", Account(), "recognised and not yet billed", follows=POSTED_THERE
    )
    revenue: str = setting("Income:Revenue", Account(), "what is recognised", follows=POSTED_THERE)
    business_unit: Mapping[str, Mapping[str, str]] = owned(
        ACCOUNT_ROLES, "Vision Operations", "any of the four, for one business unit"
    )
    product: Mapping[str, Mapping[str, str]] = owned(
        (REVENUE,), "SUPPORT", "revenue only, for one product; it prevails"
    )

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

    Of a currency without decimals, or of little value, a night may total a hundred times as much;
    three lines a charge are always allowed.
    """

    most_billed: int = setting(1_000_000_000_000, A_BOUND, "total of a night, per currency")
    most_credits: int = setting(100_000_000_000, A_BOUND, "its credits, per currency")
    most_lines_per_contract: int = setting(1000, A_BOUND, "lines of one contract in a night")
    most_times_largest_night: int = setting(
        1000, A_BOUND, "how many times the largest night so far one line may be"
    )
    most_days_ahead: int = setting(
        3660, A_BOUND, "days after the last run (without one: after today) that a night may be"
    )


@dataclass(frozen=True)
class Settings:
    """Everything that a site can set.

    What a run adds is no setting: `let_through`, the bounds that it exceeded and was let through in
    spite of; `changed`, by setting what is told of one that the run before had otherwise (`changed.py`);
    and `target_files`, by target the text of the site's own declaration.
    """

    first_open_day: datetime.date | None = setting(
        None, Day(), "lines and events of closed periods take this accounting date",
        example=datetime.date(2026, 4, 1), harmless=_goes_on,
        follows="what belongs to periods that were closed is posted into them",
    )  # fmt: skip
    phase_handover: str = setting(
        ON_COMPLETION, OneOf(HANDOVERS),
        'or "day_after": the day of completion still belongs to the old phase',
    )  # fmt: skip
    straight_line: str = setting(
        BY_DAY, OneOf(STRAIGHT_LINES),
        'or "even_months": every month of a service period recognises the same',
        follows="what straight lines have recognised so far is brought to it tonight",
    )  # fmt: skip
    straight_line_posting: str = setting(
        NIGHTLY, OneOf(STRAIGHT_LINE_POSTINGS),
        'recognised up to the night, or "month_end": in whole months only',
        follows="straight lines are recognised up to another day than the night before",
    )  # fmt: skip
    workbook_rows: int = setting(
        10_000, Whole(1, 1_000_000),
        "most detail rows per sheet of the workbook; the CSV files hold them all",
    )  # fmt: skip
    whole_book: int = setting(
        20_000, Whole(0, 10**9),
        "contracts: with so many or fewer, a night looks at all of them; with more, at what changed",
    )  # fmt: skip
    lines_per_file: int = setting(
        100_000, Whole(1, MOST_LINES_PER_FILE),
        "an interface file with more lines is split, never inside an invoice",
    )  # fmt: skip
    contracts_at_once: int = setting(
        250_000, Whole(1, 10**9),
        "a night that looks at more contracts goes in portions, one run each: so memory stays bounded",
    )  # fmt: skip
    contracts_per_bucket: int = setting(
        75_000, Whole(1, 10**9),
        "with more contracts to look at, they are shared out in buckets: --workers, --cluster",
    )  # fmt: skip
    targets: tuple[str, ...] = setting(
        DEFAULT_TARGETS, Names(LONGEST_NAME), "files for other ledgers that a run writes",
        follows="tonight's rows do not reach every ledger that they reached before",
        harmless=_holds_all,
    )  # fmt: skip
    receivables: Receivables = section(Receivables, "as your Receivables names them")
    accounts: Accounts = section(Accounts, "of the journal")
    plausibility: Plausibility = section(
        Plausibility, "beyond these a night is refused; run --allow-implausible lets it through"
    )
    target: Mapping[str, Mapping[str, Any]] = values_by_name(
        "xero-invoices", "what the site sets for a target"
    )
    target_files: Mapping[str, str] = field(default_factory=dict)
    let_through: str = ""
    changed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


VALUES_BY_NAME = tuple(one.name for one in fields(Settings) if "values" in one.metadata)
SECTIONS: dict[str, type] = {
    one.name: one.metadata["section"] for one in fields(Settings) if "section" in one.metadata
}


@dataclass(frozen=True)
class Declared:
    """A setting as it is declared; `address` is what it is called in the file's terms."""

    path: tuple[str, ...]
    default: Any
    check: Check
    about: str
    follows: str
    harmless: Callable[[Any, Any], bool] | None

    @property
    def address(self) -> str:
        """`receivables.batch_source`."""
        return ".".join(self.path)


def declared_settings() -> Iterator[Declared]:
    """Every setting that has one value, in the order of the file.

    >>> [one.address for one in declared_settings()][:2]
    ['first_open_day', 'phase_handover']
    """
    for path, owner in [((), Settings), *(((name,), kind) for name, kind in SECTIONS.items())]:
        for one in fields(owner):
            if "check" in one.metadata:
                told = one.metadata
                yield Declared(
                    (*path, one.name), one.default, told["check"], told["about"], told["follows"],
                    told["harmless"],
                )  # fmt: skip


def roles_of(name: str) -> tuple[str, ...]:
    """Which accounts a `business_unit`, or a `product`, can have of its own; none for other names."""
    found = [one.metadata for one in fields(Accounts) if one.name == name]
    roles: tuple[str, ...] = found[0].get("roles", ()) if found else ()
    return roles
