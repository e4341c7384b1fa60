"""Tables of plain text: cells in columns, without trailing spaces."""

from collections.abc import Sequence

GAP = "  "


def aligned(
    rows: Sequence[Sequence[str]], *, left: int | None = None, indent: str = GAP,
    longest: int | None = None,
) -> list[str]:  # fmt: skip
    """A line of text for each row: the first columns (`left`; by default all) begin on the left,
    the others end on the right. A cell of more than `longest` characters widens no column.

    >>> aligned([["currency", "amount"], ["USD", "5.00"]], left=1)
    ['  currency  amount', '  USD         5.00']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if longest is not None:
        widths = [min(width, longest) for width in widths]
    return [
        (
            indent
            + GAP.join(
                cell.ljust(width) if left is None or place < left else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
        ).rstrip()
        for row in rows
    ]
