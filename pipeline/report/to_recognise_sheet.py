"""The To recognise sheet: the charges behind the Waterfall, each with its months to come."""

import datetime

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from pipeline import money
from pipeline.report.blocks import BlockSheet
from pipeline.report.cells import major_units
from pipeline.report.formats import Formats
from pipeline.report.layout import Detail
from pipeline.report.tables import write_detail
from pipeline.report.to_come import BUCKETS, TOTAL, UNDATED, bucket_headings


def write_to_recognise(
    worksheet: BlockSheet, detail: Detail, as_of: datetime.date, formats: Formats
) -> None:
    """The sheet of charges: a table whose last column adds up the months of its row."""
    write_detail(worksheet, detail, formats, written_over=[TOTAL])
    headings = bucket_headings(as_of)
    worksheet.write_string(
        detail.heading_row - 1,
        0,
        f"Still to come, from {headings[0]} on: by the month in which it is expected (what was "
        f"expected before stands in {headings[0]}), thereafter, and without a date yet.",
        formats["note"],
    )
    names = [column.name for column in detail.sheet.columns]
    first, last, at = (names.index(name) for name in (BUCKETS[0], BUCKETS[UNDATED], TOTAL))
    places = money.exponents_of(detail.rows["currency"])
    totals = major_units(detail.rows[TOTAL], places)
    left, right = xl_col_to_name(first), xl_col_to_name(last)
    looks = {int(kind): formats.money(int(kind)) for kind in np.unique(places)}
    for row, (total, kind) in enumerate(
        zip(totals, places.tolist(), strict=True), start=detail.heading_row + 1
    ):
        formula = f"=ROUND(SUM({left}{row + 1}:{right}{row + 1}),{kind})"
        worksheet.write_formula(row, at, formula, looks[kind], total)
