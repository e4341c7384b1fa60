"""The law of the agenda: of what it leaves out, a night posts nothing."""

import datetime

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.agenda import days_to_look
from tests.laws.naive_revenue import Deal, Rules
from tests.laws.schedule_worlds import nights
from tests.laws.test_revenue_laws import LAW, WORLDS, accepted, ledger, rules, with_deals

ONE_DAY = datetime.timedelta(days=1)


@settings(LAW, max_examples=2)
@given(WORLDS, nights(), st.integers(8, 16), rules())
def test_a_contract_posts_on_no_night_before_it_is_to_be_looked_at(
    world: list[Deal], first: datetime.date, days: int, chosen: Rules
) -> None:
    """Night after night: whoever posts, or has something withheld, was to be looked at by then."""
    with ledger(chosen) as books:
        contracts = with_deals(accepted(books.folder, world), world)
        look_on = pd.Series(pd.Timestamp(first), _numbers(contracts)).astype("datetime64[s]")
        for night in (first + ONE_DAY * place for place in range(days)):
            revenue = books.night_of(night.isoformat(), contracts)
            posted = (books.bills.lines, books.bills.withheld, revenue.lines, revenue.events)
            numbers = pd.concat([rows["subscription_number"] for rows in posted]).unique()
            due = look_on.reindex(numbers) <= pd.Timestamp(night)
            assert due.all(), (night, list(numbers[~due]))
            agenda = days_to_look(contracts, books.bills, revenue, night, books.settings)
            told = agenda.set_index("subscription_number")["look_on"]
            waits = told.index.isin(books.bills.withheld["subscription_number"])
            assert ((told <= pd.Timestamp(night)) == waits).all()
            # the store knows of the others what it was told when they were last looked at
            looked_at = look_on <= pd.Timestamp(night)
            look_on = told.where(looked_at.reindex(told.index), look_on.reindex(told.index))


def _numbers(contracts: dict[str, pd.DataFrame]) -> pd.Index:
    return pd.Index(contracts["subscriptions"]["subscription_number"])
