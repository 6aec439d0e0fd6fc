"""`digest fetch` and `digest sources`: reading the sources, their health, adding and exchanging them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson
from digest.cli.output import note, print_json, print_table, steps

group = typer.Typer(help="The feeds and folders that fill the pool.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("fetch", epilog="Example: digest fetch --source front-range")(fetch)
    app.add_typer(group, name="sources")


def fetch(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option("--source", metavar="ID", help="Only this one.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Read sources that are not due yet, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read the sources into the pool."""
    import asyncio

    from digest.pipeline.collect import collect
    from digest.pipeline.reroute import reroute

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace:
        total = len(source or workspace.project.sources)
        with steps("Reading sources", total) as progress:
            collected = asyncio.run(
                collect(
                    workspace,
                    only=source or (),
                    force=force or bool(source),
                    progress=lambda done: progress.advance(done.id),
                )
            )
        rerouted = reroute(workspace)
    if rerouted:
        note(f"regions or topics changed: {rerouted} stories of the pool were routed anew")
    if as_json:
        fields = ("id", "status", "stories", "new", "error")
        print_json({"sources": [{name: getattr(done, name) for name in fields} for done in collected]})
    else:
        rows = [(done.id, done.status, done.stories, done.new, done.updated, done.error) for done in collected]
        print_table(("source", "status", "stories#", "new#", "updated#", "error"), rows)
    if collected and all(done.status == "error" for done in collected):
        note("no source could be read")
        raise typer.Exit(1)


@group.command("list", epilog="Example: digest sources list --json")
def list_sources(context: typer.Context, as_json: AsJson = False) -> None:
    """Show each source's health."""
    from digest.pipeline.health import source_health

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        found = source_health(workspace)
    if as_json:
        for health in found:
            print_json(health)
        return
    columns = ("id", "place", "state", "last success", "new#", "next try", "note")
    print_table(columns, [[health[name.rstrip("#").replace(" ", "_")] for name in columns] for health in found])


@group.command("add", epilog="Example: digest sources add https://news.example.com/")
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed's address, or a site's.")],
    home: Annotated[str | None, typer.Option(help="Where the outlet is at home, as 'Denver, CO'.")] = None,
    allow_private: Annotated[bool, typer.Option("--allow-private", help="The feed is in your own network.")] = False,
) -> None:
    """Find the feed of a site and add it to sources.yaml."""
    import asyncio

    from digest.pipeline.source_list import add_source

    cli: CliContext = context.obj
    added = asyncio.run(add_source(cli.load_project(), url, home=home, allow_private=allow_private))
    typer.echo(f"added {added.id}: {added.url}")


@group.command("import", epilog="Example: digest sources import feeds.opml")
def import_opml(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", exists=True, dir_okay=False)],
) -> None:
    """Add the feeds of an OPML file to sources.yaml."""
    from digest.pipeline.source_list import import_sources

    cli: CliContext = context.obj
    added, known = import_sources(cli.load_project(), file.read_bytes())
    typer.echo(f"{len(added)} added, {known} known already")


@group.command("export", epilog="Example: digest sources export > feeds.opml")
def export_opml(context: typer.Context) -> None:
    """Print all feeds as OPML."""
    from digest.sources.opml import format_opml

    cli: CliContext = context.obj
    typer.echo(format_opml(cli.load_project().sources), nl=False)
