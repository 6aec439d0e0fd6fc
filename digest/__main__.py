"""`python -m digest`: the same as the command `digest`."""

from digest.cli.main import run

run()
