"""Secrets that stand in clear in the YAML, which people keep in git; does not look at the environment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, SecretStr

from digest.config.documents import Place
from digest.config.environment import is_reference
from digest.config.references import Finding
from digest.config.shapes import type_at

_LOGIN_IN_URL = re.compile(r"^[a-z][a-z0-9+.-]*://[^/@:\s]*:[^/@\s]+@", re.IGNORECASE)


def clear_secrets(model: type[BaseModel], data: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield every password, key or URL with a password that is written out; the text itself is never told."""
    for place, text in _texts(data, ()):
        if not text or is_reference(text):
            continue
        if type_at(model, place) is SecretStr:
            name = "_".join(str(step) for step in place).upper()
            yield place, f"a secret is written in clear; write ${{{name}}} and keep the value in the environment"
        elif _LOGIN_IN_URL.match(text):
            yield place, "a password is written in clear in this address; take it from the environment, as ${NAME}"


def _texts(data: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(data, str):
        yield place, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _texts(value, (*place, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _texts(value, (*place, index))
