"""How many lines a wrapped text takes, so that its row can be given the height it needs."""

from collections.abc import Iterable

from xlsxwriter.utility import xl_pixel_width

LINE_HEIGHT, MOST_LINES = 15, 27
PIXELS_A_LETTER, PIXELS_OF_PADDING = 7, 10
SURELY_ONE_LINE = 0.7
"""Of the width in letters: even capitals of that many fit."""


def lines_needed(texts: Iterable[str], width: int) -> list[int]:
    """Lines of each text in a column of that width, at least 1.

    >>> lines_needed(["short", "first" + chr(10) + "second", "a word " * 9], 40)
    [1, 2, 2]
    """
    few = int(width * SURELY_ONE_LINE)
    return [
        1 if len(text) <= few and "\n" not in text else _wrapped_lines(text, width)
        for text in texts
    ]


def _wrapped_lines(text: str, width: int) -> int:
    """A line breaks at the last blank that fits, or, in a long word, anywhere."""
    room = PIXELS_A_LETTER * width - PIXELS_OF_PADDING
    letters = max(len(text) * room // max(xl_pixel_width(text), 1), 1)
    lines = 0
    for paragraph in text.split("\n"):
        start, end = 0, len(paragraph.rstrip())
        while end - start > letters:
            blank = paragraph.rfind(" ", start + 1, start + letters + 1)
            start = blank + 1 if blank > 0 else start + letters
            lines += 1
        lines += 1
    return lines
