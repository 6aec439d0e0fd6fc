"""Jinja as we allow it: sandboxed, strict about undefined names, escaping in markup; renders no edition itself."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from digest.errors import RenderError
from digest.rendering.text import wrap_text


def template_environment(folders: Sequence[Path], name: str) -> ImmutableSandboxedEnvironment:
    """Return the environment of the template `name`: each folder's own, then `brief` for partials it has not got."""
    places = [folder / part for part in dict.fromkeys((name, "brief")) for folder in folders]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(place) for place in places]),
        undefined=StrictUndefined,
        autoescape=lambda template: not (template or "").endswith(".txt.j2"),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["wrap"] = wrap_text
    return environment


def line_environment() -> ImmutableSandboxedEnvironment:
    """Return the environment of the one-line templates in YAML (subject, preheader): no files, no escaping."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined)


@contextmanager
def template_errors(what: str) -> Iterator[None]:
    """Turn whatever a template raises into a RenderError with the template's file and line where known."""
    try:
        yield
    except TemplateSyntaxError as error:
        message = error.message or "syntax error"
        prefix = "" if error.filename else f"{what}: "
        raise RenderError(prefix + message, file=error.filename, line=error.lineno) from error
    except TemplateNotFound as error:
        file, line = _place(error)
        raise RenderError(f"{what}: there is no template {error.name!r}", file=file, line=line) from error
    except (TemplateError, SecurityError, AttributeError, TypeError, ValueError, LookupError, ArithmeticError) as error:
        file, line = _place(error)
        raise RenderError(f"{what}: {error}", file=file, line=line) from error
    except RenderError as error:
        file, line = _place(error)
        if error.file or not file:
            raise
        raise RenderError(error.message, file=file, line=line) from error


def find_template_line(environment: Environment, line: str) -> tuple[str, int] | None:
    """Return the file and line of the template that most likely wrote `line`: the longest common beginning."""
    best, place = 5, None
    for name in environment.list_templates(extensions=["j2"]):
        source, file, _ = environment.loader.get_source(environment, name) if environment.loader else ("", None, None)
        for number, written in enumerate(source.splitlines(), start=1):
            common = _common(written.strip(), line.strip())
            if common > best and file:
                best, place = common, (file, number)
    return place


def _common(one: str, other: str) -> int:
    """Return how many characters two strings begin with in common."""
    differing = (index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))


def _place(error: BaseException) -> tuple[str | None, int | None]:
    """Return the innermost frame that is a template; Jinja rewrites tracebacks to the template's own lines."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.endswith(".j2"):
            return frame.filename, frame.lineno
    return None, None
