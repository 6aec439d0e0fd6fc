"""The program `digest`: registers the commands and turns errors into one line and an exit status."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from digest.cli import (
    bench,
    bounces,
    build,
    daemon,
    demo,
    doctor,
    editions,
    preview,
    project,
    regions,
    schedule,
    send,
    sources,
    store,
    stories,
    subscribers,
    suppressions,
    worker,
)
from digest.cli.context import CliContext
from digest.errors import ConfigError, DigestError

app = typer.Typer(
    name="digest",
    help="Builds newsletters from a pool of stories and delivers them exactly once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (demo, doctor, project, sources, stories, build, preview, send, schedule, daemon, worker):
    module.register(app)
for module in (editions, regions, subscribers, suppressions, bounces, store, bench):
    module.register(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        from digest import __version__

        typer.echo(f"digest {__version__}")
        raise typer.Exit


@app.callback(epilog="Start with: digest demo")
def main(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="DIR", help="Folder of digest.yaml; ./config unless given.")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Builds newsletters from a pool of stories and delivers them exactly once."""
    context.obj = CliContext(folder=config)


def run() -> None:
    """Run the program; a user's mistake ends in one line on stderr, never in a traceback."""
    try:
        app()
    except DigestError as error:
        typer.echo(_in_words(error), err=True)
        sys.exit(error.exit_status)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _in_words(error: DigestError) -> str:
    if isinstance(error, ConfigError):
        count = sum(problem.level == "error" for problem in error.problems)
        return f"{error}\n{count} problem{'s' if count != 1 else ''} in the configuration; nothing was done"
    return f"digest: {error}"
