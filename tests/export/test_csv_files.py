"""bill_lines.csv and findings.csv, to the letter."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from pipeline.export.csv_files import write_bill_lines, write_findings
from pipeline.findings import join_findings, no_findings, one_finding

HEADER = (
    "bill_line_id,corrects_bill_line_id,subscription_number,line_number,charge_number,kind,what,"
    "phase_number,service_start,service_end,bill_date,accounting_date,currency,amount,"
    "customer_number,business_unit,reason"
)


def test_bill_lines_golden(make_lines: Callable[..., pd.DataFrame], tmp_path: Path) -> None:
    lines = make_lines(
        {"service_start": "2026-01-01", "service_end": "2026-03-31", "phase_number": "P1"},
        {"amount_minor": -5, "reason": "=SUM(A1), by hand", "corrects_bill_line_id": "C-1:10:M1"},
    )
    write_bill_lines(lines, tmp_path)
    assert (tmp_path / "bill_lines.csv").read_bytes().decode() == (
        f"{HEADER}\n"
        "C-1:10:M1,,C-1,1,10,MILESTONE,M1,P1,2026-01-01,2026-03-31,2026-03-15,2026-04-01,USD,"
        "1234.56,K-7,East,25 percent of 4938.24\n"
        "C-1:10:M2,C-1:10:M1,C-1,1,10,MILESTONE,M2,,,,2026-03-15,2026-04-01,USD,"
        '-0.05,K-7,East,"\'=SUM(A1), by hand"\n'
    )


@pytest.mark.parametrize(
    ("currency", "amount_minor", "written"),
    [
        ("JPY", 1234, "1234"),
        ("JPY", -1, "-1"),
        ("USD", 100, "1.00"),
        ("BHD", 1234, "1.234"),
        ("BHD", -7, "-0.007"),
        ("USD", 999_999_999_999_999, "9999999999999.99"),
    ],
)
def test_amounts_have_the_places_of_their_currency(
    make_lines: Callable[..., pd.DataFrame],
    tmp_path: Path,
    currency: str,
    amount_minor: int,
    written: str,
) -> None:
    write_bill_lines(make_lines({"currency": currency, "amount_minor": amount_minor}, {}), tmp_path)
    read = pd.read_csv(tmp_path / "bill_lines.csv", dtype=str)
    assert read["amount"].tolist() == [written, "1234.56"]


def test_no_lines_is_a_header(make_lines: Callable[..., pd.DataFrame], tmp_path: Path) -> None:
    assert write_bill_lines(make_lines(), tmp_path) == []
    assert (tmp_path / "bill_lines.csv").read_text() == HEADER + "\n"


def test_findings_golden(tmp_path: Path) -> None:
    findings = join_findings(
        [
            one_finding("FIL-01", "error", "not a workbook; save it again", file="a.xlsx"),
            one_finding(
                "MIL-01", "error", 'total "99", not 100', file="b.csv", row=3, value="-1+2"
            ),
        ]
    )
    write_findings(findings, tmp_path)
    assert (tmp_path / "findings.csv").read_bytes().decode() == (
        "code,severity,file,sheet,row,column,value,message\n"
        "FIL-01,error,a.xlsx,,,,,not a workbook; save it again\n"
        'MIL-01,error,b.csv,,3,,\'-1+2,"total ""99"", not 100"\n'
    )


def test_no_findings_is_a_header(tmp_path: Path) -> None:
    write_findings(no_findings(), tmp_path)
    assert (tmp_path / "findings.csv").read_bytes().count(b"\n") == 1
