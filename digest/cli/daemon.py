"""`digest daemon`: scheduler, sender and readers' pages until SIGTERM."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import CliContext

if TYPE_CHECKING:
    from digest.pipeline.workspace import Workspace
    from digest.schedule.help import Help


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("daemon", epilog="Example: digest daemon --no-web")(daemon)


def daemon(
    context: typer.Context,
    web: Annotated[bool, typer.Option("--web/--no-web", help="Serve the readers' pages.")] = True,
) -> None:
    """Send every newsletter at its time, until SIGTERM; logs are JSON lines on stdout."""
    from digest.delivery.loop import run_loop
    from digest.schedule.daemon import Daemon
    from digest.schedule.logs import log_as_json

    cli: CliContext = context.obj
    log_as_json()
    with cli.open_workspace() as workspace:
        run_loop(Daemon(workspace, pages=_pages(workspace) if web else None, crew=_crew(workspace)).run())


def _crew(workspace: Workspace) -> AbstractAsyncContextManager[Help] | None:
    """Return the way to the workers of a store that machines share."""
    if not workspace.store.is_postgresql:
        return None
    try:
        from digest.fleet.crew import open_crew
    except ImportError:  # without the task engine a daemon does everything itself
        return None
    return open_crew(workspace)


def _pages(workspace: Workspace) -> AbstractAsyncContextManager[object]:
    from digest.web.app import create_app
    from digest.web.server import listen, serve

    settings = workspace.project.settings.web
    return serve(create_app(workspace), listen(settings.host, settings.port))
