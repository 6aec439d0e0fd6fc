"""`digest store`: backup, restore, copy and pruning of the store."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson
from digest.cli.output import print_json

group = typer.Typer(help="The store: backup, restore, copy, pruning.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="store")


@group.command("backup", epilog="Example: digest store backup /srv/backups/digest.db")
def backup(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to write it; var/backups/digest-TIME.db unless given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write everything in the store to one file, of PostgreSQL too; daemons may go on meanwhile."""
    from digest.pipeline.backup import back_up

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace, _telling() as tell:
        made = back_up(workspace, file, progress=tell)
    size = made.path.stat().st_size
    if as_json:
        print_json({"file": str(made.path), "made_at": made.made_at.isoformat(), "bytes": size, "rows": made.rows})
    else:
        typer.echo(f"{made.path}: {sum(made.rows.values()):,} rows, {size:,} bytes; it holds addresses and keys")


@group.command("restore", epilog="Example: digest store restore /srv/backups/digest.db")
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `digest store backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Also where a daemon seems to work with the store.")] = False,
    as_json: AsJson = False,
) -> None:
    """Replace the store's content by a backup's; what was there before is kept in a file, and nothing is sent again."""
    from digest.pipeline import backup as use_case

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace, _telling() as tell:
        done = use_case.restore(workspace, file, force=force, progress=tell)
    if as_json:
        made_at = done.backup.made_at.isoformat()
        kept = str(done.kept) if done.kept else None
        print_json({"file": str(file), "made_at": made_at, "rows": done.backup.rows, "held": done.held, "kept": kept})
        return
    typer.echo(f"the store is as it was on {done.backup.made_at:%Y-%m-%d at %H:%M} UTC")
    if done.kept:
        typer.echo(f"what was there before is in {done.kept}")
    for edition in done.held:
        typer.echo(f"held: {edition} was unfinished and may have been sent since; see `digest editions show {edition}`")
    typer.echo("readers who left since then are subscribed again: compare the two with `digest subscribers export`")


@group.command("copy", epilog="Example: digest store copy postgresql://digest@db.example.com/digest")
def copy(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="An empty store: postgresql://… or sqlite:///FILE.")],
    force: Annotated[bool, typer.Option("--force", help="Also where somebody seems to send from this store.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy everything to another, empty store; all or nothing. Stop daemons first; this store stays as it is."""
    from digest.cli.output import steps
    from digest.pipeline.moving import copy_store

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace, steps("Copying", 0) as told:

        def tell(table: str, done: int, total: int) -> None:
            told.reach(done, total, table)

        copied = copy_store(workspace, url, force=force, progress=tell)
    if as_json:
        print_json({"rows": copied, "total": sum(copied.values())})
        return
    typer.echo(f"{sum(copied.values()):,} rows copied, the counts of all {len(copied)} tables agree")
    typer.echo("next: set DIGEST_STORE, or `store` in digest.yaml, to that address")


@group.command("prune", epilog="Example: digest store prune --older-than 90d")
def prune(
    context: typer.Context,
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="AGE", help="As 90d; `keep_deliveries` unless given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Fold the deliveries of editions that ended long ago into sums; reports stay, rows of single readers go."""
    from digest.pipeline import history

    cli: CliContext = context.obj
    age = _parse_age(older_than) if older_than is not None else None
    with cli.open_workspace() as workspace, _telling() as tell:
        done = history.prune(workspace, older_than=age, progress=lambda count: tell(f"{count:,} deliveries"))
    if as_json:
        print_json({"editions": done.editions, "deliveries": done.deliveries})
    else:
        typer.echo(f"{done.deliveries:,} deliveries of {done.editions} editions folded into sums")


def _parse_age(text: str) -> timedelta:
    from digest.config.base import parse_duration
    from digest.errors import UsageError

    try:
        age: timedelta = parse_duration(text)
    except ValueError as error:
        raise UsageError(f"--older-than {text}: {error}; write 90d or 12w") from error
    return age


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """Give what shows progress on a terminal; a pipe gets none."""
    if not sys.stderr.isatty():
        yield lambda text: None
        return
    from rich.console import Console

    with Console(stderr=True).status("…") as status:
        yield status.update
