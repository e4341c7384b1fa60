"""Any line and any event of a small random company explains itself, and so does what is not posted."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.explain import explain, known_ids
from pipeline.explain.kept import Kept, keep
from pipeline.screen import as_json
from pipeline.screen_explain import explanation_words
from pipeline.store import reading
from tests.builders import Company, bill_night, day, import_company, store_url
from tests.explain.little import TODAY
from tests.explain.uploads import cell_at, same
from tests.laws.companies import companies, whole
from tests.laws.test_laws import few, fresh_folder

STATES = {"DUE", "WITHHELD", "SCHEDULED", "OPEN", "NOT_BILLED"}
FIRST, LAST = "2026-06-30", "2026-12-31"


@given(companies(least=1, most=3), st.booleans())
@few(8)
def test_everything_explains_itself(subscriptions: list[Company], twice: bool) -> None:
    with fresh_folder() as folder:
        store = store_url(folder)
        import_company(folder / "inbox", whole(subscriptions), store)
        bill_night(store, FIRST)
        if twice:
            bill_night(store, LAST)
        for number in [f"S-{place}" for place in range(len(subscriptions))]:
            with reading(store, "test") as connection:
                kept = keep(connection, number)
            if kept.is_known:
                check_contract(kept, store, folder)


def check_contract(kept: Kept, store: str, folder: object) -> None:
    """Its story holds every posting once; every id has its state, its values and their places."""
    story = explain(store, kept.number, TODAY)
    told = [entry["id"] for chapter in story["story"] for entry in chapter["entries"]
            if "id" in entry]  # fmt: skip
    posted = [*kept.lines["bill_line_id"], *kept.events["event_id"]]
    assert sorted(told) == sorted(posted)
    assert explanation_words(story)
    amounts = dict(
        zip(posted, [*kept.lines["reason"], *kept.events["reason"]], strict=True)
    )  # fmt: skip
    for name in known_ids(kept, kept.last_night or day(FIRST)):
        account = explain(store, name, TODAY)
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
                path = folder / "inbox" / value["file"]  # type: ignore[operator]
                cell = cell_at(path, value["sheet"], value["row"], value["heading"])
                assert same(cell, value["value"]) or (not cell and value["note"]), value
