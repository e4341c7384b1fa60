"""What a database says when it fails, in its own first line, and what to do about it."""

from sqlalchemy.exc import DBAPIError

REMEDIES = (
    ("readonly database", "this user must be allowed to write the store's file, those of the same "
     "name with -wal and -shm, and their folder: SQLite needs it even to read"),
    ("unable to open database file", "this user must be allowed to read and write the store's file "
     "and its folder"),
    ("disk is full", "free space and run it again"),
    ("No space left on device", "free space on the database's disk and run it again"),
    ("database is locked", "another program holds it: close that, and run it again"),
    ("disk image is malformed", "restore the store from its last copy, and keep this one"),
)  # fmt: skip
"""By words that a driver says."""

LOST = "run it again when the store answers: nothing is left half done"
"""Of a connection that was cut: its server has rolled back."""


def words_of(fault: DBAPIError) -> str:
    """The driver's own first line and a remedy; SQLAlchemy's would add the statement and a link."""
    lines = str(fault.orig).strip().splitlines()
    said = lines[0] if lines else "no reason given"
    remedy = next(
        (remedy for words, remedy in REMEDIES if words in str(fault.orig)),
        LOST if fault.connection_invalidated else "",
    )
    return f"{said}; {remedy}" if remedy else said
