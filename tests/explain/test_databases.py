"""Both databases know the same, and count the same places, whatever their own order of texts."""

import csv
from pathlib import Path
from typing import Any

import pytest

from pipeline.explain import explain
from pipeline.status import read_status
from tests.builders import Company, changed, joined, little_company, references, store_url
from tests.explain.little import TODAY, Desk, explain_all
from tests.explain.uploads import rows_of, zip_rows
from tests.schedules import schedule

NUMBERS = ("S-1", "S-10", "S 1", "s-1", "S_1", "S.1", "Ä-1", "S-1/A", "Z")
"""Which a database in a human language would put into another order than their octets."""
UNITS = ("East", "east", "Öst", "West 1")


def company(year: str) -> Company:
    """Contracts of many names and units: a fee, a monthly charge, and one recognised at once."""
    kinds = [
        schedule(
            number, f"start_date={year}-01-01, end_date={year}-12-31, "
            f"business_unit={UNITS[place % len(UNITS)]}",
            charges=["charge_type=ONE_TIME, amount=500.00, billing_timing=IN_ADVANCE",
                     "amount=31.00", "amount=10.00, revenue_method=POINT_IN_TIME"],
        )
        for place, number in enumerate(NUMBERS)
    ]  # fmt: skip
    return joined(references(), *kinds)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """After the night of all these contracts, on each database; only looked at."""
    postgresql = request.param == "postgresql"
    store = request.getfixturevalue("new_database")() if postgresql else ""
    desk = Desk(tmp_path_factory.mktemp("places"), store)
    desk.night(company("2026"))
    return desk


def rows_of_run(folder: Path, name: str) -> list[dict[str, str]]:
    """A CSV file of a run."""
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def check_places(account: dict[str, Any], out: Path, name: str) -> None:
    """The row of every file holds the line, or the event, of that name."""
    key = name.partition("#")[0].split(":")
    for place in account["files"]:
        path = out / place["run_id"] / place["file"]
        if "entry_id" in place:
            entries = {
                row["bill_line_id"] or row["event_id"]: row["entry_id"]
                for row in rows_of_run(path.parent, place["file"])
            }
            assert entries[name] == place["entry_id"]
        elif place.get("member") == "S":
            cells = path.read_text("utf-8").splitlines()[place["row"] - 1].split("|")
            assert cells[0] == "S"
            assert set(key) <= set(cells)
        elif "member" in place:
            assert key == zip_rows(path, place["member"])[place["row"] - 1][37:40]
        else:
            assert name in rows_of(path)[place["row"] - 1]


def test_places_in_the_files(desk: Desk) -> None:
    """A contract has seven lines and seven events: one of each is asked for, another one each time."""
    out = desk.out
    lines = [row["bill_line_id"] for row in rows_of_run(out / "2026-03-31-1", "bill_lines.csv")]
    events = [row["event_id"] for row in rows_of_run(out / "2026-03-31-1", "revenue_events.csv")]
    assert (len(lines), len(events)) == (63, 63)
    chosen = [*lines[::8], *events[4::8]]
    assert {name.split(":")[0] for name in chosen} == set(NUMBERS)
    for name, account in explain_all(desk.store, chosen).items():
        check_places(account, out, name)


def test_only_the_contracts_own_rows(desk: Desk) -> None:
    """S-1 is not S-10, nor s-1."""
    for number in ("S-1", "S 1", "Ä-1"):
        ids = [entry["id"] for chapter in desk.explain(number)["story"]
               for entry in chapter["entries"] if "id" in entry]  # fmt: skip
        assert len(ids) == 14
        assert {name.split(":")[0] for name in ids} == {number}


def test_both_tell_the_same(tmp_path: Path, postgresql_url: str) -> None:
    told = []
    for place, store in enumerate((store_url(tmp_path), postgresql_url)):
        desk = Desk(tmp_path / str(place), store)
        desk.bill(little_company(), "2026-03-31")
        desk.bill(changed(little_company(), "milestones 3: completion_date=2026-04-01"),
                   "2026-04-01")  # fmt: skip
        accounts = [explain(store, name, TODAY) for name in
                    ("S-1", "S-1:10:M1", "S-1:10:M2", "S-1:10:RFEE", "S-2:10:FEE")]  # fmt: skip
        told.append([without_clocks(one) for one in accounts])
        status = read_status(store, None, TODAY)
        told[-1].append(status.contracts.to_dict("records"))
    assert told[0] == told[1]


def without_clocks(account: Any) -> Any:
    """The account without the times at which something was uploaded or posted."""
    if isinstance(account, dict):
        clocks = ("uploaded_at", "posted_at", "at")
        return {key: without_clocks(one) for key, one in account.items() if key not in clocks}
    return [without_clocks(one) for one in account] if isinstance(account, list) else account
