"""Charts beside a table of months: columns, and where there is one, a line over them."""

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.worksheet import Worksheet

from pipeline.report.formats import DARK, GREY, RUNNING, SCHEDULED

COLUMN, LINE = "column", "line"
EARLIER_COLOUR, LATER_COLOUR, LINE_COLOUR = RUNNING, SCHEDULED, DARK
HEIGHT_IN_ROWS, ROW_PIXELS = 17, 20
WIDTH_IN_COLUMNS, COLUMN_PIXELS = 11, 64
"""Of the sheet's own width; a little is left as a margin."""
GRID = "#D9D9D9"
SMALL = {"size": 9, "color": GREY}


@dataclass(frozen=True)
class Series:
    """A column of the table that a chart shows, and how."""

    column: int
    colour: str
    kind: str = COLUMN


@dataclass(frozen=True)
class ChartPlace:
    """Where the table stands: its heading row, its first and last month's row, the months' column.

    `corner` is the cell (row, column) in which the chart begins.
    """

    heading_row: int
    first_row: int
    last_row: int
    corner: tuple[int, int]
    month_column: int = 0


def insert_chart(
    workbook: Workbook,
    worksheet: Worksheet,
    place: ChartPlace,
    title: str,
    series: Sequence[Series],
    *,
    stacked: bool = False,
) -> None:
    """A chart of the table's own cells: it follows what someone tries out in them."""
    columns = workbook.add_chart({"type": "column", "subtype": "stacked"} if stacked else
                                 {"type": "column"})  # fmt: skip
    _add_series(columns, worksheet, place, [one for one in series if one.kind == COLUMN])
    over = [one for one in series if one.kind == LINE]
    if over:
        lines = workbook.add_chart({"type": "line"})
        _add_series(lines, worksheet, place, over)
        columns.combine(lines)
    columns.set_title({"name": title, "name_font": {"size": 12, "color": DARK}, "overlay": False})
    columns.set_x_axis({
        "date_axis": True, "num_format": "mmm-yy", "num_font": {**SMALL, "rotation": -45},
        "major_unit": 1, "major_unit_type": "months", "label_position": "low",
        "line": {"color": GREY},
    })  # fmt: skip
    columns.set_y_axis({
        "num_format": "#,##0", "num_font": SMALL, "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": GRID, "width": 0.75}},
    })  # fmt: skip
    columns.set_legend({"position": "bottom", "font": SMALL})
    columns.set_chartarea({"border": {"color": GRID}})
    columns.set_size(
        {
            "width": WIDTH_IN_COLUMNS * COLUMN_PIXELS - 24,
            "height": (HEIGHT_IN_ROWS - 1) * ROW_PIXELS,
        }
    )
    worksheet.insert_chart(*place.corner, columns, {"description": title, "object_position": 3})


def _add_series(
    chart: Chart, worksheet: Worksheet, place: ChartPlace, series: Sequence[Series]
) -> None:
    tab, first, last = worksheet.get_name(), place.first_row, place.last_row
    for one in series:
        look = (
            {"line": {"color": one.colour, "width": 2.25}}
            if one.kind == LINE
            else {"fill": {"color": one.colour}, "gap": 60}
        )
        chart.add_series({
            "name": [tab, place.heading_row, one.column],
            "categories": [tab, first, place.month_column, last, place.month_column],
            "values": [tab, first, one.column, last, one.column],
            **look,
        })  # fmt: skip
