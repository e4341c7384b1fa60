"""Uploads change only what they hold: upserts by key, and the same key twice."""

from pathlib import Path

import pytest

from pipeline.settings import Settings
from tests.builders import (
    QUIET,
    Company,
    changed,
    check_inbox,
    codes,
    found,
    import_company,
    joined,
    judge,
    little_company,
    references,
    refused_rows,
    rows_of,
    write_inbox,
)  # fmt: skip
from tests.validate.rows_in_force import cells, plan


def test_a_partial_file_keeps_what_is_stored(tmp_path: Path, stored: str) -> None:
    upload = {"milestones": rows_of(
        "subscription_number | charge_number | event_type | sequence | milestone_name "
        "| completion_date",
        "S-1 | 10 | BILLING | 2 | Build | 2026-03-20",
    )}  # fmt: skip
    tonight = judge(tmp_path / "second", upload, stored)
    assert codes(tonight) == []
    assert plan(tonight) == [[1, "Kick-off", 30_000_000], [2, "Build", 70_000_000]]
    assert list(tonight.accepted) == ["milestones"]
    assert len(tonight.accepted["milestones"]) == 1


@pytest.mark.parametrize(
    ("column", "stands"),
    [
        pytest.param("", "Phase 1", id="an absent column keeps the stored value"),
        pytest.param("comment", None, id="a blank cell clears it"),
    ],
)
def test_absent_and_blank(column: str, stands: str | None, tmp_path: Path, store: str) -> None:
    first = changed(little_company(), "milestones 3: comment=Phase 1")
    import_company(tmp_path / "first", first, store)
    row = little_company()["milestones"][1] | ({column: ""} if column else {})
    tonight = judge(tmp_path / "second", {"milestones": [row]}, store)
    assert cells(tonight, "milestones", "comment") == [[None], [stands]]
    assert len(tonight.accepted.get("milestones", [])) == (1 if column else 0)


def test_a_blank_cell_of_a_flag_takes_its_default(tmp_path: Path, store: str) -> None:
    first = changed(references(), "lookups 2: enabled=N")
    import_company(tmp_path / "first", first, store)
    silent = {"lookups": rows_of("lookup_type | code", "MILESTONE_NAME | Kick-off")}
    blank = {"lookups": rows_of("lookup_type | code | enabled", "MILESTONE_NAME | Kick-off |")}

    def enabled(upload: Company, folder: str) -> str:
        rows = judge(tmp_path / folder, upload, store).contracts["lookups"]
        return rows.loc[rows["code"] == "Kick-off", "enabled"].item()

    assert (enabled(silent, "silent"), enabled(blank, "blank")) == ("N", "Y")


def test_a_required_column_may_be_absent_where_it_is_stored(tmp_path: Path, stored: str) -> None:
    upload = {"charges": rows_of("subscription_number | charge_number | tax_code", "S-1|10|VAT")}
    tonight = judge(tmp_path / "second", upload, stored)
    assert codes(tonight) == []
    assert cells(tonight, "charges", "amount_minor", "tax_code") == [[1_000_000, "VAT"]]


def test_a_required_column_may_not_be_absent_on_a_new_row(tmp_path: Path, stored: str) -> None:
    upload = {"charges": rows_of("subscription_number | charge_number | tax_code", "S-1|20|VAT")}
    tonight = judge(tmp_path / "second", upload, stored)
    assert {finding["column"] for finding in found(tonight, "VAL-01")} == {
        "line_number", "charge_type", "amount",
    }  # fmt: skip
    assert refused_rows(tonight) == {("charges", 2)}


AMEND = (
    "actions 2: subscription_number=S-1, line_number=1, action=AMEND, effective_date=2026-02-01, "
    "new_line_number=2"
)


@pytest.mark.parametrize("nights", [1, 2], ids=["in one upload", "a night later"])
def test_a_row_of_what_an_action_makes_says_only_what_is_other(
    tmp_path: Path, store: str, nights: int
) -> None:
    """The amended charge costs 800.00, and is in arrears, less 10 percent and taxed as the old one."""
    recurring = changed(
        little_company(), "drop milestones",
        "charges 2: charge_type=RECURRING, amount=500.00, billing_frequency=MONTHLY, "
        "milestone_billing=, billing_timing=IN_ARREARS, price_adjustment_percent=-10, tax_code=VAT",
    )  # fmt: skip
    import_company(tmp_path / "first", recurring, store)
    amended = {"actions": changed({"actions": []}, AMEND)["actions"]}
    other = {"charges": rows_of("subscription_number | charge_number | amount", "S-1|10-2|800.00")}
    if nights == 1:
        tonight = judge(tmp_path / "second", joined(amended, other), store)
    else:
        import_company(tmp_path / "second", amended, store)
        tonight = judge(tmp_path / "third", other, store)
    assert codes(tonight) == []
    told = ("charge_number", "line_number", "amount_minor", "billing_timing", "tax_code",
            "price_adjustment_percent_millionths")  # fmt: skip
    assert ["10-2", "2", 80_000, "IN_ARREARS", "VAT", -10_000_000] in cells(
        tonight, "charges", *told
    )


def test_the_same_upload_again_changes_nothing(tmp_path: Path, stored: str) -> None:
    tonight = judge(tmp_path / "second", little_company(), stored)
    assert tonight.accepted == {}
    assert tonight.files["rows_accepted"].equals(tonight.files["rows_read"])


TWICE = [
    # the row once more, with these cells; code; is refused
    ("", "KEY-02", False),
    ("percent=70.0", "KEY-02", False),
    ("percent=70.000001", "KEY-01", True),
    ("comment=Ready", "KEY-01", True),
    ("sequence=2.0", "KEY-02", False),
]


@pytest.mark.parametrize(
    ("change", "code", "is_refused", "files"),
    [(*case, 1 + number % 2) for number, case in enumerate(TWICE)],
)
def test_the_same_key_twice(
    change: str, code: str, is_refused: bool, files: int, tmp_path: Path
) -> None:
    company = little_company()
    row = company["milestones"][1] | dict([change.split("=")] if change else [])
    if files == 2:
        write_inbox(tmp_path / "inbox", {"milestones": [row]}, "-later")
        rows = [("milestones-later.csv", 2), ("milestones.csv", 3)]
    else:
        company["milestones"].append(row)
        rows = [("milestones.csv", 3), ("milestones.csv", 4)]
    validated = judge(tmp_path / "inbox", company)
    told = found(validated, code)
    said = [(finding["file"], finding["row"]) for finding in told]
    assert set(said) <= set(rows)
    assert len(said) == (2 if is_refused else 1)
    assert {finding["column"] for finding in told} == {"sequence"}
    assert {finding["severity"] for finding in told} == {"error" if is_refused else "info"}
    numbers = set(validated.contracts["subscriptions"]["subscription_number"])
    assert numbers == ({"S-2"} if is_refused else {"S-1", "S-2"})


def test_blank_in_one_file_and_absent_in_another_does_not_depend_on_their_names(
    tmp_path: Path, store: str
) -> None:
    first = changed(little_company(), "milestones 3: comment=Phase 1")
    import_company(tmp_path / "first", first, store)
    silent = {"milestones": [little_company()["milestones"][1]]}
    blank = changed({"milestones": [dict(silent["milestones"][0])]}, "milestones 2: comment=")

    def judged(folder: str, suffix_of_silent: str, suffix_of_blank: str) -> tuple:
        inbox = write_inbox(tmp_path / folder, silent, suffix_of_silent)
        write_inbox(inbox, blank, suffix_of_blank)
        validated = check_inbox(inbox, store, Settings(), QUIET)[1]
        return codes(validated), cells(validated, "milestones", "comment")

    assert judged("one", "-a", "-b") == judged("other", "-b", "-a")
