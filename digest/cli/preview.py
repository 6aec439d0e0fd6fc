"""`digest preview`: the next edition in the browser, kept up to date while files change."""

from __future__ import annotations

from typing import Annotated

import typer

from digest.cli.context import CliContext


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("preview", epilog="Example: digest preview denver")(preview)


def preview(
    context: typer.Context,
    newsletter_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="Newsletter to open.")] = None,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; elsewhere than on loopback a token is asked for.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8025,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
) -> None:
    """Show the next editions in the browser; reloads when a template, YAML or sample file changes."""
    from digest.web.preview.server import Place, serve_preview

    cli: CliContext = context.obj
    place = Place(host, port)
    serve_preview(cli.config_folder(), newsletter_id=newsletter_id, place=place, open_browser=not no_open)
