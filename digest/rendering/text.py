"""The text part: wrapping, numbered links, tidy blank lines; the words come from `edition.txt.j2`."""

from __future__ import annotations

import re
import textwrap

from digest.rendering.inline import Inline

WIDTH = 72
"""Columns of the text part (RFC 3676 asks for fewer than 79; quoting takes some)."""

_BLANK_LINES = re.compile(r"\n{3,}")


class Links:
    """Numbers addresses in the order in which they are met; the same address keeps its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, url: str) -> str:
        """Return the number of the address as `[3]`, or nothing for no address."""
        return f"[{self._numbers.setdefault(url, len(self._numbers) + 1)}]" if url else ""

    def words(self, inline: Inline) -> str:
        """Return the text of a paragraph with numbers behind its links."""
        return inline.with_links(self.mark)

    @property
    def all(self) -> tuple[tuple[int, str], ...]:
        """Every address with its number."""
        return tuple((number, url) for url, number in self._numbers.items())


def wrap_text(text: str, first: str = "", rest: str | None = None) -> str:
    """Wrap one paragraph; `first` begins its first line, `rest` (or as many spaces) the others.

    Addresses and slot marks are never broken.
    """
    indent = " " * len(first) if rest is None else rest
    lines = textwrap.wrap(
        " ".join(str(text).split(" ")),
        WIDTH,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def tidy_text(text: str) -> str:
    """Strip line ends, allow one blank line at a time, end with a line break."""
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return _BLANK_LINES.sub("\n\n", lines).strip() + "\n"
