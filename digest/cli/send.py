"""`digest send`: one edition, now or for a slot."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson, At, NewsletterId, parse_instant
from digest.cli.output import note, print_json, steps
from digest.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(
        "send",
        epilog="Example: digest send denver --to editor@example.com",
    )(send)


def send(
    context: typer.Context,
    newsletter_id: NewsletterId,
    at: At = None,
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="ADDR", help="Only to this address; may be repeated.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with unfinished editions; start none.")] = False,
    failed_only: Annotated[
        bool, typer.Option("--failed-only", help="Try the failed deliveries of the last edition again.")
    ] = False,
    breaking: Annotated[
        str | None,
        typer.Option(metavar="STORY", help="Send this one story now; the next edition does not repeat it."),
    ] = None,
    fetch: Annotated[bool, typer.Option("--fetch/--no-fetch", help="Read sources that are due first.")] = True,
    as_json: AsJson = False,
) -> None:
    """Assemble and send an edition to all confirmed subscribers, or only to the addresses of --to.

    It goes out at once, also for a slot of --at that lies ahead; the daemon does not send that slot again.
    """
    import structlog

    from digest.delivery.loop import run_loop
    from digest.pipeline.send import SendRequest, send_edition

    goes_on = resume or failed_only
    if goes_on and (to or at or dry_run):
        raise UsageError("--resume and --failed-only go with neither --to, --at nor --dry-run")
    if breaking is not None and (goes_on or to or at):
        raise UsageError(
            "--breaking goes out now, to all subscribers: with neither --to, --at, --resume nor --failed-only"
        )
    cli: CliContext = context.obj
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # stdout is for the report
    with cli.open_workspace() as workspace, steps(f"Sending {newsletter_id}", 0) as progress:
        zone = workspace.project.get_newsletter(newsletter_id).zone
        now = workspace.clock()
        slot_at = parse_instant(at, zone, now=now) if at else None
        if slot_at is not None and slot_at > now and not to and not dry_run:
            _tell_slot_ahead(slot_at.astimezone(zone), zone.key)
        request = SendRequest(
            newsletter_id,
            slot_at=slot_at,
            to=tuple(to or ()),
            dry_run=dry_run,
            resume=resume,
            failed_only=failed_only,
            fetch=fetch,
            breaking=breaking or "",
        )
        report = run_loop(send_edition(workspace, request, progress=progress.follow))
    if as_json:
        print_json(report.as_json())
    elif dry_run:
        typer.echo(report.message)
        raise typer.Exit(0 if report.ok else 1)
    else:
        typer.echo(f"{report.edition}: {report.closing_line()}")
    if report.message:
        note(report.message)
    raise typer.Exit(0 if report.ok else 1)


def _tell_slot_ahead(slot: datetime, zone: str) -> None:
    note(
        f"the slot {slot:%Y-%m-%d %H:%M} ({zone}) lies ahead: its edition is sent now, "
        "and the daemon will not send that slot again"
    )
