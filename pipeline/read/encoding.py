"""The bytes of a CSV file as text in UTF-8, or why they are none."""

import pyarrow as arrow

from pipeline.read import limits
from pipeline.read.faults import UnreadableError

UTF8_MARK, UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


def to_utf8(data: bytes) -> bytes:
    """The file's text in UTF-8 without a byte order mark; UTF-16 is known by its mark."""
    if data[:2] == b"PK":
        raise UnreadableError("the file is a workbook, not CSV; rename it to end in .xlsx")
    if data[:2] in UTF16_MARKS:
        try:
            plain = data.decode("utf-16").encode("utf-8")
        except UnicodeDecodeError as fault:
            raise UnreadableError(
                f"the file is broken at byte {fault.start + 1}: it begins as UTF-16 text; "
                "export it again, as CSV UTF-8"
            ) from fault
        _refuse_nul(plain)
        _refuse_long_lines(plain)
        return plain
    _refuse_nul(data)
    _refuse_other_texts(data)
    _refuse_long_lines(data)
    return data.removeprefix(UTF8_MARK)


def _refuse_nul(data: bytes) -> None:
    nul = data.find(b"\0")
    if nul >= 0:
        raise UnreadableError(
            f"byte {nul + 1} of the file is no text (NUL); export it again, as CSV UTF-8"
        )


def _refuse_other_texts(data: bytes) -> None:
    """Arrow looks for UTF-8 without a copy of the file; only what is none is decoded to say where."""
    ends = arrow.array([0, len(data)], arrow.int64()).buffers()[1]
    try:
        arrow.LargeStringArray.from_buffers(1, ends, arrow.py_buffer(data)).validate(full=True)
    except arrow.ArrowInvalid:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as fault:
            line = data.count(b"\n", 0, fault.start) + 1
            raise UnreadableError(
                f"byte {fault.start + 1}, in line {line}, is not UTF-8 text; "
                "save the file as “CSV UTF-8” (in Excel: Save As, CSV UTF-8)"
            ) from fault


def _refuse_long_lines(data: bytes) -> None:
    """No line is built up in memory that no spreadsheet would write."""
    longest = longest_line(data, limits.LINE_BYTES)
    if longest:
        raise UnreadableError(
            f"the line that begins at byte {longest} is longer than {limits.LINE_BYTES >> 20} MB, so "
            "this is no table; export the file again, with a line for each row"
        )


def longest_line(data: bytes, most: int) -> int:
    r"""Where a line of more than `most` bytes begins, counting bytes from 1; 0 where there is none.

    >>> [longest_line(data, 3) for data in (b"abc\nabc", b"a\nabcd", b"abc\rab")]
    [0, 3, 0]
    """
    start = 0
    while len(data) - start > most:
        end = data.rfind(b"\n", start, start + most + 1)
        if end < 0:
            end = data.rfind(b"\r", start, start + most + 1)
        if end < 0:
            return start + 1
        start = end + 1
    return 0
