"""The documentation and the program say the same: commands and their options, links between pages."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from digest.cli.main import app
from digest.cli.reference import reference_text

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
COMMAND_LINE = re.compile(r"^(?:\$ )?(?:\S*/)?digest ((?:[^#\n`]|#(?=\S))*)", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def command_lines(page: Path) -> Iterator[list[str]]:
    """Yield the words of each `digest …` line in the page's code blocks."""
    for block in re.findall(r"```(?:sh|console|bash|text)?\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        for line in COMMAND_LINE.findall(block):
            words = shlex.split(line.split(" > ")[0].split(" | ")[0], comments=True)
            if words and not words[0].startswith("…"):
                yield words


def unknown_in(words: list[str]) -> str:
    """Return the first word that the program does not know; empty where all is known."""
    command: Any = typer.main.get_command(app)
    while words and words[0] == "--config":
        words = words[2:]
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            return words[0]
        command, words = command.commands[words[0]], words[1:]
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help", "-h"}
    return next((word for word in words if word.startswith("--") and word.split("=")[0] not in known), "")


def test_reference_is_what_the_program_says() -> None:
    """The page of commands is what the program would write now."""
    page = ROOT / "docs" / "reference" / "commands.md"
    assert page.read_text(encoding="utf-8") == reference_text(), "run python -m digest.cli.reference on that page"


def test_every_command_has_an_example_that_it_understands() -> None:
    """Each command's help ends with an example that the program knows."""
    examples = re.findall(r"^Example: `digest ([^`]*)`", reference_text(), re.MULTILINE)
    assert len(examples) == reference_text().count("\n## ")
    assert [unknown_in(shlex.split(example.split(" > ")[0])) for example in examples] == [""] * len(examples)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_commands_that_exist(page: Path) -> None:
    """Every `digest …` line in a code block uses commands and options that exist."""
    assert [words for words in command_lines(page) if unknown_in(words)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of the project finds it."""
    links = LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
