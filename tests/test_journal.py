"""The journal: what each bill and event moves, and what must hold after any nights."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as some

from pipeline.journal import broken_journal_proofs, entry_ids, journal_lines
from pipeline.settings import Accounts, Settings
from schemas.outputs import (
    ASSET,
    LIABILITY,
    RECEIVABLE,
    REVENUE,
    BillLines,
    JournalLines,
    OutputTable,
    RevenueEvents,
    dtypes_of,
)  # fmt: skip

RUN = "2026-03-31-1"
BLANKS = {"str": "", "int64": 0, "Int64": None, "datetime64[s]": "2026-03-10"}


def rows_of(model: type[OutputTable], rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Ledger rows that say what they are given, and nothing else."""
    types = dtypes_of(model)
    usual = {name: BLANKS[dtype] for name, dtype in types.items()} | {
        "subscription_number": "S-1", "business_unit": "East", "currency": "USD",
    }  # fmt: skip
    return pd.DataFrame([{**usual, **row} for row in rows], columns=list(types)).astype(types)


def bills(*rows: dict[str, Any]) -> pd.DataFrame:
    """Bill lines S-1:10:M1, M2, …"""
    return rows_of(
        BillLines, [{"bill_line_id": f"S-1:10:M{n}", **row} for n, row in enumerate(rows, 1)]
    )


def events(*rows: dict[str, Any]) -> pd.DataFrame:
    """Satisfaction events S-1:10:R1, R2, …"""
    return rows_of(
        RevenueEvents, [{"event_id": f"S-1:10:R{n}", **row} for n, row in enumerate(rows, 1)]
    )


def net(**amounts: int) -> pd.DataFrame:
    """What contracts had billed less recognised: `net(S_1=-500)`."""
    names = [name.replace("_", "-") for name in amounts]
    return pd.DataFrame(
        {
            "subscription_number": pd.array(names, dtype="str"),
            "net_minor": np.array(list(amounts.values()), np.int64),
        }
    )


def journal_of(
    bill_lines: pd.DataFrame,
    recognised: pd.DataFrame,
    before: pd.DataFrame | None = None,
    site: Settings | None = None,
) -> pd.DataFrame:
    """The journal, which is as its model says and proves sound."""
    journal = sound_journal(bill_lines, recognised, net() if before is None else before, site)
    return JournalLines.validate(journal)


def sound_journal(
    bill_lines: pd.DataFrame,
    recognised: pd.DataFrame,
    before: pd.DataFrame,
    site: Settings | None = None,
) -> pd.DataFrame:
    """The journal, which proves sound."""
    journal = journal_lines(RUN, bill_lines, recognised, before, site or Settings())
    assert broken_journal_proofs(journal, bill_lines, recognised, before) == []
    return journal


def signed(journal: pd.DataFrame) -> pd.Series:
    """Debits above zero, credits below."""
    both = journal["debit_minor"].fillna(0) - journal["credit_minor"].fillna(0)
    return both.astype("int64")


def told(journal: pd.DataFrame) -> list[str]:
    """Each entry on a line, its lines in their order: `receivable 100, contract_liability -100`."""
    lines = journal["role"] + " " + signed(journal).astype("str")
    return lines.groupby(journal["entry_id"]).agg(", ".join).tolist()


CASES = {
    "a bill": (0, [100], [], ["receivable 100, contract_liability -100"]),
    "an event": (0, [], [100], ["contract_asset 100, revenue -100"]),
    "nothing": (0, [], [], []),
    "zero amounts": (0, [0], [0], []),
    "a bill, and less recognised": (
        0, [100], [99],
        ["receivable 100, contract_liability -100", "contract_liability 99, revenue -99"],
    ),
    "a bill, and all of it recognised": (
        0, [100], [100],
        ["receivable 100, contract_liability -100", "contract_liability 100, revenue -100"],
    ),
    "a bill, and more recognised": (
        0, [100], [101],
        ["receivable 100, contract_liability -100",
         "contract_liability 100, contract_asset 1, revenue -101"],
    ),
    "a bill that leaves an asset": (-101, [100], [], ["receivable 100, contract_asset -100"]),
    "a bill that ends an asset": (-100, [100], [], ["receivable 100, contract_asset -100"]),
    "a bill that turns an asset into a liability": (
        -20_000, [100_000], [],
        ["receivable 100000, contract_liability -80000, contract_asset -20000"],
    ),
    "a credit that leaves a liability": (
        101, [-100], [], ["contract_liability 100, receivable -100"],
    ),
    "a credit that turns a liability into an asset": (
        30, [-100], [], ["contract_liability 30, contract_asset 70, receivable -100"],
    ),
    "a credit with nothing billed": (0, [-100], [], ["contract_asset 100, receivable -100"]),
    "a reversal": (-100, [], [-100], ["revenue 100, contract_asset -100"]),
    "a reversal that turns an asset into a liability": (
        -50, [], [-80], ["revenue 80, contract_liability -30, contract_asset -50"],
    ),
    "a reversal that adds to a liability": (
        5, [], [-80], ["revenue 80, contract_liability -80"],
    ),
    "a charge and its credit": (
        0, [100, -100], [],
        ["receivable 100, contract_liability -100", "contract_liability 100, receivable -100"],
    ),
    "the largest amounts": (
        -999_999_999_999_999, [999_999_999_999_999], [-999_999_999_999_999],
        ["receivable 999999999999999, contract_asset -999999999999999",
         "revenue 999999999999999, contract_liability -999999999999999"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "billed", "recognised", "said"), CASES.values(), ids=CASES)
def test_what_is_moved(
    before: int, billed: list[int], recognised: list[int], said: list[str]
) -> None:
    journal = journal_of(
        bills(*({"amount_minor": amount} for amount in billed)),
        events(*({"amount_minor": amount} for amount in recognised)),
        net(S_1=before),
    )
    assert told(journal) == said


def test_an_event_before_its_bill_is_a_contract_asset() -> None:
    """By accounting date, so that the bill of the later day settles what the event left open."""
    journal = journal_of(
        bills({"amount_minor": 100, "accounting_date": "2026-03-11"}),
        events({"amount_minor": 100, "accounting_date": "2026-03-10"}),
    )
    assert told(journal) == [
        "contract_asset 100, revenue -100", "receivable 100, contract_asset -100",
    ]  # fmt: skip


def test_contracts_do_not_share_a_position() -> None:
    journal = journal_of(
        bills({"amount_minor": 100}, {"subscription_number": "S-2", "amount_minor": 70}),
        events({"subscription_number": "S-2", "amount_minor": 90}),
        net(S_2=-5, S_3=1000),
    )
    assert told(journal) == [
        "receivable 100, contract_liability -100",
        "receivable 70, contract_liability -65, contract_asset -5",
        "contract_liability 65, contract_asset 25, revenue -90",
    ]


def test_entries_are_numbered_as_they_stand() -> None:
    """By accounting date, bills before events, then by id; both ids are never there."""
    journal = journal_of(
        bills(
            {"bill_line_id": "S-1:10:M2", "amount_minor": 1, "accounting_date": "2026-04-01"},
            {"bill_line_id": "S-1:10:M1", "amount_minor": 2, "accounting_date": "2026-04-01"},
            {"bill_line_id": "S-9:10:FEE", "amount_minor": 3, "accounting_date": "2026-03-31"},
        ),
        events(
            {"event_id": "S-0:10:RFEE", "amount_minor": 4, "accounting_date": "2026-04-01"},
            {"event_id": "S-1:10:R1", "amount_minor": 5, "accounting_date": "2026-03-31"},
        ),
    )
    heads = journal.drop_duplicates("entry_id")
    assert (heads["entry_id"] + " " + heads["bill_line_id"] + heads["event_id"]).tolist() == [
        "2026-03-31-1-000001 S-9:10:FEE",
        "2026-03-31-1-000002 S-1:10:R1",
        "2026-03-31-1-000003 S-1:10:M1",
        "2026-03-31-1-000004 S-1:10:M2",
        "2026-03-31-1-000005 S-0:10:RFEE",
    ]
    assert journal["date"].is_monotonic_increasing
    assert (journal["bill_line_id"].eq("") != journal["event_id"].eq("")).all()


@pytest.mark.parametrize(("currency", "unit"), [("JPY", 1), ("BHD", 1000)])
def test_currencies(currency: str, unit: int) -> None:
    """Minor units are what they are: nothing is scaled."""
    own = {"currency": currency}
    journal = journal_of(
        bills({**own, "amount_minor": 7 * unit}), events({**own, "amount_minor": 3 * unit})
    )
    assert journal["currency"].unique().tolist() == [currency]
    assert journal["debit_minor"].dropna().tolist() == [7 * unit, 3 * unit]


SITE = Settings(
    accounts=Accounts(
        receivable="1200 Debtors",
        revenue="4000",
        business_unit={"West": {"receivable": "1210", "revenue": "4100", "contract_asset": "1310"}},
        product={"SUPPORT": {"revenue": "4900"}},
    )
)


@pytest.mark.parametrize(
    ("unit", "product", "accounts"),
    [
        ("East", "BUILD", ["1200 Debtors", "Liabilities:Contract liability",
                           "Liabilities:Contract liability", "Assets:Contract asset", "4000"]),
        ("East", "SUPPORT", ["1200 Debtors", "Liabilities:Contract liability",
                             "Liabilities:Contract liability", "Assets:Contract asset", "4900"]),
        ("West", "BUILD", ["1210", "Liabilities:Contract liability",
                           "Liabilities:Contract liability", "1310", "4100"]),
        ("West", "SUPPORT", ["1210", "Liabilities:Contract liability",
                             "Liabilities:Contract liability", "1310", "4900"]),
        ("west", "support", ["1200 Debtors", "Liabilities:Contract liability",
                             "Liabilities:Contract liability", "Assets:Contract asset", "4000"]),
    ],
)  # fmt: skip
def test_accounts(unit: str, product: str, accounts: list[str]) -> None:
    """Revenue by product, then by business unit; the others by business unit."""
    journal = journal_of(
        bills({"business_unit": unit, "amount_minor": 100}),
        events({"business_unit": unit, "product_code": product, "amount_minor": 130}),
        site=SITE,
    )
    assert journal["account"].tolist() == accounts
    assert journal["business_unit"].unique().tolist() == [unit]


def test_accounts_stay_with_their_entries() -> None:
    """Many business units and products in one night, in no order."""
    units, products = ["West", "East", "North"], ["BUILD", "SUPPORT", "=X"]
    both = [(unit, product) for product in products for unit in units] * 2
    recognised = events(
        *(
            {"business_unit": unit, "product_code": product, "amount_minor": 1}
            for unit, product in both
        )
    )
    journal = journal_of(bills(), recognised, site=SITE)
    revenue = journal[journal["role"] == REVENUE].set_index("event_id")["account"]
    expected = [SITE.accounts.account_of(REVENUE, unit, product) for unit, product in both]
    assert revenue[recognised["event_id"].tolist()].tolist() == expected


OWN_WORDS = "; belongs to a closed period: posted on the first open day, 2026-04-01"
NARRATIVES = {
    "a bill": (
        bills, {"amount_minor": 1, "reason": "30 % of 10.00"}, "Billed: 30 % of 10.00",
    ),
    "a credit": (bills, {"amount_minor": -1, "reason": "no longer due"}, "Credited: no longer due"),
    "an event": (events, {"amount_minor": 1, "reason": "31 days"}, "Recognised: 31 days"),
    "a reversal": (events, {"amount_minor": -1, "reason": "31 days"}, "Reversed: 31 days"),
    "no reason": (events, {"amount_minor": 1}, "Recognised"),
    "an open day": (
        bills, {"amount_minor": 1, "accounting_date": "2026-03-10"}, "Billed",
    ),
    "a closed period": (
        bills,
        {"amount_minor": 1, "reason": "fee", "bill_date": "2026-02-10",
         "accounting_date": "2026-04-01"},
        "Billed: fee; dated 2026-02-10, posted on 2026-04-01",
    ),
    "an event of a closed period": (
        events,
        {"amount_minor": 1, "satisfaction_date": "2026-03-31", "accounting_date": "2026-04-01"},
        "Recognised; dated 2026-03-31, posted on 2026-04-01",
    ),
    "a closed period that the reason tells of": (
        bills,
        {"amount_minor": 1, "reason": f"fee{OWN_WORDS}", "bill_date": "2026-02-10",
         "accounting_date": "2026-04-01"},
        f"Billed: fee{OWN_WORDS}",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("make", "row", "said"), NARRATIVES.values(), ids=NARRATIVES)
def test_narratives(make: Callable[..., pd.DataFrame], row: dict[str, Any], said: str) -> None:
    rows = make(row)
    journal = journal_of(*((rows, events()) if make is bills else (bills(), rows)))
    assert journal["narrative"].unique().tolist() == [said]


def test_entry_numbers_grow_longer() -> None:
    ids = entry_ids("R", 1_000_001)
    assert [ids[at].as_py() for at in (0, 999_998, 999_999, 1_000_000)] == [
        "R-000001", "R-999999", "R-1000000", "R-1000001",
    ]  # fmt: skip


# What the proofs see


def shifted(journal: pd.DataFrame, row: int, column: str, value: Any) -> pd.DataFrame:
    """The journal with another value in one place."""
    return journal.assign(**{column: journal[column].where(np.arange(len(journal)) != row, value)})


BILLED, RECOGNISED = bills({"amount_minor": 100}), events({"amount_minor": 40})
SOUND = journal_lines(RUN, BILLED, RECOGNISED, net(), Settings())
POSITION_IS_OFF = "the journal leaves contract S-1 with another liability or asset than it has"
RECEIVABLE_IS_OFF = "the journal's receivable of East in USD is not the total of the bill lines"
REVENUE_IS_OFF = "the journal's revenue of East in USD is not the total of the satisfaction events"
TAMPERED = {
    "an amount": (
        shifted(SOUND, 0, "debit_minor", 101),
        [f"journal entry {RUN}-000001 does not balance", RECEIVABLE_IS_OFF],
    ),
    "another currency": (
        shifted(SOUND, 1, "currency", "EUR"),
        [f"journal entry {RUN}-000001 does not balance"] * 2,
    ),
    "both sides alike": (
        SOUND.assign(debit_minor=SOUND["debit_minor"] * 2, credit_minor=SOUND["credit_minor"] * 2),
        [RECEIVABLE_IS_OFF, REVENUE_IS_OFF, POSITION_IS_OFF],
    ),
    "an event that is not booked": (SOUND.iloc[:2], [REVENUE_IS_OFF, POSITION_IS_OFF]),
    "a bill booked twice": (
        pd.concat([SOUND, SOUND.iloc[:2].assign(entry_id="x")], ignore_index=True),
        [RECEIVABLE_IS_OFF, POSITION_IS_OFF],
    ),
    "an asset for a liability": (
        SOUND.assign(role=SOUND["role"].replace(LIABILITY, ASSET)), [POSITION_IS_OFF],
    ),
    "another contract": (
        SOUND.assign(subscription_number="S-2"),
        [POSITION_IS_OFF, POSITION_IS_OFF.replace("S-1", "S-2")],
    ),
    "another business unit": (
        SOUND.assign(business_unit=SOUND["business_unit"].where(SOUND["role"] != RECEIVABLE, "X")),
        ["the journal's receivable of X in USD is not the total of the bill lines",
         RECEIVABLE_IS_OFF],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("journal", "said"), TAMPERED.values(), ids=TAMPERED)
def test_the_proofs_see(journal: pd.DataFrame, said: list[str]) -> None:
    assert broken_journal_proofs(journal, BILLED, RECOGNISED, net()) == said


def test_the_proofs_know_what_was_before() -> None:
    """The same moves after another position: the liability would fall below zero."""
    only_event = events({"amount_minor": 40})
    journal = journal_lines(RUN, bills(), only_event, net(S_1=40), Settings())
    assert broken_journal_proofs(journal, bills(), only_event, net(S_1=40)) == []
    assert broken_journal_proofs(journal, bills(), only_event, net(S_1=39)) == [POSITION_IS_OFF]


# Any nights


ENTRIES = some.tuples(
    some.booleans(),
    some.sampled_from(["S-1", "S-2"]),
    some.integers(1, 3),
    some.integers(-300, 300) | some.integers(-(10**15) + 1, 10**15 - 1),
)
NIGHTS = some.lists(some.lists(ENTRIES, max_size=8), min_size=1, max_size=4)


def rows_of_night(
    night: list[tuple[bool, str, int, int]], *, is_bill: bool, key: str, date: str
) -> list[dict[str, Any]]:
    """The bills, or the events, of a night of (is a bill, contract, day, amount)."""
    return [
        {
            key: f"{contract}:10:{number}",
            "subscription_number": contract,
            date: f"2026-03-0{day}",
            "accounting_date": f"2026-03-0{day}",
            "amount_minor": amount,
        }
        for number, (bill, contract, day, amount) in enumerate(night)
        if bill == is_bill
    ]


@hypothesis_settings(deadline=None, max_examples=30)
@given(nights=NIGHTS, shuffled=some.randoms())
def test_any_nights(nights: list[list[tuple[bool, str, int, int]]], shuffled: Any) -> None:
    """Entries balance; the accounts end in the liability or the asset; input order is no matter."""
    standing = {"S-1": 0, "S-2": 0}
    journals = []
    for night in nights:
        billed = rows_of_night(night, is_bill=True, key="bill_line_id", date="bill_date")
        recognised = rows_of_night(night, is_bill=False, key="event_id", date="satisfaction_date")
        before = net(**{name.replace("-", "_"): amount for name, amount in standing.items()})
        journal = sound_journal(bills(*billed), events(*recognised), before)
        shuffled.shuffle(billed)
        shuffled.shuffle(recognised)
        pd.testing.assert_frame_equal(
            journal_lines(RUN, bills(*billed), events(*recognised), before.iloc[::-1], Settings()),
            journal,
        )
        for bill, contract, _, amount in night:
            standing[contract] += amount if bill else -amount
        journals.append(journal)
    together = pd.concat(journals)
    for contract, amount in standing.items():
        own = together[together["subscription_number"] == contract]
        by_role = signed(own).groupby(own["role"]).sum()
        assert by_role.get(LIABILITY, 0) == -max(amount, 0)
        assert by_role.get(ASSET, 0) == max(-amount, 0)
