"""`digest editions`: the ledger of editions."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson
from digest.cli.output import print_json, print_table

group = typer.Typer(help="The ledger of editions.", no_args_is_help=True, rich_markup_mode=None)
EditionId = Annotated[str, typer.Argument(metavar="EDITION", help="Id of the edition, as `editions list` shows it.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="editions")


@group.command("list", epilog="Example: digest editions list --newsletter denver --json")
def list_editions(
    context: typer.Context,
    newsletter: Annotated[str | None, typer.Option(metavar="ID", help="Only this newsletter.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, latest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List editions with their state, reason and figures, latest first."""
    from digest.pipeline.ledger import list_records

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        records = list_records(workspace, newsletter=newsletter, limit=limit)
    if as_json:
        for record in records:
            print_json(record)
        return
    columns = ("edition", "state", "selected#", "sent#", "suppressed#", "failed#", "deferred#", "queued#", "reason")
    print_table(columns, [[record[column.rstrip("#")] for column in columns] for record in records])


@group.command("show", epilog="Example: digest editions show denver-20261123T133000Z")
def show(context: typer.Context, edition: EditionId, as_json: AsJson = False) -> None:
    """Show one edition: its stories in their order, and what became of it."""
    from digest.pipeline.ledger import show_record

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        record = show_record(workspace, edition)
    if as_json:
        print_json(record)
        return
    typer.echo(f"{record['edition']}: {record['state']}" + (f" ({record['reason']})" if record["reason"] else ""))
    typer.echo(record["subject"])
    for story in record["stories"]:
        typer.echo(f"  {story['section']}: {story['headline']}")


@group.command("report", epilog="Example: digest editions report denver-20261123T133000Z")
def report(context: typer.Context, edition: EditionId, as_json: AsJson = False) -> None:
    """Report every figure of an edition's deliveries, with the reasons, and its opens and clicks where they count."""
    from digest.pipeline.ledger import report_record

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        record = report_record(workspace, edition)
    if as_json:
        print_json(record)
        return
    rows = [(name, record[name]) for name in record if name not in ("reasons", "links")]
    print_table(("figure", "value"), rows)
    if record["reasons"]:
        print_table(("state", "reason", "readers#"), [tuple(reason.values()) for reason in record["reasons"]])
    if record.get("links"):
        links = [(link["clicks"], link["headline"] or link["url"]) for link in record["links"]]
        print_table(("clicks#", "link"), links)


@group.command("hold", epilog="Example: digest editions hold denver-20261123T133000Z --reason 'lead is wrong'")
def hold(
    context: typer.Context,
    edition: EditionId,
    reason: Annotated[str, typer.Option(help="Why, for the ledger.")] = "held by a person",
) -> None:
    """Keep an edition from being sent until it is approved."""
    from digest.pipeline.decisions import hold_edition

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace:
        hold_edition(workspace, edition, reason=reason)
    typer.echo(f"{edition} is held; let it go with: digest editions approve {edition}")


@group.command("approve", epilog="Example: digest editions approve denver-20261123T133000Z")
def approve(context: typer.Context, edition: EditionId) -> None:
    """Let a held edition go; the daemon, or `send --resume`, sends it."""
    from digest.pipeline.decisions import approve_edition

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace:
        approve_edition(workspace, edition)
    typer.echo(f"{edition} may be sent")


@group.command("cancel", epilog="Example: digest editions cancel denver-20261123T133000Z")
def cancel(context: typer.Context, edition: EditionId) -> None:
    """Stop an edition for good; messages in flight still end."""
    from digest.pipeline.decisions import cancel_edition

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace:
        cancelled = cancel_edition(workspace, edition)
    typer.echo(f"{edition} is cancelled; {cancelled} deliveries did not start")


@group.command("diff", epilog="Example: digest editions diff denver-20261122T133000Z denver-20261123T133000Z")
def diff(
    context: typer.Context,
    edition: EditionId,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The edition to compare with.")],
    as_json: AsJson = False,
) -> None:
    """Show what changed from one edition to another."""
    from dataclasses import asdict

    from digest.pipeline.decisions import compare_editions

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        changes = compare_editions(workspace, edition, other)
    for change in changes:
        if as_json:
            print_json(asdict(change))
        else:
            typer.echo(f"{change.kind}: {change.text}")
