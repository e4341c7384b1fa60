"""The looks of the accountants' workbook: one place for fonts, colours and number formats."""

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

DARK, GREY = "#1F3864", "#595959"
GOOD = {"bg_color": "#C6EFCE", "font_color": "#006100"}
BAD = {"bg_color": "#FFC7CE", "font_color": "#9C0006"}
ENDED, RUNNING, SCHEDULED, TONIGHT = "#A6A6A6", "#548235", "#9DC3E6", "#BF8F00"
"""Apart in brightness too, for black and white print."""
DATE_FORMAT = "yyyy-mm-dd"
MONTH_FORMAT = "mmm-yy"
COUNT_FORMAT = "#,##0_)"
PERCENT_FORMAT = "0.00####%_)"
TEXT_FORMAT = "@"

INDENTED = {"align": "left", "indent": 1}
HEADING = {
    "bold": True, "font_color": "#FFFFFF", "bg_color": DARK, "text_wrap": True, "valign": "vcenter",
}  # fmt: skip
MONTH = {
    "bold": True, "font_size": 9, "font_color": "#FFFFFF", "bg_color": DARK, "rotation": 90,
    "num_format": MONTH_FORMAT, "align": "center", "valign": "vcenter",
}  # fmt: skip
FRAME = {"left": 2, "right": 2, "left_color": TONIGHT, "right_color": TONIGHT}
WAITING = {"italic": True, "font_color": "#9C5700", "valign": "top"}
OPEN_END = {"align": "right", "valign": "top"}

LOOKS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": DARK},
    "section": {"bold": True, "font_size": 12, "font_color": DARK},
    "label": {"font_color": GREY},
    "note": {"italic": True, "font_color": GREY},
    "notice": {"bold": True, "font_color": "#9C5700"},
    "plain": {"num_format": TEXT_FORMAT, **INDENTED},
    "strong": {"bold": True},
    "link": {**INDENTED, "underline": 1, "font_color": "#0563C1"},
    "link_in_table": {
        "num_format": TEXT_FORMAT, "valign": "top", "underline": 1, "font_color": "#0563C1",
        **INDENTED,
    },
    "heading": {**HEADING, **INDENTED},
    "heading_right": {**HEADING, "align": "right"},
    "heading_filter": {**HEADING, "align": "right", "indent": 2},
    "text": {"num_format": TEXT_FORMAT, "valign": "top", **INDENTED},
    "wrapped": {
        "num_format": TEXT_FORMAT, "valign": "top", "text_wrap": True, **INDENTED,
    },
    "date": {"num_format": DATE_FORMAT, "valign": "top", **INDENTED},
    "month": {"num_format": MONTH_FORMAT, "valign": "top", **INDENTED},
    "total": {"num_format": TEXT_FORMAT, "bold": True, "top": 1, **INDENTED},
    "count": {"num_format": COUNT_FORMAT, "valign": "top"},
    "percent": {"num_format": PERCENT_FORMAT, "valign": "top"},
    "flag": {"bold": True, "align": "center"},
    "month_heading": MONTH,
    "month_heading_tonight": MONTH | {"bg_color": TONIGHT},
    "tonight": FRAME,
    "waiting": WAITING,
    "waiting_tonight": WAITING | FRAME,
    "open": OPEN_END,
    "open_tonight": OPEN_END | FRAME,
    "ink_ended": {"font_color": ENDED},
    "ink_running": {"font_color": RUNNING},
    "ink_scheduled": {"font_color": SCHEDULED},
    "bar_ended": {"bg_color": ENDED},
    "bar_running": {"bg_color": RUNNING},
    "bar_scheduled": {"bg_color": SCHEDULED},
    "bar_running_fading": {"bg_color": "#C6E0B4"},
    "bar_scheduled_fading": {"bg_color": "#DDEBF7"},
    "good": GOOD,
    "bad": BAD,
}  # fmt: skip


def money_format(places: int) -> str:
    """The number format of money with this many decimals: credits in brackets, nothing as a dash.

    >>> money_format(2), money_format(0)
    ('#,##0.00_);(#,##0.00);"-"??_)', '#,##0_);(#,##0);"-"_)')
    """
    decimals = "." + "0" * places if places else ""
    return f'#,##0{decimals}_);(#,##0{decimals});"-"{"?" * places}_)'


def difference_format(places: int) -> str:
    """The number format of a difference, in which nothing reads as a number: 0.00.

    >>> difference_format(2), difference_format(0)
    ('#,##0.00_);(#,##0.00);0.00_)', '#,##0_);(#,##0);0_)')
    """
    positive, negative, _nothing = money_format(places).split(";")
    return f"{positive};{negative};{positive.removeprefix('#,##')}"


class Formats:
    """The formats of one workbook, each made once, when it is first asked for."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[str, Format] = {}

    def __getitem__(self, look: str) -> Format:
        return self._make(look, LOOKS[look])

    def money(self, places: int) -> Format:
        """Money with this many decimals."""
        return self._number(money_format(places))

    def total(self, places: int) -> Format:
        """A total of money, under a line."""
        look = {"num_format": money_format(places), "align": "right", "bold": True, "top": 1}
        return self._make(f"total {places}", look)

    def difference(self, places: int) -> Format:
        """A difference of money, or of counts where there are no decimals."""
        return self._number(difference_format(places))

    def _number(self, form: str) -> Format:
        return self._make(form, {"num_format": form, "valign": "top", "align": "right"})

    def _make(self, name: str, look: dict[str, Any]) -> Format:
        if name not in self._made:
            self._made[name] = self._workbook.add_format(look)
        return self._made[name]
