"""`history` says what waits for an answer: by run, and by age as of the last night."""

from pathlib import Path

import pytest
from sqlalchemy import text

from pipeline.store import writing
from tests.confirm.test_story import ALL, Desk, desk

__all__ = ["desk"]


def test_by_age(desk: Desk) -> None:
    """Both lines are sent: of 10 March (21 days) and of 1 January (89 days)."""
    (run,) = desk.history()
    assert run["unanswered"] == 2
    assert run["unanswered_by_age"] == [
        {"currency": "USD", "age": "1-30", "lines": 1, "amount": "3000.00"},
        {"currency": "USD", "age": "61-90", "lines": 1, "amount": "500.00"},
    ]
    words = desk.command("history").stdout.splitlines()
    assert words[0].split()[-3:] == ["unanswered", "posted", "at"]
    assert words[2:] == [
        "",
        "sent and unanswered, by days since the bill date, as of 2026-03-31",
        "  currency  lines  current     1-30  31-60   61-90  over 90",
        "  USD           2        -  3000.00      -  500.00        -",
    ]


def test_after_answers(desk: Desk) -> None:
    desk.confirm("S-1:10:M1,,,Invalid site", "S-2:10:FEE,501,,")
    (run,) = desk.history()
    assert (run["unanswered"], run["unanswered_by_age"]) == (0, [])
    assert run["rejected"] == [{"currency": "USD", "lines": 1, "amount": "3000.00"}]
    assert desk.command("history").stdout.splitlines()[2:] == [
        "",
        "rejected: the next run sends it again, unless it is on hold",
        "  currency  lines   amount",
        "  USD           1  3000.00",
    ]
    desk.night("2026-04-30")
    assert [run["unanswered"] for run in desk.history()] == [1, 0]
    assert desk.history()[0]["unanswered_by_age"][0]["age"] == "31-60"


@pytest.mark.parametrize(
    ("as_of", "age"),
    [("2026-03-10", "current"), ("2026-03-11", "1-30"), ("2026-04-09", "1-30"),
     ("2026-04-10", "31-60"), ("2026-05-09", "31-60"), ("2026-05-10", "61-90"),
     ("2026-06-08", "61-90"), ("2026-06-09", "over 90")],
)  # fmt: skip
def test_where_an_age_begins(sqlite_url: str, tmp_path: Path, as_of: str, age: str) -> None:
    (tmp_path / "out").mkdir()
    desk = Desk(tmp_path, sqlite_url)
    desk.night(as_of, tables=ALL)
    amounts = {total["age"]: total["amount"] for total in desk.history()[0]["unanswered_by_age"]}
    assert amounts[age] == ("3500.00" if len(amounts) == 1 else "3000.00")


def test_of_a_store_that_knows_no_answers_yet(desk: Desk) -> None:
    """An earlier version wrote it last: reading changes nothing in it, and says what there is."""
    with writing(desk.store, "test") as connection, connection.begin():
        for name in ("answers", "resent_lines"):
            connection.execute(text(f"DROP TABLE {name}"))
    (run,) = desk.history()
    assert (run["lines"], run["unanswered"]) == (2, 0)
