"""What is said of each row: every fault once, every near miss not at all."""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipeline.confirm import Judged
from tests.confirm.conftest import FIRST_ANSWERS, Stages, judge

Judge = Callable[..., Judged]
PARTS = "subscription_number,charge_number,what,revision,transaction_number"
BOTH = "bill_line_id,subscription_number,charge_number,what,revision,transaction_number"

WRONG = [
    # a row | its code | the column | the same row, just right
    ("S-9:10:M1,,7,,", "ANS-03", "bill_line_id", "S-2:10:FEE,,7,,"),
    ("S-1:10:M1#1,,7,,", "ANS-03", "bill_line_id", "S-1:10:M1,,7,,"),
    ("s-1:10:M1,,7,,", "ANS-03", "bill_line_id", "S-1:10:M1,,7,,"),
    (",,7,,", "ANS-01", "bill_line_id", "S-1:10:M1,,7,,"),
    ("S-1:10:M2,,7,,", "ANS-04", "bill_line_id", "S-1:10:M1,,7,,"),
    ("S-1:10:M2,,,,No such site", "ANS-04", "bill_line_id", "S-1:10:M1,,,,No such site"),
    ("S-1:10:M1,,,,", "ANS-05", "answer", "S-1:10:M1,,7,,"),
    ("S-1:10:M1,,,2026-04-01,", "ANS-05", "answer", "S-1:10:M1,,7,2026-04-01,"),
    ("S-1:10:M1,,7,,Late", "ANS-05", "answer", "S-1:10:M1,INVOICED,7,,Late"),
    ("S-1:10:M1,INVOICED,,2026-04-01,", "ANS-06", "transaction_number",
     "S-1:10:M1,INVOICED,7,2026-04-01,"),
    ("S-1:10:M1,REJECTED,,,", "ANS-07", "message", "S-1:10:M1,REJECTED,,,No such site"),
    ("S-1:10:M1,REJECTED,7,,Late", "ANS-08", "transaction_number", "S-1:10:M1,REJECTED,,,Late"),
    ("S-1:10:M1,Invoiced,7,,", "VAL-03", "answer", "S-1:10:M1,INVOICED,7,,"),
    ("S-1:10:M1,,7,03/04/2026,", "VAL-07", "transaction_date", "S-1:10:M1,,7,2026-04-03,"),
    ("S-1:10:M1,,7,soon,", "VAL-06", "transaction_date", "S-1:10:M1,,7,2026-04-03,"),
    (f"S-1:10:M1,,,,{'x' * 2001}", "VAL-08", "message", f"S-1:10:M1,,,,{'x' * 2000}"),
    (f"S-1:10:M1,,{'7' * 51},,", "VAL-08", "transaction_number", f"S-1:10:M1,,{'7' * 50},,"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "code", "column", "right"), WRONG)
def test_a_fault_and_its_near_miss(
    stages: Stages, judged: Judge, wrong: str, code: str, column: str, right: str
) -> None:
    said = judged(stages.sent, wrong)
    assert addresses(said) == [(code, "error", "a.csv", 2, column)]
    assert re.search(r"[:,;] ", said.findings["message"].iloc[0]), "what is wrong, then what to do"
    assert said.answers.empty
    assert [sheet.row_numbers.tolist() for sheet in said.refused] == [[2]]
    assert told(judged(stages.sent, right)) == []


def addresses(said: Judged) -> list[tuple]:
    """Code, severity, file, row and column of every finding."""
    names = ["code", "severity", "file", "row", "column"]
    return list(said.findings[names].itertuples(index=False, name=None))


def told(said: Judged) -> list[str]:
    """The codes of all findings."""
    return said.findings["code"].tolist()


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("S-1,10,M1,0,7", None),
        ("S-1,10,M1,1,7", "ANS-03"),
        ("S-1,10,M1,,7", "ANS-01"),
        ("S-1,,M1,0,7", "ANS-01"),
        ("S-1,10,,0,7", "ANS-01"),
        (",10,M1,0,7", "ANS-01"),
        ("S-1,10,M1,nil,7", "VAL-04"),
        ("S-1,10,M1,-1,7", "VAL-09"),
    ],
)
@pytest.mark.parametrize(
    "headings",
    [
        PARTS,
        "INTERFACE_LINE_ATTRIBUTE1,INTERFACE_LINE_ATTRIBUTE2,INTERFACE_LINE_ATTRIBUTE3,"
        "INTERFACE_LINE_ATTRIBUTE4,TRANSACTION_NUMBER",
        "Interface Line Attribute1,Charge number,what *,Interface_Line_Attribute4,Transaction Number",
    ],
    ids=["names", "attributes", "mixed"],
)
def test_the_key_in_four_parts(
    stages: Stages, judged: Judge, headings: str, row: str, code: str | None
) -> None:
    said = judged(stages.sent, row, headings=headings)
    if code is None:
        assert told(said) == []
        assert said.answers["bill_line_id"].tolist() == ["S-1:10:M1"]
    else:
        assert code in told(said)
        assert said.answers.empty


def test_a_finding_names_the_heading_of_the_sheet(stages: Stages, judged: Judge) -> None:
    headings = ",".join(f"INTERFACE_LINE_ATTRIBUTE{n}" for n in (1, 2, 3, 4))
    said = judged(stages.sent, "S-1,10,M1,nil,7", headings=f"{headings},transaction_number")
    assert "INTERFACE_LINE_ATTRIBUTE4" in said.findings["column"].tolist()
    assert "INTERFACE_LINE_ATTRIBUTE4" in said.refused[0].faulty.iloc[0]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("S-1:10:M1,S-1,10,M1,0,7", None),
        ("S-1:10:M1,S-1,10,M1,,7", None),
        ("S-1:10:M1,,,,,7", None),
        ("S-1:10:M1,S-1,10,M1,1,7", "ANS-02"),
        ("S-1:10:M1,S-2,10,M1,0,7", "ANS-02"),
        ("S-1:10:M1,S-1,11,M1,0,7", "ANS-02"),
        ("S-1:10:M1,S-1,10,FEE,,7", "ANS-02"),
    ],
)
def test_both_keys_name_one_line(stages: Stages, judged: Judge, row: str, code: str | None) -> None:
    said = judged(stages.sent, row, headings=BOTH)
    assert told(said) == ([code] if code else [])


TOLD = [
    # a row about a line that was answered | what is said | whether it is kept
    ("S-2:10:FEE,,10045,2026-04-01,", ["ANS-11"], False),
    ("S-2:10:FEE,INVOICED,10045,,", ["ANS-11"], False),
    ("S-2:10:FEE,INVOICED,10045,2026-04-01,Thanks", ["ANS-11"], False),
    ("S-2:10:FEE,,10046,2026-04-01,", ["ANS-09"], False),
    ("S-2:10:FEE,,10045,2026-04-02,", ["ANS-09"], False),
    ("S-2:10:FEE,,,,Invalid site", ["ANS-09"], False),
    ("S-1:10:M1,,,,Invalid site", ["ANS-11"], False),
    ("S-1:10:M1,,,,Invalid account", [], True),
    ("S-1:10:M1,,,2026-04-01,Invalid site", [], True),
    ("S-1:10:M1,,10046,2026-04-01,", [], True),
]


@pytest.mark.parametrize(("row", "codes", "kept"), TOLD)
def test_after_an_answer(
    stages: Stages, judged: Judge, row: str, codes: list[str], kept: bool
) -> None:
    said = judged(stages.told, row)
    assert told(said) == codes
    assert len(said.answers) == kept
    assert said.repeated == ("ANS-11" in codes)


def test_the_same_file_again(stages: Stages) -> None:
    said = judge(stages.first_answers, stages.told)
    assert told(said) == ["ANS-11", "ANS-11"]
    assert (said.repeated, len(said.answers), said.refused) == (2, 0, ())
    assert set(said.findings["severity"]) == {"info"}


def test_the_same_file_after_it_was_sent_again(stages: Stages) -> None:
    """It tells of the first rejection, not of a second one."""
    said = judge(stages.first_answers, stages.resent)
    assert told(said) == ["ANS-12", "ANS-11"]
    assert said.findings["severity"].tolist() == ["warning", "info"]
    assert said.answers.empty


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ("S-1:10:M1,,,,Invalid site", True),
        ("S-1:10:M1,,,2026-04-02,Invalid site", True),
        ("S-1:10:M1,,10047,2026-04-02,", True),
    ],
)
def test_another_file_after_it_was_sent_again(
    stages: Stages, judged: Judge, row: str, kept: bool
) -> None:
    """Receivables may reject it once more, for the same reason."""
    said = judged(stages.resent, row)
    assert told(said) == []
    assert len(said.answers) == kept


def test_rows_of_one_line_that_differ(stages: Stages, judged: Judge) -> None:
    said = judged(
        stages.sent, "S-1:10:M1,,7,,", "S-1:10:M1,,8,,", "S-2:10:FEE,,9,,", "S-2:10:FEE,,,,Late"
    )
    assert told(said) == ["ANS-10"] * 4
    assert said.answers.empty


def test_rows_of_one_line_that_do_not_differ(stages: Stages, judged: Judge) -> None:
    """An error report has a row for every error of a line; equal rows are one."""
    said = judged(
        stages.sent,
        "S-1:10:M1,,,,Invalid site", "S-1:10:M1,,,,Invalid terms", "S-1:10:M1,,,,Invalid site",
        "S-2:10:FEE,,9,2026-04-01,", "S-2:10:FEE,INVOICED,9,2026-04-01,",
    )  # fmt: skip
    assert told(said) == ["ANS-11", "ANS-11"]
    assert said.answers["message"].dropna().tolist() == ["Invalid site", "Invalid terms"]
    assert said.answers["row"].tolist() == [2, 3, 5]


def test_a_report_that_keeps_old_rejections(stages: Stages, judged: Judge) -> None:
    """Old news beside new: the rejection was told, the invoice is new."""
    said = judged(stages.told, "S-1:10:M1,,,,Invalid site", "S-1:10:M1,,7,2026-04-02,")
    assert told(said) == ["ANS-11"]
    assert said.answers[["answer", "transaction_number"]].to_numpy().tolist() == [["INVOICED", "7"]]


def test_a_wrong_row_holds_no_other_back(stages: Stages, judged: Judge) -> None:
    said = judged(stages.sent, "S-1:10:M1,,7,,", "S-9:1:M1,,8,,", "S-2:10:FEE,,9,,")
    assert said.answers["bill_line_id"].tolist() == ["S-1:10:M1", "S-2:10:FEE"]
    assert said.files[["rows_read", "rows_accepted", "rows_refused"]].to_numpy().tolist() == [
        [3, 2, 1]
    ]
    assert (said.invoiced, said.rejected) == (2, 0)


def test_every_fault_of_a_row_is_told(stages: Stages, judged: Judge) -> None:
    said = judged(stages.sent, "S-9:1:M1,REJECTED,8,soon,")
    assert told(said) == ["ANS-03", "VAL-06"]


def test_line_breaks_in_a_message(stages: Stages, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('bill_line_id,message\nS-1:10:M1,"Invalid site\r\n\tSee 7"\n', "utf-8")
    said = judge(path, stages.sent)
    assert said.answers["message"].tolist() == ["Invalid site See 7"]


def test_an_answer_is_kept_as_it_came(stages: Stages) -> None:
    said = judge(stages.first_answers, stages.sent)
    kept = said.answers.assign(sha256="").to_dict("records")
    assert [{name: row[name] for name in row if not pd.isna(row[name])} for row in kept] == [
        {"bill_line_id": "S-1:10:M1", "of_run": 1, "answer": "REJECTED", "message": "Invalid site",
         "file": "first.csv", "sheet": "", "row": 2, "sha256": ""},
        {"bill_line_id": "S-2:10:FEE", "of_run": 1, "answer": "INVOICED", "transaction_number": "10045",
         "transaction_date": pd.Timestamp("2026-04-01"), "file": "first.csv", "sheet": "",
         "row": 3, "sha256": ""},
    ]  # fmt: skip
    assert stages.first_answers.read_text("utf-8") == FIRST_ANSWERS
