"""CSV files: delimiters, quotes, encodings, ragged rows, row numbers; both ways agree."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.read import Inputs, delimited, read_inputs
from pipeline.read.faults import UnreadableError
from pipeline.read.sheets import Grid, build_sheet

HEAD = "lookup_type,code,meaning\n"


def read(tmp_path: Path, content: str | bytes, name: str = "lookups.csv") -> Inputs:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_inputs(path)


def cells_of(inputs: Inputs) -> list[list[str]]:
    (sheet,) = inputs.sheets
    return sheet.cells.fillna("").to_numpy().tolist()


@pytest.mark.parametrize(
    ("content", "cells", "rows"),
    [
        pytest.param(HEAD + "A,B,C\n", ["ABC"], [2], id="plain"),
        pytest.param(HEAD + "A,B,C", ["ABC"], [2], id="no last line end"),
        pytest.param("\ufeff" + HEAD + "A,B,C\n", ["ABC"], [2], id="byte order mark"),
        pytest.param((HEAD + "A,B,C\n").replace("\n", "\r\n"), ["ABC"], [2], id="CRLF"),
        pytest.param((HEAD + "A,B,C\n").replace("\n", "\r"), ["ABC"], [2], id="CR"),
        pytest.param((HEAD + "A,B,C\n").replace(",", ";"), ["ABC"], [2], id="semicolon"),
        pytest.param((HEAD + "A,B,C\n").replace(",", "\t"), ["ABC"], [2], id="tab"),
        pytest.param((HEAD + "A,B,C\n").encode("utf-16"), ["ABC"], [2], id="UTF-16"),
        pytest.param(
            HEAD + "\n A ,B\u00a0,\tC\n , ,\n\nD,E,F\n\n\n", ["ABC", "DEF"], [3, 6], id="blanks"
        ),
        pytest.param("Lookups\n\n" + HEAD + "A,B,C\n\nD,E,F\n", ["ABC", "DEF"], [4, 6], id="title"),
        pytest.param(HEAD + "A,B,C,,\nD,E,F\n", ["ABC", "DEF"], [2, 3], id="blank surplus"),
    ],
)
def test_reads(tmp_path: Path, content: str | bytes, cells: list[str], rows: list[int]) -> None:
    inputs = read(tmp_path, content)
    assert cells_of(inputs) == [list(row) for row in cells]
    (sheet,) = inputs.sheets
    assert sheet.rows.tolist() == rows
    assert sheet.rows.dtype == "int32"
    assert set(sheet.cells.dtypes.astype(str)) == {"str"}
    assert inputs.findings.empty
    assert inputs.files["rows_read"].tolist() == [len(rows)]


def test_quoted_cells(tmp_path: Path) -> None:
    inputs = read(tmp_path, HEAD + 'A,"b, ""c""","x\ny"\r\n"D","",5" pipe\n')
    assert cells_of(inputs) == [["A", 'b, "c"', "x\ny"], ["D", "", '5" pipe']]
    assert inputs.sheets[0].rows.tolist() == [2, 3]


def test_text_that_looks_blank_or_numeric_stays(tmp_path: Path) -> None:
    assert cells_of(read(tmp_path, HEAD + "NA,null,00012\nNone,nan,1e5\n")) == [
        ["NA", "null", "00012"],
        ["None", "nan", "1e5"],
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b" \r\n\n", "empty", id="blank"),
        pytest.param(HEAD.encode() + b"A,B,M\xfcller\n", "byte 31, in line 2", id="Latin-1"),
        pytest.param(HEAD.encode() + b"A,B\0,C\n", "NUL", id="NUL"),
        pytest.param("\ufeffab".encode("utf-16-le")[:-1], "UTF-16", id="cut UTF-16"),
        pytest.param(b"PK\x03\x04rest", "rename it to end in .xlsx", id="workbook"),
        pytest.param(
            HEAD.encode() + b'A,"B,C\nD,E,F\n', "row 2 has a quotation mark", id="unclosed"
        ),
        pytest.param(
            HEAD.encode() + b'A,"Acme,x\nB,"Beta,y\n',
            "row 2 has a quotation mark",
            id="swallowed row",
        ),
    ],
)
def test_unreadable(tmp_path: Path, content: bytes, says: str) -> None:
    inputs = read(tmp_path, content)
    assert not inputs.sheets
    assert inputs.findings[["code", "severity"]].to_numpy().tolist() == [["FIL-01", "error"]]
    assert says in inputs.findings["message"][0]
    assert inputs.files["rows_read"].tolist() == [0]
    assert inputs.files["bytes"].tolist() == [len(content)]


def test_surplus_cells_are_an_error_at_their_row(tmp_path: Path) -> None:
    inputs = read(tmp_path, HEAD + "A,B,C\nD,E,F,G\n")
    assert cells_of(inputs) == [list("ABC"), list("DEF")]
    finding = inputs.findings.iloc[0]
    assert (finding["code"], finding["severity"], finding["row"]) == ("CSV-01", "error", 3)
    assert finding["value"] == "G"


def test_short_rows_are_one_warning(tmp_path: Path) -> None:
    inputs = read(tmp_path, HEAD + "A,B\n\nD,E,F\nG,H\n")
    assert cells_of(inputs) == [["A", "B", ""], ["D", "E", "F"], ["G", "H", ""]]
    assert inputs.findings[["code", "severity", "row"]].to_numpy().tolist() == [
        ["CSV-02", "warning", 2]
    ]


def test_a_cell_of_any_length_that_is_not_sane(tmp_path: Path) -> None:
    inputs = read(tmp_path, HEAD + f'A,B,"{"x" * 200_000}"\nD,E\n')
    assert inputs.findings["code"].tolist() == ["FIL-01"]


def test_headings_without_rows(tmp_path: Path) -> None:
    inputs = read(tmp_path, HEAD)
    assert cells_of(inputs) == []
    assert inputs.findings[["code", "severity"]].to_numpy().tolist() == [["FIL-05", "info"]]


plain_cells = st.text(st.sampled_from('aZ0 ,;"\n\r\té\u00a0='), max_size=5)


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


records = st.lists(
    st.lists(
        st.one_of(plain_cells.map(quoted), st.text("ab \u00a0", max_size=3)), min_size=3, max_size=3
    ).map(",".join),
    max_size=6,
)
texts = st.one_of(
    st.builds(
        lambda rows, end, last: HEAD + end.join(rows) + last,
        records,
        st.sampled_from(["\n", "\r\n", "\n\n"]),
        st.sampled_from(["", "\n", "\n\n"]),
    ),
    st.text('ab,"\n\r ', max_size=25).map(lambda text: HEAD + text),
    st.text('ab,"\n ', max_size=25).map(lambda text: text + "\n" + HEAD + text),
)


@settings(max_examples=400, deadline=None)
@given(text=texts)
def test_both_ways_agree(text: str) -> None:
    """Wherever the fast way gives an answer, the strict one gives the same, without findings."""
    data = text.encode()
    layout = delimited.find_layout(data, "lookups")
    if layout is None:
        return
    fast = delimited.read_whole(data, layout)
    if fast is None:
        return
    slow, findings = delimited.read_records(data, layout, "lookups.csv")
    assert not findings
    one, other = (
        build_sheet(Grid("lookups", "lookups.csv", "", 1, layout.headings, columns)).sheets[0]
        for columns in (fast, slow)
    )
    assert one.rows.tolist() == other.rows.tolist()
    assert one.cells.equals(other.cells)


@settings(max_examples=200, deadline=None)
@given(rows=records)
def test_well_formed_files_take_the_fast_way(rows: list[str]) -> None:
    data = (HEAD + "\n".join(rows)).replace("\r", "").encode()
    layout = delimited.find_layout(data, "lookups")
    assert layout is not None
    assert delimited.read_whole(data, layout) is not None


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=40))
def test_any_bytes_give_a_reading_or_a_reason(data: bytes) -> None:
    try:
        delimited.read_delimited(data, "lookups", "lookups.csv")
    except UnreadableError as fault:
        assert ";" in str(fault)
