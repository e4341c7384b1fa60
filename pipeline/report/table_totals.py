"""The totals of a detail sheet: in the table's own total row, or by currency below the table."""

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from pipeline import money
from pipeline.report.cells import major_unit, places_of
from pipeline.report.formats import Formats
from pipeline.report.layout import MONEY, Detail
from pipeline.report.live import Where, live_table
from pipeline.report.totals import exact_sums

Totals = dict[str, tuple[float, int]]
"""The total of a column by the column's name, each with its decimals."""


def single_currency_totals(detail: Detail) -> Totals:
    """The totals of the sheet's amounts, where they mean something.

    They mean nothing over several currencies, over the first rows only, or over no row.
    """
    if "currency" not in detail.rows or detail.is_cut or detail.rows["currency"].nunique() != 1:
        return {}
    places = int(money.exponents_of(detail.rows["currency"].head(1))[0])
    sums = {
        column.name: major_unit(money.total(detail.rows[column.name].fillna(0)), places)
        for column in detail.sheet.amounts
        if column.is_summed
    }
    return {name: (total, places) for name, total in sums.items() if not isinstance(total, str)}


def write_totals(
    worksheet: Worksheet, row: int, detail: Detail, totals: Totals, formats: Formats
) -> None:
    """The totals' formulas with the table's name, as Excel itself stores them: without the name,
    other programs can't compute them."""
    for at, column in enumerate(detail.sheet.columns):
        if column.name in totals:
            amount, places = totals[column.name]
            formula = f"=SUBTOTAL(109,{detail.sheet.table}[{column.heading}])"
            worksheet.write_formula(row, at, formula, formats.money(places), amount)


def write_totals_below(worksheet: Worksheet, row: int, detail: Detail, formats: Formats) -> None:
    """A total of each currency, from `row` on: they are never added up."""
    summed = {
        at: column
        for at, column in enumerate(detail.sheet.columns)
        if column.kind == MONEY and column.is_summed
    }
    names = [column.name for column in summed.values()]
    currency_at = [column.name for column in detail.sheet.columns].index("currency")
    live = live_table(detail)
    sums = exact_sums(detail.rows, ["currency"], names)
    for place, ((currency,), totals) in enumerate(sums.items(), start=row):
        for at in range(len(detail.sheet.columns)):
            worksheet.write_blank(place, at, None, formats["total"])
        worksheet.write_string(place, 0, "Total", formats["total"])
        worksheet.write_string(place, currency_at, currency, formats["total"])
        where = Where("Currency", xl_rowcol_to_cell(place, currency_at, col_abs=True))
        places = places_of(currency)
        for (at, column), minor in zip(summed.items(), totals, strict=True):
            amount, look = major_unit(minor, places), formats.total(places)
            if isinstance(amount, str):
                worksheet.write_string(place, at, amount, look)
            else:
                formula = live.amount(column.heading, places, where)
                worksheet.write_formula(place, at, formula, look, amount)
