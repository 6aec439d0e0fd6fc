"""`digest subscribers`: who gets what, with the record of consent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson
from digest.cli.output import print_json, print_table, steps

group = typer.Typer(help="Who gets what, with the record of consent.", no_args_is_help=True, rich_markup_mode=None)
Address = Annotated[str, typer.Argument(metavar="ADDR", help="An email address.")]
OfNewsletter = Annotated[str, typer.Option("--newsletter", metavar="ID", help="Newsletter they get.")]
Consent = Annotated[str, typer.Option("--consent", metavar="TEXT", help="What they agreed to, in words.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="subscribers")


@group.command("import", epilog='Example: digest subscribers import list.csv --newsletter denver --consent "fair 2026"')
def import_file(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False)],
    newsletter: OfNewsletter,
    consent: Consent,
    pending: Annotated[bool, typer.Option("--pending", help="They must confirm first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import subscribers from CSV: columns email, name, and any attributes."""
    from digest.pipeline.readers import import_subscribers

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace, steps("Importing", file.stat().st_size) as progress:
        report = import_subscribers(
            workspace, file, newsletter, consent=consent, pending=pending, progress=lambda at: progress.advance(to=at)
        )
    if as_json:
        refused = [{"line": line, "reason": reason} for line, reason in report.refused]
        print_json({"added": report.added, "updated": report.updated, "refused": refused})
        return
    typer.echo(f"{report.added} added, {report.updated} updated, {len(report.refused)} refused")
    for line, reason in report.refused:
        typer.echo(f"{file}:{line}: {reason}", err=True)


@group.command("export", epilog="Example: digest subscribers export --newsletter denver > denver.csv")
def export(
    context: typer.Context,
    newsletter: Annotated[str | None, typer.Option(metavar="ID", help="Only of this newsletter.")] = None,
) -> None:
    """Print subscribers as CSV."""
    import sys

    from digest.pipeline.readers import export_subscribers

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        export_subscribers(workspace, sys.stdout, newsletter=newsletter)


@group.command("add", epilog='Example: digest subscribers add a@example.com --newsletter denver --consent "by phone"')
def add(
    context: typer.Context,
    address: Address,
    newsletter: OfNewsletter,
    consent: Consent,
    name: Annotated[str, typer.Option(help="Name of the reader.")] = "",
) -> None:
    """Subscribe one address, confirmed."""
    from digest.pipeline.readers import add_subscriber

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace:
        add_subscriber(workspace, address, newsletter, name=name, consent=consent)
    typer.echo(f"{address} gets {newsletter}")


@group.command("remove", epilog="Example: digest subscribers remove a@example.com --newsletter denver")
def remove(
    context: typer.Context,
    address: Address,
    newsletter: Annotated[
        str | None, typer.Option(metavar="ID", help="Only from this one; from all unless given.")
    ] = None,
) -> None:
    """Unsubscribe one address."""
    from digest.pipeline.readers import remove_subscriber

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace:
        remove_subscriber(workspace, address, newsletter)
    typer.echo(f"{address} no longer gets {newsletter or 'any newsletter'}")


@group.command("show", epilog="Example: digest subscribers show a@example.com")
def show(context: typer.Context, address: Address, as_json: AsJson = False) -> None:
    """Show all that is kept about one address."""
    from digest.pipeline.readers import show_subscriber

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        kept = show_subscriber(workspace, address)
    if as_json:
        print_json(kept)
    else:
        print_table(("what", "value"), list(kept.items()))


@group.command("erase", epilog="Example: digest subscribers erase a@example.com")
def erase(context: typer.Context, address: Address) -> None:
    """Erase an address everywhere; a keyed hash stays, so that it is never mailed again."""
    from digest.pipeline.readers import erase_subscriber

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace:
        erase_subscriber(workspace, address)
    typer.echo("erased")
