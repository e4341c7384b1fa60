"""journal.hledger: the journal as plain text, which hledger and its like read and check.

    2026-03-31 (2026-03-31-1-000001) Billed: 30 % of 10,000.00 = 3,000.00
        ; subscription: S-1, bill_line: S-1:10:M1
        Assets:Accounts receivable  3000.00 USD
        Liabilities:Contract liability  -3000.00 USD

A file declares every account and currency that it uses, so that it can be checked by itself; the
files of several nights are read together, and add up.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as arrow
import pyarrow.compute as compute

from pipeline.export.controls import control_of_chunk, refuse_unbalanced
from pipeline.export.csv_text import row_chunks
from pipeline.export.ledger_text import text_of_field
from pipeline.money import currency_exponents
from pipeline.words import join
from schemas.outputs import ACCOUNT_ROLES, ASSET, LIABILITY, RECEIVABLE, REVENUE

PLAIN_TEXT = "journal.hledger"
HEAD = "; The journal of one run. Check it: hledger -f {name} check --strict\n"
ISO_DATE = "%Y-%m-%d"
TYPES = {RECEIVABLE: "A", LIABILITY: "L", ASSET: "A", REVENUE: "R"}
BY_UNIT = ("business_unit", "currency")
SHOWN = ("date", "entry_id", "narrative", "subscription_number", "bill_line_id", "event_id")
UNSEEN = r"[\p{C}\p{Z}]+"
"""Line breaks, tabs, runs of spaces and what has no width: a space is what they come to."""
SUSPECT = r"[^ -~]|  |^ | $|[;|]"
"""Texts in which something of that may stand, or a mark that ends a description."""


def write_plain_text(journal: pd.DataFrame, folder: Path) -> list[arrow.Table]:
    """Write journal.hledger; returns the control totals of its debits, which its credits equal."""
    debits: list[arrow.Table] = []
    credits: list[arrow.Table] = []
    entry = journal["entry_id"]
    with (folder / PLAIN_TEXT).open("wb") as file:
        file.write(_declarations(journal).encode())
        for chunk in row_chunks(journal.assign(is_first=entry.ne(entry.shift()))):
            amounts = _signed_amounts(chunk)
            unit, currency = (text_of_field(chunk, name, ISO_DATE) for name in BY_UNIT)
            debits.append(control_of_chunk(PLAIN_TEXT, unit, currency, _debits(amounts)))
            credits.append(control_of_chunk(PLAIN_TEXT, unit, currency, _credits(amounts)))
            file.write(_one_text(join(_headings(chunk), _postings(chunk, amounts))))
    refuse_unbalanced(debits, credits)
    return debits


def _declarations(journal: pd.DataFrame) -> str:
    """Each currency with its number of places, each account with its type.

    An account that serves several roles is declared once, by the first of them.
    """
    currencies = sorted(journal["currency"].unique())
    used = journal[["role", "account"]].drop_duplicates()
    order = used["role"].map({role: place for place, role in enumerate(ACCOUNT_ROLES)})
    accounts = used.assign(order=order).sort_values(["order", "account"]).drop_duplicates("account")
    return "\n".join(
        [
            HEAD.format(name=PLAIN_TEXT),
            *(f"commodity {_sample_of(currency)} {currency}" for currency in currencies),
            *(
                f"account {account}  ; type: {TYPES[role]}"
                for role, account in accounts[["role", "account"]].itertuples(index=False)
            ),
            "",
        ]
    )


def _sample_of(currency: str) -> str:
    """A number as the currency writes it; without places it ends in the decimal mark.

    >>> [_sample_of(currency) for currency in ("USD", "JPY", "BHD")]
    ['1000.00', '1000.', '1000.000']
    """
    return "1000." + "0" * currency_exponents().get(currency, 2)


def _signed_amounts(lines: pd.DataFrame) -> arrow.Array:
    """`12.00` for a debit, `-12.00` for a credit."""
    debit, credit = (text_of_field(lines, side, ISO_DATE) for side in ("debit", "credit"))
    return compute.if_else(compute.equal(debit, ""), join("-", credit), debit)


def _debits(amounts: arrow.Array) -> arrow.Array:
    return compute.if_else(compute.starts_with(amounts, "-"), "", amounts)


def _credits(amounts: arrow.Array) -> arrow.Array:
    is_credit = compute.starts_with(amounts, "-")
    return compute.if_else(is_credit, compute.utf8_slice_codeunits(amounts, 1), "")


def _headings(lines: pd.DataFrame) -> arrow.Array:
    """What stands above the postings of an entry, at its first line; blank at the others."""
    first = lines["is_first"].to_numpy(bool)
    entries = lines[first]
    text = {name: text_of_field(entries, name, ISO_DATE) for name in SHOWN}
    is_bill = compute.not_equal(text["bill_line_id"], "")
    what = compute.if_else(
        is_bill, join("bill_line: ", text["bill_line_id"]), join("event: ", text["event_id"])
    )
    headings = join(
        "\n", text["date"], " (", text["entry_id"], ") ", _one_line(text["narrative"]),
        "\n    ; subscription: ", text["subscription_number"], ", ", what, "\n",
    )  # fmt: skip
    at = arrow.array(np.cumsum(first) - 1, mask=~first)
    return compute.fill_null(headings.take(at), "")


def _one_line(narratives: arrow.Array) -> arrow.Array:
    """Without the marks that end a description: `;` begins a comment, `|` parts a payee from it.

    >>> _one_line(arrow.array(["a;  b | c\\n=d"], arrow.large_string())).to_pylist()
    ['a, b / c =d']
    """
    suspect = compute.match_substring_regex(narratives, SUSPECT)
    seen = compute.replace_substring_regex(narratives.filter(suspect), UNSEEN, " ")
    plain = compute.replace_substring(compute.utf8_trim(seen, " "), ";", ",")
    return compute.replace_with_mask(
        narratives, suspect, compute.replace_substring(plain, "|", "/")
    )


def _postings(lines: pd.DataFrame, amounts: arrow.Array) -> arrow.Array:
    account, currency = (text_of_field(lines, name, ISO_DATE) for name in ("account", "currency"))
    # two spaces end the account's name
    return join("    ", account, "  ", amounts, " ", currency, "\n")


def _one_text(texts: arrow.Array) -> arrow.Buffer:
    """All texts, one after the other, as UTF-8."""
    whole = arrow.ListArray.from_arrays([0, len(texts)], texts)
    return compute.binary_join(whole, arrow.scalar("", arrow.large_string()))[0].as_buffer()
