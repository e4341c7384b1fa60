"""Laws of the whole: what holds for every company, through real files and a real store."""

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.nightly import import_inbox
from pipeline.settings import Settings
from tests.bill.contracts import charge, subscription
from tests.builders import (
    QUIET,
    Company,
    bill,
    bill_night,
    import_company,
    joined,
    judge,
    ledger_lines,
    little_company,
    night,
    references,
    store_url,
    write_inbox,
)  # fmt: skip
from tests.laws.companies import THE_END, Plan, companies, plans, whole

STORE = "store.db"


def few(examples: int) -> settings:
    """A night costs the same for one contract as for ten, so few companies of many contracts."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """A folder of its own for an example."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@cache
def references_stored() -> bytes:
    """A store that holds the references and nothing else, so that no example uploads them."""
    with fresh_folder() as folder:
        import_company(folder / "references", references(), store_url(folder))
        return (folder / STORE).read_bytes()


def ledgers(*steps: Company | str, given: bytes = b"") -> list[pd.DataFrame]:
    """The ledger of a store after every night: a company is uploaded, a day is billed."""
    after = []
    with fresh_folder() as folder:
        store = store_url(folder)
        (folder / STORE).write_bytes(given or references_stored())
        for number, step in enumerate(steps):
            if isinstance(step, str):
                bill_night(store, step, allow_implausible=True)
                after.append(ledger_lines(store))
            else:
                import_company(folder / str(number), step, store)
    return after


def ledger_after(*steps: Company | str, given: bytes = b"") -> pd.DataFrame:
    """The ledger after the last night."""
    return ledgers(*steps, given=given)[-1]


def stored(*uploads: Company) -> bytes:
    """A store with the references and these uploads, for several histories to go on from."""
    with fresh_folder() as folder:
        (folder / STORE).write_bytes(references_stored())
        for number, upload in enumerate(uploads):
            import_company(folder / str(number), upload, store_url(folder))
        return (folder / STORE).read_bytes()


def assert_same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other.reset_index(drop=True))


@few(5)
@given(companies(5, 9), st.sampled_from(["2026-03-31", "2026-09-30", THE_END]))
def test_the_parts_total_the_whole(company: list[Company], as_of: str) -> None:
    """Price = billed + withheld + unbilled; a plan that is all reached bills its price."""
    with fresh_folder() as folder:
        validated = judge(folder, whole(company))
    bills = bill(validated.contracts, as_of)
    charges = bills.charges.set_index(["subscription_number", "charge_number"])
    keys = ["subscription_number", "charge_number"]
    billed = bills.lines.groupby(keys)["amount_minor"].sum().reindex(charges.index, fill_value=0)
    withheld = bills.withheld.groupby(keys)["amount_minor"].sum().reindex(
        charges.index, fill_value=0)  # fmt: skip
    assert billed.tolist() == charges["billed_tonight_minor"].tolist()
    assert withheld.tolist() == charges["withheld_minor"].tolist()
    assert (billed + withheld + charges["unbilled_minor"]).tolist() == (
        charges["price_minor"].tolist()
    )
    planned = bills.milestones[bills.milestones["event_type"] == "BILLING"]
    shares = planned.groupby(keys)["amount_minor"].sum()
    assert shares.tolist() == charges["price_minor"].reindex(shares.index).tolist()
    assert (bills.lines["bill_date"] <= pd.Timestamp(as_of)).all()
    assert bills.lines["bill_line_id"].is_unique


@few(2)
@given(companies(5, 9))
def test_a_second_run_posts_nothing(company: list[Company]) -> None:
    upload = joined(*company)
    once, again, uploaded_again = ledgers(upload, THE_END, THE_END, upload, THE_END)
    assert_same(once, again)
    assert_same(once, uploaded_again)


@few(2)
@given(
    companies(5, 9),
    st.lists(
        st.sampled_from(["2026-02-28", "2026-05-31", "2026-08-15", "2026-11-30"]),
        unique=True,
        min_size=1,
    ),
)
def test_night_by_night_is_once_at_the_end(company: list[Company], nights: list[str]) -> None:
    uploaded = stored(joined(*company))
    at_once = ledger_after(THE_END, given=uploaded)
    assert_same(at_once, ledger_after(*sorted(nights), THE_END, given=uploaded))


@few(2)
@given(companies(5, 9), st.data())
def test_subscriptions_are_independent(company: list[Company], data: st.DataObject) -> None:
    """run(A and B) = run(A) and run(B)."""
    cut = data.draw(st.integers(1, len(company) - 1))
    apart = [ledger_after(joined(*part), THE_END) for part in (company[:cut], company[cut:])]
    together = ledger_after(joined(*company), THE_END)
    union = pd.concat(apart, ignore_index=True).sort_values("bill_line_id", ignore_index=True)
    assert_same(together, union)


@few(2)
@given(companies(5, 9), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_files_does_not_matter(
    company: list[Company], shuffle: random.Random
) -> None:
    """Every table shuffled and dealt out to files of any name bills the same."""
    upload = whole(company)
    with fresh_folder() as folder:
        inbox = folder / "inbox"
        for table, rows in upload.items():
            shuffled = shuffle.sample(rows, len(rows))
            cut = shuffle.randint(0, len(rows))
            for suffix, part in (("-b", shuffled[:cut]), ("-a", shuffled[cut:])):
                if part:
                    write_inbox(inbox, {table: part}, suffix)
        import_inbox(inbox, store_url(folder), Settings(), QUIET)
        bill_night(store_url(folder), THE_END, allow_implausible=True)
        assert_same(ledger_after(upload, THE_END), ledger_lines(store_url(folder)))


@few(2)
@given(companies(5, 9), st.randoms(use_true_random=False))
def test_the_order_of_imports_between_nights_does_not_matter(
    company: list[Company], shuffle: random.Random
) -> None:
    """The subscriptions uploaded in two parts, in any order, or all at once."""
    parts = shuffle.sample(company, len(company))
    cut = shuffle.randint(1, len(parts) - 1)
    apart = ledger_after(joined(*parts[:cut]), joined(*parts[cut:]), THE_END)
    assert_same(ledger_after(joined(*company), THE_END), apart)


def with_plan(number: str, plan: Plan, amount: str) -> Company:
    """A contract of one charge that is billed by this plan."""
    return joined(
        subscription(number),
        charge(number, amount, milestone_billing="Y"),
        {"milestones": plan.rows(number, "10")},
    )


def replanned(before: Plan, after: Plan) -> Plan:
    """The reached parts as they are; the others replaced by new ones, all of them reached."""
    reached = [n for n, day in enumerate(before.days) if day]
    taken = sum(before.parts[n] for n in reached)
    left = sum(before.parts) - taken
    scaled = [part * left // sum(after.parts) for part in after.parts[:-1]]
    fresh = [*scaled, left - sum(scaled)] if left else [0] * len(after.parts)
    kept = tuple(part if n in reached else 0 for n, part in enumerate(before.parts))
    return Plan((*kept, *fresh), (*before.days, *("2027-02-28" for _ in fresh)))


@few(2)
@given(
    st.lists(
        st.tuples(
            plans(), plans(), st.sampled_from(["0.05", "5.47", "-100.01", "9999999999999.99"])
        ),
        min_size=4,
        max_size=8,
    )
)
def test_changing_what_is_not_billed_still_totals_the_price(
    changes: list[tuple[Plan, Plan, str]],
) -> None:
    """Contracts whose unbilled milestones are replaced, once their reached ones were billed."""
    amounts = {f"S-{n}": minor(amount) for n, (_, _, amount) in enumerate(changes)}
    uploads = [
        joined(*(with_plan(f"S-{n}", plan, amount) for n, (plan, amount) in enumerate(planned)))
        for planned in (
            [(before, amount) for before, _, amount in changes],
            [(replanned(before, after), amount) for before, after, amount in changes],
        )
    ]
    first, second = ledgers(uploads[0], "2027-01-31", uploads[1], "2027-03-31")
    stands = second[second["bill_line_id"].isin(first["bill_line_id"])]
    assert_same(first, stands)
    assert (second["revision"] == 0).all()
    assert second.groupby("subscription_number")["amount_minor"].sum().to_dict() == amounts


def minor(amount: str) -> int:
    return int(amount.replace(".", ""))


def test_a_night_twice_is_one_night(tmp_path: Path) -> None:
    """The whole command, files and all: the second run of a night posts nothing and says so."""
    store = store_url(tmp_path)
    first = night(tmp_path, little_company(), store, "2026-03-31")
    before = ledger_lines(store)
    second = night(tmp_path, little_company(), store, "2026-03-31")
    assert (first.record.run_id, second.record.run_id) == ("2026-03-31-1", "2026-03-31-2")
    assert (len(first.record.bill_lines), len(second.record.bill_lines)) == (2, 0)
    assert_same(before, ledger_lines(store))
