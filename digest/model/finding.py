"""A finding about an edition's markup: where, what, and the cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One lint finding. An error stops a send; a warning is shown. `place` is a human pointer."""

    level: Literal["error", "warning"]
    rule: str
    message: str
    place: str = ""
    cure: str = ""
    line: int = 0
