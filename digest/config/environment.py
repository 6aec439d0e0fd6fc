"""What the environment says: `${NAME}` inside the YAML, and `DIGEST_…` settings on top of it; reads no file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Any, get_origin

from pydantic import BaseModel, SecretStr

from digest.config.documents import Place, dotted, parse_value
from digest.config.settings import Settings
from digest.config.shapes import model_in
from digest.errors import Problem

PREFIX = "DIGEST_"
ENVIRONMENT = "environment"
"""Stands where a problem has no file but a variable."""

NOT_SETTINGS = frozenset({"DIGEST_CONFIG"})
"""Variables of the program that are no settings: the folder of the configuration."""

_REFERENCE = re.compile(r"\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_WRITTEN_AS_IS = (str, SecretStr, timedelta)


def substitute(data: Any, env: Mapping[str, str], missing: dict[Place, str], place: Place = ()) -> Any:
    """Return the data with `${NAME}` and `${NAME:-default}` filled in; `$${NAME}` stays as `${NAME}`.

    Names that are not set and have no default are put into `missing` by place.
    """
    if isinstance(data, dict):
        return {key: substitute(value, env, missing, (*place, key)) for key, value in data.items()}
    if isinstance(data, list):
        return [substitute(value, env, missing, (*place, index)) for index, value in enumerate(data)]
    if not isinstance(data, str) or "${" not in data:
        return data

    def fill(found: re.Match[str]) -> str:
        escaped, name, default = found.groups()
        if escaped:
            return found[0][1:]
        value = env.get(name)
        if value is None or (value == "" and default is not None):
            if default is None:
                missing[place] = name
            return default or ""
        return value

    return _REFERENCE.sub(fill, data)


def is_reference(text: str) -> bool:
    """Tell whether the text takes its value from the environment."""
    return _REFERENCE.search(text) is not None


class Overrides:
    """Settings given by `DIGEST_…` variables, as a tree like that of `digest.yaml`, and what was wrong with them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.tree: dict[str, Any] = {}
        self.variables: dict[Place, str] = {}
        self.problems: list[Problem] = []
        for name in sorted(env):
            if name.upper().startswith(PREFIX) and name.upper() not in NOT_SETTINGS:
                self._take(name, env[name])

    def depth(self, place: Place) -> int:
        """Return how many steps of the place are given by variables."""
        tree: Any = self.tree
        for found, step in enumerate(place):
            if not isinstance(tree, dict) or step not in tree:
                return found
            tree = tree[step]
        return len(place)

    def variable_at(self, place: Place) -> str | None:
        """Return the variable that set this place, or the nearest one above it that any did."""
        for length in range(self.depth(place), 0, -1):
            if place[:length] in self.variables:
                return self.variables[place[:length]]
        return None

    def _take(self, name: str, text: str) -> None:
        place: Place = tuple(name[len(PREFIX) :].lower().split("__"))
        wanted = _find_annotation(place)
        if wanted is None:
            self._complain(name, place, f"{name} is no setting{_near(name)}", "warning")
            return
        try:
            value = _typed(text, wanted)
        except ValueError as error:
            self._complain(name, place, f"{name}: {error}", "error")
            return
        self.variables[place] = name
        _put(self.tree, place, value)

    def _complain(self, name: str, place: Place, message: str, level: Any) -> None:
        self.problems.append(Problem(ENVIRONMENT, 0, 0, dotted(place), message, level))


def setting_names() -> list[str]:
    """Return the name of every variable that sets a setting, in the order of the models."""
    return [PREFIX + "__".join(place).upper() for place, _ in _leaves(Settings, ())]


def _leaves(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, field in model.model_fields.items():
        inner = model_in(field.annotation)
        if inner is not None:
            yield from _leaves(inner, (*above, name))
        else:
            yield (*above, name), field.annotation


def _find_annotation(place: Place) -> Any:
    """Return the type of the setting at that place, or None where there is none."""
    model: type[BaseModel] | None = Settings
    annotation: Any = None
    for step in place:
        field = model.model_fields.get(str(step)) if model is not None else None
        if field is None:
            return None
        annotation, model = field.annotation, model_in(field.annotation)
    return annotation


def _typed(text: str, annotation: Any) -> Any:
    """Turn a variable's text into what pydantic reads; lists and mappings are JSON, YAML, or words with commas."""
    if get_origin(annotation) not in (tuple, dict) and model_in(annotation) is None:
        return text if annotation in _WRITTEN_AS_IS else text.strip() or None
    value = parse_value(text)
    if get_origin(annotation) is tuple and value is not None and not isinstance(value, list):
        return [part.strip() for part in str(value).split(",")]
    return value


def _put(tree: dict[str, Any], place: Place, value: Any) -> None:
    for step in place[:-1]:
        inner = tree.setdefault(str(step), {})
        if not isinstance(inner, dict):
            return
        tree = inner
    tree[str(place[-1])] = value


def _near(name: str) -> str:
    near = get_close_matches(name.upper(), setting_names(), n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else "; the reference of the configuration lists them"
