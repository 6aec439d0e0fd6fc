"""`digest worker`: one more sender, on this or another machine; `digest workers`: who does what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("worker", epilog="Example: digest worker --processes 4")(worker)
    app.command("workers", epilog="Example: digest workers --json")(workers)


def worker(
    context: typer.Context,
    processes: Annotated[
        int, typer.Option("--processes", metavar="N", min=1, max=256, help="How many; one a core is a good number.")
    ] = 1,
) -> None:
    """Deliver what the store has to deliver, beside other workers, until SIGTERM; logs are JSON lines on stdout."""
    from digest.fleet.start import check_shared

    cli: CliContext = context.obj
    check_shared(cli.load_project().settings)
    if processes == 1:
        work_here(cli.folder)
        return
    from digest.fleet.processes import run_several
    from digest.schedule.logs import log_as_json

    log_as_json()
    with cli.open_workspace():
        pass  # a store that cannot be opened is told once, not by each process
    run_several(processes, work_here, cli.folder)


def work_here(folder: Path | None) -> None:
    """Run one worker in this process."""
    from digest.delivery.loop import run_beside
    from digest.fleet.start import work
    from digest.schedule.logs import log_as_json
    from digest.schedule.reloading import Reloading

    log_as_json()
    with CliContext(folder).open_workspace() as workspace:
        workspace.store  # noqa: B018 - opened here, where a refusal is told in a line
        reloading = Reloading(workspace, lambda: None)
        run_beside(lambda stop: work(workspace, stop, beside=lambda: reloading.watch(stop)))


def workers(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the workers of this store: what each sends, how fast, and when it was last seen."""
    from digest.cli.output import print_json, print_table
    from digest.fleet.presence import find_workers
    from digest.fleet.start import check_shared

    cli: CliContext = context.obj
    with cli.open_workspace(read_only=True) as workspace:
        check_shared(workspace.project.settings)
        found = find_workers(workspace.store, workspace.clock())
        now = workspace.clock()
    if as_json:
        for row, is_alive in found:
            print_json(
                {
                    "worker": row.name,
                    "host": row.host,
                    "process": row.process_id,
                    "state": row.state if is_alive else "silent",
                    "editions": row.doing.split(" ") if row.doing else [],
                    "sent": row.sent,
                    "per_second": row.per_second,
                    "started_at": row.started_at.isoformat(),
                    "seen_at": row.seen_at.isoformat(),
                }
            )
        return
    if not found:
        typer.echo("no workers; start one with: digest worker")
        return
    columns = ["worker", "host", "process#", "state", "sends", "ended#", "per second#", "seen"]
    print_table(
        columns,
        [
            (
                row.name,
                row.host,
                row.process_id,
                row.state if is_alive else "silent",
                row.doing or "-",
                f"{row.sent:,}",
                row.per_second,
                f"{(now - row.seen_at).total_seconds():.0f} s ago",
            )
            for row, is_alive in found
        ],
    )
