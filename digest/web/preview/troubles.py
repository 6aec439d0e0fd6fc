"""What stops the bench from showing an edition, with the lines of the file around the place; mends nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from digest.errors import ConfigError, DigestError, NotFoundError, Problem, RenderError, UsageError

_AROUND = 4
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of a file; `is_here` marks the one with the mistake."""

    number: int
    text: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong: where, what, and the lines around it (none where the place is not known)."""

    place: str
    message: str
    lines: tuple[ShownLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why nothing can be shown; `status` is the HTTP status that says so."""

    title: str
    mistakes: tuple[Mistake, ...]
    status: int = 200


def trouble_of(error: DigestError) -> Trouble:
    """Return what to tell of an error; its own text where it points to no file."""
    match error:
        case ConfigError():
            wrong = [problem for problem in error.problems if problem.level == "error"][:_MOST_SHOWN]
            return Trouble("The configuration has problems", tuple(_from_problem(problem) for problem in wrong))
        case RenderError(file=str() as file):
            line = error.line or 1
            return Trouble("The edition cannot be rendered", (_mistake(file, line, 0, error.message),))
        case NotFoundError():
            return Trouble("There is no such page", (Mistake("", str(error)),), status=404)
        case UsageError():
            return Trouble("This cannot be shown", (Mistake("", str(error)),), status=400)
        case _:
            return Trouble("This cannot be shown", (Mistake("", str(error)),), status=500)


def _from_problem(problem: Problem) -> Mistake:
    inside = f" ({problem.path})" if problem.path else ""
    return _mistake(problem.file, problem.line, problem.column, problem.message + inside)


def _mistake(file: str, line: int, column: int, message: str) -> Mistake:
    place = ":".join([_short(file), *(str(number) for number in (line, column) if number)])
    return Mistake(place, message, _lines_around(Path(file), line) if line else ())


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else file


def _lines_around(file: Path, line: int) -> tuple[ShownLine, ...]:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    numbers = range(max(1, line - _AROUND), min(len(lines), line + _AROUND) + 1)
    return tuple(ShownLine(number, lines[number - 1][:300], number == line) for number in numbers)
