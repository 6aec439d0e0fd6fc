"""How commands speak: JSON, tables, and progress that is a bar on a terminal and plain lines in a pipe."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from digest.outbox import SendProgress


def print_json(value: Any) -> None:
    """Print one JSON document on one line; times as ISO 8601."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
    """Print rows under their columns; a pipe gets plain text of unbounded width."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in columns:
        right = column.endswith("#")
        table.add_column(column.rstrip("#"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console = Console() if sys.stdout.isatty() else Console(width=_natural_width(columns, rows))
    console.print(table)


def _natural_width(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
    widths = [max(len(str(cell)) for cell in cells) for cells in zip(columns, *rows, strict=True)]
    return max(40, sum(widths) + 3 * len(widths) + 2)


def program_name() -> str:
    """Return how the user called this program, as they would type it again."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return "python -m digest"
    here = Path.cwd()
    return str(called.relative_to(here)) if called.is_absolute() and called.is_relative_to(here) else str(called)


def note(message: str) -> None:
    """Say something beside the result, on stderr."""
    typer.echo(message, err=True)


_TELL_EVERY_S = 5


class Steps:
    """Progress over a known number of steps; see `steps`."""

    def __init__(self, label: str, total: int, bar: Any | None) -> None:
        self.label = label
        self.total = total
        self.done = 0
        self._bar = bar
        self._task = bar.add_task(label, total=total) if bar else None
        self._told_at = time.monotonic()

    def advance(self, what: str = "", *, to: int | None = None) -> None:
        """Count one step (or go to a count) and say what it was."""
        self.done = to if to is not None else self.done + 1
        if self._bar:
            self._bar.update(self._task, completed=self.done, description=f"{self.label} {what}"[:60])
        elif time.monotonic() - self._told_at > _TELL_EVERY_S:
            self._told_at = time.monotonic()
            note(f"{self.label}: {self.done}/{self.total} {what}".rstrip())

    def reach(self, done: int, total: int, what: str = "") -> None:
        """Go to a count of a total that was not known before."""
        self.total = total
        if self._bar:
            self._bar.update(self._task, total=total)
        self.advance(what, to=done)

    def follow(self, moment: SendProgress) -> None:
        """Show a moment of a send: what is done of all, how fast, what went wrong so far."""
        sums = moment.sums
        self.total = sums.selected
        if self._bar:
            self._bar.update(self._task, total=self.total)
        waiting = sums.queued + sums.sending
        left = f", {moment.seconds_left:.0f} s left" if moment.seconds_left and waiting else ""
        trouble = figures({"deferred": sums.deferred, "failed": sums.failed}) if sums.deferred or sums.failed else ""
        self.advance(f"{moment.per_second:.0f}/s{left} {trouble}".rstrip(), to=self.total - waiting)


@contextmanager
def steps(label: str, total: int) -> Iterator[Steps]:
    """Show progress on stderr: a bar on a terminal, a plain line every five seconds in a pipe."""
    if not sys.stderr.isatty():
        yield Steps(label, total, None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield Steps(label, total, bar)


def figures(values: Mapping[str, object]) -> str:
    """Put figures in one readable line: `3 sent, 1 failed`; zeros are left out but for the first."""
    shown = [f"{value} {name}" for index, (name, value) in enumerate(values.items()) if value or not index]
    return ", ".join(shown)
