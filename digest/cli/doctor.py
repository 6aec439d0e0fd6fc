"""`digest doctor`: whether everything around the program is in order."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.output import print_json


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("doctor", epilog="Example: digest doctor --json")(doctor)


def doctor(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Look at mail server, store, DNS records, public address and clocks; sends nothing. Status 1 if one is wrong."""
    import asyncio
    from dataclasses import asdict

    from digest.pipeline.doctor import examine

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        checks = asyncio.run(examine(workspace))
    if as_json:
        print_json({"checks": [asdict(check) for check in checks]})
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            typer.echo(f"{'ok   ' if check.ok else 'WRONG'}  {check.name:<{width}}  {check.detail}")
    if not all(check.ok for check in checks):
        raise typer.Exit(1)
