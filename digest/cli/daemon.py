"""`digest daemon`: scheduler, sender and readers' pages until SIGTERM."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.context import CliContext


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("daemon", epilog="Example: digest daemon --no-web")(daemon)


def daemon(
    context: typer.Context,
    web: Annotated[bool, typer.Option("--web/--no-web", help="Serve the readers' pages.")] = True,
) -> None:
    """Send every newsletter at its time, until SIGTERM; logs are JSON lines on stdout."""
    import asyncio

    from digest.schedule.daemon import Daemon
    from digest.schedule.logs import log_as_json

    cli: CliContext = context.obj
    log_as_json()
    with cli.open_workspace() as workspace:
        asyncio.run(Daemon(workspace, with_web=web).run())
