"""How sheets print: landscape on A4, one page wide, with a title, and blocks that stay whole."""

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

A4 = 9
ROWS_A_PAGE = 40
"""Rows of the Summary, which is about as wide as a page; a few may be two lines high."""


def set_up_page(worksheet: Worksheet, title: str, about: str, *, header: bool) -> None:
    """Landscape, one page wide; a footer, and a header where the sheet has no title of its own."""
    worksheet.set_landscape()
    worksheet.set_paper(A4)
    worksheet.set_margins(left=0.4, right=0.4, top=0.7 if header else 0.5, bottom=0.7)
    worksheet.fit_to_pages(1, 0)
    if header:
        worksheet.set_header(f'&L&"Calibri,Bold"&14{title}')
    worksheet.set_footer(f"&L{title}&C{about}&RPage &P of &N")


def page_breaks(starts: Sequence[int], end: int, rows_a_page: int = ROWS_A_PAGE) -> list[int]:
    """Rows before which a page ends, so that no block is torn that fits on a page.

    Blocks begin at `starts`, and the last one ends before `end`. A block that is longer than a page
    begins where it stands, and runs on.

    >>> page_breaks([0, 10, 30, 38], 50, rows_a_page=34)
    [30]
    >>> page_breaks([0, 30], 130, rows_a_page=34)
    []
    """
    breaks = []
    page = 0
    for start, stop in zip(starts, [*starts[1:], end], strict=True):
        if stop - page > rows_a_page >= stop - start:
            breaks.append(start)
            page = start
        while stop - page > rows_a_page:
            page += rows_a_page
    return breaks
