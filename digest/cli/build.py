"""`digest build`: assemble one edition into a folder, changing no state."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson, At, NewsletterId, parse_instant
from digest.cli.output import note, print_json


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("build", epilog="Example: digest build denver --out var/build")(build)


def build(
    context: typer.Context,
    newsletter_id: NewsletterId,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for edition.html .txt .mjml .eml .json.")],
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Assemble one edition; the store stays as it is."""
    from digest.pipeline.build import build_files

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        zone = workspace.project.get_newsletter(newsletter_id).zone
        slot_at = parse_instant(at or "now", zone, now=workspace.clock().replace(microsecond=0))
        built = build_files(workspace, newsletter_id, slot_at, out)
    if as_json:
        print_json(built.summary)
    elif built.written:
        typer.echo(
            f"{built.summary['subject']}\n{len(built.summary['stories'])} stories, "
            f"{built.summary['html_bytes']:,} bytes of HTML, in {out}/"
        )
    for warning in built.summary["warnings"]:
        note(f"warning: {warning}")
    if not built.written:
        note(f"{newsletter_id}: no edition: {built.reason}")
        raise typer.Exit(1)
