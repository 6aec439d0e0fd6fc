"""`digest demo`: the main job with nothing installed or configured."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson
from digest.cli.output import note, print_json, print_table, program_name, steps


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("demo", epilog="Example: digest demo")(demo)


def demo(
    context: typer.Context,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo did.")] = False,
    as_json: AsJson = False,
) -> None:
    """Assemble every newsletter from sample stories and deliver it to made-up readers, by SMTP, on this machine."""
    import asyncio

    from digest.pipeline.demo import Demo

    cli: CliContext = context.obj
    run = Demo.prepare(cli.folder, fresh=fresh)
    with run.workspace, steps("Newsletters", len(run.workspace.project.newsletters)) as progress:
        editions = asyncio.run(run.perform(progress=progress.advance))
    if as_json:
        print_json({"editions": [edition.as_json() for edition in editions]})
    else:
        columns = ("newsletter", "slot", "stories#", "sent#", "state", "subject")
        print_table(columns, [edition.as_row() for edition in editions])
        typer.echo(run.where_to_look(program_name()))
    for edition in editions:
        if edition.reason:
            note(f"{edition.newsletter}: {edition.reason}")
    raise typer.Exit(0 if all(edition.ok for edition in editions) else 1)
