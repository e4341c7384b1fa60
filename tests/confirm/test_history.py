"""`history` says what waits for an answer: by run, and by age as of the last night."""

import datetime

import pytest
from sqlalchemy import text

from pipeline.store import writing
from tests.builders import day, joined
from tests.confirm.test_story import FIRST, SECOND, confirm
from tests.desk import Desk
from tests.schedules import company_of, schedule


def test_by_age(first_night: Desk) -> None:
    """Both lines are sent: of 10 March (21 days) and of 1 January (89 days)."""
    (run,) = first_night.history()
    assert run["unanswered"] == 2
    assert run["unanswered_by_age"] == [
        {"currency": "USD", "age": "1-30", "lines": 1, "amount": "3000.00"},
        {"currency": "USD", "age": "61-90", "lines": 1, "amount": "500.00"},
    ]
    words = first_night.on("history").stdout.splitlines()
    assert words[0].split()[-3:] == ["unanswered", "posted", "at"]
    assert words[2:] == [
        "",
        "sent and unanswered, by days since the bill date, as of 2026-03-31",
        "  currency  lines  current     1-30  31-60   61-90  over 90",
        "  USD           2        -  3000.00      -  500.00        -",
    ]


def test_after_answers(after_first_night: Desk) -> None:
    desk = after_first_night
    confirm(desk, "S-1:10:M1,,,Invalid site", "S-2:10:FEE,501,,")
    (run,) = desk.history()
    assert (run["unanswered"], run["unanswered_by_age"]) == (0, [])
    assert run["rejected"] == [{"currency": "USD", "lines": 1, "amount": "3000.00"}]
    assert desk.on("history").stdout.splitlines()[2:] == [
        "",
        "rejected: the next run sends it again, unless it is on hold",
        "  currency  lines   amount",
        "  USD           1  3000.00",
    ]
    desk.night({}, SECOND)
    assert [run["unanswered"] for run in desk.history()] == [1, 0]
    assert desk.history()[0]["unanswered_by_age"][0]["age"] == "31-60"


DAYS = [0, 1, 30, 31, 60, 61, 90, 91]
"""Since the bill date: each age's first day and its last. The amounts add up to one sum only."""


def test_where_an_age_begins(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Fees of 1.00, 2.00, 4.00 and so on, so many days old: every age names its own two."""
    dates = [day(FIRST) - datetime.timedelta(days) for days in DAYS]
    fees = [
        schedule(f"S-{days}", f"start_date={date}",
                 charges=[f"charge_type=ONE_TIME, amount={2**place}.00"])
        for place, (days, date) in enumerate(zip(DAYS, dates, strict=True))
    ]  # fmt: skip
    desk = Desk(tmp_path_factory.mktemp("ages"))
    desk.night(joined(company_of(), *fees), FIRST)
    (run,) = desk.history()
    assert {total["age"]: total["amount"] for total in run["unanswered_by_age"]} == {
        "current": "1.00", "1-30": "6.00", "31-60": "24.00", "61-90": "96.00", "over 90": "128.00",
    }  # fmt: skip


def test_of_a_store_that_knows_no_answers_yet(after_first_night: Desk) -> None:
    """An earlier version wrote it last: reading changes nothing in it, and says what there is."""
    desk = after_first_night
    with writing(desk.store, "test") as connection, connection.begin():
        for name in ("answers", "resent_lines"):
            connection.execute(text(f"DROP TABLE {name}"))
    (run,) = desk.history()
    assert (run["lines"], run["unanswered"]) == (2, 0)
