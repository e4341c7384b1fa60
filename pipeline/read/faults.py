"""What can be wrong with a whole inbox or a whole file."""


class InboxError(Exception):
    """The inbox itself can't be read; the message is for the user."""


class UnreadableError(Exception):
    """A file, or a sheet of it, can't be read; the message says why and what to do.

    The public verb turns it into the finding FIL-01, and the other files go on.
    """
