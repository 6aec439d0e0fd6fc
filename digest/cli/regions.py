"""`digest regions` and `digest topics`: what a region contains, what a topic takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson
from digest.cli.output import note, print_json, print_table
from digest.errors import NotFoundError

region_group = typer.Typer(help="The places newsletters are about.", no_args_is_help=True, rich_markup_mode=None)
topic_group = typer.Typer(help="What newsletters are about.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(region_group, name="regions")
    app.add_typer(topic_group, name="topics")


@region_group.command("explain", epilog="Example: digest regions explain denver --svg denver.svg")
def explain(
    context: typer.Context,
    region_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the region.")],
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a map.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show which places a region contains, its rivals, and a map."""
    from digest.pipeline.workspace import Workspace
    from digest.routing.router import explain_region

    cli: CliContext = context.obj
    workspace = Workspace(cli.load_project(), read_only=True)
    if region_id not in workspace.project.regions:
        raise NotFoundError("region", region_id, tuple(workspace.project.regions))
    explanation = explain_region(workspace.router, region_id)
    if svg:
        svg.write_text(explanation.svg(), encoding="utf-8")
    if as_json:
        print_json(explanation.as_json())
    else:
        typer.echo(explanation.text())


@topic_group.command("try", epilog="Example: digest topics try climate")
def try_topic(
    context: typer.Context,
    topic_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the topic.")],
    limit: Annotated[int, typer.Option(min=1, help="Stories of each kind.")] = 15,
    as_json: AsJson = False,
) -> None:
    """Show the best and the borderline stories of the pool for a topic, as it is defined now."""
    from digest.pipeline.listing import try_topic as try_it
    from digest.pipeline.reroute import reroute

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace:
        if rerouted := reroute(workspace):
            note(f"regions or topics changed: {rerouted} stories of the pool were routed anew")
        tried = try_it(workspace, topic_id, limit=limit)
    if as_json:
        print_json(tried)
        return
    rows = [(kind, f"{s['share']:.2f}", s["headline"], s["evidence"]) for kind, found in tried.items() for s in found]
    print_table(("kind", "share#", "headline", "evidence"), rows)
