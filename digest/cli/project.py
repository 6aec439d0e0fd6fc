"""`digest init` and `digest check`: a project of one's own, and whether it is right."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson
from digest.cli.output import print_json


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("init", epilog='Example: digest init my-news --region "Boise, ID" --topic tech')(init)
    app.command("check", epilog="Example: digest check --json")(check)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New folder of the project.")],
    region: Annotated[str, typer.Option("--region", metavar="PLACE", help="A place, as 'Boise, ID'.")] = "",
    topic: Annotated[str, typer.Option("--topic", metavar="ID", help="A topic, as tech.")] = "",
) -> None:
    """Write a working project: a city's newsletter, topics, local feeds to choose from, sample stories."""
    from digest.pipeline.new_project import create_project

    for line in create_project(folder, region=region, topic=topic):
        typer.echo(line)


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """Validate all YAML and templates; tells all problems at once."""
    import gc

    gc.disable()  # nearly all that a check makes stays until its end; looking for garbage takes a fifth of the time
    from digest.pipeline.check import check_project

    cli: CliContext = context.obj
    problems = check_project(cli.config_folder(), os.environ)
    errors = sum(problem.level == "error" for problem in problems)
    if as_json:
        print_json({"ok": not errors, "problems": [asdict(problem) for problem in problems]})
    else:
        for problem in problems:
            typer.echo(str(problem), err=True)
        warnings = len(problems) - errors
        typer.echo(f"{errors} errors, {warnings} warnings" if problems else "everything is right")
    raise typer.Exit(2 if errors else 0)
