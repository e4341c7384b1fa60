"""Read: the files of the inbox become text frames, each row with its file, sheet and row number."""

from pipeline.read.faults import InboxError
from pipeline.read.inbox import read_inputs
from pipeline.read.inputs import Inputs, Sheet
from pipeline.read.naming import is_ours, only_table

__all__ = ["InboxError", "Inputs", "Sheet", "is_ours", "only_table", "read_inputs"]
