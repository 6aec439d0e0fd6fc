"""`digest schedule`: when the next editions are due."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson, parse_instant
from digest.cli.output import print_json, print_table
from digest.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("schedule", epilog="Example: digest schedule denver --count 5 --from 2026-03-01")(schedule)


def schedule(
    context: typer.Context,
    newsletter_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Only this newsletter.")] = None,
    count: Annotated[int, typer.Option(min=1, max=1000, help="Slots for each newsletter.")] = 3,
    start: Annotated[str, typer.Option("--from", metavar="T", help="From when on.")] = "now",
    as_ics: Annotated[bool, typer.Option("--ics", help="Print an iCalendar feed, for a calendar program.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the next slots, local and UTC, and where daylight saving or a holiday touches them."""
    from zoneinfo import ZoneInfo

    from digest.pipeline.calendar import calendar_of, next_editions
    from digest.pipeline.workspace import utc_now

    if as_ics and as_json:
        raise UsageError("--ics and --json are two forms of the same: give one of them")
    cli: CliContext = context.obj
    project = cli.load_project()
    wanted = [project.get_newsletter(newsletter_id)] if newsletter_id else list(project.newsletters.values())
    if as_ics:
        after = parse_instant(start, wanted[0].zone if newsletter_id else ZoneInfo("UTC"), now=utc_now())
        typer.echo(calendar_of(project, wanted, now=after, count=count), nl=False)
        return
    rows = []
    for newsletter in wanted:
        after = parse_instant(start, newsletter.zone, now=utc_now())
        for _, slots in next_editions([newsletter], after=after, count=count):
            rows += [
                (newsletter.id, slot.local.isoformat(), f"{slot.at:%Y-%m-%dT%H:%M:%SZ}", slot.note) for slot in slots
            ]
    if as_json:
        for row in rows:
            print_json(dict(zip(("newsletter", "local", "utc", "note"), row, strict=True)))
    else:
        print_table(("newsletter", "local", "utc", "note"), rows)
