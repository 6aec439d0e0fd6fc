"""The one exception tree of the program; does not decide what happens after an error.

    DigestError                  anything we raise on purpose
    ├── ConfigError              the user's files are wrong (carries every Problem found)
    ├── SourceError              a source cannot be read (network, format, refused address)
    ├── RenderError              a template fails or its output cannot be mailed
    ├── StoreError               the store cannot be opened, migrated or written
    ├── NotFoundError            an id that the user named does not exist
    ├── UsageError               arguments that make no sense together
    ├── TokenError               a personal link that is forged, expired or for another purpose
    └── DeliveryError            something on the way to the mail server (answers is_temporary)

Errors carry data (subject, place, action); the text is made from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


class DigestError(Exception):
    """Base of everything raised on purpose; `str()` is one line fit for a user."""

    exit_status = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding about a file of the user's: where it is, what is wrong, what to do.

    `line` and `column` count from 1; 0 means the file as a whole. `path` is the dotted
    place inside the document, as `sections.0.match.regions`.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    level: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        label = "warning: " if self.level == "warning" else ""
        inside = f" ({self.path})" if self.path else ""
        return f"{where}: {label}{self.message}{inside}"


class ConfigError(DigestError):
    """The configuration cannot be used; `problems` holds all that was found, at once."""

    exit_status = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SourceError(DigestError):
    """A source that could not be read: its id, what happened, and what to do about it."""

    def __init__(self, source: str, message: str, *, action: str = "", is_temporary: bool = True) -> None:
        self.source = source
        self.message = message
        self.action = action
        self.is_temporary = is_temporary
        super().__init__(f"source {source}: {message}" + (f"; {action}" if action else ""))


class RenderError(DigestError):
    """A template that fails, or output that must not be mailed.

    `file` and `line` point into the template where they are known.
    """

    def __init__(self, message: str, *, file: Path | str | None = None, line: int | None = None) -> None:
        self.message = message
        self.file = str(file) if file is not None else None
        self.line = line
        where = f"{self.file}:{line or 1}:1: " if self.file else ""
        super().__init__(f"{where}{message}")


class StoreError(DigestError):
    """The store cannot be opened, migrated or written; `action` says what to do about it.

    `is_temporary` is true where the same call may succeed later: a lock, a lost connection.
    """

    def __init__(self, message: str, *, action: str = "", is_temporary: bool = False) -> None:
        self.message = message
        self.action = action
        self.is_temporary = is_temporary
        super().__init__(message + (f"; {action}" if action else ""))


class NotFoundError(DigestError):
    """An id that the user named does not exist; `choices` are near or known ones."""

    exit_status = 2

    def __init__(self, kind: str, name: str, choices: Sequence[str] = ()) -> None:
        self.kind = kind
        self.name = name
        self.choices = tuple(choices)
        hint = f"; known: {', '.join(self.choices)}" if self.choices else ""
        super().__init__(f"no {kind} called {name!r}{hint}")


class UsageError(DigestError):
    """Arguments that make no sense together."""

    exit_status = 2


class TokenError(DigestError):
    """A personal link that is forged, expired, or made for another purpose."""


class DeliveryError(DigestError):
    """Something between us and the mail server; subclasses live in `digest.delivery.errors`."""

    is_temporary = True
