"""Where a night can be hit: its operations, told in the words of the night.

An operation's name is what killable.py calls it, its stage what the stopwatch does.
"""

from collections.abc import Sequence

PUBLISHING = "after export and report"
"""The stage in which a night is committed, its files appear, and the run is marked as sent."""

OF_STAGE = {
    "": "before the command began", "open": "opening the store", "read": "reading",
    "after read": "between reading and validating", "validate": "validating",
    "after validate": "validating", "accept": "in the transaction, accepting",
    "after accept": "in the transaction, accepting", "bill": "in the transaction, billing",
    "after bill": "in the transaction, billing", "recognise": "in the transaction, recognising",
    "after recognise": "in the transaction, recognising", "post": "in the transaction, posting",
    "after post": "between posting and the files", "forecast": "between posting and the files",
    "after forecast": "between posting and the files",
}  # fmt: skip

DRAWN = (
    "opening the store", "reading", "validating", "in the transaction, accepting",
    "in the transaction, billing",
    "in the transaction, posting", "between posting and the files", "writing the files",
    "before the manifest", "at the commit", "between the commit and the files' appearing",
    "the files appear", "marking the run as sent", "after the night",
)  # fmt: skip
"""The points that a round draws from, each as likely as any other."""


def point_of(stage: str, operations: Sequence[str]) -> str:
    """What a night is at, by its stage and the operations up to now.

    >>> point_of("accept", ["before execute INSERT INTO imports"])
    'in the transaction, accepting'
    >>> point_of("export and report", ["open out/.2026-03-31-1.host-7.part/journal.csv"])
    'writing the files'
    """
    if not operations:
        return OF_STAGE.get(stage, "at the commit" if stage == PUBLISHING else "writing the files")
    if stage == "export and report":
        at_manifest = operations[-1].endswith("manifest.json")
        return "before the manifest" if at_manifest else "writing the files"
    if stage != PUBLISHING:
        if any("UPDATE runs SET sent" in name for name in operations):
            return "marking the run as sent"  # of a night that was interrupted, by the next one
        return OF_STAGE.get(stage, stage)
    return _publishing([name.split(" out/")[0] for name in operations])


def _publishing(operations: Sequence[str]) -> str:
    """Commit, rename, mark as sent, commit: what comes last."""
    commits, last = operations.count("after commit"), operations[-1]
    marks = any("UPDATE runs" in name for name in operations)
    renamed = "os.rename" in operations
    if not commits:
        return "at the commit"
    if not renamed:
        return "between the commit and the files' appearing"
    if not marks:
        return "the files appear"
    is_marked = commits > 1
    return "after the night" if is_marked and last != "after commit" else "marking the run as sent"


def points_of(operations: Sequence[str], stages: Sequence[str]) -> list[str]:
    """The point of each operation of a night."""
    published = [at for at, stage in enumerate(stages) if stage == PUBLISHING]
    first = published[0] if published else 0
    return [
        point_of(stage, operations[first if stage == PUBLISHING else at : at + 1])
        for at, stage in enumerate(stages)
    ]


def file_of(operation: str) -> str:
    """The file of a run that an operation opens; nothing where it does something else.

    >>> file_of("open out/.2026-03-31-1.host-7.part/ar/ArAutoinvoiceImport-East.zip")
    'ar/ArAutoinvoiceImport-East.zip'
    """
    verb, _, path = operation.partition(" ")
    return path.partition(".part/")[2] if verb == "open" else ""
