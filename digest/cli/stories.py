"""`digest stories` and `digest why`: looking into the pool, and asking why a story was taken or not."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson, At, parse_instant
from digest.cli.output import print_json, print_table


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("stories", epilog="Example: digest stories --newsletter denver --since 24h")(stories)
    app.command("why", epilog='Example: digest why "tram loop" --newsletter denver')(why)


def stories(
    context: typer.Context,
    newsletter: Annotated[str | None, typer.Option(metavar="ID", help="Only what matches its sections.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="T", help="Published since, as 24h or 2026-11-23; all unless given.")
    ] = None,
    region: Annotated[str | None, typer.Option(metavar="ID", help="Only stories routed to this region.")] = None,
    topic: Annotated[str | None, typer.Option(metavar="ID", help="Only stories routed to this topic.")] = None,
    source: Annotated[str | None, typer.Option(metavar="ID", help="Only stories of this source.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the stories of the pool, newest first; with --json one object a line."""
    from zoneinfo import ZoneInfo

    from digest.pipeline.listing import StoryFilter, list_stories

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        now = workspace.clock()
        since_at = parse_instant(since, ZoneInfo("UTC"), now=now) if since else None
        wanted = StoryFilter(newsletter=newsletter, since_at=since_at, region=region, topic=topic, source=source)
        found = list_stories(workspace, wanted)
        if as_json:
            for story in found:
                print_json(story)
            return
        rows = [
            (story["id"], story["headline"], story["source"], " ".join(story["regions"]), " ".join(story["topics"]))
            for story in found
        ]
    print_table(("id", "headline", "source", "regions", "topics"), rows)


def why(
    context: typer.Context,
    story: Annotated[str, typer.Argument(metavar="STORY", help="Id, URL, guid or words of the headline.")],
    newsletter: Annotated[str, typer.Option("--newsletter", metavar="ID", help="For which newsletter.")],
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Say which rules took or refused a story, with its score and the words that were the evidence."""
    from digest.pipeline.why import explain_story

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        zone = workspace.project.get_newsletter(newsletter).zone
        slot_at = parse_instant(at, zone, now=workspace.clock()) if at else None
        told = explain_story(workspace, story, newsletter, slot_at=slot_at)
    if as_json:
        print_json(told.as_json())
        return
    typer.echo(f"{told.headline} ({told.story_id})")
    typer.echo("is in the edition, because" if told.selected else "is not in the edition, because")
    for reason in told.reasons:
        typer.echo(f"  {'+' if reason.took else '-'} {reason.text}")
