"""The shipped targets, what a declaration may say, documents, limits and forms of amounts."""

import datetime
import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as arrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.export.amount_text import amount_texts, plain_amounts
from pipeline.export.choice import choose_targets, targets_of
from pipeline.export.documents import file_bounds, with_documents
from pipeline.export.row_forms import BRACKETS, MINUS, POSITIVE, AmountForm, TargetError
from pipeline.export.row_sources import ROW_SOURCES, due_dates
from pipeline.export.target_reader import read_target
from pipeline.export.targets import Documents, Limits, shipped_names, shipped_text
from pipeline.settings import Settings, settings_from_text, settings_text

MakeLines = Callable[..., pd.DataFrame]
AS_OF = datetime.date(2026, 3, 31)


def test_the_defaults_are_oracles() -> None:
    assert [target.name for target in targets_of(Settings())] == [
        "oracle-autoinvoice", "oracle-revenue",
    ]  # fmt: skip


def test_a_run_of_an_earlier_version_has_the_targets_that_there_were() -> None:
    told = json.loads(settings_text(Settings(targets=("parquet",))))
    del told["targets"], told["target"], told["target_files"]
    assert settings_from_text(json.dumps(told)) == Settings()


def test_the_shipped_layout_is_autoinvoice() -> None:
    layout = targets_of(Settings())[0].records[0].layout
    assert len(layout) == 372
    places = {name: place for place, name in enumerate(layout, 1)}
    assert [places[name] for name in ("ORG_ID", "TRX_NUMBER", "LINE_TYPE", "AMOUNT")] == [
        1, 7, 26, 32,
    ]  # fmt: skip
    assert [places[name] for name in ("REFERENCE_LINE_CONTEXT", "BU_NAME", "END")] == [
        130, 287, 372,
    ]  # fmt: skip


def test_all_shipped_targets_can_be_written_together() -> None:
    chosen = choose_targets(Settings(), None, shipped_names())
    assert tuple(target.name for target in targets_of(chosen)) == shipped_names()


def test_every_shipped_target_says_what_could_not_be_verified() -> None:
    for name in shipped_names():
        text = shipped_text(f"{name}.toml") or ""
        assert "UNVERIFIED: " in text or "layout is this program's own" in text, name


@pytest.mark.parametrize("name", ["xero-invoices", "quickbooks-invoices", "netsuite-invoices"])
def test_a_copy_of_a_shipped_target_is_a_sites_own(name: str) -> None:
    text = (shipped_text(f"{name}.toml") or "").replace("/", "/own-", 1)
    assert (
        read_target("own", text, {}).documents == targets_of(Settings(targets=(name,)))[0].documents
    )


TERMS = [
    ("30 Net", "2026-04-30"), ("Net 30", "2026-04-30"), ("net 7 days", "2026-04-07"),
    ("14", "2026-04-14"), ("30NET", "2026-04-30"), ("0 days", "2026-03-31"), ("IMMEDIATE", None),
    ("2/10 Net 30", None), ("30 EOM", None), ("1000 Net", None), ("", "2026-05-15"),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "day"), TERMS)
def test_due_dates(make_lines: MakeLines, terms: str, day: str | None) -> None:
    lines = make_lines({"payment_terms": terms, "bill_date": "2026-03-31"})
    [due] = due_dates(lines, "Net 45")
    assert (None if due is pd.NaT else str(due.date())) == day


def documents_of(lines: pd.DataFrame, *group_by: str, apart: bool = False) -> pd.DataFrame:
    documents = Documents(group_by, "{run_id}/{counter}", apart)
    sided = lines.assign(side=np.where(lines["amount_minor"] < 0, "credits", "charges"))
    return with_documents(sided, documents, ROW_SOURCES["bill_lines"], (), "R-1", AS_OF)


def test_lines_that_agree_share_a_number_in_the_order_of_their_first(make_lines: MakeLines) -> None:
    lines = make_lines(
        {"customer_number": "B"}, {"customer_number": "A"}, {"customer_number": "B", "amount_minor": -1}
    )  # fmt: skip
    together, apart = (documents_of(lines, "customer_number", apart=one) for one in (False, True))
    shown = ["document_number", "document_line", "what"]
    assert together[shown].to_numpy().tolist() == [
        ["R-1/0001", 1, "M1"], ["R-1/0001", 2, "M3"], ["R-1/0002", 1, "M2"],
    ]  # fmt: skip
    assert apart[shown].to_numpy().tolist() == [
        ["R-1/0001", 1, "M1"], ["R-1/0002", 1, "M2"], ["R-1/0003", 1, "M3"],
    ]  # fmt: skip
    assert documents_of(make_lines(), "customer_number").empty


def test_a_missing_day_is_a_group_of_its_own(make_lines: MakeLines) -> None:
    lines = make_lines({}, {"service_start": "2026-01-01"}, {})
    assert documents_of(lines, "service_start")["document"].tolist() == [0, 0, 1]


SIZES = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 9)), min_size=1, max_size=20)


@given(SIZES, st.integers(1, 5), st.integers(4, 12), st.integers(36, 80))
def test_files_hold_whole_documents_and_as_many_as_they_may(
    documents: list[tuple[int, int]], most: int, rows: int, octets: int
) -> None:
    codes = np.repeat(np.arange(len(documents)), [count for count, _ in documents])
    sizes = np.array([size for count, size in documents for _ in range(count)])
    frame = pd.DataFrame({"document": codes, "document_number": codes.astype(str)})
    limits = Limits(most, rows, octets)
    files = list(file_bounds(frame, limits, sizes, 0, "x"))
    assert [code for one in files for code in codes[one]] == list(codes)
    for one, following in zip(files, [*files[1:], None], strict=True):
        within = (len(set(codes[one])), one.stop - one.start, sizes[one].sum())
        assert all(a <= b for a, b in zip(within, (most, rows, octets), strict=True))
        if following:
            first = codes == codes[following.start]
            assert codes[one.stop - 1] != codes[following.start]
            more = (within[0] + 1, within[1] + first.sum(), within[2] + sizes[first].sum())
            assert any(a > b for a, b in zip(more, (most, rows, octets), strict=True))


def test_a_document_beyond_the_limits_is_named() -> None:
    rows = pd.DataFrame({"document": [0, 1, 1], "document_number": ["R-1", "R-2", "R-2"]})
    with pytest.raises(TargetError, match="x: document R-2 alone is beyond the limits"):
        list(file_bounds(rows, Limits(rows=1), None, 0, "x"))


FORMS = st.builds(
    AmountForm, st.sampled_from([None, 3, 6]), st.sampled_from(".,"),
    st.sampled_from([MINUS, POSITIVE, BRACKETS]),
)  # fmt: skip


@given(st.lists(st.integers(-(10**15) + 1, 10**15 - 1)), FORMS)
def test_what_is_written_reads_back(thousandths: list[int], form: AmountForm) -> None:
    plain = [f"{'-' * (n < 0)}{abs(n) // 1000}.{abs(n) % 1000:03}" for n in thousandths]
    texts = arrow.array([*plain, ""], arrow.large_string())
    is_negative = np.array([*(n < 0 for n in thousandths), False])
    again = plain_amounts(amount_texts(texts, form, "A"), form, is_negative).to_pylist()
    zeros = "0" * ((form.decimals or 3) - 3)
    assert again == [*(text + zeros for text in plain), ""]


def test_decimals_are_refused_never_rounded() -> None:
    texts = arrow.array(["1.200", "1.234"], arrow.large_string())
    with pytest.raises(TargetError, match=r"A: 1\.234 has more than 2 decimals"):
        amount_texts(texts, AmountForm(2), "A")
    assert amount_texts(texts[:1], AmountForm(2), "A").to_pylist() == ["1.20"]
    assert amount_texts(texts.slice(0, 0), AmountForm(0), "A").to_pylist() == []


def test_a_bad_parquet_declaration_is_named() -> None:
    text = shipped_text("parquet.toml") or ""
    for good, bad, said in [
        ('rows = "journal"', 'rows = "bill_lines"', "give each of bill_lines, revenue_events"),
        ("parquet/journal.parquet", "../journal.parquet", "must be a folder and a file"),
        ("parquet/journal.parquet", "parquet/README.md", "two files share a path"),
        ("[file]", "[files]", "files is not known; known here: file, table"),
    ]:
        with pytest.raises(TargetError, match=said) as fault:
            read_target("own", text.replace(good, bad), {})
        assert "own.toml, line " in str(fault.value)
