"""Any line and any event of a small random company explains itself, and so does what is not posted."""

import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.explain import explain, known_ids
from pipeline.explain.kept import Kept, keep
from pipeline.screen import as_json
from pipeline.screen_explain import explanation_words
from pipeline.store import reading
from tests.builders import Company, bill_night, day, import_company, store_url
from tests.explain.little import TODAY, explain_all
from tests.explain.uploads import cell_at, same
from tests.laws.companies import companies, whole
from tests.laws.test_laws import few, fresh_folder

STATES = {"DUE", "WITHHELD", "SCHEDULED", "OPEN", "NOT_BILLED"}
FIRST, LAST = "2026-06-30", "2026-12-31"


MOST = 3
"""Ids of a contract that are asked for; which ones differs from run to run."""


@given(companies(least=1, most=3), st.booleans(), st.randoms(use_true_random=False))
@few(5)
def test_everything_explains_itself(
    subscriptions: list[Company], twice: bool, chance: random.Random
) -> None:
    with fresh_folder() as folder:
        store = store_url(folder)
        import_company(folder / "inbox", whole(subscriptions), store)
        bill_night(store, FIRST, allow_implausible=True)
        if twice:
            bill_night(store, LAST, allow_implausible=True)
        for number in [f"S-{place}" for place in range(len(subscriptions))]:
            with reading(store, "test") as connection:
                kept = keep(connection, number)
            if kept.is_known:
                check_contract(kept, store, folder, chance)


def check_contract(kept: Kept, store: str, folder: Path, chance: random.Random) -> None:
    """Its story holds every posting once; its ids have their state, their values and their places."""
    story = explain(store, kept.number, TODAY)
    told = [entry["id"] for chapter in story["story"] for entry in chapter["entries"]
            if "id" in entry]  # fmt: skip
    posted = [*kept.lines["bill_line_id"], *kept.events["event_id"]]
    assert sorted(told) == sorted(posted)
    assert explanation_words(story)
    amounts = dict(
        zip(posted, [*kept.lines["reason"], *kept.events["reason"]], strict=True)
    )  # fmt: skip
    names = known_ids(kept, kept.last_night or day(FIRST))
    chosen = chance.sample(names, min(MOST, len(names)))
    for name, account in explain_all(store, chosen).items():
        assert as_json(account)
        assert name in explanation_words(account)
        assert account["rules"]
        if name in amounts:
            assert account["sentence"] == amounts[name]
            assert account["run"]
        else:
            assert account["state"] in STATES
            assert account["because"]
        for value in account["values"]:
            if value["how"] in ("UPLOADED", "TEMPLATE"):
                path = folder / "inbox" / value["file"]
                cell = cell_at(path, value["sheet"], value["row"], value["heading"])
                assert same(cell, value["value"]) or (not cell and value["note"]), value
