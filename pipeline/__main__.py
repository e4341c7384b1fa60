"""`python -m pipeline` is `milestone-billing`."""

import sys
from pathlib import Path

from pipeline.loading import quickly

STOPPED_BY_HAND = 130


def start() -> None:
    """The command line; ^C while it is still being loaded ends it as quietly as later."""
    try:
        Path.cwd()  # what is loaded next asks for it, too
    except OSError:
        sys.exit("milestone-billing: the current folder is gone: change to another")
    try:
        with quickly():
            from pipeline.cli import main
    except KeyboardInterrupt:
        sys.exit(STOPPED_BY_HAND)
    main(prog_name="milestone-billing")


if __name__ == "__main__":
    start()
