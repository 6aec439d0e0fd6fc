"""The reference of the command line, made from the commands themselves: `python -m digest.cli.reference FILE`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from digest.cli.main import app

_HEAD = """# Commands

Made from the program by `python -m digest.cli.reference docs/reference/commands.md`; do not edit by hand.

`digest [--config DIR] COMMAND`. Exit status 0: done; 1: failed while running; 2: wrong usage or configuration, and
nothing was done.
"""


def reference_text() -> str:
    """Return the reference as Markdown: each command with its usage, options and example."""
    root: Any = typer.main.get_command(app)
    return _HEAD + "".join(_sections(root, "digest"))


def _sections(command: Any, name: str) -> Iterator[str]:
    for word, child in command.commands.items():
        full = f"{name} {word}"
        if hasattr(child, "commands"):
            yield from _sections(child, full)
        else:
            yield _section(child, full)


def _section(command: Any, name: str) -> str:
    arguments = [_argument(one) for one in command.params if one.param_type_name == "argument"]
    usage = " ".join([name, *arguments])
    rows = [_row(one) for one in command.params if one.param_type_name == "option" and one.name != "help"]
    table = "\n| option | meaning |\n|---|---|\n" + "".join(rows) if rows else ""
    example = f"\n{command.epilog.replace('Example: ', 'Example: `', 1)}`\n" if command.epilog else ""
    return f"\n## `{usage}`\n\n{command.help}\n{table}{example}"


def _argument(one: Any) -> str:
    shown = str(one.metavar or one.name).strip("[]")
    return shown if one.required else f"[{shown}]"


def _row(one: Any) -> str:
    names = ", ".join([*one.opts, *one.secondary_opts])
    value = "" if one.is_flag else f" {one.metavar or one.name.upper()}"
    return f"| `{names}{value}` | {one.help or ''} |\n".replace("  ", " ")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference_text(), encoding="utf-8")
