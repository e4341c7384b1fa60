"""How the bulk-import workbook looks: the colours that its instructions explain."""

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle

from pipeline.report.sheet_cells import FACE, TEXT_FORMAT
from schemas import cells

DARK, PALE, GREY, LINE = "1F3864", "D9E1F2", "F2F2F2", "BFBFBF"
MISSING, NOT_HUNDRED, TWICE, TO_DO = "FFC7CE", "FFD966", "F4B183", "FFF2CC"

FORMATS = {
    cells.IDENTIFIER: TEXT_FORMAT, cells.TEXT: TEXT_FORMAT, cells.CODE: TEXT_FORMAT,
    cells.FLAG: TEXT_FORMAT, cells.MONEY: "#,##0.00##", cells.PERCENT: "General",
    cells.WHOLE: "0", cells.DATE: "yyyy-mm-dd",
}  # fmt: skip
"""Of cells still to be filled in, by the column's kind."""

WIDTHS = {
    cells.IDENTIFIER: 18, cells.TEXT: 24, cells.CODE: 18, cells.FLAG: 10,
    cells.MONEY: 18, cells.PERCENT: 12, cells.WHOLE: 12, cells.DATE: 16,
}  # fmt: skip

NUMBERS = (cells.MONEY, cells.PERCENT, cells.WHOLE)
"""Kinds that stand to the right."""

LEFT = Alignment(vertical="top", horizontal="left", indent=1)
RIGHT = Alignment(vertical="top", horizontal="right", indent=1)
WRAPPED = Alignment(vertical="top", horizontal="left", indent=1, wrap_text=True)
CENTRED = Alignment(vertical="center", horizontal="left", indent=1)
HAIRLINE = Border(bottom=Side("hair", color=LINE))
EDGE = Border(
    left=Side("thin", color="FFFFFF"), right=Side("thin", color="FFFFFF"),
    top=Side("thin", color="FFFFFF"), bottom=Side("thin", color="FFFFFF"),
)  # fmt: skip


def colour(rgb: str) -> PatternFill:
    """A cell's plain background."""
    return PatternFill("solid", fgColor=rgb)


def format_colour(rgb: str) -> DifferentialStyle:
    """The same for a conditional format, which takes the other of the two colours."""
    return DifferentialStyle(fill=PatternFill("solid", bgColor=rgb, fgColor=rgb))


STORED_FONT = Font(name=FACE, size=11, color="595959")
HEADINGS = {
    "required": {
        "number_format": TEXT_FORMAT, "alignment": CENTRED, "fill": colour(DARK), "border": EDGE,
        "font": Font(name=FACE, size=11, bold=True, color="FFFFFF"),
    },
    "optional": {
        "number_format": TEXT_FORMAT, "alignment": CENTRED, "fill": colour(PALE), "border": EDGE,
        "font": Font(name=FACE, size=11, color=DARK),
    },
}  # fmt: skip
TITLE = {"font": Font(name=FACE, size=18, bold=True, color=DARK), "alignment": CENTRED}
SECTION = {"font": Font(name=FACE, size=12, bold=True, color=DARK), "alignment": CENTRED}
LABEL = {"font": Font(name=FACE, size=11, color="595959"), "alignment": LEFT}
PLAIN = {"number_format": TEXT_FORMAT, "alignment": LEFT, "font": Font(name=FACE, size=11)}


def stored_looks(exponents: set[int]) -> dict[str, dict]:
    """Cells that were filled from the store, by kind; money by its decimals, `money2`."""
    same = {"fill": colour(GREY), "font": STORED_FONT, "border": HAIRLINE}
    looks = {
        kind: same | {
            "number_format": form,
            "alignment": RIGHT if kind in NUMBERS else LEFT,
        }
        for kind, form in FORMATS.items()
    }  # fmt: skip
    amounts = {
        f"{cells.MONEY}{places}": same
        | {"number_format": "#,##0" + ("." + "0" * places if places else ""), "alignment": RIGHT}
        for places in exponents
    }
    open_cell = {"number_format": FORMATS[cells.DATE], "alignment": LEFT, "border": HAIRLINE}
    reopened = open_cell | {"fill": colour(TO_DO), "font": Font(name=FACE, size=11)}
    return looks | amounts | {"open": open_cell, "reopened": reopened}
