"""How many lines a wrapped text takes, so that its row can be given the height it needs."""

from collections.abc import Sequence

import numpy as np
from xlsxwriter.utility import xl_pixel_width

LINE_HEIGHT, MOST_LINES = 15, 27
PIXELS_A_LETTER, PIXELS_OF_PADDING = 7, 10
SURELY_ONE_LINE = 0.7
"""Of the width in letters: even capitals of that many fit."""
OTHER_LETTER = 128
"""Stands for all letters that XlsxWriter has no width for."""
LETTER_PIXELS = np.array([xl_pixel_width(chr(code)) for code in range(OTHER_LETTER + 1)])


def lines_needed(texts: Sequence[str], width: int) -> list[int]:
    """Lines of each text in a column of that width, at least 1.

    >>> lines_needed(["short", "first" + chr(10) + "second", "a word " * 9], 40)
    [1, 2, 2]
    """
    few = int(width * SURELY_ONE_LINE)
    lines = [1] * len(texts)
    doubtful = [at for at, text in enumerate(texts) if len(text) > few or "\n" in text]
    pixels = pixel_widths([texts[at] for at in doubtful])
    room = PIXELS_A_LETTER * width - PIXELS_OF_PADDING
    for at, wide in zip(doubtful, pixels.tolist(), strict=True):
        if wide > room or "\n" in texts[at]:
            lines[at] = _wrapped_lines(texts[at], wide, room)
    return lines


def pixel_widths(texts: Sequence[str]) -> np.ndarray:
    """How wide each text is on the screen (int64), all of them at once.

    >>> pixel_widths(["", "iii", "WWW"]).tolist()
    [0, 12, 39]
    """
    letters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    running = np.append(0, np.cumsum(LETTER_PIXELS[np.minimum(letters, OTHER_LETTER)]))
    ends = np.cumsum([0, *map(len, texts)])
    return np.diff(running[ends])


def _wrapped_lines(text: str, pixels: int, room: int) -> int:
    """A line breaks at the last blank that fits, or, in a long word, anywhere."""
    letters = max(len(text) * room // max(pixels, 1), 1)
    lines = 0
    for paragraph in text.split("\n"):
        start, end = 0, len(paragraph.rstrip())
        while end - start > letters:
            blank = paragraph.rfind(" ", start + 1, start + letters + 1)
            start = blank + 1 if blank > 0 else start + letters
            lines += 1
        lines += 1
    return lines
