"""`python -m pipeline` is `milestone-billing`."""

from pipeline.cli import main

main(prog_name="milestone-billing")
