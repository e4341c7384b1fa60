"""Read: the files of the inbox become text frames, each row with its file, sheet and row number."""
