"""How large what is read may be, in one place. Each is checked before its memory is spent.

They are far above any night that is meant, and low enough that one file can't take the machine.
"""

FILE_BYTES = 1 << 30
"""A file: reading takes a few times its size."""

UNPACKED_BYTES = 1 << 30
"""What a workbook may unpack to: a small file can unpack to any size."""

DESCRIBED_BYTES = 1 << 24
"""A part of a workbook that is built up whole in memory: its list of sheets, its styles, relations."""

SHARED_TEXTS = 20_000_000
"""The texts of a workbook: the loader keeps all of them, blank ones too."""

SHEETS = 200
"""Sheets of a workbook, each of which is opened."""

SHEET_ROWS, SHEET_COLUMNS = 1_048_576, 16_384
"""What a sheet has in Excel: what stands beyond was not made by a spreadsheet."""

CELLS = 30_000_000
"""Cells of a sheet's used range: the loader takes memory for each, blank or not."""

HEADINGS = 1_000
"""Columns of a sheet or CSV file: each unknown one is a finding. The widest table has 20."""

LINE_BYTES = 1 << 20
"""A line of a CSV file, and what is read in search of the end of a record whose quotes span lines."""
