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
    """Report every figure of an edition's deliveries, with the reasons."""
    from digest.pipeline.ledger import report_record

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        record = report_record(workspace, edition)
    if as_json:
        print_json(record)
        return
    rows = [(name, record[name]) for name in record if name not in ("reasons",)]
    print_table(("figure", "value"), rows)
    if record["reasons"]:
        print_table(("state", "reason", "readers#"), [tuple(reason.values()) for reason in record["reasons"]])
