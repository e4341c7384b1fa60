"""The file for Revenue Management: documents, lines and satisfaction events, column by column."""

import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.export.choice import targets_of
from pipeline.export.controls import differences, join_controls
from pipeline.export.revenue_rows import WHOLE, satisfaction_events
from pipeline.export.row_forms import TargetError
from pipeline.export.target_files import expected_controls, write_target
from pipeline.record import RunRecord
from pipeline.settings import Settings
from schemas.outputs import RevenueEvents, RevenueLines, dtypes_of

REVENUE_MANAGEMENT = targets_of(Settings(targets=("oracle-revenue",)))[0]
LAYOUTS = {
    record_type: form.layout
    for record_type, form in zip("HLS", REVENUE_MANAGEMENT.records, strict=True)
}
FILE = "revenue/RevenueBasisData.txt"

ONE_LINE: dict[str, Any] = {
    "revenue_line_id": "S-1:10", "revision": 0, "subscription_number": "S-1", "line_number": "1",
    "charge_number": "10", "product_code": "SUB", "method": "MILESTONE", "starts_on": "2026-01-01",
    "ends_on": "2026-12-31", "currency": "USD", "total_minor": 123456,
    "standalone_selling_price_minor": None, "allocated_minor": 120000,
    "document_date": "2026-01-01", "business_unit": "East", "customer_number": "K-7",
    "bill_to_account": "1001", "bill_to_site": "2002", "purchase_order": "PO-9",
    "description": "Build", "reason": "its bill lines",
}  # fmt: skip
ONE_EVENT: dict[str, Any] = {
    "event_id": "S-1:10:R1", "revenue_line_id": "S-1:10", "line_revision": 0,
    "subscription_number": "S-1", "line_number": "1", "charge_number": "10", "product_code": "SUB",
    "method": "MILESTONE", "what": "R1", "revision": 0, "satisfaction_date": "2026-03-09",
    "accounting_date": "2026-04-01", "percent_millionths": 33_340_000, "currency": "USD",
    "amount_minor": 40008, "allocated_minor": 120000, "business_unit": "East", "reason": "a third",
}  # fmt: skip


def frame_of(model: Any, one: dict[str, Any], changes: list[dict[str, Any]]) -> pd.DataFrame:
    """One row for each dictionary of what differs from `one`."""
    rows = [{**one, **change} for change in changes]
    return model.validate(pd.DataFrame(rows, columns=list(one)).astype(dtypes_of(model)))


def lines_of(*changes: dict[str, Any]) -> pd.DataFrame:
    return frame_of(RevenueLines, ONE_LINE, list(changes))


def events_of(*changes: dict[str, Any]) -> pd.DataFrame:
    numbered = [
        {"event_id": f"S-1:10:R1#{number}", **change} for number, change in enumerate(changes)
    ]
    return frame_of(RevenueEvents, ONE_EVENT, numbered)


def record_of(lines: pd.DataFrame, events: pd.DataFrame) -> RunRecord:
    """A run that posted this revenue; what the file does not show is left empty."""
    rest = dict.fromkeys(
        ("inputs", "bill_lines", "milestones", "phases", "withheld", "balances", "findings",
         "journal", "revenue_balances", "revenue_to_come", "positions", "roll_forward"),
        pd.DataFrame(),
    )  # fmt: skip
    return RunRecord(
        run_id="2026-03-31-1", as_of=datetime.date(2026, 3, 31), program_version="0.1.0",
        settings=Settings(), refused=(), revenue_lines=lines, revenue_events=events, **rest,
    )  # fmt: skip


def expected_of(record: RunRecord) -> pd.DataFrame:
    """What the file must come to by the ledger."""
    return pd.concat([join_controls([]), *expected_controls(record, REVENUE_MANAGEMENT)])


def written(folder: Path, lines: pd.DataFrame, events: pd.DataFrame) -> list[dict[str, str]]:
    """What is not blank in each row of the file, by column."""
    record = record_of(lines, events)
    controls = join_controls(write_target(record, REVENUE_MANAGEMENT, folder))
    assert differences(expected_of(record), controls) == []
    if not (folder / FILE).exists():
        return []
    text = (folder / FILE).read_bytes().decode()
    assert text.endswith("\n")
    rows = [row.split("|") for row in text.split("\n")[:-1]]
    return [
        {name: cell for name, cell in zip(LAYOUTS[row[0]], row, strict=True) if cell}
        for row in rows
    ]


DOCUMENT = {
    "RECORD_TYPE": "H", "DOCUMENT_TYPE_CODE": "FUSION_OSS", "DOC_ID_CHAR_1": "S-1",
    "DOC_ID_CHAR_2": "1", "SOURCE_SYSTEM": "MILESTONE_BILLING", "DOCUMENT_DATE": "01-Jan-26",
    "DOCUMENT_NUMBER": "S-1", "CURRENCY_CODE": "USD", "ORGANIZATION_NAME": "East",
    "ORIG_SYS_BILL_TO_CUST_SITE_REF": "2002", "ORIG_SYS_BILL_TO_CUST_REF": "1001",
    "CUST_PO_NUMBER": "PO-9",
}  # fmt: skip
LINE = {
    "RECORD_TYPE": "L", "DOCUMENT_TYPE_CODE": "FUSION_OSS", "DOC_LINE_ID_INT_1": "1",
    "DOC_LINE_ID_CHAR_1": "S-1", "DOC_LINE_ID_CHAR_2": "10", "SOURCE_SYSTEM": "MILESTONE_BILLING",
    "LINE_NUM": "1", "DOC_ID_CHAR_1": "S-1", "DOC_ID_CHAR_2": "1", "QUANTITY": "1",
    "UNIT_SELLING_PRICE": "1234.56", "LINE_AMOUNT": "1234.56", "SOURCE_ITEM_NUMBER": "SUB",
    "SATISFACTION_MEASUREMENT_MODEL": "ORA_MEASURE_PERCENT_SATISFIED", "CUST_PO_NUMBER": "PO-9",
    "VERSION_NUMBER": "1", "ORIG_SYS_BILL_TO_CUST_SITE_REF": "2002",
    "ORIG_SYS_BILL_TO_CUST_REF": "1001",
}  # fmt: skip
EVENT = {
    "RECORD_TYPE": "S", "DOC_SUB_LINE_TYPE": "ORA_SATIS_EVENT_SMM_PERCENTAGE",
    "DOC_SUB_LINE_LEVEL": "L", "DOC_SUB_LINE_ID_INT_1": "0", "DOC_SUB_LINE_ID_CHAR_1": "S-1",
    "DOC_SUB_LINE_ID_CHAR_2": "10", "DOC_SUB_LINE_ID_CHAR_3": "R1", "DOC_LINE_ID_INT_1": "1",
    "DOC_LINE_ID_CHAR_1": "S-1", "DOC_LINE_ID_CHAR_2": "10", "DOC_ID_CHAR_1": "S-1",
    "DOC_ID_CHAR_2": "1", "SOURCE_SYSTEM": "MILESTONE_BILLING",
    "SATISFACTION_MEASUREMENT_DATE": "09-Mar-26", "SATISFACTION_EVENT_PERCENT": "33.34",
    "DOCUMENT_TYPE_CODE": "FUSION_OSS",
}  # fmt: skip


def without(row: dict[str, str], *names: str) -> dict[str, str]:
    return {name: text for name, text in row.items() if name not in names}


AMOUNTS = ("UNIT_SELLING_PRICE", "LINE_AMOUNT")
LINE_CASES: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("by milestones", {}, LINE),
    (
        "a change: another line id, the same characters",
        {"revision": 2, "total_minor": 100000},
        LINE
        | {"DOC_LINE_ID_INT_1": "3", "VERSION_NUMBER": "3"}
        | dict.fromkeys(AMOUNTS, "1000.00"),
    ),
    (
        "over time",
        {"method": "STRAIGHT_LINE"},
        LINE
        | {
            "SATISFACTION_MEASUREMENT_MODEL": "ORA_MEASURE_PERIOD_SATISFIED",
            "RULE_START_DATE": "01-Jan-26",
            "RULE_END_DATE": "31-Dec-26",
        },
    ),
    (
        "over time without an end",
        {"method": "STRAIGHT_LINE", "ends_on": None},
        LINE
        | {
            "SATISFACTION_MEASUREMENT_MODEL": "ORA_MEASURE_PERIOD_SATISFIED",
            "RULE_START_DATE": "01-Jan-26",
        },
    ),
    (
        "at a point in time",
        {"method": "POINT_IN_TIME"},
        LINE | {"SATISFACTION_MEASUREMENT_MODEL": "ORA_MEASURE_QUANTITY_SATISFIED"},
    ),
    (
        "a standalone selling price",
        {"standalone_selling_price_minor": 150000},
        LINE | {"UNIT_SSP": "1500.00"},
    ),
    (
        "a standalone selling price of nothing is not a blank one",
        {"standalone_selling_price_minor": 0},
        LINE | {"UNIT_SSP": "0.00"},
    ),
    ("no decimals", {"currency": "JPY"}, LINE | dict.fromkeys(AMOUNTS, "123456")),
    ("three decimals", {"currency": "BHD"}, LINE | dict.fromkeys(AMOUNTS, "123.456")),
    ("nothing", {"total_minor": 0}, LINE | dict.fromkeys(AMOUNTS, "0.00")),
    ("a discount", {"total_minor": -100}, LINE | dict.fromkeys(AMOUNTS, "-1.00")),
    ("no purchase order", {"purchase_order": ""}, without(LINE, "CUST_PO_NUMBER")),
    (
        "a separator or a line break is a space",
        {"purchase_order": "a|b\r\nc\u2028d"},
        LINE | {"CUST_PO_NUMBER": "a b c d"},
    ),
    (
        "quotes and formulas are carried unchanged",
        {"purchase_order": '="1,2"'},
        LINE | {"CUST_PO_NUMBER": '="1,2"'},
    ),
]

QUANTITY = without(EVENT, "SATISFACTION_EVENT_PERCENT") | {
    "DOC_SUB_LINE_TYPE": "ORA_SATIS_EVENT_SMM_QUANTITY", "SATISFIED_QUANTITY": "1",
}  # fmt: skip
AT_ONCE: dict[str, Any] = {"method": "POINT_IN_TIME", "percent_millionths": 100_000_000}
PERIOD: dict[str, Any] = {"method": "POINT_IN_TIME", "percent_millionths": None}
EVENT_CASES: list[tuple[str, dict[str, Any], dict[str, str] | None]] = [
    ("a milestone", {}, EVENT),
    (
        "a reversal",
        {"revision": 1, "percent_millionths": -33_340_000, "amount_minor": -40008},
        EVENT | {"DOC_SUB_LINE_ID_INT_1": "1", "SATISFACTION_EVENT_PERCENT": "-33.34"},
    ),
    (
        "the whole",
        {"percent_millionths": 100_000_000},
        EVENT | {"SATISFACTION_EVENT_PERCENT": "100"},
    ),
    (
        "a millionth of a percent",
        {"percent_millionths": 1},
        EVENT | {"SATISFACTION_EVENT_PERCENT": "0.000001"},
    ),
    ("0 percent: a correction of the amount", {"percent_millionths": 0, "amount_minor": 1}, None),
    (
        "a percentage of nothing",
        {"amount_minor": 0, "allocated_minor": 0},
        EVENT,
    ),
    ("no percentage: what stood was a rounding", {"percent_millionths": None}, None),
    ("of a later version of the line", {"line_revision": 4}, EVENT | {"DOC_LINE_ID_INT_1": "5"}),
    (
        "a month of a straight line",
        {"method": "STRAIGHT_LINE", "what": "R2026-03", "percent_millionths": None},
        None,
    ),
    ("a fee", AT_ONCE | {"what": "RFEE"}, QUANTITY | {"DOC_SUB_LINE_ID_CHAR_3": "RFEE"}),
    (
        "a fee taken back",
        AT_ONCE | {"percent_millionths": -100_000_000, "amount_minor": -40008},
        QUANTITY | {"SATISFIED_QUANTITY": "-1"},
    ),
    ("a fee's correction", AT_ONCE | {"percent_millionths": 0}, None),
    (
        "a period: its share",
        PERIOD | {"what": "R2026-03-01", "amount_minor": 30000},
        QUANTITY | {"DOC_SUB_LINE_ID_CHAR_3": "R2026-03-01", "SATISFIED_QUANTITY": "0.25"},
    ),
    (
        "a period taken back",
        PERIOD | {"amount_minor": -40000},
        QUANTITY | {"SATISFIED_QUANTITY": "-0.333333333333"},
    ),
    (
        "a discount's period",
        PERIOD | {"amount_minor": -40000, "allocated_minor": -60000},
        QUANTITY | {"SATISFIED_QUANTITY": "0.666666666667"},
    ),
    (
        "the largest amounts",
        PERIOD | {"amount_minor": 10**14, "allocated_minor": 10**15 - 1},
        QUANTITY | {"SATISFIED_QUANTITY": "0.1"},
    ),
    ("a period of nothing", PERIOD | {"amount_minor": 0}, None),
    ("a line that came to nothing", PERIOD | {"amount_minor": -1, "allocated_minor": 0}, None),
    (
        "a line that came to next to nothing",
        PERIOD | {"amount_minor": -(10**15), "allocated_minor": 1},
        QUANTITY | {"SATISFIED_QUANTITY": "-1"},
    ),
]


@pytest.mark.parametrize(
    ("about", "change", "expected"), LINE_CASES, ids=[case[0] for case in LINE_CASES]
)
def test_lines(
    tmp_path: Path, about: str, change: dict[str, Any], expected: dict[str, str]
) -> None:
    document, line = written(tmp_path, lines_of(change), events_of())
    assert line == expected
    shared = {name: line[name] for name in ("CUST_PO_NUMBER",) if name in line}
    assert without(document, "CUST_PO_NUMBER", "CURRENCY_CODE") | shared == (
        without(DOCUMENT, "CUST_PO_NUMBER", "CURRENCY_CODE") | shared
    )
    assert document["CURRENCY_CODE"] == change.get("currency", "USD")


@pytest.mark.parametrize(
    ("about", "change", "expected"), EVENT_CASES, ids=[case[0] for case in EVENT_CASES]
)
def test_events(
    tmp_path: Path, about: str, change: dict[str, Any], expected: dict[str, str] | None
) -> None:
    assert written(tmp_path, lines_of(), events_of(change)) == ([expected] if expected else [])


def test_rows_of_all_cases_together_are_the_same_rows(tmp_path: Path) -> None:
    """Alone, a column may be constant; among others it is chosen row by row."""
    lines = lines_of(*(change for _, change, _ in LINE_CASES))
    events = events_of(*(change for _, change, _ in EVENT_CASES))
    rows = written(tmp_path, lines, events)
    assert [row for row in rows if row["RECORD_TYPE"] == "L"] == [case[2] for case in LINE_CASES]
    assert [row for row in rows if row["RECORD_TYPE"] == "S"] == [
        case[2] for case in EVENT_CASES if case[2]
    ]


def test_documents_come_first_each_once_then_lines_then_events(tmp_path: Path) -> None:
    lines = lines_of(
        {"line_number": "2", "charge_number": "10"},
        {"line_number": "1", "charge_number": "20"},
        {"line_number": "2", "charge_number": "30"},
        {"subscription_number": "A-1"},
    )
    rows = written(tmp_path, lines, events_of({}, {"revision": 1}))
    assert "".join(row["RECORD_TYPE"] for row in rows) == "HHHLLLLSS"
    documents = [(row["DOC_ID_CHAR_1"], row["DOC_ID_CHAR_2"]) for row in rows[:3]]
    assert documents == [("A-1", "1"), ("S-1", "1"), ("S-1", "2")]
    assert {(row["DOC_ID_CHAR_1"], row["DOC_ID_CHAR_2"]) for row in rows} == set(documents)


def test_a_line_keeps_its_characters_over_its_versions(tmp_path: Path) -> None:
    first, later, event = (
        row
        for row in written(tmp_path, lines_of({}, {"revision": 1}), events_of({"line_revision": 1}))
        if row["RECORD_TYPE"] != "H"
    )
    key = ("DOC_LINE_ID_CHAR_1", "DOC_LINE_ID_CHAR_2")
    assert {tuple(row[name] for name in key) for row in (first, later, event)} == {("S-1", "10")}
    assert [row["DOC_LINE_ID_INT_1"] for row in (first, later, event)] == ["1", "2", "2"]


def test_no_news_no_file(tmp_path: Path) -> None:
    straight = events_of({"method": "STRAIGHT_LINE", "percent_millionths": None})
    assert written(tmp_path, lines_of(), straight) == []
    assert list(tmp_path.iterdir()) == []


def test_controls_are_by_business_unit_and_currency(tmp_path: Path) -> None:
    lines = lines_of(
        {}, {"business_unit": "West"}, {"currency": "JPY"}, {"total_minor": -3456}, {"revision": 1}
    )
    controls = join_controls(
        write_target(record_of(lines, events_of()), REVENUE_MANAGEMENT, tmp_path)
    )
    assert controls.to_numpy().tolist() == [
        [FILE, "East", "JPY", 1, 123456],
        [FILE, "East", "USD", 3, 243456],
        [FILE, "West", "USD", 1, 123456],
    ]


def test_a_fault_in_the_written_totals_shows(tmp_path: Path) -> None:
    record = record_of(lines_of({}), events_of({}))
    controls = join_controls(write_target(record, REVENUE_MANAGEMENT, tmp_path))
    [expected] = expected_controls(record, REVENUE_MANAGEMENT)
    assert differences(expected.assign(amount_minor=1), controls) == [
        f"{FILE}, East, USD: the file holds 1 lines and 1234.56, the ledger 1 lines and 0.01"
    ]


def test_the_same_rows_give_the_same_bytes_however_they_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = lines_of(*(change for _, change, _ in LINE_CASES))
    events = events_of(*(change for _, change, _ in EVENT_CASES))
    whole = written(tmp_path / "whole", lines, events)
    monkeypatch.setattr("pipeline.export.csv_text.row_chunks.__defaults__", (2,))
    assert written(tmp_path / "cut", lines, events) == whole
    assert (tmp_path / "cut" / FILE).read_bytes() == (tmp_path / "whole" / FILE).read_bytes()


@pytest.mark.parametrize("size", [30, 31])
def test_a_key_is_never_cut(tmp_path: Path, size: int) -> None:
    lines = lines_of({"charge_number": "ü" * size})
    if size == 30:
        assert written(tmp_path, lines, events_of())[1]["DOC_LINE_ID_CHAR_2"] == "ü" * 30
        return
    with pytest.raises(TargetError, match=r"DOC_LINE_ID_CHAR_2: .* 31 characters"):
        written(tmp_path, lines, events_of())


def test_months_are_english(tmp_path: Path) -> None:
    events = events_of(*({"satisfaction_date": f"2026-{month:02}-28"} for month in range(1, 13)))
    days = [row["SATISFACTION_MEASUREMENT_DATE"] for row in written(tmp_path, lines_of(), events)]
    months = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
    assert days == [f"28-{month}-26" for month in months.split("|")]


def test_layouts_are_as_practitioners_gave_them() -> None:
    assert {record_type: len(layout) for record_type, layout in LAYOUTS.items()} == {
        "H": 113, "L": 174, "S": 203,
    }  # fmt: skip
    assert {layout[0] for layout in LAYOUTS.values()} == {"RECORD_TYPE"}
    assert [LAYOUTS["L"].index(name) + 1 for name in ("LINE_AMOUNT", "REVISION_INTENT_TYPE_CODE")] == [
        28, 174,
    ]  # fmt: skip
    assert LAYOUTS["S"][-4:] == (
        "SATISFACTION_MEASUREMENT_DATE", "SATISFIED_QUANTITY", "SATISFACTION_EVENT_PERCENT",
        "DOCUMENT_TYPE_CODE",
    )  # fmt: skip


PERIODS = st.lists(st.integers(1, 10**9), min_size=1, max_size=40)


@given(PERIODS)
def test_the_periods_of_a_charge_satisfy_its_line_once(amounts: list[int]) -> None:
    """Each share is rounded once, so that they are whole to within half a unit each."""
    events = events_of(
        *(PERIOD | {"amount_minor": amount, "allocated_minor": sum(amounts)} for amount in amounts)
    )
    rows = satisfaction_events(record_of(lines_of(), events))
    assert len(rows) == len(amounts)
    assert abs(rows["satisfied"].sum() - WHOLE) <= len(amounts) / 2


def test_a_file_without_rows_is_not_written(tmp_path: Path) -> None:
    record = record_of(lines_of(), events_of())
    assert write_target(record, REVENUE_MANAGEMENT, tmp_path) == []
    assert list(tmp_path.iterdir()) == []
