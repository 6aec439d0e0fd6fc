"""`digest bounces`: what mail systems report back, and what that means for readers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.context import CliContext
from digest.cli.options import AsJson
from digest.cli.output import figures, print_json, steps

if TYPE_CHECKING:
    from digest.bounces import Report
    from digest.pipeline.bounces import Handled

group = typer.Typer(help="What mail systems report back.", no_args_is_help=True, rich_markup_mode=None)
_FILES_HELP = "Messages, .mbox files, Maildirs or folders; - for standard input."


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(group, name="bounces")


@group.command("read", epilog="Example: digest bounces read report.eml --json")
def read(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help=_FILES_HELP)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Classify only, also where there is a store.")] = False,
    as_json: AsJson = False,
) -> None:
    """Classify reports; in a project, also say whose they are and suppress who must not be mailed again."""
    from contextlib import ExitStack

    from digest.bounces.files import read_messages
    from digest.errors import UsageError

    with ExitStack() as stack:
        handle = None if dry_run else _desk(context.obj, stack)
        progress = stack.enter_context(steps("Reading", len(files)))
        for path in files:
            try:
                for message in read_messages(path):
                    _tell(message.name, *_classified(message.raw, handle), as_json=as_json)
            except OSError as error:
                raise UsageError(f"{path} cannot be read: {error.strerror}") from error
            progress.advance(path.name)


@group.command("run", epilog="Example: digest bounces run")
def run(context: typer.Context, as_json: AsJson = False) -> None:
    """Read the configured Maildir and mailbox once, and count what servers refused while mail was sent."""
    from digest.pipeline.bounce_sources import read_sources

    cli: CliContext = context.obj
    with cli.open_workspace() as workspace:
        sums = read_sources(workspace)
    if as_json:
        print_json(sums)
    else:
        typer.echo(figures(sums))


def _desk(cli: CliContext, stack: Any) -> Callable[[bytes], Handled] | None:
    """Return what handles reports where there is a project with a store; None elsewhere."""
    if cli.folder is None and not Path("config").is_dir():
        return None
    project = cli.load_project()
    kind, _, file = project.settings.store.partition(":///")
    if kind == "sqlite" and not (project.root / file).exists():
        return None
    from digest.pipeline.bounces import BounceDesk
    from digest.pipeline.workspace import Workspace

    return BounceDesk.open(stack.enter_context(Workspace(project))).handle


def _classified(raw: bytes, handle: Callable[[bytes], Handled] | None) -> tuple[Report, str]:
    from digest.bounces import classify

    if handle is None:
        return classify(raw), ""
    handled = handle(raw)
    return handled.report, handled.outcome.value


def _tell(name: str, report: Report, outcome: str, *, as_json: bool) -> None:
    worst = report.decisive
    told = {
        "file": name,
        "kind": report.kind.value,
        "recipients": list(report.recipients),
        "status": worst.status if worst else "",
        "reason": worst.reason.value if worst else "",
    }
    if as_json:
        print_json(told | ({"outcome": outcome} if outcome else {}))
        return
    words = [report.kind.value, told["reason"], told["status"], ", ".join(report.recipients), outcome]
    typer.echo(f"{name}: {'  '.join(str(word) for word in words if word)}")
