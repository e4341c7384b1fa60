"""The store: contracts as accepted so far, the ledger, the runs. The only SQL of the project."""

from pipeline.store.engine import StoreError, reading, store_exists, writing
from pipeline.store.lock import StoreBusyError
from pipeline.store.migrations import StoreVersionError

__all__ = [
    "StoreBusyError", "StoreError", "StoreVersionError", "reading",
    "store_exists", "writing",
]  # fmt: skip
