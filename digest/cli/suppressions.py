"""`digest suppressions`: addresses that must not be mailed."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson
from digest.cli.output import print_json, print_table

group = typer.Typer(help="Addresses that must not be mailed.", no_args_is_help=True, rich_markup_mode=None)
Address = Annotated[str, typer.Argument(metavar="ADDR", help="An email address.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="suppressions")


@group.command("list", epilog="Example: digest suppressions list --json")
def list_all(context: typer.Context, as_json: AsJson = False) -> None:
    """List suppressed addresses with their reasons."""
    from digest.store import suppressions

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace, workspace.store.read() as connection:
        found = suppressions.list_suppressions(connection)
    if as_json:
        for row in found:
            print_json({"address": row.key, "reason": row.reason, "detail": row.detail, "since": row.created_at})
    else:
        print_table(("address", "reason", "since"), [(row.key, row.reason, row.created_at) for row in found])


@group.command("add", epilog="Example: digest suppressions add reader@example.com")
def add(
    context: typer.Context,
    address: Address,
    reason: Annotated[str, typer.Option(help="Why.")] = "by hand",
) -> None:
    """Never mail this address again."""
    from digest.store import suppressions
    from digest.subscriptions.addresses import normalise_address

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace, workspace.store.begin() as connection:
        key = normalise_address(address)[1]
        suppressions.add_suppression(connection, key, reason=reason, now=workspace.clock())
    typer.echo(f"{address} is suppressed")


@group.command("remove", epilog="Example: digest suppressions remove reader@example.com")
def remove(context: typer.Context, address: Address) -> None:
    """Let this address be mailed again."""
    from digest.errors import NotFoundError
    from digest.store import suppressions
    from digest.subscriptions.addresses import normalise_address

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace, workspace.store.begin() as connection:
        if not suppressions.remove_suppression(connection, normalise_address(address)[1]):
            raise NotFoundError("suppression", address)
    typer.echo(f"{address} may be mailed again")
