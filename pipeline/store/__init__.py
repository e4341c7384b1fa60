"""The store: contracts as accepted so far, the ledger, the runs. The only SQL of the project."""

from pipeline.store.engine import (
    IN_MEMORY,
    NoStoreError,
    StoreError,
    lasts,
    reading,
    refuse_missing,
    writing,
)  # fmt: skip
from pipeline.store.faults import words_of
from pipeline.store.lock import StoreBusyError
from pipeline.store.migrations import StoreVersionError

__all__ = [
    "IN_MEMORY", "NoStoreError", "StoreBusyError", "StoreError", "StoreVersionError", "lasts",
    "reading", "refuse_missing", "words_of", "writing",
]  # fmt: skip
